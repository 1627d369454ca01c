/** What can become of what in a network of decays: found once, before any time span is known. */

import type { DecayConstants } from './decay-network.ts'
import { InventoryError } from './inventory-error.ts'

/** Where entries can be; made once a network. */
export interface DecayPattern {
  readonly offsets: Uint32Array
  readonly rows: Uint32Array
  /** Steps of the longest chain from a nuclide. */
  readonly depth: Uint32Array
  /** All columns, parents before daughters. */
  readonly parentsFirst: Uint32Array
  /** Direct transitions by column, summed: entries `stepOffsets[j] .. stepOffsets[j + 1]`. */
  readonly stepOffsets: Uint32Array
  readonly stepRows: Uint32Array
  readonly stepShares: Float64Array
}

const patterns = new WeakMap<DecayConstants, DecayPattern>()

/** Throws an {@link InventoryError} for constants that are negative or not finite, and for a cycle. */
export function patternOf(network: DecayConstants): DecayPattern {
  const known = patterns.get(network)
  if (known) return known
  validate(network)
  const { size, from, to, shares } = network
  const steps: Map<number, number>[] = Array.from({ length: size }, () => new Map())
  for (let k = 0; k < from.length; k++) {
    const step = steps[from[k]!]!
    if (shares[k]! > 0) step.set(to[k]!, (step.get(to[k]!) ?? 0) + shares[k]!)
  }
  const reach: (readonly number[] | 'open' | undefined)[] = new Array(size)
  const depth = new Uint32Array(size)
  const reachOf = (j: number): readonly number[] => {
    const ready = reach[j]
    if (ready === 'open') {
      throw new InventoryError('decay-cycle', `the decay network leads from nuclide ${j} back to itself`)
    }
    if (ready) return ready
    reach[j] = 'open'
    const rows = new Set<number>()
    for (const i of steps[j]!.keys()) {
      rows.add(i)
      for (const further of reachOf(i)) rows.add(further)
      depth[j] = Math.max(depth[j]!, depth[i]! + 1)
    }
    rows.delete(j)
    const all = [j, ...[...rows].sort((p, q) => p - q)]
    reach[j] = all
    return all
  }
  const offsets = new Uint32Array(size + 1)
  const stepOffsets = new Uint32Array(size + 1)
  for (let j = 0; j < size; j++) {
    offsets[j + 1] = offsets[j]! + reachOf(j).length
    stepOffsets[j + 1] = stepOffsets[j]! + steps[j]!.size
  }
  const pattern: DecayPattern = {
    offsets,
    rows: Uint32Array.from(reach.flatMap((rows) => rows as readonly number[])),
    depth,
    // A parent reaches more than each of its daughters.
    parentsFirst: Uint32Array.from({ length: size }, (_, at) => at).sort(
      (p, q) => offsets[q + 1]! - offsets[q]! - (offsets[p + 1]! - offsets[p]!) || p - q,
    ),
    stepOffsets,
    stepRows: Uint32Array.from(steps.flatMap((step) => [...step.keys()])),
    stepShares: Float64Array.from(steps.flatMap((step) => [...step.values()])),
  }
  patterns.set(network, pattern)
  return pattern
}

function validate(network: DecayConstants): void {
  const fail = (what: string): never => {
    throw new InventoryError('network-not-valid', `the decay network is not usable: ${what}`)
  }
  const { size, decayConstants, lossConstants, from, to, shares } = network
  if (decayConstants.length !== size || lossConstants.length !== size) {
    fail(`${size} nuclides, ${decayConstants.length} decay constants, ${lossConstants.length} loss constants`)
  }
  if (to.length !== from.length || shares.length !== from.length) fail('transitions of unequal lengths')
  for (let at = 0; at < size; at++) {
    const constants = [decayConstants[at]!, lossConstants[at]!]
    if (!constants.every((value) => value >= 0 && value < Number.POSITIVE_INFINITY)) {
      fail(`nuclide ${at} has the constants ${constants.join(' and ')} 1/s; expected finite numbers from 0`)
    }
  }
  for (let k = 0; k < from.length; k++) {
    if (!(from[k]! < size && to[k]! < size && from[k] !== to[k])) {
      fail(`transition ${k} leads from ${from[k]} to ${to[k]}; expected two different indices below ${size}`)
    }
    if (!(shares[k]! >= 0 && shares[k]! < Number.POSITIVE_INFINITY)) {
      fail(`transition ${k} has the share ${shares[k]}; expected a finite number from 0`)
    }
  }
}
