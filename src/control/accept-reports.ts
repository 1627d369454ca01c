/**
 * Turns reports of workers into rows. The order is what makes it safe: look at the stored result, write the row, then
 * confirm the report. A crash anywhere in between repeats the report, and the same row written again changes nothing. What
 * the storage has lost is given out again instead, while the task has attempts left.
 */

import { type FailureReport, type FinishReport, type Queue, type Report, wholePayload } from '#queue/queue.ts'
import type { AcceptedResult, Records, SimulationRecord, TaskFailure, TaskRecord } from '#records/records.ts'
import type { Storage } from '#storage/storage.ts'
import { ATTRIBUTE, inJobSpan, isTracedTask, NO_TRACES, type Traces } from '#traces/traces.ts'
import { queueTasks } from './fill-queue.ts'
import { inParallel } from './in-parallel.ts'
import { identityOf, type JobDocuments } from './job-documents.ts'
import type { FoldedTask, LiveMerges } from './live-merges.ts'
import { isOfTasks } from './object-keys.ts'
import { readStoredTally, StoredTallyError } from './stored-tally.ts'
import { TallyObjects } from './tally-objects.ts'

export interface AcceptParts {
  readonly records: Records
  readonly queue: Queue
  readonly storage: Storage
  readonly documents: JobDocuments
  readonly merges: LiveMerges
  readonly clock: () => number
  readonly traces: Traces
  /** Told of what is in the rows now; may hear of the same again after a crash. */
  readonly onAccepted?: (
    record: SimulationRecord,
    results: readonly AcceptedResult[],
    failures: readonly TaskFailure[],
  ) => void
  /** Told of a result that the storage lost or damaged, whose task is given out again. */
  readonly onTryAgain?: (record: SimulationRecord, failure: FailureReport) => void
}

/** Reports taken at once. */
const AT_ONCE = 500
/** Results read at the same time, unless they are large: then one after the other, so that memory is enough. */
const READERS = 16
const LARGE_BYTES = 4 * 1024 * 1024

/**
 * Accepts everything that is reported for a job.
 * @returns the number of reports that were dealt with
 */
export async function acceptReports(parts: AcceptParts, record: SimulationRecord): Promise<number> {
  let dealt = 0
  let before = record
  for (;;) {
    const reports = await parts.queue.reports(record.id, AT_ONCE)
    if (reports.length === 0) return dealt
    // A long job has very many: a span for those of which the tasks have one.
    const traces = reports.some(({ task }) => isTracedTask(task)) ? parts.traces : NO_TRACES
    const attributes = { [ATTRIBUTE.tasks]: reports.length }
    const held = await inJobSpan(traces, 'accept', record.id, attributes, () => acceptThese(parts, before, reports))
    before = { ...before, tasksDone: before.tasksDone + held }
    dealt += reports.length
  }
}

/** @returns how many of the results are in the rows now */
async function acceptThese(parts: AcceptParts, record: SimulationRecord, reports: readonly Report[]): Promise<number> {
  const { records, queue, merges, clock } = parts
  const finished = reports.filter((report) => report.kind === 'finished')
  const { good, lost, bad } = await lookAt(parts, record, finished)
  const { again, final } = await tryAgain(parts, record, lost)
  const failures = [...reports.filter((report) => report.kind === 'failed'), ...final, ...bad].map((report) =>
    failureOf(record.id, report, clock()),
  )

  const held = new Set(
    await records.acceptResults(
      record.id,
      good.map(({ result }) => result),
      clock(),
    ),
  )
  const failed = new Set(await records.failTasks(record.id, failures, clock()))
  await queue.confirm(
    record.id,
    reports.filter(({ task }) => !again.has(task)),
  )

  const accepted = good.filter(({ result }) => held.has(result.task))
  merges.fold(
    record,
    accepted.map(({ folded }) => folded),
  )
  parts.onAccepted?.(
    record,
    accepted.map(({ result }) => result),
    failures.filter(({ task }) => failed.has(task)),
  )
  return held.size
}

/** A result that is not there any more, or not whole. */
interface Lost {
  readonly failure: FailureReport
  readonly plan: TaskRecord
}

interface Looked {
  readonly result: AcceptedResult
  readonly folded: FoldedTask
}

