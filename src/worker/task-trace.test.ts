/** What a worker's spans say of tasks that do not simply finish. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryQueue } from '#queue/memory.ts'
import type { Queue, WorkerQueue } from '#queue/queue.ts'
import { folderStorage } from '#storage/folder.ts'
import { type ObjectSink, type Storage, StorageError } from '#storage/storage.ts'
import { createEngines, TOY_ENGINE_MODULE, toyPoint, toyTasks } from '#test/programs/toy-engines.ts'
import { type Attributes, NO_TRACES, type Place, type Span, type Traces } from '#traces/traces.ts'
import { type LogAbout, runWorker, type WorkerOptions } from './loop.ts'

interface Kept {
  readonly name: string
  readonly under: string | undefined
  readonly attributes: Record<string, unknown>
  failure?: string
  ends: number
}

/** Keeps what is made, in the order in which it began. */
function keeping(): { traces: Traces; kept: Kept[] } {
  const kept: Kept[] = []
  const start = (name: string, options: { under: Place | null; attributes?: Attributes }): Span => {
    const span: Kept = { name, under: options.under?.spanId, attributes: { ...options.attributes }, ends: 0 }
    kept.push(span)
    return {
      place: { traceId: 't', spanId: `${kept.length}`, sampled: true },
      set: (attributes) => void Object.assign(span.attributes, attributes),
      link() {},
      fail(code) {
        span.failure = code
      },
      end() {
        span.ends += 1
      },
    }
  }
  const root = { traceId: 't', spanId: 'root', sampled: true }
  return { kept, traces: { ...NO_TRACES, isOn: true, start, job: () => root } }
}

let root = ''
let folders = 0
let storage: Storage
let queue: Queue
let traces: Traces
let kept: Kept[]
const lines: [string, LogAbout | undefined][] = []

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-traces-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
beforeEach(async () => {
  storage = await folderStorage({ folder: path.join(root, `s${folders++}`), clock: Date.now })
  lines.length = 0
  queue = memoryQueue({ clock: Date.now })
  ;({ traces, kept } = keeping())
})

const open = (tasks: Parameters<Queue['open']>[2], changes = {}) =>
  queue.open('j', { leaseMs: 1500, maxAttempts: 3, generation: 1, ...changes }, tasks)
const work = (changes: Partial<WorkerOptions> = {}) =>
  runWorker({
    queue,
    storage,
    jobId: 'j',
    workerId: 'w1',
    engines: createEngines(),
    engineModule: TOY_ENGINE_MODULE,
    scratchFolder: root,
    clock: Date.now,
    log: (line, about) => lines.push([line, about]),
    traces,
    ...changes,
  })
const leased = (count: number) =>
  expect.poll(async () => (await queue.counts('j'))!.leased, { timeout: 10_000, interval: 10 }).toBe(count)
const names = () => kept.map(({ name }) => name)
const taskSpan = () => kept.find(({ name }) => name === 'task')!

describe('the spans of a task', () => {
  it('say why an engine failed, by its code', async () => {
    await open(toyTasks(toyPoint('toy-throws'), 1))
    await work()
    expect(names()).toEqual(['task', 'take', 'engine', 'put', 'report'])
    expect(kept.map(({ ends }) => ends)).toEqual([1, 1, 1, 1, 1])
    expect(taskSpan()).toMatchObject({
      under: 'root',
      failure: 'ENGINE_FAILED',
      attributes: { 'isolario.outcome': 'failed', 'isolario.worker': 'w1' },
    })
    expect(kept[2]).toMatchObject({ under: '1', failure: 'ENGINE_FAILED' })
    expect(kept[3]!.attributes['isolario.object']).toBe('jobs/j/tasks/0/g1-a1.log')
    expect(lines).toEqual([[expect.stringContaining('failed'), { task: 0, generation: 1, attempt: 1 }]])
  })

  it('end when the worker is told to end', async () => {
    await open(toyTasks(toyPoint('toy-deaf'), 2))
    const end = new AbortController()
    const running = work({ release: end.signal })
    await leased(1)
    await expect.poll(() => names().includes('engine')).toBe(true)
    end.abort()
    await running
    for (const span of kept) expect(span.ends, span.name).toBe(1)
    expect(taskSpan().attributes['isolario.outcome']).toBe('abandoned')
  })

  it('say that a report was refused', async () => {
    await open(toyTasks(toyPoint('toy'), 1))
    const refusing: WorkerQueue = {
      take: queue.take.bind(queue),
      extend: queue.extend.bind(queue),
      release: queue.release.bind(queue),
      async report(jobId, worker, reports) {
        await queue.report(jobId, worker, reports)
        return { refused: reports.map(({ task }) => task) }
      },
    }
    await work({ queue: refusing })
    expect(taskSpan().attributes['isolario.outcome']).toBe('refused')
    expect(taskSpan().failure).toBeUndefined()
  })

  it('say that an object could not be put', async () => {
    await open(toyTasks(toyPoint('toy'), 1), { maxAttempts: 1 })
    const full: ObjectSink = {
      put: () =>
        Promise.reject(
          new StorageError('STORAGE_EXISTS', 'There is another object of this name.', { retriable: false }),
        ),
    }
    await work({ storage: full })
    expect(kept.find(({ name }) => name === 'put')).toMatchObject({ failure: 'STORAGE_EXISTS', ends: 1 })
    expect(taskSpan().failure).toBe('STORAGE_EXISTS')
  })

  it('are made of few tasks of a job of many, and the work is the same', async () => {
    await open(toyTasks(toyPoint('toy'), 1000, 1, 10), { leaseMs: 30_000 })
    expect(await work()).toMatchObject({ finished: 1000, failed: 0 })
    const tasks = kept.filter(({ name }) => name === 'task')
    expect(tasks.length).toBeGreaterThan(64)
    expect(tasks.length).toBeLessThan(200)
    expect(kept).toHaveLength(5 * tasks.length)
    for (const span of kept) expect(span.ends, span.name).toBe(1)
  })
})
