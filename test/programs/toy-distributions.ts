/**
 * Meshes and spectra of the toy engines: every history scores one unit in one bin of each with a probability of 1/2. The
 * bin is drawn from weights that are a product over the axes, so that the expectation of every bin is known exactly.
 */

import { distributionLayouts } from '#engines/engine/distribution-layouts.ts'
import type { EngineTask } from '#engines/engine/engine.ts'
import type { Axis, DistributionLayout, DistributionTally } from '#results/distribution.ts'
import { DistributionBuilder } from '#results/distribution-builder.ts'
import type { Setup } from '#simulation/document.ts'
import { placeLayers } from '#simulation/geometry.ts'

/** Probability that a history scores anything in a distribution. */
export const TOY_SCORES = 0.5

/** Weights of the bins of an axis, adding up to 1. */
function weightsOf(axis: Axis, setup: Setup): readonly number[] {
  const placed = placeLayers(setup.target.layers)
  const { edges } = axis
  const span = edges.at(-1)! - edges[0]!
  const raw = edges.slice(1).map((high, i) => {
    const low = edges[i]!
    const middle = (low + high) / 2
    const along = (middle - edges[0]!) / span
    if (axis.name === 'z') {
      const solid = placed.reduce(
        (sum, { frontMm, backMm }) => sum + Math.max(0, Math.min(high, backMm) - Math.max(low, frontMm)),
        0,
      )
      return (solid + 0.02 * (high - low)) * (1.5 - along)
    }
    if (axis.name === 'r') return (high ** 2 - low ** 2) * Math.exp(-((middle / 12) ** 2))
    if (axis.name === 'x' || axis.name === 'y') return (high - low) * Math.exp(-((middle / 12) ** 2))
    if (axis.name === 'phi') return 1 + 0.5 * Math.cos(middle)
    if (axis.name === 'energy') return (high - low) * Math.exp(-middle / 2)
    return 1
  })
  const sum = raw.reduce((a, b) => a + b, 0)
  return raw.map((weight) => weight / sum)
}

/** Expected content of every bin per history. */
export function toyExpectation(layout: DistributionLayout, setup: Setup): Float64Array {
  let product: readonly number[] = [TOY_SCORES]
  for (const axis of layout.axes) {
    const before = product
    product = weightsOf(axis, setup).flatMap((weight) => before.map((value) => value * weight))
  }
  return Float64Array.from(product)
}

/** Draws of a history: the finaliser of MurmurHash3 over a counter. */
function mixed(value: number): number {
  value ^= value >>> 16
  value = Math.imul(value, 0x85ebca6b)
  value ^= value >>> 13
  value = Math.imul(value, 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** The distributions that the setup asks for; none where it asks for none. */
export function toyDistributions(task: EngineTask): readonly DistributionTally[] {
  const key = Number.parseInt(task.stream.jobKey.slice(8), 16) ^ task.stream.point
  return distributionLayouts(task.setup).map((layout, index) => {
    const axes = layout.axes.map((axis) => {
      let sum = 0
      return weightsOf(axis, task.setup).map((weight) => (sum += weight))
    })
    const builder = new DistributionBuilder(layout)
    for (const { first, histories } of task.batches) {
      for (let history = first; history < first + histories; history++) {
        let state = mixed(mixed(key + 0x9e3779b9 * (index + 1)) ^ mixed(history + 1))
        const draw = (): number => (state = mixed(state + 0x6d2b79f5)) / 2 ** 32
        if (draw() >= TOY_SCORES) continue
        let bin = 0
        let stride = 1
        for (const cumulative of axes) {
          const u = draw()
          const at = cumulative.findIndex((edge) => u < edge)
          bin += stride * (at < 0 ? cumulative.length - 1 : at)
          stride *= cumulative.length
        }
        builder.add(bin, 1)
      }
      builder.endBatch(histories)
    }
    return builder.build()
  })
}
