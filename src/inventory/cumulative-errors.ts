/** Errors of numbers that are fed by many cells: cumulative production, atoms at a moment. */

import type { ResidualSample } from '#results/merge.ts'
import type { LinearFeeding } from './cumulative.ts'

/**
 * Standard errors of the means of everything fed, from the vectors of the groups; 0 where they tell none.
 * The mean is taken off before the feeding is applied, so that nothing large cancels.
 */
export function cumulativeErrors(feeding: LinearFeeding, sample: ResidualSample): Float64Array {
  const groups = sample.groups.length
  const errors = new Float64Array(feeding.nuclides.length)
  if (groups < 2) return errors
  // Only what was counted: of a long list of nuclides most are not, and add nothing but time.
  const counted = Uint32Array.from([...sample.sums.keys()].filter((column) => sample.sums[column] !== 0))
  const means = Float64Array.from(counted, (column) => sample.sums[column]! / sample.histories)
  const slotOf = new Int32Array(sample.sums.length).fill(-1)
  counted.forEach((column, slot) => {
    slotOf[column] = slot
  })
  const slots: number[] = []
  const fractions: number[] = []
  const offsets = new Uint32Array(errors.length + 1)
  for (let row = 0; row < errors.length; row++) {
    for (let at = feeding.offsets[row]!; at < feeding.offsets[row + 1]!; at++) {
      const slot = slotOf[feeding.columns[at]!]!
      if (slot < 0) continue
      slots.push(slot)
      fractions.push(feeding.fractions[at]!)
    }
    offsets[row + 1] = slots.length
  }
  const difference = new Float64Array(counted.length)
  const scatter = new Float64Array(errors.length)
  for (let g = 0; g < groups; g++) {
    const histories = sample.groupHistories[g]!
    const sums = sample.groups[g]!
    for (let slot = 0; slot < counted.length; slot++) {
      difference[slot] = sums[counted[slot]!]! / histories - means[slot]!
    }
    for (let row = 0; row < errors.length; row++) {
      const to = offsets[row + 1]!
      let fed = 0
      for (let at = offsets[row]!; at < to; at++) fed += fractions[at]! * difference[slots[at]!]!
      scatter[row]! += histories * fed * fed
    }
  }
  for (let row = 0; row < errors.length; row++) {
    errors[row] = Math.sqrt(scatter[row]! / (groups - 1) / sample.histories)
  }
  return errors
}
