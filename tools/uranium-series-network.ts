/**
 * Prints the decay network of `testdata/decay/uranium-series.json`: the uranium and actinium series, 90Sr and 3H, as
 * the compiled tables of `src/nuclides` have them. `testdata/decay/ORIGIN.md` says how the file is made from it.
 *
 * The numbers are frozen there on purpose, so a new edition of the tables changes no reference value of the solver.
 */

import { decayBranches } from '../src/nuclides/decay.ts'
import { formatHalfLife } from '../src/nuclides/half-life.ts'
import { formatZai, zai } from '../src/nuclides/names.ts'
import type { Zai } from '../src/nuclides/nuclide.ts'
import { stateOf } from '../src/nuclides/states.ts'

/** 238U first: the benchmark starts from the first member of its series. */
const PARENTS = ['U-238', 'U-235', 'Sr-90', 'H-3']

/** Parents before daughters. */
const ordered: Zai[] = []
const met = new Set<Zai>()
function follow(of: Zai): void {
  if (met.has(of)) return
  met.add(of)
  for (const { daughter } of decayBranches(of)) if (daughter !== null) follow(daughter)
  ordered.unshift(of)
}
for (const parent of [...PARENTS].reverse()) follow(zai(parent))

const entries = ordered.map((of) => {
  const { halfLife } = stateOf(of)!
  const stable = halfLife.kind === 'stable'
  if (!stable && halfLife.kind !== 'measured') throw new Error(`${formatZai(of)}: no measured half-life`)
  const all = decayBranches(of)
  return {
    nuclide: formatZai(of),
    halfLife: stable ? null : formatHalfLife(halfLife),
    // The evaluators' digits times the unit; the rounding of that product is cut off.
    halfLifeSeconds: stable ? null : Number(halfLife.seconds!.toPrecision(15)),
    branchesFrom: all[0]?.source ?? null,
    // Fission makes no atom that is followed.
    branches: all.flatMap(({ daughter, branching }) => (daughter === null ? [] : [[formatZai(daughter), branching]])),
  }
})
console.log(`[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`)
