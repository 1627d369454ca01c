/**
 * Scores of the protons of the beam on meshes, in layers and through their back faces: straight tracks of the built-in
 * model with its slowing-down, straggling and reactions. Values are whole: energies in GeV, lengths in cm, particles.
 */

import type { BeamTrack, BeamTracks, TrackStep } from '#engines/builtin/beam-tracks.ts'
import type { BoundaryScorer, DeckScorer, MeshScorer, ScoredAxis, TrackScorer } from './deck-scorers.ts'
import type { DiscPlace } from './deck-setup.ts'

const GEV_PER_MEV = 1e-3
const CM_PER_MM = 0.1

/** Where tracks are, and where they end in the vacuum. */
export interface TrackSpace {
  /** By the index of the layer in the stack. */
  readonly discs: readonly DiscPlace[]
  /** Along the axis, cm. */
  readonly startCm: number
  /** Sphere of vacuum; tracks end at it. */
  readonly centreCm: number
  readonly radiusCm: number
}

/** A piece of a track along z. */
interface Piece {
  readonly fromCm: number
  readonly toCm: number
  readonly depositGev: number
  /** Energies at its ends, of this proton. */
  readonly energyInGev: number
  readonly energyOutGev: number
  /** Index of the layer; -1 in vacuum. */
  readonly layer: number
}

export class BeamScores {
  readonly #scorers: readonly DeckScorer[]
  readonly #space: TrackSpace
  readonly #tracks: BeamTracks
  /** By scorer: its bins, energy (or the first axis) fastest. */
  readonly values: ReadonlyMap<DeckScorer, Float64Array>

  constructor(scorers: readonly DeckScorer[], space: TrackSpace, tracks: BeamTracks) {
    this.#scorers = scorers
    this.#space = space
    this.#tracks = tracks
    this.values = new Map(scorers.map((scorer) => [scorer, new Float64Array(binsOf(scorer))]))
  }

  /** One more proton. */
  add(random: () => number): void {
    const track = this.#tracks.next(random)
    const pieces = this.#piecesOf(track)
    for (const scorer of this.#scorers) {
      const values = this.values.get(scorer)!
      if (scorer.kind === 'mesh') scoreMesh(scorer, values, track, pieces)
      else if (scorer.kind === 'track') this.#scoreTrack(scorer, values, pieces)
      else this.#scoreBoundary(scorer, values, pieces)
    }
  }

  #piecesOf(track: BeamTrack): readonly Piece[] {
    const { discs, startCm, centreCm, radiusCm } = this.#space
    const across = Math.hypot(track.xMm, track.yMm) * CM_PER_MM
    const half = Math.sqrt(Math.max(0, radiusCm ** 2 - across ** 2))
    const endCm = centreCm + half
    const pieces: Piece[] = []
    let at = Math.max(startCm, centreCm - half)
    let energy = track.energyMeV * GEV_PER_MEV
    const fly = (toCm: number): void => {
      if (toCm > at) {
        pieces.push({ fromCm: at, toCm, depositGev: 0, energyInGev: energy, energyOutGev: energy, layer: -1 })
      }
      at = Math.max(at, toCm)
    }
    // Nobody gains energy: the normal distribution is cut off at the energy of the start.
    const energyAt = (meanMeV: number, { sigmaMeV }: TrackStep): number =>
      meanMeV > 0 ? Math.min(track.energyMeV, Math.max(0, meanMeV + track.straggling * sigmaMeV)) * GEV_PER_MEV : 0
    for (const [index, step] of track.steps.entries()) {
      const { frontCm, thicknessCm } = discs[step.layer]!
      fly(frontCm + step.from * thicknessCm)
      const isLast = index === track.steps.length - 1 && track.reactsAt !== null
      const share = isLast ? track.reactsAt! : 1
      const toCm = frontCm + (step.from + share * (step.to - step.from)) * thicknessCm
      const out = step.energyInMeV + share * (step.energyOutMeV - step.energyInMeV)
      energy = energyAt(out, step)
      pieces.push({
        fromCm: at,
        toCm,
        depositGev: (step.energyInMeV - out) * GEV_PER_MEV,
        energyInGev: energyAt(step.energyInMeV, step),
        energyOutGev: energy,
        layer: step.layer,
      })
      at = toCm
    }
    if (track.reactsAt !== null) {
      const depositGev = track.reactionHeatMeV * GEV_PER_MEV
      const layer = track.steps.at(-1)!.layer
      if (depositGev > 0) pieces.push({ fromCm: at, toCm: at, depositGev, energyInGev: 0, energyOutGev: 0, layer })
    } else if ((track.steps.at(-1)?.energyOutMeV ?? 1) > 0) fly(endCm)
    return pieces
  }

  #scoreTrack(scorer: TrackScorer, values: Float64Array, pieces: readonly Piece[]): void {
    for (const { layer, fromCm, toCm, energyInGev, energyOutGev } of pieces) {
      if (layer < 0 || this.#space.discs[layer]!.region !== scorer.region || toCm <= fromCm) continue
      spread(scorer, values, energyOutGev, energyInGev, toCm - fromCm)
    }
  }

  /** Tracks are straight along the beam: they pass a face the one way only, with the cosine 1, in the first solid angle. */
  #scoreBoundary(scorer: BoundaryScorer, values: Float64Array, pieces: readonly Piece[]): void {
    const layer = this.#space.discs.findIndex(({ region }) => region === scorer.from)
    // The other way round nothing passes, unless both ways count.
    const isForward = layer >= 0 && !this.#space.discs.some(({ region }, at) => region === scorer.to && at < layer)
    if (!isForward) return
    const { frontCm, thicknessCm } = this.#space.discs[layer]!
    const last = pieces.findLastIndex((piece) => piece.layer === layer)
    const { toCm, energyOutGev } = pieces[last] ?? { toCm: Number.NEGATIVE_INFINITY, energyOutGev: 0 }
    if (energyOutGev <= 0 || toCm < frontCm + thicknessCm * (1 - 1e-9)) return
    const bin = energyBin(scorer, energyOutGev)
    if (bin >= 0) values[bin]! += 1
  }
}

