/**
 * Check 8 of fluka.md 9.2: every point of space is in exactly one region, and the regions have the volumes that the stack
 * should have. Points are drawn at random with most of them near the surfaces, where mistakes are.
 */

import type { Body, Geometry, RegionTree } from '../deck/geometry.ts'
import { isActive } from '../deck/place.ts'
import { layerVolumeCm3, type StackGeometry } from '../compose/stack-geometry.ts'
import { type DeckProblem, error, warning } from './deck-problem.ts'
import { type BodyShape, bodyParameters, insideBody, type Point } from './inside-body.ts'

export interface GeometryCheckOptions {
  readonly points?: number
  /** The stack that the geometry should be; `null` for a deck of unknown purpose. */
  readonly stack?: StackGeometry | null
}

/** Enough to meet a gap of a hundredth of a disc a few times over (measured: geometry-check.test.ts). */
const POINTS = 4000
/** Fraction of the points that stand near a surface of a body. */
const NEAR_SURFACES = 0.75
/** Where a geometry's own bodies do not say how large the world is, cm. */
const UNKNOWN_WORLD_CM = 100
/** Relative difference of a sampled volume that is no accident: five standard deviations at least. */
const VOLUME_SIGMAS = 5

interface Evaluated {
  readonly bodies: ReadonlyMap<string, BodyShape>
  readonly regions: readonly { readonly name: string; readonly points: RegionTree }[]
}

export function checkGeometry(geometry: Geometry, options: GeometryCheckOptions = {}): readonly DeckProblem[] {
  const read = evaluated(geometry)
  if ('reason' in read) {
    return [warning('DECK_GEOMETRY_NOT_EVALUATED', geometry.place, `The geometry was not checked point by point: ${read.reason}.`)]
  }
  const random = stream(0x15a1a510)
  const world = worldOf(read)
  const found = new Map<string, DeckProblem>()
  for (let n = 0; n < (options.points ?? POINTS); n++) {
    const point = n < NEAR_SURFACES * POINTS ? nearSurface(read, random, world) : anywhere(world, random)
    const inside = regionsAt(read, point)
    if (inside.length === 1) continue
    const key = inside.join()
    if (!found.has(key)) found.set(key, problemAt(point, inside))
  }
  const stack = options.stack ?? null
  return [...found.values(), ...(stack && found.size === 0 ? checkStack(read, stack, random) : [])]
}

function problemAt(point: Point, inside: readonly string[]): DeckProblem {
  const where = `(${point.map((value) => Number(value.toPrecision(5))).join(', ')}) cm`
  return inside.length === 0
    ? error('DECK_GEOMETRY_GAP', null, `The point ${where} is in no region; FLUKA loses particles there.`)
    : error('DECK_GEOMETRY_OVERLAP', null, `The point ${where} is in the regions ${inside.join(' and ')}; it must be in one.`)
}

/** Names of all regions that hold a point. */
function regionsAt({ bodies, regions }: Evaluated, point: Point): readonly string[] {
  const known = new Map<string, boolean>()
  const inside = (name: string): boolean => {
    let value = known.get(name)
    if (value === undefined) {
      value = insideBody(bodies.get(name)!, point)
      known.set(name, value)
    }
    return value
  }
  return regions.flatMap(({ name, points }) => (holds(points, inside) ? [name] : []))
}

function holds(tree: RegionTree, inside: (name: string) => boolean): boolean {
  switch (tree.kind) {
    case 'body':
      return inside(tree.name)
    case 'not':
      return !holds(tree.of, inside)
    case 'and':
      return tree.of.every((part) => holds(part, inside))
    case 'or':
      return tree.of.some((part) => holds(part, inside))
  }
}

/** Bodies with plain numbers, or the reason why a point cannot be told. */
function evaluated(geometry: Geometry): Evaluated | { readonly reason: string } {
  const bodies = new Map<string, BodyShape>()
  for (const item of geometry.bodies.filter(isActive)) {
    if (item.kind === 'transform') return { reason: 'it moves bodies ($start_...), which this check does not follow' }
    if (item.kind !== 'body') continue
    const shape = shapeOf(item)
    if (!shape) return { reason: `the body ${item.code} ${item.name} cannot be evaluated here` }
    bodies.set(item.name, shape)
  }
  if (geometry.afterRegions.some((item) => item.kind === 'card' && isActive(item) && item.command === 'LATTICE')) {
    return { reason: 'it repeats regions (LATTICE), which this check does not follow' }
  }
  const regions = geometry.regions.filter((item) => item.kind === 'region').filter(isActive)
  const names = regions.flatMap(({ points }) => namesIn(points))
  const missing = names.find((name) => !bodies.has(name))
  if (missing) return { reason: `the body ${missing} does not exist` }
  return { bodies, regions }
}

