/** The state of a simulation in words for a person: one function, read by portal and command line alike. */

import type { ErrorCode } from '#protocol/errors.ts'
import type { SimulationRecord } from '#records/records.ts'
import { about, amount, counted, span } from './amounts.ts'
import { isPassing } from './control-error.ts'
import type { JobCondition } from './job-conditions.ts'

export interface SentenceFacts {
  readonly record: SimulationRecord
  readonly condition: JobCondition
  /** Primaries asked for; `null` for an open-ended goal. */
  readonly primariesAsked: number | null
  readonly remainingMs: number | null
  readonly nowMs: number
}

/** For example `Running: 1.2e6 of 1.0e7 primaries, 12 of 100 tasks; about 8 s to go`. */
export function sentenceOf(facts: SentenceFacts): string {
  const { record, condition } = facts
  if (condition.hold && record.endedAtMs === null) {
    return `Held up: ${ended(condition.hold)} ${wayOn(condition.holdCode)}; nothing that was accepted is lost.`
  }
  switch (record.state) {
    case 'accepted':
      return `Waiting: ${waiting(facts)}`
    case 'running':
      return running(facts)
    case 'stopping':
      return condition.leased > 0
        ? `Stopping: ${counted(condition.leased, 'task')} in hand ${condition.leased === 1 ? 'is' : 'are'} finished first; then what exists is merged.`
        : 'Stopping: what exists is being merged.'
    case 'cancelling':
      return 'Cancelling: workers are leaving what they do.'
    case 'done':
      return record.imported === null
        ? done(record)
        : `Imported: ${amount(record.historiesDone)} primaries, made elsewhere.`
    case 'failed':
      return `Failed: ${record.failure?.message ?? 'no cause was recorded.'}`
    case 'cancelled':
      return record.remark ? `Cancelled: ${record.remark}` : 'Cancelled: its results were abandoned.'
  }
}

/** Who gets a job on that is held up. */
function wayOn(code: ErrorCode | null): string {
  if (code === null || isPassing(code)) return 'It goes on by itself'
  return `An administrator has to ${ADMINISTRATOR_HAS_TO[code] ?? 'look into the log of the service'}, then it goes on`
}

const ADMINISTRATOR_HAS_TO: Partial<Record<ErrorCode, string>> = {
  CLUSTER_REFUSED: 'set rights, quota or names in the cluster right',
  STORAGE_REFUSED: 'set bucket, keys or address of the storage right',
  QUEUE_REFUSED: 'set the Redis user of the service right',
  STORED_RESULT_DAMAGED: 'bring that object back',
  INTERNAL: 'find the cause in the log of the service',
}

function running(facts: SentenceFacts): string {
  const { record, condition, primariesAsked, remainingMs } = facts
  const primaries =
    primariesAsked === null
      ? `${amount(record.historiesDone)} primaries`
      : `${amount(record.historiesDone)} of ${amount(primariesAsked)} primaries`
  const failed = record.tasksFailed > 0 ? `, ${amount(record.tasksFailed)} failed` : ''
  const tasks = `${amount(record.tasksDone)} of ${counted(record.tasks - record.tasksDropped, 'task')}${failed}`
  const end = remainingMs === null ? '' : `; about ${span(remainingMs)} to go`
  const isIdle = condition.workers === 0 && condition.leased === 0
  const waits = isIdle && condition.waiting ? `. ${begun(waiting(facts))}` : ''
  return `Running: ${primaries}, ${tasks}${end}${waits}`
}

function done(record: SimulationRecord): string {
  const { startedAtMs, endedAtMs, idleMs } = record
  // From an end to the primaries added after it nobody was at work.
  const took = startedAtMs === null || endedAtMs === null ? '' : ` in ${span(endedAtMs - startedAtMs - idleMs)}`
  const head = `Done: ${amount(record.historiesDone)} primaries${took}.`
  return record.remark ? `${head} ${record.remark}` : head
}

/** When it is the turn of a job without a worker, before why it waits: lists cut long sentences at their end. */
function waiting({ condition: { waiting: reason, line }, nowMs }: SentenceFacts): string {
  if (reason === null) return 'the first worker is being started.'
  if (line === null) return reason
  const { startsAtMs, why } = line
  if (startsAtMs === null) return why === null ? reason : `${ended(reason)} No estimate of the wait: ${ended(why)}`
  const waitMs = startsAtMs - nowMs
  if (waitMs < 500) return `it may start at any moment. ${reason}`
  return `it starts in about ${about(waitMs)} if nobody else comes. ${reason}`
}

/** A sentence that stands by itself. */
const begun = (sentence: string): string => sentence.replace(/^[a-z]/, (letter) => letter.toUpperCase())

const ended = (sentence: string): string => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)
