/**
 * What meshes and spectra cover and how they are cut, with every default filled in: the one place from which engines
 * write their input, the digest takes its meaning and results take their axes.
 */

import type { Layer, Setup } from './document.ts'
import { stackLength } from './geometry.ts'
import { type Mesh, type Spectrum, scoringOf } from './scoring.ts'

/**
 * One axis of a scored thing. Edges rise; there is one more than bins.
 * `x y z r` are in mm, `phi` in rad from -pi, `energy` in MeV, `angle` in sr: the solid angle between the normal and
 * the cone that the edge stands for, 2 pi (1 - cos theta).
 */
export interface ScoredAxis {
  readonly name: 'x' | 'y' | 'z' | 'r' | 'phi' | 'energy' | 'angle'
  readonly unit: 'mm' | 'rad' | 'MeV' | 'sr'
  readonly scale: 'linear' | 'log'
  readonly edges: readonly number[]
}

/** A mesh or a spectrum with nothing left open. The fields are those of a layout of the results room. */
export interface ScoredThing {
  readonly name: string
  readonly kind: 'mesh' | 'spectrum'
  readonly quantity: 'energy-deposition' | 'fluence' | 'current'
  /** `null` for deposited energy: it is that of all particles together. */
  readonly particle: 'proton' | 'neutron' | 'all' | null
  /** `face`: back face of the layer. `volume`: the layer itself. */
  readonly where: 'xyz' | 'rz' | 'rphiz' | 'face' | 'volume'
  /** The layer of a spectrum; `null` for a mesh. */
  readonly layer: string | null
  /** Way through the face; `null` where no face is passed. */
  readonly direction: 'forward' | 'backward' | 'both' | null
  /** The first axis is the one whose bins follow each other in memory. */
  readonly axes: readonly ScoredAxis[]
  /** Area of the face in cm2, or volume of the layer in cm3; 1 for a mesh. */
  readonly extent: number
}

/** Everything that a setup asks to score beside residual nuclei: its meshes, then its spectra. */
export function scoredThings(setup: Setup): readonly ScoredThing[] {
  const { meshes, spectra } = scoringOf(setup)
  const { layers } = setup.target
  return [
    ...meshes.map((mesh) => scoredMesh(mesh, layers)),
    ...spectra.map((spectrum) => scoredSpectrum(spectrum, layers, setup.beam.energyMeV)),
  ]
}

/** Number of bins of a mesh as it is asked for. */
export const meshBins = (mesh: Mesh): number => {
  if (mesh.geometry === 'xyz') return mesh.xBins * mesh.yBins * mesh.zBins
  return mesh.rBins * mesh.zBins * (mesh.geometry === 'rphiz' ? mesh.phiBins : 1)
}

/** Number of bins of a spectrum as it is asked for. */
export const spectrumBins = (spectrum: Spectrum): number => spectrum.energyBins * angleBins(spectrum)

/** Where a mesh lies, in mm: what was left empty fits the stack. */
export function meshBounds(mesh: Mesh, layers: readonly Layer[]) {
  const radius = Math.max(...layers.map(({ diameterMm }) => diameterMm)) / 2
  const { xFromMm, xToMm, yFromMm, yToMm, rToMm, zFromMm, zToMm } = mesh
  return {
    x: [xFromMm ?? -radius, xToMm ?? radius],
    y: [yFromMm ?? -radius, yToMm ?? radius],
    r: [0, rToMm ?? radius],
    z: [zFromMm ?? 0, zToMm ?? stackLength(layers)],
  } as const
}

function scoredMesh(mesh: Mesh, layers: readonly Layer[]): ScoredThing {
  const bounds = meshBounds(mesh, layers)
  const length = (name: 'x' | 'y' | 'z' | 'r', count: number): ScoredAxis => ({
    name,
    unit: 'mm',
    scale: 'linear',
    edges: linearEdges(bounds[name][0], bounds[name][1], count),
  })
  const phi: ScoredAxis = {
    name: 'phi',
    unit: 'rad',
    scale: 'linear',
    edges: linearEdges(-Math.PI, Math.PI, mesh.phiBins),
  }
  const z = length('z', mesh.zBins)
  const axes =
    mesh.geometry === 'xyz'
      ? [length('x', mesh.xBins), length('y', mesh.yBins), z]
      : mesh.geometry === 'rz'
        ? [length('r', mesh.rBins), z]
        : [length('r', mesh.rBins), phi, z]
  const energy = mesh.quantity === 'energy-deposition'
  return {
    name: mesh.name,
    kind: 'mesh',
    quantity: energy ? 'energy-deposition' : 'fluence',
    particle: energy
      ? null
      : mesh.quantity === 'proton-fluence'
        ? 'proton'
        : mesh.quantity === 'neutron-fluence'
          ? 'neutron'
          : 'all',
    where: mesh.geometry,
    layer: null,
    direction: null,
    axes,
    extent: 1,
  }
}

/** Angles are sorted at a face only. */
const angleBins = ({ estimator, angleBins }: Spectrum): number => (estimator === 'track-length' ? 1 : angleBins)

function scoredSpectrum(spectrum: Spectrum, layers: readonly Layer[], beamMeV: number): ScoredThing {
  const inside = spectrum.estimator === 'track-length'
  const layer = layers.find(({ name }) => name === spectrum.layer)
  const areaCm2 = layer ? (Math.PI * layer.diameterMm ** 2) / 400 : 1
  const { energyFromMeV: from, energyBins, energyScale } = spectrum
  const to = spectrum.energyToMeV ?? beamMeV
  const energy: ScoredAxis = {
    name: 'energy',
    unit: 'MeV',
    scale: energyScale,
    edges: energyScale === 'log' ? logEdges(from, to, energyBins) : linearEdges(from, to, energyBins),
  }
  const angles = angleBins(spectrum)
  const angle: ScoredAxis = {
    name: 'angle',
    unit: 'sr',
    scale: 'linear',
    edges: linearEdges(0, (spectrum.direction === 'both' ? 4 : 2) * Math.PI, angles),
  }
  return {
    name: spectrum.name,
    kind: 'spectrum',
    quantity: spectrum.estimator === 'current' ? 'current' : 'fluence',
    particle: spectrum.particle,
    where: inside ? 'volume' : 'face',
    layer: spectrum.layer,
    direction: inside ? null : spectrum.direction,
    axes: angles > 1 ? [energy, angle] : [energy],
    extent: inside ? (areaCm2 * (layer?.thicknessMm ?? 10)) / 10 : areaCm2,
  }
}

/** Edges are made from the ends, so that neither is off by a rounding. */
const linearEdges = (from: number, to: number, bins: number): readonly number[] =>
  Array.from({ length: bins + 1 }, (_, i) => (i === bins ? to : from + ((to - from) * i) / bins))

const logEdges = (from: number, to: number, bins: number): readonly number[] =>
  Array.from({ length: bins + 1 }, (_, i) => (i === 0 ? from : i === bins ? to : from * (to / from) ** (i / bins)))
