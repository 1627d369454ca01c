/**
 * Whether a point lies inside a body of FLUKA's combinatorial geometry: the bodies of fluka.md 1.3, cm.
 *
 * A half-space is "inside" on the side below its plane; a point on a surface counts as inside of it, so a check never
 * asks about such points (see geometry-check.ts).
 */

/** A body as its line has it: code and numbers. */
export interface BodyShape {
  readonly code: string
  readonly parameters: readonly number[]
}

export type Point = readonly [x: number, y: number, z: number]

type Inside = (p: readonly number[], point: Point) => boolean

interface Kind {
  /** Numbers that follow the name. */
  readonly parameters: number
  readonly inside: Inside
}

const square = (value: number): number => value * value

/** Squared distance of a point from the axis through `base` along `axis`, and the position along it (0 at base, 1 at end). */
function alongAxis(base: Point, axis: Point, [x, y, z]: Point): { readonly along: number; readonly squared: number } {
  const [dx, dy, dz] = [x - base[0], y - base[1], z - base[2]]
  const length = square(axis[0]) + square(axis[1]) + square(axis[2])
  const along = (dx * axis[0] + dy * axis[1] + dz * axis[2]) / length
  const squared = square(dx) + square(dy) + square(dz) - square(along) * length
  return { along, squared }
}

const vector = (p: readonly number[], at: number): Point => [p[at]!, p[at + 1]!, p[at + 2]!]
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

const KINDS: Readonly<Record<string, Kind>> = {
  RPP: {
    parameters: 6,
    inside: (p, [x, y, z]) => x >= p[0]! && x <= p[1]! && y >= p[2]! && y <= p[3]! && z >= p[4]! && z <= p[5]!,
  },
  SPH: { parameters: 4, inside: (p, point) => distanceSquared(vector(p, 0), point) <= square(p[3]!) },
  RCC: {
    parameters: 7,
    inside: (p, point) => {
      const { along, squared } = alongAxis(vector(p, 0), vector(p, 3), point)
      return along >= 0 && along <= 1 && squared <= square(p[6]!)
    },
  },
  TRC: {
    parameters: 8,
    inside: (p, point) => {
      const { along, squared } = alongAxis(vector(p, 0), vector(p, 3), point)
      return along >= 0 && along <= 1 && squared <= square(p[6]! + along * (p[7]! - p[6]!))
    },
  },
  REC: {
    parameters: 12,
    inside: (p, point) => {
      const { along } = alongAxis(vector(p, 0), vector(p, 3), point)
      if (along < 0 || along > 1) return false
      const from = minus(point, vector(p, 0))
      const [minor, major] = [vector(p, 6), vector(p, 9)]
      return square(dot(from, minor) / dot(minor, minor)) + square(dot(from, major) / dot(major, major)) <= 1
    },
  },
  ELL: {
    parameters: 7,
    inside: (p, point) =>
      Math.sqrt(distanceSquared(vector(p, 0), point)) + Math.sqrt(distanceSquared(vector(p, 3), point)) <= p[6]!,
  },
  XYP: { parameters: 1, inside: (p, [, , z]) => z <= p[0]! },
  XZP: { parameters: 1, inside: (p, [, y]) => y <= p[0]! },
  YZP: { parameters: 1, inside: (p, [x]) => x <= p[0]! },
  PLA: { parameters: 6, inside: (p, point) => dot(vector(p, 0), minus(point, vector(p, 3))) <= 0 },
  XCC: { parameters: 3, inside: (p, [, y, z]) => square(y - p[0]!) + square(z - p[1]!) <= square(p[2]!) },
  YCC: { parameters: 3, inside: (p, [x, , z]) => square(z - p[0]!) + square(x - p[1]!) <= square(p[2]!) },
  ZCC: { parameters: 3, inside: (p, [x, y]) => square(x - p[0]!) + square(y - p[1]!) <= square(p[2]!) },
  XEC: { parameters: 4, inside: (p, [, y, z]) => square((y - p[0]!) / p[2]!) + square((z - p[1]!) / p[3]!) <= 1 },
  YEC: { parameters: 4, inside: (p, [x, , z]) => square((z - p[0]!) / p[2]!) + square((x - p[1]!) / p[3]!) <= 1 },
  ZEC: { parameters: 4, inside: (p, [x, y]) => square((x - p[0]!) / p[2]!) + square((y - p[1]!) / p[3]!) <= 1 },
  QUA: {
    parameters: 10,
    inside: (p, [x, y, z]) =>
      p[0]! * x * x +
        p[1]! * y * y +
        p[2]! * z * z +
        p[3]! * x * y +
        p[4]! * x * z +
        p[5]! * y * z +
        p[6]! * x +
        p[7]! * y +
        p[8]! * z +
        p[9]! <=
      0,
  },
}

function distanceSquared(a: Point, b: Point): number {
  return square(a[0] - b[0]) + square(a[1] - b[1]) + square(a[2] - b[2])
}

/** Codes of bodies this evaluator knows. */
export const EVALUATED_BODIES: readonly string[] = Object.keys(KINDS)

/** Numbers that a body of this code has; `undefined` for a code that is not known here. */
export const bodyParameters = (code: string): number | undefined => KINDS[code]?.parameters

/**
 * @param point cm.
 * @throws RangeError for a code that is not in {@link EVALUATED_BODIES} or a wrong count of numbers: ask before.
 */
export function insideBody({ code, parameters }: BodyShape, point: Point): boolean {
  const kind = KINDS[code]
  if (!kind || parameters.length !== kind.parameters) {
    throw new RangeError(`A body ${code} with ${parameters.length} numbers cannot be evaluated`)
  }
  return kind.inside(parameters, point)
}
