/** One replica of control as a process over PostgreSQL: memory with many event streams, and reads in a second. */

import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { memoryQueue } from '#queue/memory.ts'
import { migratePostgresRecords } from '#records/postgres.ts'
import { presetById } from '#simulation/presets.ts'
import { serveAdapters } from '../test/journeys/adapter-wire.ts'
import type { ReplicaSettings } from '../test/journeys/replica-process.ts'
import { startPostgres } from '../test/servers/postgres.ts'
import type { Benchmark, Measurement } from './measurement.ts'

const TOKEN = '0123456789abcdef0123456789abcdef'
const STREAMS = 1000
const CONNECTIONS = 32
const READ_MS = 4000
const SIMULATIONS = 50
const PROGRAMS = '/usr/lib/postgresql'

/** A cluster without workers: jobs wait. */
const noWorkers = {
  capacity: async () => 0,
  start: async () => undefined,
  status: async (jobId: string) => ({
    jobId,
    state: 'waiting',
    wanted: 1,
    running: 0,
    reason: 'No worker is free.',
    failures: [],
  }),
  jobs: async () => [],
  stop: async () => undefined,
  onChange: () => () => undefined,
}

function postgresPrograms(): string | undefined {
  if (!existsSync(PROGRAMS)) return undefined
  const versions = readdirSync(PROGRAMS).sort((a, b) => Number(b) - Number(a))
  return versions
    .map((version) => path.join(PROGRAMS, version, 'bin'))
    .find((bin) => existsSync(path.join(bin, 'initdb')))
}

export const benchmark: Benchmark = {
  name: 'replica',
  unavailable: () =>
    postgresPrograms() ? null : 'Install the PostgreSQL server, on Debian: apt-get install postgresql.',
  async run(): Promise<readonly Measurement[]> {
    const server = await startPostgres(postgresPrograms()!)
    const folder = mkdtempSync(path.join(tmpdir(), 'isolario-bench-replica-'))
    const queue = memoryQueue({ clock: Date.now })
    const databaseUrl = await server.database()
    await migratePostgresRecords({ url: databaseUrl })
    const settings: ReplicaSettings = { databaseUrl, objects: path.join(folder, 'objects'), token: TOKEN, limits: {} }
    const child = fork(
      path.join(import.meta.dirname, '../test/journeys/replica-process.ts'),
      [JSON.stringify(settings)],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    )
    serveAdapters(child, { queue, cluster: noWorkers })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        child.on('message', (message: { url?: string }) => message.url !== undefined && resolve(message.url))
        child.once('exit', (code) => reject(new Error(`The replica ended with ${code}.`)))
      })
      const port = Number(new URL(url).port)
      const ids: string[] = []
      for (let n = 0; n < SIMULATIONS; n++) ids.push(await submit(url, n))
      const show = await load(child.pid!, port, (n) => `/api/v1/simulations/${ids[n % ids.length]}`)
      const list = await load(child.pid!, port, () => '/api/v1/simulations?limit=20')
      const before = memoryMegabytes(child.pid!)
      const streams = await Promise.all(Array.from({ length: STREAMS }, () => openStream(port)))
      // Each is told of changes while it is measured.
      for (let n = 0; n < 20; n++) await submit(url, n)
      await new Promise((next) => setTimeout(next, 2000))
      const silent = streams.filter((stream) => stream.bytes === 0).length
      if (silent > 0) throw new Error(`${silent} streams told nothing`)
      const after = memoryMegabytes(child.pid!)
      const beside = await load(child.pid!, port, (n) => `/api/v1/simulations/${ids[n % ids.length]}`)
      for (const { socket } of streams) socket.destroy()
      return [
        {
          name: `memory with ${STREAMS} event streams`,
          value: after,
          unit: 'MB',
          budget: { limit: 150, kind: 'at most' },
          how: `proportional set size; ${before.toFixed(0)} MB before, after the reads below; every stream is told of 20 submissions`,
        },
        {
          name: 'reads of a simulation',
          value: show.perSecond,
          unit: '/s',
          budget: { limit: 2000, kind: 'at least' },
          how: `${CONNECTIONS} connections for ${READ_MS / 1000} s; client, replica and PostgreSQL share the machine`,
        },
        {
          name: 'reads of a simulation, 99 of 100 within',
          value: show.p99Ms,
          unit: 'ms',
          budget: { limit: 50, kind: 'at most' },
          how: 'the same requests',
        },
        {
          name: 'reads of a page of 20 simulations',
          value: list.perSecond,
          unit: '/s',
          how: `99 of 100 within ${list.p99Ms.toFixed(0)} ms`,
        },
        {
          name: `reads of a simulation beside ${STREAMS} event streams`,
          value: beside.perSecond,
          unit: '/s',
          how: `99 of 100 within ${beside.p99Ms.toFixed(0)} ms`,
        },
      ]
    } finally {
      child.kill('SIGKILL')
      await queue.close()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function submit(url: string, n: number): Promise<string> {
  const { document } = presetById('spes-uc4')!
  const answer = await fetch(`${url}/api/v1/simulations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...document, name: `Bench ${n}` }),
  })
  if (answer.status !== 201) throw new Error(`submit answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}

const requestOf = (route: string, more = '') =>
  `GET ${route} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n${more}\r\n`

function openStream(port: number): Promise<{ readonly socket: net.Socket; bytes: number }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1')
    const stream = { socket, bytes: 0 }
    socket.once('error', reject)
    socket.once('connect', () => socket.write(requestOf('/api/v1/events')))
    socket.once('data', () => resolve(stream))
    let told = false
    socket.on('data', (piece: Buffer) => {
      told ||= piece.includes('event: simulation')
      if (told) stream.bytes += piece.length
    })
  })
}

interface Load {
  readonly perSecond: number
  readonly p99Ms: number
  /** Processor time of the replica for one. */
  readonly cpuMs: number
}

/** Asks on all connections, on each for the next as soon as the one before is answered. */
async function load(pid: number, port: number, route: (n: number) => string): Promise<Load> {
  let asked = 0
  const times: number[] = []
  const begun = performance.now()
  const cpu = processorMs(pid)
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1')
      let sentAt = 0
      let got: Buffer = Buffer.alloc(0)
      const next = () => {
        if (performance.now() - begun > READ_MS) {
          socket.destroy()
          resolve()
          return
        }
        sentAt = performance.now()
        socket.write(requestOf(route(asked++)))
      }
      socket.once('error', reject)
      socket.once('connect', next)
      socket.on('data', (piece: Buffer) => {
        got = got.length === 0 ? piece : Buffer.concat([got, piece])
        const head = got.indexOf('\r\n\r\n')
        if (head < 0) return
        const headers = got.toString('latin1', 0, head)
        if (!headers.startsWith('HTTP/1.1 200')) {
          reject(new Error(headers.split('\r\n')[0]))
          return
        }
        const length = /content-length: (\d+)/i.exec(headers)
        const whole = length ? got.length >= head + 4 + Number(length[1]) : got.subarray(-5).toString() === '0\r\n\r\n'
        if (!whole) return
        times.push(performance.now() - sentAt)
        got = Buffer.alloc(0)
        next()
      })
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / ((performance.now() - begun) / 1000),
    p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    cpuMs: (processorMs(pid) - cpu) / times.length,
  }
}

/** User and system time of a process; Linux counts it in hundredths of a second. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function memoryMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
