/** What the pages show of progress: it never goes backwards, whatever order messages arrive in. */

import type { SimulationSummary } from '#protocol/shapes.ts'

/**
 * The newer of two pictures of one simulation. A message with a lower revision is older and is dropped; primaries
 * already shown as done stay done. The fraction may fall only when the goal itself grew (primaries were added).
 */
export function newer<S extends SimulationSummary>(shown: S, come: SimulationSummary): S {
  if (come.revision < shown.revision) return shown
  const sameGoal =
    come.progress.primariesAsked === shown.progress.primariesAsked && come.progress.tasks === shown.progress.tasks
  return {
    ...shown,
    ...come,
    progress: {
      ...come.progress,
      primariesDone: Math.max(shown.progress.primariesDone, come.progress.primariesDone),
      tasksDone: Math.max(shown.progress.tasksDone, come.progress.tasksDone),
      fraction: sameGoal ? Math.max(shown.progress.fraction, come.progress.fraction) : come.progress.fraction,
    },
  }
}
