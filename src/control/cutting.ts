/** How an engine wants its jobs cut into tasks, in the words of the planner. */

import { type Engine, planningOf } from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'
import type { SpeedHint } from '#simulation/plan.ts'

export interface EngineCutting {
  readonly speedHint: SpeedHint
  readonly oneBatchPerTask: boolean
}

/** @param workers that may work on the job at once */
export function cuttingFor(engine: Engine | undefined, setup: Setup, workers: number): EngineCutting {
  const { historiesPerSecond, oneBatchPerTask } = planningOf(engine, setup)
  return { speedHint: { historiesPerSecond, workers: Math.max(1, workers) }, oneBatchPerTask }
}
