/**
 * One look at one job: makes queue and workers follow the rows, takes reports in, moves the job on. It may be stopped
 * anywhere and be done again, by this process or another; nothing is kept between two looks that the rows do not know.
 */

import type { Cluster } from '#cluster/cluster.ts'
import type { QueueCounts } from '#queue/queue.ts'
import { RecordsError, type SimulationRecord } from '#records/records.ts'
import { JOB_PRIORITIES } from '#simulation/document.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { ATTRIBUTE, inJobSpan } from '#traces/traces.ts'
import { type AcceptParts, acceptReports } from './accept-reports.ts'
import { cuttingFor } from './cutting.ts'
import { endedBefore, endJob } from './end-job.ts'
import { addTasks, openQueue, orderQueue, queueTasks } from './fill-queue.ts'
import type { JobConditions } from './job-conditions.ts'
import type { JobDocument } from './job-documents.ts'
import type { ControlLimits } from './limits.ts'
import { type GoalLook, lookAtGoal, planRound, type RoundParts } from './plan-round.ts'

export interface ReconcileParts extends AcceptParts, RoundParts {
  readonly cluster: Cluster
  readonly conditions: JobConditions
  readonly limits: ControlLimits
  /** Called whenever a row changed its state, so that browsers hear of it at once. */
  readonly onChange: () => void
  /** Called when everything that a job will have is accepted, before its end is written; waited for, so it may not take long. */
  readonly onComplete: (id: string, tasks: number) => void | Promise<void>
  /** Told how many leases ran out. */
  readonly onLeasesExpired?: (count: number) => void
  /**
   * Ends the workers of a job and forgets its queue, without waiting for the workers.
   * @param unseen also when the cluster sees none: half of a start that was broken off may be left
   */
  readonly release: (id: string, unseen?: 'unseen') => Promise<void>
  /** True while the workers of a job are still being ended. */
  readonly isReleasing: (id: string) => boolean
}

/** How long a job whose workers keep ending badly is left alone before it is tried again. */
const RETRY_GIVEN_UP_MS = 60_000
const NO_CAPACITY =
  'No worker may start: the quota of the workers has no room for a single one. An administrator can put that right; it goes on by itself.'
const DRAINED: QueueCounts = { waiting: 0, leased: 0, reported: 0 }
const held = ({ waiting, leased, reported }: QueueCounts): number => waiting + leased + reported
const isEmpty = (counts: QueueCounts): boolean => held(counts) === 0
/** Tasks with neither result nor failure, and not dropped. */
const openIn = ({ tasks, tasksDone, tasksFailed, tasksDropped }: SimulationRecord): number =>
  tasks - tasksDone - tasksFailed - tasksDropped

const countLost = (parts: ReconcileParts, { returned, dead }: { returned: number; dead: number }): void => {
  if (returned + dead > 0) parts.onLeasesExpired?.(returned + dead)
}

/** @returns `again` when the job has moved on and should be looked at once more */
export async function reconcileJob(parts: ReconcileParts, id: string): Promise<'again' | 'settled'> {
  const record = await parts.records.simulation(id)
  if (!record) {
    // Never heard of, or deleted after its end. Its workers are not ended: they may be those of another installation in
    // the same namespace. Ours find no queue any more and end by themselves.
    await parts.queue.drop(id)
    return 'settled'
  }
  if (FINAL_STATES.has(record.state)) {
    await parts.release(id)
    return 'settled'
  }
  switch (record.state) {
    case 'cancelling':
      return cancel(parts, record)
    case 'stopping':
      return stop(parts, record)
    default:
      return advance(parts, record)
  }
}

async function cancel(parts: ReconcileParts, record: SimulationRecord): Promise<'again' | 'settled'> {
  const { records, queue, merges, clock } = parts
  await orderQueue(queue, record.id, 'cancel')
  await parts.release(record.id, 'unseen')
  await records.dropWaitingTasks(record.id, clock())
  const ended = await records.changeState(record.id, ['cancelling'], { to: 'cancelled' }, clock())
  merges.forget(record.id)
  if (ended) {
    traceLife(parts, ended)
    parts.onChange()
  }
  return 'settled'
}

async function stop(parts: ReconcileParts, record: SimulationRecord): Promise<'again' | 'settled'> {
  const { records, queue, clock } = parts
  let counts = await queue.counts(record.id)
  if (counts) {
    await orderQueue(queue, record.id, 'stop')
    countLost(parts, await queue.reap(record.id))
    await acceptReports(parts, record)
    counts = await queue.counts(record.id)
  }
  // Without a queue nobody holds a lease that could still be accepted.
  const { leased, reported } = counts ?? DRAINED
  parts.conditions.set(record.id, { leased, hold: null })
  if (leased + reported > 0) return 'settled'
  await records.dropWaitingTasks(record.id, clock())
  const now = (await records.simulation(record.id)) ?? record
  // Stopped so late that everything was done: then nothing is missing that a remark would explain.
  const isWhole =
    parts.documents.of(now).document.job.goal.kind === 'primaries' && now.tasksDone + now.tasksFailed === now.tasks
  return end(parts, now, isWhole ? '' : now.remark)
}

