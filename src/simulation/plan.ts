/**
 * Cuts a job into points, batches and tasks. Nothing here runs anything: values in, values out.
 *
 * History indices of a point count up from 0 over all its segments (the first plan, later rounds, added primaries), and
 * so do the ordinals of its batches: (job key, point, history index) fixes every random number, and nothing repeats.
 * A batch has the size that was fixed when the job was accepted; only the last batch of a segment may be short. A task
 * is one or more whole batches of one segment, so that no split into tasks changes one bit of the result.
 */

import { setupDigest } from './digest.ts'
import type { Goal, Job, Setup, SimulationDocument } from './document.ts'
import { MIN_GOAL_BATCHES, MIN_GOAL_COUNTS, type PointProgress } from './goal.ts'
import { setupAt } from './scan.ts'

/**
 * A fixed block of history indices: the same fields as `Batch` in #results/tally.ts. It is declared again because the
 * simulation room stands below the results and may not look up; the compiler compares the two wherever a planned batch
 * is handed to an engine.
 */
export interface PlannedBatch {
  /** Rank of the batch in its point, from 0, over all segments. */
  readonly ordinal: number
  /** Index of the first history. */
  readonly first: number
  readonly histories: number
}

/** Whole batches of one point: the same fields as a row of the records. */
export interface PlannedTask {
  /** Index in the job, from 0. */
  readonly task: number
  readonly point: number
  readonly firstHistory: number
  readonly histories: number
  /** Ordinal of the first batch in its point. */
  readonly firstBatch: number
}

/** One value of a scan, or the only point of a job without scan. */
export interface PlannedPoint {
  readonly point: number
  /** Value of the scanned parameter; `null` without a scan. */
  readonly value: number | null
  readonly setup: Setup
  readonly setupDigest: string
}

export interface JobPlan {
  readonly points: readonly PlannedPoint[]
  /** Histories of a batch, for the whole life of the job. */
  readonly batchHistories: number
  readonly tasks: readonly PlannedTask[]
  /** Histories in these tasks, over all points. */
  readonly primariesPlanned: number
}

/** How fast histories go, as far as somebody knows; only the size of tasks and of first rounds depends on it. */
export interface SpeedHint {
  /** Of one worker process. */
  readonly historiesPerSecond: number
  /** Worker processes that may work on the job at once. */
  readonly workers: number
}

export interface PlanOptions {
  /** Overrules the document. */
  readonly batchHistories?: number
  /** Overrules the document; rounded up to whole batches. */
  readonly historiesPerTask?: number
  readonly speedHint?: SpeedHint
  /** The engine gives no moments within a run: every task is one batch, so that errors come from the spread of tasks. */
  readonly oneBatchPerTask?: boolean
}

/** Where a point stands: all histories below `nextHistory` and all batches below `nextBatch` are given away. */
export interface PointCursor {
  readonly point: number
  readonly nextHistory: number
  readonly nextBatch: number
}

export type PlanErrorCode = 'PLAN_NUMBERS' | 'PLAN_TOO_MANY_TASKS'

