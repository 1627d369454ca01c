/**
 * What every engine that is called as a function promises, whatever it models. An engine of kind `program` has a suite of
 * its own (program-engine.ts) and is held to the same tallies through the files it writes and reads.
 */

import { describe, expect, it } from 'vitest'
import type { EngineTask, FunctionEngine } from '#engines/engine/engine.ts'
import { nuclideOfZai, zaiOf } from '#nuclides/nuclide.ts'
import { batchRows, checkTaskTally } from '#results/batch-table.ts'
import { mergeMany } from '#results/merge.ts'
import type { Batch, BatchTable, TaskTally } from '#results/tally.ts'
import type { Setup } from '#simulation/document.ts'

export interface FunctionEngineSubject {
  readonly engine: FunctionEngine
  /** A setup the engine takes, with products within some ten thousand histories. */
  readonly setup: Setup
  /** Others that it takes, with windows, dumps, layers that make nothing: the merge must take their tallies. */
  readonly moreSetups?: readonly Setup[]
  /** A setup the engine refuses. */
  readonly refused: Setup
}

const JOB_KEY = '0123456789abcdef'

/** Batches of equal size, from a history index on. */
function batchesOf(count: number, histories: number, firstHistory = 0, firstOrdinal = 0): Batch[] {
  return Array.from({ length: count }, (_, i) => ({
    ordinal: firstOrdinal + i,
    first: firstHistory + i * histories,
    histories,
  }))
}

/** Rows of a table as plain values, by ordinal. */
function rowsOf(table: BatchTable): Map<number, unknown> {
  return new Map(
    [...batchRows(table)].map(({ batch, columns, sums, squares }) => [
      batch.ordinal,
      { batch, columns: [...columns], sums: [...sums], squares: squares && [...squares] },
    ]),
  )
}

/** Both tables of a tally by ordinal. */
const contentOf = (tally: TaskTally) => ({
  residuals: rowsOf(tally.residuals.table),
  counters: rowsOf(tally.counters.table),
})

