import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryQueue } from '#queue/memory.ts'
import type { Queue, QueueTask, Report, WorkerQueue } from '#queue/queue.ts'
import { decodeTallyFile } from '#results/tally-file.ts'
import { folderStorage } from '#storage/folder.ts'
import { type ObjectSink, type Storage, StorageError } from '#storage/storage.ts'
import { createEngines, TOY_ENGINE_MODULE, toyPoint, toyTally, toyTasks } from '#test/programs/toy-engines.ts'
import { runWorker, type WorkerOptions } from './loop.ts'

let root = ''
let storage: Storage
let queue: Queue
let scratch = ''
let folders = 0
const lines: string[] = []
const engines = createEngines()

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-worker-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
beforeEach(async () => {
  lines.length = 0
  storage = await folderStorage({ folder: path.join(root, `s${folders}`), clock: Date.now })
  scratch = await mkdtemp(path.join(root, `scratch${folders++}-`))
  queue = memoryQueue({ clock: Date.now })
})

/** Long enough that a busy machine, which runs other suites beside this one, extends in time. */
const settings = { leaseMs: 1500, maxAttempts: 3, generation: 1 }
const open = (tasks: readonly QueueTask[], changes = {}) => queue.open('j', { ...settings, ...changes }, tasks)
const work = (changes: Partial<WorkerOptions> = {}) =>
  runWorker({
    queue,
    storage,
    jobId: 'j',
    workerId: 'w1',
    engines,
    engineModule: TOY_ENGINE_MODULE,
    scratchFolder: scratch,
    clock: Date.now,
    log: (line) => lines.push(line),
    ...changes,
  })
const reports = () => queue.reports('j', 100_000)
const failures = async () => (await reports()).filter((report) => report.kind === 'failed')
const until = (condition: () => Promise<boolean>) =>
  expect.poll(condition, { timeout: 10_000, interval: 10 }).toBe(true)
const leased = (count: number) => until(async () => (await queue.counts('j'))!.leased === count)

async function runOf(report: Report) {
  if (report.kind !== 'finished') throw new Error(`Task ${report.task} failed: ${report.message}`)
  const content = await storage.get(report.objectKey)
  const file = decodeTallyFile(content!)
  if (file.kind !== 'task') throw new Error('not a task')
  return { content: content!, ...file }
}

