import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Records } from '#records/records.ts'
import { openSqliteRecords } from '#records/sqlite.ts'
import { folderStorage } from '#storage/folder.ts'
import type { Storage } from '#storage/storage.ts'
import { newSimulation, resultOf, tasksOf } from '#test/contracts/records.ts'
import { createLog } from './log.ts'
import { logKeyBeside, resultKey } from './object-keys.ts'
import { createOrphanSweep } from './orphan-sweep.ts'

const HOUR = 3_600_000
const ENDED_AT = 1_700_000_000_000
const AGE = 24 * HOUR

let root = ''
let benches = 0
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-orphans-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** What becomes of a task, and which objects its tries left. */
interface TaskStory {
  readonly end: 'done' | 'done with log' | 'failed' | 'dropped'
  /** Attempt that counts, among those that stored something. */
  readonly counts: number
  readonly attempts: number
}

interface JobStory {
  readonly state: 'done' | 'failed' | 'cancelled' | 'running' | 'deleted' | 'foreign'
  readonly tasks: readonly TaskStory[]
  readonly staleMerges: number
}

const taskStory: fc.Arbitrary<TaskStory> = fc.record({
  end: fc.constantFrom('done', 'done with log', 'failed', 'dropped'),
  counts: fc.integer({ min: 1, max: 3 }),
  attempts: fc.integer({ min: 1, max: 3 }),
})
const jobStory: fc.Arbitrary<JobStory> = fc.record({
  state: fc.constantFrom('done', 'done', 'failed', 'cancelled', 'running', 'deleted', 'foreign'),
  tasks: fc.array(taskStory, { minLength: 1, maxLength: 4 }),
  staleMerges: fc.nat({ max: 2 }),
})

async function openBench() {
  const folder = path.join(root, String(benches++))
  const storage = await folderStorage({ folder, clock: Date.now })
  const records = await openSqliteRecords(':memory:')
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  const sweepAt = (nowMs: number, through: { records?: Records; storage?: Storage } = {}) =>
    createOrphanSweep({ records, storage, ...through, clock: () => nowMs, log, ageMs: AGE })
  const keys = () => Array.fromAsync(storage.list(''))
  const close = async () => {
    await records.close()
    await storage.close()
  }
  return { storage, records, lines, sweepAt, keys, close }
}

type Bench = Awaited<ReturnType<typeof openBench>>

/** Plays a job. Answers the objects that rows point to, and those that nothing points to. */
async function play({ storage, records }: Bench, id: string, story: JobStory) {
  const pointed: string[] = []
  const lost: string[] = []
  const put = async (key: string, list: string[]) => {
    await storage.put(key, Buffer.from(key))
    list.push(key)
  }
  if (story.state !== 'foreign') await records.accept(newSimulation(id, { tasks: tasksOf(story.tasks.length) }), 1)
  await records.changeState(id, ['accepted'], { to: 'running' }, 2)
  let accepted = 0
  for (const [task, { end, counts, attempts }] of story.tasks.entries()) {
    const counting = Math.min(counts, attempts)
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const key = `jobs/${id}/tasks/${task}/g1-a${attempt}.tally`
      const isPointedTo = end.startsWith('done') && attempt === counting
      await put(key, isPointedTo ? pointed : lost)
      if (end === 'done with log') await put(logKeyBeside(key)!, isPointedTo ? pointed : lost)
    }
    if (end.startsWith('done')) {
      const objectKey = `jobs/${id}/tasks/${task}/g1-a${counting}.tally`
      accepted += (await records.acceptResults(id, [resultOf(task, { attempt: counting, objectKey })], 3)).length
    } else if (end === 'failed') {
      const logKey = `jobs/${id}/tasks/${task}/g1-a${attempts}.log`
      await put(logKey, pointed)
      await records.failTasks(
        id,
        [{ task, generation: 1, attempt: attempts, code: 'X', message: 'x', logKey, atMs: 3 }],
        3,
      )
    }
  }
  for (let i = 1; i <= story.staleMerges; i++) await put(resultKey(id, 0, 100 + i), lost)
  if (accepted > 0) await put(resultKey(id, 0, accepted), pointed)
  if (story.state === 'cancelled') {
    await records.changeState(id, ['running'], { to: 'cancelling' }, ENDED_AT)
    await records.changeState(id, ['cancelling'], { to: 'cancelled' }, ENDED_AT)
  } else if (story.state !== 'running' && story.state !== 'foreign') {
    await records.changeState(id, ['running'], { to: 'stopping' }, 3)
    await records.dropWaitingTasks(id, 3)
    const failure = { code: 'X', message: 'x' }
    const change = story.state === 'failed' ? ({ to: 'failed', failure } as const) : ({ to: 'done' } as const)
    await records.changeState(id, ['stopping'], change, ENDED_AT)
  }
  if (story.state === 'deleted') await records.remove(id, ENDED_AT)
  return { pointed, lost }
}

/** The same adapter, which breaks at a call. */
function breaking<T extends object>(target: T, calls: { left: number }): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (calls.left-- <= 0) throw new Error('broken off')
        return value.apply(target, args)
      }
    },
  })
}

