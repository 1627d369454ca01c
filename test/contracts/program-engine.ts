/**
 * What every engine that is a program promises: plain files in, a command, files out, and back to the tallies that a
 * function engine is held to. The suite runs the program itself, in an empty folder and an empty environment.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { distributionLayouts } from '#engines/engine/distribution-layouts.ts'
import {
  EngineOutputError,
  type EngineTask,
  type ProgramEnding,
  type ProgramEngine,
  planningOf,
} from '#engines/engine/engine.ts'
import { checkTaskTally } from '#results/batch-table.ts'
import type { DistributionLayout } from '#results/distribution.ts'
import { checkDistribution, differenceOf } from '#results/distribution-check.ts'
import { mergeMany } from '#results/merge.ts'
import type { Setup } from '#simulation/document.ts'
import { fitsPattern, isFilePattern, isPlainName } from '#worker/program-files.ts'

const JOB_KEY = '0123456789abcdef'
const RUN_WITHIN_MS = 60_000

const endings: readonly ProgramEnding[] = (
  [
    { exitCode: 1, signal: null, killedFor: null },
    { exitCode: null, signal: 'SIGSEGV', killedFor: null },
    { exitCode: null, signal: 'SIGKILL', killedFor: 'time' },
    { exitCode: null, signal: 'SIGKILL', killedFor: 'memory' },
  ] as const
).map((ending) => ({
  ...ending,
  stoppedFor: null,
  limits: { timeSeconds: 60, memoryMebibytes: 512 },
  stdoutTail: '',
  stderrTail: 'it broke',
  files: new Map(),
}))

export interface ProgramEngineCase {
  readonly engine: ProgramEngine
  readonly setup: Setup
  /** Content of every bin per history, where it is known; `setup` then asks for meshes and spectra. */
  readonly expectation?: (layout: DistributionLayout) => Float64Array
  /** Histories of a batch; the default is 250. */
  readonly batchHistories?: number
}

