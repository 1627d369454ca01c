/** Meshes and spectra of a setup as detectors of FLUKA: USRBIN, USRTRACK, USRBDX (fluka.md 2). */

import { cmFromMm, gevFromMev } from '#quantities/conversions.ts'
import type { MeV, Millimetres } from '#quantities/units.ts'
import type { Setup } from '#simulation/document.ts'
import { type ScoredAxis, type ScoredThing, scoredThings } from '#simulation/scored-axes.ts'
import { DeckNames } from './deck-names.ts'
import {
  type Axis,
  type DeckUnit,
  type ExpectedBoundary,
  type ExpectedDetector,
  type ExpectedMesh,
  type ExpectedTrack,
  UNITS,
} from './manifest.ts'
import { layerVolumeCm3, type StackGeometry } from './stack-geometry.ts'

/** USRBIN WHAT(1): deposit and fluence shared along the tracks, by the shape of the mesh. */
const MESH_TYPE = { xyz: 10, rz: 11, rphiz: 11 } as const

/** Files for meshes, tracks and boundaries; those without a detector are left out. */
export function scoredUnits(setup: Setup, stack: StackGeometry): readonly DeckUnit[] {
  const names = new DeckNames([])
  const meshes: ExpectedMesh[] = []
  const tracks: ExpectedTrack[] = []
  const boundaries: ExpectedBoundary[] = []
  for (const thing of scoredThings(setup)) {
    const name = names.give(thing.name, 'S')
    if (thing.kind === 'mesh') meshes.push(meshOf(thing, name))
    else if (thing.where === 'volume') tracks.push(trackOf(thing, name, stack))
    else boundaries.push(boundaryOf(thing, name, stack))
  }
  const unit = (
    number: number,
    estimator: DeckUnit['estimator'],
    detectors: readonly ExpectedDetector[],
  ): DeckUnit[] => (detectors.length === 0 ? [] : [{ unit: number, estimator, decay: false, detectors }])
  return [
    ...unit(UNITS.meshes, 'USRBIN', meshes),
    ...unit(UNITS.tracks, 'USRTRACK', tracks),
    ...unit(UNITS.boundaries, 'USRBDX', boundaries),
  ]
}

const axisOf = ({ edges }: ScoredAxis, scale: (value: number) => number): Axis => ({
  from: scale(edges[0]!),
  to: scale(edges.at(-1)!),
  bins: edges.length - 1,
})

const centimetres = (axis: ScoredAxis): Axis => axisOf(axis, (value) => tidy(cmFromMm(value as Millimetres)))
const gev = (axis: ScoredAxis): Axis => axisOf(axis, (value) => tidy(gevFromMev(value as MeV)))
/** Takes off what binary division adds. */
const tidy = (value: number): number => Number(value.toPrecision(12))

const FULL_CIRCLE: Axis = { from: -Math.PI, to: Math.PI, bins: 1 }

/** Generalised particles that USRBIN scores. */
function quantityOf({ quantity, particle }: ScoredThing): string {
  if (quantity === 'energy-deposition') return 'ENERGY'
  return particleOf(particle)
}

function particleOf(particle: ScoredThing['particle']): string {
  switch (particle) {
    case 'proton':
      return 'PROTON'
    case 'neutron':
      return 'NEUTRON'
    case 'all':
    case null:
      return 'ALL-PART'
  }
}

function meshOf(thing: ScoredThing, name: string): ExpectedMesh {
  const [first, second, third] = thing.axes as readonly [ScoredAxis, ScoredAxis, ScoredAxis?]
  const where = thing.where as keyof typeof MESH_TYPE
  const axes: ExpectedMesh['axes'] =
    where === 'rz'
      ? [centimetres(first), FULL_CIRCLE, centimetres(second)]
      : where === 'rphiz'
        ? [centimetres(first), { ...FULL_CIRCLE, bins: second.edges.length - 1 }, centimetres(third!)]
        : [centimetres(first), centimetres(second), centimetres(third!)]
  return { kind: 'mesh', name, mesh: thing.name, quantity: quantityOf(thing), type: MESH_TYPE[where], axes }
}

const layerOf = (stack: StackGeometry, name: string | null) => {
  const at = stack.layers.findIndex(({ layer }) => layer === name)
  if (at < 0) throw new RangeError(`A spectrum names the layer ${name}, which a checked document cannot.`)
  return { at, layer: stack.layers[at]! }
}

function trackOf(thing: ScoredThing, name: string, stack: StackGeometry): ExpectedTrack {
  const { layer } = layerOf(stack, thing.layer)
  return {
    kind: 'track',
    name,
    spectrum: thing.name,
    particle: particleOf(thing.particle),
    region: layer.region,
    volumeCm3: layerVolumeCm3(layer),
    energy: gev(thing.axes[0]!),
    logarithmic: thing.axes[0]!.scale === 'log',
  }
}

/** Angles are measured from the way through the face; a two-way detector from the way along the beam. */
function boundaryOf(thing: ScoredThing, name: string, stack: StackGeometry): ExpectedBoundary {
  const { at, layer } = layerOf(stack, thing.layer)
  const behind = stack.behind.get(at)
  if (behind === undefined) {
    throw new RangeError(`The face behind the layer ${layer.layer} is not one of the stack's: scope.ts refuses it.`)
  }
  const [energy, angle] = thing.axes
  const against = thing.direction === 'backward'
  return {
    kind: 'boundary',
    name,
    spectrum: thing.name,
    particle: particleOf(thing.particle),
    from: against ? behind : layer.region,
    to: against ? layer.region : behind,
    twoWay: thing.direction === 'both',
    areaCm2: Math.PI * layer.radiusCm ** 2,
    fluence: thing.quantity === 'fluence',
    energy: gev(energy!),
    logarithmic: energy!.scale === 'log',
    angleBins: angle ? angle.edges.length - 1 : 1,
  }
}
