/** The beam of a deck, in numbers with units and in words. Source: FLUKA manual, BEAM, BEAMPOS, HI-PROPE. */

import { as, type Centimetres, type GeV } from '#quantities/units.ts'
import { type Card, numberIn, what } from './card.ts'
import { PARTICLES, particleWords } from './particles.ts'

/** How something is distributed. `width`: full width of a flat distribution, FWHM of a Gaussian. */
export interface Distribution {
  readonly shape: 'sharp' | 'flat' | 'gaussian'
  readonly width: number
  readonly unit: string
}

export type Spot =
  | { readonly shape: 'point' }
  | { readonly shape: 'profiles'; readonly x: Distribution; readonly y: Distribution }
  | { readonly shape: 'ring'; readonly inner: Centimetres; readonly outer: Centimetres }

export interface BeamSummary {
  readonly particle: string
  /** Nucleus of HEAVYION or ISOTOPE. */
  readonly nucleus: { readonly z: number; readonly a: number; readonly isomer: number } | null
  /** Kinetic energy; of HEAVYION per nuclear mass unit. `null` when it cannot be worked out here. */
  readonly kineticEnergyGeV: GeV | null
  /** Momentum in GeV/c; of HEAVYION per nuclear mass unit. `null` when it cannot be worked out here. */
  readonly momentumGeV: GeV | null
  /** Which of the two the deck states. */
  readonly stated: 'kinetic energy' | 'momentum'
  /** Spread of the momentum, GeV/c. */
  readonly momentumSpread: Distribution
  readonly divergence: Distribution | { readonly shape: 'isotropic' }
  readonly spot: Spot
  /** Start, cm, and direction cosines along x and y; `backwards`: towards negative z. */
  readonly start: readonly [Centimetres, Centimetres, Centimetres]
  readonly direction: { readonly x: number; readonly y: number; readonly backwards: boolean }
  /** A few sentences for a person. */
  readonly words: readonly string[]
}

/** Above this divergence (mrad) FLUKA takes the beam as isotropic. */
const ISOTROPIC = 2000 * Math.PI

export function beamSummary(cards: readonly Card[]): BeamSummary | null {
  const beam = last(cards, 'BEAM')
  if (beam === undefined) return null
  const value = (number: number) => numberIn(what(beam, number)) ?? 0
  const particle = beam.sdum.slice(0, 8).toUpperCase() || 'PROTON'
  const stated = value(1) < 0 ? 'kinetic energy' : 'momentum'
  const { kineticEnergyGeV, momentumGeV } = energies(particle, value(1))
  const spread = distribution(value(2), 'GeV/c')
  const divergence = value(3) > ISOTROPIC ? ({ shape: 'isotropic' } as const) : distribution(value(3), 'mrad')
  const spot = spotOf(value(4), value(5), value(6))
  const position = cards.filter((card) => card.command === 'BEAMPOS' && !/-VOL$|^FLOOD/u.test(card.sdum)).at(-1)
  const at = (number: number) => (position === undefined ? 0 : (numberIn(what(position, number)) ?? 0))
  const start = [at(1), at(2), at(3)].map((cm) => as<Centimetres>(cm)) as [Centimetres, Centimetres, Centimetres]
  const direction = { x: at(4), y: at(5), backwards: position?.sdum.toUpperCase() === 'NEGATIVE' }
  const summary = {
    particle,
    nucleus: nucleusOf(cards, particle),
    kineticEnergyGeV,
    momentumGeV,
    stated,
    momentumSpread: spread,
    divergence,
    spot,
    start,
    direction,
  } as const
  return { ...summary, words: words(summary, cards) }
}

const last = (cards: readonly Card[], command: string): Card | undefined =>
  cards.filter((card) => card.command === command).at(-1)

function energies(particle: string, stated: number): Pick<BeamSummary, 'kineticEnergyGeV' | 'momentumGeV'> {
  const mass = PARTICLES[particle]?.mass ?? null
  const size = Math.abs(stated)
  if (stated < 0) {
    const momentum = mass === null ? null : as<GeV>(Math.sqrt(size * size + 2 * size * mass))
    return { kineticEnergyGeV: as<GeV>(size), momentumGeV: momentum }
  }
  // p²/(E + m) instead of E - m: no digits are lost for slow particles.
  const kinetic = mass === null ? null : as<GeV>((size * size) / (Math.hypot(size, mass) + mass || 1))
  return { kineticEnergyGeV: kinetic, momentumGeV: as<GeV>(size) }
}

function distribution(value: number, unit: string): Distribution {
  return { shape: value === 0 ? 'sharp' : value > 0 ? 'flat' : 'gaussian', width: Math.abs(value), unit }
}

