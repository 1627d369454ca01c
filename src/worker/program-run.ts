/**
 * Runs a program in a folder of its own, with nothing of this process around it, and within limits.
 *
 * The program leads a process group of its own and is ended with all its children: when it is out of time, memory or
 * disk, when its task is abandoned, and when this process dies in whatever way. For the last, a small shell in its group
 * holds the other end of a pipe from here; the pipe breaks with this process, and the shell kills the group.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ProgramEnding, ProgramInput } from '#engines/engine/engine.ts'
import type { TaskLimits } from '#engines/engine/task-payload.ts'
import { ProcessTree, TASK_MARK } from './process-tree.ts'

export interface ProgramRunOptions {
  readonly input: ProgramInput
  /** Made for this run, and wiped after it; must not exist. */
  readonly folder: string
  readonly limits: TaskLimits
  /** Bytes that all files in the folder may have together. */
  readonly outputBytes: number
  readonly onLine: (line: string) => void
  readonly abandon: AbortSignal
}

export interface ProgramRun {
  readonly ending: ProgramEnding
  /** Declared output files that were there, by name. */
  readonly outputs: ReadonlyMap<string, Uint8Array>
  /** What is wrong with the output files, in words; `null` when nothing is. */
  readonly outputProblem: string | null
}

/** Thrown when the files or the program of an engine cannot be used as they are. */
export class ProgramInputError extends Error {
  override readonly name = 'ProgramInputError'
  readonly code = 'PROGRAM_INPUT_INVALID'
}

const TAIL_BYTES = 64 * 1024
const LONGEST_LINE = 16 * 1024
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
  const { input, folder } = options
  checkNames(input)
  await mkdir(folder, { recursive: false, mode: 0o700 })
  try {
    for (const { name, content, executable } of input.files) {
      await writeFile(path.join(folder, name), content, { flag: 'wx', mode: executable ? 0o700 : 0o600 })
    }
    const ending = await execute(options)
    const { outputs, problem } = await collect(options)
    return { ending, outputs, outputProblem: problem }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function checkNames(input: ProgramInput) {
  const names = new Set<string>()
  for (const name of [...input.files.map((file) => file.name), ...input.outputs]) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,100}$/.test(name)) {
      throw new ProgramInputError(`The engine names a file "${name}"; plain names in the task's folder are allowed.`)
    }
  }
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

async function execute(options: ProgramRunOptions): Promise<ProgramEnding> {
  const { input, folder, limits, outputBytes, abandon } = options
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
  const stdout = new Tail(options.onLine)
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
  const onAbandon = () => kill('cancel')
  abandon.addEventListener('abort', onAbandon)
  if (abandon.aborted) kill('cancel')
  const endWatch = watch(tree, options, kill)

  const { exitCode, signal, error } = await ended(child, tree)
  clearTimeout(timer)
  endWatch()
  abandon.removeEventListener('abort', onAbandon)
  if (error) stderr.push(Buffer.from(`${error.message}\n`))
  stdout.end()
  const quota = `isolario: the task's files exceeded the quota of ${Math.round(outputBytes / MEBIBYTE)} MiB and it was ended\n`
  return {
    exitCode,
    signal,
    killedFor: killedFor === 'disk' ? null : killedFor,
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

/** Bytes of all files below a folder; links are not followed. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) bytes += await sizeOf(file)
    else bytes += (await lstat(file).catch(() => undefined))?.size ?? 0
  }
  return bytes
}

/** Reads the declared outputs: plain files only, and not more than the quota. What a program writes is not trusted. */
async function collect({ input, folder, outputBytes }: ProgramRunOptions) {
  const outputs = new Map<string, Uint8Array>()
  let left = outputBytes
  for (const name of input.outputs) {
    const file = path.join(folder, name)
    const found = await lstat(file).catch(() => undefined)
    if (!found) continue
    if (!found.isFile()) return { outputs, problem: `The output ${name} is not a plain file; links are not followed.` }
    if (found.size > left) {
      const mebibytes = Math.round(outputBytes / MEBIBYTE)
      return {
        outputs,
        problem: `The output ${name} has ${found.size} bytes; all outputs of a task may have ${mebibytes} MiB.`,
      }
    }
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const content = await handle.readFile()
      outputs.set(name, content)
      left -= content.byteLength
    } finally {
      await handle.close()
    }
  }
  return { outputs, problem: null }
}

/** Keeps the last part of a stream and hands out its lines. */
class Tail {
  readonly #onLine: (line: string) => void
  #chunks: Buffer[] = []
  #bytes = 0
  #line = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
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
    const lines = (this.#line + chunk.toString('utf8')).split('\n')
    this.#line = lines.pop()!.slice(0, LONGEST_LINE)
    for (const line of lines) this.#onLine(line)
  }

  end(): void {
    if (this.#line !== '') this.#onLine(this.#line)
    this.#line = ''
  }
}
