/** A PostgreSQL server of our own for tests: fresh folder, loopback, free port; can be killed and started again. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { childrenOf, isAlive } from '#test/processes.ts'

export interface PostgresServer {
  /** Address of a fresh, empty database. */
  database(): Promise<string>
  /** SIGKILL of the server with all its children, as a power cut would. */
  kill(): Promise<void>
  /** Starts it again on the same folder and port, and waits until it answers. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** @param bin folder with `initdb` and `postgres`. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-pg-'))
  // PostgreSQL refuses to run as root: then it runs as the system's user postgres, who must reach the folder.
  const asPostgres = process.getuid?.() === 0
  const ids = asPostgres ? { uid: userId('-u'), gid: userId('-g') } : {}
  if (asPostgres) chmodSync(folder, 0o777)
  const data = path.join(folder, 'data')
  execFileSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '--locale=C', '--encoding=UTF8'],
    {
      ...ids,
      cwd: folder,
      stdio: 'pipe',
    },
  )
  const port = await freePort()
  const url = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`
  let server: ChildProcess
  let count = 0

  const start = async () => {
    server = spawn(
      path.join(bin, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
        '-c',
        'fsync=off',
      ],
      { ...ids, cwd: folder, stdio: 'ignore' },
    )
    await answering(url('postgres'))
  }
  await start()

  const ended = () =>
    new Promise<void>((done) =>
      server.exitCode !== null || server.signalCode !== null ? done() : server.once('exit', () => done()),
    )
  return {
    async database() {
      const name = `test${++count}`
      const client = new pg.Client(url('postgres'))
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return url(name)
    },
    async kill() {
      // Each backend leads a session of its own and would answer on for a moment after the postmaster alone was killed.
      // Stopped first, the postmaster starts no more of them.
      server.kill('SIGSTOP')
      const all = [server.pid!, ...childrenOf(server.pid!)]
      for (const pid of all) endAtOnce(pid)
      await ended()
      while (all.some(isAlive)) await new Promise((next) => setTimeout(next, 5))
    },
    restart: start,
    async stop() {
      server.kill('SIGINT')
      await ended()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

const userId = (flag: '-u' | '-g') => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

async function answering(url: string): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => undefined)
      if (Date.now() > deadline) throw new Error('PostgreSQL did not answer within 20 s', { cause: error })
      await new Promise((next) => setTimeout(next, 50))
    }
  }
}
