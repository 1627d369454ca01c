/** The queue in Redis gives the same answers as the queue in memory, whatever is asked of both in whatever order. */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, REDIS } from '#test/needs.ts'
import { passTime } from '#test/queue-time.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import { memoryQueue } from '../memory.ts'
import type { Lease, Queue, QueueTask, Report } from '../queue.ts'
import { type RedisQueue, redisQueue } from './redis-queue.ts'

/** Long: time passes only where a step says so, and never so that a lease ends within a moment of it. */
const LEASE_MS = 1_000_000
const STEP_MS = 400_000
const JOB = 'job'

type Step =
  | { readonly do: 'open'; readonly generation: number; readonly tasks: number }
  | { readonly do: 'add'; readonly first: number; readonly tasks: number }
  | { readonly do: 'take'; readonly max: number }
  | { readonly do: 'finish' | 'fail' | 'fail-for-good' | 'release' | 'extend'; readonly which: readonly number[] }
  | { readonly do: 'confirm' | 'try-again'; readonly max: number }
  | { readonly do: 'order'; readonly order: 'stop' | 'cancel' }
  | { readonly do: 'pass-time' | 'reap' | 'drop' }

const which = fc.array(fc.nat({ max: 15 }), { maxLength: 4 })
const onLeases = fc.constantFrom('finish', 'fail', 'fail-for-good', 'release', 'extend')
const generation = fc.integer({ min: 1, max: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), generation, tasks: fc.nat({ max: 6 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('add' as const), first: fc.nat({ max: 8 }), tasks: fc.nat({ max: 5 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('take' as const), max: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 8, arbitrary: fc.record({ do: onLeases as fc.Arbitrary<'finish'>, which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('confirm' as const), max: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('try-again' as const), max: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('order' as const), order: fc.constantFrom('stop', 'cancel') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('pass-time' as const, 'reap' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
)

const tasksFrom = (first: number, count: number): QueueTask[] =>
  Array.from({ length: count }, (_, n) => ({
    task: first + n,
    // As those of a job: a long beginning in common, here of two kinds, and an end of their own.
    payload: `{"setup":"${(n % 3 === 0 ? 'é' : 'b').repeat(40)}","batches":[[${first + n}]]}`,
  }))

function reportOf(lease: Lease, kind: string): Report {
  const { task, generation, attempt } = lease
  if (kind !== 'finish') {
    const retriable = kind === 'fail'
    return { kind: 'failed', task, generation, attempt, code: 'TOY', message: 'Ünlucky.', retriable, logKey: null }
  }
  return {
    kind: 'finished',
    ...{ task, generation, attempt, objectKey: `jobs/${JOB}/tasks/${task}`, digest: 'a'.repeat(64) },
    ...{ bytes: 12, histories: 2 ** 40, startedAtMs: 1.5, endedAtMs: 1764201600123.25 },
  }
}

/** Plays a step; `given` are leases of before, also those long lost. */
async function play(queue: Queue, step: Step, given: readonly Lease[], maxAttempts: number): Promise<unknown> {
  const chosen = 'which' in step ? step.which.flatMap((at) => given[given.length - 1 - at] ?? []) : []
  const held = chosen.map(({ task, generation, attempt }, n) => ({ task, generation, attempt, historiesDone: n * 7 }))
  switch (step.do) {
    case 'open':
      return queue.open(
        JOB,
        { leaseMs: LEASE_MS, maxAttempts, generation: step.generation },
        tasksFrom(step.generation, step.tasks),
      )
    case 'add':
      return queue.add(JOB, tasksFrom(step.first, step.tasks)).catch((error) => error.code)
    case 'take': {
      const answer = await queue.take(JOB, `worker ${given.length}`, step.max)
      // The pause depends on the hour.
      return answer.kind === 'wait' ? { ...answer, retryAfterMs: 0 } : answer
    }
    case 'extend':
      return queue.extend(JOB, 'w', held)
    case 'release':
      return queue.release(JOB, 'w', held)
    case 'confirm': {
      const reports = await queue.reports(JOB, step.max)
      await queue.confirm(JOB, reports)
      return reports
    }
    case 'try-again': {
      const [payload] = tasksFrom(9, 1).map((task) => task.payload)
      const lost = (await queue.reports(JOB, step.max)).map(({ task, generation, attempt }) => ({
        failure: { task, generation, attempt, code: 'LOST', message: 'Gone.', retriable: true, logKey: null },
        payload: payload!,
      }))
      return queue.tryAgain(JOB, lost)
    }
    case 'order':
      return queue.order(JOB, step.order).catch((error) => error.code)
    case 'reap':
      return queue.reap(JOB)
    case 'drop':
      return queue.drop(JOB)
    case 'pass-time':
      return undefined
    default:
      return queue.report(
        JOB,
        'w',
        chosen.map((lease) => reportOf(lease, step.do)),
      )
  }
}

async function look(queue: Queue) {
  const leases = await queue.leases(JOB)
  return {
    counts: await queue.counts(JOB),
    reports: await queue.reports(JOB, 100),
    leases: leases.map(({ expiresAtMs, ...lease }) => lease).sort((one, other) => one.task - other.task),
  }
}

describeWith(REDIS, 'the queue in Redis, held against the one in memory', (bin) => {
  let server: RedisServer
  let redis: RedisQueue
  beforeAll(async () => {
    server = await startRedis(bin, { appendOnly: false })
    redis = redisQueue({ address: { url: server.url } })
    await redis.ready()
  })
  afterAll(async () => {
    await redis.close()
    await server.stop()
  })

  it('gives the same answers', async () => {
    let played = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, most) => {
          let now = 1_000_000_000
          const memory = memoryQueue({ clock: () => now })
          await redis.drop(JOB)
          const given: Lease[] = []
          for (const one of [{ do: 'open', generation: 1, tasks: 6 } as const, ...steps]) {
            if (one.do === 'pass-time') {
              now += STEP_MS
              await passTime(server.client, STEP_MS)
            }
            const expected = await play(memory, one, given, most)
            expect(await play(redis, one, given, most), JSON.stringify(one)).toEqual(expected)
            const answer = expected as { kind?: string; leases?: readonly Lease[] } | undefined
            if (answer?.kind === 'tasks') given.push(...answer.leases!)
            expect(await look(redis), JSON.stringify(one)).toEqual(await look(memory))
            played += 1
          }
        },
      ),
      { numRuns: 150 },
    )
    process.stdout.write(`played ${played} steps on both queues\n`)
    expect(played).toBeGreaterThan(3000)
  }, 60_000)
})
