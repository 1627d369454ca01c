/** What an engine scores: outside, a nuclide is "not scored", which is neither zero nor a limit. */

import type { Nuclide } from '#nuclides/nuclide.ts'
import type { Coverage, ScoreState } from './document.ts'

/** Whether production of this charge and mass number is scored. */
export function isInsideCoverage(coverage: Coverage, z: number, a: number): boolean {
  return coverage.boxes.some((box) => z >= box.zMin && z <= box.zMax && a >= box.aMin && a <= box.aMax)
}

/** What can be said of a nuclide of which nothing was counted. */
export function unseenState(coverage: Coverage, { z, a, m }: Nuclide): Exclude<ScoreState, 'scored'> {
  if (!isInsideCoverage(coverage, z, a)) return 'not-scored'
  return m > 0 && coverage.isomers === 'not-resolved' ? 'isomer-not-resolved' : 'zero'
}
