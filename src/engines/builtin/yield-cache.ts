/**
 * Fission yields on a grid of 1 MeV, computed when first needed: a change of beam or geometry then costs a weighted
 * sum. Between two nodes yields are interpolated linearly; all kinks of the model fall on whole MeV.
 */

import type { FissileElement } from './fission-cross-section.ts'
import { fissionYields } from './fission-yields.ts'

/** Energies of the nodes, MeV: from below the first point of the fission cross sections to beyond the scope. */
export const NODE_FIRST_MEV = 4
export const NODE_LAST_MEV = 200
export const NODE_COUNT = NODE_LAST_MEV - NODE_FIRST_MEV + 1

export const energyOfNode = (node: number): number => NODE_FIRST_MEV + node

const cache: Record<FissileElement, (Float64Array | undefined)[]> = { U: [], Th: [] }

/** Yields per 100 fissions at a node; index `yieldCell(z, a)`. Shared: do not change. */
export function yieldsAtNode(element: FissileElement, node: number): Float64Array {
  return (cache[element][node] ??= fissionYields(element, energyOfNode(node)))
}
