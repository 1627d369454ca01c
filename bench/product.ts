/** The whole product as a process: start, memory, acceptance of many tasks, overhead of a task, time to the last picture. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Product, startProduct } from '../test/journeys/product.ts'
import { childrenOf } from '../test/processes.ts'
import { jobRows } from './job-rows.ts'
import type { Benchmark, Measurement } from './measurement.ts'
import { type Door, spesJob, until, wait } from './watched-job.ts'

const IDLE_AFTER_MS = 3000

export const benchmark: Benchmark = {
  name: 'product',
  async run(): Promise<readonly Measurement[]> {
    const start = await startToPage()
    const product = await startProduct()
    try {
      await wait(IDLE_AFTER_MS)
      const idle = memoryMegabytes(product.pid())
      const accept = await acceptMilliseconds(product)
      const { rows } = await jobRows(doorOf(product), { overheadMs: 5, resultSeconds: 0.3 }, 'a worker for each core')
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
        ...rows,
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

function doorOf(product: Product): Door {
  const address = new URL(product.address())
  return { url: address.origin, token: address.searchParams.get('token')! }
}

async function acceptMilliseconds(product: Product): Promise<number> {
  const client = product.client()
  const started = performance.now()
  const made = await client.call('submit', { body: spesJob(10_000_000, 1000) })
  const taken = performance.now() - started
  if (made.progress.tasks !== 10_000) throw new Error(`10,000 tasks were meant, not ${made.progress.tasks}`)
  await client.call('cancel', { params: { id: made.id } })
  await until(async () => (await client.call('show', { params: { id: made.id } })).state === 'cancelled')
  return taken
}

function memoryMegabytes(pid: number): number {
  const own = Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1000
  return childrenOf(pid).reduce((sum, child) => sum + memoryMegabytes(child), own)
}
