/** Which nuclide: charge number, mass number, isomer. Names and half-lives live in their own files. */

/**
 * A nuclide in one of its states. `m` is 0 for the ground state, else the rank of the isomer in NUBASE2020 (1 for its
 * `m`, 2 for its `n`, ...). Evaluations number isomers differently: another library's isomer is matched by excitation
 * energy and half-life, never by its index (the 250 d isomer of 110Ag is m = 2 here and `m1` elsewhere).
 */
export interface Nuclide {
  /** Charge number; 0 for the neutron. */
  readonly z: number
  /** Mass number. */
  readonly a: number
  /** Rank of the isomer in NUBASE2020; 0 is the ground state. */
  readonly m: number
}

declare const zaiBrand: unique symbol

/** A nuclide as one integer, `10000 Z + 10 A + m`: the key of every table and of every tally. 111Ag is 471110. */
export type Zai = number & { readonly [zaiBrand]: true }

export const zaiOf = (z: number, a: number, m = 0): Zai => (z * 10_000 + a * 10 + m) as Zai
export const zaiOfNuclide = (nuclide: Nuclide): Zai => zaiOf(nuclide.z, nuclide.a, nuclide.m)

export function nuclideOfZai(zai: Zai): Nuclide {
  const z = Math.floor(zai / 10_000)
  const a = Math.floor((zai % 10_000) / 10)
  return { z, a, m: zai % 10 }
}
