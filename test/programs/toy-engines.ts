/**
 * Engines for tests of workers: their counts are a simple function of (job key, point, history index), so that whoever
 * simulates a history, and however often, counts the same.
 *
 * `toy` counts and is done. The others do one thing wrong or slowly; what it is says their name.
 */

import path from 'node:path'
import {
  type Engine,
  type EngineFailure,
  EngineOutputError,
  type EngineTask,
  type FunctionEngine,
  type ProgramEnding,
  type ProgramEngine,
  type RunControl,
} from '#engines/engine/engine.ts'
import { type PointPayload, taskPayloadWriter } from '#engines/engine/task-payload.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { BatchTableBuilder } from '#results/batch-table.ts'
import type { Batch, TaskTally } from '#results/tally.ts'
import { setupDigest } from '#simulation/digest.ts'
import { presetById } from '#simulation/presets.ts'
import { toyDistributions } from './toy-distributions.ts'

export const TOY_VERSION = '1.0'
const NUCLIDES = [471110, 461110, 451110, 481150, 501320].toSorted((a, b) => a - b) as Zai[]

/** A hash of 32 bits with good mixing (finaliser of MurmurHash3). */
function mixed(value: number): number {
  value ^= value >>> 16
  value = Math.imul(value, 0x85ebca6b)
  value ^= value >>> 13
  value = Math.imul(value, 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** Index of the nuclide that a history makes, or -1. */
function toyHistory(jobKey: string, point: number, history: number): number {
  const key = Number.parseInt(jobKey.slice(8), 16)
  const draw = mixed(mixed(key ^ point) ^ mixed(history))
  return draw % 7 === 0 ? (draw >>> 8) % NUCLIDES.length : -1
}

/** The tally of a task; `each` is called after every batch and may end the run. */
export function toyTally(task: EngineTask, each: (batch: Batch, done: number) => boolean = () => true): TaskTally {
  const residuals = new BatchTableBuilder(NUCLIDES.length, true)
  const counters = new BatchTableBuilder(1, true)
  let histories = 0
  let ended = 0
  for (const batch of task.batches) {
    for (let history = batch.first; history < batch.first + batch.histories; history++) {
      const nuclide = toyHistory(task.stream.jobKey, task.stream.point, history)
      if (nuclide < 0) continue
      residuals.add(nuclide, 1, 1)
      counters.add(0, 1, 1)
    }
    residuals.endBatch(batch)
    counters.endBatch(batch)
    histories += batch.histories
    ended = batch.first + batch.histories
    if (!each(batch, histories)) break
  }
  const done = task.batches.filter(({ first }) => first < ended)
  const distributions = task.setup.scoring ? toyDistributions({ ...task, batches: done }) : []
  return {
    histories,
    residuals: { regions: ['total'], nuclides: NUCLIDES, table: residuals.build() },
    counters: { regions: ['total'], names: ['reactions'], table: counters.build() },
    counts: true,
    maxWeight: 1,
    ...(distributions.length > 0 ? { distributions } : {}),
  }
}

const common = (id: string) => ({
  identity: { id, version: TOY_VERSION, label: `Toy engine "${id}"`, standIn: true },
  check: () => [],
  coverage: () => ({ boxes: [{ zMin: 45, zMax: 50, aMin: 111, aMax: 132 }], isomers: 'not-resolved' as const }),
  modelError: () => null,
})

function busy(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const functionEngine = (
  id: string,
  simulate: (task: EngineTask, control: RunControl | undefined) => TaskTally,
): FunctionEngine => ({ ...common(id), kind: 'function', simulate })

const simulator = path.join(import.meta.dirname, 'toy-simulator.mjs')

/** `mode` is what the program does (`toy-simulator.mjs`). */
const programEngine = (id: string, mode: string): ProgramEngine => ({
  ...common(id),
  kind: 'program',
  write: (task) => ({
    files: [{ name: 'input.json', content: JSON.stringify(task.batches) }],
    program: process.execPath,
    args: [simulator, mode],
    environment: { TOY: 'yes' },
    outputs: ['done.json'],
  }),
  progress: () => (line) => (line.startsWith('done ') ? Number(line.slice(5)) : undefined),
  read: (task, outputs) => {
    const done = outputs.get('done.json')
    if (!done) throw new EngineOutputError('TOY_OUTPUT_MISSING', 'The toy wrote no done.json.')
    const batches = JSON.parse(Buffer.from(done).toString()) as Batch[]
    return toyTally({ ...task, batches })
  },
  diagnose: (ending: ProgramEnding): EngineFailure => ({
    code: 'TOY_BROKEN',
    message: `The toy broke: ${ending.stderrTail.trim()} (exit code ${ending.exitCode}).`,
    retriable: ending.exitCode === 75,
  }),
})

/**
 * One batch a task and no moments; its listing lies in a folder that it names after its process, and it looks there for a
 * file that tells it to end: as FLUKA does.
 */
const gracefulEngine = (id: string, mode: string): ProgramEngine => ({
  ...programEngine(id, mode),
  planning: () => ({ historiesPerSecond: 100, oneBatchPerTask: true, seeds: true }),
  write: (task) => ({
    files: [{ name: 'input.json', content: JSON.stringify(task.batches) }],
    program: process.execPath,
    args: [simulator, mode, String(task.seed)],
    environment: {},
    outputs: ['done.json', 'toy_*/listing.txt'],
    keep: ['toy_*/listing.txt'],
    diagnostics: ['toy_*/listing.txt'],
    progressFile: 'toy_*/listing.txt',
    stop: { folder: 'toy_*', file: 'toy.stop', graceSeconds: 20 },
  }),
  read: (task, outputs) => {
    const done = outputs.get('done.json')
    if (!done) throw new EngineOutputError('TOY_OUTPUT_MISSING', 'The toy wrote no done.json.')
    const batches = JSON.parse(Buffer.from(done).toString()) as Batch[]
    const tally = toyTally({ ...task, batches })
    const { residuals, counters } = tally
    return {
      ...tally,
      counts: false,
      maxWeight: null,
      residuals: { ...residuals, table: { ...residuals.table, squares: null } },
      counters: { ...counters, table: { ...counters.table, squares: null } },
    }
  },
  diagnose: ({ files, exitCode }) => ({
    code: 'TOY_BROKEN',
    message: `The toy broke: ${[...files.values()].join('').trim().split('\n').at(-1)} (exit code ${exitCode}).`,
    retriable: false,
  }),
})

/** All toy engines; the export that an engine thread looks for. */
export function createEngines(): readonly Engine[] {
  return [
    functionEngine('toy', (task, control) => toyTally(task, (_, done) => control?.progress(done) ?? true)),
    functionEngine('toy-brisk', (task) => {
      busy(4)
      return toyTally(task)
    }),
    functionEngine('toy-slow', (task, control) =>
      toyTally(task, (_, done) => {
        for (let i = 0; i < 10; i++) {
          busy(5)
          if (control?.progress(done) === false) return false
        }
        return true
      }),
    ),
    functionEngine('toy-deaf', (task) => {
      busy(60_000)
      return toyTally(task)
    }),
    // Long, and without a word meanwhile: its lease has to be extended all the same.
    functionEngine('toy-silent', (task) => {
      busy(2500)
      return toyTally(task)
    }),
    functionEngine('toy-throws', () => {
      throw new Error('a cogwheel came off')
    }),
    functionEngine('toy-short', (task) => toyTally({ ...task, batches: task.batches.slice(0, -1) })),
    functionEngine('toy-exits', () => process.exit(1)),
    functionEngine('toy-greedy', (task) => {
      // In small pieces: Node ends a thread at its limit between two steps of its program. One that takes tens of megabytes in a
      // single step goes beyond the limit before that, and then the whole process is aborted.
      let hoard: unknown
      for (let i = 0; i < 1e9; i++) hoard = { i, hoard }
      if (hoard === undefined) throw new Error('Nothing was taken.')
      return toyTally(task)
    }),
    programEngine('toy-program', 'work'),
    programEngine('toy-program-slow', 'slow'),
    programEngine('toy-program-broken', 'broken'),
    programEngine('toy-program-hungry', 'hungry'),
    programEngine('toy-program-sleepy', 'sleepy'),
    programEngine('toy-program-link', 'link'),
    programEngine('toy-program-flood', 'flood'),
    programEngine('toy-program-mute', 'mute'),
    gracefulEngine('toy-program-graceful', 'graceful'),
    gracefulEngine('toy-program-patient', 'patient'),
    gracefulEngine('toy-program-brittle', 'brittle'),
    gracefulEngine('toy-program-seeded', 'seeded'),
  ]
}

/** URL of this module, for engine threads. */
export const TOY_ENGINE_MODULE = import.meta.url

const setup = presetById('thin-uc4')!.document.setup

/** What all tasks of a toy job have in common. */
export const toyPoint = (engine: string, changes: Partial<PointPayload> = {}): PointPayload => ({
  engine,
  engineVersion: TOY_VERSION,
  setup,
  setupDigest: setupDigest(setup),
  jobKey: '0123456789abcdef',
  point: 0,
  replay: false,
  limits: { timeSeconds: 60, memoryMebibytes: 512 },
  objectKeyPrefix: 'jobs/j/',
  ...changes,
})

/** Tasks of one or more batches each. */
export function toyTasks(point: PointPayload, count: number, batchesPerTask = 1, histories = 100) {
  const write = taskPayloadWriter(point)
  return Array.from({ length: count }, (_, task) => {
    const batches = Array.from({ length: batchesPerTask }, (_, i) => {
      const ordinal = task * batchesPerTask + i
      return { ordinal, first: ordinal * histories, histories }
    })
    return { task, payload: write(batches) }
  })
}