describe('worker with a function engine', () => {
  it('works until the queue is drained, and reports what it stored', async () => {
    await open(toyTasks(toyPoint('toy'), 5, 2))
    const told: number[] = []
    expect(await work({ onReported: (count) => told.push(count) })).toEqual({
      reason: 'drained',
      finished: 5,
      failed: 0,
    })
    expect(told.reduce((a, b) => a + b)).toBe(5)
    const all = await reports()
    expect(all.map((report) => report.task).toSorted()).toEqual([0, 1, 2, 3, 4])
    for (const report of all) {
      const { content, tally, identity } = await runOf(report)
      const first = report.task * 2
      const batches = [first, first + 1].map((ordinal) => ({ ordinal, first: ordinal * 100, histories: 100 }))
      const { setup, jobKey } = toyPoint('toy')
      expect(tally).toEqual(toyTally({ setup, stream: { jobKey, point: 0 }, batches }))
      expect(identity).toMatchObject({ engine: { id: 'toy', version: '1.0' }, jobKey, point: 0, replay: false })
      expect(report).toMatchObject({
        objectKey: `jobs/j/tasks/${report.task}/g1-a1.tally`,
        histories: 200,
        bytes: content.byteLength,
        digest: createHash('sha256').update(content).digest('hex'),
      })
    }
  })

  it('takes many short tasks at a time', async () => {
    await open(toyTasks(toyPoint('toy'), 1500, 1, 10), { leaseMs: 30_000 })
    let takes = 0
    const counting: WorkerQueue = {
      take: (...args) => {
        takes += 1
        return queue.take(...args)
      },
      extend: queue.extend.bind(queue),
      report: queue.report.bind(queue),
      release: queue.release.bind(queue),
    }
    expect(await work({ queue: counting })).toMatchObject({ finished: 1500 })
    expect(takes).toBeLessThan(150)
  })

  it('stores tallies that are ready together as one object, where that is asked for', async () => {
    await open(toyTasks(toyPoint('toy'), 300, 1, 10), { leaseMs: 30_000 })
    const keys: string[] = []
    const slow: ObjectSink = {
      async put(key, content) {
        keys.push(key)
        await new Promise((next) => setTimeout(next, 20))
        return storage.put(key, content)
      },
    }
    expect(await work({ storage: slow, bundleTallies: true })).toMatchObject({ finished: 300, failed: 0 })
    expect(keys.length).toBeLessThan(100)
    expect(new Set(keys).size).toBe(keys.length)
    const { setup, jobKey } = toyPoint('toy')
    for (const report of await reports()) {
      if (report.kind !== 'finished') throw new Error(report.message)
      const { objectKey, objectStart, bytes, digest, task } = report
      const object = (await storage.get(objectKey))!
      expect(objectKey).toMatch(objectStart === undefined ? /\.tally$/ : /\.tallies$/)
      if (objectStart === undefined) expect(object.byteLength).toBe(bytes)
      const content = object.subarray(objectStart ?? 0, (objectStart ?? 0) + bytes)
      expect(createHash('sha256').update(content).digest('hex')).toBe(digest)
      const file = decodeTallyFile(content)
      const batches = [{ ordinal: task, first: task * 10, histories: 10 }]
      expect(file.kind === 'task' && file.tally).toEqual(toyTally({ setup, stream: { jobKey, point: 0 }, batches }))
    }
  })

  it('keeps its lease while an engine computes without a word', async () => {
    await open(toyTasks(toyPoint('toy-silent'), 2), { leaseMs: 1200, maxAttempts: 1 })
    const reaper = setInterval(() => void queue.reap('j'), 20)
    expect(await work()).toEqual({ reason: 'drained', finished: 2, failed: 0 })
    clearInterval(reaper)
    expect(await failures()).toEqual([])
  })

  it('tells how far it is', async () => {
    await open(toyTasks(toyPoint('toy-slow'), 1, 10))
    const running = work()
    await until(async () => ((await queue.leases('j'))[0]?.historiesDone ?? 0) > 0)
    await running
  })

  it('reports a failing engine once, with its words and a log', async () => {
    await open(toyTasks(toyPoint('toy-throws'), 1))
    expect(await work()).toEqual({ reason: 'drained', finished: 0, failed: 1 })
    const [failure] = await failures()
    expect(failure).toMatchObject({
      code: 'ENGINE_FAILED',
      retriable: false,
      attempt: 1,
      logKey: 'jobs/j/tasks/0/g1-a1.log',
    })
    expect(failure!.message).toContain('a cogwheel came off')
    expect(Buffer.from((await storage.get(failure!.logKey!))!).toString()).toContain('toy-engines.ts')
  })

  it('never takes fewer histories for all', async () => {
    await open(toyTasks(toyPoint('toy-short'), 1, 3))
    await work()
    expect(await failures()).toMatchObject([{ code: 'ENGINE_INCOMPLETE', retriable: false }])
    expect((await failures())[0]!.message).toContain('200 of 300')
  })

  it('survives an engine that ends its thread, and tries its task again', async () => {
    await open([...toyTasks(toyPoint('toy-exits'), 1), ...toyTasks(toyPoint('toy'), 4).slice(1)], { maxAttempts: 2 })
    expect(await work()).toMatchObject({ reason: 'drained', finished: 3 })
    expect(await failures()).toMatchObject([{ task: 0, code: 'ENGINE_CRASHED', attempt: 2 }])
  })

  it('names an engine that is out of memory', async () => {
    await open(toyTasks(toyPoint('toy-greedy', { limits: { timeSeconds: 60, memoryMebibytes: 64 } }), 1))
    await work()
    const [failure] = await failures()
    expect(failure).toMatchObject({ code: 'TASK_OUT_OF_MEMORY', retriable: false })
    expect(failure!.message).toMatch(/limit of 64 MiB.*more memory/)
  })

  it('ends an engine that is out of time, whether it listens or not, and goes on with the next task', async () => {
    const limits = { timeSeconds: 0.3, memoryMebibytes: 256 }
    const slow = toyTasks(toyPoint('toy-slow', { limits }), 1, 50)
    const deaf = toyTasks(toyPoint('toy-deaf', { limits }), 2).slice(1)
    const good = toyTasks(toyPoint('toy', { limits }), 3).slice(2)
    await open([...slow, ...deaf, ...good])
    expect(await work()).toMatchObject({ finished: 1, failed: 2 })
    const all = await failures()
    expect(all.map((failure) => failure.code)).toEqual(['TASK_OUT_OF_TIME', 'TASK_OUT_OF_TIME'])
    expect(all[0]!.message).toMatch(/limit of 0.3 s.*more time/)
  })

  it('refuses a payload that it cannot read and a setup that is not the accepted one', async () => {
    const point = toyPoint('toy')
    await open([
      { task: 0, payload: '{"version":1}' },
      { task: 1, payload: 'nonsense' },
      { ...toyTasks({ ...point, setupDigest: 'f'.repeat(64) }, 3)[2]! },
    ])
    expect(await work()).toMatchObject({ finished: 0, failed: 3 })
    const codes = new Map((await failures()).map((failure) => [failure.task, failure.code]))
    expect(codes).toEqual(
      new Map([
        [0, 'TASK_PAYLOAD_INVALID'],
        [1, 'TASK_PAYLOAD_INVALID'],
        [2, 'TASK_SETUP_INVALID'],
      ]),
    )
  })

  it('ends for good when the job wants another engine, and gives the task back', async () => {
    for (const point of [toyPoint('unknown'), toyPoint('toy', { engineVersion: '9.9' })]) {
      await queue.drop('j')
      await open(toyTasks(point, 2))
      await expect(work()).rejects.toMatchObject({ code: 'WORKER_JOB' })
      expect(await queue.counts('j')).toEqual({ waiting: 2, leased: 0, reported: 0 })
    }
  })

  it('drops everything of a task whose lease was lost', async () => {
    await open(toyTasks(toyPoint('toy-deaf'), 1), { leaseMs: 90 })
    const running = work()
    await leased(1)
    // Control lost its memory and built the queue again; meanwhile somebody else did the work.
    await queue.open('j', { ...settings, generation: 2 }, [])
    expect(await running).toEqual({ reason: 'drained', finished: 0, failed: 0 })
    expect(await reports()).toEqual([])
  })

  it('finishes what it has when it is told to stop, and drops it when the job is cancelled', async () => {
    await open(toyTasks(toyPoint('toy-slow'), 3, 8), { leaseMs: 1200 })
    const stopping = work()
    await leased(1)
    await queue.order('j', 'stop')
    expect(await stopping).toEqual({ reason: 'stopped', finished: 1, failed: 0 })

    await queue.open('j', { ...settings, leaseMs: 1200, generation: 2 }, toyTasks(toyPoint('toy-deaf'), 3))
    const cancelling = work()
    await leased(1)
    await queue.order('j', 'cancel')
    expect(await cancelling).toEqual({ reason: 'cancelled', finished: 0, failed: 0 })
    expect(await reports()).toEqual([])
  })

  it('gives its tasks back at once when it is told to end', async () => {
    await open(toyTasks(toyPoint('toy-deaf'), 3), { maxAttempts: 1 })
    const end = new AbortController()
    const running = work({ release: end.signal })
    await leased(1)
    // The engine would compute for a minute, which is longer than this test may take.
    end.abort()
    expect(await running).toMatchObject({ reason: 'released', finished: 0 })
    expect(await queue.counts('j')).toEqual({ waiting: 3, leased: 0, reported: 0 })
    expect(await work({ release: AbortSignal.abort() })).toMatchObject({ reason: 'released' })
  })

  it('reports a long task while the next one is computed, without waiting for it', async () => {
    await open(toyTasks(toyPoint('toy-slow'), 3, 4), { leaseMs: 30_000 })
    const order: string[] = []
    const watching: ObjectSink = {
      put: async (key, content) => {
        const stored = await storage.put(key, content)
        order.push('stored')
        // After everything that follows without a pause.
        setImmediate(() => order.push('pause'))
        return stored
      },
    }
    const told: WorkerQueue = {
      take: queue.take.bind(queue),
      extend: queue.extend.bind(queue),
      report: (...args) => {
        order.push('reported')
        return queue.report(...args)
      },
      release: queue.release.bind(queue),
    }
    expect(await work({ queue: told, storage: watching })).toMatchObject({ finished: 3 })
    expect(order.slice(0, 6)).toEqual(['stored', 'reported', 'pause', 'stored', 'reported', 'pause'])
  })

  it('gives a task back whose result is still being stored when it is told to end', async () => {
    await open(toyTasks(toyPoint('toy'), 1), { maxAttempts: 1 })
    const end = new AbortController()
    const late = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slow: ObjectSink = {
      put: async (key, content) => {
        begun.resolve()
        await late.promise
        return storage.put(key, content)
      },
    }
    const running = work({ storage: slow, release: end.signal })
    await begun.promise
    end.abort()
    expect(await running).toEqual({ reason: 'released', finished: 0, failed: 0 })
    expect(await queue.counts('j')).toEqual({ waiting: 1, leased: 0, reported: 0 })
    // The object arrives all the same: nobody speaks of it, and the next try has a key of its own.
    late.resolve()
    await until(async () => (await storage.head('jobs/j/tasks/0/g1-a1.tally')) !== undefined)
    expect(await reports()).toEqual([])
    expect(await work()).toMatchObject({ reason: 'drained', finished: 1 })
    expect(await reports()).toMatchObject([{ task: 0, attempt: 2, objectKey: 'jobs/j/tasks/0/g1-a2.tally' }])
  })

  it('finishes what it has when it is asked to leave', async () => {
    await open(toyTasks(toyPoint('toy-slow'), 3, 6))
    const leave = new AbortController()
    const running = work({ leave: leave.signal })
    await leased(1)
    leave.abort()
    expect(await running).toEqual({ reason: 'left', finished: 1, failed: 0 })
    expect(await queue.counts('j')).toEqual({ waiting: 2, leased: 0, reported: 1 })
  })

  it('waits for leases of others and takes over what they lose', async () => {
    await open(toyTasks(toyPoint('toy'), 2), { leaseMs: 1000 })
    await queue.take('j', 'somebody who dies', 1)
    expect(await work()).toEqual({ reason: 'drained', finished: 2, failed: 0 })
    expect((await reports()).map(({ task, attempt }) => [task, attempt]).toSorted()).toEqual([
      [0, 2],
      [1, 1],
    ])
  })

  it('tries a full storage again, and finishes when there is space', async () => {
    await open(toyTasks(toyPoint('toy'), 3))
    let full = 4
    const tight: ObjectSink = {
      put: async (key, content) => {
        if (full-- > 0) throw new StorageError('STORAGE_FULL', 'The disk is full.')
        return storage.put(key, content)
      },
    }
    expect(await work({ storage: tight })).toEqual({ reason: 'drained', finished: 3, failed: 0 })
    expect(lines.join('\n')).toContain('The disk is full')
  })

  it('gives its tasks back and ends when the storage stays full: nobody is to blame but the machine', async () => {
    await open(toyTasks(toyPoint('toy'), 3), { maxAttempts: 1 })
    const full = { ...storage, put: async () => Promise.reject(new StorageError('STORAGE_FULL', 'The disk is full.')) }
    const ended = work({ storage: full as unknown as Storage, storageGiveUpMs: 300 })
    await expect(ended).rejects.toMatchObject({ code: 'WORKER_MACHINE' })
    await expect(ended).rejects.toThrow('cannot be stored. The disk is full')
    expect(await queue.counts('j')).toEqual({ waiting: 3, leased: 0, reported: 0 })
  })
})

