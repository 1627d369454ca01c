/**
 * Everything that follows from one setup, computed once: form, table and worker ask for the same numbers many times.
 */

import type { EngineRemark } from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'
import { type Estimate, estimateOf } from './estimate.ts'
import { readLayers, stackOf } from './input.ts'
import { production } from './production.ts'
import { type SamplingPlan, samplingPlan } from './sampling-plan.ts'
import { inputRefusals, notesOf, yieldRefusals } from './scope.ts'

export interface SetupModel {
  /** Refusals first. */
  readonly remarks: readonly EngineRemark[]
  /** `null` where not even a range can be given. Without yields it holds no nuclides, but energies and heat. */
  readonly estimate: Estimate | null
  /** True where the estimate's yields are in scope; false: the refusals say why there are none. */
  readonly yields: boolean
  /** What histories are drawn from; `null` without yields. Built at the first call. */
  plan(): SamplingPlan | null
}

function modelOf(setup: Setup): SetupModel {
  const layers = readLayers(setup.target)
  const impossible = inputRefusals(layers)
  if (impossible.length > 0) return { remarks: impossible, estimate: null, yields: false, plan: () => null }
  const stack = stackOf(setup, layers)
  const produced = production(stack)
  const refusals = yieldRefusals(setup, layers, produced)
  const yields = refusals.length === 0
  const estimate = estimateOf(stack, produced, { yields })
  let plan: SamplingPlan | undefined
  return {
    remarks: [...refusals, ...notesOf(setup, layers, produced)],
    estimate,
    yields,
    plan: () => (yields ? (plan ??= samplingPlan(produced, estimate)) : null),
  }
}

/** The last few setups: a scan or a person dragging a slider must not fill the memory. */
const KEPT = 16
const byObject = new WeakMap<Setup, SetupModel>()
const byContent = new Map<string, SetupModel>()

/**
 * The model of a checked setup, from the cache where the same setup was seen lately.
 *
 * @throws MaterialError when the document was not checked before.
 */
export function setupModel(setup: Setup): SetupModel {
  const same = byObject.get(setup)
  if (same) return same
  const key = JSON.stringify(setup)
  let model = byContent.get(key)
  // Taken out and put back: the map's order is the order of use.
  if (model) byContent.delete(key)
  else model = modelOf(setup)
  byContent.set(key, model)
  if (byContent.size > KEPT) byContent.delete(byContent.keys().next().value!)
  byObject.set(setup, model)
  return model
}

/** Forgets all setups: for measuring a first call. */
export function forgetSetups(): void {
  byContent.clear()
}