async function advance(parts: ReconcileParts, first: SimulationRecord): Promise<'again' | 'settled'> {
  const { records, queue, documents, conditions, clock } = parts
  const { id } = first
  const job = documents.of(first)
  if (!(await isQueueOfNow(parts, first))) await openAnew(parts, first, job)
  countLost(parts, await queue.reap(id))
  await acceptReports(parts, first)

  let counts = (await queue.counts(id)) ?? DRAINED
  let record = await records.simulation(id)
  if (!record) return 'again'
  if (record.state === 'accepted' && (counts.leased > 0 || record.tasksDone + record.tasksFailed > 0)) {
    record = await records.changeState(id, ['accepted'], { to: 'running' }, clock())
    parts.onChange()
  }
  if (!record || (record.state !== 'running' && record.state !== 'accepted')) return 'again'
  // A queue that lost its last moments (a failover) gives out again what the rows have: nobody waits for that.
  if (openIn(record) === 0) counts = DRAINED

  const { goal } = job.document.job
  const openEnded = goal.kind !== 'primaries' && !(await endedBefore(parts.storage, id))
  if (openEnded && goal.kind === 'time' && record.startedAtMs !== null) {
    const { fraction, reached, sentence } = await lookAtGoal(parts, record)
    conditions.set(id, { goalFraction: fraction })
    if (reached) {
      await records.changeState(id, ['accepted', 'running'], { to: 'stopping', remark: sentence }, clock())
      parts.onChange()
      return 'again'
    }
  }

  // A timed job gets its next round before the last one is done, so that no worker stands idle.
  const roundDue =
    openEnded && (goal.kind === 'time' ? counts.waiting === 0 : isEmpty(counts)) && record.state === 'running'
  // While others wait, a task that lacks can wait as well: so it is not looked for again and again.
  const lacksTasks = counts.waiting === 0 && held(counts) < openIn(record)
  if (isEmpty(counts) || lacksTasks) {
    const open = await records.openTasks(id)
    if (open.length > 0) {
      // Rows that the queue does not know: added by another replica or before a crash, or lost by the queue.
      await addTasks(queue, id, queueTasks(record, job, open))
      counts = (await queue.counts(id)) ?? DRAINED
      // The queue has done with them and the rows have not, or it is gone: a new generation gives them out again.
      if (isEmpty(counts)) await openAnew(parts, record, job)
      counts = (await queue.counts(id)) ?? DRAINED
    } else {
      // Everything was accepted since the queue was counted.
      if (!isEmpty(counts)) return 'again'
      if (!roundDue) {
        // Primaries were added after the goal was over: the remark about it was cleared with them, and the error is
        // told anew, with them in it. A time that was over says nothing of them.
        const toTell = goal.kind === 'statistical-error' && !openEnded && record.tasksDone > 0
        return end(parts, record, toTell ? (await lookAtGoal(parts, record)).sentence : null)
      }
      const look = await lookAtGoal(parts, record)
      conditions.set(id, { goalFraction: look.fraction })
      if (look.reached || record.tasksDone <= record.tasksFailed || !(await addRound(parts, record, look))) {
        return end(parts, record, look.sentence)
      }
      return 'again'
    }
  } else if (roundDue) {
    const look = await lookAtGoal(parts, record)
    if (record.tasksDone > record.tasksFailed && (await addRound(parts, record, look))) return 'again'
  } else if (openEnded && goal.kind === 'statistical-error' && record.points === 1 && record.tasksDone > 0) {
    conditions.set(id, { goalFraction: (await lookAtGoal(parts, record)).fraction })
  }
  await wantWorkers(parts, record, counts)
  return 'settled'
}

/**
 * Whether a running job has a queue that gives its tasks out. It may be one of before: its server went back to an old
 * copy, or an order to stop came late, when the job was already gone on with. Workers would be sent home for ever.
 */
async function isQueueOfNow({ queue, records }: ReconcileParts, record: SimulationRecord): Promise<boolean> {
  const standing = await queue.standing(record.id)
  if (!standing || standing.generation < record.generation) return false
  if (standing.order === 'go-on') return true
  // The order may be younger than the row at hand: then it is right, and tasks in hand are finished.
  const now = await records.simulation(record.id)
  return now?.state !== 'accepted' && now?.state !== 'running'
}

function openAnew(parts: ReconcileParts, record: SimulationRecord, job: JobDocument): Promise<void> {
  const { records, queue, limits, traces } = parts
  return inJobSpan(traces, 'open queue', record.id, {}, async (span) => {
    span.set({ [ATTRIBUTE.tasks]: await openQueue(records, queue, record, job, limits) })
  })
}

