/** When a goal is reached. The error of a goal is the statistical one only; the error of the model is never part of it. */

import type { Goal } from './document.ts'

/** A goal on the statistical error stops at this many counts or more (physics conventions 9). */
export const MIN_GOAL_COUNTS = 100
/** ... and at this many batches or more: the spread of fewer says little about itself. */
export const MIN_GOAL_BATCHES = 10

/** What is known of one point of a job, from accepted results only. */
export interface PointProgress {
  readonly historiesDone: number
  /** Whole batches in accepted results. */
  readonly batchesDone: number
  /** Wall time since the first task was taken. */
  readonly elapsedSeconds: number
  /** For each nuclide of the goal, by canonical name: cumulative rate. Missing: nothing is known yet. */
  readonly nuclides: ReadonlyMap<string, NuclideProgress>
}

export interface NuclideProgress {
  /** Counts behind the cumulative rate, those of the precursors included. */
  readonly counts: number
  /** One standard error over the mean; `null` where it is not known. */
  readonly relativeError: number | null
}

export type GoalState =
  | { readonly reached: false /** 0 to 1. */; readonly fraction: number; readonly sentence: string }
  | { readonly reached: true; readonly because: 'primaries' | 'statistical-error' | 'time'; readonly sentence: string }

/** Whether a point needs no further histories, with a sentence for people. */
export function goalReached(goal: Goal, progress: PointProgress): GoalState {
  const { historiesDone, elapsedSeconds } = progress
  switch (goal.kind) {
    case 'primaries':
      return historiesDone >= goal.primaries
        ? { reached: true, because: 'primaries', sentence: `All ${goal.primaries} primaries are done.` }
        : open(historiesDone / goal.primaries, `${historiesDone} of ${goal.primaries} primaries are done.`)
    case 'time': {
      const seconds = goal.minutes * 60
      if (elapsedSeconds >= seconds) {
        // No count of primaries: tasks in hand are still finished, and count.
        return { reached: true, because: 'time', sentence: `The ${goal.minutes} min are over.` }
      }
      if (historiesDone >= goal.maxPrimaries) return endedAtLimit(goal.maxPrimaries, 'before the time was over')
      const fraction = Math.max(elapsedSeconds / seconds, historiesDone / goal.maxPrimaries)
      return open(fraction, `${Math.floor(elapsedSeconds)} of ${Math.round(seconds)} s are over.`)
    }
    case 'statistical-error':
      return errorGoal(goal, progress)
  }
}

function errorGoal(goal: Extract<Goal, { kind: 'statistical-error' }>, progress: PointProgress): GoalState {
  const wanted = goal.relativePercent / 100
  let worst: { readonly nuclide: string; readonly fraction: number; readonly sentence: string } | undefined
  for (const nuclide of goal.nuclides) {
    const { counts, relativeError } = progress.nuclides.get(nuclide) ?? { counts: 0, relativeError: null }
    if (counts >= MIN_GOAL_COUNTS && relativeError !== null && relativeError <= wanted) continue
    // Errors fall with the root of the histories: the square tells how far along the way is.
    const known = relativeError === null || relativeError === 0 ? 0 : Math.min(1, (wanted / relativeError) ** 2)
    const fraction = Math.min(known, counts / MIN_GOAL_COUNTS)
    const shown = relativeError === null ? 'not known yet' : `${(100 * relativeError).toPrecision(2)} %`
    const few = counts < MIN_GOAL_COUNTS ? ` from ${counts} counts; ${MIN_GOAL_COUNTS} are the least` : ''
    const sentence = `The statistical error of ${nuclide} is ${shown}${few}; asked for: ${goal.relativePercent} %.`
    if (!worst || fraction < worst.fraction) worst = { nuclide, fraction, sentence }
  }
  if (!worst && progress.batchesDone >= MIN_GOAL_BATCHES) {
    const sentence = `The statistical error of ${goal.nuclides.join(', ')} is at most ${goal.relativePercent} %. The error of the model is not part of it.`
    return { reached: true, because: 'statistical-error', sentence }
  }
  if (progress.historiesDone >= goal.maxPrimaries) {
    return endedAtLimit(
      goal.maxPrimaries,
      worst ? `before the goal was reached. ${worst.sentence}` : 'in too few batches',
    )
  }
  if (!worst) {
    const sentence = `${progress.batchesDone} of at least ${MIN_GOAL_BATCHES} batches are done.`
    return open(progress.batchesDone / MIN_GOAL_BATCHES, sentence)
  }
  return open(Math.max(worst.fraction, progress.historiesDone / goal.maxPrimaries), worst.sentence)
}

/** The end is known by `reached`, so an open goal never shows the full bar. */
const open = (fraction: number, sentence: string): GoalState => ({
  reached: false,
  fraction: Math.min(0.999, Math.max(0, fraction)),
  sentence,
})

const endedAtLimit = (primaries: number, why: string): GoalState => ({
  reached: true,
  because: 'primaries',
  sentence: `The limit of ${primaries} primaries was reached ${why}${why.endsWith('.') ? '' : '.'}`,
})
