/** What a user may do to a job: stop, cancel, add primaries, order, rerun, delete. The life cycle table says when. */

import { createHash } from 'node:crypto'
import { type Once, type Records, RecordsError, type SimulationRecord } from '#records/records.ts'
import { type JobPriority, MAX_PRIMARIES } from '#simulation/document.ts'
import { allowedActions, isAllowed, SIMULATION_STATES, type SimulationAction } from '#simulation/life-cycle.ts'
import { PlanError, type PlannedTask, planMorePrimaries } from '#simulation/plan.ts'
import type { Span } from '#traces/traces.ts'
import { amount } from './amounts.ts'
import { ControlError } from './control-error.ts'
import { cuttingFor } from './cutting.ts'
import type { JobDocuments } from './job-documents.ts'
import type { ControlLimits } from './limits.ts'
import { checkTaskCount, type SubmitParts, type Submitted, submit } from './submit.ts'

export interface SteerParts extends SubmitParts {
  readonly records: Records
  readonly documents: JobDocuments
  readonly limits: ControlLimits
}

const statesAllowing = (action: SimulationAction) => SIMULATION_STATES.filter((state) => isAllowed(state, action))

/** Why a state does not allow an action. */
export function notAllowed(record: SimulationRecord, action: SimulationAction): ControlError {
  const isImported = record.imported !== null
  const allowed = allowedActions(record.state, isImported).join(', ') || 'none'
  if (isImported) {
    return new ControlError(
      'ACTION_NOT_ALLOWED',
      `Simulation ${record.id} was imported: it was not run here, so "${action}" is not possible. Possible: ${allowed}. To run its setup here, submit the document as a new simulation.`,
    )
  }
  return new ControlError(
    'ACTION_NOT_ALLOWED',
    `Simulation ${record.id} is ${record.state}; "${action}" is not possible then. Possible: ${allowed}.`,
  )
}

async function refuse(records: Records, record: SimulationRecord, action: SimulationAction): Promise<never> {
  const now = await records.simulation(record.id)
  if (!now) throw new ControlError('SIMULATION_NOT_FOUND', `Simulation ${record.id} was deleted meanwhile.`)
  throw notAllowed(now, action)
}

/** Who asks to change a job, and the key under which the same request may come again; `null` without one. */
export interface Asking {
  readonly user: string
  readonly key: string | null
}

/** What a key stands for: this very action on this very job. */
const onceOf = (
  { user, key }: Asking,
  action: string,
  record: SimulationRecord,
  detail: unknown = null,
): Once | null =>
  key === null
    ? null
    : {
        owner: user,
        key,
        requestDigest: createHash('sha256')
          .update(JSON.stringify([action, record.id, detail]))
          .digest('hex'),
      }

/**
 * Does what was asked for, once: a request that comes again because its answer was lost is answered with the job as it is
 * now, whatever its state allows by then.
 */
async function doneOnce(
  records: Records,
  once: Once | null,
  work: () => Promise<SimulationRecord>,
): Promise<SimulationRecord> {
  try {
    return (once && (await records.answered(once))) ?? (await work())
  } catch (error) {
    if (!(error instanceof RecordsError) || error.code !== 'RECORDS_CONFLICT') throw error
    throw new ControlError('IDEMPOTENCY_CONFLICT', error.message, { cause: error })
  }
}

/** Takes nothing more; what is in hand is finished, and what exists is merged. */
export function stopJob(
  { records, clock }: SteerParts,
  record: SimulationRecord,
  asking: Asking,
): Promise<SimulationRecord> {
  const once = onceOf(asking, 'stop', record)
  const remark = 'It was stopped by the user; what was finished is merged.'
  return doneOnce(
    records,
    once,
    async () =>
      (await records.changeState(record.id, statesAllowing('stop'), { to: 'stopping', remark }, clock(), once)) ??
      refuse(records, record, 'stop'),
  )
}

export function cancelJob(
  { records, clock }: SteerParts,
  record: SimulationRecord,
  asking: Asking,
): Promise<SimulationRecord> {
  const once = onceOf(asking, 'cancel', record)
  return doneOnce(
    records,
    once,
    async () =>
      (await records.changeState(record.id, statesAllowing('cancel'), { to: 'cancelling' }, clock(), once)) ??
      refuse(records, record, 'cancel'),
  )
}

