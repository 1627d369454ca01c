/** An inventory through segments of constant production and pauses. */

import type { Seconds } from '#quantities/units.ts'
import { multiply } from './column-matrix.ts'
import type { DecayConstants } from './decay-network.ts'
import { InventoryError } from './inventory-error.ts'
import { type Propagator, propagator } from './solver.ts'

/** A time span of constant production; a pause of the beam is one without. */
export interface Segment {
  readonly duration: Seconds
  /** Atoms produced a second, over the nuclides of the network; `null` in a pause. */
  readonly ratesPerSecond: ArrayLike<number> | null
}

/** The inventory at one moment, over the nuclides of the network. */
export interface Inventory {
  readonly atoms: Float64Array
  /** Since the beginning of the first segment; `null` unless counted. */
  readonly decays: Float64Array | null
  /** Atoms lost otherwise than by decay since the beginning of the first segment; `null` unless counted. */
  readonly released: Float64Array | null
}

export interface EvolutionOptions {
  /** Atoms at the beginning; none unless given. */
  readonly initialAtoms?: ArrayLike<number>
  /** Also counts decays and releases. */
  readonly counters?: boolean
}

function amounts(values: ArrayLike<number>, what: string): ArrayLike<number> {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new InventoryError('amount-not-valid', `${what} ${value} of nuclide ${at}; expected a finite number from 0`)
    }
  }
  return values
}

const add = (into: Float64Array, values: Float64Array, factors?: Float64Array): void => {
  for (let at = 0; at < into.length; at++) into[at]! += factors ? factors[at]! * values[at]! : values[at]!
}

/**
 * Follows the inventory through segments of constant production and pauses.
 * Segments of equal length share their matrices.
 * @returns the inventory at the end of every segment, in order
 * Throws an {@link InventoryError} for times, rates or atoms that are negative or not finite, and for vectors of
 * another length than the network.
 */
export function evolve(
  network: DecayConstants,
  segments: readonly Segment[],
  options: EvolutionOptions = {},
): readonly Inventory[] {
  const counters = options.counters ?? false
  const size = network.size
  let atoms: Float64Array = new Float64Array(size)
  if (options.initialAtoms) {
    if (options.initialAtoms.length !== size) {
      throw new InventoryError('vector-length', `${options.initialAtoms.length} initial atoms; expected ${size}`)
    }
    atoms = Float64Array.from(amounts(options.initialAtoms, 'initial atoms'))
  }
  let decays = new Float64Array(size)
  let released = new Float64Array(size)
  const steps = new Map<number, Propagator>()
  return segments.map(({ duration, ratesPerSecond }) => {
    let step = steps.get(duration)
    if (!step) steps.set(duration, (step = propagator(network, duration, { integral: counters })))
    const rates = ratesPerSecond && amounts(ratesPerSecond, 'production rate')
    const end = multiply(step.transfer, atoms)
    if (rates) add(end, multiply(step.build, rates))
    if (counters) {
      const integral = multiply(step.build, atoms)
      if (rates) add(integral, multiply(step.integral!, rates))
      decays = decays.slice()
      released = released.slice()
      add(decays, integral, network.decayConstants)
      add(released, integral, network.lossConstants)
    }
    atoms = end
    return { atoms, decays: counters ? decays : null, released: counters ? released : null }
  })
}
