/**
 * Runs a program in a folder of its own, with nothing of this process around it, and within limits.
 *
 * The program leads a process group of its own and is ended with all its children: when it is out of time, memory or
 * disk, when its task is abandoned, and when this process dies in whatever way. For the last, a small shell in its group
 * holds the other end of a pipe from here; the pipe breaks with this process, and the shell kills the group.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  BUILT_PROGRAM,
  type GracefulStop,
  type InputFile,
  type ProgramEnding,
  type ProgramInput,
} from '#engines/engine/engine.ts'
import type { TaskLimits } from '#engines/engine/task-payload.ts'
import { FileFollower } from './file-follower.ts'
import { LineSplitter } from './line-splitter.ts'
import { ProcessTree, TASK_MARK } from './process-tree.ts'
import { type Built, builtProgram } from './program-build.ts'
import { collectFiles, foldersOf, isFilePattern, isPlainName, sizeOf, tailsOf } from './program-files.ts'

export interface ProgramRunOptions {
  readonly input: ProgramInput
  /** Made for this run, and wiped after it; must not exist. */
  readonly folder: string
  readonly limits: TaskLimits
  /** Bytes that all files in the folder may have together. */
  readonly outputBytes: number
  /** Told each line of the file that tells the progress, or of standard output where the engine names none. */
  readonly onLine: (line: string) => void
  readonly abandon: AbortSignal
  /** Where programs that are made of sources are kept; needed where an input has a build. */
  readonly buildFolder?: string
  /** Aborted when the program should end by itself with what it has, if it can. */
  readonly stop?: AbortSignal
}

export interface ProgramRun {
  readonly ending: ProgramEnding
  /** Output files that fit what was declared, by path in the folder. */
  readonly outputs: ReadonlyMap<string, Uint8Array>
  /** What is wrong with the output files, in words; `null` when nothing is. */
  readonly outputProblem: string | null
  /** What was made before the run; left out where the input has no build. */
  readonly built?: BuiltFact
}

/** What became of the build of a run. */
export type BuiltFact =
  /** `sha256` of the program; `log`: what making it said, where it was made for this run. */
  | { readonly ok: true; readonly sha256: string; readonly log: string | null }
  /** The ending of the run is that of the build, and nothing else was run. */
  | { readonly ok: false }

/** How programs are run: here (`runProgram`), or in the container beside this one (payload-client.ts). */
export type RunProgram = (options: ProgramRunOptions) => Promise<ProgramRun>

/** Thrown when the files or the program of an engine cannot be used as they are. */
export class ProgramInputError extends Error {
  override readonly name = 'ProgramInputError'
  readonly code = 'PROGRAM_INPUT_INVALID'
}

const TAIL_BYTES = 64 * 1024
/** Of a file for finding causes: the listing of an engine says most things near its end. */
const DIAGNOSTIC_BYTES = 256 * 1024
/** A stop file whose folder is not there yet is put again after so long. */
const STOP_AGAIN_MS = 200
/** Memory is looked at often in the beginning, when programs grow fastest. */
const WATCH_MS = [20, 50, 50, 50, 50, 50, 50, 100, 100, 100, 250] as const
/** Folder sizes cost more to find out; and a single file is bounded by the system at once. */
const DISK_WATCH_MS = 1000
const MEBIBYTE = 2 ** 20

/**
 * `$1` limits a file to so many blocks of 512 bytes, `$2` limits the private memory of one process in KiB: a backstop
 * for what grows faster than it is watched, well above the limit so that it does not strike first.
 */
const KEEPER = `
ulimit -c 0 2>/dev/null
ulimit -f "$1" 2>/dev/null
ulimit -d "$2" 2>/dev/null
shift 2
( read -r _ <&3; kill -s KILL -- "-$$" ) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
`

