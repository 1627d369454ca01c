/** Runs program engines: files out, program, files in, tally. */

import path from 'node:path'
import {
  type EngineFailure,
  EngineOutputError,
  type EngineTask,
  type FilePattern,
  type ProgramEnding,
  type ProgramEngine,
} from '#engines/engine/engine.ts'
import { engineTaskOf, LARGEST_RAW_BYTES, resultIdentityOf, type TaskPayload } from '#engines/engine/task-payload.ts'
import { encodeTask } from './encode-task.ts'
import type { EngineRun, RunOutcome } from './engine-run.ts'
import { packFiles } from './packed-files.ts'
import { BuildFolderError } from './program-build.ts'
import { fitsPattern } from './program-files.ts'
import { ProgramInputError, type ProgramRun, type RunProgram, runProgram } from './program-run.ts'
import { TaskSetupError, TaskSetups } from './task-setup.ts'

/** Largest sum of a task's files where nothing else is said: 2 GiB. */
export const DEFAULT_OUTPUT_BYTES = 2 ** 31

export class ProgramRunner {
  readonly #scratchFolder: string
  readonly #outputBytes: number
  readonly #runProgram: RunProgram
  readonly #buildFolder: string
  readonly #setups = new TaskSetups()

  /**
   * @param scratchFolder a folder of this worker alone; every run gets a new one in it.
   * @param buildFolder where programs that are made of sources are kept; workers of a machine may share it.
   */
  constructor(
    scratchFolder: string,
    outputBytes: number = DEFAULT_OUTPUT_BYTES,
    run: RunProgram = runProgram,
    buildFolder: string = path.join(scratchFolder, 'built'),
  ) {
    this.#scratchFolder = scratchFolder
    this.#outputBytes = outputBytes
    this.#runProgram = run
    this.#buildFolder = buildFolder
  }

  /** @param name of the run's folder, for example `task7-g1-a2`. */
  start(engine: ProgramEngine, payload: TaskPayload, name: string): EngineRun {
    const end = new AbortController()
    const stop = new AbortController()
    const progress = { done: 0 }
    const signals = { abandon: end.signal, stop: stop.signal }
    const outcome = this.#run(engine, payload, path.join(this.#scratchFolder, name), progress, signals)
    return {
      outcome,
      progress: () => progress.done,
      stop: () => stop.abort(),
      abandon: () => end.abort(),
    }
  }

  async #run(
    engine: ProgramEngine,
    payload: TaskPayload,
    folder: string,
    progress: { done: number },
    { abandon, stop }: { readonly abandon: AbortSignal; readonly stop: AbortSignal },
  ): Promise<RunOutcome> {
    const begun = performance.now()
    let log: string | null = null
    try {
      const { limits } = payload
      const task = engineTaskOf(payload, this.#setups.of(payload))
      const input = engine.write(task)
      const read = engine.progress(task)
      const onLine = (line: string) => {
        progress.done = Math.max(progress.done, read(line) ?? 0)
      }
      const outputBytes = this.#outputBytes
      const buildFolder = this.#buildFolder
      const run = await this.#runProgram({ input, folder, limits, outputBytes, onLine, abandon, stop, buildFolder })
      if (abandon.aborted) return { kind: 'abandoned' }
      log = buildLogOf(run) + logOf(run.ending)
      if (run.built?.ok === false) return { kind: 'failed', failure: buildFailure(engine, run.ending, task), log }
      const failure = run.outputProblem
        ? { code: 'PROGRAM_OUTPUT_REFUSED', message: run.outputProblem, retriable: false }
        : failureOf(engine, run.ending)
      if (failure) return { kind: 'failed', failure, log }
      const tally = engine.read(task, run.outputs)
      const encoded = encodeTask(resultIdentityOf(payload), tally)
      const engineMs = performance.now() - begun
      const kept = keptOf(input.keep ?? [], run.outputs)
      const done = { kind: 'tally', ...encoded, histories: tally.histories, engineMs } as const
      if (kept.files.size === 0) return { ...done, log: kept.missed ? log + kept.missed : log }
      return { ...done, log, raw: packFiles(kept.files) }
    } catch (error) {
      return { kind: 'failed', failure: thrown(error), log }
    }
  }
}

/** Outputs that are stored as they are; none of them where together they are too large. */
function keptOf(patterns: readonly FilePattern[], outputs: ReadonlyMap<string, Uint8Array>) {
  const files = new Map([...outputs].filter(([name]) => patterns.some((pattern) => fitsPattern(pattern, name))))
  const bytes = [...files.values()].reduce((sum, content) => sum + content.byteLength, 0)
  if (bytes <= LARGEST_RAW_BYTES) return { files, missed: null }
  const missed = `isolario: the raw outputs have ${bytes} bytes; more than ${LARGEST_RAW_BYTES} are not stored.\n`
  return { files: new Map<string, Uint8Array>(), missed }
}

