/** Decay chains as arrows on the chart: every nuclide has its place there already. */

import { nuclideOfZai, type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { Atlas } from './atlas.ts'
import type { ChainArrow } from './draw-overlay.ts'

/** Branches below this share are not drawn. */
const SMALLEST_SHARE = 0.01
/** No chain of the table is longer; the bound keeps a defect in data from hanging a page. */
const MOST_ARROWS = 400

/**
 * Arrows from a state down to stability (`forward`) or from everything that feeds it (`backward`). Isomers share the
 * cell of their nuclide, so a transition between them has no arrow.
 */
export function chainArrows(atlas: Atlas, from: Zai, direction: 'forward' | 'backward'): ChainArrow[] {
  const arrows = new Map<string, ChainArrow>()
  const seen = new Set<Zai>([from])
  const open: Zai[] = [from]
  while (open.length > 0 && arrows.size < MOST_ARROWS) {
    const here = open.shift()!
    const branches = direction === 'forward' ? atlas.daughters(here) : atlas.parents(here)
    for (const { parent, daughter, share } of branches) {
      if (daughter === null || share < SMALLEST_SHARE) continue
      const next = direction === 'forward' ? daughter : parent
      const [a, b] = [cellOf(parent), cellOf(daughter)]
      if (a !== b) {
        const key = `${a} ${b}`
        const share0 = arrows.get(key)?.share ?? 0
        arrows.set(key, { from: a, to: b, share: Math.max(share0, share) })
      }
      if (!seen.has(next)) {
        seen.add(next)
        open.push(next)
      }
    }
  }
  return [...arrows.values()]
}

function cellOf(zai: Zai): Zai {
  const { z, a } = nuclideOfZai(zai)
  return zaiOf(z, a)
}