/** @throws ProgramInputError for file names that are none; file system errors as they come. */
export async function runProgram(options: ProgramRunOptions): Promise<ProgramRun> {
  const { folder } = options
  checkNames(options.input)
  const built = await buildOf(options)
  if (built?.ok === false) {
    return { ending: built.ending, outputs: new Map(), outputProblem: null, built: { ok: false } }
  }
  const input = built ? withProgram(options.input, built.program) : options.input
  await mkdir(folder, { recursive: false, mode: 0o700 })
  try {
    await writeFiles(folder, input.files)
    const ended = await execute({ ...options, input })
    const files = await tailsOf(folder, input.diagnostics ?? [], DIAGNOSTIC_BYTES)
    const { files: outputs, problem } = await collectFiles(folder, input.outputs, options.outputBytes)
    const fact: { built?: BuiltFact } = built
      ? { built: { ok: true, sha256: built.sha256, log: built.made && buildLog(built.made) } }
      : {}
    return { ending: { ...ended, files }, outputs, outputProblem: problem, ...fact }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function writeFiles(folder: string, files: readonly InputFile[]): Promise<void> {
  for (const { name, content, executable } of files) {
    await writeFile(path.join(folder, name), content, { flag: 'wx', mode: executable ? 0o700 : 0o600 })
  }
}

/** The program that the input is run with, made now where it is not there; `undefined` where it has no build. */
async function buildOf(options: ProgramRunOptions): Promise<Built | undefined> {
  const { input, buildFolder, abandon, limits, outputBytes } = options
  const { build } = input
  if (build === undefined) return undefined
  if (buildFolder === undefined)
    throw new ProgramInputError('The engine has a program to be made, and no place for it.')
  return builtProgram({
    build,
    folder: buildFolder,
    limits,
    abandon,
    run: async (folder, buildLimits, keep) => {
      const { files, program, args, environment } = build
      const made: ProgramInput = { files, program, args, environment, outputs: [] }
      await mkdir(folder, { mode: 0o700 })
      await writeFiles(folder, files)
      const ended = await execute({
        ...{ input: made, folder, limits: buildLimits, outputBytes, abandon },
        onLine: () => undefined,
      })
      await keep(folder)
      return { ...ended, files: new Map() }
    },
  })
}

const withProgram = (input: ProgramInput, program: string): ProgramInput => ({
  ...input,
  args: input.args.map((one) => (one === BUILT_PROGRAM ? program : one)),
})

const buildLog = ({ stdoutTail, stderrTail }: ProgramEnding): string =>
  `${stdoutTail}${stderrTail === '' ? '' : `--- standard error ---\n${stderrTail}`}`

function checkNames({ build, ...input }: ProgramInput) {
  if (build)
    checkNames({ files: build.files, program: build.program, args: [], environment: {}, outputs: [build.output] })

  const { files, outputs, keep = [], diagnostics = [], progressFile, stop } = input
  const named = [...files.map((file) => file.name), ...(stop ? [stop.file] : [])]
  const patterns = [...outputs, ...keep, ...diagnostics, ...(progressFile === undefined ? [] : [progressFile])]
  const folder = stop && stop.folder !== '' ? [stop.folder] : []
  const wrong =
    named.find((name) => !isPlainName(name)) ??
    patterns.find((pattern) => !isFilePattern(pattern)) ??
    folder.find((pattern) => pattern.includes('/') || !isFilePattern(pattern))
  if (wrong !== undefined) {
    throw new ProgramInputError(`The engine names a file "${wrong}"; plain names in the task's folder are allowed.`)
  }
  const names = new Set<string>()
  for (const { name } of input.files) {
    if (names.has(name)) throw new ProgramInputError(`The engine writes the file "${name}" twice.`)
    names.add(name)
  }
  if (!path.isAbsolute(input.program) && !names.has(input.program)) {
    throw new ProgramInputError(
      `The program "${input.program}" is neither an absolute path nor one of the files in the task's folder.`,
    )
  }
}

async function execute(options: ProgramRunOptions): Promise<Omit<ProgramEnding, 'files'>> {
  const { input, folder, limits, outputBytes, abandon, onLine } = options
  const program = path.isAbsolute(input.program) ? input.program : path.join(folder, input.program)
  const fileBlocks = Math.ceil(outputBytes / 512)
  const dataKibibytes = Math.ceil(limits.memoryMebibytes * 3 + 1024) * 1024
  const mark = randomUUID()
  const child = spawn(
    '/bin/sh',
    ['-c', KEEPER, 'isolario-keeper', String(fileBlocks), String(dataKibibytes), program, ...input.args],
    {
      cwd: folder,
      env: { ...input.environment, [TASK_MARK]: mark },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  )
  const tree = child.pid === undefined ? undefined : new ProcessTree(child.pid, mark)
  const follower = input.progressFile === undefined ? undefined : new FileFollower(folder, input.progressFile, onLine)
  const stdout = new Tail(follower ? () => {} : onLine)
  const stderr = new Tail(() => {})
  child.stdout!.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr!.on('data', (chunk: Buffer) => stderr.push(chunk))
  // The keeper's pipe: never written to, only its end says something.
  child.stdio[3]!.on('error', () => {})

  let killedFor: ProgramEnding['killedFor'] | 'disk' = null
  const kill = (reason: 'time' | 'memory' | 'cancel' | 'disk') => {
    killedFor ??= reason
    void tree?.kill()
  }
  const timer = setTimeout(() => kill('time'), limits.timeSeconds * 1000)
  const stopping = input.stop ? new Stopping(input.stop, options) : undefined
  const onAbandon = () => kill('cancel')
  abandon.addEventListener('abort', onAbandon)
  if (abandon.aborted) kill('cancel')
  const endWatch = watch(tree, options, kill)

  const { exitCode, signal, error } = await ended(child, tree)
  clearTimeout(timer)
  const stoppedFor = stopping?.end() ?? null
  follower?.end()
  endWatch()
  abandon.removeEventListener('abort', onAbandon)
  if (error) stderr.push(Buffer.from(`${error.message}\n`))
  stdout.end()
  const quota = `isolario: the task's files exceeded the quota of ${Math.round(outputBytes / MEBIBYTE)} MiB and it was ended\n`
  return {
    exitCode,
    signal,
    killedFor: killedFor === 'disk' ? null : killedFor,
    stoppedFor,
    limits,
    stdoutTail: stdout.text,
    stderrTail: killedFor === 'disk' ? stderr.text + quota : stderr.text,
  }
}

/** Resolves when the program has ended and its last words are read. */
function ended(child: ChildProcess, tree: ProcessTree | undefined) {
  return new Promise<{ exitCode: number | null; signal: string | null; error: Error | undefined }>((resolve) => {
    let error: Error | undefined
    child.once('error', (cause) => {
      error = cause
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error })
    })
    // Children that it left behind, the keeper among them, end with it; only then do the pipes close.
    child.once('exit', () => void tree?.kill())
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, error }))
  })
}

