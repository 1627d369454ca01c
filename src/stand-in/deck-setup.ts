/** From a deck, as Isolario writes it, back to what the built-in model can sample. */

import { FWHM_PER_SIGMA } from '#engines/fluka/compose/deck-beam.ts'
import { PREDEFINED_ELEMENTS } from '#engines/fluka/compose/deck-materials.ts'
import { type Card, nameIn, numberIn, what } from '#engines/fluka/deck/card.ts'
import { activeCards, activeGeometries, type Deck } from '#engines/fluka/deck/deck.ts'
import type { Body, Geometry, Region } from '#engines/fluka/deck/geometry.ts'
import { elementSymbol } from '#nuclides/elements.ts'
import { PROTON_MASS_MEV } from '#quantities/conversions.ts'
import { DOCUMENT_VERSION, documentSchema, type Setup } from '#simulation/document.ts'

/** A RESNUCLE card. */
export interface DeckDetector {
  readonly unit: number
  readonly name: string
  readonly region: string
  /** From 1, in the order of the geometry. */
  readonly regionNumber: number
  readonly zMax: number
  readonly mMax: number
}

export interface DeckTask {
  readonly title: string
  readonly seed: number
  readonly primaries: number
  /** Number of the batch, from the title of a deck of ours. */
  readonly batch: number | null
  readonly setup: Setup
  readonly detectors: readonly DeckDetector[]
}

/** What the stand-in cannot do with a deck; its message goes into the listing. */
export class StandInError extends Error {
  override readonly name = 'StandInError'
}

const MM_PER_CM = 10
const MEV_PER_GEV = 1000

/** @param ownSource false where SOURCE calls a routine of the user, which is not run: the beam is then that of BEAM */
export function taskOfDeck(deck: Deck, { ownSource }: { readonly ownSource: boolean }): DeckTask {
  const cards = activeCards(deck)
  const of = (command: string) => cards.filter((card) => card.command === command)
  const only = (command: string): Card => {
    const [card] = of(command)
    if (!card) throw new StandInError(`THE DECK HAS NO ${command} CARD`)
    return card
  }
  const [geometry] = activeGeometries(deck)
  if (!geometry) throw new StandInError('THE DECK HAS NO GEOMETRY')
  const regions = geometry.regions.filter((item): item is Region => item.kind === 'region')
  const other = cards.find(({ command }) =>
    ['USRBIN', 'USRBDX', 'USRTRACK', 'USRCOLL', 'USRYIELD', 'RADDECAY'].includes(command),
  )
  if (other) throw new StandInError(`THE STAND-IN SCORES RESIDUAL NUCLEI ONLY, NOT ${other.command}`)
  const detectors = of('RESNUCLE').map((card) => detectorOf(card, regions))
  const scored = new Set(detectors.map(({ region }) => region))
  const title = deck.nodes.find((node) => node.kind === 'title')?.text ?? ''
  const batch = /\bbatch (\d+)$/.exec(title)?.[1]
  const document = documentSchema.parse({
    isolario: DOCUMENT_VERSION,
    setup: {
      beam: beamOf(only('BEAM'), ownSource ? of('SOURCE')[0] : undefined),
      target: targetOf(cards, geometry, regions, scored),
    },
  })
  return {
    title,
    seed: numberIn(what(only('RANDOMIZ'), 2)) ?? 54_217_137,
    primaries: numberIn(what(only('START'), 1)) ?? 5000,
    batch: batch === undefined ? null : Number(batch),
    setup: document.setup,
    detectors,
  }
}

function detectorOf(card: Card, regions: readonly Region[]): DeckDetector {
  const region = nameIn(what(card, 5)) ?? ''
  const index = regions.findIndex(({ name }) => name === region)
  if (index < 0) throw new StandInError(`NO REGION ${region} FOR DETECTOR ${card.sdum}`)
  const unit = numberIn(what(card, 2)) ?? 0
  if (unit >= 0) throw new StandInError(`DETECTOR ${card.sdum} MUST BE WRITTEN UNFORMATTED`)
  return {
    unit: -unit,
    name: card.sdum,
    region,
    regionNumber: index + 1,
    zMax: numberIn(what(card, 3)) ?? 0,
    mMax: numberIn(what(card, 4)) ?? 0,
  }
}

