/**
 * A job of 2,000 tasks while its workers, the service and (where it is used) PostgreSQL are killed again and again: the
 * total of primaries is exact and the result is bit-identical to an undisturbed run of the same job key.
 */

import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { presetById } from '#simulation/presets.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { type Product, startProduct } from './product.ts'

const TASKS = 2000
const HISTORIES_PER_TASK = 100_000
const PRIMARIES = TASKS * HISTORIES_PER_TASK - 7
const JOB_KEY = '00000000c0ffee42'
const WORKER_KILLS = 12
const SERVICE_KILLS = 2
const DATABASE_KILLS = 2

const example = presetById('spes-uc4')!.document
const document = {
  ...example,
  name: 'Killed now and then',
  job: {
    ...example.job,
    goal: { kind: 'primaries' as const, primaries: PRIMARIES },
    key: JOB_KEY,
    historiesPerTask: HISTORIES_PER_TASK,
    batchHistories: HISTORIES_PER_TASK,
  },
}

/** Everything of a result that sampling decides. */
const sampled = (result: ResultDocument) =>
  JSON.stringify({
    primaries: result.primaries,
    batches: result.batches,
    fissions: result.fissions,
    residuals: result.residuals,
  })

async function submitted(product: Product): Promise<string> {
  const made = await product.client().call('submit', { body: document, headers: { 'idempotency-key': 'kills' } })
  expect(made.progress.tasks).toBe(TASKS)
  return made.id
}

async function finished(
  product: Product,
  id: string,
  disturb: (done: number) => Promise<void>,
): Promise<ResultDocument> {
  const deadline = Date.now() + 240_000
  for (;;) {
    const now = await product
      .client()
      .call('show', { params: { id } })
      .catch(() => undefined)
    if (now?.state === 'done') {
      expect(now.progress).toMatchObject({ primariesDone: PRIMARIES, tasksDone: TASKS, tasksFailed: 0 })
      return (await product.client().call('result', { params: { id } })) as ResultDocument
    }
    if (now && (now.state === 'failed' || now.state === 'cancelled')) throw new Error(now.sentence)
    if (Date.now() > deadline) throw new Error(`not done after 240 s: ${now?.sentence}\n${product.output()}`)
    await disturb(now?.progress.tasksDone ?? 0)
    await new Promise((next) => setTimeout(next, 30))
  }
}

/**
 * Freezes a worker that holds leases, looks what it has in hand, and kills it.
 * Answers nothing when no worker held a lease at that moment.
 */
async function hitWorker(product: Product, id: string): Promise<{ leases: number; stored: number } | undefined> {
  const list = () => product.client().call('tasks', { params: { id }, query: { state: 'leased', limit: 500 } })
  const before = await list().catch(() => undefined)
  const pidOf = (worker: string | null) => Number(/(\d+)$/.exec(worker ?? '')?.[1])
  // Leases of those killed before are still listed until they run out.
  const living = product.workers()
  const worker = before?.items.find((task) => living.includes(pidOf(task.worker)))?.worker
  if (!worker) return undefined
  const pid = pidOf(worker)
  process.kill(pid, 'SIGSTOP')
  // What it had reported before it froze is accepted meanwhile.
  await new Promise((next) => setTimeout(next, 150))
  const held = (await list().catch(() => undefined))?.items.filter((task) => task.worker === worker) ?? []
  const stored = held.filter((task) => tallyIsStored(product, id, task.task, task.attempt)).length
  process.kill(pid, 'SIGKILL')
  return held.length > 0 ? { leases: held.length, stored } : undefined
}

function tallyIsStored(product: Product, id: string, task: number, attempt: number): boolean {
  const folder = path.join(product.data, 'objects', 'objects', 'jobs', id, 'tasks', String(task))
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes(`-a${attempt}.`))
}

describe('a job of 2,000 tasks', () => {
  let undisturbed: string

  beforeAll(async () => {
    const product = await startProduct()
    try {
      undisturbed = sampled(await finished(product, await submitted(product), async () => undefined))
    } finally {
      await product.stop()
      product.remove()
    }
  }, 300_000)

  async function disturbed(product: Product, database?: PostgresServer): Promise<void> {
    const id = await submitted(product)
    const log: string[] = []
    const killed = { workers: 0, stored: 0, service: 0, database: 0 }
    let nextWorker = 1
    let nextService = TASKS / 5
    let nextDatabase = TASKS / 4
    const result = await finished(product, id, async (done) => {
      if (killed.service < SERVICE_KILLS && done >= nextService) {
        nextService += TASKS / 5
        killed.service++
        log.push(`service killed at ${done} tasks done, ${product.workers().length} workers alive`)
        await product.kill()
        await product.start()
        return
      }
      if (database && killed.database < DATABASE_KILLS && done >= nextDatabase) {
        nextDatabase += TASKS / 4
        killed.database++
        log.push(`PostgreSQL killed at ${done} tasks done`)
        await database.kill()
        await new Promise((next) => setTimeout(next, 300))
        await database.restart()
        return
      }
      if (killed.workers >= WORKER_KILLS || done < nextWorker) return
      const held = await hitWorker(product, id)
      if (!held) return
      killed.workers++
      nextWorker = done + TASKS / 20
      if (held.stored > 0) killed.stored++
      log.push(
        `worker ${killed.workers} killed at ${done} tasks done, holding ${held.leases} leases, ${held.stored} of them with a tally stored and not yet accepted`,
      )
    })
    process.stdout.write(`${log.join('\n')}\n`)
    expect(sampled(result)).toBe(undisturbed)
    // Every one of them hit leases; see hitWorker.
    expect(killed.workers).toBe(WORKER_KILLS)
    expect(killed.stored).toBeGreaterThanOrEqual(2)
    expect(killed.service).toBe(SERVICE_KILLS)
    expect(killed.database).toBe(database ? DATABASE_KILLS : 0)
  }

  it('survives kills of workers and service, records in SQLite', async () => {
    const product = await startProduct()
    try {
      await disturbed(product)
    } finally {
      await product.stop()
      product.remove()
    }
  }, 300_000)

  describeWith(POSTGRESQL, 'with records in PostgreSQL', (bin) => {
    it('survives kills of workers, service and database', async () => {
      const database = await startPostgres(bin)
      const product = await startProduct({ ISOLARIO_DATABASE_URL: await database.database() })
      try {
        await disturbed(product, database)
      } finally {
        await product.stop()
        product.remove()
        await database.stop()
      }
    }, 300_000)
  })
})
