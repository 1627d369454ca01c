/** Which layers of a target score. */

import type { ResultDocument } from '#results/document.ts'

/** Layers in which fissions were counted or looked for: those that score nuclides. */
export function scoredLayers(result: ResultDocument): readonly string[] {
  return result.layers
    .filter((layer) => layer.fissionsPerPrimary.perPrimary !== null || layer.fissionsPerPrimary.limit95 !== null)
    .map((layer) => layer.name)
}
