/**
 * What every engine that is a program promises: plain files in, a command, files out, and back to the tallies that a
 * function engine is held to. The suite runs the program itself, in an empty folder and an empty environment.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { EngineOutputError, type EngineTask, type ProgramEnding, type ProgramEngine } from '#engines/engine/engine.ts'
import { checkTaskTally } from '#results/batch-table.ts'
import { mergeMany } from '#results/merge.ts'
import type { Setup } from '#simulation/document.ts'

const JOB_KEY = '0123456789abcdef'
const BATCHES = [0, 1, 2, 3].map((ordinal) => ({ ordinal, first: ordinal * 250, histories: 250 }))
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
  limits: { timeSeconds: 60, memoryMebibytes: 512 },
  stdoutTail: '',
  stderrTail: 'it broke',
}))

export function describeProgramEngineContract(name: string, make: () => { engine: ProgramEngine; setup: Setup }): void {
  describe(`contract of a program engine: ${name}`, () => {
    const { engine, setup } = make()
    const taskOf = (from: number, to: number): EngineTask => ({
      setup,
      stream: { jobKey: JOB_KEY, point: 0 },
      batches: BATCHES.slice(from, to),
    })
    const whole = taskOf(0, 4)

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
        const there = input.outputs.filter((output) => existsSync(path.join(folder, output)))
        const outputs = new Map(
          there.map((output) => [output, new Uint8Array(readFileSync(path.join(folder, output)))]),
        )
        return { outputs, lines: printed.split('\n') }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }

    it('writes plain files in its own folder only, and the same for the same task', () => {
      const input = engine.write(whole)
      const names = [...input.files.map((file) => file.name), ...input.outputs]
      for (const file of names) expect(file).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
      expect(new Set(names).size).toBe(names.length)
      expect(input.outputs.length).toBeGreaterThan(0)
      expect(engine.write(whole)).toEqual(input)
    })

    it('runs in an empty environment and gives a whole tally of exactly the batches asked for', () => {
      const tally = engine.read(whole, run(whole).outputs)
      checkTaskTally(tally)
      expect(tally.histories).toBe(1000)
      expect(tally.residuals.table.batches).toEqual(whole.batches)
      expect(mergeMany([tally]).histories).toBe(1000)
    })

    it('gives the same result however the batches are split into tasks', () => {
      const tallyOf = (from: number, to: number) => engine.read(taskOf(from, to), run(taskOf(from, to)).outputs)
      const together = mergeMany([tallyOf(0, 4)])
      const apart = mergeMany([tallyOf(2, 4), tallyOf(0, 1), tallyOf(1, 2)])
      expect(apart.toSnapshot()).toEqual(together.toSnapshot())
    })

    it('tells its progress in lines that never go backwards nor beyond the task', () => {
      const told = run(whole).lines.flatMap((line) => engine.progress(line) ?? [])
      expect(told).toEqual([...told].sort((a, b) => a - b))
      for (const histories of told) expect(histories).toBeLessThanOrEqual(1000)
      expect(engine.progress('a line that means nothing')).toBeUndefined()
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
