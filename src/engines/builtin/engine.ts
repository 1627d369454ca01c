/** The built-in model behind the contract of an engine. */

import type { EngineRemark, EngineTask, FunctionEngine, RunControl } from '#engines/engine/engine.ts'
import { nuclideOfZai, type Zai } from '#nuclides/nuclide.ts'
import type { Coverage, ModelError } from '#results/document.ts'
import type { Batch, BatchTable, TaskTally } from '#results/tally.ts'
import type { Setup } from '#simulation/document.ts'
import type { Estimate } from './estimate.ts'
import { YIELD_A_MAX, YIELD_A_MIN, YIELD_Z_MAX, YIELD_Z_MIN } from './fission-yields.ts'
import { type SetupModel, setupModel } from './model.ts'
import { HistorySimulator, type SparseSums } from './monte-carlo.ts'
import { philoxKey } from './philox.ts'
import { COUNTER_NAMES } from './sampling-plan.ts'
import { classOf } from './uncertainty-class.ts'

/** Changes whenever a number of the model or a random number of a history changes. */
export const BUILTIN_VERSION = '1.1.0'

/** Histories between two reports of progress: some milliseconds. */
const HISTORIES_PER_REPORT = 1 << 17

const COVERAGE: Coverage = {
  boxes: [{ zMin: YIELD_Z_MIN, zMax: YIELD_Z_MAX, aMin: YIELD_A_MIN, aMax: YIELD_A_MAX }],
  isomers: 'not-resolved',
}
const NOTHING_COVERED: Coverage = { boxes: [], isomers: 'not-resolved' }

/** A task was given to the engine that it had refused: the job was not checked. */
export class BuiltinScopeError extends Error {
  override readonly name = 'BuiltinScopeError'
  /** Code of the first refusal. */
  readonly code: string
  readonly retriable = false
  constructor(refusal: EngineRemark) {
    super(refusal.message)
    this.code = refusal.code
  }
}

/** The estimate of a setup, with what must be said about it. */
export interface SetupEstimate {
  /** Refusals (of yields) and notes. */
  readonly remarks: readonly EngineRemark[]
  /**
   * `null` where not even ranges can be given. Where yields are refused it holds energies, ranges and the heat of
   * slowing down, no nuclides and no fissions.
   */
  readonly estimate: Estimate | null
  /** True where yields are in scope. */
  readonly yields: boolean
}

/**
 * The deterministic estimate: milliseconds, no noise; the expectation of what `simulate` counts.
 *
 * @param setup - From a checked document.
 */
export function estimateSetup(setup: Setup): SetupEstimate {
  const { remarks, estimate, yields } = setupModel(setup)
  return { remarks, estimate, yields }
}

function modelErrorOf(model: SetupModel, zai: Zai, kind: 'independent' | 'cumulative'): ModelError | null {
  const { z, a, m } = nuclideOfZai(zai)
  // The model speaks of the sum of a nuclide's states, which stands under the ground state.
  if (m !== 0 || !model.yields || !model.estimate) return null
  return classOf(model.estimate.shapes, model.estimate.conditions, z, a, kind)
}

/** Rows of a tally, one a batch. */
class Rows {
  readonly #sums: SparseSums[] = []

  push(sums: SparseSums): void {
    this.#sums.push(sums)
  }

  table(batches: readonly Batch[]): BatchTable {
    const offsets = new Uint32Array(this.#sums.length + 1)
    for (const [row, { columns }] of this.#sums.entries()) offsets[row + 1] = offsets[row]! + columns.length
    const length = offsets.at(-1)!
    const table = {
      batches,
      offsets,
      columns: new Uint32Array(length),
      sums: new Float64Array(length),
      squares: new Float64Array(length),
    }
    for (const [row, { columns, sums, squares }] of this.#sums.entries()) {
      table.columns.set(columns, offsets[row]!)
      table.sums.set(sums, offsets[row]!)
      table.squares.set(squares, offsets[row]!)
    }
    return table
  }
}

function simulate(task: EngineTask, control?: RunControl): TaskTally {
  const model = setupModel(task.setup)
  const plan = model.plan()
  if (!plan) throw new BuiltinScopeError(model.remarks[0]!)
  const stream = { key: philoxKey(task.stream.jobKey), point: task.stream.point }
  const simulator = new HistorySimulator(plan)
  const done: Batch[] = []
  const residuals = new Rows()
  const counters = new Rows()
  let histories = 0
  let goOn = true
  for (const batch of task.batches) {
    if (!goOn) break
    for (let from = 0; from < batch.histories; from += HISTORIES_PER_REPORT) {
      const count = Math.min(HISTORIES_PER_REPORT, batch.histories - from)
      simulator.run(stream, batch.first + from, count)
      histories += count
      // A batch in hand is finished in any case: a tally holds whole batches only.
      if (control && !control.progress(histories)) goOn = false
    }
    const block = simulator.take()
    residuals.push(block.residuals)
    counters.push(block.counters)
    done.push(batch)
  }
  return {
    histories,
    residuals: { regions: plan.regions, nuclides: plan.nuclides, table: residuals.table(done) },
    counters: { regions: plan.regions, names: COUNTER_NAMES, table: counters.table(done) },
    counts: true,
    maxWeight: 1,
  }
}

/** Where not even ranges can be given. */
const withoutEnergies = ({ name }: { readonly name: string }) => ({
  name,
  energyInMeV: null,
  energyOutMeV: null,
  heatMeVPerPrimary: null,
})

export const builtinEngine: FunctionEngine = {
  kind: 'function',
  identity: { id: 'builtin', version: BUILTIN_VERSION, label: 'Built-in model', standIn: false },
  check: (setup) => setupModel(setup).remarks,
  coverage: (setup) => (setupModel(setup).yields ? COVERAGE : NOTHING_COVERED),
  modelError: (setup, zai, kind) => modelErrorOf(setupModel(setup), zai, kind),
  layers: (setup) => setupModel(setup).estimate?.layers ?? setup.target.layers.map(withoutEnergies),
  simulate,
}
