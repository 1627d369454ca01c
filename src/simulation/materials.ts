/** What a layer is made of: names and mixtures resolved to isotopes. */

import { naturalElement } from '#nuclides/abundances.ts'
import { chargeOfSymbol } from '#nuclides/elements.ts'
import { atomicMassOf } from '#nuclides/masses.ts'
import { formatZai, readCanonicalName } from '#nuclides/names.ts'
import { nuclideOfZai, type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { groundStates, type NuclideState } from '#nuclides/states.ts'
import type { GramsPerCubicCentimetre } from '#quantities/units.ts'
import type { Layer, Mixture, Target } from './document.ts'
import { libraryMaterial } from './material-library.ts'

export interface IsotopeFraction {
  readonly zai: Zai
  /** Fraction of the atoms; all of a material add up to 1. */
  readonly atomFraction: number
  /** Fraction of the mass; all of a material add up to 1. */
  readonly massFraction: number
}

export interface ElementFraction {
  /** Charge number. */
  readonly z: number
  readonly atomFraction: number
  readonly massFraction: number
}

export interface ResolvedMaterial {
  /** Ascending by charge and mass number; no entry is zero. */
  readonly isotopes: readonly IsotopeFraction[]
  /** The same, isotopes of an element taken together. */
  readonly elements: readonly ElementFraction[]
  /** The layer's density, not the library's. */
  readonly densityGramPerCm3: GramsPerCubicCentimetre
}

/** Why a name does not resolve. */
export type MaterialFailure =
  | { readonly cause: 'unknown'; readonly name: string }
  /** `chain` begins and ends with the same mixture. */
  | { readonly cause: 'cycle'; readonly chain: readonly string[] }
  /** An element that does not occur in nature, named without a mass number. */
  | { readonly cause: 'not-natural'; readonly name: string }

/** Moles of each nuclide: for a formula as it is written, for a mixture by weight per gram. */
type Composition = ReadonlyMap<Zai, number>
type Found =
  | { readonly ok: true; readonly moles: Composition }
  | { readonly ok: false; readonly failure: MaterialFailure }

export type MaterialErrorCode = 'MATERIAL_UNRESOLVED'

/** A material was asked for that a checked document cannot hold: the document was not checked. */
export class MaterialError extends Error {
  override readonly name = 'MaterialError'
  readonly code: MaterialErrorCode = 'MATERIAL_UNRESOLVED'
  readonly failure: MaterialFailure
  constructor(failure: MaterialFailure) {
    super(`${failureInWords(failure)} Parse the document before its materials are resolved.`)
    this.failure = failure
  }
}

/** A failure as a sentence. */
export function failureInWords(failure: MaterialFailure): string {
  switch (failure.cause) {
    case 'unknown':
      return `"${failure.name}" is neither an element, nor a nuclide such as U-235, nor a material of the library or of this document.`
    case 'cycle':
      return `The mixture ${failure.chain[0]} contains itself: ${failure.chain.join(' > ')}.`
    case 'not-natural':
      return `${failure.name} has no natural isotopes; name the nuclide${forExample(failure.name)}.`
  }
}

/** The longest-lived isotope of an element that does not occur, by measured half-lives where there are any (NUBASE2020). */
function forExample(symbol: string): string {
  const z = elementOf(symbol)
  const known = groundStates().filter((state) => state.z === z && nuclideOf(formatZai(state.zai)) !== undefined)
  const measured = known.filter(({ halfLife }) => halfLife.kind === 'measured' || halfLife.kind === 'about')
  const longest = (measured.length > 0 ? measured : known).reduce<NuclideState | undefined>(
    (best, state) => ((state.halfLife.seconds ?? 0) > (best?.halfLife.seconds ?? -1) ? state : best),
    undefined,
  )
  return longest ? `, for example ${formatZai(longest.zai)}` : ''
}

/**
 * Isotopes of a layer, by atoms and by mass.
 *
 * Elements have their natural composition (NIST); uranium has the 235U content of the target where one is set, the rest
 * being 238U. Amounts by atoms count atoms, and formula units where the component is itself a material; amounts by
 * weight count mass. Atomic masses: AME2020.
 * @throws MaterialError when the document was not checked before.
 */
export function resolveMaterial(target: Target, layer: Layer): ResolvedMaterial {
  const found = compositionOf(layer.material, target.materials, target.uranium235Percent)
  if (!found.ok) throw new MaterialError(found.failure)
  const entries = [...found.moles].filter(([, moles]) => moles > 0).sort(([a], [b]) => a - b)
  const atoms = entries.reduce((sum, [, moles]) => sum + moles, 0)
  const mass = entries.reduce((sum, [zai, moles]) => sum + moles * gramsPerMole(zai), 0)
  const isotopes = entries.map(([zai, moles]) => ({
    zai,
    atomFraction: moles / atoms,
    massFraction: (moles * gramsPerMole(zai)) / mass,
  }))
  return {
    isotopes,
    elements: byElement(isotopes),
    densityGramPerCm3: layer.densityGramPerCm3 as GramsPerCubicCentimetre,
  }
}

function byElement(isotopes: readonly IsotopeFraction[]): readonly ElementFraction[] {
  const elements = new Map<number, ElementFraction>()
  for (const { zai, atomFraction, massFraction } of isotopes) {
    const { z } = nuclideOfZai(zai)
    const before = elements.get(z) ?? { z, atomFraction: 0, massFraction: 0 }
    elements.set(z, {
      z,
      atomFraction: before.atomFraction + atomFraction,
      massFraction: before.massFraction + massFraction,
    })
  }
  return [...elements.values()]
}

/** Whether a name stands for something by itself, apart from the mixtures of a document. */
export function isBuiltIn(name: string): boolean {
  return elementOf(name) !== undefined || nuclideOf(name) !== undefined || libraryMaterial(name) !== undefined
}

/**
 * Composition behind a name: element, nuclide, material of the document, material of the library, in this order.
 * @param uranium235Percent atom percent of 235U in natural uranium, or `null` for nature's.
 */
export function compositionOf(name: string, materials: Target['materials'], uranium235Percent: number | null): Found {
  // Each mixture is worked out once, however often it is named: otherwise fifty components that name one mixture, which
  // names another fifty times, and so on, would keep the machine busy for ever.
  const done = new Map<string, Found>()
  const expand = (current: string, chain: readonly string[]): Found => {
    const z = elementOf(current)
    if (z !== undefined) return elementComposition(current, z, uranium235Percent)
    const nuclide = nuclideOf(current)
    if (nuclide !== undefined) return { ok: true, moles: new Map([[nuclide, 1]]) }
    const mixture = Object.hasOwn(materials, current) ? materials[current] : libraryMaterial(current)
    if (!mixture) return { ok: false, failure: { cause: 'unknown', name: current } }
    if (chain.includes(current)) {
      return { ok: false, failure: { cause: 'cycle', chain: [...chain.slice(chain.indexOf(current)), current] } }
    }
    const before = done.get(current)
    if (before) return before
    const found = mix(mixture, (component) => expand(component, [...chain, current]))
    if (found.ok) done.set(current, found)
    return found
  }
  return expand(name, [])
}

function mix(mixture: Mixture, expand: (component: string) => Found): Found {
  const moles = new Map<Zai, number>()
  for (const { of, amount } of mixture.components) {
    const found = expand(of)
    if (!found.ok) return found
    const scale = mixture.by === 'atoms' ? amount : amount / gramsOf(found.moles)
    for (const [zai, part] of found.moles) moles.set(zai, (moles.get(zai) ?? 0) + part * scale)
  }
  if (mixture.by === 'atoms') return { ok: true, moles }
  // A mixture by weight has no formula: as a component by atoms it counts as one average atom.
  const total = [...moles.values()].reduce((sum, part) => sum + part, 0)
  return { ok: true, moles: new Map([...moles].map(([zai, part]) => [zai, part / total])) }
}

function elementComposition(name: string, z: number, uranium235Percent: number | null): Found {
  if (z === 92 && uranium235Percent !== null) {
    const light = uranium235Percent / 100
    return {
      ok: true,
      moles: new Map([
        [zaiOf(92, 235), light],
        [zaiOf(92, 238), 1 - light],
      ]),
    }
  }
  const { isotopes } = naturalElement(z)
  if (isotopes.length === 0) return { ok: false, failure: { cause: 'not-natural', name } }
  return { ok: true, moles: new Map(isotopes.map(({ a, fraction }) => [zaiOf(z, a), fraction])) }
}

/** Charge number of an exact symbol; the neutron is no material. */
function elementOf(name: string): number | undefined {
  const z = chargeOfSymbol(name)
  return z === 0 ? undefined : z
}

/** A nuclide by its canonical name, ground state, with a mass. */
function nuclideOf(name: string): Zai | undefined {
  const nuclide = readCanonicalName(name)
  if (nuclide?.m !== 0 || nuclide.z === 0 || !atomicMassOf(nuclide.z, nuclide.a)) return undefined
  return zaiOf(nuclide.z, nuclide.a)
}

const gramsOf = (moles: Composition): number =>
  [...moles].reduce((sum, [zai, part]) => sum + part * gramsPerMole(zai), 0)

const masses = new Map<Zai, number>()

function gramsPerMole(zai: Zai): number {
  let mass = masses.get(zai)
  if (mass === undefined) {
    const { z, a } = nuclideOfZai(zai)
    mass = atomicMassOf(z, a)!.mass as number
    masses.set(zai, mass)
  }
  return mass
}
