/** What a mesh or spectrum is of, and in which unit, in words. */

import type { DistributionHead, DistributionSummary } from '#protocol/distribution-shapes.ts'
import { beamHeat, particlesPerSecond } from '#quantities/conversions.ts'
import type { MeV, Microamperes } from '#quantities/units.ts'
import { significant, unitLabel } from '../words/amounts.ts'

type What = Pick<DistributionSummary, 'kind' | 'quantity' | 'particle' | 'where' | 'layer' | 'direction'>

const WAY = { forward: 'along the beam', backward: 'against the beam', both: 'both ways' } as const

export function whatOf({ kind, quantity, particle, where, layer, direction }: What): string {
  const of = particle === 'all' ? 'all particles' : `${particle}s`
  if (kind === 'mesh') return quantity === 'energy-deposition' ? 'Deposited energy' : `Fluence of ${of}`
  if (where === 'volume') return `Fluence of ${of} inside ${layer}`
  const passed = quantity === 'current' ? `Current of ${of}` : `Fluence of ${of}`
  return `${passed} at the back of ${layer}, ${WAY[direction ?? 'forward']}`
}

export const AXIS_WORDS = {
  x: 'x',
  y: 'y',
  z: 'z, along the beam',
  r: 'r, from the axis',
  phi: 'φ',
  energy: 'energy',
  angle: 'solid angle',
} as const

export const axisLabel = (name: keyof typeof AXIS_WORDS, unit: string): string => `${AXIS_WORDS[name]} (${unit})`

/** Per primary as it was scored, or per second at the current of the document. */
export type Per = 'primary' | 'current'

export interface ShownUnit {
  readonly factor: number
  readonly unit: string
  /** To be put behind the unit: `per primary`, `at 200 µA`. */
  readonly per: string
}

export function shownUnit(
  { unit, quantity }: Pick<DistributionHead, 'unit' | 'quantity'>,
  per: Per,
  current: number,
): ShownUnit {
  const label = unit === '1' ? '' : unitLabel(unit)
  if (per === 'primary') return { factor: 1, unit: label, per: 'per primary' }
  const at = `at ${significant(current)} µA`
  if (quantity === 'energy-deposition') {
    return { factor: beamHeat(1 as MeV, current as Microamperes), unit: label.replace('MeV', 'W'), per: at }
  }
  return { factor: particlesPerSecond(current as Microamperes), unit: label === '' ? '1/s' : `${label}/s`, per: at }
}

/** `1.23 × 10⁻³ MeV/cm³ per primary ± 3.1 %`; says where nothing is known. */
export function valueInWords(value: number, error: number | null, { factor, unit, per }: ShownUnit): string {
  if (value === 0) return 'nothing scored'
  const known = error === null || Number.isNaN(error) ? '± not known' : `± ${significant((100 * error) / value, 2)} %`
  return `${significant(value * factor)} ${unit} ${per} ${known}`.replaceAll('  ', ' ')
}
