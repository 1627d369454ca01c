/** What a deck scores: detectors by class and file unit. Source: FLUKA manual, RESNUCLE, USRBIN, USRBDX, USRTRACK, DCYSCORE. */

import { type Card, numberIn, type What, what, whatText } from './card.ts'
import { decayTies } from './decay-ties.ts'
import { energyWords, round } from './inspect-beam.ts'
import { particleNumbered, particleWords } from './particles.ts'
import { UNIT_FIELD } from './unit-field.ts'

export type ScorerClass =
  | 'RESNUCLE'
  | 'USRBIN'
  | 'USRBDX'
  | 'USRTRACK'
  | 'USRCOLL'
  | 'USRYIELD'
  | 'DETECT'
  | 'EVENTBIN'
  | 'SCORE'

export interface ScorerSummary {
  readonly class: ScorerClass
  readonly name: string
  /** Unit of the file without its sign; `null` when the deck leaves it to FLUKA. */
  readonly unit: number | null
  readonly form: 'binary' | 'text' | null
  /** Numbers of the cooling times it is tied to; empty: during irradiation. -1 is semi-analogue decay. */
  readonly coolingTimes: readonly number[]
  readonly words: string
}

const CLASSES = new Set<string>([...Object.keys(UNIT_FIELD), 'DETECT', 'SCORE'])

/** `regions`: names in the order of the geometry, so that numbers can be told as names. */
export function scorerSummaries(cards: readonly Card[], regions: readonly string[]): ScorerSummary[] {
  const ties = coolingTies(cards)
  return cards
    .filter((card) => CLASSES.has(card.command))
    .map((card) => {
      const at = UNIT_FIELD[card.command]
      const unit = at === undefined ? null : numberIn(what(card, at))
      const signed = unit === null || unit === 0 ? null : unit
      return {
        class: card.command as ScorerClass,
        name: card.sdum,
        unit: signed === null ? null : Math.abs(signed),
        form: signed === null ? null : signed < 0 ? 'binary' : 'text',
        coolingTimes: ties.get(`${card.command} ${card.sdum}`) ?? [],
        words: scorerWords(card, regions),
      }
    })
}

/** Numbers of cooling times by detector. */
function coolingTies(cards: readonly Card[]): Map<string, number[]> {
  const ties = new Map<string, number[]>()
  for (const { score, detectors } of decayTies(cards)) {
    for (const { command, sdum } of detectors) {
      const key = `${command} ${sdum}`
      ties.set(key, [...(ties.get(key) ?? []), numberIn(what(score, 1)) ?? 0])
    }
  }
  return ties
}

function scorerWords(card: Card, regions: readonly string[]): string {
  const value = (number: number) => numberIn(what(card, number))
  const where = (number: number) => regionWords(what(card, number), regions)
  switch (card.command) {
    case 'RESNUCLE':
      return `residual nuclei in ${where(5)}${residualKind(value(1) ?? 1)}`
    case 'USRBIN':
    case 'EVENTBIN':
      return meshWords(card, where)
    case 'USRBDX':
      return `${quantityWords(what(card, 2))} from ${where(4)} into ${where(5)}, ${crossingKind(value(1) ?? 0)}${range(card)}`
    case 'USRTRACK':
    case 'USRCOLL':
      return `fluence of ${quantityWords(what(card, 2))} in ${where(4)}${range(card)}`
    case 'USRYIELD':
      return `yield of ${quantityWords(what(card, 2))} from ${where(4)} into ${where(5)}`
    case 'SCORE':
      return `by region, in the listing: ${[1, 2, 3, 4]
        .map((number) => what(card, number))
        .filter((field) => field.kind !== 'blank')
        .map(quantityWords)
        .join(', ')}`
    default:
      return 'event by event'
  }
}

function residualKind(type: number): string {
  if (type === 3) return ''
  return type === 2 ? ', of neutrons below 20 MeV only' : ', without those of neutrons below 20 MeV'
}

function crossingKind(code: number): string {
  const digits = Math.abs(code) > 50 ? 100 : 0
  const rest = code - digits
  const two = rest > 5
  return `${two ? 'both ways' : 'one way'}, as ${digits === 100 ? 'fluence' : 'current'}`
}

/** Energies of the `&` line. */
function range(card: Card): string {
  const high = numberIn(what(card, 7))
  const low = numberIn(what(card, 8))
  if (high === null) return ''
  return `, ${low === null || low === 0 ? 'up to' : `${energyWords(low)} to`} ${energyWords(high)}`
}

function meshWords(card: Card, where: (number: number) => string): string {
  const type = numberIn(what(card, 1)) ?? 0
  const quantity = quantityWords(what(card, 2))
  const value = (number: number) => numberIn(what(card, number)) ?? 0
  const kind = Math.abs(type) % 10
  if (kind === 2) return `${quantity} by region, ${where(7)} to ${where(4)}`
  const bins = [10, 11, 12].map((number) => Math.max(1, Math.round(value(number))))
  const span = (low: number, high: number) => `${round(low)} to ${round(high)}`
  if (kind === 0 || (kind >= 3 && kind <= 6)) {
    const box = [4, 5, 6].map((number, axis) => `${'xyz'[axis]} ${span(value(number + 3), value(number))}`)
    const mirrored = kind === 0 ? '' : `, mirrored at ${['x', 'y', 'z', 'x, y and z'][kind - 3]} = 0`
    return `${quantity} on a mesh of ${bins.join(' x ')}: ${box.join(', ')} cm${mirrored}`
  }
  if (kind === 1 || kind === 7) {
    return `${quantity} on rings of ${bins.join(' x ')}: R ${span(value(7), value(4))}, z ${span(value(9), value(6))} cm`
  }
  return `${quantity} on a mesh of type ${type}`
}

function quantityWords(field: What): string {
  const number = numberIn(field)
  if (number !== null) {
    const name = particleNumbered(number)
    return name === null ? `particle ${number}` : particleWords(name)
  }
  return field.kind === 'blank' ? 'everything' : particleWords(whatText(field))
}

function regionWords(field: What, regions: readonly string[]): string {
  const number = numberIn(field)
  if (number !== null) return number < 0 ? 'all regions' : (regions[Math.round(number) - 1] ?? `region ${number}`)
  if (field.kind === 'blank') return regions[0] ?? 'region 1'
  const name = whatText(field)
  if (name === '@ALLREGS') return 'all regions'
  return name === '@LASTREG' ? (regions.at(-1) ?? name) : name
}
