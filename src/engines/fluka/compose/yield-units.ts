/** Residual nuclei: one detector for each layer of the role target, all in one file; decay scores in files of their own. */

import type { DecayRequest } from './decay-cards.ts'
import { type DeckUnit, type ExpectedYields, UNITS } from './manifest.ts'
import { RESIDUAL_RANGE } from './residual-range.ts'
import type { LayerCylinder, StackGeometry } from './stack-geometry.ts'

/** Cooling times that have a unit of their own between the yields and the meshes. */
export const MAX_COOLING_TIMES = UNITS.meshes - UNITS.decay

/** `total` is not scored: it is the sum of the layers, taken run by run, so that its error is right. */
export function yieldUnits(stack: StackGeometry, decay: DecayRequest | null): readonly DeckUnit[] {
  const targets = stack.layers.filter(({ role }) => role === 'target')
  const detector = (layer: LayerCylinder, name: string, coolingSeconds: number | null): ExpectedYields => ({
    kind: 'yields',
    name,
    layer: layer.layer,
    region: layer.region,
    ...RESIDUAL_RANGE,
    coolingSeconds,
  })
  const born: DeckUnit = {
    unit: UNITS.yields,
    estimator: 'RESNUCLEi',
    decay: false,
    detectors: targets.map((layer) => detector(layer, `${layer.region}_Y`, null)),
  }
  const decayed = (decay?.coolingSeconds ?? []).map(
    (seconds, time): DeckUnit => ({
      unit: UNITS.decay + time,
      estimator: 'RESNUCLEi',
      decay: true,
      detectors: targets.map((layer, index) => detector(layer, `A${index + 1}T${time + 1}`, seconds)),
    }),
  )
  return [born, ...decayed]
}