/** Orders a job among those of its owner. The same again changes nothing, so it needs no key. */
export async function prioritizeJob(
  { records, clock }: SteerParts,
  record: SimulationRecord,
  priority: JobPriority,
): Promise<SimulationRecord> {
  if (record.priority === priority) return record
  const changed = await records.setPriority(record.id, priority, clock())
  if (changed) return changed
  throw new ControlError(
    'ACTION_NOT_ALLOWED',
    `Simulation ${record.id} has ended; a priority orders those that wait or run.`,
  )
}

/** Goes on with a finished job: history indices and batches count on where they ended, so nothing repeats. */
export function addPrimaries(
  parts: SteerParts,
  record: SimulationRecord,
  primaries: number,
  asking: Asking,
): Promise<SimulationRecord> {
  const once = onceOf(asking, 'add-primaries', record, primaries)
  return doneOnce(parts.records, once, () => addOnce(parts, record, primaries, once))
}

async function addOnce(
  parts: SteerParts,
  record: SimulationRecord,
  primaries: number,
  once: Once | null,
): Promise<SimulationRecord> {
  const { records, documents, limits, clock } = parts
  if (record.imported !== null || !isAllowed(record.state, 'add-primaries')) throw notAllowed(record, 'add-primaries')
  const total = record.primariesPlanned + primaries * record.points
  if (total > MAX_PRIMARIES) {
    throw new ControlError(
      'JOB_TOO_LARGE',
      `The job would have ${amount(total)} primaries; ${amount(MAX_PRIMARIES)} are the most.`,
    )
  }
  const { items } = await records.tasks(record.id, { offset: 0, limit: Math.max(1, record.tasks) })
  const { setup, job } = documents.of(record).document
  const engine = parts.engines.get(record.engineId)
  const cutting = cuttingFor(engine, setup, (await parts.workersAtOnce()).workers)
  let tasks: readonly PlannedTask[]
  try {
    tasks = planMorePrimaries(items, record.points, primaries, {
      batchHistories: record.batchHistories,
      historiesPerTask: job.historiesPerTask,
      ...cutting,
    })
  } catch (error) {
    if (error instanceof PlanError)
      throw new ControlError('JOB_TOO_LARGE', `The job cannot be planned: ${error.message}.`, { cause: error })
    throw error
  }
  checkTaskCount(record.tasks - record.tasksDropped + tasks.length, limits)
  return (
    (await records.addTasks(record.id, statesAllowing('add-primaries'), 'running', tasks, total, clock(), once)) ??
    refuse(records, record, 'add-primaries')
  )
}

export interface RerunRequest {
  readonly owner: string
  readonly replay: boolean
  readonly memoryMebibytes?: number | undefined
  readonly timeSeconds?: number | undefined
  readonly idempotencyKey: string | null
  readonly span?: Span | null
}

/** The same document as a new job; as a replay with the same random numbers in the same batches. */
export async function rerunJob(parts: SteerParts, record: SimulationRecord, request: RerunRequest): Promise<Submitted> {
  if (record.imported !== null || !isAllowed(record.state, 'rerun')) throw notAllowed(record, 'rerun')
  const document = parts.documents.whole(record)
  const { replay } = request
  const job = replay
    ? { ...document.job, key: record.jobKey, batchHistories: record.batchHistories }
    : { ...document.job, key: null }
  return submit(parts, {
    owner: request.owner,
    document: { ...document, job },
    idempotencyKey: request.idempotencyKey,
    span: request.span ?? null,
    replayOf: replay ? record.id : null,
    memoryMebibytes: request.memoryMebibytes ?? record.memoryMebibytes,
    timeSeconds: request.timeSeconds ?? record.timeSeconds,
  })
}

/** Removes the rows of an ended job; its objects follow. */
export async function deleteJob({ records, clock }: SteerParts, record: SimulationRecord): Promise<void> {
  if (!isAllowed(record.state, 'delete')) throw notAllowed(record, 'delete')
  if (!(await records.remove(record.id, clock()))) await refuse(records, record, 'delete')
}
