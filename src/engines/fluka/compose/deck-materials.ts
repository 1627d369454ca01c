/**
 * What the layers are made of, in FLUKA's terms: base materials (elements, or single nuclides where the isotopes are not
 * those of nature) and one compound of them for each material and density that a layer has.
 *
 * A layer's material is a compound even where it is one element, because its density is the layer's own and the base
 * material must keep the name by which FLUKA finds its neutron data.
 */

import { naturalElement } from '#nuclides/abundances.ts'
import { elementName, elementSymbol } from '#nuclides/elements.ts'
import { nuclideOfZai, zaiOf } from '#nuclides/nuclide.ts'
import type { GramsPerCubicCentimetre } from '#quantities/units.ts'
import type { Target } from '#simulation/document.ts'
import { libraryMaterial } from '#simulation/material-library.ts'
import { type ResolvedMaterial, resolveMaterial } from '#simulation/materials.ts'
import { KNOWN_MATERIALS, NAME_LENGTH } from '../deck/names.ts'
import { DeckNames } from './deck-names.ts'
import { NEUTRON_DATA, type NeutronData } from './neutron-data.ts'

/** An element or a nuclide. */
export interface BaseMaterial {
  readonly name: string
  readonly z: number
  /** Mass number; `null` for the natural element. */
  readonly a: number | null
  /** True where FLUKA knows the name without a MATERIAL card. */
  readonly predefined: boolean
  /** Of the pure material; decides nothing, since it fills no region by itself. */
  readonly densityGramPerCm3: GramsPerCubicCentimetre
  /** Which neutron data it is bound to below 20 MeV; `null` where the name decides. */
  readonly neutronData: NeutronData | null
}

export interface LayerMaterial {
  readonly name: string
  /** What the user called it. */
  readonly key: string
  readonly densityGramPerCm3: GramsPerCubicCentimetre
  /** Atom fractions of base materials; they add up to 1. */
  readonly parts: readonly { readonly base: string; readonly atomFraction: number }[]
}

export interface DeckMaterials {
  /** Ascending by charge and mass number. */
  readonly bases: readonly BaseMaterial[]
  readonly compounds: readonly LayerMaterial[]
  /** Index into `compounds` for each layer. */
  readonly ofLayer: readonly number[]
  /** What FLUKA is not told as it was asked, in words for people. */
  readonly notes: readonly { readonly path: string; readonly message: string }[]
}

/** Uranium: none beyond it has a name of FLUKA's. */
const LAST_NATURAL = 92

/** Elements that FLUKA knows by name, by charge number: their names are those of our table in eight letters, but for one. */
export const PREDEFINED_ELEMENTS: ReadonlyMap<number, string> = new Map(
  Array.from({ length: LAST_NATURAL }, (_, index): [number, string] => {
    const name = elementName(index + 1)
      .toUpperCase()
      .slice(0, NAME_LENGTH)
    return [index + 1, name === 'ALUMINIU' ? 'ALUMINUM' : name]
  }).filter(([, name]) => KNOWN_MATERIALS.get(name)?.number),
)

/** Fractions that differ by less are the same: rounded tables differ in the last digit. */
const SAME_FRACTION = 1e-6
/** Where nobody told a density: it fills no region, and FLUKA must not take the material for a gas (below 0.01). */
const ANY_DENSITY = 10
const U234 = zaiOf(92, 234)
const U238 = zaiOf(92, 238)

/**
 * @throws MaterialError when the document was not checked before.
 */
export function deckMaterials(target: Target): DeckMaterials {
  const names = new DeckNames(KNOWN_MATERIALS.keys())
  const bases = new Map<string, BaseMaterial>()
  const compounds: LayerMaterial[] = []
  const known = new Map<string, number>()
  const notes: { path: string; message: string }[] = []
  const baseOf = (z: number, a: number | null): BaseMaterial => {
    const key = `${z}-${a}`
    const before = bases.get(key)
    if (before) return before
    const base = baseMaterial(z, a, names)
    bases.set(key, base)
    return base
  }
  const ofLayer = target.layers.map((layer, index) => {
    const key = `${layer.material} ${layer.densityGramPerCm3}`
    const before = known.get(key)
    if (before !== undefined) return before
    const resolved = resolveMaterial(target, layer)
    const { isotopes, folded } = withoutRareUranium(resolved.isotopes)
    const path = `setup.target.layers.${index}.material`
    if (folded > 0) notes.push({ path, message: rareUraniumNote(layer.material, folded) })
    const made = partsOf(isotopes).map(({ z, a, atomFraction }) => ({ base: baseOf(z, a), atomFraction }))
    const unbound = made.map(({ base }) => base).filter(({ predefined, neutronData }) => !predefined && !neutronData)
    if (unbound.length > 0) notes.push({ path, message: unboundNote(layer.material, unbound) })
    const parts = made.map(({ base, atomFraction }) => ({ base: base.name, atomFraction }))
    compounds.push({
      name: names.give(layer.material, 'M'),
      key: layer.material,
      densityGramPerCm3: resolved.densityGramPerCm3,
      parts,
    })
    known.set(key, compounds.length - 1)
    return compounds.length - 1
  })
  const sorted = [...bases.values()].sort((a, b) => a.z - b.z || (a.a ?? 0) - (b.a ?? 0))
  return { bases: sorted, compounds, ofLayer, notes }
}

