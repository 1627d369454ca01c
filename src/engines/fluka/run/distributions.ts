/**
 * From USRBIN, USRTRACK and USRBDX to meshes and spectra of a task.
 *
 * FLUKA writes densities per primary: GeV/cm3 and cm/cm3 on a mesh, particles/cm2/GeV in a region, particles/cm2/GeV/sr
 * through a face, current as well as fluence divided by the area (fluka.md 5.4 to 5.6, verified on samples). What is
 * added up is the content of a bin, so each is multiplied by the measure of its bin and by the primaries. A run is one
 * batch. Low-energy neutrons come in groups of FLUKA's own: such a spectrum has the edges of the groups, whatever bins
 * were asked for below them.
 */

import { distributionLayouts } from '#engines/engine/distribution-layouts.ts'
import { EngineOutputError } from '#engines/engine/engine.ts'
import { type Axis, type DistributionLayout, type DistributionTally, oneBatchTally } from '#results/distribution.ts'
import { measuresOf } from '#results/distribution-view.ts'
import type { Setup } from '#simulation/document.ts'
import type {
  DeckManifest,
  ExpectedBoundary,
  ExpectedDetector,
  ExpectedMesh,
  ExpectedTrack,
} from '../compose/manifest.ts'
import type { EstimatorFile } from '../output/fluka-file.ts'
import { binEnd, type EnergyBins, type NeutronGroups } from '../output/spectrum.ts'
import { energiesOfUsrbdx, type UsrbdxDetector } from '../output/usrbdx.ts'
import type { UsrbinBinning } from '../output/usrbin.ts'
import { energiesOfUsrtrack, type UsrtrackDetector } from '../output/usrtrack.ts'
import type { ReadRun } from './read-run.ts'
import { unitFile } from './run-files.ts'

const MEV_PER_GEV = 1000
/** Headers hold float32: seven digits. */
const TOLERANCE = 2e-6
/** Numbers of particles and quantities (FLUKA manual, "Particle and material numbers"). */
const CODES: Readonly<Record<string, number>> = { PROTON: 1, NEUTRON: 8, 'ALL-PART': 201, ENERGY: 208 }

interface Found {
  readonly expected: ExpectedDetector
  readonly file: EstimatorFile
  readonly index: number
  /** For sentences: the file and the detector. */
  readonly place: string
}

/**
 * Meshes and spectra that the setup asks for, in its order.
 * @throws EngineOutputError `FLUKA_OUTPUT_DIFFERS` when a file does not hold what the deck asks for
 */
export function distributionsOfRun(setup: Setup, manifest: DeckManifest, run: ReadRun): readonly DistributionTally[] {
  const layouts = distributionLayouts(setup)
  if (layouts.length === 0) return []
  const found = detectorsByName(manifest, run)
  return layouts.flatMap((layout) => {
    const one = found.get(layout.name)
    // A deck made from somebody's own template scores what its text says, which may be less.
    return one ? [tallyOf(layout, one, run.primaries)] : []
  })
}

function tallyOf(layout: DistributionLayout, one: Found, primaries: number): DistributionTally {
  const { expected, file, index } = one
  const differs = differenceAt(one)
  if (expected.kind === 'mesh' && file.estimator === 'USRBIN') {
    return meshOf(layout, expected, file.detectors[index]!, primaries, differs)
  }
  if (expected.kind === 'track' && file.estimator === 'USRTRACK') {
    return trackOf(layout, expected, file.detectors[index]!, primaries, differs)
  }
  if (expected.kind === 'boundary' && file.estimator === 'USRBDX') {
    return boundaryOf(layout, expected, file.detectors[index]!, primaries, differs)
  }
  return differs('it', `a ${expected.kind}`, file.estimator)
}

type Differs = (what: string, wanted: unknown, found: unknown) => never

const differenceAt =
  ({ place }: Found): Differs =>
  (what, wanted, found) => {
    throw new EngineOutputError(
      'FLUKA_OUTPUT_DIFFERS',
      `${place}: ${what} must be ${wanted}, and is ${found}. The file is not of this deck.`,
    )
  }

function detectorsByName(manifest: DeckManifest, { files }: ReadRun): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>()
  for (const { unit, detectors } of manifest.units) {
    const file = files.get(unit)
    if (!file) continue
    for (const [index, expected] of detectors.entries()) {
      if (expected.kind === 'yields') continue
      const name = expected.kind === 'mesh' ? expected.mesh : expected.spectrum
      found.set(name, { expected, file, index, place: `${unitFile(unit)}, detector ${index + 1} (${expected.name})` })
    }
  }
  return found
}

const near = (a: number, b: number, scale = Math.max(Math.abs(a), Math.abs(b))): boolean =>
  Math.abs(a - b) <= TOLERANCE * scale

function checkCode(code: number, particle: string, differs: Differs): void {
  if (code !== CODES[particle]) differs('its particle or quantity', `${particle} (${CODES[particle]})`, code)
}