function beamOf(beam: Card, source: Card | undefined) {
  const number = (index: number) => numberIn(what(beam, index)) ?? 0
  if (beam.sdum !== 'PROTON') throw new StandInError(`THE STAND-IN KNOWS PROTONS ONLY, NOT ${beam.sdum}`)
  if (number(1) >= 0) throw new StandInError('THE BEAM MUST BE GIVEN BY ITS KINETIC ENERGY')
  const energyMeV = -number(1) * MEV_PER_GEV
  const momentum = Math.sqrt(energyMeV * (energyMeV + 2 * PROTON_MASS_MEV))
  const spreadMeV = ((-number(2) * MEV_PER_GEV) / FWHM_PER_SIGMA) * (momentum / (energyMeV + PROTON_MASS_MEV))
  const [width, height, annulus] = [number(4), number(5), number(6)]
  const sigmaMm = (fwhm: number) => (-fwhm / FWHM_PER_SIGMA) * MM_PER_CM
  const sourceNumber = (index: number) => (source && numberIn(what(source, index))) ?? 0
  const shape = source
    ? { kind: 'wobbled', sigmaMm: sourceNumber(1) * MM_PER_CM, wobbleRadiusMm: sourceNumber(2) * MM_PER_CM }
    : annulus < 0
      ? { kind: 'flat', radiusMm: width * MM_PER_CM }
      : width < 0
        ? { kind: 'gaussian', sigmaXMm: sigmaMm(width), sigmaYMm: sigmaMm(height) }
        : { kind: 'pencil' }
  return { energyMeV, energySpreadMeV: Math.max(0, spreadMeV), shape }
}

function targetOf(cards: readonly Card[], geometry: Geometry, regions: readonly Region[], scored: ReadonlySet<string>) {
  const bodies = new Map(
    geometry.bodies.filter((item): item is Body => item.kind === 'body').map((body) => [body.name, body]),
  )
  const materialOf = new Map(
    cards
      .filter(({ command }) => command === 'ASSIGNMA')
      .map((card) => [nameIn(what(card, 2)) ?? '', nameIn(what(card, 1)) ?? '']),
  )
  const discs = regions.flatMap(({ name, points }) => {
    const body = points.kind === 'body' ? bodies.get(points.name) : undefined
    if (body?.code !== 'RCC' || materialOf.get(name) === 'VACUUM') return []
    const at = (index: number) => numberIn(body.parameters[index]!) ?? 0
    return [{ name, frontCm: at(2), thicknessCm: at(5), radiusCm: at(6), material: materialOf.get(name) ?? '' }]
  })
  discs.sort((a, b) => a.frontCm - b.frontCm)
  if (discs.length === 0) throw new StandInError('THE DECK HAS NO DISCS')
  const known = materialsOf(cards)
  return {
    layers: discs.map(({ name, frontCm, thicknessCm, radiusCm, material }, index) => {
      const before = discs[index - 1]
      const gapCm = before ? Math.max(0, frontCm - before.frontCm - before.thicknessCm) : 0
      const found = known.get(material)
      if (!found) throw new StandInError(`NO MATERIAL ${material} FOR REGION ${name}`)
      return {
        name,
        role: scored.has(name) ? 'target' : 'window',
        material: `M-${material}`,
        densityGramPerCm3: found.density,
        thicknessMm: thicknessCm * MM_PER_CM,
        diameterMm: 2 * radiusCm * MM_PER_CM,
        gapMm: gapCm * MM_PER_CM,
      }
    }),
    materials: Object.fromEntries(
      [...new Set(discs.map(({ material }) => material))].map((name) => [
        `M-${name}`,
        { by: 'atoms', components: known.get(name)?.components ?? [] },
      ]),
    ),
  }
}

interface DeckMaterial {
  readonly density: number
  readonly components: readonly { readonly of: string; readonly amount: number }[]
}

/** Compounds by atoms, of elements and isotopes; as decks of ours have them. */
function materialsOf(cards: readonly Card[]): ReadonlyMap<string, DeckMaterial> {
  const bases = new Map<string, string>([...PREDEFINED_ELEMENTS].map(([z, name]) => [name, elementSymbol(z)]))
  const densities = new Map<string, number>()
  for (const card of cards.filter(({ command }) => command === 'MATERIAL')) {
    const [z, density, a] = [1, 3, 6].map((index) => numberIn(what(card, index)) ?? 0) as [number, number, number]
    densities.set(card.sdum, density)
    if (z > 0) bases.set(card.sdum, a > 0 ? `${elementSymbol(z)}-${a}` : elementSymbol(z))
  }
  const found = new Map<string, { density: number; components: { of: string; amount: number }[] }>()
  for (const card of cards.filter(({ command }) => command === 'COMPOUND')) {
    const compound = found.get(card.sdum) ?? { density: densities.get(card.sdum) ?? 1, components: [] }
    for (let at = 1; at <= card.whats.length; at += 2) {
      const amount = numberIn(what(card, at))
      const name = nameIn(what(card, at + 1))
      if (amount === null || name === null) continue
      const of = bases.get(name)
      if (of === undefined || amount <= 0)
        throw new StandInError(`THE STAND-IN KNOWS COMPOUNDS BY ATOMS ONLY (${name})`)
      compound.components.push({ of, amount })
    }
    found.set(card.sdum, compound)
  }
  return found
}
