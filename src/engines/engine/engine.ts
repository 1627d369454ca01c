/**
 * The contract of an engine: a simulation's setup goes in, sums over histories come out.
 *
 * An engine is pure: values in, text or bytes out, and back. Running a program is the worker's business, keeping bytes
 * is storage's. It says what it cannot express instead of dropping it, and it reads the primaries done from its own
 * output. Every engine passes the suite in test/contracts/engine.ts.
 */

import type { LayerFacts } from '#inventory/report.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import type { Coverage, ModelError, ResultRoutines } from '#results/document.ts'
import type { RunMerge } from '#results/merge.ts'
import type { Batch, TaskTally } from '#results/tally.ts'
import type { Setup } from '#simulation/document.ts'

export interface EngineIdentity {
  /** For example `builtin`. */
  readonly id: string
  /** Version of the model and its tables; part of every result. */
  readonly version: string
  /** For people: `Built-in model`. */
  readonly label: string
  /** True for a stand-in that must never be mistaken for the engine it imitates; its version holds the word STAND-IN. */
  readonly standIn: boolean
}

/** An engine that an installation does not have. */
export interface MissingEngine {
  readonly id: string
  readonly label: string
  /** Why it is not there, and what to do. */
  readonly reason: string
}

/**
 * Whether a result was made by a stand-in: by the version that made it, which may be another than is here now.
 * @param here identity of the engine of that name that this installation has, if any
 */
export const isMadeByStandIn = (version: string, here: EngineIdentity | undefined): boolean =>
  version.includes('STAND-IN') || (here?.version === version && here.standIn)

/** Something in the setup that this engine cannot do, or does differently. */
export interface EngineRemark {
  /** Stable, for example `BUILTIN_TARGET_NOT_FISSILE`. */
  readonly code: string
  /** `refusal`: the job is not accepted. `note`: accepted, and the note travels with the result. */
  readonly severity: 'refusal' | 'note'
  /** Path of the parameter, for example `setup.beam.energyMeV`. */
  readonly path: string
  /** What was asked, what the engine can do, what to do instead. */
  readonly message: string
}

/** Where the random numbers of a task come from: (job key, scan point, history index) fixes every one of them. */
export interface RandomStream {
  /** 16 hexadecimal digits. */
  readonly jobKey: string
  /** Index of the scan point; 0 without a scan. */
  readonly point: number
}

export interface EngineTask {
  readonly setup: Setup
  readonly stream: RandomStream
  /** Whole batches, ascending, contiguous in histories. Exactly one where the engine asks for it (`PlanningFacts`). */
  readonly batches: readonly Batch[]
  /**
   * Seed of this task, 1 to `LARGEST_SEED` (simulation/seeds.ts), for an engine that asks for seeds: no other task of the installation has it,
   * and a replay has that of its original. Absent for all other engines.
   */
  readonly seed?: number
}

/** What cutting a job into tasks depends on. */
export interface PlanningFacts {
  /** Histories per second of one worker, as a guess: only the size of tasks and of first rounds depends on it. */
  readonly historiesPerSecond: number
  /**
   * True where a task must be exactly one batch: the engine gives no moments within a run, so that the statistical error
   * comes from the spread between tasks. Such a batch may end with fewer histories than planned.
   */
  readonly oneBatchPerTask: boolean
  /** True where every task needs a seed of its own. */
  readonly seeds: boolean
  /** True where its licence is one for persons: who used it is written down. */
  readonly licensed?: boolean
}

/** How a long run reports and how it is told to end. Called now and then, at least a few times a second. */
export interface RunControl {
  /** Histories done so far in this task. Returns false when the run should end as soon as it can. */
  progress(historiesDone: number): boolean
}

interface EngineCommon {
  readonly identity: EngineIdentity
  /** All refusals and notes at once; empty when the engine can do exactly what is asked. */
  check(setup: Setup): readonly EngineRemark[]
  /** Which nuclides are scored. Outside: "not scored", never a limit. */
  coverage(setup: Setup): Coverage
  /** Error of the model for one nuclide, or `null` where the engine states none. */
  modelError(setup: Setup, zai: Zai, kind: 'independent' | 'cumulative'): ModelError | null
  /** Energies and heat of all layers without sampling, for an engine that can tell them. */
  layers?(setup: Setup): readonly LayerFacts[]
  /** Left out: `USUAL_PLANNING`. */
  planning?(setup: Setup): PlanningFacts
  /** References that whoever publishes a result is asked to cite, one a line, in the order in which they matter. */
  readonly citations?: readonly string[]
  /** Code of the user's or the site's own that a run of this setup is made with; `null` for none. Left out: never. */
  routines?(setup: Setup): ResultRoutines | null
  /** What the sums of a run say about how far they can be trusted, for its report; empty when there is nothing to say. */
  remarks?(setup: Setup, merge: RunMerge): readonly string[]
}

/** Many batches in a task, no seeds, and the order of magnitude of the built-in model. */
export const USUAL_PLANNING: PlanningFacts = { historiesPerSecond: 4e6, oneBatchPerTask: false, seeds: false }

/** What the planner needs to know of an engine for a setup. */
export const planningOf = (engine: Engine | undefined, setup: Setup): PlanningFacts =>
  engine?.planning?.(setup) ?? USUAL_PLANNING

