/**
 * What every queue must do, whether it lives in the memory of control, behind a socket or in Redis.
 * An implementation's test file calls `describeQueueContract(name, make)`.
 */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Lease,
  type LostResult,
  type Progress,
  type Queue,
  type QueueTask,
  type Report,
  TASK_LOST,
  type TakeAnswer,
  type WorkerQueue,
} from '#queue/queue.ts'

/** One fresh, empty queue service and what the suite needs around it. */
export interface QueueBench {
  /** Control's side. */
  readonly queue: Queue
  /** The worker's side for a job; the same object as `queue` where there is no wire in between. */
  workers(jobId: string): WorkerQueue
  /** Length of the leases that the suite asks for, in milliseconds: short where time is real. */
  readonly leaseMs: number
  /** Lets time go by, as the queue sees it. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

const tasksOf = (count: number, first = 0): QueueTask[] =>
  Array.from({ length: count }, (_, i) => ({ task: first + i, payload: `{"task":${first + i}}` }))

const finished = (lease: Lease, histories = 10): Report => ({
  kind: 'finished',
  task: lease.task,
  generation: lease.generation,
  attempt: lease.attempt,
  objectKey: `jobs/${lease.jobId}/tasks/${lease.task}/g${lease.generation}-a${lease.attempt}.tally`,
  digest: '0'.repeat(64),
  bytes: 1,
  histories,
  startedAtMs: 1,
  endedAtMs: 2,
})

const failed = (lease: Lease, retriable: boolean): Report => ({
  kind: 'failed',
  task: lease.task,
  generation: lease.generation,
  attempt: lease.attempt,
  code: 'TOY_FAILED',
  message: 'The toy broke.',
  retriable,
  logKey: null,
})

const progress = (lease: Lease, historiesDone = 0): Progress => ({
  task: lease.task,
  generation: lease.generation,
  attempt: lease.attempt,
  historiesDone,
})

function leasesOf(answer: TakeAnswer): readonly Lease[] {
  if (answer.kind !== 'tasks') throw new Error(`Expected tasks, got ${JSON.stringify(answer)}.`)
  return answer.leases
}

const taskNumbers = (items: readonly { task: number }[]) => items.map((item) => item.task)

/** The suite. `make` gives a new bench for every test. */
export function describeQueueContract(name: string, make: () => Promise<QueueBench>): void {
  describe(`queue contract: ${name}`, () => {
    let bench: QueueBench
    let queue: Queue
    let worker: WorkerQueue
    const settings = (changes: { maxAttempts?: number; generation?: number } = {}) => ({
      leaseMs: bench.leaseMs,
      maxAttempts: 3,
      generation: 1,
      ...changes,
    })

    beforeEach(async () => {
      bench = await make()
      queue = bench.queue
      worker = bench.workers('j')
    })
    afterEach(() => bench.close())

    it('gives a payload that was handed in as two pieces whole, beside others', async () => {
      const head = `{"setup":"${'é'.repeat(5000)}"`
      const pieces = Array.from({ length: 5 }, (_, task) => ({ task, payload: { head, rest: `,"n":${task}}` } }))
      await queue.open('j', settings(), [...pieces.slice(0, 3), ...tasksOf(1, 7)])
      await queue.add('j', pieces.slice(3))
      const leases = leasesOf(await worker.take('j', 'w', 10))
      expect(taskNumbers(leases)).toEqual([0, 1, 2, 7, 3, 4])
      for (const { task, payload } of leases) {
        expect(payload).toBe(task === 7 ? '{"task":7}' : `${head},"n":${task}}`)
      }
      // The second try has it too.
      await worker.release('j', 'w', [progress(leases[4]!)])
      expect(leasesOf(await worker.take('j', 'w', 1))[0]).toMatchObject({ task: 3, payload: `${head},"n":3}` })
    })

    it('hands out tasks in order, with payload, generation and first attempt', async () => {
      await queue.open('j', settings({ generation: 7 }), tasksOf(5))
      const answer = await worker.take('j', 'w1', 3)
      expect(answer).toMatchObject({ kind: 'tasks', leaseMs: bench.leaseMs, waiting: 2 })
      expect(leasesOf(answer)).toEqual(tasksOf(3).map((task) => ({ ...task, jobId: 'j', generation: 7, attempt: 1 })))
      expect(taskNumbers(leasesOf(await worker.take('j', 'w2', 10)))).toEqual([3, 4])
      expect(await queue.counts('j')).toEqual({ waiting: 0, leased: 5, reported: 0 })
    })

    it('makes a worker wait while others hold leases and ends it only when none is left', async () => {
      await queue.open('j', settings(), tasksOf(1))
      const [lease] = leasesOf(await worker.take('j', 'w1', 1))
      const wait = await worker.take('j', 'w2', 1)
      expect(wait).toMatchObject({ kind: 'wait', leased: 1 })
      if (wait.kind === 'wait') expect(wait.retryAfterMs).toBeGreaterThan(0)
      await worker.report('j', 'w1', [finished(lease!)])
      expect(await worker.take('j', 'w2', 1)).toEqual({ kind: 'end', reason: 'drained' })
    })

    it('keeps reports until they are confirmed, oldest first', async () => {
      await queue.open('j', settings(), tasksOf(3))
      const leases = leasesOf(await worker.take('j', 'w', 3))
      expect(await worker.report('j', 'w', [finished(leases[2]!), finished(leases[0]!)])).toEqual({ refused: [] })
      await worker.report('j', 'w', [failed(leases[1]!, false)])
      const reports = await queue.reports('j', 10)
      expect(taskNumbers(reports)).toEqual([2, 0, 1])
      expect(reports[0]).toEqual(finished(leases[2]!))
      expect(reports[2]).toEqual(failed(leases[1]!, false))
      expect(await queue.reports('j', 10)).toEqual(reports)
      expect(taskNumbers(await queue.reports('j', 2))).toEqual([2, 0])
      await queue.confirm('j', reports.slice(0, 2))
      expect(taskNumbers(await queue.reports('j', 10))).toEqual([1])
      await queue.confirm('j', reports)
      await queue.confirm('j', reports)
      expect(await queue.counts('j')).toEqual({ waiting: 0, leased: 0, reported: 0 })
    })

    it('gives a task out again whose result is lost, with the next attempt, until it has had them all', async () => {
      await queue.open('j', settings({ maxAttempts: 2 }), tasksOf(3))
      const [first, second] = leasesOf(await worker.take('j', 'w', 2))
      const lost = (lease: Lease): LostResult => {
        const { kind, ...failure } = failed(lease, true) as Extract<Report, { kind: 'failed' }>
        return { failure, payload: lease.payload }
      }
      await worker.report('j', 'w', [finished(first!), finished(second!)])
      expect(await queue.tryAgain('j', [lost(first!)])).toEqual([])
      expect(await queue.counts('j')).toEqual({ waiting: 2, leased: 0, reported: 1 })
      expect(taskNumbers(await queue.reports('j', 10))).toEqual([1])
      // The answer was lost: nothing happens twice. Who reported has no right to the task any more.
      expect(await queue.tryAgain('j', [lost(first!)])).toEqual([])
      expect(await worker.report('j', 'w', [finished(first!)])).toEqual({ refused: [0] })
      const leases = leasesOf(await worker.take('j', 'v', 5))
      expect(leases.map(({ task, attempt, payload }) => ({ task, attempt, payload }))).toEqual([
        { task: 2, attempt: 1, payload: '{"task":2}' },
        { task: 0, attempt: 2, payload: '{"task":0}' },
      ])
      await worker.report(
        'j',
        'v',
        leases.map((lease) => finished(lease)),
      )
      // Said late, of a try of before: the report of now stays.
      expect(await queue.tryAgain('j', [lost(first!)])).toEqual([])
      const { failure } = lost(leases[1]!)
      const message = 'The toy broke. (It failed 2 times and was given up.)'
      for (const _again of [1, 2]) {
        expect(await queue.tryAgain('j', [lost(leases[1]!)])).toEqual([{ ...failure, retriable: false, message }])
      }
      expect(taskNumbers(await queue.reports('j', 10)).toSorted()).toEqual([0, 1, 2])
      await queue.confirm('j', [finished(second!)])
      expect(await queue.tryAgain('j', [lost(second!)])).toEqual([])
      expect(await queue.tryAgain('nobody', [lost(second!)])).toEqual([])
      expect(await queue.counts('j')).toEqual({ waiting: 0, leased: 0, reported: 2 })
    })

    it('keeps where in an object with several results one of them begins', async () => {
      await queue.open('j', settings(), tasksOf(1))
      const [lease] = leasesOf(await worker.take('j', 'w', 1))
      const report = { ...finished(lease!), objectKey: 'jobs/j/tasks/0/g1-a1.tallies', objectStart: 5_000_000_000 }
      await worker.report('j', 'w', [report])
      expect(await queue.reports('j', 10)).toEqual([report])
    })

    it('takes the same report twice as one, before and after it was confirmed', async () => {
      await queue.open('j', settings(), tasksOf(1))
      const [lease] = leasesOf(await worker.take('j', 'w', 1))
      const report = finished(lease!)
      expect(await worker.report('j', 'w', [report, report])).toEqual({ refused: [] })
      expect(await worker.report('j', 'w', [report])).toEqual({ refused: [] })
      expect(await queue.reports('j', 10)).toHaveLength(1)
      await queue.confirm('j', [report])
      expect(await worker.report('j', 'w', [report])).toEqual({ refused: [] })
      expect(await queue.reports('j', 10)).toHaveLength(0)
    })

    it('gives a lost lease to somebody else with the next attempt, and refuses the late finish', async () => {
      await queue.open('j', settings(), tasksOf(1))
      const [lost] = leasesOf(await worker.take('j', 'w1', 1))
      await bench.advance(bench.leaseMs + 1)
      expect(await queue.reap('j')).toEqual({ returned: 1, dead: 0 })
      expect(await queue.reap('j')).toEqual({ returned: 0, dead: 0 })
      const [again] = leasesOf(await worker.take('j', 'w2', 1))
      expect(again).toMatchObject({ task: 0, attempt: 2, payload: lost!.payload })
      expect(await worker.extend('j', 'w1', [progress(lost!)])).toEqual({ lost: [0], order: 'go-on' })
      expect(await worker.report('j', 'w1', [finished(lost!)])).toEqual({ refused: [0] })
      expect(await queue.reports('j', 10)).toEqual([])
      expect(await worker.report('j', 'w2', [finished(again!)])).toEqual({ refused: [] })
      expect(await worker.report('j', 'w1', [finished(lost!)])).toEqual({ refused: [0] })
      expect(await queue.reports('j', 10)).toEqual([finished(again!)])
    })

    it('returns lost tasks in front of the others, in the order of their tasks', async () => {
      await queue.open('j', settings(), tasksOf(5))
      const [first] = leasesOf(await worker.take('j', 'w1', 3))
      // Extended last, the first one would end last.
      await bench.advance(bench.leaseMs * 0.3)
      await worker.extend('j', 'w1', [progress(first!)])
      await bench.advance(bench.leaseMs + 1)
      expect(await queue.reap('j')).toEqual({ returned: 3, dead: 0 })
      expect(taskNumbers(leasesOf(await worker.take('j', 'w2', 5)))).toEqual([0, 1, 2, 3, 4])
    })

    it('refuses the finish of a lease that went back and waits', async () => {
      await queue.open('j', settings(), tasksOf(1))
      const [lost] = leasesOf(await worker.take('j', 'w1', 1))
      await bench.advance(bench.leaseMs + 1)
      await queue.reap('j')
      expect(await worker.report('j', 'w1', [finished(lost!)])).toEqual({ refused: [0] })
      expect(await queue.counts('j')).toEqual({ waiting: 1, leased: 0, reported: 0 })
    })

    it('reaps by itself when a worker asks and nothing waits', async () => {
      await queue.open('j', settings(), tasksOf(1))
      await worker.take('j', 'w1', 1)
      await bench.advance(bench.leaseMs + 1)
      expect(leasesOf(await worker.take('j', 'w2', 1))[0]).toMatchObject({ task: 0, attempt: 2 })
    })

    it('keeps an extended lease alive and tells control how far it is', async () => {
      await queue.open('j', settings(), tasksOf(2))
      const [first, second] = leasesOf(await worker.take('j', 'w1', 2))
      await bench.advance(bench.leaseMs * 0.7)
      expect(await worker.extend('j', 'w1', [progress(first!, 42)])).toEqual({ lost: [], order: 'go-on' })
      await bench.advance(bench.leaseMs * 0.7)
      expect(await queue.reap('j')).toEqual({ returned: 1, dead: 0 })
      const leases = await queue.leases('j')
      expect(leases).toMatchObject([{ task: 0, attempt: 1, generation: 1, worker: 'w1', historiesDone: 42 }])
      expect(leases[0]!.expiresAtMs).toBeGreaterThan(0)
      expect(await worker.report('j', 'w1', [finished(first!)])).toEqual({ refused: [] })
      expect(await worker.report('j', 'w1', [finished(second!)])).toEqual({ refused: [1] })
    })

    it('lets nobody report or extend a task that he never held', async () => {
      await queue.open('j', settings(), tasksOf(2))
      const [lease] = leasesOf(await worker.take('j', 'w1', 1))
      for (const wrong of [
        { ...lease!, attempt: 2 },
        { ...lease!, attempt: 0 },
        { ...lease!, generation: 0 },
        { ...lease!, task: 1 },
        { ...lease!, task: 99 },
      ]) {
        expect(await worker.report('j', 'w2', [finished(wrong)])).toEqual({ refused: [wrong.task] })
        expect(await worker.extend('j', 'w2', [progress(wrong)])).toEqual({ lost: [wrong.task], order: 'go-on' })
        await worker.release('j', 'w2', [progress(wrong)])
      }
      expect(await queue.counts('j')).toEqual({ waiting: 1, leased: 1, reported: 0 })
    })

    it('repeats a retriable failure while attempts are left, then reports it as final', async () => {
      await queue.open('j', settings({ maxAttempts: 2 }), tasksOf(2))
      const [first] = leasesOf(await worker.take('j', 'w', 1))
      expect(await worker.report('j', 'w', [failed(first!, true)])).toEqual({ refused: [] })
      expect(await queue.reports('j', 10)).toEqual([])
      const leases = leasesOf(await worker.take('j', 'w', 2))
      expect(leases.map((l) => [l.task, l.attempt])).toEqual([
        [1, 1],
        [0, 2],
      ])
      await worker.report('j', 'w', [failed(leases[1]!, true)])
      const reports = await queue.reports('j', 10)
      expect(reports).toMatchObject([{ kind: 'failed', task: 0, attempt: 2, code: 'TOY_FAILED', retriable: false }])
    })

    it('never repeats a failure that may not be retried', async () => {
      await queue.open('j', settings({ maxAttempts: 5 }), tasksOf(1))
      const [lease] = leasesOf(await worker.take('j', 'w', 1))
      await worker.report('j', 'w', [failed(lease!, false)])
      expect(await queue.reports('j', 10)).toEqual([failed(lease!, false)])
      expect(await worker.take('j', 'w', 1)).toEqual({ kind: 'end', reason: 'drained' })
    })

    it('gives a task up whose workers keep disappearing', async () => {
      await queue.open('j', settings({ maxAttempts: 2 }), tasksOf(1))
      await worker.take('j', 'w1', 1)
      await bench.advance(bench.leaseMs + 1)
      expect(await queue.reap('j')).toEqual({ returned: 1, dead: 0 })
      await worker.take('j', 'w2', 1)
      await bench.advance(bench.leaseMs + 1)
      expect(await queue.reap('j')).toEqual({ returned: 0, dead: 1 })
      const [report] = await queue.reports('j', 10)
      expect(report).toMatchObject({ kind: 'failed', task: 0, attempt: 2, code: TASK_LOST, retriable: false })
      if (report?.kind === 'failed') expect(report.message).toContain('w2')
      expect(await worker.take('j', 'w3', 1)).toEqual({ kind: 'end', reason: 'drained' })
    })

    it('takes released tasks back in front, does not count the attempt, and never gives its number again', async () => {
      await queue.open('j', settings({ maxAttempts: 1 }), tasksOf(4))
      const leases = leasesOf(await worker.take('j', 'w1', 3))
      await worker.release(
        'j',
        'w1',
        leases.map((l) => progress(l)),
      )
      await worker.release(
        'j',
        'w1',
        leases.map((l) => progress(l)),
      )
      expect(await queue.counts('j')).toEqual({ waiting: 4, leased: 0, reported: 0 })
      const again = leasesOf(await worker.take('j', 'w2', 4))
      expect(again.map((l) => [l.task, l.attempt])).toEqual([
        [0, 2],
        [1, 2],
        [2, 2],
        [3, 1],
      ])
      expect(await worker.report('j', 'w1', [finished(leases[0]!)])).toEqual({ refused: [0] })
      // One attempt is allowed, and the released one was not it.
      await bench.advance(bench.leaseMs + 1)
      expect(await queue.reap('j')).toEqual({ returned: 0, dead: 4 })
    })

    it('opens once: the same call changes nothing, nor does a lower generation', async () => {
      await queue.open('j', settings({ generation: 2 }), tasksOf(2))
      const [lease] = leasesOf(await worker.take('j', 'w', 1))
      await queue.open('j', settings({ generation: 2 }), tasksOf(2))
      await queue.open('j', settings({ generation: 1 }), tasksOf(9))
      expect(await queue.counts('j')).toEqual({ waiting: 1, leased: 1, reported: 0 })
      expect(await worker.report('j', 'w', [finished(lease!)])).toEqual({ refused: [] })
    })

    it('forgets everybody of before when it is rebuilt under a higher generation', async () => {
      await queue.open('j', settings(), tasksOf(3))
      const [first, second] = leasesOf(await worker.take('j', 'w', 2))
      await worker.report('j', 'w', [finished(first!)])
      await queue.order('j', 'stop')
      await queue.open('j', settings({ generation: 2 }), tasksOf(3))
      expect(await queue.counts('j')).toEqual({ waiting: 3, leased: 0, reported: 0 })
      expect(await worker.report('j', 'w', [finished(second!)])).toEqual({ refused: [1] })
      const again = leasesOf(await worker.take('j', 'w', 3))
      expect(again.map((l) => [l.task, l.generation, l.attempt])).toEqual([
        [0, 2, 1],
        [1, 2, 1],
        [2, 2, 1],
      ])
      // The same attempt number as before, and still refused: the generation is part of the fence.
      expect(second!.attempt).toBe(again[1]!.attempt)
      expect(await worker.extend('j', 'w', [progress(second!)])).toEqual({ lost: [1], order: 'go-on' })
      expect(await worker.report('j', 'w', [finished(second!)])).toEqual({ refused: [1] })
      await queue.confirm('j', [finished(second!)])
      expect(await queue.counts('j')).toEqual({ waiting: 0, leased: 3, reported: 0 })
    })

    it('adds tasks and leaves known ones alone, in whatever state they are', async () => {
      await queue.open('j', settings(), tasksOf(3))
      const [first, second] = leasesOf(await worker.take('j', 'w', 2))
      await worker.report('j', 'w', [finished(first!)])
      await queue.confirm('j', [finished(first!)])
      await queue.add('j', tasksOf(5))
      await queue.add('j', tasksOf(5))
      expect(await queue.counts('j')).toEqual({ waiting: 3, leased: 1, reported: 0 })
      expect(taskNumbers(leasesOf(await worker.take('j', 'w', 9)))).toEqual([2, 3, 4])
      expect(await worker.report('j', 'w', [finished(second!)])).toEqual({ refused: [] })
    })

    it('stops: no new leases, held ones may finish', async () => {
      await queue.open('j', settings(), tasksOf(2))
      const [lease] = leasesOf(await worker.take('j', 'w', 1))
      await queue.order('j', 'stop')
      expect(await worker.take('j', 'w2', 1)).toEqual({ kind: 'end', reason: 'stopped' })
      expect(await worker.extend('j', 'w', [progress(lease!)])).toEqual({ lost: [], order: 'stop' })
      expect(await worker.report('j', 'w', [finished(lease!)])).toEqual({ refused: [] })
      expect(await queue.counts('j')).toEqual({ waiting: 1, leased: 0, reported: 1 })
    })

    it('cancels: leases are void at once, and a later stop does not soften it', async () => {
      await queue.open('j', settings(), tasksOf(3))
      const [first, second] = leasesOf(await worker.take('j', 'w', 2))
      await worker.report('j', 'w', [finished(first!)])
      await queue.order('j', 'cancel')
      await queue.order('j', 'stop')
      expect(await worker.take('j', 'w', 1)).toEqual({ kind: 'end', reason: 'cancelled' })
      expect(await worker.extend('j', 'w', [progress(second!)])).toEqual({ lost: [1], order: 'cancel' })
      expect(await worker.report('j', 'w', [finished(second!)])).toEqual({ refused: [1] })
      expect(await queue.counts('j')).toEqual({ waiting: 2, leased: 0, reported: 1 })
    })

    it('tells a worker of an unknown job to end, and control that it is unknown', async () => {
      const stray: Lease = { jobId: 'j', task: 0, payload: '', generation: 1, attempt: 1 }
      expect(await worker.take('j', 'w', 1)).toEqual({ kind: 'end', reason: 'unknown-job' })
      expect(await worker.extend('j', 'w', [progress(stray)])).toEqual({ lost: [0], order: 'cancel' })
      expect(await worker.report('j', 'w', [finished(stray)])).toEqual({ refused: [0] })
      await worker.release('j', 'w', [progress(stray)])
      expect(await queue.counts('j')).toBeUndefined()
      expect(await queue.reports('j', 10)).toEqual([])
      expect(await queue.leases('j')).toEqual([])
      expect(await queue.reap('j')).toEqual({ returned: 0, dead: 0 })
      await queue.confirm('j', [finished(stray)])
      await queue.drop('j')
      await expect(queue.add('j', tasksOf(1))).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN_JOB' })
      await expect(queue.order('j', 'stop')).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN_JOB' })
    })

    it('drops a queue with all that is in it, and keeps jobs apart', async () => {
      await queue.open('j', settings(), tasksOf(1))
      await queue.open('k', settings(), tasksOf(2))
      await queue.drop('j')
      expect(await worker.take('j', 'w', 1)).toEqual({ kind: 'end', reason: 'unknown-job' })
      expect(await queue.counts('k')).toEqual({ waiting: 2, leased: 0, reported: 0 })
      expect(leasesOf(await bench.workers('k').take('k', 'w', 5))).toHaveLength(2)
    })

    it('tells under which generation it was opened and what it was told since', async () => {
      expect(await queue.standing('j')).toBeUndefined()
      await queue.open('j', settings({ generation: 3 }), tasksOf(1))
      await queue.open('j', settings({ generation: 2 }), tasksOf(1))
      expect(await queue.standing('j')).toEqual({ generation: 3, order: 'go-on' })
      await queue.order('j', 'stop')
      expect(await queue.standing('j')).toEqual({ generation: 3, order: 'stop' })
      await queue.open('j', settings({ generation: 5 }), tasksOf(1))
      expect(await queue.standing('j')).toEqual({ generation: 5, order: 'go-on' })
      await queue.order('j', 'cancel')
      expect(await queue.standing('j')).toEqual({ generation: 5, order: 'cancel' })
      await queue.drop('j')
      expect(await queue.standing('j')).toBeUndefined()
    })

    it('refuses to take fewer than one task', async () => {
      await queue.open('j', settings(), tasksOf(1))
      for (const max of [0, -1, 1.5]) {
        await expect(worker.take('j', 'w', max)).rejects.toMatchObject({ code: 'QUEUE_BAD_REQUEST' })
      }
    })

    it('calls back soon after reports, once for many, and not after the listener left', async () => {
      const heard: string[] = []
      const leave = queue.onReports((jobId) => heard.push(jobId))
      await queue.open('j', settings({ maxAttempts: 1 }), tasksOf(4))
      const leases = leasesOf(await worker.take('j', 'w', 4))
      await worker.report('j', 'w', [finished(leases[0]!), finished(leases[1]!)])
      await expect.poll(() => heard, { timeout: 20_000 }).toEqual(['j'])
      await bench.advance(bench.leaseMs + 1)
      await queue.reap('j')
      await expect.poll(() => heard, { timeout: 20_000 }).toEqual(['j', 'j'])
      leave()
      await queue.open('j', settings({ generation: 2 }), tasksOf(1))
      const [lease] = leasesOf(await worker.take('j', 'w', 1))
      await worker.report('j', 'w', [finished(lease!)])
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(heard).toEqual(['j', 'j'])
    })

    it('gives a task to one of many workers that ask at the same time', async () => {
      await queue.open('j', settings(), tasksOf(100))
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => worker.take('j', `w${i}`, 5)))
      const given = answers.flatMap((answer) => taskNumbers(leasesOf(answer)))
      expect(given.toSorted((a, b) => a - b)).toEqual(taskNumbers(tasksOf(100)))
    })

    it('loses no task and reports none twice, whatever happens in whatever order', async () => {
      let jobs = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(stepArbitrary, { maxLength: 60, size: 'max' }),
          fc.integer({ min: 1, max: 3 }),
          async (steps, maxAttempts) => {
            const jobId = `p${jobs++}`
            await playAgainstModel(bench, jobId, maxAttempts, steps)
          },
        ),
        { numRuns: bench.leaseMs > 1000 ? 150 : 8 },
      )
    })
  })
}