describe('the sweep of the storage', () => {
  it('removes what nothing points to, never what a row points to, wherever it is broken off', async () => {
    let removed = 0
    let brokenOff = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(jobStory, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
        async (stories, breaks) => {
          const bench = await openBench()
          try {
            const stay: string[] = []
            const go: string[] = []
            for (const [i, story] of stories.entries()) {
              const { pointed, lost } = await play(bench, `job${i}`, story)
              if (story.state === 'deleted') go.push(...pointed, ...lost)
              else if (story.state === 'running' || story.state === 'foreign') stay.push(...pointed, ...lost)
              else {
                stay.push(...pointed)
                go.push(...lost)
              }
            }
            const later = ENDED_AT + AGE + 1
            for (const left of breaks) {
              const calls = { left }
              const broken = bench.sweepAt(later, {
                records: breaking(bench.records, calls),
                storage: breaking(bench.storage, calls),
              })
              await broken.sweep().catch(() => brokenOff++)
              expect(await bench.keys()).toEqual(expect.arrayContaining(stay))
            }
            const sweep = bench.sweepAt(later)
            await sweep.sweep()
            removed += go.length
            expect(await bench.keys()).toEqual(stay.toSorted())
            expect(await sweep.sweep()).toBe(0)
            expect(bench.lines.some((line) => line.includes('never knew'))).toBe(
              stories.some(({ state }) => state === 'foreign'),
            )
          } finally {
            await bench.close()
          }
        },
      ),
      { numRuns: 25 },
    )
    expect(removed).toBeGreaterThan(50)
    expect(brokenOff).toBeGreaterThan(5)
  })

  it('leaves a job alone until it has been over for a day, and looks again when it changed', async () => {
    const bench = await openBench()
    const task: TaskStory = { end: 'done', counts: 1, attempts: 2 }
    const { pointed, lost } = await play(bench, 'j', { state: 'done', tasks: [task, task], staleMerges: 0 })
    expect(await bench.sweepAt(ENDED_AT + AGE - 1).sweep()).toBe(0)
    expect(await bench.keys()).toEqual([...pointed, ...lost].toSorted())
    const sweep = bench.sweepAt(ENDED_AT + AGE)
    expect(await sweep.sweep()).toBe(2)
    // More primaries: their objects are nobody's to judge while the job runs.
    await bench.records.addTasks('j', ['done'], 'running', tasksOf(1, 2, 0, 2000), 6000, ENDED_AT + 1)
    await bench.storage.put('jobs/j/tasks/2/g2-a1.tally', Buffer.from('x'))
    expect(await sweep.sweep()).toBe(0)
    await bench.records.changeState('j', ['running'], { to: 'stopping' }, ENDED_AT + 2)
    await bench.records.dropWaitingTasks('j', ENDED_AT + 2)
    await bench.records.changeState('j', ['stopping'], { to: 'done' }, ENDED_AT)
    expect(await sweep.sweep()).toBe(1)
    expect(await bench.keys()).toEqual(pointed.toSorted())
    await bench.close()
  })

  it('stops in the middle of a job to which primaries were added while it was looked at', async () => {
    const bench = await openBench()
    const { pointed } = await play(bench, 'j', {
      state: 'done',
      tasks: [{ end: 'done', counts: 1, attempts: 1 }],
      staleMerges: 0,
    })
    let hasAdded = false
    const storage = new Proxy(bench.storage, {
      get(target, name) {
        if (name !== 'list') return Reflect.get(target, name).bind(target)
        return async function* (prefix: string, after?: string) {
          if (prefix === 'jobs/j/' && !hasAdded) {
            hasAdded = true
            await bench.records.addTasks('j', ['done'], 'running', tasksOf(1, 1, 0, 1000), 2000, ENDED_AT + 1)
            await bench.storage.put('jobs/j/tasks/1/g2-a1.tally', Buffer.from('x'))
          }
          yield* target.list(prefix, after)
        }
      },
    })
    expect(await bench.sweepAt(ENDED_AT + AGE, { storage }).sweep()).toBe(0)
    expect(hasAdded).toBe(true)
    expect(await bench.keys()).toEqual([...pointed, 'jobs/j/tasks/1/g2-a1.tally'].toSorted())
    await bench.close()
  })

  it('goes through jobs of more than a page, and through many', async () => {
    const bench = await openBench()
    await play(bench, 'large', { state: 'done', tasks: [{ end: 'done', counts: 1, attempts: 1 }], staleMerges: 0 })
    await play(bench, 'last', { state: 'deleted', tasks: [{ end: 'done', counts: 1, attempts: 1 }], staleMerges: 0 })
    const before = await bench.keys()
    const stray = Array.from({ length: 1100 }, (_, i) => `jobs/large/tasks/${i}/g0-a9.tally`)
    for (let i = 0; i < stray.length; i += 100) {
      await Promise.all(stray.slice(i, i + 100).map((key) => bench.storage.put(key, new Uint8Array(1))))
    }
    expect(await bench.sweepAt(ENDED_AT + AGE).sweep()).toBe(1100 + 2)
    expect(await bench.keys()).toEqual(before.filter((key) => !key.startsWith('jobs/last/')))
    await bench.close()
  })

  it('ends soon when it is closed', async () => {
    const bench = await openBench()
    await play(bench, 'j', { state: 'done', tasks: [{ end: 'done', counts: 1, attempts: 3 }], staleMerges: 1 })
    const sweep = bench.sweepAt(ENDED_AT + AGE)
    const sweeping = sweep.sweep()
    sweep.close()
    await sweeping
    expect((await bench.keys()).length).toBeGreaterThan(1)
    await bench.close()
  })
})
