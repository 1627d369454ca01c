/**
 * Redis servers of our own for tests: one alone, or a primary with two replicas under three Sentinels. Fresh folders,
 * loopback, free ports; each can be killed, frozen and started again.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-ports.ts'

export interface RedisServer {
  readonly port: number
  /** `redis://127.0.0.1:port`. */
  readonly url: string
  /** A connection of the test's own, as the default user; ended with the server. */
  readonly client: Redis
  /** SIGKILL, as for want of memory. */
  kill(): Promise<void>
  /** SIGSTOP: the kernel goes on accepting connections, nobody answers. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  /** Starts it again on the same folder and port, and waits until it answers. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface RedisOptions {
  /** Without it the data are gone with the process. Default true. */
  readonly appendOnly?: boolean
  /** Further arguments of redis-server, for example `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[]
}

export interface RedisClusterOptions extends RedisOptions {
  /** Address under which others reach this machine's loopback: the Sentinels tell it, and the servers use it among themselves. */
  readonly reachableAs?: string
}

/** @param bin the program `redis-server`. */
export async function startRedis(bin: string, options: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-redis-'))
  const server = await startOne(bin, folder, await freePort(), options)
  return {
    ...server,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface RedisCluster {
  readonly master: string
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  readonly servers: readonly RedisServer[]
  /** The server that the Sentinels call the primary. */
  primary(): Promise<RedisServer>
  /** Resolves when the Sentinels have chosen another primary than this one. */
  failover(from: RedisServer): Promise<RedisServer>
  stop(): Promise<void>
}

const MASTER = 'isolario'

/**
 * A failover takes about three seconds: a second until the primary counts as down, the vote, the promotion.
 * @param bin the program `redis-server`; it is the Sentinel as well (`--sentinel`).
 */
export async function startRedisCluster(bin: string, options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-redis-'))
  const { reachableAs } = options
  const host = reachableAs ?? '127.0.0.1'
  const quick = [
    ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
    // Whoever comes by that address does not come from loopback.
    ...(reachableAs ? ['--replica-announce-ip', reachableAs, '--protected-mode', 'no'] : []),
    ...(options.args ?? []),
  ]
  const servers: RedisServer[] = []
  for (let n = 0; n < 3; n++) {
    const of = n === 0 ? [] : ['--replicaof', host, String(servers[0]!.port)]
    const own = path.join(folder, String(n))
    mkdirSync(own)
    servers.push(await startOne(bin, own, await freePort(), { ...options, args: [...quick, ...of] }))
  }
  // A Sentinel looks for replicas when it starts and then every ten seconds: they must be there first.
  await until('both replicas to be online', async () => {
    const info = await servers[0]!.client.info('replication')
    return (info.match(/state=online/g) ?? []).length === 2
  })
  const sentinels: { host: string; port: number; process: ChildProcess }[] = []
  for (let n = 0; n < 3; n++) {
    const port = await freePort()
    const file = path.join(folder, `sentinel${n}.conf`)
    writeFileSync(
      file,
      [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${folder}`,
        ...(reachableAs ? ['protected-mode no', `sentinel announce-ip ${reachableAs}`] : []),
        `sentinel monitor ${MASTER} ${host} ${servers[0]!.port} 2`,
        `sentinel down-after-milliseconds ${MASTER} 1000`,
        `sentinel failover-timeout ${MASTER} 5000`,
        `sentinel parallel-syncs ${MASTER} 2`,
        '',
      ].join('\n'),
    )
    sentinels.push({
      host,
      port,
      process: spawn(bin, [file, '--sentinel'], { stdio: 'ignore' }),
    })
  }
  const clients = sentinels.map(({ port }) => observer(port))
  await until('the Sentinels to know each other', async () => {
    const infos = await Promise.all(clients.map((client) => client.info('sentinel').catch(() => '')))
    return infos.every((info) => /status=ok.*slaves=2,sentinels=3/.test(info))
  })
  const primaryPort = async (): Promise<number | undefined> => {
    const told = await Promise.all(
      clients.map((client) => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER).catch(() => undefined)),
    )
    const ports = told.map((address) => Number((address as string[] | undefined)?.[1]))
    return ports.every((port) => port === ports[0]) ? ports[0] : undefined
  }
  const chosen = async (not?: RedisServer): Promise<RedisServer> => {
    let server: RedisServer | undefined
    await until('the Sentinels to agree on a primary', async () => {
      const port = await primaryPort()
      server = servers.find((one) => one.port === port && one !== not)
      return server !== undefined
    })
    return server!
  }
  return {
    master: MASTER,
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    servers,
    primary: () => chosen(),
    failover: (from) => chosen(from),
    async stop() {
      for (const client of clients) client.disconnect()
      await Promise.all(sentinels.map(({ process }) => ended(process, 'SIGKILL')))
      await Promise.all(servers.map((server) => server.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startOne(bin: string, folder: string, port: number, options: RedisOptions): Promise<RedisServer> {
  const { appendOnly = true, args = [] } = options
  const flags = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'],
    ...['--appendonly', appendOnly ? 'yes' : 'no', '--appendfsync', 'everysec', '--shutdown-timeout', '0'],
    ...['--maxmemory-policy', 'noeviction'],
    ...args,
  ]
  let server: ChildProcess
  const client = observer(port)
  const start = async () => {
    server = spawn(bin, flags, { stdio: 'ignore' })
    await until(`redis-server on port ${port} to answer`, async () => {
      if (server.exitCode !== null)
        throw new Error(`redis-server ended with status ${server.exitCode}: ${flags.join(' ')}`)
      return (await client.ping().catch(() => '')) === 'PONG'
    })
  }
  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    kill: () => ended(server, 'SIGKILL'),
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    restart: start,
    async stop() {
      client.disconnect()
      // A frozen process takes this signal only.
      await ended(server, 'SIGKILL')
    },
  }
}

/** A connection that outlives every restart, for looking from outside. */
function observer(port: number): Redis {
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 50,
    maxRetriesPerRequest: 0,
    commandTimeout: 5000,
    enableReadyCheck: false,
    protocol: 2,
  })
  client.on('error', () => undefined)
  return client
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((done) => child.once('exit', done))
  child.kill(signal)
  await exit
}

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`Waited 30 s for ${what}.`)
    await new Promise((next) => setTimeout(next, 25))
  }
}