export class PlanError extends Error {
  override readonly name = 'PlanError'
  readonly code: PlanErrorCode
  constructor(code: PlanErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Batches that a result keeps for one point at most. */
export const MAX_BATCHES = 100_000
/** Batches of all points of a job together. */
const MAX_BATCHES_OF_JOB = 10_000_000
/** Tasks of one job at most: more are made larger. */
export const MAX_TASKS = 100_000
/** Primaries of ordinary goals are cut into about this many batches. */
const USUAL_BATCHES = 100
/** A batch never grows beyond this by itself, or many workers would wait for few large tasks. */
const LARGEST_BATCH = 10_000_000
/** A task should last about this long: long enough to make its overhead small, short enough to see the chart move. */
const TASK_SECONDS = 2
/** ... and each worker should get at least this many tasks, so that all end together. */
const TASKS_PER_WORKER = 4
/** Where a task is one batch it is a run of a program that takes a while to begin: it should last about this long, ... */
const LONE_BATCH_SECONDS = 300
/** ... for many workers shorter, but not below this, ... */
const SHORTEST_LONE_BATCH_SECONDS = 60
/** ... and there should be this many, because the error is estimated from their spread. */
const LEAST_LONE_BATCHES = 20
const DEFAULT_SPEED: SpeedHint = { historiesPerSecond: 1e6, workers: 2 }
/** Chain yield per primary of a frequent fission product in the SPES target (target-and-beam 2.1). */
const USUAL_YIELD = 1e-4

/** Primaries that one point may need at most. */
export function primariesPerPoint(job: Job): number {
  return job.goal.kind === 'primaries' ? job.goal.primaries : job.goal.maxPrimaries
}

/**
 * Size of a batch: what the document says, or a round number that depends on the goal alone, never on speed or tasks.
 * Goals of 10 primaries and more give 10 batches or more, ordinary ones 40 to 100.
 */
export function batchHistoriesOf(job: Job): number {
  if (job.batchHistories !== null) return job.batchHistories
  const most = primariesPerPoint(job)
  const usual = Math.ceil(Math.min(most, expectedPrimaries(job.goal)) / USUAL_BATCHES)
  const least = Math.ceil(most / batchLimit(job))
  return roundUp(Math.max(least, Math.min(LARGEST_BATCH, usual)))
}

/**
 * Size of a batch where every task is one: what the document says of batches or of tasks, or a round number from the
 * speed of the engine, fixed when the job is accepted.
 */
function loneBatchHistoriesOf(job: Job, speed: SpeedHint, wanted: number | null): number {
  const points = job.scan?.values.length ?? 1
  const least = Math.ceil(primariesPerPoint(job) / Math.max(1, Math.floor(MAX_TASKS / points)))
  const asked = job.batchHistories ?? wanted
  if (asked !== null) return Math.max(asked, least)
  const expected = Math.min(primariesPerPoint(job), expectedPrimaries(job.goal, speed))
  const { historiesPerSecond, workers } = speed
  const share = (expected * points) / (workers * TASKS_PER_WORKER)
  const comfortable = Math.min(
    historiesPerSecond * LONE_BATCH_SECONDS,
    Math.max(share, historiesPerSecond * SHORTEST_LONE_BATCH_SECONDS),
  )
  return roundUp(Math.max(least, Math.min(comfortable, expected / LEAST_LONE_BATCHES)))
}

/** Batches that one point may have: fewer where a scan has many points, because all of them are kept. */
export function batchLimit(job: Job): number {
  return Math.min(MAX_BATCHES, Math.floor(MAX_BATCHES_OF_JOB / (job.scan?.values.length ?? 1)))
}

/** What a goal will probably take. */
function expectedPrimaries(goal: Goal, speed: SpeedHint = DEFAULT_SPEED): number {
  switch (goal.kind) {
    case 'primaries':
      return goal.primaries
    case 'statistical-error':
      return Math.max(MIN_GOAL_COUNTS, (100 / goal.relativePercent) ** 2) / USUAL_YIELD
    case 'time':
      return goal.minutes * 60 * speed.historiesPerSecond
  }
}

/** The next number of the row 1, 2, 5, 10, 20, 50, ... */
function roundUp(value: number): number {
  let power = 1
  for (;;) {
    for (const digit of [1, 2, 5]) if (digit * power >= value) return digit * power
    power *= 10
  }
}

/**
 * Plans a job: points with their digests, the batch size, and the tasks of the first segment of every point.
 * An open-ended goal is planned in rounds: these tasks are its first round, {@link nextRound} gives the others.
 * @throws PlanError for sizes that the checks of parse.ts refuse.
 */
export function planJob(document: SimulationDocument, options: PlanOptions = {}): JobPlan {
  const { job } = document
  const batchHistories =
    options.batchHistories ??
    (options.oneBatchPerTask
      ? loneBatchHistoriesOf(job, options.speedHint ?? DEFAULT_SPEED, options.historiesPerTask ?? job.historiesPerTask)
      : batchHistoriesOf(job))
  const points = pointsOf(document)
  const histories = firstRound(job.goal, batchHistories, options.speedHint ?? DEFAULT_SPEED)
  const cursors = points.map(({ point }) => ({ point, nextHistory: 0, nextBatch: 0 }))
  const tasks = planSegments(
    cursors.map((cursor) => ({ cursor, histories })),
    {
      batchHistories,
      firstTask: 0,
      historiesPerTask: historiesPerTaskOf(document, options),
      oneBatchPerTask: options.oneBatchPerTask ?? false,
      ...hint(options),
    },
  )
  return { points, batchHistories, tasks, primariesPlanned: histories * points.length }
}

const hint = (options: PlanOptions) => (options.speedHint ? { speedHint: options.speedHint } : {})

const historiesPerTaskOf = (document: SimulationDocument, options: PlanOptions): number | null =>
  options.historiesPerTask ?? document.job.historiesPerTask

/** The points of a document: one for each scan value, in the order of the values. */
export function pointsOf(document: {
  readonly setup: Setup
  readonly job: Pick<Job, 'scan'>
}): readonly PlannedPoint[] {
  const { scan } = document.job
  if (!scan) return [{ point: 0, value: null, setup: document.setup, setupDigest: setupDigest(document.setup) }]
  return scan.values.map((value, point) => {
    const setup = setupAt(document.setup, scan.parameter, value)
    return { point, value, setup, setupDigest: setupDigest(setup) }
  })
}

/** How tasks are cut. */
export interface Cutting {
  readonly batchHistories: number
  /** Index of the first new task in the job. */
  readonly firstTask: number
  /** Wanted size of a task; `null`: from the speed. */
  readonly historiesPerTask: number | null
  readonly speedHint?: SpeedHint
  /** Every task is one batch, whatever size is wanted. */
  readonly oneBatchPerTask?: boolean
}

/** Where a point goes on, from the tasks that it has; whether they were done does not matter. */
export function cursorAfter(point: number, tasks: Iterable<PlannedTask>, batchHistories: number): PointCursor {
  let nextHistory = 0
  let nextBatch = 0
  for (const task of tasks) {
    if (task.point !== point) continue
    nextHistory = Math.max(nextHistory, task.firstHistory + task.histories)
    nextBatch = Math.max(nextBatch, task.firstBatch + batchCount(task.histories, batchHistories))
  }
  return { point, nextHistory, nextBatch }
}

/**
 * Tasks of one further segment of each given point: added primaries, or a round of an open-ended goal. History indices
 * and ordinals go on where the point stands.
 *
 * Tasks of the points alternate, so that all points of a scan sharpen together.
 * @throws PlanError when the numbers are not whole, or the tasks would be too many.
 */
export function planSegments(
  segments: readonly { readonly cursor: PointCursor; readonly histories: number }[],
  cutting: Cutting,
): readonly PlannedTask[] {
  const { batchHistories, firstTask } = cutting
  for (const [what, value] of [
    ['histories of a batch', batchHistories],
    ...segments.map(({ histories }) => ['histories of a segment', histories] as const),
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new PlanError('PLAN_NUMBERS', `${what}: ${value}; expected a whole number of at least 1`)
    }
  }
  const total = segments.reduce((sum, { histories }) => sum + histories, 0)
  const batches = segments.reduce((sum, { histories }) => sum + batchCount(histories, batchHistories), 0)
  const wanted = cutting.historiesPerTask ?? comfortableTask(total, cutting.speedHint ?? DEFAULT_SPEED)
  const batchesPerTask = cutting.oneBatchPerTask
    ? 1
    : Math.max(
        1,
        // The last batch of each segment may be short: rounding up keeps the number of tasks below the limit.
        Math.ceil(wanted / batchHistories),
        Math.ceil(batches / Math.max(1, MAX_TASKS - segments.length)),
      )
  if (batches > MAX_TASKS && cutting.oneBatchPerTask) {
    throw new PlanError(
      'PLAN_TOO_MANY_TASKS',
      `${batches} batches of ${batchHistories} histories, each a task of its own, are more than the ${MAX_TASKS} tasks of one job`,
    )
  }
  const historiesPerTask = batchesPerTask * batchHistories
  if (segments.length > MAX_TASKS) {
    throw new PlanError(
      'PLAN_TOO_MANY_TASKS',
      `${segments.length} points need more tasks than the ${MAX_TASKS} of one job`,
    )
  }
  const tasks: PlannedTask[] = []
  const rounds = Math.max(0, ...segments.map(({ histories }) => Math.ceil(histories / historiesPerTask)))
  for (let round = 0; round < rounds; round++) {
    const offset = round * historiesPerTask
    for (const { cursor, histories } of segments) {
      if (offset >= histories) continue
      tasks.push({
        task: firstTask + tasks.length,
        point: cursor.point,
        firstHistory: cursor.nextHistory + offset,
        histories: Math.min(historiesPerTask, histories - offset),
        firstBatch: cursor.nextBatch + round * batchesPerTask,
      })
    }
  }
  return tasks
}

const batchCount = (histories: number, batchHistories: number): number => Math.ceil(histories / batchHistories)

/** Histories of a task that lasts about {@link TASK_SECONDS} and leaves every worker its share. */
function comfortableTask(histories: number, { historiesPerSecond, workers }: SpeedHint): number {
  const byTime = historiesPerSecond * TASK_SECONDS
  const byShare = histories / (workers * TASKS_PER_WORKER)
  return Math.max(1, Math.min(byTime, byShare))
}

/** The batches of a task, ascending and contiguous; only the last one may be short. */
export function batchesOf(
  task: Pick<PlannedTask, 'firstHistory' | 'histories' | 'firstBatch'>,
  batchHistories: number,
): readonly PlannedBatch[] {
  const batches: PlannedBatch[] = []
  for (let offset = 0; offset < task.histories; offset += batchHistories) {
    batches.push({
      ordinal: task.firstBatch + batches.length,
      first: task.firstHistory + offset,
      histories: Math.min(batchHistories, task.histories - offset),
    })
  }
  return batches
}

/**
 * Tasks that add primaries to every point of a finished job.
 * @param tasks all tasks that the job ever had, dropped and failed ones included: their histories are given away too.
 * @param primaries further primaries for each point.
 */
export function planMorePrimaries(
  tasks: readonly PlannedTask[],
  points: number,
  primaries: number,
  cutting: Omit<Cutting, 'firstTask'>,
): readonly PlannedTask[] {
  const firstTask = tasks.reduce((next, { task }) => Math.max(next, task + 1), 0)
  const segments = Array.from({ length: points }, (_, point) => ({
    cursor: cursorAfter(point, tasks, cutting.batchHistories),
    histories: primaries,
  }))
  return planSegments(segments, { ...cutting, firstTask })
}

/** Histories of a point in the first segment. */
function firstRound(goal: Goal, batchHistories: number, speed: SpeedHint): number {
  if (goal.kind === 'primaries') return goal.primaries
  const wanted =
    goal.kind === 'statistical-error'
      ? MIN_GOAL_BATCHES * batchHistories
      : roundForTime(goal.minutes * 60, speed.historiesPerSecond * speed.workers)
  return Math.min(goal.maxPrimaries, wholeBatches(wanted, batchHistories))
}

const wholeBatches = (histories: number, batchHistories: number): number =>
  Math.max(1, Math.ceil(histories / batchHistories)) * batchHistories

/** A round of a timed job: a tenth of the time that is left, at least a second, at most all of it. */
const roundForTime = (secondsLeft: number, historiesPerSecond: number): number =>
  Math.max(1, Math.min(secondsLeft, Math.max(1, secondsLeft / 10)) * historiesPerSecond)

export interface RoundQuestion {
  readonly goal: Goal
  readonly batchHistories: number
  /** Where the point stands. */
  readonly cursor: PointCursor
  /** What is known of it. */
  readonly progress: PointProgress
}

/**
 * Histories of the next round of a point with an open-ended goal, in whole batches; 0 when no further round is due
 * because the limit of primaries is given away or the time is over. Ask when the tasks of the last round are done, or
 * nearly so; whether the goal is reached says `goalReached`.
 *
 * For a statistical error the round is what the present error says is missing, a tenth more for luck, at least a tenth
 * and at most four times of what there is: an error estimated from few counts is itself only an estimate.
 */
export function nextRound(question: RoundQuestion): number {
  const { goal, batchHistories, cursor, progress } = question
  if (goal.kind === 'primaries') return Math.max(0, goal.primaries - cursor.nextHistory)
  const left = goal.maxPrimaries - cursor.nextHistory
  if (left <= 0) return 0
  if (goal.kind === 'time') {
    const secondsLeft = goal.minutes * 60 - progress.elapsedSeconds
    if (secondsLeft <= 0) return 0
    const speed = progress.elapsedSeconds > 0 ? progress.historiesDone / progress.elapsedSeconds : 0
    return Math.min(left, wholeBatches(roundForTime(secondsLeft, speed), batchHistories))
  }
  const done = Math.max(progress.historiesDone, batchHistories)
  let factor = 1
  for (const nuclide of goal.nuclides) {
    const { counts, relativeError } = progress.nuclides.get(nuclide) ?? { counts: 0, relativeError: null }
    const byError = relativeError === null ? 5 : ((100 * relativeError) / goal.relativePercent) ** 2
    const byCounts = counts > 0 ? MIN_GOAL_COUNTS / counts : 5
    factor = Math.max(factor, byError, byCounts)
  }
  const missing = done * (factor - 1) * 1.1
  const wanted = Math.min(4 * done, Math.max(done / 10, missing))
  return Math.min(left, wholeBatches(Math.round(wanted), batchHistories))
}
