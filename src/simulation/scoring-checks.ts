/** Relations of meshes and spectra: names, layers, ranges, sizes; and what is allowed and probably not meant. */

import type { SimulationDocument } from './document.ts'
import { stackLength } from './geometry.ts'
import { nearestWord } from './nearest-word.ts'
import { inWords, oneOf, type Problem, quoted, type Warning } from './problem.ts'
import { meshBins, meshBounds, spectrumBins } from './scored-axes.ts'
import {
  MAX_MESH_BINS,
  MAX_SCORED_BINS,
  type Mesh,
  meansInMesh,
  meansInSpectrum,
  type Scoring,
  scoringOf,
  WORLD_MARGIN_MM,
} from './scoring.ts'

const MESHES = 'setup.scoring.meshes'
const SPECTRA = 'setup.scoring.spectra'

/** Bounds that belong to a geometry, by the field that a user fills in. */
const AXES_OF = { xyz: ['x', 'y', 'z'], rz: ['r', 'z'], rphiz: ['r', 'z'] } as const

export function scoringProblems(document: SimulationDocument): readonly Problem[] {
  const scoring = scoringOf(document.setup)
  return [
    ...nameProblems(scoring),
    ...scoring.meshes.flatMap((mesh, index) => meshProblems(document, mesh, `${MESHES}.${index}`)),
    ...spectrumProblems(document, scoring),
    ...sizeProblems(scoring),
  ]
}

/** Results are asked for by name, whichever kind they are. */
function nameProblems({ meshes, spectra }: Scoring): readonly Problem[] {
  const problems: Problem[] = []
  const first = new Map<string, string>()
  const all = [
    ...meshes.map(({ name }, i) => ({ name, path: `${MESHES}.${i}.name`, what: `mesh ${i + 1}` })),
    ...spectra.map(({ name }, i) => ({ name, path: `${SPECTRA}.${i}.name`, what: `spectrum ${i + 1}` })),
  ]
  for (const { name, path, what } of all) {
    const before = first.get(name)
    if (before === undefined) first.set(name, what)
    else {
      const message = `The ${what} has the name "${name}" of ${before}; results are asked for by name, so give each its own.`
      problems.push({ code: 'SCORE_NAME_REPEATED', path, message, received: quoted(name) })
    }
  }
  return problems
}

function meshProblems({ setup }: SimulationDocument, mesh: Mesh, path: string): readonly Problem[] {
  const problems: Problem[] = []
  const bounds = meshBounds(mesh, setup.target.layers)
  const world = worldOf(setup.target.layers)
  for (const axis of AXES_OF[mesh.geometry]) {
    const [from, to] = bounds[axis]
    const [low, high] = world[axis]
    if (!(to > from)) {
      const message =
        axis === 'r'
          ? `Mesh ${mesh.name} has the outer radius ${inWords(to)} mm; it must be above 0.`
          : `Mesh ${mesh.name} goes in ${axis} from ${inWords(from)} to ${inWords(to)} mm; the end must lie beyond the beginning.`
      problems.push({
        code: 'MESH_RANGE_EMPTY',
        path: `${path}.${axis}ToMm`,
        message,
        unit: 'mm',
        allowed: `above ${inWords(from)} mm`,
        received: inWords(to),
      })
      continue
    }
    for (const [value, end] of [
      [from, 'From'],
      [to, 'To'],
    ] as const) {
      if (value >= low && value <= high) continue
      problems.push({
        code: 'MESH_OUTSIDE_WORLD',
        path: `${path}.${axis}${end}Mm`,
        message: `Mesh ${mesh.name} reaches ${axis} = ${inWords(value)} mm; nothing is simulated further than ${WORLD_MARGIN_MM} mm from the stack, here ${inWords(low)} to ${inWords(high)} mm.`,
        unit: 'mm',
        allowed: `${inWords(low)} to ${inWords(high)} mm`,
        received: inWords(value),
      })
    }
  }
  const bins = meshBins(mesh)
  if (bins > MAX_MESH_BINS) {
    const message = `Mesh ${mesh.name} has ${inWords(bins)} bins; at most ${inWords(MAX_MESH_BINS)} are allowed. Take fewer bins along an axis, or a smaller box.`
    problems.push({
      code: 'MESH_TOO_LARGE',
      path,
      message,
      allowed: `at most ${inWords(MAX_MESH_BINS)} bins`,
      received: String(bins),
    })
  }
  return problems
}

function worldOf(layers: SimulationDocument['setup']['target']['layers']) {
  const radius = Math.max(...layers.map(({ diameterMm }) => diameterMm)) / 2 + WORLD_MARGIN_MM
  return {
    x: [-radius, radius],
    y: [-radius, radius],
    r: [0, radius],
    z: [-WORLD_MARGIN_MM, stackLength(layers) + WORLD_MARGIN_MM],
  } as const
}