/** What programs say when the system gives them no more memory: they may grow faster than they are watched. */
const OUT_OF_MEMORY = /std::bad_alloc|cannot allocate memory|out of memory/i

/** The cause of a bad end; `null` for a good one. What the worker did itself it also names itself. */
function failureOf(
  engine: ProgramEngine,
  ending: ProgramEnding,
  diagnose: (ending: ProgramEnding) => EngineFailure = (one) => engine.diagnose(one),
): EngineFailure | null {
  const { timeSeconds, memoryMebibytes } = ending.limits
  if (ending.killedFor === 'memory' || (ending.exitCode !== 0 && OUT_OF_MEMORY.test(ending.stderrTail))) {
    return {
      code: 'PROGRAM_OUT_OF_MEMORY',
      message:
        `${engine.identity.label} needed more memory than its limit of ${memoryMebibytes} MiB and was ended. ` +
        'Run the simulation again with more memory.',
      retriable: false,
    }
  }
  if (ending.killedFor === 'time') {
    return {
      code: 'PROGRAM_OUT_OF_TIME',
      message:
        `${engine.identity.label} took longer than its limit of ${timeSeconds} s and was ended. ` +
        'Run the simulation again with more time for a task, or with fewer histories in one.',
      retriable: false,
    }
  }
  if (ending.exitCode === 0) return null
  if (ending.signal === 'SIGXFSZ' || ending.stderrTail.includes("isolario: the task's files exceeded the quota")) {
    return {
      code: 'PROGRAM_OUTPUT_TOO_LARGE',
      message: `${engine.identity.label} wrote more to its folder than a task may, and was ended.`,
      retriable: false,
    }
  }
  if (ending.signal === 'SIGKILL') {
    return {
      code: 'PROGRAM_KILLED',
      message: `${engine.identity.label} was killed from outside: by somebody, or by the system for want of memory.`,
      retriable: true,
    }
  }
  return diagnose(ending)
}

/**
 * Why nothing was made of the sources. Its time is its own: more time for the task would not help it. Memory, disk and kills
 * are told as those of any program.
 */
function buildFailure(engine: ProgramEngine, ending: ProgramEnding, task: EngineTask): EngineFailure {
  const diagnose = (one: ProgramEnding): EngineFailure => engine.diagnoseBuild?.(one, task) ?? notBuilt(engine)
  if (ending.killedFor === 'time') return diagnose(ending)
  // A build that ended well and left nothing has failed as well.
  const failed = ending.exitCode === 0 ? { ...ending, exitCode: 1 } : ending
  return failureOf(engine, failed, diagnose) ?? notBuilt(engine)
}

const notBuilt = ({ identity: { label } }: ProgramEngine): EngineFailure => ({
  code: 'PROGRAM_NOT_BUILT',
  message: `The program of ${label} could not be made of its sources. The log of the task has what was said.`,
  retriable: false,
})

/** What was made before the run, for the task's log. */
function buildLogOf({ built }: ProgramRun): string {
  if (built === undefined || !built.ok) return ''
  const what = built.log === null ? 'was there' : 'was made for this task'
  return `${built.log ?? ''}--- isolario: the program of the sources ${what}; SHA-256 ${built.sha256} ---\n`
}

function thrown(error: unknown): EngineFailure {
  if (error instanceof EngineOutputError)
    return { code: error.code, message: error.message, retriable: error.retriable }
  if (error instanceof TaskSetupError || error instanceof ProgramInputError || error instanceof BuildFolderError) {
    return { code: error.code, message: error.message, retriable: false }
  }
  const cause = error as NodeJS.ErrnoException
  // An error of the system (disk full, no more processes) is of this machine at this moment; any other is of the engine.
  if (typeof cause.syscall === 'string') {
    return {
      code: 'SCRATCH_FAILED',
      message: `The task's folder could not be used: ${cause.message}.`,
      retriable: true,
    }
  }
  const message = `The engine failed: ${error instanceof Error ? error.message : String(error)}`
  return { code: 'ENGINE_FAILED', message, retriable: false }
}

function logOf(ending: ProgramEnding): string {
  const how = ending.signal ? `signal ${ending.signal}` : `exit code ${ending.exitCode}`
  const why = ending.killedFor ? `, ended by the worker for ${ending.killedFor}` : ''
  const told = ending.stoppedFor ? `, told to end: ${ending.stoppedFor}` : ''
  const files = [...ending.files].map(([name, tail]) => `--- end of ${name} ---\n${tail}\n`).join('')
  return `${ending.stdoutTail}\n--- standard error ---\n${ending.stderrTail}\n${files}--- ${how}${why}${told} ---\n`
}
