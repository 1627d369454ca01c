/** Where the layers are along the beam, and how much matter the beam meets. */

import { arealDensity } from '#quantities/conversions.ts'
import type { GramsPerCubicCentimetre, GramsPerSquareCentimetre, Millimetres } from '#quantities/units.ts'
import type { Layer } from './document.ts'
import type { Problem } from './problem.ts'

export interface PlacedLayer {
  readonly layer: Layer
  /** Position of the faces along the beam; the front of the first layer is at 0. */
  readonly frontMm: Millimetres
  readonly backMm: Millimetres
  readonly arealDensityGramPerCm2: GramsPerSquareCentimetre
}

/**
 * Positions of all layers from their thicknesses and gaps. The gap before the first layer has no meaning, since nothing
 * stands before it, and is left out.
 */
export function placeLayers(layers: readonly Layer[]): readonly PlacedLayer[] {
  let backMm = 0
  return layers.map((layer, index) => {
    const frontMm = backMm + (index === 0 ? 0 : layer.gapMm)
    backMm = frontMm + layer.thicknessMm
    return {
      layer,
      frontMm: frontMm as Millimetres,
      backMm: backMm as Millimetres,
      arealDensityGramPerCm2: arealDensity(
        layer.thicknessMm as Millimetres,
        layer.densityGramPerCm3 as GramsPerCubicCentimetre,
      ),
    }
  })
}

/** Length from the front of the first layer to the back of the last, gaps included. */
export function stackLength(layers: readonly Layer[]): Millimetres {
  return (placeLayers(layers).at(-1)?.backMm ?? 0) as Millimetres
}

/** Areal density of the layers of the role target: what the beam has to pass. */
export function targetArealDensity(layers: readonly Layer[]): GramsPerSquareCentimetre {
  const target = placeLayers(layers.filter((layer) => layer.role === 'target'))
  return target.reduce((sum, one) => sum + one.arealDensityGramPerCm2, 0) as GramsPerSquareCentimetre
}

/** Diameter of the smallest layer of the role target; what passes beside it produces nothing there. */
export function targetDiameter(layers: readonly Layer[]): Millimetres {
  const target = layers.filter((layer) => layer.role === 'target')
  return Math.min(...target.map((layer) => layer.diameterMm)) as Millimetres
}

/** A layer whose place is given by its centre, as drawings and older programs have it. */
export interface CentredLayer extends Omit<Layer, 'gapMm'> {
  /** Position of the middle of the layer on any axis along the beam. */
  readonly centreMm: number
}

/** Positions carry at most this many decimals (1 pm): it takes off what binary subtraction adds. */
const DECIMALS = 9
/** Faces closer than this touch; nobody positions a disc to a picometre. */
const TOUCHING_MM = 1e-9

/**
 * Turns a stack given by the centres of its layers into gaps. The centres decide the order, not the list.
 * @param path path under which problems are reported, for example `discs.centresMm`.
 * @returns the layers in beam order, or one problem for each pair of neighbours that overlap.
 */
export function layersFromCentres(
  centred: readonly CentredLayer[],
  path = 'setup.target.layers',
):
  | { readonly ok: true; readonly layers: readonly Layer[] }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const ordered = [...centred].sort((a, b) => a.centreMm - b.centreMm)
  const problems: Problem[] = []
  const layers = ordered.map((one, index): Layer => {
    const { centreMm, ...rest } = one
    const before = ordered[index - 1]
    if (!before) return { ...rest, gapMm: 0 }
    const gapMm = centreMm - one.thicknessMm / 2 - (before.centreMm + before.thicknessMm / 2)
    if (gapMm < -TOUCHING_MM) {
      problems.push({
        code: 'LAYERS_OVERLAP',
        path,
        message:
          `${before.name} (centre ${before.centreMm} mm, ${before.thicknessMm} mm thick) and ${one.name} (centre ` +
          `${centreMm} mm, ${one.thicknessMm} mm thick) overlap by ${tidy(-gapMm)} mm. Move one of them or make it thinner.`,
        unit: 'mm',
        allowed: `centres at least ${tidy((before.thicknessMm + one.thicknessMm) / 2)} mm apart`,
        received: `${tidy(centreMm - before.centreMm)} mm apart`,
      })
    }
    return { ...rest, gapMm: Math.max(0, tidy(gapMm)) }
  })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, layers }
}

/** Middle of each layer along the beam, with the first layer's given: the inverse of {@link layersFromCentres}. */
export function centresOf(layers: readonly Layer[], firstCentreMm: number): readonly number[] {
  const placed = placeLayers(layers)
  const shift = firstCentreMm - (layers[0]?.thicknessMm ?? 0) / 2
  return placed.map((one) => tidy((one.frontMm + one.backMm) / 2 + shift))
}

const tidy = (millimetres: number): number => Number(millimetres.toFixed(DECIMALS))
