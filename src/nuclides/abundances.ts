/** Natural isotopic compositions and standard atomic weights, as NIST publishes the values of IUPAC. */

import type { Daltons } from '#quantities/units.ts'
import asset from './data/abundances.json' with { type: 'json' }

/** One isotope of a natural element. */
export interface NaturalIsotope {
  readonly a: number
  /** Fraction of the atoms. */
  readonly fraction: number
  /** One standard deviation of the fraction; 0 where the element has this isotope only. */
  readonly uncertainty: number
}

export interface NaturalElement {
  readonly z: number
  /** Ascending in mass number; empty for an element without stable or long-lived isotopes. Their fractions add up to 1. */
  readonly isotopes: readonly NaturalIsotope[]
  /** Standard atomic weight; the middle of the interval where IUPAC gives one; `null` where there is none. */
  readonly atomicWeight: Daltons | null
  /** The interval of the atomic weight in natural materials, for the elements that have one. */
  readonly atomicWeightInterval: readonly [Daltons, Daltons] | null
}

/** `0.51839(8)` is 0.51839 +- 0.00008; a plain `1` has no uncertainty. */
function withUncertainty(text: string): { value: number; uncertainty: number } {
  const match = /^([\d.]+)(?:\((\d+)\))?$/.exec(text)
  if (!match) throw new RangeError(`"${text}": expected a number with its uncertainty, 0.51839(8)`)
  const decimals = match[1]!.includes('.') ? match[1]!.length - match[1]!.indexOf('.') - 1 : 0
  return { value: Number(match[1]), uncertainty: match[2] ? Number(match[2]) * 10 ** -decimals : 0 }
}

function read(text: string): NaturalElement {
  const [z, weight, list] = text.split(':') as [string, string, string]
  const isotopes = (list === '' ? [] : list.split(' ')).map((part) => {
    const [a, fraction] = part.split('=') as [string, string]
    const { value, uncertainty } = withUncertainty(fraction)
    return { a: Number(a), fraction: value, uncertainty }
  })
  // Rounded fractions may miss 1 in the last digit; a material made of them must not lose atoms.
  const sum = isotopes.reduce((total, isotope) => total + isotope.fraction, 0)
  const interval = /^\[([\d.]+),([\d.]+)\]$/.exec(weight)
  const range = interval ? ([Number(interval[1]) as Daltons, Number(interval[2]) as Daltons] as const) : null
  // `[98]` is the mass number of the longest-lived isotope, not a weight.
  const single = range || weight === '' || weight.startsWith('[') ? null : (withUncertainty(weight).value as Daltons)
  return {
    z: Number(z),
    isotopes: isotopes.map((isotope) => ({ ...isotope, fraction: isotope.fraction / sum })),
    atomicWeight: range ? (((range[0] + range[1]) / 2) as Daltons) : single,
    atomicWeightInterval: range,
  }
}

const elements = new Map(asset.elements.split('|').map((text) => [Number.parseInt(text, 10), text]))
const cache = new Map<number, NaturalElement>()

/** Natural composition of an element; an element that does not occur has no isotopes and no weight. */
export function naturalElement(z: number): NaturalElement {
  let element = cache.get(z)
  if (!element) {
    const text = elements.get(z)
    element = text === undefined ? { z, isotopes: [], atomicWeight: null, atomicWeightInterval: null } : read(text)
    cache.set(z, element)
  }
  return element
}

/** Fraction of a nuclide in its natural element; 0 for one that does not occur. */
export const naturalFraction = (z: number, a: number): number =>
  naturalElement(z).isotopes.find((isotope) => isotope.a === a)?.fraction ?? 0

/** Standard atomic weight of an element (see {@link NaturalElement.atomicWeight}), or `null`. */
export const atomicWeight = (z: number): Daltons | null => naturalElement(z).atomicWeight
