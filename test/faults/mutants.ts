/** Deliberate mistakes, as wrappers around the real parts: the simulator must find every one of them. */

import type { Progress, Queue, QueueTask, Report, WorkerQueue } from '#queue/queue.ts'
import type { AcceptedResult, Records, SimulationRecord, TaskRecord } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { ObjectSink } from '#storage/storage.ts'
import type { Ports } from './replica.ts'

export interface WorkerPorts {
  readonly queue: WorkerQueue
  readonly storage: ObjectSink
}

export interface Mutant {
  /** What is wrong. */
  readonly name: string
  /** Seed of a run that found it. */
  readonly foundBy: number
  /** The queue itself, on the inside of the witness. */
  readonly queue?: (queue: Queue) => Queue
  /** The records themselves, on the inside of the witness. */
  readonly records?: (records: Records) => Records
  /** How a replica of control uses its services. */
  readonly ports?: (ports: Ports) => Ports
  /** How a worker uses its services. */
  readonly worker?: (ports: WorkerPorts) => WorkerPorts
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'queue: a report is taken from whoever brings it',
    foundBy: 2,
    queue: (queue) =>
      changed(queue, {
        report: async (jobId, worker, reports) => queue.report(jobId, worker, await asHolder(queue, jobId, reports)),
      }),
  },
  {
    name: 'queue: a lease is extended for whoever asks',
    foundBy: 11,
    queue: (queue) =>
      changed(queue, {
        extend: async (jobId, worker, held) => queue.extend(jobId, worker, await asHolder(queue, jobId, held)),
      }),
  },
  {
    name: 'control: a request that comes again is another request',
    foundBy: 123,
    ports: (ports) => ({
      ...ports,
      records: {
        ...ports.records,
        answered: async () => undefined,
        addTasks: (id, from, to, tasks, planned, atMs) => ports.records.addTasks(id, from, to, tasks, planned, atMs),
      },
    }),
  },
  {
    name: 'queue: the next try has the number of the one before',
    foundBy: 2,
    queue: (queue) =>
      changed(queue, {
        take: async (jobId, worker, max) => {
          const answer = await queue.take(jobId, worker, max)
          if (answer.kind !== 'tasks') return answer
          return { ...answer, leases: answer.leases.map((lease) => ({ ...lease, attempt: 1 })) }
        },
        report: async (jobId, worker, reports) => queue.report(jobId, worker, await asHolder(queue, jobId, reports)),
        extend: async (jobId, worker, held) => queue.extend(jobId, worker, await asHolder(queue, jobId, held)),
        release: async (jobId, worker, held) => queue.release(jobId, worker, await asHolder(queue, jobId, held)),
      }),
  },
  {
    name: 'queue: drained is told while others hold leases',
    foundBy: 1,
    queue: (queue) => changed(queue, { take: drainedInsteadOfWait(queue) }),
  },
  {
    name: 'queue: a release counts as a try',
    foundBy: 149,
    queue: (queue) =>
      changed(queue, {
        release: async (jobId, worker, held) => {
          await queue.report(jobId, worker, held.map(stumbled))
        },
      }),
  },
  {
    name: 'queue: a lost lease does not count as a try',
    foundBy: 11,
    queue: (queue) => {
      const giveBack = async (jobId: string) => {
        const held = await queue.leases(jobId)
        const { returned, dead } = { returned: held.length, dead: 0 }
        for (const lease of held) if (isOver(lease)) await queue.release(jobId, lease.worker, [lease])
        return { returned, dead }
      }
      let newest = 0
      const isOver = (lease: { expiresAtMs: number }) => lease.expiresAtMs < newest
      return changed(queue, {
        take: async (jobId, worker, max) => {
          const answer = await queue.take(jobId, worker, max)
          // The queue's own clock shows in the leases that it gives: the newest one began now.
          if (answer.kind === 'tasks') {
            const ends = (await queue.leases(jobId)).map(({ expiresAtMs }) => expiresAtMs)
            newest = Math.max(...ends) - answer.leaseMs
          }
          return answer
        },
        reap: giveBack,
      })
    },
  },
  {
    name: 'queue: an order to stop is forgotten',
    foundBy: 18,
    queue: (queue) =>
      changed(queue, {
        order: async (jobId, order) => (order === 'stop' ? undefined : queue.order(jobId, order)),
      }),
  },
  {
    name: 'queue: a cancel leaves the leases as they are',
    foundBy: 23,
    queue: (queue) => changed(queue, { order: (jobId) => queue.order(jobId, 'stop') }),
  },
  {
    name: 'queue: a confirmation forgets reports that nobody has read',
    foundBy: 2,
    queue: (queue) =>
      changed(queue, {
        confirm: async (jobId) => queue.confirm(jobId, await queue.reports(jobId, 1e6)),
      }),
  },
  {
    name: 'queue: opening it again under the same generation empties it',
    foundBy: 4,
    queue: (queue) =>
      changed(queue, {
        open: async (jobId, settings, tasks) => {
          await queue.drop(jobId)
          await queue.open(jobId, settings, tasks)
        },
      }),
  },
  {
    name: 'queue: an extension is acknowledged and not done',
    foundBy: 2,
    queue: (queue) =>
      changed(queue, {
        extend: async (jobId, worker, held) => {
          const { order } = await queue.extend(jobId, worker, [])
          const leases = await queue.leases(jobId)
          const isHeld = (one: Progress) =>
            leases.some(
              ({ task, attempt, generation }) =>
                task === one.task && attempt === one.attempt && generation === one.generation,
            )
          return { order, lost: held.filter((one) => !isHeld(one)).map(({ task }) => task) }
        },
      }),
  },
  {
    name: 'queue: a task that was added is forgotten when the queue is busy',
    foundBy: 8,
    queue: (queue) =>
      changed(queue, {
        add: async (jobId, tasks: readonly QueueTask[]) => {
          const counts = await queue.counts(jobId)
          await queue.add(jobId, counts && counts.leased > 0 ? tasks.slice(1) : tasks)
        },
      }),
  },
  {
    name: 'records: a second result of a task takes the place of the first',
    foundBy: 2,
    records: (records) => {
      const later = new Map<string, AcceptedResult>()
      const shown = (id: string, task: TaskRecord): TaskRecord => {
        const result = later.get(`${id} ${task.task}`)
        return result && task.accepted ? { ...task, accepted: result } : task
      }
      return changed(records, {
        acceptResults: async (id, results, atMs) => {
          const held = await records.acceptResults(id, results, atMs)
          for (const result of results) if (!held.includes(result.task)) later.set(`${id} ${result.task}`, result)
          return results.map(({ task }) => task)
        },
        task: async (id, task) => {
          const found = await records.task(id, task)
          return found && shown(id, found)
        },
        tasks: async (id, query) => {
          const { items, total } = await records.tasks(id, query)
          return { items: items.map((task) => shown(id, task)), total }
        },
      })
    },
  },
  {
    name: 'records: a result that comes again is counted again',
    foundBy: 2,
    records: (records) => {
      const extra = new Map<string, number>()
      const shown = <T extends SimulationRecord | undefined>(record: T): T =>
        record && { ...record, tasksDone: record.tasksDone + (extra.get(record.id) ?? 0) }
      return changed(records, {
        acceptResults: async (id, results, atMs) => {
          const before = (await records.simulation(id))?.tasksDone ?? 0
          const held = await records.acceptResults(id, results, atMs)
          const added = ((await records.simulation(id))?.tasksDone ?? 0) - before
          extra.set(id, (extra.get(id) ?? 0) + held.length - added)
          return held
        },
        simulation: async (id) => shown(await records.simulation(id)),
      })
    },
  },
  {
    name: 'records: a result is accepted after a cancel',
    foundBy: 185,
    records: (records) => {
      const extra = new Map<string, number>()
      return changed(records, {
        acceptResults: async (id, results, atMs) => {
          const record = await records.simulation(id)
          if (record?.state !== 'cancelling') return records.acceptResults(id, results, atMs)
          extra.set(id, results.length)
          return results.map(({ task }) => task)
        },
        simulation: async (id) => {
          const record = await records.simulation(id)
          return record && { ...record, tasksDone: record.tasksDone + (extra.get(id) ?? 0) }
        },
      })
    },
  },
  {
    name: 'records: every result is said to be held',
    foundBy: 2,
    records: (records) =>
      changed(records, {
        acceptResults: async (id, results, atMs) => {
          await records.acceptResults(id, results, atMs)
          return results.map(({ task }) => task)
        },
      }),
  },
  {
    name: 'records: a generation is given out twice',
    foundBy: 1,
    records: (records) =>
      changed(records, {
        nextGeneration: async (id) => {
          const { generation } = (await records.simulation(id))!
          return generation > 0 ? generation : records.nextGeneration(id)
        },
      }),
  },
  {
    name: 'records: a job is done while tasks are open',
    foundBy: 114,
    records: (records) =>
      changed(records, {
        changeState: async (id, from, change, atMs) => {
          const state = (await records.simulation(id))?.state
          if (change.to !== 'done' || !state || !from.includes(state)) {
            return records.changeState(id, from, change, atMs)
          }
          await records.changeState(id, [state], { to: 'stopping' }, atMs)
          await records.dropWaitingTasks(id, atMs)
          return records.changeState(id, ['stopping'], change, atMs)
        },
      }),
  },
  {
    name: 'control: a report is confirmed before its row is written',
    foundBy: 1,
    ports: (ports) =>
      withQueue(ports, {
        reports: async (jobId, max) => {
          const reports = await ports.queue.reports(jobId, max)
          await ports.queue.confirm(jobId, reports)
          return reports
        },
      }),
  },
  {
    name: 'control: a task whose result the storage lost is given up at once',
    foundBy: 16,
    ports: (ports) => withQueue(ports, { tryAgain: async (_jobId, lost) => lost.map(({ failure }) => failure) }),
  },
  {
    name: 'control: a report is confirmed although its task was given out again',
    foundBy: 7,
    ports: (ports) =>
      withQueue(ports, {
        tryAgain: async (jobId, lost) => {
          await ports.queue.confirm(
            jobId,
            lost.map(({ failure }) => ({ kind: 'failed', ...failure })),
          )
          return []
        },
      }),
  },
  {
    name: 'control: a queue is opened again without a new generation',
    foundBy: 1,
    ports: (ports) => ({
      ...ports,
      records: {
        ...ports.records,
        nextGeneration: async (id) => {
          const { generation } = (await ports.records.simulation(id))!
          return generation > 0 ? generation : ports.records.nextGeneration(id)
        },
      },
    }),
  },
  {
    name: 'control: leases that ran out are not reaped',
    foundBy: 18,
    ports: (ports) => withQueue(ports, { reap: async () => ({ returned: 0, dead: 0 }) }),
  },
  {
    name: 'control: the queue is forgotten only after the end was written',
    foundBy: 980,
    ports: (ports) =>
      withQueue(ports, {
        drop: async (jobId) => {
          const record = await ports.records.simulation(jobId)
          if (!record || FINAL_STATES.has(record.state)) await ports.queue.drop(jobId)
        },
      }),
  },
  {
    name: 'control: a queue of before is not told from the one of now',
    foundBy: 2830,
    ports: (ports) =>
      withQueue(ports, {
        standing: async (jobId) => {
          const standing = await ports.queue.standing(jobId)
          return standing && { generation: Number.MAX_SAFE_INTEGER, order: 'go-on' }
        },
      }),
  },
  {
    name: 'control: a row is overlooked in the final merge',
    foundBy: 1,
    ports: (ports) => ({
      ...ports,
      records: {
        ...ports.records,
        acceptedResults: async (id, point) => (await ports.records.acceptedResults(id, point)).slice(1),
      },
    }),
  },
  {
    name: 'worker: a result is reported before it is stored',
    foundBy: 6,
    worker: ({ queue, storage }) => ({
      queue,
      storage: {
        put: async (key, content) => {
          storage.put(key, content).catch(() => undefined)
          return { key, bytes: content.length, digest: '0'.repeat(64) }
        },
      },
    }),
  },
  {
    name: 'worker: it leaves as drained where it should wait',
    foundBy: 1,
    worker: ({ queue, storage }) => ({ queue: { ...queue, take: drainedInsteadOfWait(queue) }, storage }),
  },
  {
    name: 'worker: all tries at a task are stored under one key',
    foundBy: 1,
    worker: ({ queue, storage }) => {
      const keyOf = (key: string) => key.replace(/g\d+-a\d+/, 'g1-a1')
      return {
        queue: {
          ...queue,
          report: (jobId, worker, reports) =>
            queue.report(
              jobId,
              worker,
              reports.map((report) =>
                report.kind === 'finished' ? { ...report, objectKey: keyOf(report.objectKey) } : report,
              ),
            ),
        },
        storage: { put: (key, content) => storage.put(keyOf(key), content) },
      }
    },
  },
]

/** The same object with some methods changed. */
function changed<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const own = Reflect.get(methods, name)
      const value = own ?? Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(own === undefined ? target : methods) : value
    },
  })
}

const withQueue = (ports: Ports, methods: Partial<Queue>): Ports => ({
  ...ports,
  queue: { ...ports.queue, ...methods },
})

/** Gives what somebody says the fence of whoever holds the task now. */
async function asHolder<T extends Progress | Report>(queue: Queue, jobId: string, said: readonly T[]): Promise<T[]> {
  const leases = await queue.leases(jobId)
  return said.map((one) => {
    const holder = leases.find(({ task }) => task === one.task)
    return holder ? { ...one, generation: holder.generation, attempt: holder.attempt } : one
  })
}

const drainedInsteadOfWait =
  (queue: WorkerQueue): WorkerQueue['take'] =>
  async (jobId, worker, max) => {
    const answer = await queue.take(jobId, worker, max)
    return answer.kind === 'wait' ? { kind: 'end', reason: 'drained' } : answer
  }

const stumbled = ({ task, generation, attempt }: Progress): Report => ({
  kind: 'failed',
  task,
  generation,
  attempt,
  code: 'ENGINE_STUMBLED',
  message: 'Given back.',
  retriable: true,
  logKey: null,
})
