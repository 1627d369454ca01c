/**
 * Decay modes in the families and colours of the Karlsruhe chart, which physicists read without a legend. Red against
 * green and blue against violet are told apart a second way: the colours of such a pair differ in lightness, and from
 * 22 px on the family's letter stands in the cell.
 */

import type { Hex } from './contrast.ts'

export const DECAY_FAMILIES = [
  'stable',
  'beta-minus',
  'beta-plus',
  'alpha',
  'proton',
  'neutron',
  'fission',
  'isomeric',
  'cluster',
  'unknown',
] as const
export type DecayFamily = (typeof DECAY_FAMILIES)[number]

interface FamilyLook {
  readonly colour: Hex
  /** The letter in the cell. */
  readonly letter: string
  readonly label: string
}

const LOOKS: Readonly<Record<DecayFamily, FamilyLook>> = {
  stable: { colour: '#000000', letter: '', label: 'stable' },
  'beta-minus': { colour: '#7db2e8', letter: 'β⁻', label: 'β⁻, 2β⁻' },
  'beta-plus': { colour: '#e2605a', letter: 'β⁺', label: 'β⁺, electron capture' },
  alpha: { colour: '#f8dc55', letter: 'α', label: 'α' },
  proton: { colour: '#f29a3f', letter: 'p', label: 'p, 2p' },
  neutron: { colour: '#c5e9f7', letter: 'n', label: 'n, 2n' },
  fission: { colour: '#7fcf8a', letter: 'sf', label: 'spontaneous fission' },
  isomeric: { colour: '#ffffff', letter: 'IT', label: 'isomeric transition' },
  cluster: { colour: '#7a4aa0', letter: 'cl', label: 'cluster, d, t' },
  unknown: { colour: '#b4b6b8', letter: '?', label: 'mode not known' },
}

export const decayColour = (family: DecayFamily): Hex => LOOKS[family].colour
export const decayLetter = (family: DecayFamily): string => LOOKS[family].letter
export const decayLabel = (family: DecayFamily): string => LOOKS[family].label

/**
 * Family of a mode in the notation of NUBASE2020. What a delayed emission follows decides (`B-n` is beta minus).
 * A mode without a rule is `unknown`, never something plausible.
 */
export function familyOfMode(mode: string): DecayFamily {
  if (mode === 'IT') return 'isomeric'
  if (mode.startsWith('2B-') || mode.startsWith('B-')) return 'beta-minus'
  if (/^(?:2B\+|EC\+B\+|B\+|EC|e\+)/.test(mode)) return 'beta-plus'
  if (mode === 'SF') return 'fission'
  if (/^\d*A$/.test(mode)) return 'alpha'
  if (/^\d*p$/.test(mode)) return 'proton'
  if (/^\d*n$/.test(mode)) return 'neutron'
  if (/^\d*[dt]$/.test(mode)) return 'cluster'
  if (/^\d+[A-Z][a-z]?(?:\+\d+[A-Z][a-z]?)?$/.test(mode)) return 'cluster'
  return 'unknown'
}

/** A decay mode as people write it: `β⁻`, `β⁻n`, `ε/β⁺`, `α`, `IT`, `SF`, `¹⁴C`. */
export function formatMode(mode: string): string {
  const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'
  if (/^\d+[A-Z]/.test(mode) && familyOfMode(mode) === 'cluster')
    return mode.replace(/\d/g, (digit) => superscripts[Number(digit)]!)
  return mode
    .replace('EC+B+', 'ε/β⁺')
    .replace('2B+', '2β⁺')
    .replace('2B-', '2β⁻')
    .replace('B-', 'β⁻')
    .replace('B+', 'β⁺')
    .replace('EC', 'ε')
    .replace('e+', 'e⁺')
    .replace('A', 'α')
}
