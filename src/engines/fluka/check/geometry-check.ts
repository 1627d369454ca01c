/**
 * Check 8 of fluka.md 9.2: every point of space is in exactly one region, and the regions have the volumes that the stack
 * should have. Points are drawn at random with most of them near the surfaces, where mistakes are.
 */

import type { StackGeometry } from '../compose/stack-geometry.ts'
import type { Geometry } from '../deck/geometry.ts'
import { type BodyBox, boxVolume } from './body-box.ts'
import { type DeckFinding, finding } from './deck-finding.ts'
import { type EvaluatedBody, type EvaluatedGeometry, evaluatedGeometry } from './evaluated-geometry.ts'
import { RandomPoints } from './random-points.ts'
import { checkStack } from './stack-check.ts'

export interface GeometryCheckOptions {
  readonly points?: number
  /** The stack that the geometry should be; `null` for a deck of unknown purpose. */
  readonly stack?: StackGeometry | null
}

/** Enough to meet a gap of a hundredth of a disc a few times over (measured: check-deck.test.ts). */
const POINTS = 4000
/** Fraction of the points that stand near a surface of a body. */
const NEAR_SURFACES = 0.75
/** Where a geometry's own bodies do not say how large the world is, cm. */
const UNKNOWN_WORLD_CM = 100
const SEED = 0x15a1a510

export function checkGeometry(geometry: Geometry, options: GeometryCheckOptions = {}): readonly DeckFinding[] {
  const read = evaluatedGeometry(geometry)
  if ('reason' in read) {
    return [
      finding(
        'DECK_GEOMETRY_NOT_EVALUATED',
        geometry.place,
        `The geometry was not checked point by point: ${read.reason}.`,
      ),
    ]
  }
  const points = new RandomPoints(SEED)
  const found = checkPoints(read, points, options.points ?? POINTS)
  const stack = options.stack ?? null
  return found.length === 0 && stack ? checkStack(read, stack, points) : found
}

function checkPoints(geometry: EvaluatedGeometry, points: RandomPoints, count: number): readonly DeckFinding[] {
  const { bodies, regions } = geometry
  const { box, body } = worldOf(bodies)
  const found = new Map<string, DeckFinding>()
  for (let n = 0; n < count; n++) {
    if (n < NEAR_SURFACES * count && bodies.length > 0) {
      points.nearEdges(bodies[Math.floor(points.next() * bodies.length)]!.box ?? box)
    } else points.within(box)
    const { x, y, z } = points
    if (body && !body.inside(x, y, z)) continue
    geometry.mark(x, y, z)
    let held = 0
    for (const region of regions) if (region.marked()) held++
    if (held === 1) continue
    const names = regions.flatMap((region) => (region.marked() ? [region.name] : []))
    const key = names.join()
    if (!found.has(key)) found.set(key, problemAt([x, y, z], names))
  }
  return [...found.values()]
}

function problemAt(point: readonly number[], inside: readonly string[]): DeckFinding {
  const where = `(${point.map((value) => Number(value.toPrecision(5))).join(', ')}) cm`
  return inside.length === 0
    ? finding('DECK_GEOMETRY_GAP', null, `The point ${where} is in no region; FLUKA loses particles there.`)
    : finding(
        'DECK_GEOMETRY_OVERLAP',
        null,
        `The point ${where} is in the regions ${inside.join(' and ')}; it must be in one.`,
      )
}

/** The largest body that ends: it holds the world, and nobody asks what is outside of it. */
function worldOf(bodies: readonly EvaluatedBody[]): { readonly box: BodyBox; readonly body: EvaluatedBody | null } {
  let world: { readonly box: BodyBox; readonly body: EvaluatedBody } | null = null
  for (const body of bodies) {
    if (body.box && (!world || boxVolume(body.box) > boxVolume(world.box))) world = { box: body.box, body }
  }
  const far = UNKNOWN_WORLD_CM
  return world ?? { box: { low: [-far, -far, -far], high: [far, far, far] }, body: null }
}