describe('worker with a program engine', () => {
  it('runs the program in an empty folder and counts as a function would', async () => {
    await open(toyTasks(toyPoint('toy-program'), 2, 3))
    expect(await work()).toEqual({ reason: 'drained', finished: 2, failed: 0 })
    for (const report of await reports()) {
      const batches = [0, 1, 2].map((i) => ({
        ordinal: report.task * 3 + i,
        first: (report.task * 3 + i) * 100,
        histories: 100,
      }))
      const { setup, jobKey } = toyPoint('toy')
      expect((await runOf(report)).tally).toEqual(toyTally({ setup, stream: { jobKey, point: 0 }, batches }))
      const log = await storage.get(`jobs/j/tasks/${report.task}/g1-a1.log`)
      expect(Buffer.from(log!).toString()).toContain('done 300')
    }
    expect(await readdir(scratch)).toEqual([])
  })

  it.each([
    ['toy-program-broken', 'TOY_BROKEN', /no such region DISC3/],
    ['toy-program-mute', 'TOY_OUTPUT_MISSING', /no done.json/],
    ['toy-program-link', 'PROGRAM_OUTPUT_REFUSED', /not a plain file/],
    ['toy-program-flood', 'PROGRAM_OUTPUT_TOO_LARGE', /wrote more/],
    ['toy-program-hungry', 'PROGRAM_OUT_OF_MEMORY', /limit of 150 MiB.*more memory/],
    ['toy-program-sleepy', 'PROGRAM_OUT_OF_TIME', /limit of 1.5 s.*more time/],
  ])('names what is wrong with %s', async (engine, code, words) => {
    await open(toyTasks(toyPoint(engine, { limits: { timeSeconds: 1.5, memoryMebibytes: 150 } }), 1))
    expect(await work({ outputBytes: 8 * 2 ** 20 })).toMatchObject({ failed: 1 })
    const [failure] = await failures()
    expect(failure).toMatchObject({ code, retriable: false, attempt: 1 })
    expect(failure!.message).toMatch(words)
    expect(await storage.head(failure!.logKey!)).toBeDefined()
    expect(await readdir(scratch)).toEqual([])
  })

  it('ends the program with all its children when the lease is lost', async () => {
    await open(toyTasks(toyPoint('toy-program-slow'), 1, 100), { leaseMs: 1500 })
    const running = work()
    await until(async () => ((await queue.leases('j'))[0]?.historiesDone ?? 0) > 0)
    expect(await sleepers()).toBe(2)
    await queue.order('j', 'cancel')
    expect(await running).toMatchObject({ reason: 'cancelled' })
    await until(async () => (await sleepers()) === 0)
    await until(async () => (await readdir(scratch)).length === 0)
  })
})

/** Processes whose folder lies in the scratch folder, children of programs included. */
async function sleepers(): Promise<number> {
  const { readlink, readFile } = await import('node:fs/promises')
  let count = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    if (folder.startsWith(scratch) && name.trim() === 'sleep') count += 1
  }
  return count
}
