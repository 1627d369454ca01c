/**
 * Answers of the functions as values of the contract. Keys of a job can be written by its workers, which run what users
 * gave them: so what comes out of them is read with suspicion, and what cannot be read becomes a failure of that task.
 */

import { givenUp, lostReport } from '../given-up.ts'
import {
  type Lease,
  type Progress,
  type QueueCounts,
  QueueError,
  type QueueStanding,
  type Report,
  type TakeAnswer,
} from '../queue.ts'
import { waitPause } from '../queue-settings.ts'
import { parseReport } from '../socket-wire.ts'

/** Pause of a worker whose queue is being filled. */
const FILLING_PAUSE_MS = 100

type TaskLease = Progress & { readonly worker: string; readonly expiresAtMs: number }

export function takeAnswer(jobId: string, answer: unknown): TakeAnswer {
  const [kind, ...rest] = answer as readonly [string, ...unknown[]]
  switch (kind) {
    case 'unknown':
      return { kind: 'end', reason: 'unknown-job' }
    case 'stop':
      return { kind: 'end', reason: 'stopped' }
    case 'cancel':
      return { kind: 'end', reason: 'cancelled' }
    case 'drained':
      return { kind: 'end', reason: 'drained' }
    case 'filling':
      return { kind: 'wait', leased: 0, retryAfterMs: FILLING_PAUSE_MS }
    case 'wait':
      return { kind: 'wait', leased: Number(rest[0]), retryAfterMs: waitPause(Number(rest[1])) }
    default: {
      const [generation, leaseMs, waiting, texts, tasks] = rest as [string, string, string, string[], string[]]
      const leases = takenLeases(jobId, Number(generation), texts, tasks)
      return { kind: 'tasks', leases, leaseMs: Number(leaseMs), waiting: Number(waiting) }
    }
  }
}

function takenLeases(jobId: string, generation: number, texts: readonly string[], tasks: readonly string[]): Lease[] {
  const heads = new Map<string, string>()
  for (let at = 0; at < texts.length; at += 2) heads.set(texts[at]!, texts[at + 1]!)
  const leases: Lease[] = []
  for (let at = 0; at < tasks.length; at += 3) {
    const kept = tasks[at + 2]!
    const colon = kept.indexOf(':')
    const payload = (heads.get(kept.slice(0, colon)) ?? '') + kept.slice(colon + 1)
    leases.push({ jobId, task: Number(tasks[at]), payload, generation, attempt: Number(tasks[at + 1]) })
  }
  return leases
}

export function countsAnswer(answer: unknown): QueueCounts | undefined {
  const [waiting, leased, reported] = answer as readonly string[]
  if (waiting === undefined) return undefined
  return { waiting: Number(waiting), leased: Number(leased), reported: Number(reported) }
}

export function standingAnswer(answer: unknown): QueueStanding | undefined {
  const [generation, order] = answer as readonly string[]
  if (generation === undefined) return undefined
  return { generation: Number(generation), order: order as QueueStanding['order'] }
}

/** Tasks that have no attempts left, and how many they had. */
export function spentAnswer(answer: unknown): ReadonlyMap<number, number> {
  const flat = answer as readonly string[]
  const spent = new Map<number, number>()
  for (let at = 0; at < flat.length; at += 2) spent.set(Number(flat[at]), Number(flat[at + 1]))
  return spent
}

export function leasesAnswer(answer: unknown): TaskLease[] {
  const [generation, ...rest] = answer as readonly string[]
  const leases: TaskLease[] = []
  for (let at = 0; at < rest.length; at += 3) {
    const task = Number(rest[at])
    const [, attempt, histories, worker] = /^(\d+) \d+ (\S+) (.*)$/s.exec(rest[at + 2]!) ?? []
    if (!Number.isSafeInteger(task) || attempt === undefined) continue
    leases.push({
      task,
      generation: Number(generation),
      attempt: Number(attempt),
      worker: worker!,
      expiresAtMs: Number(rest[at + 1]),
      historiesDone: Number(histories),
    })
  }
  return leases
}

/**
 * Reports as they are kept. What cannot be named again exactly as it stands there could never be confirmed, and control
 * would read it for ever: tasks of this kind are left out, no row has them; a fence of this kind is a fault of the queue.
 * @throws QueueError `QUEUE_BAD_REQUEST`
 */
export function reportsAnswer(answer: unknown): Report[] {
  const [generation, ...rest] = answer as readonly string[]
  const reports: Report[] = []
  for (let at = 0; at < rest.length; at += 3) {
    const task = exact(rest[at]!)
    if (task === undefined) continue
    const fence = { task, generation: exact(generation!), attempt: exact(rest[at + 1]!) }
    if (fence.generation === undefined || fence.attempt === undefined) {
      throw new QueueError(
        'QUEUE_BAD_REQUEST',
        `The queue holds a report of task ${task} with generation ${generation} and attempt ${rest[at + 1]}: ` +
          'somebody has written into it by hand. Cancel the job, or drop its queue.',
      )
    }
    reports.push(keptReport(fence as Fence, rest[at + 2]!))
  }
  return reports
}

/** A whole number that is written as it is read. */
function exact(text: string): number | undefined {
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 && String(value) === text ? value : undefined
}

type Fence = { readonly task: number; readonly generation: number; readonly attempt: number }

/** The fence is what the queue knows, whatever the report says: else it could never be confirmed. */
function keptReport(fence: Fence, value: string): Report {
  const lost = /^lost (\d+) (.*)$/s.exec(value)
  if (lost) return lostReport({ ...fence, spent: Number(lost[1]), worker: lost[2]! })
  const [, spent, gaveUp] = /^gave-up (\d+) (.*)$/s.exec(value) ?? []
  try {
    const report = { ...parseReport({ ...(JSON.parse(gaveUp ?? value) as object), ...fence }) }
    if (report.kind === 'finished') return report
    return spent === undefined ? { ...report, retriable: false } : givenUp(report, Number(spent))
  } catch (error) {
    return {
      kind: 'failed',
      ...fence,
      code: 'REPORT_UNREADABLE',
      message: `What the worker of task ${fence.task} reported cannot be read. ${(error as Error).message}`,
      retriable: false,
      logKey: null,
    }
  }
}
