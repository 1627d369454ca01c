/** What a RESNUCLEi detector saw, nuclide by nuclide, with what is and what is not known of the state. */

import { isomerAt } from './isomer-index.ts'
import { greatestA, type ResnucleiDetector, type ResnucleiHeader } from './resnuclei.ts'

interface Amount {
  /** In the unit of the detector (`resnucleiUnit`). */
  readonly value: number
  /** Relative, 0.05 is 5 %; `null` in the file of one run. */
  readonly error: number | null
}

export interface KnownNucleus extends Amount {
  readonly state: 'ground' | 'isomer'
  readonly Z: number
  readonly A: number
  /** 0 for the ground state; an isomer by FLUKA's own numbering. */
  readonly m: number
}

/** Of a file without lists of isomers: it does not say whether the states of a nuclide are counted together. */
export interface UnresolvedNucleus extends Amount {
  readonly state: 'unresolved'
  readonly Z: number
  readonly A: number
  readonly m: null
}

/** An isomer of which only the place in FLUKA's list is known (isomer-index.ts). */
export interface UnresolvedIsomer extends Amount {
  readonly state: 'unresolved isomer'
  /** Place in the list, from 0. */
  readonly index: number
}

export type ResidualNucleus = KnownNucleus | UnresolvedNucleus | UnresolvedIsomer

/** Everything that was seen: first the matrix by Z, then M; then the isomers in their order. */
export function residualNuclei(detector: ResnucleiDetector): ResidualNucleus[] {
  const { header, values, isomers, statistics } = detector
  const { IZRHGH, IMRHGH, K } = header
  const found: ResidualNucleus[] = []
  for (let Z = 1; Z <= IZRHGH; Z++) {
    for (let M = 1; M <= IMRHGH; M++) {
      const place = Z - 1 + (M - 1) * IZRHGH
      const value = values[place]!
      if (value === 0) continue
      const amount = { Z, A: M + K + 2 * Z, value, error: statistics?.errors[place] ?? null }
      found.push(isomers === null ? { state: 'unresolved', m: null, ...amount } : { state: 'ground', m: 0, ...amount })
    }
  }
  const mass = greatestA(header)
  for (const [index, value] of isomers?.entries() ?? []) {
    if (value === 0) continue
    const amount = { value, error: statistics?.isomerErrors?.[index] ?? null }
    const known = isomerAt(mass, isomers!.length, index)
    found.push(known ? { state: 'isomer', ...known, ...amount } : { state: 'unresolved isomer', index, ...amount })
  }
  return found
}

/** Place of a nuclide in the matrix; `null` when the matrix has none. */
export function matrixPlace(
  { IZRHGH, IMRHGH, K }: Pick<ResnucleiHeader, 'IZRHGH' | 'IMRHGH' | 'K'>,
  Z: number,
  A: number,
): number | null {
  const M = A - 2 * Z - K
  return Z >= 1 && Z <= IZRHGH && M >= 1 && M <= IMRHGH && A >= Z ? Z - 1 + (M - 1) * IZRHGH : null
}
