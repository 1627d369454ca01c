/** What a deck says, in a summary for people and programs: `isolario fluka inspect`, the import of a deck, the portal. */

import { type Card, numberIn, what } from './card.ts'
import { activeCards, activeGeometries } from './deck.ts'
import type { DeckProblem } from './deck-problem.ts'
import { type FlavourGuess, guessFlavour } from './guess-flavour.ts'
import { type BeamSummary, beamSummary } from './inspect-beam.ts'
import { type MaterialSummary, materialSummaries, type RegionSummary, regionSummaries } from './inspect-materials.ts'
import { type ScorerClass, type ScorerSummary, scorerSummaries } from './inspect-scorers.ts'
import { type MissingCard, missingCards, repeatedCards } from './needed-cards.ts'
import { isActive, placeText } from './place.ts'
import type { ReadDeck } from './read-deck.ts'

/** A file that the run will write. */
export interface UnitSummary {
  readonly unit: number
  readonly form: 'binary' | 'text'
  /** More than one class in a file cannot be read back. */
  readonly classes: readonly ScorerClass[]
  readonly detectors: readonly string[]
}

export interface DecaySummary {
  /** RADDECAY WHAT(1): `activation` at cooling times, `semi-analogue`, or off. */
  readonly mode: 'off' | 'activation' | 'semi-analogue'
  /** Duration in s and intensity in primaries/s, in order of time. */
  readonly irradiation: readonly { readonly seconds: number; readonly perSecond: number }[]
  /** s after the end of irradiation, in the numbering that DCYSCORE uses. */
  readonly coolingSeconds: readonly number[]
}

export interface DeckSummary {
  readonly title: string | null
  readonly flavour: FlavourGuess
  readonly counts: { readonly cards: number; readonly bodies: number; readonly regions: number }
  /** SDUM of DEFAULTS; `NEW-DEFA` when the card says nothing, `null` without the card. */
  readonly defaults: string | null
  /** PHYSICS and related switches as they stand: "EVAPORAT 3". */
  readonly physics: readonly string[]
  readonly beam: BeamSummary | null
  readonly materials: readonly MaterialSummary[]
  readonly regions: readonly RegionSummary[]
  readonly scorers: readonly ScorerSummary[]
  readonly units: readonly UnitSummary[]
  readonly decay: DecaySummary
  /** RANDOMIZ WHAT(2); FLUKA's own when the card leaves it blank; `null` without a number. */
  readonly seed: number | null
  /** START WHAT(1); 5000 when the card leaves it blank; `null` without the card or a number. */
  readonly primaries: number | null
  readonly missing: readonly MissingCard[]
  /** Cards that override an earlier one of their kind: "START (card 90, line 120)". */
  readonly repeated: readonly string[]
  readonly problems: readonly DeckProblem[]
}

/** Seed of a RANDOMIZ card that names none. Source: FLUKA manual, RANDOMIZ. */
export const DEFAULT_SEED = 54217137
/** Primaries of a START card that names none. Source: FLUKA manual, START. */
export const DEFAULT_PRIMARIES = 5000

export function inspectDeck(read: ReadDeck): DeckSummary {
  const cards = activeCards(read.deck)
  const block = activeGeometries(read.deck)[0]
  const title = read.deck.nodes.findLast((node) => node.kind === 'title' && isActive(node))
  const regions = regionSummaries(cards, block)
  const scorers = scorerSummaries(
    cards,
    regions.map((region) => region.name),
  )
  return {
    title: title?.kind === 'title' && title.text.trim() !== '' ? title.text.trim() : null,
    flavour: guessFlavour(cards),
    counts: {
      cards: cards.length,
      bodies: (block?.bodies ?? []).filter((item) => item.kind === 'body' && isActive(item)).length,
      regions: regions.length,
    },
    defaults: defaultsOf(cards),
    physics: physicsOf(cards),
    beam: beamSummary(cards),
    materials: materialSummaries(cards, regions),
    regions,
    scorers,
    units: unitsOf(scorers),
    decay: decayOf(cards),
    seed: valueOr(cards, 'RANDOMIZ', 2, DEFAULT_SEED),
    primaries: valueOr(cards, 'START', 1, DEFAULT_PRIMARIES),
    missing: missingCards(read.deck),
    repeated: repeatedCards(read.deck).map((card) => {
      const at = placeText(card.place)
      return at === '' ? card.command : `${card.command} (${at})`
    }),
    problems: read.problems,
  }
}

function valueOr(cards: readonly Card[], command: string, number: number, blank: number): number | null {
  const card = cards.findLast((one) => one.command === command)
  if (card === undefined) return null
  const field = what(card, number)
  return field.kind === 'blank' ? blank : numberIn(field)
}

function defaultsOf(cards: readonly Card[]): string | null {
  const card = cards.find((one) => one.command === 'DEFAULTS')
  return card === undefined ? null : card.sdum.slice(0, 8) || 'NEW-DEFA'
}

const SWITCHES = new Set(['PHYSICS', 'IONTRANS', 'EMF', 'LOW-NEUT', 'LOW-PWXS', 'PHOTONUC', 'MUPHOTON', 'LAM-BIAS'])

function physicsOf(cards: readonly Card[]): string[] {
  return cards
    .filter((card) => SWITCHES.has(card.command))
    .map((card) => {
      const fields = card.whats.map((field) => (field.kind === 'blank' ? '-' : fieldText(field)))
      while (fields.at(-1) === '-') fields.pop()
      return [card.command, card.sdum.slice(0, 8), ...fields].filter((part) => part !== '').join(' ')
    })
}

const fieldText = (field: Card['whats'][number]): string =>
  field.kind === 'number' ? String(field.value) : field.kind === 'name' ? field.name : 'text' in field ? field.text : ''

function unitsOf(scorers: readonly ScorerSummary[]): UnitSummary[] {
  const units = new Map<number, ScorerSummary[]>()
  for (const scorer of scorers) {
    if (scorer.unit !== null) units.set(scorer.unit, [...(units.get(scorer.unit) ?? []), scorer])
  }
  return [...units]
    .toSorted(([a], [b]) => a - b)
    .map(([unit, all]) => ({
      unit,
      form: all[0]?.form ?? 'binary',
      classes: [...new Set(all.map((one) => one.class))],
      detectors: all.map((one) => one.name),
    }))
}

function decayOf(cards: readonly Card[]): DecaySummary {
  const switched = cards.findLast((card) => card.command === 'RADDECAY')
  const mode = switched === undefined ? 0 : (numberIn(what(switched, 1)) ?? 0)
  const irradiation = cards
    .filter((card) => card.command === 'IRRPROFI')
    .flatMap((card) =>
      [1, 3, 5].flatMap((number) => {
        const seconds = numberIn(what(card, number))
        return seconds === null || seconds <= 0 ? [] : [{ seconds, perSecond: numberIn(what(card, number + 1)) ?? 0 }]
      }),
    )
  const coolingSeconds = cards
    .filter((card) => card.command === 'DCYTIMES')
    .flatMap((card) =>
      card.whats.flatMap((field) => {
        const seconds = numberIn(field)
        return seconds === null ? [] : [seconds]
      }),
    )
  return { mode: mode <= 0 ? 'off' : mode > 1 ? 'semi-analogue' : 'activation', irradiation, coolingSeconds }
}