/** The whole life of a job as one span, once it has ended. */
function traceLife({ traces }: ReconcileParts, ended: SimulationRecord): void {
  if (!traces.isOn) return
  const { id, state, historiesDone, tasksDone, tasksFailed, failure } = ended
  const span = traces.start('life', {
    under: traces.job(id),
    startMs: ended.createdAtMs,
    attributes: {
      [ATTRIBUTE.job]: id,
      [ATTRIBUTE.state]: state,
      [ATTRIBUTE.histories]: historiesDone,
      'isolario.tasks_done': tasksDone,
      'isolario.tasks_failed': tasksFailed,
    },
  })
  if (failure) span.fail(failure.code)
  span.end()
}

/** @returns whether there is a further round */
async function addRound(parts: ReconcileParts, record: SimulationRecord, look: GoalLook): Promise<boolean> {
  const { records, queue, documents, clock } = parts
  const job = documents.of(record)
  const { setup, job: asked } = job.document
  const cutting = cuttingFor(parts.engines.get(record.engineId), setup, parts.conditions.of(record.id).workers)
  const tasks = await planRound(parts, record, asked.goal, look, cutting)
  if (tasks.length === 0) return false
  const planned = record.primariesPlanned + tasks.reduce((sum, task) => sum + task.histories, 0)
  try {
    // The row first; the queue follows, here or at the next look.
    await inJobSpan(parts.traces, 'add round', record.id, { [ATTRIBUTE.tasks]: tasks.length }, async () => {
      const added = await records.addTasks(record.id, ['running'], 'running', tasks, planned, clock())
      if (!added) return
      // Seeds were handed out with the rows.
      const rows = record.seeds
        ? (await records.openTasks(record.id)).filter(({ task }) => task >= record.tasks)
        : tasks.map((task) => ({ ...task, seed: null }))
      await addTasks(queue, record.id, queueTasks(record, job, rows))
    })
  } catch (error) {
    // The installation has no seeds left: the job ends with what it has.
    if (error instanceof RecordsError && error.code === 'RECORDS_NO_SEEDS') return false
    // Another replica has planned this round.
    if (!(error instanceof RecordsError) || error.code !== 'RECORDS_REFUSED') throw error
  }
  parts.onChange()
  return true
}

async function end(parts: ReconcileParts, record: SimulationRecord, why: string | null): Promise<'again' | 'settled'> {
  // Who watches asks for the complete result now, not after the final merges are stored.
  if (record.tasksDone > 0) await parts.onComplete(record.id, record.tasksDone)
  // Nothing is left to hand out. Forgotten before the end is written: after it nobody would look for the queue again if
  // this process died in between.
  await parts.queue.drop(record.id)
  const ended = await endJob(parts, record, why)
  parts.onChange()
  if (!ended || !FINAL_STATES.has(ended.state)) return 'again'
  traceLife(parts, ended)
  await parts.release(record.id)
  return 'settled'
}

async function wantWorkers(parts: ReconcileParts, record: SimulationRecord, counts: QueueCounts): Promise<void> {
  const { cluster, conditions } = parts
  const { id, memoryMebibytes, owner, engineId: engine } = record
  const priority = JOB_PRIORITIES.indexOf(record.priority) - JOB_PRIORITIES.indexOf('normal')
  const work = counts.waiting + counts.leased
  if (work > 0 && !parts.isReleasing(id)) {
    const capacity = await cluster.capacity({ engine, memoryMebibytes })
    // Nothing to start then, and no error: somebody widens the quota, and the next look sees it.
    if (capacity < 1) {
      conditions.set(id, { waiting: NO_CAPACITY, hold: null, leased: counts.leased, workers: 0 })
      return
    }
    const slots = Math.min(capacity, work)
    const { state, wanted, reason, ...known } = await cluster.status(id)
    // Workers that were given up say why. Asking again at once would hide it; asking now and then lets a job go on by
    // itself when the disk has space again.
    const givenUp = state === 'ended' && reason !== null
    const since = givenUp ? (conditions.of(id).givenUpAtMs ?? parts.clock()) : null
    const patient = since !== null && parts.clock() - since < RETRY_GIVEN_UP_MS
    conditions.set(id, { givenUpAtMs: patient ? since : null })
    const isOrdered = known.priority === priority
    if (!patient && (state === 'absent' || state === 'ended' || wanted < slots || !isOrdered)) {
      await inJobSpan(parts.traces, 'start workers', id, { 'isolario.slots': slots }, () =>
        cluster.start({ jobId: id, slots, memoryMebibytes, engine, owner, priority }),
      )
    }
  }
  const status = await cluster.status(id)
  conditions.set(id, { waiting: status.reason, hold: null, leased: counts.leased, workers: status.running })
}
