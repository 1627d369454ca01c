/** One replica of control as a process over PostgreSQL: memory with many event streams, and reads in a second. */

import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'vite'
import { memoryQueue } from '#queue/memory.ts'
import { migratePostgresRecords } from '#records/postgres.ts'
import { presetById } from '#simulation/presets.ts'
import { serveAdapters } from '../test/journeys/adapter-wire.ts'
import type { ReplicaSettings } from '../test/journeys/replica-process.ts'
import { startPostgres } from '../test/servers/postgres.ts'
import { CONNECTIONS, load, openStream, READ_MS } from './http-load.ts'
import type { Benchmark, Measurement } from './measurement.ts'

const TOKEN = '0123456789abcdef0123456789abcdef'
const STREAMS = 1000
const SIMULATIONS = 50
const ROOT = path.resolve(import.meta.dirname, '..')
const PROGRAMS = '/usr/lib/postgresql'

/**
 * Set here and, so far, in no image of ours: a small heap for what is young, and few arenas, of which glibc makes eight a core.
 * What is measured is the replica of the tests: queue, storage and cluster are in this process, so that clients of Redis, S3 and
 * Kubernetes are not in the figure.
 */
const FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=256']
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' }

/** The replica as JavaScript, as an installed package has it: stripping types would cost memory that no user sees. */
async function builtReplica(): Promise<string> {
  const outDir = 'dist/bench-replica'
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      outDir,
      target: 'node24',
      minify: false,
      rollupOptions: {
        input: 'test/journeys/replica-process.ts',
        output: { format: 'es', entryFileNames: 'replica.mjs' },
      },
    },
  })
  return path.join(ROOT, outDir, 'replica.mjs')
}

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
    const child = fork(await builtReplica(), [JSON.stringify(settings)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: FLAGS,
      env: { ...process.env, ...ENVIRONMENT },
    })
    serveAdapters(child, { queue, cluster: noWorkers })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        child.on('message', (message: { url?: string }) => message.url !== undefined && resolve(message.url))
        child.once('exit', (code) => reject(new Error(`The replica ended with ${code}.`)))
      })
      const replica = { pid: child.pid!, port: Number(new URL(url).port), token: TOKEN }
      const idle = memoryMegabytes(child.pid!)
      const ids: string[] = []
      for (let n = 0; n < SIMULATIONS; n++) ids.push(await submit(url, n))
      const show = await load(replica, (n) => `/api/v1/simulations/${ids[n % ids.length]}`)
      const list = await load(replica, () => '/api/v1/simulations?limit=20')
      const before = memoryMegabytes(child.pid!)
      const streams = await Promise.all(Array.from({ length: STREAMS }, () => openStream(replica)))
      // Each is told of changes while it is measured.
      for (let n = 0; n < 20; n++) await submit(url, n)
      await new Promise((next) => setTimeout(next, 2000))
      const silent = streams.filter((stream) => stream.bytes === 0).length
      if (silent > 0) throw new Error(`${silent} streams told nothing`)
      const after = memoryMegabytes(child.pid!)
      const beside = await load(replica, (n) => `/api/v1/simulations/${ids[n % ids.length]}`)
      for (const { socket } of streams) socket.destroy()
      return [
        {
          name: `memory with ${STREAMS} event streams, without clients of Redis, S3 and Kubernetes`,
          value: after,
          unit: 'MB',
          how: `not judged: the budget of 150 MB is for the service as it is installed, which was not measured; proportional set size after the reads below and 20 submissions that every stream is told of; ${idle.toFixed(0)} MB idle, ${before.toFixed(0)} MB before the streams; ${[...FLAGS, 'MALLOC_ARENA_MAX=2'].join(' ')}`,
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
          name: 'processor time of a read',
          value: show.cpuMs,
          unit: 'ms',
          budget: { limit: 0.5, kind: 'at most' },
          how: 'of the replica alone: what 2,000/s may cost one core; swings less with what else the machine does',
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

function memoryMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