async function lookAt(parts: AcceptParts, record: SimulationRecord, reports: readonly FinishReport[]) {
  const good: Looked[] = []
  const lost: Lost[] = []
  const bad: FailureReport[] = []
  const plans = await plansOf(parts.records, record.id, reports)
  const objects = new TallyObjects(parts.storage)
  const look = async (report: FinishReport) => {
    const plan = plans.get(report.task)
    // A task that no row knows: the row cannot be written either, and confirming forgets the report.
    if (!plan) return
    const identity = identityOf(record, parts.documents.of(record), plan.point)
    try {
      if (!isOfTasks(record.id, report.objectKey)) {
        throw new StoredTallyError(
          'RESULT_OF_OTHER_TASK',
          `The report of task ${report.task} names an object that is none of this simulation (${report.objectKey}).`,
        )
      }
      const tally = await readStoredTally(objects, report, plan, record.batchHistories, identity)
      good.push({ result: resultOf(report, tally.histories), folded: { task: report.task, point: plan.point, tally } })
    } catch (error) {
      if (!(error instanceof StoredTallyError)) throw error
      const { task, generation, attempt } = report
      const retriable = error.code !== 'RESULT_OF_OTHER_TASK'
      const failure = { task, generation, attempt, code: error.code, message: error.message, retriable, logKey: null }
      if (retriable) lost.push({ failure, plan })
      else bad.push(failure)
    }
  }
  const isLarge = ({ bytes }: FinishReport) => bytes > LARGE_BYTES
  await inParallel(
    reports.filter((report) => !isLarge(report)),
    READERS,
    look,
  )
  await inParallel(reports.filter(isLarge), 1, look)
  return { good, lost, bad }
}

/**
 * The storage lost or damaged what a worker had stored: the task's next attempt has the same histories and another key.
 * @returns tasks that wait again, and failures of those without attempts left
 */
async function tryAgain(
  { queue, documents, onTryAgain }: AcceptParts,
  record: SimulationRecord,
  lost: readonly Lost[],
): Promise<{ readonly again: ReadonlySet<number>; readonly final: readonly FailureReport[] }> {
  if (lost.length === 0) return { again: new Set(), final: [] }
  const plans = lost.map(({ plan }) => ({ ...plan, seed: plan.seed ?? null }))
  const tasks = queueTasks(record, documents.of(record), plans)
  const final = await queue.tryAgain(
    record.id,
    lost.map(({ failure }, n) => ({ failure, payload: wholePayload(tasks[n]!.payload) })),
  )
  const again = new Set(lost.map(({ plan }) => plan.task)).difference(new Set(final.map(({ task }) => task)))
  for (const { failure } of lost) if (again.has(failure.task)) onTryAgain?.(record, failure)
  return { again, final }
}

/** One question for neighbouring tasks, which mostly report together, instead of one for each. */
async function plansOf(
  records: Records,
  id: string,
  reports: readonly FinishReport[],
): Promise<ReadonlyMap<number, TaskRecord>> {
  const plans = new Map<number, TaskRecord>()
  const wanted = reports.map(({ task }) => task).sort((a, b) => a - b)
  for (const task of wanted) {
    if (plans.has(task)) continue
    const last = wanted.findLast((other) => other < task + AT_ONCE)!
    const { items } = await records.tasks(id, { offset: task, limit: last - task + 1 })
    for (const item of items) plans.set(item.task, item)
    // Task indices are positions in the list; where they ever were not, ask for the one.
    if (!plans.has(task)) {
      const one = await records.task(id, task)
      if (one) plans.set(task, one)
    }
  }
  return plans
}

/** Histories are those of the engine's own output, not those that the report claims. */
function resultOf(report: FinishReport, histories: number): AcceptedResult {
  const { task, generation, attempt, objectKey, objectStart, digest, bytes } = report
  const [startedAtMs, endedAtMs] = [Math.round(report.startedAtMs), Math.round(report.endedAtMs)]
  const place = objectStart === undefined ? { objectKey } : { objectKey, objectStart }
  return { task, generation, attempt, ...place, digest, bytes, histories, startedAtMs, endedAtMs }
}

/** PostgreSQL keeps no text with a NUL in it, and an engine's last words may have one. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD')

function failureOf(id: string, report: FailureReport, atMs: number): TaskFailure {
  const { task, generation, attempt } = report
  const [code, message] = [withoutNul(report.code), withoutNul(report.message)]
  const logKey = report.logKey !== null && isOfTasks(id, report.logKey) ? report.logKey : null
  return { task, generation, attempt, code, message, logKey, atMs }
}