function namesIn(tree: RegionTree): readonly string[] {
  if (tree.kind === 'body') return [tree.name]
  return tree.kind === 'not' ? namesIn(tree.of) : tree.of.flatMap(namesIn)
}

function shapeOf({ code, parameters }: Body): BodyShape | undefined {
  const numbers = parameters.map((field) => (field.kind === 'number' || field.kind === 'variable' ? field.value : null))
  if (bodyParameters(code) !== numbers.length || numbers.some((value) => value === null)) return undefined
  return { code, parameters: numbers as number[] }
}

interface Box {
  readonly low: Point
  readonly high: Point
}

/** A box around all finite bodies: the black body holds the world. */
function worldOf({ bodies }: Evaluated): Box {
  const boxes = [...bodies.values()].flatMap((shape) => boxOf(shape) ?? [])
  if (boxes.length === 0) {
    const far = UNKNOWN_WORLD_CM
    return { low: [-far, -far, -far], high: [far, far, far] }
  }
  const largest = boxes.reduce((a, b) => (volumeOf(b) > volumeOf(a) ? b : a))
  return largest
}

const volumeOf = ({ low, high }: Box): number => (high[0] - low[0]) * (high[1] - low[1]) * (high[2] - low[2])

function boxOf({ code, parameters: p }: BodyShape): Box | undefined {
  switch (code) {
    case 'SPH': {
      const [x, y, z, r] = p as [number, number, number, number]
      return { low: [x - r, y - r, z - r], high: [x + r, y + r, z + r] }
    }
    case 'RPP':
      return { low: [p[0]!, p[2]!, p[4]!], high: [p[1]!, p[3]!, p[5]!] }
    case 'RCC':
    case 'TRC': {
      const r = code === 'RCC' ? p[6]! : Math.max(p[6]!, p[7]!)
      const ends = [0, 1, 2].map((axis) => [p[axis]!, p[axis]! + p[axis + 3]!] as const)
      const at = (pick: (...values: number[]) => number, sign: number) =>
        ends.map(([a, b]) => pick(a, b) + sign * r) as unknown as Point
      return { low: at(Math.min, -1), high: at(Math.max, 1) }
    }
    default:
      return undefined
  }
}

const anywhere = ({ low, high }: Box, random: () => number): Point =>
  [0, 1, 2].map((axis) => low[axis]! + (high[axis]! - low[axis]!) * random()) as unknown as Point

/** A point in the box of a random body, drawn towards its edges: half of them within a hundredth of its size. */
function nearSurface({ bodies }: Evaluated, random: () => number, world: Box): Point {
  const shapes = [...bodies.values()]
  const shape = shapes[Math.floor(random() * shapes.length)]!
  const box = boxOf(shape) ?? world
  return [0, 1, 2].map((axis) => {
    const [low, high] = [box.low[axis]!, box.high[axis]!]
    const size = high - low
    if (random() < 0.5) return low - 0.02 * size + 1.04 * size * random()
    const edge = random() < 0.5 ? low : high
    return edge + 0.02 * size * (random() - 0.5)
  }) as unknown as Point
}

/** Volumes of the layers, sampled inside a box that is a little larger than each. */
function checkStack(read: Evaluated, stack: StackGeometry, random: () => number): readonly DeckProblem[] {
  const DRAWS = 2000
  return stack.layers.flatMap((layer) => {
    const { radiusCm: r, frontCm, thicknessCm } = layer
    const margin = 0.1
    const box: Box = {
      low: [-r * (1 + margin), -r * (1 + margin), frontCm - margin * thicknessCm],
      high: [r * (1 + margin), r * (1 + margin), frontCm + (1 + margin) * thicknessCm],
    }
    const region = read.regions.find(({ name }) => name === layer.region)
    if (!region) {
      return [error('DECK_REGION_UNKNOWN', null, `The layer ${layer.layer} should be the region ${layer.region}, which does not exist.`)]
    }
    let hits = 0
    for (let n = 0; n < DRAWS; n++) if (regionsAt(read, anywhere(box, random)).includes(layer.region)) hits++
    const expected = layerVolumeCm3(layer) / volumeOf(box)
    const sigma = Math.sqrt((expected * (1 - expected)) / DRAWS)
    if (Math.abs(hits / DRAWS - expected) <= VOLUME_SIGMAS * sigma) return []
    const got = Number(((hits / DRAWS) * volumeOf(box)).toPrecision(3))
    return [
      error('DECK_VOLUME_DIFFERS', null, `The region ${layer.region} has a volume of about ${got} cm3; the layer ${layer.layer} has ${Number(layerVolumeCm3(layer).toPrecision(3))} cm3.`),
    ]
  })
}

/** Numbers from 0 to 1, the same for every check: a problem that was found is found again (mulberry32). */
function stream(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