/** Called in the worker's own process: no process per task. */
export interface FunctionEngine extends EngineCommon {
  readonly kind: 'function'
  /**
   * Simulates the task's batches. With `control` returning false it ends after the batch in hand and returns the
   * batches that are whole; a tally never holds part of a batch.
   */
  simulate(task: EngineTask, control?: RunControl): TaskTally
}

export interface InputFile {
  /** A plain file name in the task's own folder. */
  readonly name: string
  readonly content: string | Uint8Array
  readonly executable?: boolean
}

/** An argument of a program that is exactly this stands for the absolute path of what `build` made. */
export const BUILT_PROGRAM = '{built program}'

/**
 * A program that is made of sources before the task's own program runs: once for each key, at the place where programs run,
 * and kept there for the tasks that follow. It is made under the same walls as the program itself.
 */
export interface ProgramBuild {
  /**
   * All that the program depends on, in a name: letters, digits and `._+-`, at most 200. Equal keys stand for equal
   * programs; the machine's own platform is added by whoever keeps it.
   */
  readonly key: string
  /** Sources, and scripts that make the program of them. */
  readonly files: readonly InputFile[]
  /** Absolute path, or one of the files. */
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Plain name of the file that is made. */
  readonly output: string
  /** Wall time after which making it is given up, in seconds. It is not part of the task's own time. */
  readonly timeSeconds: number
}

export interface ProgramInput {
  /** Made before the run; arguments that are `BUILT_PROGRAM` become its path. Left out: nothing is made. */
  readonly build?: ProgramBuild
  readonly files: readonly InputFile[]
  /** Absolute path or a name looked up in the task's folder. */
  readonly program: string
  readonly args: readonly string[]
  /** Variables of the child's otherwise empty environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Output files that `read` wants, as patterns. */
  readonly outputs: readonly FilePattern[]
  /** Those of the outputs that are stored as they are, beside the tally. Left out: none. */
  readonly keep?: readonly FilePattern[]
  /** Text files whose last part helps to find the cause of a failure, as patterns. Left out: none. */
  readonly diagnostics?: readonly FilePattern[]
  /** A text file that grows while the program runs: its lines tell the progress, instead of standard output. */
  readonly progressFile?: FilePattern
  /** How the program is told to end by itself with what it has. Left out: it can only be killed. */
  readonly stop?: GracefulStop
}

/**
 * A plain file name in the task's folder, or in a folder directly below it (`fluka_*` `/` `task001.out`). A `*` stands
 * for any number of letters, digits and `._-`. Links are never followed.
 */
export type FilePattern = string

/** A program that looks for a file and ends in good order when it is there. */
export interface GracefulStop {
  /** Folder below the task's into which the file is put, as a pattern; empty for the task's own. */
  readonly folder: FilePattern
  /** Plain name of the file; it is empty. */
  readonly file: string
  /** How long the program may take to end after it, in seconds. Then it is killed. */
  readonly graceSeconds: number
}

/** How a program ended, as the worker saw it. */
export interface ProgramEnding {
  readonly exitCode: number | null
  readonly signal: string | null
  /** Why the worker killed it, if it did. */
  readonly killedFor: 'time' | 'memory' | 'cancel' | null
  /** Why the worker told it to end by itself, if it did: out of time, or an order to stop and merge. */
  readonly stoppedFor: 'time' | 'order' | null
  /** Limits in force. */
  readonly limits: { readonly timeSeconds: number; readonly memoryMebibytes: number }
  /** Last part of what it printed (at most 64 KiB each). */
  readonly stdoutTail: string
  readonly stderrTail: string
  /** Last part of each file that `diagnostics` names, by its path in the task's folder (at most 256 KiB each). */
  readonly files: ReadonlyMap<string, string>
}

/** A failure as data: it crosses processes, is stored, and reaches the user as a sentence. */
export interface EngineFailure {
  /** Stable, for example `PROGRAM_OUT_OF_MEMORY`. */
  readonly code: string
  readonly message: string
  /** A lost node may be tried again; a bad deck may not. */
  readonly retriable: boolean
}

/** Files and a command, run by the worker in a folder of their own. */
export interface ProgramEngine extends EngineCommon {
  readonly kind: 'program'
  write(task: EngineTask): ProgramInput
  /**
   * Reads histories done from the lines of a run, one after the other; `undefined` if a line tells nothing. Asked for anew
   * for each run: it may remember the lines before.
   */
  progress(task: EngineTask): (line: string) => number | undefined
  /**
   * @param outputs by path in the task's folder
   * @throws EngineOutputError when the outputs are missing, cut or not what was asked for
   */
  read(task: EngineTask, outputs: ReadonlyMap<string, Uint8Array>): TaskTally
  /** Turns the end of a failed program into a cause. */
  diagnose(ending: ProgramEnding): EngineFailure
  /** Turns the end of a build that made nothing into a cause; needed where inputs have one. */
  diagnoseBuild?(ending: ProgramEnding, task: EngineTask): EngineFailure
}

export type Engine = FunctionEngine | ProgramEngine

/** The outputs of a program are not what they must be. */
export class EngineOutputError extends Error {
  override readonly name = 'EngineOutputError'
  readonly code: string
  readonly retriable: boolean
  constructor(code: string, message: string, retriable = false) {
    super(message)
    this.code = code
    this.retriable = retriable
  }
}
