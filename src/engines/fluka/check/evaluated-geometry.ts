/** A geometry made ready for many questions: bodies and regions as functions, names and boxes looked up once. */

import type { Body, Geometry, RegionTree } from '../deck/geometry.ts'
import { isActive } from '../deck/place.ts'
import { type BodyBox, boxOf } from './body-box.ts'
import { type BodyShape, bodyParameters, type Inside, insideOf } from './inside-body.ts'

export interface EvaluatedBody {
  readonly inside: Inside
  /** `null` for a body without end, and for one whose box is not worked out here. */
  readonly box: BodyBox | null
}

export interface EvaluatedRegion {
  readonly name: string
  readonly inside: Inside
  /** What it holds when {@link EvaluatedGeometry.mark} was called for the point before. */
  readonly marked: () => boolean
}

export interface EvaluatedGeometry {
  readonly bodies: readonly EvaluatedBody[]
  readonly regions: readonly EvaluatedRegion[]
  /** Notes which bodies hold a point, so that regions that share bodies do not ask twice. */
  mark(x: number, y: number, z: number): void
}

/** A geometry whose points can be told, or the reason why not. */
export function evaluatedGeometry(geometry: Geometry): EvaluatedGeometry | { readonly reason: string } {
  const index = new Map<string, number>()
  const bodies: EvaluatedBody[] = []
  for (const item of geometry.bodies) {
    if (!isActive(item)) continue
    if (item.kind === 'transform') return { reason: 'it moves bodies ($start_...), which this check does not follow' }
    if (item.kind !== 'body') continue
    const shape = shapeOf(item)
    if (!shape) return { reason: `the body ${item.code} ${item.name} cannot be evaluated here` }
    index.set(item.name, bodies.length)
    bodies.push({ inside: insideOf(shape), box: boxOf(shape) })
  }
  if (geometry.afterRegions.some((item) => item.kind === 'card' && isActive(item) && item.command === 'LATTICE')) {
    return { reason: 'it repeats regions (LATTICE), which this check does not follow' }
  }
  const marks = new Uint8Array(bodies.length)
  const regions: EvaluatedRegion[] = []
  for (const item of geometry.regions) {
    if (item.kind !== 'region' || !isActive(item)) continue
    const missing = missingBody(item.points, index)
    if (missing !== undefined) return { reason: `the body ${missing} does not exist` }
    const at = (name: string): number => index.get(name)!
    regions.push({
      name: item.name,
      inside: insideTree(item.points, (name) => bodies[at(name)]!.inside),
      marked: markedTree(item.points, marks, at),
    })
  }
  return { bodies, regions, mark: marker(bodies, marks) }
}

/** Numbers of a box in {@link marker}'s table. */
const SIDES = 6

/** Most bodies are far from most points: their boxes are compared first, in one table. */
function marker(bodies: readonly EvaluatedBody[], marks: Uint8Array): EvaluatedGeometry['mark'] {
  const boxes = new Float64Array(SIDES * bodies.length)
  for (const [n, { box }] of bodies.entries()) {
    for (let axis = 0; axis < 3; axis++) {
      boxes[SIDES * n + axis] = box ? box.low[axis]! : Number.NEGATIVE_INFINITY
      boxes[SIDES * n + 3 + axis] = box ? box.high[axis]! : Number.POSITIVE_INFINITY
    }
  }
  return (x, y, z) => {
    for (let n = 0, at = 0; n < marks.length; n++, at += SIDES) {
      const near =
        z >= boxes[at + 2]! &&
        z <= boxes[at + 5]! &&
        x >= boxes[at]! &&
        x <= boxes[at + 3]! &&
        y >= boxes[at + 1]! &&
        y <= boxes[at + 4]!
      marks[n] = near && bodies[n]!.inside(x, y, z) ? 1 : 0
    }
  }
}

function missingBody(tree: RegionTree, index: ReadonlyMap<string, number>): string | undefined {
  if (tree.kind === 'body') return index.has(tree.name) ? undefined : tree.name
  if (tree.kind === 'not') return missingBody(tree.of, index)
  for (const part of tree.of) {
    const missing = missingBody(part, index)
    if (missing !== undefined) return missing
  }
  return undefined
}

function insideTree(tree: RegionTree, bodyOf: (name: string) => Inside): Inside {
  switch (tree.kind) {
    case 'body':
      return bodyOf(tree.name)
    case 'not': {
      const of = insideTree(tree.of, bodyOf)
      return (x, y, z) => !of(x, y, z)
    }
    case 'and': {
      const parts = tree.of.map((part) => insideTree(part, bodyOf))
      return (x, y, z) => parts.every((part) => part(x, y, z))
    }
    case 'or': {
      const parts = tree.of.map((part) => insideTree(part, bodyOf))
      return (x, y, z) => parts.some((part) => part(x, y, z))
    }
  }
}

function markedTree(tree: RegionTree, marks: Uint8Array, indexOf: (name: string) => number): () => boolean {
  switch (tree.kind) {
    case 'body': {
      const at = indexOf(tree.name)
      return () => marks[at] === 1
    }
    case 'not': {
      if (tree.of.kind === 'body') {
        const at = indexOf(tree.of.name)
        return () => marks[at] === 0
      }
      const of = markedTree(tree.of, marks, indexOf)
      return () => !of()
    }
    case 'and': {
      const parts = tree.of.map((part) => markedTree(part, marks, indexOf))
      return () => {
        for (const part of parts) if (!part()) return false
        return true
      }
    }
    case 'or': {
      const parts = tree.of.map((part) => markedTree(part, marks, indexOf))
      return () => {
        for (const part of parts) if (part()) return true
        return false
      }
    }
  }
}

function shapeOf({ code, parameters }: Body): BodyShape | undefined {
  const numbers = parameters.map((field) => (field.kind === 'number' || field.kind === 'variable' ? field.value : null))
  if (bodyParameters(code) !== numbers.length || numbers.some((value) => value === null)) return undefined
  return { code, parameters: numbers as number[] }
}
