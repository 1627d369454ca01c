/**
 * Many jobs on many slots, simulated: workers take, compute, store and report as src/worker does, the leading replica reads,
 * folds and accepts job by job as src/control does. Each server is a station that does one thing after the other, as fast as
 * it was measured. Networks, disks and the cluster itself are not in it.
 */

import { BatchSize } from '#worker/batch-size.ts'
import { Station, Timeline } from './timeline.ts'

/** What the parts take, in milliseconds, each measured by itself. */
export interface Costs {
  /** A call of Redis, and each task in it. */
  readonly redisCall: number
  readonly redisTask: number
  /** An object, on the gateway of S3. */
  readonly put: number
  readonly get: number
  /** Reading, checking and folding a tally, on one core of the leading replica. */
  readonly fold: number
  /** A write of accepted results, and each result in it. */
  readonly write: number
  readonly writeTask: number
}

export interface Load {
  readonly users: number
  /** Of each user; each has one job. */
  readonly tasks: number
  readonly slots: number
  /** In the engine; single tasks are up to a fifth shorter or longer. */
  readonly taskMs: number
}

export interface Outcome {
  readonly lastedMs: number
  /** Time of a slot beyond the engine, for each task. */
  readonly overheadMs: number
  /** From the end of the last task in its engine to its row. */
  readonly lastResultMs: number
  /** Most results that were reported and had no row yet. */
  readonly mostWaiting: number
  /** Objects put. */
  readonly objects: number
  readonly accepted: number
  /** Part of the time in which each station was busy. */
  readonly busy: Readonly<Record<string, number>>
}

interface Job {
  waiting: number
  /** Sizes of stored objects that are reported, in tasks. */
  readonly reported: number[]
  isAccepting: boolean
}

/** As in src/worker/loop.ts: tasks shorter than this wait for each other so long. */
const STORE_WITHIN_MS = 100
const MOST_TOGETHER = 64
const MOST_OPEN = 2 * MOST_TOGETHER
/** As in src/control: reports are taken in so long after the first, so many at once. */
const LOOK_AFTER_MS = 40
const MOST_ACCEPTED = 500

export function simulate(load: Load, costs: Costs): Outcome {
  const time = new Timeline()
  const [redis, s3, leader, records] = ['Redis', 'S3', 'leading replica', 'PostgreSQL'].map(
    (name) => new Station(time, name),
  ) as [Station, Station, Station, Station]
  const jobs: Job[] = Array.from({ length: load.users }, () => ({
    waiting: load.tasks,
    reported: [],
    isAccepting: false,
  }))
  const random = generator(20_261)
  const redisMs = (tasks: number) => costs.redisCall + tasks * costs.redisTask
  let [engineMs, lastEndMs, waiting, mostWaiting, objects, accepted, leftAtMs] = [0, 0, 0, 0, 0, 0, 0]

  const accept = (job: Job) => {
    if (job.isAccepting || job.reported.length === 0) return
    job.isAccepting = true
    time.after(LOOK_AFTER_MS, () => {
      const taken: number[] = []
      const count = () => taken.reduce((sum, tasks) => sum + tasks, 0)
      while (job.reported.length > 0 && count() < MOST_ACCEPTED) taken.push(job.reported.shift()!)
      let open = taken.length
      for (const tasks of taken) {
        s3.use(costs.get, () =>
          leader.use(costs.fold * tasks, () => {
            if (--open > 0) return
            records.use(costs.write + costs.writeTask * count(), () => {
              accepted += count()
              waiting -= count()
              job.isAccepting = false
              accept(job)
            })
          }),
        )
      }
    })
  }

  const work = (slot: number) => {
    const size = new BatchSize()
    const together = Math.min(MOST_TOGETHER, Math.max(1, Math.floor(STORE_WITHIN_MS / load.taskMs)))
    let [ready, storing, first] = [0, 0, slot % load.users]
    let resume: (() => void) | undefined
    // While an object is on its way, what is ready goes together next.
    const store = (job: Job) => {
      if (storing > 0 || ready === 0) return
      const tasks = Math.min(MOST_TOGETHER, ready)
      ;[ready, storing] = [ready - tasks, tasks]
      objects += 1
      s3.use(costs.put, () => {
        storing = 0
        redis.use(redisMs(tasks), () => {
          job.reported.push(tasks)
          waiting += tasks
          mostWaiting = Math.max(mostWaiting, waiting)
          accept(job)
        })
        store(job)
        const then = resume
        resume = undefined
        then?.()
      })
    }
    const take = () => {
      // A slot stays with its job until that is drained, and goes to the next one then.
      const turn = jobs.findIndex((_, index) => jobs[(first + index) % jobs.length]!.waiting > 0)
      if (turn < 0) {
        leftAtMs = Math.max(leftAtMs, time.nowMs)
        return
      }
      first = (first + turn) % jobs.length
      const job = jobs[first]!
      const tasks = Math.min(job.waiting, size.next(job.waiting))
      job.waiting -= tasks
      redis.use(redisMs(tasks), () => compute(job, tasks))
    }
    const compute = (job: Job, left: number) => {
      const ms = load.taskMs * (0.8 + 0.4 * random())
      engineMs += ms
      time.after(ms, () => {
        lastEndMs = Math.max(lastEndMs, time.nowMs)
        size.measured(ms)
        ready += 1
        if (ready >= together || left === 1) store(job)
        // Storing goes on beside the next task, as long as not too much of it is open.
        const next = () => (left > 1 ? compute(job, left - 1) : take())
        if (ready + storing < MOST_OPEN) next()
        else resume = next
      })
    }
    take()
  }
  for (let slot = 0; slot < load.slots; slot++) work(slot)
  time.run()

  const lastedMs = time.nowMs
  const done = load.users * load.tasks
  return {
    lastedMs,
    overheadMs: (leftAtMs * load.slots - engineMs) / done,
    lastResultMs: lastedMs - lastEndMs,
    mostWaiting,
    objects,
    accepted,
    busy: Object.fromEntries([redis, s3, leader, records].map((one) => [one.name, one.share(lastedMs)])),
  }
}

/** Numbers from 0 to 1, the same in every run (Park and Miller, 1988). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