export function describeFunctionEngineContract(name: string, make: () => FunctionEngineSubject): void {
  describe(`contract of a function engine: ${name}`, () => {
    const { engine, setup, moreSetups = [], refused } = make()
    const task = (batches: readonly Batch[], jobKey = JOB_KEY, point = 0): EngineTask => ({
      setup,
      stream: { jobKey, point },
      batches,
    })

    it('names itself and its version', () => {
      expect(engine.kind).toBe('function')
      expect(engine.identity.id).toMatch(/^[a-z][a-z0-9-]*$/)
      expect(engine.identity.version).not.toBe('')
      expect(engine.identity.label).not.toBe('')
    })

    it('takes the setup it can express and refuses the other, in sentences with a code and a path', () => {
      expect(engine.check(setup).filter((remark) => remark.severity === 'refusal')).toEqual([])
      const refusals = engine.check(refused).filter((remark) => remark.severity === 'refusal')
      expect(refusals.length).toBeGreaterThan(0)
      for (const remark of [...engine.check(setup), ...refusals]) {
        expect(remark.code).toMatch(/^[A-Z][A-Z0-9_]+$/)
        expect(remark.path).toMatch(/^setup\./)
        expect(remark.message).toMatch(/^[A-Z0-9].*\.$/s)
      }
    })

    it('does not simulate what it refuses', () => {
      expect(() => engine.simulate({ setup: refused, stream: { jobKey: JOB_KEY, point: 0 }, batches: [] })).toThrow()
    })

    it('hands over a well-formed tally of exactly the batches asked for', () => {
      const batches = batchesOf(3, 20_000, 40_000, 2)
      const tally = engine.simulate(task(batches))
      checkTaskTally(tally)
      expect(tally.histories).toBe(60_000)
      expect(tally.residuals.table.batches).toEqual(batches)
      expect(tally.counters.table.batches).toEqual(batches)
      expect(tally.residuals.table.columns.length).toBeGreaterThan(0)
      expect(tally.residuals.regions[0]).toBe('total')
    })

    it('hands over tallies that the merge takes, for every setup, with a number for each of their regions', () => {
      for (const one of [setup, ...moreSetups]) {
        const parts = [batchesOf(2, 10_000), batchesOf(1, 10_000, 20_000, 2)].map((batches) =>
          engine.simulate({ setup: one, stream: { jobKey: JOB_KEY, point: 0 }, batches }),
        )
        const merge = mergeMany(parts)
        expect(merge.histories).toBe(30_000)
        // Only target layers are scored, and the counters in the same places as the residuals.
        const targets = one.target.layers.filter((layer) => layer.role === 'target').map((layer) => layer.name)
        expect(merge.regions[0]).toBe('total')
        for (const region of merge.regions.slice(1)) expect(targets).toContain(region)
        for (const region of merge.regions) {
          expect(merge.residualSample(region).nuclides).toEqual(merge.nuclides)
          expect(merge.counterSample(region).names).toEqual(parts[0]!.counters.names)
        }
        const total = merge.residualSample('total').sums.reduce((sum, value) => sum + value, 0)
        expect(total).toBeGreaterThan(0)
      }
    })

    it('scores only what it says it covers, and has an error class or none for each', () => {
      const tally = engine.simulate(task(batchesOf(1, 50_000)))
      const { boxes, isomers } = engine.coverage(setup)
      for (const zai of tally.residuals.nuclides) {
        const { z, a, m } = nuclideOfZai(zai)
        if (isomers === 'not-resolved') expect(m).toBe(0)
        expect(
          boxes.some((box) => z >= box.zMin && z <= box.zMax && a >= box.aMin && a <= box.aMax),
          `Z = ${z}, A = ${a}`,
        ).toBe(true)
        for (const kind of ['independent', 'cumulative'] as const) {
          const error = engine.modelError(setup, zai, kind)
          if (error) expect(error.factor).toBeGreaterThan(1)
        }
      }
      // Outside the boxes nothing is scored, so no error can be stated.
      expect(engine.modelError(setup, zaiOf(110, 270), 'independent')).toBeNull()
    })

    it('gives the same rows for any split into tasks, in any order, and for a repeat', () => {
      const batches = batchesOf(6, 15_000)
      const whole = contentOf(engine.simulate(task(batches)))
      const parts = [batches.slice(4), batches.slice(0, 1), batches.slice(1, 4)].map((part) =>
        contentOf(engine.simulate(task(part))),
      )
      for (const table of ['residuals', 'counters'] as const) {
        const together = new Map(parts.flatMap((part) => [...part[table]]).sort(([a], [b]) => a - b))
        expect(together).toEqual(whole[table])
      }
      expect(contentOf(engine.simulate(task(batches)))).toEqual(whole)
    })

    it('draws other numbers for another job and for another scan point', () => {
      const batches = batchesOf(1, 50_000)
      const base = contentOf(engine.simulate(task(batches)))
      expect(contentOf(engine.simulate(task(batches, 'fedcba9876543210')))).not.toEqual(base)
      expect(contentOf(engine.simulate(task(batches, JOB_KEY, 1)))).not.toEqual(base)
    })

    it('keeps nuclides and regions the same for every task of a setup', () => {
      const one = engine.simulate(task(batchesOf(1, 1000)))
      const other = engine.simulate(task(batchesOf(1, 5000, 1000, 1), 'fedcba9876543210'))
      expect(other.residuals.nuclides).toEqual(one.residuals.nuclides)
      expect(other.residuals.regions).toEqual(one.residuals.regions)
      expect(other.counters.regions).toEqual(one.counters.regions)
      expect(other.counters.names).toEqual(one.counters.names)
    })

    it('reports progress that grows to the histories done', () => {
      const reports: number[] = []
      const tally = engine.simulate(task(batchesOf(4, 200_000)), {
        progress: (done) => {
          reports.push(done)
          return true
        },
      })
      expect(reports.length).toBeGreaterThanOrEqual(4)
      expect(reports.every((done, i) => done > (reports[i - 1] ?? 0))).toBe(true)
      expect(reports.at(-1)).toBe(tally.histories)
    })

    it('ends after the batch in hand when told to, with whole batches that equal those of an undisturbed run', () => {
      const batches = batchesOf(5, 300_000)
      const tally = engine.simulate(task(batches), { progress: (done) => done < 400_000 })
      checkTaskTally(tally)
      const whole = tally.residuals.table.batches.length
      expect(whole).toBeGreaterThanOrEqual(1)
      expect(whole).toBeLessThan(5)
      expect(tally.histories).toBe(whole * 300_000)
      expect(contentOf(tally)).toEqual(contentOf(engine.simulate(task(batches.slice(0, whole)))))
    })

    it('does nothing for a task without batches', () => {
      const tally = engine.simulate(task([]))
      expect(tally.histories).toBe(0)
      expect(tally.residuals.table.batches).toEqual([])
    })
  })
}