/** Looks at memory and disk until it is told to end. */
function watch(tree: ProcessTree | undefined, options: ProgramRunOptions, kill: (reason: 'memory' | 'disk') => void) {
  let over = false
  let looks = 0
  let timer: NodeJS.Timeout
  let diskAt = performance.now() + DISK_WATCH_MS
  const look = async () => {
    if (((await tree?.residentBytes()) ?? 0) > options.limits.memoryMebibytes * MEBIBYTE) return kill('memory')
    if (performance.now() > diskAt) {
      if ((await sizeOf(options.folder)) > options.outputBytes) return kill('disk')
      diskAt = performance.now() + DISK_WATCH_MS
    }
  }
  const again = () => {
    if (over) return
    timer = setTimeout(
      () =>
        void look()
          .catch(() => {})
          .then(again),
      WATCH_MS[Math.min(looks++, WATCH_MS.length - 1)],
    )
  }
  again()
  return () => {
    over = true
    clearTimeout(timer)
  }
}

/** Tells a program to end by itself: on order, or so long before its time is over that it still can. */
class Stopping {
  readonly #stop: GracefulStop
  readonly #options: ProgramRunOptions
  readonly #timer: NodeJS.Timeout
  #reason: ProgramEnding['stoppedFor'] = null
  #again: NodeJS.Timeout | undefined
  #ended = false

  constructor(stop: GracefulStop, options: ProgramRunOptions) {
    this.#stop = stop
    this.#options = options
    const { timeSeconds } = options.limits
    // Of a short limit at least half is for work.
    const afterSeconds = Math.max(timeSeconds - stop.graceSeconds, timeSeconds / 2)
    this.#timer = setTimeout(() => this.#ask('time'), afterSeconds * 1000)
    options.stop?.addEventListener('abort', this.#onOrder)
    if (options.stop?.aborted) this.#onOrder()
  }

  /** The program has ended. @returns why it was told to, if it was */
  end(): ProgramEnding['stoppedFor'] {
    this.#ended = true
    clearTimeout(this.#timer)
    clearTimeout(this.#again)
    this.#options.stop?.removeEventListener('abort', this.#onOrder)
    return this.#reason
  }

  readonly #onOrder = () => this.#ask('order')

  #ask(reason: 'time' | 'order') {
    if (this.#reason !== null || this.#ended) return
    this.#reason = reason
    void this.#put()
  }

  /** The folder may not be there yet: the program has just begun. */
  async #put(): Promise<void> {
    const { folder, file } = this.#stop
    const folders = await foldersOf(this.#options.folder, folder)
    const puts = folders.map((one) => writeFile(path.join(one, file), '', { flag: 'wx', mode: 0o600 }))
    const done = (await Promise.allSettled(puts)).some(({ status }) => status === 'fulfilled')
    if (!done && !this.#ended) this.#again = setTimeout(() => void this.#put(), STOP_AGAIN_MS)
  }
}

/** Keeps the last part of a stream and hands out its lines. */
class Tail {
  readonly #lines: LineSplitter
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(onLine: (line: string) => void) {
    this.#lines = new LineSplitter(onLine)
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(-TAIL_BYTES).toString('utf8')
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > 4 * TAIL_BYTES) {
      const kept = Buffer.from(Buffer.concat(this.#chunks).subarray(-TAIL_BYTES))
      this.#chunks = [kept]
      this.#bytes = kept.length
    }
    this.#lines.push(chunk)
  }

  end(): void {
    this.#lines.end()
  }
}