interface Part {
  readonly z: number
  readonly a: number | null
  readonly atomFraction: number
}

type Isotopes = ResolvedMaterial['isotopes']

/**
 * Elements as nature has them stay elements; any other mixture of isotopes, and uranium always, is told isotope by
 * isotope: FLUKA's neutron data of uranium are those of 235U and 238U.
 */
function partsOf(isotopes: Isotopes): readonly Part[] {
  const byElement = new Map<number, { a: number; atomFraction: number }[]>()
  for (const { zai, atomFraction } of isotopes) {
    const { z, a } = nuclideOfZai(zai)
    byElement.set(z, [...(byElement.get(z) ?? []), { a, atomFraction }])
  }
  return [...byElement].flatMap(([z, list]): Part[] => {
    const whole = list.reduce((sum, isotope) => sum + isotope.atomFraction, 0)
    if (z !== 92 && isNatural(z, list, whole)) return [{ z, a: null, atomFraction: whole }]
    return list.map(({ a, atomFraction }) => ({ z, a, atomFraction }))
  })
}

function isNatural(z: number, list: readonly { a: number; atomFraction: number }[], whole: number): boolean {
  const natural = naturalElement(z).isotopes
  return (
    natural.length === list.length &&
    natural.every(({ a, fraction }) => {
      const here = list.find((isotope) => isotope.a === a)
      return here !== undefined && Math.abs(here.atomFraction / whole - fraction) < SAME_FRACTION
    })
  )
}

/** 234U, 0.005 % of natural uranium, is counted as 238U: no neutron data of it could be read about. */
function withoutRareUranium(isotopes: Isotopes): { readonly isotopes: Isotopes; readonly folded: number } {
  const rare = isotopes.find(({ zai }) => zai === U234)
  const main = isotopes.find(({ zai }) => zai === U238)
  if (!rare || !main || rare.atomFraction > 1e-3 * main.atomFraction) return { isotopes, folded: 0 }
  const kept = isotopes
    .filter(({ zai }) => zai !== U234)
    .map((isotope) =>
      isotope.zai === U238
        ? {
            ...isotope,
            atomFraction: isotope.atomFraction + rare.atomFraction,
            massFraction: isotope.massFraction + rare.massFraction,
          }
        : isotope,
    )
  return { isotopes: kept, folded: rare.atomFraction / (rare.atomFraction + main.atomFraction) }
}

function rareUraniumNote(material: string, folded: number): string {
  return (
    `The ${Number((100 * folded).toPrecision(2))} % of 234U in the uranium of ${material} is written as 238U, ` +
    'because FLUKA has neutron data for 235U and 238U.'
  )
}

/** Neither bound by LOW-MAT here nor one of FLUKA's own materials. */
function unboundNote(material: string, bases: readonly BaseMaterial[]): string {
  const names = bases.map(({ name }) => name).join(', ')
  const its = bases.length === 1 ? 'its' : 'their'
  return (
    `FLUKA must find the neutron data of ${names} in ${material} by ${its} name${bases.length === 1 ? '' : 's'}, because the name of ${its} data ` +
    `set is not known here. Below 20 MeV the run depends on it: the listing says which data were taken, and a run without them stops.`
  )
}

function baseMaterial(z: number, a: number | null, names: DeckNames): BaseMaterial {
  const predefined = a === null ? PREDEFINED_ELEMENTS.get(z) : undefined
  const symbol = elementSymbol(z)
  const name = predefined ?? names.give(a === null ? elementName(z) : `${symbol}${a}`, 'M')
  const density = libraryMaterial(symbol)?.solidGramPerCm3 ?? ANY_DENSITY
  return {
    name,
    z,
    a,
    predefined: predefined !== undefined,
    densityGramPerCm3: density as GramsPerCubicCentimetre,
    neutronData: NEUTRON_DATA.find((data) => data.z === z && data.ofMaterial === a) ?? null,
  }
}
