/** What lies under a point. The grid is regular, so this is one division and one look-up. */

import type { Zai } from '#nuclides/nuclide.ts'
import { innerRect, stripeHeights } from './cell-geometry.ts'
import { RULER, RULERS_FROM_EDGE } from './draw-grid.ts'
import type { CellPoint, ScreenPoint } from './layout.ts'
import type { Scene } from './scene.ts'
import { cellOfScreen, cellRect, type View } from './view.ts'

/** What was hit: the nuclide, and the isomer where the point lies on its stripe. */
export interface Hit {
  /** Index of the cell in the scene. */
  readonly cell: number
  /** Key of the ground state or of the isomer. */
  readonly zai: Zai
}

/** The state under a point of the screen, or `null` over paper and rulers. */
export function pick(view: View, scene: Scene, point: ScreenPoint): Hit | null {
  if (point.x < 0 || point.y < 0 || point.x >= view.width || point.y >= view.height) return null
  if (view.edge >= RULERS_FROM_EDGE && (point.x < RULER.width || point.y >= view.height - RULER.height)) return null
  const { n, z } = cellDrawnAt(view, point)
  const index = scene.layout.indexAt(n, z)
  const cell = scene.cells[index]
  if (!cell) return null
  const { each, all } = stripeHeights(view.edge, cell.stripes.length)
  if (all > 0) {
    const rect = innerRect(view, n, z)
    const fromBelow = rect.y + rect.height - point.y
    const stripe = fromBelow < all ? cell.stripes[Math.max(0, Math.floor(fromBelow / each))] : undefined
    if (stripe) return { cell: index, zai: stripe.zai }
  }
  return { cell: index, zai: cell.zai }
}

/** The division, corrected by what snapping to device pixels moved: what is seen under the pointer is what is meant. */
function cellDrawnAt(view: View, point: ScreenPoint): CellPoint {
  const { n, z } = cellOfScreen(view, point)
  const rect = cellRect(view, { n, z })
  const dn = point.x < rect.x ? -1 : point.x >= rect.x + rect.width ? 1 : 0
  const dz = point.y < rect.y ? 1 : point.y >= rect.y + rect.height ? -1 : 0
  return { n: n + dn, z: z + dz }
}
