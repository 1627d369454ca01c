/** FLUKA's combinatorial geometry as typed values. Source: FLUKA manual, "Combinatorial Geometry". Lengths in cm. */

import type { Card, What } from './card.ts'
import type { CommentNode, DirectiveNode } from './deck.ts'
import { DeckTextError } from './deck-text-error.ts'
import { BODY_NAME, REGION_NAME } from './names.ts'
import type { Place } from './place.ts'
import { oneLine, titleLine } from './printable.ts'

/** Number of parameters of each body. `ARB` has 30 on its lines: corners and faces. */
export const BODY_PARAMETERS = {
  RPP: 6,
  BOX: 12,
  SPH: 4,
  RCC: 7,
  REC: 12,
  TRC: 8,
  ELL: 7,
  WED: 12,
  RAW: 12,
  ARB: 30,
  XYP: 1,
  XZP: 1,
  YZP: 1,
  PLA: 6,
  XCC: 3,
  YCC: 3,
  ZCC: 3,
  XEC: 4,
  YEC: 4,
  ZEC: 4,
  QUA: 10,
} as const

export type BodyCode = keyof typeof BODY_PARAMETERS

export const isBodyCode = (code: string): code is BodyCode => Object.hasOwn(BODY_PARAMETERS, code)

/** A body of the combinatorial geometry. */
export interface Body {
  readonly kind: 'body'
  readonly code: BodyCode
  readonly name: string
  /** In the order of the manual; numbers or variables. */
  readonly parameters: readonly What[]
  readonly place: Place | null
}

/**
 * The points of a region: a tree over names of bodies. `+body` is `body`, `-body` is `not`, a blank between terms is `and`,
 * `|` or `OR` is `or`.
 */
export type RegionTree =
  | { readonly kind: 'body'; readonly name: string }
  | { readonly kind: 'not'; readonly of: RegionTree }
  | { readonly kind: 'and'; readonly of: readonly RegionTree[] }
  | { readonly kind: 'or'; readonly of: readonly RegionTree[] }

export interface Region {
  readonly kind: 'region'
  readonly name: string
  /** FLUKA's NAZ: a guess of the number of neighbours, for memory. */
  readonly neighbours: number
  readonly points: RegionTree
  readonly place: Place | null
}

/** `$start_translat 0 0 36.25` and the like: changes all bodies up to its end. Without arguments it is the end. */
export interface TransformLine {
  readonly kind: 'transform'
  readonly change: 'translat' | 'transform' | 'expansion'
  readonly edge: 'start' | 'end'
  /** Three lengths, the name of a ROT-DEFI, or a factor. */
  readonly arguments: readonly What[]
  readonly place: Place | null
}

/** Volumes of regions in cm³, in the order of the regions; only when the first number of the title line is 3. */
export interface VolumeLine {
  readonly kind: 'volumes'
  readonly values: readonly What[]
  readonly place: Place | null
}

/** What could not be read as body or region; the reader has named it as a problem. */
export interface UnreadLine {
  readonly kind: 'unread'
  readonly text: string
  readonly place: Place | null
}

export type BodyItem = Body | TransformLine | CommentNode | DirectiveNode | UnreadLine
export type RegionItem = Region | CommentNode | DirectiveNode | UnreadLine
export type GeometryEndItem = VolumeLine | Card | CommentNode | DirectiveNode | UnreadLine

/** From GEOBEGIN to GEOEND. */
export interface Geometry {
  readonly kind: 'geometry'
  readonly begin: Card
  /** The VOXELS card that may stand between GEOBEGIN and the title line. */
  readonly voxels?: Card
  /** `names`: COMBNAME, free form with names. `numbers`: the fixed form of COMBINAT. */
  readonly form: 'names' | 'numbers'
  /** First number of the title line: 3 says that volumes of regions follow, otherwise 0. */
  readonly volumeFlag: number
  /** Second number of the title line. */
  readonly debugFlag: number
  readonly title: string
  readonly bodies: readonly BodyItem[]
  readonly regions: readonly RegionItem[]
  /** LATTICE cards and volumes, between the regions and GEOEND. */
  readonly afterRegions: readonly GeometryEndItem[]
  /** GEOEND; with SDUM `DEBUG` and its `&` line it checks the geometry. */
  readonly end: Card
  readonly place: Place | null
}

