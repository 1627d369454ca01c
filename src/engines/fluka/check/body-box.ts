/** The box parallel to the axes around a body that ends. Lengths in cm. */

import type { BodyShape } from './inside-body.ts'

/** Lowest and highest x, y, z. */
export interface BodyBox {
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** `null` for bodies without end, and for the few finite ones whose box nobody needs here. */
export function boxOf({ code, parameters: p }: BodyShape): BodyBox | null {
  switch (code) {
    case 'SPH': {
      const [x, y, z, r] = p as [number, number, number, number]
      return { low: [x - r, y - r, z - r], high: [x + r, y + r, z + r] }
    }
    case 'RPP':
      return { low: [p[0]!, p[2]!, p[4]!], high: [p[1]!, p[3]!, p[5]!] }
    case 'RCC':
      return cylinderBox(p, p[6]!)
    case 'TRC':
      return cylinderBox(p, Math.max(p[6]!, p[7]!))
    default:
      return null
  }
}

/** A disc of radius r with the unit normal n reaches r sqrt(1 - n_i^2) along axis i. */
function cylinderBox(p: readonly number[], radius: number): BodyBox {
  const length = Math.hypot(p[3]!, p[4]!, p[5]!)
  const low: number[] = []
  const high: number[] = []
  for (let axis = 0; axis < 3; axis++) {
    const along = p[axis + 3]!
    const reach = radius * Math.sqrt(Math.max(0, 1 - (along / length) ** 2))
    low.push(Math.min(p[axis]!, p[axis]! + along) - reach)
    high.push(Math.max(p[axis]!, p[axis]! + along) + reach)
  }
  return { low, high }
}

export const boxVolume = ({ low, high }: BodyBox): number =>
  (high[0]! - low[0]!) * (high[1]! - low[1]!) * (high[2]! - low[2]!)
