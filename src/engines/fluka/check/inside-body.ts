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

/** Whether a point (cm) lies inside: one body's numbers are taken apart once, so that asking costs no memory. */
export type Inside = (x: number, y: number, z: number) => boolean

interface Kind {
  /** Numbers that follow the name. */
  readonly parameters: number
  readonly compile: (p: readonly number[]) => Inside
}

const square = (value: number): number => value * value

/** Between the two ends of an axis, and no farther from it than a radius that changes evenly along the way. */
function aroundAxis(p: readonly number[], from: number, to: number): Inside {
  const [bx, by, bz, ax, ay, az] = p as [number, number, number, number, number, number]
  const length = ax * ax + ay * ay + az * az
  const slope = to - from
  return (x, y, z) => {
    const dx = x - bx
    const dy = y - by
    const dz = z - bz
    const along = (dx * ax + dy * ay + dz * az) / length
    if (along < 0 || along > 1) return false
    const radius = from + along * slope
    return dx * dx + dy * dy + dz * dz - along * along * length <= radius * radius
  }
}

/** Inside an ellipse around (a, b) in the plane of the two coordinates that `plane` picks. */
function endless([a, b, first, second]: readonly [number, number, number, number], plane: 'yz' | 'zx' | 'xy'): Inside {
  const holds = (u: number, v: number): boolean => square((u - a) / first) + square((v - b) / second) <= 1
  if (plane === 'yz') return (_x, y, z) => holds(y, z)
  return plane === 'zx' ? (x, _y, z) => holds(z, x) : (x, y) => holds(x, y)
}

const circle = (p: readonly number[]) => [p[0]!, p[1]!, p[2]!, p[2]!] as const
const ellipse = (p: readonly number[]) => [p[0]!, p[1]!, p[2]!, p[3]!] as const

/** The numbers of infinite cylinders turn cyclically: y z, z x, x y. */
const KINDS: Readonly<Record<string, Kind>> = {
  RPP: {
    parameters: 6,
    compile: (p) => {
      const [x0, x1, y0, y1, z0, z1] = p as [number, number, number, number, number, number]
      return (x, y, z) => x >= x0 && x <= x1 && y >= y0 && y <= y1 && z >= z0 && z <= z1
    },
  },
  SPH: {
    parameters: 4,
    compile: (p) => {
      const [cx, cy, cz, r] = p as [number, number, number, number]
      return (x, y, z) => square(x - cx) + square(y - cy) + square(z - cz) <= r * r
    },
  },
  RCC: { parameters: 7, compile: (p) => aroundAxis(p, p[6]!, p[6]!) },
  TRC: { parameters: 8, compile: (p) => aroundAxis(p, p[6]!, p[7]!) },
  REC: {
    parameters: 12,
    compile: (p) => {
      const share = (x: number, y: number, z: number, at: number): number => {
        const [a, b, c] = [p[at]!, p[at + 1]!, p[at + 2]!]
        return ((x - p[0]!) * a + (y - p[1]!) * b + (z - p[2]!) * c) / (a * a + b * b + c * c)
      }
      return (x, y, z) => {
        const along = share(x, y, z, 3)
        return along >= 0 && along <= 1 && square(share(x, y, z, 6)) + square(share(x, y, z, 9)) <= 1
      }
    },
  },
  ELL: {
    parameters: 7,
    compile: (p) => (x, y, z) =>
      Math.hypot(x - p[0]!, y - p[1]!, z - p[2]!) + Math.hypot(x - p[3]!, y - p[4]!, z - p[5]!) <= p[6]!,
  },
  XYP: {
    parameters: 1,
    compile:
      ([at]) =>
      (_x, _y, z) =>
        z <= at!,
  },
  XZP: {
    parameters: 1,
    compile:
      ([at]) =>
      (_x, y) =>
        y <= at!,
  },
  YZP: {
    parameters: 1,
    compile:
      ([at]) =>
      (x) =>
        x <= at!,
  },
  PLA: {
    parameters: 6,
    compile: (p) => {
      const [a, b, c, px, py, pz] = p as [number, number, number, number, number, number]
      return (x, y, z) => a * (x - px) + b * (y - py) + c * (z - pz) <= 0
    },
  },
  XCC: { parameters: 3, compile: (p) => endless(circle(p), 'yz') },
  YCC: { parameters: 3, compile: (p) => endless(circle(p), 'zx') },
  ZCC: { parameters: 3, compile: (p) => endless(circle(p), 'xy') },
  XEC: { parameters: 4, compile: (p) => endless(ellipse(p), 'yz') },
  YEC: { parameters: 4, compile: (p) => endless(ellipse(p), 'zx') },
  ZEC: { parameters: 4, compile: (p) => endless(ellipse(p), 'xy') },
  QUA: {
    parameters: 10,
    compile: (p) => {
      const [xx, yy, zz, xy, xz, yz, lx, ly, lz, one] = p as readonly number[]
      return (x, y, z) =>
        xx! * x * x +
          yy! * y * y +
          zz! * z * z +
          xy! * x * y +
          xz! * x * z +
          yz! * y * z +
          lx! * x +
          ly! * y +
          lz! * z +
          one! <=
        0
    },
  },
}

/** Codes of bodies this evaluator knows. */
export const EVALUATED_BODIES: readonly string[] = Object.keys(KINDS)

/** Numbers that a body of this code has; `undefined` for a code that is not known here. */
export const bodyParameters = (code: string): number | undefined => KINDS[code]?.parameters

/** @throws RangeError for a code that is not in {@link EVALUATED_BODIES} or a wrong count of numbers: ask before. */
export function insideOf({ code, parameters }: BodyShape): Inside {
  const kind = KINDS[code]
  if (!kind || parameters.length !== kind.parameters) {
    throw new RangeError(`A body ${code} with ${parameters.length} numbers cannot be evaluated`)
  }
  return kind.compile(parameters)
}
