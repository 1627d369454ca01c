/** Meshes and spectra of a deck, as far as the built-in model has numbers for them; anything else is refused by name. */

import { type Card, nameIn, numberIn, what, whatText } from '#engines/fluka/deck/card.ts'
import { StandInError } from './stand-in-error.ts'

export interface ScoredAxis {
  readonly from: number
  readonly to: number
  readonly bins: number
}

interface Scorer {
  readonly unit: number
  readonly name: string
}

/** USRBIN along tracks; cm and radians. */
export interface MeshScorer extends Scorer {
  readonly kind: 'mesh'
  /** 10 Cartesian, 11 R-phi-Z. */
  readonly type: 10 | 11
  readonly quantity: 'ENERGY' | 'PROTON'
  readonly axes: readonly [ScoredAxis, ScoredAxis, ScoredAxis]
}

/** Energies in GeV. */
interface SpectrumScorer extends Scorer {
  readonly energy: ScoredAxis
  readonly logarithmic: boolean
}

export interface TrackScorer extends SpectrumScorer {
  readonly kind: 'track'
  readonly region: string
  readonly volumeCm3: number
}

export interface BoundaryScorer extends SpectrumScorer {
  readonly kind: 'boundary'
  readonly from: string
  readonly to: string
  readonly twoWay: boolean
  readonly fluence: boolean
  readonly areaCm2: number
  readonly solidAngle: number
  readonly angleBins: number
}

export type DeckScorer = MeshScorer | TrackScorer | BoundaryScorer

/** Numbers of particles and quantities (FLUKA manual, "Particle and material numbers"). */
export const SCORED_CODES = { PROTON: 1, ENERGY: 208 } as const

const SCORERS: Readonly<Record<string, (card: Card) => DeckScorer>> = {
  USRBIN: meshOf,
  USRTRACK: trackOf,
  USRBDX: boundaryOf,
}

/** @throws StandInError for what the built-in model does not tell, by the name of the detector */
export const scorersOf = (cards: readonly Card[]): readonly DeckScorer[] =>
  cards.flatMap((card) => SCORERS[card.command]?.(card) ?? [])

const number = (card: Card, field: number): number => numberIn(what(card, field)) ?? 0

function unitOf(card: Card): number {
  const unit = number(card, 3)
  if (unit >= 0) throw new StandInError(`DETECTOR ${card.sdum} MUST BE WRITTEN UNFORMATTED`)
  return -unit
}

function quantityOf(card: Card, known: readonly string[]): string {
  const quantity = whatText(what(card, 2))
  if (known.includes(quantity)) return quantity
  throw new StandInError(
    `THE STAND-IN FOLLOWS PROTONS OF THE BEAM ONLY: ${card.command} ${card.sdum} ASKS FOR ${quantity || 'NOTHING'}`,
  )
}

function meshOf(card: Card): MeshScorer {
  const type = number(card, 1)
  if (type !== 10 && type !== 11) {
    throw new StandInError(`THE STAND-IN BINS ALONG TRACKS ONLY, BY 10 OR 11: USRBIN ${card.sdum} HAS ${type}`)
  }
  const quantity = quantityOf(card, ['ENERGY', 'PROTON']) as MeshScorer['quantity']
  const axis = (index: number): ScoredAxis => ({
    from: number(card, 7 + index),
    to: number(card, 4 + index),
    bins: Math.max(1, number(card, 10 + index)),
  })
  const around: ScoredAxis = { ...axis(1), from: -Math.PI, to: Math.PI }
  const axes = [axis(0), type === 11 ? around : axis(1), axis(2)] as const
  return { kind: 'mesh', unit: unitOf(card), name: card.sdum, type, quantity, axes }
}

function trackOf(card: Card): TrackScorer {
  quantityOf(card, ['PROTON'])
  return {
    kind: 'track',
    unit: unitOf(card),
    name: card.sdum,
    region: nameIn(what(card, 4)) ?? '',
    volumeCm3: number(card, 5) || 1,
    energy: { from: number(card, 8), to: number(card, 7), bins: Math.max(1, number(card, 6)) },
    logarithmic: number(card, 1) < 0,
  }
}

/** WHAT(1) = i1 + 10 i2 + 100 i3: energy scale (-1 logarithmic), both ways, fluence. */
function boundaryOf(card: Card): BoundaryScorer {
  quantityOf(card, ['PROTON'])
  const code = number(card, 1)
  const fluence = code > 50
  const rest = code - (fluence ? 100 : 0)
  const twoWay = rest > 5
  const scale = rest - (twoWay ? 10 : 0)
  if (Math.abs(scale) !== 1 || number(card, 11) !== 0) {
    throw new StandInError(`THE STAND-IN KNOWS EQUAL SOLID ANGLES FROM 0 ONLY: USRBDX ${card.sdum}`)
  }
  return {
    kind: 'boundary',
    unit: unitOf(card),
    name: card.sdum,
    from: nameIn(what(card, 4)) ?? '',
    to: nameIn(what(card, 5)) ?? '',
    twoWay,
    fluence,
    areaCm2: number(card, 6) || 1,
    energy: { from: number(card, 8), to: number(card, 7), bins: Math.max(1, number(card, 9)) },
    logarithmic: scale < 0,
    solidAngle: number(card, 10) || (twoWay ? 4 : 2) * Math.PI,
    angleBins: Math.max(1, number(card, 12)),
  }
}
