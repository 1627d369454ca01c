/**
 * A PostgreSQL server of our own for tests: fresh folder, loopback, free port; can be killed, frozen and started again,
 * and can have a standby that takes over.
 */

import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { childrenOf, isAlive } from '#test/processes.ts'
import type { Certificate } from './certificate.ts'
import { freePort } from './free-ports.ts'
import { type Part, startPart, untilReady } from './parts.ts'

export interface PostgresServer {
  /** Address of a fresh, empty database. */
  database(): Promise<string>
  /** SIGKILL of the server with all its children, as a power cut would. */
  kill(): Promise<void>
  /** Starts it again on the same folder and port, and waits until it answers. */
  restart(): Promise<void>
  /** SIGSTOP of the server with all its children, as a machine that swaps or a cut cable; the answer wakes it. */
  freeze(): () => void
  /**
   * A second server that follows this one. From here on a commit on this one waits until the standby has it, too
   * (synchronous commit), so that whatever was confirmed is there after a promotion.
   */
  standby(): Promise<PostgresStandby>
  stop(): Promise<void>
}

export interface PostgresStandby extends Pick<PostgresServer, 'kill' | 'freeze' | 'stop'> {
  /** Host and port, as in the address of a database with several servers. */
  readonly host: string
  /** Makes it the primary and waits until it takes changes. */
  promote(): Promise<void>
}

export interface PostgresOptions {
  /** Who may come from elsewhere, by TLS with this certificate and with a password; otherwise this machine alone may. */
  readonly remote?: Certificate & { /** CIDR */ readonly addresses: string }
}

/** @param bin folder with `initdb` and `postgres`. */
export async function startPostgres(bin: string, { remote }: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = serverFolder()
  run(bin, folder, 'initdb', [
    ...['-D', path.join(folder, 'data'), '-A', 'trust', '-U', 'postgres'],
    ...['--no-sync', '--locale=C', '--encoding=UTF8'],
  ])
  const inData = (name: string) => path.join(folder, 'data', name)
  if (remote) {
    appendFileSync(inData('pg_hba.conf'), `hostssl all all ${remote.addresses} scram-sha-256\n`)
    appendFileSync(inData('postgresql.conf'), 'ssl = on\n')
    writeFileSync(inData('server.crt'), remote.certificate)
    writeFileSync(inData('server.key'), remote.key, { mode: 0o600 })
    const { uid, gid } = serverUser()
    if (uid !== undefined && gid !== undefined) chownSync(inData('server.key'), uid, gid)
  }
  const server = new Server(bin, folder, await freePort())
  await server.start()
  let count = 0
  return {
    async database() {
      const name = `test${++count}`
      await server.ask(`create database ${name}`)
      return server.url(name)
    },
    kill: () => server.kill(),
    freeze: () => server.freeze(),
    restart: () => server.start(),
    async standby() {
      const other = serverFolder()
      // "stream" carries the log of the copying itself along; -R writes where to go on from.
      run(bin, other, 'pg_basebackup', [
        ...['-D', path.join(other, 'data'), '-d', server.url('postgres')],
        ...['-X', 'stream', '-R', '--no-sync', '--checkpoint=fast'],
      ])
      const standby = new Server(bin, other, await freePort())
      await standby.start()
      await server.ask(`alter system set synchronous_standby_names = '*'`)
      await server.ask('select pg_reload_conf()')
      await server.until(`select count(*) = 1 as yes from pg_stat_replication where sync_state = 'sync'`)
      return {
        host: `127.0.0.1:${standby.port}`,
        kill: () => standby.kill(),
        freeze: () => standby.freeze(),
        stop: () => standby.stop(),
        async promote() {
          // It has the setting of the server it was copied from or followed; alone it would wait for a standby of its own.
          await standby.ask('select pg_promote()')
          await standby.until('select not pg_is_in_recovery() as yes')
        },
      }
    },
    stop: () => server.stop(),
  }
}

/** One server process on one folder and port. */
class Server {
  readonly port: number
  readonly #bin: string
  readonly #folder: string
  #part: Part | null = null

  constructor(bin: string, folder: string, port: number) {
    this.#bin = bin
    this.#folder = folder
    this.port = port
  }

  url(database: string): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/${database}`
  }

  async start(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'wal_keep_size=64MB']
    const args = ['-D', path.join(this.#folder, 'data'), '-p', String(this.port)]
    args.push(...settings.flatMap((setting) => ['-c', setting]))
    if (this.#part) this.#part.start()
    else
      this.#part = startPart(this.#folder, 'postgres', path.join(this.#bin, 'postgres'), args, { user: serverUser() })
    await this.until('select true as yes')
  }

  async ask(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url('postgres'), connectionTimeoutMillis: 1000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  /** Waits until a question with a column `yes` is answered with yes. */
  until(question: string): Promise<void> {
    const isYes = async () => (await this.ask(question))[0]?.yes === true
    return untilReady(`PostgreSQL (${question})`, [this.#part!], isYes)
  }

  #all(): number[] {
    const { pid } = this.#part!
    return [pid, ...childrenOf(pid)]
  }

  freeze(): () => void {
    // Stopped first, the postmaster starts no more children.
    void this.#part!.kill('SIGSTOP')
    const all = this.#all()
    for (const pid of all) signal(pid, 'SIGSTOP')
    return () => {
      for (const pid of all) signal(pid, 'SIGCONT')
    }
  }

  async kill(): Promise<void> {
    // Each backend leads a session of its own and would answer on for a moment after the postmaster alone was killed.
    await this.#part!.kill('SIGSTOP')
    const all = this.#all()
    for (const pid of all) signal(pid, 'SIGKILL')
    await this.#part!.kill('SIGKILL')
    while (all.some(isAlive)) await new Promise((next) => setTimeout(next, 5))
  }

  async stop(): Promise<void> {
    await this.#part!.kill('SIGINT')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

// PostgreSQL refuses to run as root: then it runs as the system's user postgres, who must reach the folder.
const serverUser = (): { readonly uid?: number; readonly gid?: number } =>
  process.getuid?.() === 0 ? { uid: userId('-u'), gid: userId('-g') } : {}

function serverFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-pg-'))
  if (process.getuid?.() === 0) chmodSync(folder, 0o777)
  return folder
}

function run(bin: string, folder: string, program: string, args: readonly string[]): void {
  execFileSync(path.join(bin, program), args, { ...serverUser(), cwd: folder, stdio: 'pipe' })
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself meanwhile.
  }
}

const userId = (flag: '-u' | '-g') => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