/** A body made by a program. Lengths in cm. */
export function body(code: BodyCode, name: string, parameters: readonly number[]): Body {
  if (!BODY_NAME.test(name)) throw new DeckTextError(`"${oneLine(name)}" cannot be the name of a body.`)
  if (parameters.length !== BODY_PARAMETERS[code] || !parameters.every(Number.isFinite)) {
    throw new DeckTextError(`${code} ${name} needs ${BODY_PARAMETERS[code]} numbers, not (${parameters.join(', ')}).`)
  }
  return { kind: 'body', code, name, parameters: parameters.map((value) => ({ kind: 'number', value })), place: null }
}

/** A region made by a program. */
export function region(name: string, points: RegionTree, neighbours = 5): Region {
  if (!REGION_NAME.test(name)) throw new DeckTextError(`"${oneLine(name)}" cannot be the name of a region.`)
  return { kind: 'region', name, neighbours, points, place: null }
}

/** The points inside a body. */
export const inside = (name: string): RegionTree => ({ kind: 'body', name })
/** The points outside of a tree or a body. */
export const outside = (of: string | RegionTree): RegionTree => ({
  kind: 'not',
  of: typeof of === 'string' ? inside(of) : of,
})
/** The points that are in all of these. */
export const allOf = (...of: readonly RegionTree[]): RegionTree =>
  of.length === 1 && of[0] ? of[0] : { kind: 'and', of }
/** The points that are in any of these. */
export const anyOf = (...of: readonly RegionTree[]): RegionTree =>
  of.length === 1 && of[0] ? of[0] : { kind: 'or', of }

/** A geometry made by a program, in the form with names. `volumes` in cm³, one for each region in order. */
export function geometry(parts: {
  readonly title: string
  readonly bodies: readonly BodyItem[]
  readonly regions: readonly RegionItem[]
  readonly volumes?: readonly number[]
  readonly begin: Card
  readonly end: Card
}): Geometry {
  const volumes: readonly VolumeLine[] =
    parts.volumes === undefined
      ? []
      : [{ kind: 'volumes', values: parts.volumes.map((value) => ({ kind: 'number', value })), place: null }]
  return {
    kind: 'geometry',
    begin: parts.begin,
    form: 'names',
    volumeFlag: parts.volumes === undefined ? 0 : 3,
    debugFlag: 0,
    title: titleLine(parts.title).slice(0, 60),
    bodies: parts.bodies,
    regions: parts.regions,
    afterRegions: volumes,
    end: parts.end,
    place: null,
  }
}

/** Names of bodies in a tree, in order, with repeats. */
export function bodiesIn(tree: RegionTree): string[] {
  switch (tree.kind) {
    case 'body':
      return [tree.name]
    case 'not':
      return bodiesIn(tree.of)
    case 'and':
    case 'or':
      return tree.of.flatMap(bodiesIn)
  }
}

/** The same points without brackets that change nothing and without double negation. */
export function simplified(tree: RegionTree): RegionTree {
  switch (tree.kind) {
    case 'body':
      return tree
    case 'not': {
      const of = simplified(tree.of)
      return of.kind === 'not' ? of.of : { kind: 'not', of }
    }
    case 'and':
    case 'or': {
      const of = tree.of.map(simplified).flatMap((one) => (one.kind === tree.kind ? one.of : [one]))
      return of.length === 1 && of[0] !== undefined ? of[0] : { kind: tree.kind, of }
    }
  }
}
