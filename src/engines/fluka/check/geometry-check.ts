/**
 * Check 8 of fluka.md 9.2: every point of space is in exactly one region, and the regions have the volumes that the stack
 * should have. Points are drawn at random with most of them near the surfaces, where mistakes are.
 */

import { type LayerCylinder, layerVolumeCm3, type StackGeometry } from '../compose/stack-geometry.ts'
import type { Body, Geometry, RegionTree } from '../deck/geometry.ts'
import { isActive } from '../deck/place.ts'
import { type DeckFinding, error, warning } from './deck-finding.ts'
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

interface Evaluated {
  readonly bodies: ReadonlyMap<string, BodyShape>
  readonly regions: readonly { readonly name: string; readonly points: RegionTree }[]
}

export function checkGeometry(geometry: Geometry, options: GeometryCheckOptions = {}): readonly DeckFinding[] {
  const read = evaluated(geometry)
  if ('reason' in read) {
    return [
      warning(
        'DECK_GEOMETRY_NOT_EVALUATED',
        geometry.place,
        `The geometry was not checked point by point: ${read.reason}.`,
      ),
    ]
  }
  const random = stream(0x15a1a510)
  const world = worldOf(read)
  const found = new Map<string, DeckFinding>()
  for (let n = 0; n < (options.points ?? POINTS); n++) {
    const point = n < NEAR_SURFACES * POINTS ? nearSurface(read, random, world.box) : anywhere(world.box, random)
    if (world.shape && !insideBody(world.shape, point)) continue
    const inside = regionsAt(read, point)
    if (inside.length === 1) continue
    const key = inside.join()
    if (!found.has(key)) found.set(key, problemAt(point, inside))
  }
  const stack = options.stack ?? null
  return [...found.values(), ...(stack && found.size === 0 ? checkStack(read, stack, random) : [])]
}

function problemAt(point: Point, inside: readonly string[]): DeckFinding {
  const where = `(${point.map((value) => Number(value.toPrecision(5))).join(', ')}) cm`
  return inside.length === 0
    ? error('DECK_GEOMETRY_GAP', null, `The point ${where} is in no region; FLUKA loses particles there.`)
    : error(
        'DECK_GEOMETRY_OVERLAP',
        null,
        `The point ${where} is in the regions ${inside.join(' and ')}; it must be in one.`,
      )
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

/** The largest body that ends: it holds the world, and nobody asks what is outside of it. */
interface World {
  readonly box: Box
  readonly shape: BodyShape | null
}

function worldOf({ bodies }: Evaluated): World {
  const boxed = [...bodies.values()].flatMap((shape) => {
    const box = boxOf(shape)
    return box ? [{ shape, box }] : []
  })
  if (boxed.length === 0) {
    const far = UNKNOWN_WORLD_CM
    return { box: { low: [-far, -far, -far], high: [far, far, far] }, shape: null }
  }
  return boxed.reduce((a, b) => (volumeOf(b.box) > volumeOf(a.box) ? b : a))
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
    case 'TRC':
      return cylinderBox(p, code === 'RCC' ? p[6]! : Math.max(p[6]!, p[7]!))
    default:
      return undefined
  }
}

/** A disc of radius r with the unit normal n reaches r sqrt(1 - n_i^2) along axis i. */
function cylinderBox(p: readonly number[], radius: number): Box {
  const length = Math.hypot(p[3]!, p[4]!, p[5]!)
  const reach = [0, 1, 2].map((axis) => radius * Math.sqrt(Math.max(0, 1 - (p[axis + 3]! / length) ** 2)))
  const edge = (pick: (a: number, b: number) => number, sign: number) =>
    [0, 1, 2].map((axis) => pick(p[axis]!, p[axis]! + p[axis + 3]!) + sign * reach[axis]!) as unknown as Point
  return { low: edge(Math.min, -1), high: edge(Math.max, 1) }
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

/**
 * Every layer against the cylinder that it should be: points around it, half of them at its faces, must be in its region
 * exactly if they are in the cylinder. From the even half its volume is estimated, for people.
 */
function checkStack(read: Evaluated, stack: StackGeometry, random: () => number): readonly DeckFinding[] {
  return stack.layers.flatMap((layer) => {
    const region = read.regions.find(({ name }) => name === layer.region)
    if (!region) {
      return [
        error(
          'DECK_REGION_UNKNOWN',
          null,
          `The layer ${layer.layer} should be the region ${layer.region}, which does not exist.`,
        ),
      ]
    }
    const box = around(layer)
    let [wrong, hits] = [0, 0]
    for (let n = 0; n < LAYER_POINTS; n++) {
      const even = n % 2 === 0
      const point = even ? anywhere(box, random) : atFaces(layer, random)
      // Overlaps were looked for before: here the region alone is asked.
      const inside = holds(region.points, (name) => insideBody(read.bodies.get(name)!, point))
      if (inside !== inLayer(layer, point)) wrong++
      if (even && inside) hits++
    }
    if (wrong === 0) return []
    const volume = (hits / (LAYER_POINTS / 2)) * volumeOf(box)
    const digits = (value: number): number => Number(value.toPrecision(2))
    return [
      error(
        'DECK_VOLUME_DIFFERS',
        null,
        `The region ${layer.region} is not the layer ${layer.layer}: ${wrong} of ${LAYER_POINTS} points around it are on the wrong side of its faces. Around its place it fills ${digits(volume)} cm3; the layer has ${digits(layerVolumeCm3(layer))} cm3.`,
      ),
    ]
  })
}

/** Points for each layer; a face that is off by a hundredth of the layer is met by some. */
const LAYER_POINTS = 2000
/** The box around a layer is this much larger than the layer, on every side. */
const AROUND = 0.2

function around({ radiusCm: r, frontCm, thicknessCm }: LayerCylinder): Box {
  const reach = r * (1 + AROUND)
  return {
    low: [-reach, -reach, frontCm - AROUND * thicknessCm],
    high: [reach, reach, frontCm + (1 + AROUND) * thicknessCm],
  }
}

const inLayer = ({ radiusCm, frontCm, thicknessCm }: LayerCylinder, [x, y, z]: Point): boolean =>
  x * x + y * y <= radiusCm * radiusCm && z >= frontCm && z <= frontCm + thicknessCm

/** Within a hundredth of the front, the back or the side. */
function atFaces({ radiusCm, frontCm, thicknessCm }: LayerCylinder, random: () => number): Point {
  const phi = 2 * Math.PI * random()
  const near = (1 - 2 * random()) / 100
  const face = random()
  const r = face < 1 / 3 ? radiusCm * (1 + near) : radiusCm * Math.sqrt(random())
  const along = face < 1 / 3 ? random() : face < 2 / 3 ? near : 1 + near
  return [r * Math.cos(phi), r * Math.sin(phi), frontCm + along * thicknessCm]
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
