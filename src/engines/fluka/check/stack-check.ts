/** Whether the regions of a deck are the layers of the stack that it should describe. */

import { type LayerCylinder, layerVolumeCm3, type StackGeometry } from '../compose/stack-geometry.ts'
import { type BodyBox, boxVolume } from './body-box.ts'
import { type DeckFinding, finding } from './deck-finding.ts'
import type { EvaluatedGeometry } from './evaluated-geometry.ts'
import type { RandomPoints } from './random-points.ts'

/** Points for each layer; a face that is off by a hundredth of the layer is met by some. */
const LAYER_POINTS = 2000
/** The box around a layer is this much larger than the layer, on every side. */
const AROUND = 0.2

/**
 * Every layer against the cylinder that it should be: points around it, half of them at its faces, must be in its region
 * exactly if they are in the cylinder. From the even half its volume is estimated, for people.
 */
export function checkStack(
  geometry: EvaluatedGeometry,
  stack: StackGeometry,
  points: RandomPoints,
): readonly DeckFinding[] {
  const regions = new Map(geometry.regions.map((region) => [region.name, region]))
  return stack.layers.flatMap((layer) => {
    const region = regions.get(layer.region)
    if (!region) {
      return [
        finding(
          'DECK_REGION_UNKNOWN',
          null,
          `The layer ${layer.layer} should be the region ${layer.region}, which does not exist.`,
        ),
      ]
    }
    const box = around(layer)
    let [wrong, hits] = [0, 0]
    for (let n = 0; n < LAYER_POINTS; n++) {
      const even = n % 2 === 0
      if (even) points.within(box)
      else atFaces(layer, points)
      // Overlaps were looked for before: here the region alone is asked.
      const inside = region.inside(points.x, points.y, points.z)
      if (inside !== inLayer(layer, points)) wrong++
      if (even && inside) hits++
    }
    if (wrong === 0) return []
    const volume = (hits / (LAYER_POINTS / 2)) * boxVolume(box)
    const digits = (value: number): number => Number(value.toPrecision(2))
    return [
      finding(
        'DECK_VOLUME_DIFFERS',
        null,
        `The region ${layer.region} is not the layer ${layer.layer}: ${wrong} of ${LAYER_POINTS} points around it are on the wrong side of its faces. Around its place it fills ${digits(volume)} cm3; the layer has ${digits(layerVolumeCm3(layer))} cm3.`,
      ),
    ]
  })
}

function around({ radiusCm: r, frontCm, thicknessCm }: LayerCylinder): BodyBox {
  const reach = r * (1 + AROUND)
  return {
    low: [-reach, -reach, frontCm - AROUND * thicknessCm],
    high: [reach, reach, frontCm + (1 + AROUND) * thicknessCm],
  }
}

const inLayer = ({ radiusCm, frontCm, thicknessCm }: LayerCylinder, { x, y, z }: RandomPoints): boolean =>
  x * x + y * y <= radiusCm * radiusCm && z >= frontCm && z <= frontCm + thicknessCm

/** Within a hundredth of the front, the back or the side. */
function atFaces({ radiusCm, frontCm, thicknessCm }: LayerCylinder, points: RandomPoints): void {
  const phi = 2 * Math.PI * points.next()
  const near = (1 - 2 * points.next()) / 100
  const face = points.next()
  const r = face < 1 / 3 ? radiusCm * (1 + near) : radiusCm * Math.sqrt(points.next())
  const along = face < 1 / 3 ? points.next() : face < 2 / 3 ? near : 1 + near
  points.x = r * Math.cos(phi)
  points.y = r * Math.sin(phi)
  points.z = frontCm + along * thicknessCm
}