function meshOf(
  layout: DistributionLayout,
  expected: ExpectedMesh,
  { header, values }: UsrbinBinning,
  primaries: number,
  differs: Differs,
): DistributionTally {
  if (header.TITUSB !== expected.name) differs('its name', expected.name, header.TITUSB)
  if (header.ITUSBN !== expected.type) differs('its type', expected.type, header.ITUSBN)
  checkCode(header.IDUSBN, expected.quantity, differs)
  for (const [index, axis] of [header.x, header.y, header.z].entries()) {
    const { from, to, bins } = expected.axes[index]!
    const what = `axis ${index + 1}`
    if (axis.bins !== bins) differs(`the bins of ${what}`, bins, axis.bins)
    if (!near(axis.low, from, Math.abs(to - from)) || !near(axis.high, to, Math.abs(to - from))) {
      differs(what, `${from} to ${to}`, `${axis.low} to ${axis.high}`)
    }
  }
  const factor = layout.quantity === 'energy-deposition' ? MEV_PER_GEV : 1
  return scaled(layout, values, primaries, factor)
}

/** Contents from densities that stand in the order of the layout. */
function scaled(
  layout: DistributionLayout,
  densities: ArrayLike<number>,
  primaries: number,
  factor: number,
): DistributionTally {
  const contents = measuresOf(layout)
  for (let bin = 0; bin < contents.length; bin++) contents[bin]! *= densities[bin]! * factor * primaries
  return oneBatchTally(layout, primaries, contents)
}

function trackOf(
  layout: DistributionLayout,
  expected: ExpectedTrack,
  { header, groups, values }: UsrtrackDetector,
  primaries: number,
  differs: Differs,
): DistributionTally {
  if (header.TITUTC !== expected.name) differs('its name', expected.name, header.TITUTC)
  checkCode(header.IDUSTC, expected.particle, differs)
  if (!near(header.VUSRTC, expected.volumeCm3)) differs('its volume, cm3,', expected.volumeCm3, header.VUSRTC)
  const energies = energiesOfUsrtrack(header)
  const { axis, order } = energyAxis(layout, expected, energies, groups, differs)
  const ordered = order.map((at) => values[at]!)
  return scaled({ ...layout, axes: [axis] }, ordered, primaries, 1 / MEV_PER_GEV)
}

function boundaryOf(
  layout: DistributionLayout,
  expected: ExpectedBoundary,
  { header, groups, values }: UsrbdxDetector,
  primaries: number,
  differs: Differs,
): DistributionTally {
  if (header.TITUSX !== expected.name) differs('its name', expected.name, header.TITUSX)
  checkCode(header.IDUSBX, expected.particle, differs)
  if (header.LWUSBX !== expected.twoWay) differs('it', expected.twoWay ? 'two-way' : 'one-way', 'the other')
  if (header.LFUSBX !== expected.fluence) differs('it', expected.fluence ? 'of fluence' : 'of current', 'the other')
  if (!near(header.AUSBDX, expected.areaCm2)) differs('its area, cm2,', expected.areaCm2, header.AUSBDX)
  if (header.NABXBN !== expected.angleBins) differs('its bins of angle', expected.angleBins, header.NABXBN)
  if (Math.abs(header.ITUSBX) !== 1) differs('its type', '1 or -1: bins of equal solid angle', header.ITUSBX)
  const whole = (expected.twoWay ? 4 : 2) * Math.PI
  if (header.ABXLOW !== 0 || !near(header.ABXHGH, whole)) {
    differs('its solid angle, sr,', `0 to ${whole}`, `${header.ABXLOW} to ${header.ABXHGH}`)
  }
  const { axis, order } = energyAxis(layout, expected, energiesOfUsrbdx(header), groups, differs)
  const axes = layout.axes.map((one) => (one.name === 'energy' ? axis : one))
  const perAngle = values.length / header.NABXBN
  const ordered = Array.from({ length: header.NABXBN }, (_, angle) =>
    order.map((at) => values[angle * perAngle + at]!),
  ).flat()
  // Values are per area, current as well; a current is of the whole face. Without angles the only one is the whole circle.
  const area = expected.fluence ? 1 : expected.areaCm2
  const angle = layout.axes.length > 1 ? 1 : whole
  return scaled({ ...layout, axes }, ordered, primaries, (area * angle) / MEV_PER_GEV)
}

/** The energy axis of what was written, and for each of its bins the place of the value. */
function energyAxis(
  layout: DistributionLayout,
  { energy, logarithmic }: ExpectedTrack | ExpectedBoundary,
  bins: EnergyBins,
  groups: NeutronGroups | null,
  differs: Differs,
): { readonly axis: Axis; readonly order: readonly number[] } {
  const asked = layout.axes[0]!
  if (bins.logarithmic !== logarithmic) differs('its energies', logarithmic ? 'logarithmic' : 'linear', 'the other')
  if (!near(bins.high, energy.to)) differs('its highest energy, GeV,', energy.to, bins.high)
  const ends = groups?.ends ?? new Float32Array(0)
  const grouped = Math.max(0, ends.length - 1)
  const own = Array.from({ length: bins.bins }, (_, i) => i)
  if (grouped === 0) {
    if (bins.bins !== energy.bins) differs('its energy bins', energy.bins, bins.bins)
    if (!near(bins.low, energy.from)) differs('its lowest energy, GeV,', energy.from, bins.low)
    return { axis: asked, order: own }
  }
  // Groups are written behind the bins, from above; the lowest end of the bins is the upper end of the groups.
  const below = Array.from(ends, (end) => end * MEV_PER_GEV).reverse()
  const above = own.map((i) => binEnd(bins, i + 1) * MEV_PER_GEV)
  return {
    axis: { ...asked, edges: [...below, ...above] },
    order: [...Array.from({ length: grouped }, (_, i) => bins.bins + grouped - 1 - i), ...own],
  }
}