export function describeProgramEngineContract(name: string, make: () => ProgramEngineCase): void {
  describe(`contract of a program engine: ${name}`, () => {
    const { engine, setup, batchHistories = 250, expectation } = make()
    const { oneBatchPerTask, seeds, historiesPerSecond } = planningOf(engine, setup)
    const all = [0, 1, 2, 3].map((ordinal) => ({
      ordinal,
      first: ordinal * batchHistories,
      histories: batchHistories,
    }))
    const taskOf = (from: number, to: number): EngineTask => ({
      setup,
      stream: { jobKey: JOB_KEY, point: 0 },
      batches: all.slice(from, to),
      ...(seeds ? { seed: 4711 + from } : {}),
    })
    /** As many batches as a task may have. */
    const whole = taskOf(0, oneBatchPerTask ? 1 : 4)
    const histories = whole.batches.length * batchHistories

    function run(task: EngineTask): { outputs: Map<string, Uint8Array>; lines: string[] } {
      const input = engine.write(task)
      const folder = mkdtempSync(path.join(tmpdir(), 'isolario-engine-'))
      try {
        for (const file of input.files) {
          writeFileSync(path.join(folder, file.name), file.content, { mode: file.executable ? 0o700 : 0o600 })
        }
        const printed = execFileSync(input.program, [...input.args], {
          cwd: folder,
          env: { ...input.environment },
          timeout: RUN_WITHIN_MS,
          encoding: 'utf8',
        })
        const there = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        const of = (patterns: readonly string[]) =>
          there.filter((file) => patterns.some((pattern) => fitsPattern(pattern, file)))
        const content = (file: string) => new Uint8Array(readFileSync(path.join(folder, file)))
        const outputs = new Map(of(input.outputs).map((file) => [file, content(file)]))
        const { progressFile } = input
        // A listing that was moved at the end keeps its name.
        const listing =
          progressFile && [...outputs.keys()].find((file) => path.basename(file) === path.basename(progressFile))
        return { outputs, lines: (listing ? Buffer.from(content(listing)).toString() : printed).split('\n') }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
    it('states planning facts that a plan can be made with', () => {
      expect(historiesPerSecond).toBeGreaterThan(0)
      if (engine.planning) expect(engine.planning(setup)).toEqual(engine.planning(setup))
    })

    it('writes plain files in its own folder only, and the same for the same task', () => {
      const input = engine.write(whole)
      const { files, outputs, keep = [], diagnostics = [], progressFile, stop } = input
      for (const { name } of files) expect(isPlainName(name)).toBe(true)
      const patterns = [...outputs, ...keep, ...diagnostics, ...(progressFile ? [progressFile] : [])]
      for (const pattern of patterns) expect(isFilePattern(pattern)).toBe(true)
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
      expect(new Set(outputs).size).toBe(outputs.length)
      expect(outputs.length).toBeGreaterThan(0)
      if (stop) {
        expect(isPlainName(stop.file)).toBe(true)
        expect(stop.folder === '' || (isFilePattern(stop.folder) && !stop.folder.includes('/'))).toBe(true)
        expect(stop.graceSeconds).toBeGreaterThan(0)
      }
      expect(engine.write(whole)).toEqual(input)
    })

    it('runs in an empty environment and gives a whole tally of exactly the batches asked for', () => {
      const tally = engine.read(whole, run(whole).outputs)
      checkTaskTally(tally)
      expect(tally.histories).toBe(histories)
      expect(tally.residuals.table.batches).toEqual(whole.batches)
      if (oneBatchPerTask) expect(tally.residuals.table.squares).toBeNull()
      expect(mergeMany([tally]).histories).toBe(histories)
    })

    it('gives the same result again, and in any order or grouping of the tasks', () => {
      const tallyOf = (from: number, to: number) => engine.read(taskOf(from, to), run(taskOf(from, to)).outputs)
      const one = [tallyOf(0, 1), tallyOf(1, 2), tallyOf(2, 3), tallyOf(3, 4)]
      const together = mergeMany(oneBatchPerTask ? one : [tallyOf(0, 4)])
      const apart = mergeMany(
        oneBatchPerTask ? [tallyOf(2, 3), one[3]!, tallyOf(0, 1), one[1]!] : [tallyOf(2, 4), one[0]!, one[1]!],
      )
      expect(apart.toSnapshot()).toEqual(together.toSnapshot())
    })

    if (setup.scoring) {
      it('scores exactly the meshes and spectra that the setup asks for', () => {
        const tallyOf = (from: number, to: number) => engine.read(taskOf(from, to), run(taskOf(from, to)).outputs)
        const tallies = [tallyOf(0, 1), tallyOf(1, 2), tallyOf(2, 3), tallyOf(3, 4)]
        const layouts = distributionLayouts(setup)
        for (const { distributions = [] } of tallies) {
          expect(distributions.map(({ layout }) => layout.name)).toEqual(layouts.map(({ name }) => name))
          for (const [index, distribution] of distributions.entries()) {
            checkDistribution(distribution)
            const { layout } = distribution
            // An engine may bring edges of its own for energies (groups of low-energy neutrons), and nothing else.
            const axes = layout.axes.map((axis, i) => (axis.name === 'energy' ? layouts[index]!.axes[i]! : axis))
            expect(differenceOf({ ...layout, axes }, layouts[index]!)).toBeNull()
          }
        }
        const inOrder = mergeMany(tallies).distributions
        const mixed = mergeMany([tallies[2]!, tallies[0]!, tallies[3]!, tallies[1]!]).distributions
        expect([inOrder.isInOrder, mixed.isInOrder]).toEqual([true, false])
        let compared = 0
        for (const [index, distribution] of inOrder.tallies().entries()) {
          expect(distribution).toMatchObject({ batches: 4, histories: 4 * batchHistories })
          const other = mixed.tallies()[index]!
          for (const [bin, sum] of distribution.sums.entries()) {
            expect(Math.abs(other.sums[bin]! - sum)).toBeLessThanOrEqual(1e-12 * sum)
          }
          const expected = expectation?.(distribution.layout)
          if (!expected) continue
          const n = distribution.histories
          const total = expected.reduce((a, b) => a + b, 0)
          // Each history scores one unit at most: five standard deviations of a binomial, and one for what is rare.
          const near = (seen: number, p: number) =>
            expect(Math.abs(seen - n * p)).toBeLessThan(5 * Math.sqrt(n * p * (1 - p)) + 5)
          for (const [bin, p] of expected.entries()) near(distribution.sums[bin]!, p)
          near(distribution.sums.at(-1)!, total)
          compared += expected.length
        }
        if (expectation) expect(compared).toBeGreaterThan(50)
      })
    }

    it('tells its progress in lines that never go backwards nor beyond the task', () => {
      const read = engine.progress(whole)
      const told = run(whole).lines.flatMap((line) => read(line) ?? [])
      expect(told).toEqual([...told].sort((a, b) => a - b))
      for (const done of told) expect(done).toBeLessThanOrEqual(histories)
      expect(engine.progress(whole)('a line that means nothing')).toBeUndefined()
    })

    it('refuses outputs that are missing', () => {
      expect(() => engine.read(whole, new Map())).toThrow(EngineOutputError)
    })

    it('turns every bad end into a cause with a code and a sentence', () => {
      for (const ending of endings) {
        const failure = engine.diagnose(ending)
        expect(failure.code).toMatch(/^[A-Z][A-Z0-9_]+$/)
        expect(failure.message.length).toBeGreaterThan(10)
        expect(typeof failure.retriable).toBe('boolean')
      }
    })
  })
}
