/**
 * Redis servers of our own for tests: one alone, or a primary with two replicas under three Sentinels. Fresh folders,
 * loopback, free ports; each can be killed, frozen and started again.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-ports.ts'
import { type Part, startPart, untilReady } from './parts.ts'

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
  await untilReady('Both replicas', [], async () => {
    const info = await servers[0]!.client.info('replication')
    return (info.match(/state=online/g) ?? []).length === 2
  })
  const sentinels: { host: string; port: number; part: Part }[] = []
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
      part: startPart(folder, `sentinel${n}`, bin, [file, '--sentinel']),
    })
  }
  const clients = sentinels.map(({ port }) => observer(port))
  const parts = sentinels.map(({ part }) => part)
  await untilReady('Sentinels that know each other', parts, async () => {
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
    await untilReady('A primary on which the Sentinels agree', parts, async () => {
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
      await Promise.all(parts.map((part) => part.kill('SIGKILL')))
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
  const server = startPart(folder, 'redis-server', bin, flags)
  const client = observer(port)
  const ready = () => untilReady(`redis-server on port ${port}`, [server], async () => (await client.ping()) === 'PONG')
  await ready()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    kill: () => server.kill('SIGKILL'),
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    restart() {
      server.start()
      return ready()
    },
    async stop() {
      client.disconnect()
      // A frozen process takes this signal only.
      await server.kill('SIGKILL')
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
