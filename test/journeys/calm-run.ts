/** The same simulation on one machine, undisturbed: what a job that went through a storm is compared with. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { SimulationInput } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'

const ENTRY = path.resolve(import.meta.dirname, '../../src/main/isolario.ts')

/** The SPES example with a job of so many tasks and a key of its own, so that every run has the same histories. */
export function primariesDocument(name: string, tasks: number, histories: number): SimulationInput {
  const spes = presetById('spes-uc4')!.document
  return {
    ...spes,
    name,
    job: {
      ...spes.job,
      key: '5eed5eed5eed5eed',
      goal: { kind: 'primaries', primaries: tasks * histories },
      batchHistories: histories,
      historiesPerTask: histories,
    },
  }
}

/** What a result says, without when and where it was made. */
export function numbersOf(result: unknown): unknown {
  const { residuals, primaries } = result as { residuals: readonly unknown[]; primaries: number }
  if (!(residuals.length > 100) || !(primaries > 0)) throw new Error('there is nothing to compare in this result')
  return { residuals, primaries }
}

/** Numbers of `isolario run` of the document, in a process of its own. */
export async function calmNumbers(document: SimulationInput): Promise<unknown> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-calm-'))
  try {
    const file = path.join(folder, 'document.json')
    writeFileSync(file, JSON.stringify(document))
    const { stdout } = await promisify(execFile)(process.execPath, [ENTRY, 'run', file, '--json'], {
      maxBuffer: 2 ** 28,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    })
    return numbersOf(JSON.parse(stdout))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