function spotOf(x: number, y: number, ring: number): Spot {
  if (ring < 0) return { shape: 'ring', outer: as<Centimetres>(Math.abs(x)), inner: as<Centimetres>(Math.abs(y)) }
  if (x === 0 && y === 0) return { shape: 'point' }
  return { shape: 'profiles', x: distribution(x, 'cm'), y: distribution(y, 'cm') }
}

function nucleusOf(cards: readonly Card[], particle: string): BeamSummary['nucleus'] {
  if (particle !== 'HEAVYION' && particle !== 'ISOTOPE') return null
  const card = last(cards, 'HI-PROPE')
  // Without HI-PROPE a heavy ion is carbon-12.
  if (card === undefined) return { z: 6, a: 12, isomer: 0 }
  const value = (number: number) => numberIn(what(card, number)) ?? 0
  return { z: value(1), a: value(2), isomer: value(3) }
}

/** Energy with a readable prefix. */
export function energyWords(gev: number): string {
  const size = Math.abs(gev)
  if (size === 0) return '0 GeV'
  if (size >= 1) return `${round(gev)} GeV`
  if (size >= 1e-3) return `${round(gev * 1e3)} MeV`
  if (size >= 1e-6) return `${round(gev * 1e6)} keV`
  return `${round(gev * 1e9)} eV`
}

/** Six digits: what a deck can hold, without the noise of floating point. */
export const round = (value: number): string => String(Number(value.toPrecision(6)))

function words(beam: Omit<BeamSummary, 'words'>, cards: readonly Card[]): string[] {
  const nucleus = beam.nucleus === null ? '' : ` of Z = ${beam.nucleus.z}, A = ${beam.nucleus.a}`
  const per = beam.particle === 'HEAVYION' ? ' per nuclear mass unit' : ''
  const energy = beam.kineticEnergyGeV === null ? '' : `${energyWords(beam.kineticEnergyGeV)} kinetic energy${per}`
  const momentum = beam.momentumGeV === null ? '' : `${energyWords(beam.momentumGeV)}/c momentum${per}`
  const both = [energy, momentum].filter((part) => part !== '')
  const ordered = beam.stated === 'momentum' ? both.toReversed() : both
  const numbers =
    beam.particle === 'ISOTOPE' ? '' : `, ${ordered[0]}${ordered[1] === undefined ? '' : ` (${ordered[1]})`}`
  const [x, y, z] = beam.start
  const to = beam.direction
  const along = to.x === 0 && to.y === 0 ? (to.backwards ? 'towards negative z' : 'towards positive z') : null
  const cosines = `with direction cosines x ${round(to.x)}, y ${round(to.y)}${to.backwards ? ', towards negative z' : ''}`
  const sentences = [
    `${capital(particleWords(beam.particle))}${nucleus}${numbers}.`,
    spotWords(beam.spot),
    `It starts at (${round(x)}, ${round(y)}, ${round(z)}) cm ${along ?? cosines}.`,
  ]
  if (beam.momentumSpread.shape !== 'sharp') sentences.push(`Spread of momentum: ${wide(beam.momentumSpread)}.`)
  if (beam.divergence.shape === 'isotropic') sentences.push('It goes in all directions.')
  else if (beam.divergence.shape !== 'sharp') sentences.push(`Divergence: ${wide(beam.divergence)}.`)
  const volume = cards.find((card) => card.command === 'BEAMPOS' && /-VOL$|^FLOOD/u.test(card.sdum))
  if (volume !== undefined) sentences.push(`The source is extended (${volume.sdum}).`)
  if (cards.some((card) => card.command === 'SOURCE')) {
    sentences.push('A SOURCE routine of the user makes the primaries; what it does is not in the deck.')
  }
  return sentences
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function wide(of: Distribution): string {
  if (of.shape === 'sharp') return 'none'
  if (of.shape === 'flat') return `flat, ${round(of.width)} ${of.unit} wide`
  return `Gaussian, ${round(of.width)} ${of.unit} FWHM (sigma ${round(of.width / GAUSSIAN_FWHM)} ${of.unit})`
}

/** FWHM of a Gaussian in units of its sigma: 2 sqrt(2 ln 2). */
export const GAUSSIAN_FWHM = 2 * Math.sqrt(2 * Math.LN2)

function spotWords(spot: Spot): string {
  switch (spot.shape) {
    case 'point':
      return 'The spot is a point.'
    case 'ring':
      return spot.inner === 0
        ? `The spot is a flat disc of ${round(spot.outer)} cm radius.`
        : `The spot is a flat ring from ${round(spot.inner)} to ${round(spot.outer)} cm radius.`
    case 'profiles':
      return `The spot is in x ${wide(spot.x)}; in y ${wide(spot.y)}.`
  }
}
