/**
 * The stack in FLUKA's coordinates: centimetres, the beam along +z, the front of the first layer at z = 0.
 *
 * Every layer is one cylinder (RCC) and one region; what is between and around them is vacuum inside a sphere, and a
 * sphere outside of that is the black body that ends every track. The box, the heater and the transfer line of a real
 * target are not part of a simulation's setup, so they are not here.
 */

import { cmFromMm } from '#quantities/conversions.ts'
import type { Centimetres, Millimetres } from '#quantities/units.ts'
import type { Layer } from '#simulation/document.ts'
import { placeLayers } from '#simulation/geometry.ts'
import { DeckNames } from './deck-names.ts'

export interface LayerCylinder {
  /** Name of body and region. */
  readonly region: string
  /** The user's name. */
  readonly layer: string
  readonly role: Layer['role']
  readonly frontCm: Centimetres
  readonly thicknessCm: Centimetres
  readonly radiusCm: Centimetres
}

/** Vacuum behind a layer, as wide as the layer: what leaves the layer through its back face, and only that, enters here. */
export interface GapCylinder {
  readonly region: string
  readonly frontCm: Centimetres
  readonly thicknessCm: Centimetres
  readonly radiusCm: Centimetres
}

export interface StackGeometry {
  readonly layers: readonly LayerCylinder[]
  /** One for each back face that is scored, where nothing solid follows. */
  readonly gaps: readonly GapCylinder[]
  /**
   * By index of the layer, for the faces that are scored: the region that lies behind all of the face. A face without
   * entry lies before two regions, since the next layer touches it and is narrower.
   */
  readonly behind: ReadonlyMap<number, string>
  /** Centre of both spheres on the z axis. */
  readonly centreCm: Centimetres
  /** Sphere of vacuum around the stack and the start of the beam. */
  readonly voidRadiusCm: Centimetres
  /** Sphere of the black body. */
  readonly worldRadiusCm: Centimetres
  /** Where beam particles start, on the axis. */
  readonly beamStartCm: Centimetres
}

/** Names of the two regions that are always there, and of their bodies. */
export const VOID_REGION = 'VOID'
export const BLACK_REGION = 'BLKBODY'

/** Beam particles start this far before the first layer. */
const RUN_UP_CM = 1
/** Vacuum that is told apart behind the last layer, where its back face is scored. */
const LAST_GAP_CM = 1
/** Vacuum left around everything. */
const MARGIN_CM = 5

/** Digits that binary arithmetic on millimetres adds are taken off: 1 pm. */
const tidy = (centimetres: number): Centimetres => Number(centimetres.toFixed(10)) as Centimetres

/**
 * @param widestBeamMm radius that holds (almost) all of the beam: the vacuum is wide enough for it.
 * @param scoredFaces names of the layers whose back faces are scored.
 */
export function stackGeometry(
  layers: readonly Layer[],
  widestBeamMm: Millimetres,
  scoredFaces: ReadonlySet<string> = new Set(),
): StackGeometry {
  const names = new DeckNames([VOID_REGION, BLACK_REGION])
  const cylinders = placeLayers(layers).map(({ layer, frontMm }): LayerCylinder => {
    return {
      region: names.give(layer.name, 'L'),
      layer: layer.name,
      role: layer.role,
      frontCm: tidy(cmFromMm(frontMm)),
      thicknessCm: tidy(cmFromMm(layer.thicknessMm as Millimetres)),
      radiusCm: tidy(cmFromMm((layer.diameterMm / 2) as Millimetres)),
    }
  })
  const end = Math.max(...cylinders.map(({ frontCm, thicknessCm }) => frontCm + thicknessCm))
  const radius = Math.max(cmFromMm(widestBeamMm), ...cylinders.map(({ radiusCm }) => radiusCm))
  const half = (end + RUN_UP_CM) / 2
  const voidRadius = Math.ceil(Math.hypot(half, radius) + MARGIN_CM)
  return {
    layers: cylinders,
    ...facesBehind(cylinders, scoredFaces, names),
    centreCm: tidy(end / 2 - RUN_UP_CM / 2),
    voidRadiusCm: voidRadius as Centimetres,
    worldRadiusCm: (10 * voidRadius) as Centimetres,
    beamStartCm: -RUN_UP_CM as Centimetres,
  }
}

function facesBehind(
  cylinders: readonly LayerCylinder[],
  scored: ReadonlySet<string>,
  names: DeckNames,
): Pick<StackGeometry, 'gaps' | 'behind'> {
  const gaps: GapCylinder[] = []
  const behind = new Map<number, string>()
  for (const [index, cylinder] of cylinders.entries()) {
    if (!scored.has(cylinder.layer)) continue
    const backCm = tidy(cylinder.frontCm + cylinder.thicknessCm)
    const next = cylinders[index + 1]
    const lengthCm = next ? tidy(next.frontCm - backCm) : LAST_GAP_CM
    if (lengthCm > 0) {
      const region = names.give(`GAP${index + 1}`, 'G')
      gaps.push({ region, frontCm: backCm, thicknessCm: lengthCm as Centimetres, radiusCm: cylinder.radiusCm })
      behind.set(index, region)
    } else if (next!.radiusCm >= cylinder.radiusCm) {
      behind.set(index, next!.region)
    }
  }
  return { gaps, behind }
}

/** Volume of a layer, cm3. */
export const layerVolumeCm3 = ({ radiusCm, thicknessCm }: LayerCylinder): number =>
  Math.PI * radiusCm * radiusCm * thicknessCm