function spectrumProblems({ setup }: SimulationDocument, { spectra }: Scoring): readonly Problem[] {
  const problems: Problem[] = []
  const names = setup.target.layers.map(({ name }) => name)
  for (const [index, spectrum] of spectra.entries()) {
    const path = `${SPECTRA}.${index}`
    if (!names.includes(spectrum.layer)) {
      const near = nearestWord(spectrum.layer, names)
      const message = `Spectrum ${spectrum.name} is of the layer "${spectrum.layer}", which does not exist. ${near ? `Did you mean ${near}?` : `There are ${oneOf(names)}.`}`
      problems.push({
        code: 'SPECTRUM_LAYER_UNKNOWN',
        path: `${path}.layer`,
        message,
        allowed: oneOf(names),
        received: quoted(spectrum.layer),
      })
    }
    const { energyFromMeV: from, energyScale } = spectrum
    const to = spectrum.energyToMeV ?? setup.beam.energyMeV
    if (!(to > from)) {
      const end = spectrum.energyToMeV === null ? `the energy of the beam, ${inWords(to)}` : inWords(to)
      const message = `Spectrum ${spectrum.name} goes from ${inWords(from)} to ${end} MeV; the end must lie above the beginning.`
      problems.push({
        code: 'SPECTRUM_RANGE_EMPTY',
        path: `${path}.${spectrum.energyToMeV === null ? 'energyFromMeV' : 'energyToMeV'}`,
        message,
        unit: 'MeV',
        received: inWords(spectrum.energyToMeV === null ? from : to),
      })
    }
    if (energyScale === 'log' && from === 0) {
      const message = `Spectrum ${spectrum.name} begins at 0 MeV; bins of equal ratio need a beginning above 0, for example 1e-3 MeV. Or take linear bins.`
      problems.push({
        code: 'SPECTRUM_LOG_FROM_ZERO',
        path: `${path}.energyFromMeV`,
        message,
        unit: 'MeV',
        allowed: 'above 0 MeV',
        received: '0',
      })
    }
  }
  return problems
}

function sizeProblems({ meshes, spectra }: Scoring): readonly Problem[] {
  const bins = [...meshes.map(meshBins), ...spectra.map(spectrumBins)].reduce((sum, count) => sum + count, 0)
  // One that is too large is named by itself.
  if (bins <= MAX_SCORED_BINS || meshes.some((mesh) => meshBins(mesh) > MAX_MESH_BINS)) return []
  const message = `Meshes and spectra have ${inWords(bins)} bins together; at most ${inWords(MAX_SCORED_BINS)} are allowed, because every task stores all of them. Ask for fewer.`
  return [
    {
      code: 'SCORED_BINS_TOO_MANY',
      path: meshes.length > 0 ? MESHES : SPECTRA,
      message,
      allowed: `at most ${inWords(MAX_SCORED_BINS)} bins`,
      received: String(bins),
    },
  ]
}

/** Fields that say nothing for the chosen geometry or estimator, and boxes that miss the stack. */
export function scoringWarnings({ setup }: SimulationDocument): readonly Warning[] {
  const { meshes, spectra } = scoringOf(setup)
  const warnings: Warning[] = []
  for (const [index, mesh] of meshes.entries()) {
    for (const field of ['xFromMm', 'xToMm', 'yFromMm', 'yToMm', 'rToMm'] as const) {
      if (mesh[field] === null || meansInMesh(field, mesh.geometry)) continue
      const message = `Mesh ${mesh.name}: ${field} is given and means nothing for a mesh of ${mesh.geometry}.`
      warnings.push({ code: 'SCORE_FIELD_UNUSED', path: `${MESHES}.${index}.${field}`, message })
    }
    const [from, to] = meshBounds(mesh, setup.target.layers).z
    const length = stackLength(setup.target.layers)
    if (to <= 0 || from >= length) {
      warnings.push({
        code: 'MESH_BESIDE_STACK',
        path: `${MESHES}.${index}`,
        message: `Mesh ${mesh.name} lies between z = ${inWords(from)} and ${inWords(to)} mm; the stack, from 0 to ${inWords(length)} mm, is not in it.`,
        unit: 'mm',
      })
    }
  }
  for (const [index, spectrum] of spectra.entries()) {
    if (spectrum.angleBins === 1 || meansInSpectrum('angleBins', spectrum.estimator)) continue
    const message = `Spectrum ${spectrum.name}: angles are sorted at faces only; tracks inside a layer are not.`
    warnings.push({ code: 'SCORE_FIELD_UNUSED', path: `${SPECTRA}.${index}.angleBins`, message })
  }
  return warnings
}
