/** The stack as bodies and regions (fluka.md 1.3). */

import { card } from '../deck/card.ts'
import { allOf, body, type Geometry, geometry, inside, outside, region } from '../deck/geometry.ts'
import { BLACK_REGION, type StackGeometry, VOID_REGION } from './stack-geometry.ts'

/** Bodies are named as their regions, in small letters: FLUKA keeps the two lists apart. */
const bodyOf = (regionName: string): string => regionName.toLowerCase()

export function geometryNode({ layers, gaps, centreCm, voidRadiusCm, worldRadiusCm }: StackGeometry): Geometry {
  const world = bodyOf(BLACK_REGION)
  const around = bodyOf(VOID_REGION)
  const cylinders = [...layers, ...gaps]
  return geometry({
    title: 'Target stack along z',
    begin: card('GEOBEGIN', [], 'COMBNAME'),
    bodies: [
      body('SPH', world, [0, 0, centreCm, worldRadiusCm]),
      body('SPH', around, [0, 0, centreCm, voidRadiusCm]),
      ...cylinders.map((layer) =>
        body('RCC', bodyOf(layer.region), [0, 0, layer.frontCm, 0, 0, layer.thicknessCm, layer.radiusCm]),
      ),
    ],
    regions: [
      region(BLACK_REGION, allOf(inside(world), outside(around))),
      region(VOID_REGION, allOf(inside(around), ...cylinders.map((layer) => outside(bodyOf(layer.region))))),
      ...cylinders.map((layer) => region(layer.region, inside(bodyOf(layer.region)))),
    ],
    end: card('GEOEND'),
  })
}
