/**
 * Materials that layers can name. Composition is what the physics needs; the density is only what the form proposes,
 * because the density of a layer is the layer's own: porous targets have half of that of the solid.
 */

import type { Mixture } from './document.ts'

export type MaterialFamily = 'carbide' | 'carbon' | 'metal' | 'steel' | 'oxide or sulfide'

export interface LibraryMaterial extends Mixture {
  /** What a layer writes. */
  readonly key: string
  readonly family: MaterialFamily
  /** Proposed for a new layer, g/cm3. */
  readonly densityGramPerCm3: number
  readonly densitySource: string
  /** Density without pores, g/cm3; a layer above it is probably a slip. */
  readonly solidGramPerCm3: number
  /** Where the composition comes from, when it is not the formula. */
  readonly compositionSource?: string
  /** What a user should know. */
  readonly note?: string
}

// Neither table could be opened when these values were entered: what prints a density says so.
const CRC =
  'usual value for the solid without pores, as in the CRC Handbook of Chemistry and Physics; not yet compared with the book'
const PDG = 'usual value, as in Particle Data Group, Atomic and Nuclear Properties; not yet compared with the table'
const PNNL = 'PNNL-15870 Rev. 1, Compendium of Material Composition Data'
const ISOL_PROGRAM = 'INFN Geant4 release program for the SPES target (disc of the ISOLPHARM target)'
const COMPUTED = 'volumes of the dicarbide and of graphite added'

const byAtoms = (formula: Readonly<Record<string, number>>) => ({
  by: 'atoms' as const,
  components: Object.entries(formula).map(([of, amount]) => ({ of, amount })),
})
const byWeight = (parts: Readonly<Record<string, number>>) => ({
  by: 'weight' as const,
  components: Object.entries(parts).map(([of, amount]) => ({ of, amount })),
})

const carbide = (
  key: string,
  title: string,
  formula: Readonly<Record<string, number>>,
  density: number,
): LibraryMaterial => ({
  key,
  title,
  family: 'carbide',
  ...byAtoms(formula),
  densityGramPerCm3: density,
  densitySource: CRC,
  solidGramPerCm3: density,
})

const metal = (key: string, title: string, density: number): LibraryMaterial => ({
  key,
  title,
  family: 'metal',
  ...byAtoms({ [key]: 1 }),
  densityGramPerCm3: density,
  densitySource: PDG,
  solidGramPerCm3: density,
})

/** In the order in which the form offers them. */
export const materialLibrary: readonly LibraryMaterial[] = [
  {
    key: 'UC4',
    title: 'Uranium carbide with graphite, U:C = 1:4 (UCx)',
    family: 'carbide',
    ...byAtoms({ U: 1, C: 4 }),
    densityGramPerCm3: 4,
    densitySource: ISOL_PROGRAM,
    solidGramPerCm3: 8.4,
    note: `UC2 with two atoms of graphite. Density without pores: ${COMPUTED}.`,
  },
  {
    key: 'UC4-238',
    title: 'Uranium carbide with graphite, U:C = 1:4, 238U only',
    family: 'carbide',
    ...byAtoms({ 'U-238': 1, C: 4 }),
    densityGramPerCm3: 4,
    densitySource: ISOL_PROGRAM,
    solidGramPerCm3: 8.4,
    note: 'For comparisons with reference runs that know 238U only.',
  },
  carbide('UC2', 'Uranium dicarbide', { U: 1, C: 2 }, 11.3),
  carbide('UC', 'Uranium monocarbide', { U: 1, C: 1 }, 13.6),
  {
    key: 'ThC4',
    title: 'Thorium carbide with graphite, Th:C = 1:4',
    family: 'carbide',
    ...byAtoms({ Th: 1, C: 4 }),
    densityGramPerCm3: 4,
    densitySource: 'taken over from UC4: no thorium target of this kind has a published density',
    solidGramPerCm3: 7.1,
    note: `ThC2 with two atoms of graphite. Density without pores: ${COMPUTED}.`,
  },
  carbide('ThC2', 'Thorium dicarbide', { Th: 1, C: 2 }, 9),
  carbide('SiC', 'Silicon carbide', { Si: 1, C: 1 }, 3.16),
  carbide('TiC', 'Titanium carbide', { Ti: 1, C: 1 }, 4.93),
  carbide('LaC2', 'Lanthanum dicarbide', { La: 1, C: 2 }, 5.29),
  carbide('ZrC', 'Zirconium carbide', { Zr: 1, C: 1 }, 6.73),
  carbide('HfC', 'Hafnium carbide', { Hf: 1, C: 1 }, 12.2),
  carbide('TaC', 'Tantalum carbide', { Ta: 1, C: 1 }, 14.3),
  carbide('B4C', 'Boron carbide', { B: 4, C: 1 }, 2.5),
  {
    key: 'graphite',
    title: 'Graphite',
    family: 'carbon',
    ...byAtoms({ C: 1 }),
    densityGramPerCm3: 1.9,
    densitySource: 'INFN Geant4 release program for the SPES target (window, dumps and box)',
    solidGramPerCm3: 2.27,
  },
  metal('U', 'Uranium', 18.95),
  metal('Th', 'Thorium', 11.72),
  metal('Ta', 'Tantalum', 16.65),
  metal('W', 'Tungsten', 19.3),
  metal('Mo', 'Molybdenum', 10.22),
  metal('Nb', 'Niobium', 8.57),
  metal('Zr', 'Zirconium', 6.506),
  metal('Cu', 'Copper', 8.96),
  metal('Fe', 'Iron', 7.874),
  metal('Ti', 'Titanium', 4.54),
  metal('Al', 'Aluminium', 2.699),
  {
    key: 'steel-304',
    title: 'Stainless steel 304',
    family: 'steel',
    ...byWeight({ C: 0.04, Si: 0.5, P: 0.023, S: 0.015, Cr: 19, Mn: 1, Fe: 70.173, Ni: 9.25 }),
    densityGramPerCm3: 8,
    densitySource: PNNL,
    solidGramPerCm3: 8,
    compositionSource: `${PNNL}; Fe, Ni and Mn as read there, the others usual values not yet compared`,
  },
  {
    key: 'steel-316L',
    title: 'Stainless steel 316L',
    family: 'steel',
    ...byWeight({ C: 0.03, Si: 1, P: 0.045, S: 0.03, Cr: 17, Mn: 2, Fe: 65.395, Ni: 12, Mo: 2.5 }),
    densityGramPerCm3: 8,
    densitySource: PNNL,
    solidGramPerCm3: 8,
    compositionSource: PNNL,
    note: 'Grades allow ranges; cobalt and other traces that decide activation are not in it.',
  },
  {
    key: 'Al2O3',
    title: 'Aluminium oxide',
    family: 'oxide or sulfide',
    ...byAtoms({ Al: 2, O: 3 }),
    densityGramPerCm3: 3.97,
    densitySource: PDG,
    solidGramPerCm3: 3.99,
  },
  {
    key: 'CeS',
    title: 'Cerium monosulfide',
    family: 'oxide or sulfide',
    ...byAtoms({ Ce: 1, S: 1 }),
    densityGramPerCm3: 5.9,
    densitySource: CRC,
    solidGramPerCm3: 5.95,
  },
]

const BY_KEY = new Map(materialLibrary.map((material) => [material.key, material]))

/** A material of the library, or `undefined`. */
export const libraryMaterial = (key: string): LibraryMaterial | undefined => BY_KEY.get(key)