export function binsOf(scorer: DeckScorer): number {
  if (scorer.kind === 'mesh') return scorer.axes.reduce((product, { bins }) => product * bins, 1)
  return scorer.energy.bins * (scorer.kind === 'boundary' ? scorer.angleBins : 1)
}

function scoreMesh(scorer: MeshScorer, values: Float64Array, track: BeamTrack, pieces: readonly Piece[]): void {
  const [first, second, third] = scorer.axes
  const [x, y] = [track.xMm * CM_PER_MM, track.yMm * CM_PER_MM]
  const [u, v] = scorer.type === 11 ? [Math.hypot(x, y), Math.atan2(y, x)] : [x, y]
  const [i, j] = [binAt(first, u), binAt(second, v)]
  if (i < 0 || j < 0) return
  const base = i + first.bins * j
  const layer = first.bins * second.bins
  for (const { fromCm, toCm, depositGev } of pieces) {
    const amount = scorer.quantity === 'ENERGY' ? depositGev : toCm - fromCm
    if (amount <= 0) continue
    if (toCm <= fromCm) {
      const k = binAt(third, fromCm)
      if (k >= 0) values[base + layer * k]! += amount
      continue
    }
    const width = (third.to - third.from) / third.bins
    const lowest = Math.max(0, Math.floor((fromCm - third.from) / width))
    for (let k = lowest; k < third.bins && third.from + k * width < toCm; k++) {
      const low = Math.max(fromCm, third.from + k * width)
      const high = Math.min(toCm, third.from + (k + 1) * width)
      if (high > low) values[base + layer * k]! += (amount * (high - low)) / (toCm - fromCm)
    }
  }
}

const binAt = ({ from, to, bins }: ScoredAxis, at: number): number => {
  const bin = Math.floor(((at - from) / (to - from)) * bins)
  return at >= from && at <= to ? Math.min(bin, bins - 1) : -1
}

function energyBin({ energy: { from, to, bins }, logarithmic }: TrackScorer | BoundaryScorer, energy: number): number {
  if (!(energy >= from && energy <= to)) return -1
  const place = logarithmic ? Math.log(energy / from) / Math.log(to / from) : (energy - from) / (to - from)
  return Math.min(Math.floor(place * bins), bins - 1)
}

/** A length over the energies that it was flown with, evenly. */
function spread(scorer: TrackScorer, values: Float64Array, low: number, high: number, length: number): void {
  if (high <= low) {
    const bin = energyBin(scorer, high)
    if (bin >= 0) values[bin]! += length
    return
  }
  for (let bin = 0; bin < scorer.energy.bins; bin++) {
    const from = Math.max(low, energyEdge(scorer, bin))
    const to = Math.min(high, energyEdge(scorer, bin + 1))
    if (to > from) values[bin]! += (length * (to - from)) / (high - low)
  }
}

/** Lower end of an energy bin, GeV. */
export function energyEdge(
  { energy: { from, to, bins }, logarithmic }: Pick<TrackScorer, 'energy' | 'logarithmic'>,
  bin: number,
): number {
  return logarithmic ? from * (to / from) ** (bin / bins) : from + ((to - from) * bin) / bins
}
