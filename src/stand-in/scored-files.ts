/** Files of meshes and spectra, to the byte as FLUKA writes them: densities per primary (fluka.md 5.4 to 5.6). */

import type { FirstRecord } from '#engines/fluka/output/first-record.ts'
import type { UsrbdxDetector } from '#engines/fluka/output/usrbdx.ts'
import type { UsrbinAxis, UsrbinBinning } from '#engines/fluka/output/usrbin.ts'
import type { UsrtrackDetector } from '#engines/fluka/output/usrtrack.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import { energyEdge } from './beam-scores.ts'
import {
  type BoundaryScorer,
  type DeckScorer,
  type MeshScorer,
  SCORED_CODES,
  type ScoredAxis,
  type TrackScorer,
} from './deck-scorers.ts'
import type { DeckTask } from './deck-setup.ts'

/** No cut in time. */
const EVER = 1e30

type Contents = ReadonlyMap<DeckScorer, Float64Array>

/** Bytes by unit. @param primaries that the contents are of */
export function scoredFiles(
  { scorers, regionNumbers }: DeckTask,
  contents: Contents,
  primaries: number,
  first: FirstRecord,
): readonly [number, Uint8Array][] {
  const units = [...new Set(scorers.map(({ unit }) => unit))]
  return units.map((unit) => {
    const here = scorers.filter((one) => one.unit === unit)
    const common = { file: `fort.${unit}`, first, merged: false }
    const of = <T extends DeckScorer, D>(kind: T['kind'], make: (one: T, number: number, values: Float64Array) => D) =>
      here.filter((one): one is T => one.kind === kind).map((one, at) => make(one, at + 1, contents.get(one)!))
    const meshes = of<MeshScorer, UsrbinBinning>('mesh', (one, at, values) => binning(one, at, values, primaries))
    const tracks = of<TrackScorer, UsrtrackDetector>('track', (one, at, values) =>
      track(one, at, values, primaries, regionNumbers),
    )
    const boundaries = of<BoundaryScorer, UsrbdxDetector>('boundary', (one, at, values) =>
      boundary(one, at, values, primaries, regionNumbers),
    )
    const bytes =
      meshes.length > 0
        ? writeFlukaFile({ estimator: 'USRBIN', ...common, detectors: meshes })
        : tracks.length > 0
          ? writeFlukaFile({ estimator: 'USRTRACK', ...common, detectors: tracks })
          : writeFlukaFile({ estimator: 'USRBDX', ...common, detectors: boundaries })
    return [unit, bytes]
  })
}

const widthOf = ({ from, to, bins }: ScoredAxis): number => (to - from) / bins

const axisOf = (axis: ScoredAxis): UsrbinAxis => ({
  low: axis.from,
  high: axis.to,
  bins: axis.bins,
  width: widthOf(axis),
})

function binning(
  { name, type, quantity, axes }: MeshScorer,
  number: number,
  contents: Float64Array,
  primaries: number,
): UsrbinBinning {
  const [first, second, third] = axes
  const across = widthOf(second) * widthOf(third)
  const values = Float32Array.from(contents, (content, bin) => {
    const low = first.from + (bin % first.bins) * widthOf(first)
    // Of a ring r dr dphi dz, of a box dx dy dz.
    const radial = type === 11 ? (low + widthOf(first) / 2) * widthOf(first) : widthOf(first)
    return content / (radial * across * primaries)
  })
  const header = {
    NB: number,
    TITUSB: name,
    ITUSBN: type,
    IDUSBN: SCORED_CODES[quantity],
    x: axisOf(first),
    y: axisOf(second),
    z: axisOf(third),
    LNTZER: false,
    BKUSBN: 0,
    B2USBN: 0,
    TCUSBN: EVER,
  }
  return { header, values, errors: null }
}

type Spectrum = TrackScorer | BoundaryScorer

/** Width of an energy bin, GeV; in a logarithmic spectrum the ratio of its ends. */
const stepOf = ({ energy: { from, to, bins }, logarithmic }: Spectrum): number =>
  logarithmic ? (to / from) ** (1 / bins) : (to - from) / bins

const perGev = (one: Spectrum, contents: Float64Array, factor: number): Float32Array =>
  Float32Array.from(contents, (content, index) => {
    const bin = index % one.energy.bins
    return (content * factor) / (energyEdge(one, bin + 1) - energyEdge(one, bin))
  })

function track(
  one: TrackScorer,
  number: number,
  contents: Float64Array,
  primaries: number,
  regions: ReadonlyMap<string, number>,
): UsrtrackDetector {
  const header = {
    NT: number,
    TITUTC: one.name,
    ITUSTC: one.logarithmic ? -1 : 1,
    IDUSTC: SCORED_CODES.PROTON,
    NRUSTC: regions.get(one.region) ?? 0,
    VUSRTC: one.volumeCm3,
    LLNUTC: false,
    ETCLOW: one.energy.from,
    ETCHGH: one.energy.to,
    NETCBN: one.energy.bins,
    DETCBN: stepOf(one),
  }
  return { header, groups: null, values: perGev(one, contents, 1 / (one.volumeCm3 * primaries)), statistics: null }
}

function boundary(
  one: BoundaryScorer,
  number: number,
  contents: Float64Array,
  primaries: number,
  regions: ReadonlyMap<string, number>,
): UsrbdxDetector {
  const perAngle = one.solidAngle / one.angleBins
  const header = {
    NX: number,
    TITUSX: one.name,
    ITUSBX: one.logarithmic ? -1 : 1,
    IDUSBX: SCORED_CODES.PROTON,
    NR1USX: regions.get(one.from) ?? 0,
    NR2USX: regions.get(one.to) ?? 0,
    AUSBDX: one.areaCm2,
    LWUSBX: one.twoWay,
    LFUSBX: one.fluence,
    LLNUSX: false,
    EBXLOW: one.energy.from,
    EBXHGH: one.energy.to,
    NEBXBN: one.energy.bins,
    DEBXBN: stepOf(one),
    ABXLOW: 0,
    ABXHGH: one.solidAngle,
    NABXBN: one.angleBins,
    DABXBN: perAngle,
  }
  const values = perGev(one, contents, 1 / (one.areaCm2 * perAngle * primaries))
  return { header, groups: null, values, statistics: null }
}
