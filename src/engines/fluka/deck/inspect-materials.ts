/** Materials, compounds, and what fills the regions of a deck. Source: FLUKA manual, MATERIAL, COMPOUND, ASSIGNMA. */

import { as, type GramsPerCubicCentimetre } from '#quantities/units.ts'
import { type Card, nameIn, numberIn, type What, what, whatText } from './card.ts'
import { bodiesIn, type Geometry, type Region } from './geometry.ts'
import { KNOWN_MATERIALS } from './names.ts'
import { isActive } from './place.ts'

export interface ComponentSummary {
  readonly material: string
  /** As the deck states it; FLUKA makes the sum 1. */
  readonly content: number
}

export interface MaterialSummary {
  readonly name: string
  readonly source: 'deck' | 'predefined'
  /** Charge number of an element or isotope, `null` for a compound. */
  readonly z: number | null
  /** Mass number of a single isotope, `null` for natural composition. */
  readonly a: number | null
  readonly densityGramPerCm3: GramsPerCubicCentimetre | null
  /** How the contents count. `null`: no COMPOUND card. */
  readonly contentBy: 'atoms' | 'mass' | 'volume' | 'mixed' | null
  readonly components: readonly ComponentSummary[]
}

export interface RegionSummary {
  /** From 1, in the order of the geometry: the number that FLUKA gives it. */
  readonly number: number
  readonly name: string
  /** `null`: nothing is assigned, so FLUKA stops. */
  readonly material: string | null
  /** During transport of decay radiation, when it is another one. */
  readonly decayMaterial: string | null
  readonly bodies: number
}

export function materialSummaries(cards: readonly Card[], regions: readonly RegionSummary[]): MaterialSummary[] {
  const compounds = compoundsOf(cards)
  const found = new Map<string, MaterialSummary>()
  for (const card of cards) {
    if (card.command !== 'MATERIAL') continue
    const name = card.sdum.slice(0, 8)
    const z = numberIn(what(card, 1))
    const density = numberIn(what(card, 3))
    const parts = compounds.get(name)
    found.set(name, {
      name,
      source: 'deck',
      z: z === null || z <= 0 || parts !== undefined ? null : z,
      a: numberIn(what(card, 6)) || null,
      densityGramPerCm3: density === null ? null : as<GramsPerCubicCentimetre>(density),
      contentBy: parts?.by ?? null,
      components: parts?.components ?? [],
    })
  }
  const used = new Set([
    ...regions.flatMap((region) => [region.material, region.decayMaterial]),
    ...[...found.values()].flatMap((material) => material.components.map((one) => one.material)),
    ...compounds.keys(),
  ])
  for (const name of used) {
    if (name === null || found.has(name)) continue
    const parts = compounds.get(name)
    if (!KNOWN_MATERIALS.has(name) && parts === undefined) continue
    found.set(name, {
      name,
      source: 'predefined',
      z: null,
      a: null,
      densityGramPerCm3: null,
      contentBy: parts?.by ?? null,
      components: parts?.components ?? [],
    })
  }
  return [...found.values()]
}

interface Parts {
  by: MaterialSummary['contentBy']
  readonly components: ComponentSummary[]
}

function compoundsOf(cards: readonly Card[]): Map<string, Parts> {
  const all = new Map<string, Parts>()
  const names = materialNumbers(cards)
  for (const card of cards) {
    if (card.command !== 'COMPOUND') continue
    const name = card.sdum.slice(0, 8)
    const parts = all.get(name) ?? { by: null, components: [] }
    all.set(name, parts)
    for (let pair = 0; pair < 3; pair++) {
      const content = numberIn(what(card, 2 * pair + 1))
      const of = what(card, 2 * pair + 2)
      if (content === null || of.kind === 'blank') continue
      const negative = of.kind === 'number' ? of.value < 0 : whatText(of).startsWith('-')
      const by = content > 0 ? 'atoms' : negative ? 'volume' : 'mass'
      parts.by = parts.by === null || parts.by === by ? by : 'mixed'
      parts.components.push({ material: materialName(of, names), content: Math.abs(content) })
    }
  }
  return all
}

/** Names of materials by number: the 25 that are predefined, and those of the deck from 26 on or where WHAT(4) says. */
function materialNumbers(cards: readonly Card[]): Map<number, string> {
  const names = new Map<number, string>()
  for (const { name, number } of KNOWN_MATERIALS.values()) if (number !== null) names.set(number, name)
  let next = 26
  for (const card of cards) {
    if (card.command !== 'MATERIAL') continue
    const number = numberIn(what(card, 4)) || next
    names.set(number, card.sdum.slice(0, 8))
    if (number >= next) next = number + 1
  }
  return names
}

function materialName(field: What, names: ReadonlyMap<number, string>): string {
  const number = numberIn(field)
  if (number !== null) return names.get(Math.abs(number)) ?? `number ${Math.abs(number)}`
  return whatText(field).replace(/^-/u, '')
}

export function regionSummaries(cards: readonly Card[], block: Geometry | undefined): RegionSummary[] {
  const regions = (block?.regions ?? []).filter((item): item is Region => item.kind === 'region' && isActive(item))
  const names = materialNumbers(cards)
  const order = new Map(regions.map((region, index) => [region.name, index + 1]))
  const filled: { material: string | null; decayMaterial: string | null }[] = regions.map(() => ({
    material: null,
    decayMaterial: null,
  }))
  for (const card of cards) {
    if (card.command !== 'ASSIGNMA') continue
    const first = regionNumber(what(card, 2), order, regions.length)
    if (first === null) continue
    const last = regionNumber(what(card, 3), order, regions.length) ?? first
    const step = Math.max(1, Math.round(numberIn(what(card, 4)) ?? 1))
    const decay = what(card, 6)
    for (let number = first; number <= Math.max(first, last); number += step) {
      const slot = filled[number - 1]
      if (slot === undefined) continue
      slot.material = materialName(what(card, 1), names)
      slot.decayMaterial = decay.kind === 'blank' || numberIn(decay) === 0 ? null : materialName(decay, names)
    }
  }
  return regions.map((region, index) => ({
    number: index + 1,
    name: region.name,
    material: filled[index]?.material ?? null,
    decayMaterial: filled[index]?.decayMaterial ?? null,
    bodies: new Set(bodiesIn(region.points)).size,
  }))
}

/** The number of a region that is named or numbered; `null` for blank, for all regions, and for one that does not exist. */
function regionNumber(field: What, order: ReadonlyMap<string, number>, count: number): number | null {
  const name = nameIn(field)
  if (name === '@LASTREG') return count
  if (name !== null) return order.get(name) ?? null
  const number = numberIn(field)
  return number === null || number < 1 ? null : Math.round(number)
}
