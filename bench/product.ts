/** The whole product as a process: start, memory, acceptance of many tasks, overhead of a task, time to the last picture. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openEvents } from '#protocol/open-events.ts'
import type { ResultDocument } from '#results/document.ts'
import type { SimulationInput } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { type Product, startProduct } from '../test/journeys/product.ts'
import { childrenOf } from '../test/processes.ts'
import type { Benchmark, Measurement } from './measurement.ts'

const { document } = presetById('spes-uc4')!
const IDLE_AFTER_MS = 3000

const job = (primaries: number, historiesPerTask: number): SimulationInput => ({
  ...document,
  job: { ...document.job, goal: { kind: 'primaries', primaries }, historiesPerTask, batchHistories: historiesPerTask },
})

export const benchmark: Benchmark = {
  name: 'product',
  async run(): Promise<readonly Measurement[]> {
    const start = await startToPage()
    const product = await startProduct()
    try {
      await wait(IDLE_AFTER_MS)
      const idle = memoryMegabytes(product.pid())
      const accept = await acceptMilliseconds(product)
      const tiny = await runJob(product, job(100_000, 100))
      const rich = await runJob(product, job(20_000_000, 20_000))
      return [
        start,
        {
          name: 'idle memory of the whole product',
          value: idle,
          unit: 'MB',
          budget: { limit: 400, kind: 'at most' },
          how: 'proportional set size of all its processes',
        },
        {
          name: 'accept a job of 10,000 tasks',
          value: accept,
          unit: 'ms',
          budget: { limit: 1000, kind: 'at most' },
          how: 'request to answer, records in SQLite',
        },
        {
          name: 'overhead of a task',
          value: tiny.wallMs / 1000,
          unit: 'ms',
          budget: { limit: 5, kind: 'at most' },
          how: '1,000 tasks of 100 histories: first start to last acceptance, divided by the tasks; engine included',
        },
        {
          name: 'last task done to merged result at the client',
          value: rich.lastTaskToResultMs / 1000,
          unit: 's',
          budget: { limit: 0.3, kind: 'at most' },
          how: `1,000 tasks x ${rich.nuclides} nuclides, by the events and questions of a page that watches the job`,
        },
      ]
    } finally {
      await product.stop()
      product.remove()
    }
  },
}

/** `npm start` on an installed clone until the page answers; the example is run on the way. */
async function startToPage(): Promise<Measurement> {
  const data = mkdtempSync(path.join(tmpdir(), 'isolario-bench-'))
  const started = performance.now()
  const child = spawn('node', ['bin/start.mjs', '--port', '0'], {
    cwd: path.resolve(import.meta.dirname, '..'),
    env: { ...process.env, ISOLARIO_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const bytes of child.stdout) {
    output += String(bytes)
    if (/token=\S+/.test(output)) break
  }
  const address = /http:\S+/.exec(output)![0]
  const page = await fetch(address)
  await page.text()
  const seconds = (performance.now() - started) / 1000
  child.kill('SIGTERM')
  await new Promise((done) => child.once('exit', done))
  rmSync(data, { recursive: true, force: true })
  return {
    name: 'start of an installed clone to the page, SPES example finished',
    value: seconds,
    unit: 's',
    budget: { limit: 5, kind: 'at most' },
    how: 'node bin/start.mjs on an empty data folder; 1e7 primaries are simulated on the way',
  }
}

async function acceptMilliseconds(product: Product): Promise<number> {
  const client = product.client()
  const started = performance.now()
  const made = await client.call('submit', { body: job(10_000_000, 1000) })
  const taken = performance.now() - started
  if (made.progress.tasks !== 10_000) throw new Error(`10,000 tasks were meant, not ${made.progress.tasks}`)
  await client.call('cancel', { params: { id: made.id } })
  await until(async () => (await client.call('show', { params: { id: made.id } })).state === 'cancelled')
  return taken
}

/** What the page of the simulation sees: it follows the events and asks again when its picture is behind. */
async function runJob(
  product: Product,
  body: SimulationInput,
): Promise<{ wallMs: number; lastTaskToResultMs: number; nuclides: number }> {
  const client = product.client()
  const { id } = await client.call('submit', { body })
  const { arrivedAtMs, nuclides } = await watch(product, id)
  await until(async () => (await client.call('show', { params: { id } })).state === 'done')
  const times: { startedAtMs: number; endedAtMs: number }[] = []
  for (let offset = 0; ; offset += 500) {
    const page = await client.call('tasks', { params: { id }, query: { offset, limit: 500 } })
    for (const task of page.items) times.push({ startedAtMs: task.startedAtMs!, endedAtMs: task.endedAtMs! })
    if (times.length >= page.total) break
  }
  const first = Math.min(...times.map((task) => task.startedAtMs))
  const last = Math.max(...times.map((task) => task.endedAtMs))
  return { wallMs: last - first, lastTaskToResultMs: arrivedAtMs - last, nuclides }
}

async function watch(product: Product, id: string): Promise<{ arrivedAtMs: number; nuclides: number }> {
  const client = product.client()
  const end = new AbortController()
  const address = new URL(product.address())
  const events = openEvents({
    fetch: fetch as unknown as Parameters<typeof openEvents>[0]['fetch'],
    baseUrl: address.origin,
    token: address.searchParams.get('token')!,
    decoder: () => {
      const decoder = new TextDecoder()
      return (piece) => decoder.decode(piece, { stream: true })
    },
    pause: wait,
    signal: end.signal,
  })
  let asking = false
  let newest = await client.call('show', { params: { id } })
  return new Promise((resolve, reject) => {
    const ask = async () => {
      if (asking || newest.progress.tasksDone === 0) return
      asking = true
      const revision = newest.revision
      const { primaries, residuals } = (await client.call('result', { params: { id } })) as ResultDocument
      asking = false
      if (primaries === newest.progress.primariesAsked) {
        end.abort()
        resolve({ arrivedAtMs: Date.now(), nuclides: residuals.length })
      } else if (newest.revision > revision) await ask()
    }
    void (async () => {
      for await (const message of events) {
        if (message.kind !== 'event' || message.event.kind !== 'simulation') continue
        if (message.event.simulation.id !== id) continue
        newest = { ...newest, ...message.event.simulation }
        ask().catch(reject)
      }
    })().catch(reject)
  })
}

/** Looks every 5 ms: the resolution of what is measured through it. */
async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error('not done within two minutes')
    await wait(5)
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

function memoryMegabytes(pid: number): number {
  const own = Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1000
  return childrenOf(pid).reduce((sum, child) => sum + memoryMegabytes(child), own)
}