/** What may happen to a queue. Numbers choose among what exists at that moment. */
type Step =
  | { readonly do: 'take'; readonly max: number }
  | { readonly do: 'finish' | 'fail' | 'fail-for-good' | 'release' | 'extend'; readonly which: number }
  | { readonly do: 'lose' | 'rebuild' | 'confirm' | 'try-again' | 'add' }

const which = fc.nat({ max: 20 })
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), max: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'finish' as const,
        'finish' as const,
        'fail' as const,
        'fail-for-good' as const,
        'release' as const,
        'extend' as const,
      ),
      which,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'confirm' as const, 'add' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('try-again' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebuild' as const) }) },
)

/** The queue as it should be, in the plainest form: a state for every task. */
interface ModelTask {
  state: 'waiting' | 'leased' | 'reported' | 'confirmed'
  attempt: number
  spent: number
}

/**
 * Plays the steps on the queue and on a model. Old leases are kept and played again and again, as a worker would that
 * was frozen: that is where a fence is needed.
 */
async function playAgainstModel(bench: QueueBench, jobId: string, maxAttempts: number, steps: readonly Step[]) {
  const { queue, leaseMs } = bench
  const worker = bench.workers(jobId)
  const model = new Map<number, ModelTask>()
  /** Every lease that was ever given. */
  const everGiven: Lease[] = []
  /** What control wrote down: the task and how often. */
  const accepted = new Map<number, number>()
  let generation = 1
  let total = 6

  const fresh = (task: number) => model.set(task, { state: 'waiting', attempt: 0, spent: 0 })
  for (const { task } of tasksOf(total)) fresh(task)
  await queue.open(jobId, { leaseMs, maxAttempts, generation }, tasksOf(total))

  const isCurrent = (lease: Lease) => {
    const task = model.get(lease.task)!
    return lease.generation === generation && task.state === 'leased' && task.attempt === lease.attempt
  }
  const wasReported = (lease: Lease) => {
    const task = model.get(lease.task)!
    const over = task.state === 'reported' || task.state === 'confirmed'
    return lease.generation === generation && over && task.attempt === lease.attempt
  }
  const confirmAll = async () => {
    const reports = await queue.reports(jobId, 1000)
    expect(new Set(taskNumbers(reports)).size).toBe(reports.length)
    for (const report of reports) {
      const task = model.get(report.task)!
      expect(task.state).toBe('reported')
      expect([report.generation, report.attempt]).toEqual([generation, task.attempt])
      task.state = 'confirmed'
      accepted.set(report.task, (accepted.get(report.task) ?? 0) + 1)
    }
    await queue.confirm(jobId, reports)
  }
  const take = async (max: number) => {
    const answer = await worker.take(jobId, 'w', max)
    const waiting = [...model.values()].filter((task) => task.state === 'waiting').length
    if (answer.kind !== 'tasks') {
      expect(waiting).toBe(0)
      const leased = [...model.values()].some((task) => task.state === 'leased')
      expect(answer).toMatchObject(leased ? { kind: 'wait' } : { kind: 'end', reason: 'drained' })
      return
    }
    expect(answer.leases.length).toBe(Math.min(max, waiting))
    for (const lease of answer.leases) {
      const task = model.get(lease.task)!
      expect(task.state).toBe('waiting')
      task.state = 'leased'
      task.attempt += 1
      task.spent += 1
      expect([lease.generation, lease.attempt]).toEqual([generation, task.attempt])
      everGiven.push(lease)
    }
  }
  const play = async (step: Step) => {
    if (step.do === 'take') return take(step.max)
    if (step.do === 'confirm') return confirmAll()
    if (step.do === 'try-again') {
      // The results of all tasks that are reported as finished are lost.
      const lost = (await queue.reports(jobId, 1000)).filter(({ kind }) => kind === 'finished')
      const final = await queue.tryAgain(
        jobId,
        lost.map(({ task, generation, attempt }) => ({
          failure: { task, generation, attempt, code: 'LOST', message: '', retriable: true, logKey: null },
          payload: `{"task":${task}}`,
        })),
      )
      for (const report of lost) {
        const task = model.get(report.task)!
        expect(final.some((one) => one.task === report.task)).toBe(task.spent >= maxAttempts)
        if (task.spent < maxAttempts) task.state = 'waiting'
      }
      return
    }
    if (step.do === 'add') {
      total += 2
      for (const { task } of tasksOf(2, total - 2)) fresh(task)
      // With tasks that are known already, but not those done before a rebuild: control knows them as done.
      return queue.add(
        jobId,
        tasksOf(total).filter(({ task }) => !accepted.has(task)),
      )
    }
    if (step.do === 'rebuild') {
      // As control does after a crash: what was accepted is done, all else begins again.
      generation += 1
      const rest = tasksOf(total).filter(({ task }) => !accepted.has(task))
      for (const { task } of rest) fresh(task)
      return queue.open(jobId, { leaseMs, maxAttempts, generation }, rest)
    }
    if (!('which' in step)) {
      // What is left is 'lose'.
      await bench.advance(leaseMs + 1)
      await queue.reap(jobId)
      for (const task of model.values()) {
        if (task.state === 'leased') task.state = task.spent < maxAttempts ? 'waiting' : 'reported'
      }
      return
    }
    const lease = everGiven[step.which % Math.max(1, everGiven.length)]
    if (!lease) return
    const task = model.get(lease.task)!
    const current = isCurrent(lease)
    if (step.do === 'extend') {
      expect(await worker.extend(jobId, 'w', [progress(lease)])).toMatchObject({ lost: current ? [] : [lease.task] })
    } else if (step.do === 'release') {
      await worker.release(jobId, 'w', [progress(lease)])
      if (current) {
        task.state = 'waiting'
        task.spent -= 1
      }
    } else {
      const welcome = current || wasReported(lease)
      const report = step.do === 'finish' ? finished(lease) : failed(lease, step.do === 'fail')
      expect(await worker.report(jobId, 'w', [report])).toEqual({ refused: welcome ? [] : [lease.task] })
      if (current) task.state = step.do === 'fail' && task.spent < maxAttempts ? 'waiting' : 'reported'
    }
  }
  const compare = async () => {
    const states = [...model.values()].map((task) => task.state)
    const counts = await queue.counts(jobId)
    expect(counts).toEqual({
      waiting: states.filter((state) => state === 'waiting').length,
      leased: states.filter((state) => state === 'leased').length,
      reported: states.filter((state) => state === 'reported').length,
    })
    const confirmed = states.filter((state) => state === 'confirmed').length
    expect(counts!.waiting + counts!.leased + counts!.reported + confirmed).toBe(total)
  }

  for (const step of steps) {
    await play(step)
    await compare()
  }
  // Drain: from every state there is a way to the end, and at the end control has every task exactly once.
  for (let round = 0; round < 10 * total && accepted.size < total; round++) {
    await play({ do: 'lose' })
    await play({ do: 'take', max: total })
    for (let i = everGiven.length - 1; i >= 0; i--) await play({ do: 'finish', which: i })
    await confirmAll()
  }
  await compare()
  expect([...accepted.keys()].toSorted((a, b) => a - b)).toEqual(taskNumbers(tasksOf(total)))
  expect(new Set(accepted.values())).toEqual(new Set([1]))
  await queue.drop(jobId)
}
