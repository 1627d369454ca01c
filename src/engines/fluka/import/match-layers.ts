/** Which detector of a file made elsewhere belongs to which layer of the setup. */

import type { Setup } from '#simulation/document.ts'
import { stackGeometry } from '../compose/stack-geometry.ts'
import { yieldUnits } from '../compose/yield-units.ts'
import { ImportError } from './import-error.ts'

export interface LayerDetector {
  readonly layer: string
  readonly detector: string
}

/** Upper case letters and digits: names of FLUKA have at most ten characters, and no dashes in regions. */
const plain = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

/** Names under which a layer may stand in a file: its own, its region in a deck of Isolario, its detector there. */
function namesOf(setup: Setup): ReadonlyMap<string, ReadonlySet<string>> {
  const stack = stackGeometry(setup.target.layers, 0 as never)
  const [yields] = yieldUnits(stack, null)
  return new Map(
    yields!.detectors.flatMap((one) =>
      one.kind === 'yields'
        ? [[one.layer, new Set([plain(one.layer).slice(0, 10), plain(one.region), plain(one.name)])] as const]
        : [],
    ),
  )
}

/**
 * Every layer of the role target gets one detector, by its name or as it was said; detectors of other regions are left out.
 * @param given layer to detector, for layers whose names differ
 * @throws ImportError `FLUKA_IMPORT_LAYERS` with everything that does not fit
 */
export function matchLayers(
  setup: Setup,
  detectors: readonly string[],
  given: Readonly<Record<string, string>>,
): readonly LayerDetector[] {
  const names = namesOf(setup)
  const problems: string[] = []
  const listed = detectors.join(', ')
  for (const [layer, detector] of Object.entries(given)) {
    if (!names.has(layer)) {
      problems.push(`There is no target layer "${layer}"; there are ${[...names.keys()].join(', ')}.`)
    }
    if (!detectors.includes(detector)) problems.push(`There is no detector "${detector}"; the file has ${listed}.`)
  }
  const matched: LayerDetector[] = []
  for (const [layer, known] of names) {
    const told = Object.hasOwn(given, layer) ? given[layer] : undefined
    const found = detectors.filter((name) => (told === undefined ? known.has(plain(name)) : name === told))
    if (found.length === 1) matched.push({ layer, detector: found[0]! })
    else if (found.length > 1) problems.push(`Layer "${layer}": the detectors ${found.join(' and ')} may be meant.`)
    else if (told === undefined) problems.push(`Layer "${layer}": no detector is called like it.`)
  }
  const users = new Map<string, string>()
  for (const { layer, detector } of matched) {
    const other = users.get(detector)
    if (other !== undefined) problems.push(`Detector ${detector} is meant for both ${other} and ${layer}.`)
    users.set(detector, layer)
  }
  if (problems.length === 0) return matched
  throw new ImportError(
    'FLUKA_IMPORT_LAYERS',
    `Detectors and layers do not fit together. The file has the detectors ${listed}; every target layer needs its own. Say which is which (layer=detector).`,
    problems,
  )
}
