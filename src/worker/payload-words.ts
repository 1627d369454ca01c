/** What worker and container of the engine say to each other, to and from JSON (payload-frames.ts). */

import type { InputFile, ProgramEnding, ProgramInput } from '#engines/engine/engine.ts'
import type { TaskLimits } from '#engines/engine/task-payload.ts'
import { FrameError } from './payload-frames.ts'
import type { BuiltFact } from './program-run.ts'

/** The worker's first word: one connection is one run. `stop` may follow; hanging up ends the program. */
export interface RunRequest {
  readonly input: ProgramInput
  readonly limits: TaskLimits
  readonly outputBytes: number
}

export const STOP_WORD = 'stop'

/** The answer's last word; the bytes of the outputs follow in this order. */
export interface RunEnd {
  readonly ending: ProgramEnding
  readonly outputs: readonly { readonly name: string; readonly bytes: number }[]
  readonly outputProblem: string | null
  /** What became of the build, where the input has one. */
  readonly built?: BuiltFact
}

/** Why nothing was run. */
export interface RunError {
  /** `input`: the engine's files or names; `system`: of this machine at this moment. */
  readonly kind: 'input' | 'system'
  readonly message: string
}

export type Answer = { readonly line: string } | { readonly end: RunEnd } | { readonly error: RunError }

type Fields = Readonly<Record<string, unknown>>

/** JSON has no bytes: they go as base64. */
export const requestToJson = ({ input, ...rest }: RunRequest): unknown => ({
  ...rest,
  input: {
    ...input,
    files: filesToJson(input.files),
    ...(input.build ? { build: { ...input.build, files: filesToJson(input.build.files) } } : {}),
  },
})

const filesToJson = (files: readonly InputFile[]) =>
  files.map(({ content, ...file }) =>
    typeof content === 'string'
      ? { ...file, text: content }
      : { ...file, base64: Buffer.from(content).toString('base64') },
  )

const filesFromJson = (files: unknown): readonly InputFile[] =>
  (files as readonly Fields[]).map(({ text, base64, ...file }) => ({
    ...(file as { name: string; executable?: boolean }),
    content: typeof text === 'string' ? text : new Uint8Array(Buffer.from(String(base64), 'base64')),
  }))

/** The worker is trusted by the container of its engine, as whoever gives it its work. */
export function requestFromJson(value: unknown): RunRequest {
  const { input, ...rest } = fields(value) as unknown as RunRequest
  const { build } = input
  const whole = { ...input, files: filesFromJson(input.files) }
  return { ...rest, input: build ? { ...whole, build: { ...build, files: filesFromJson(build.files) } } : whole }
}

export const answerToJson = (answer: Answer): unknown =>
  'end' in answer
    ? { end: { ...answer.end, ending: { ...answer.end.ending, files: [...answer.end.ending.files] } } }
    : answer

/**
 * Nothing of an answer is believed before it is looked at.
 * @param limits those in force, which the answer need not tell
 * @throws FrameError
 */
export function answerFromJson(value: unknown, limits: TaskLimits): Answer {
  const answer = fields(value)
  if (typeof answer.line === 'string') return { line: answer.line }
  if (answer.error !== undefined) {
    const { kind, message } = fields(answer.error)
    return { error: { kind: oneOf(kind, ['input', 'system']), message: text(message) } }
  }
  const { ending, outputs, outputProblem, built } = fields(answer.end)
  return {
    end: {
      ...(built === undefined ? {} : { built: builtOf(fields(built)) }),
      ending: endingOf(fields(ending), limits),
      outputs: list(outputs).map((one) => {
        const { name, bytes } = fields(one)
        if (!Number.isSafeInteger(bytes) || (bytes as number) < 0) throw wrong('a number of bytes', bytes)
        return { name: text(name), bytes: bytes as number }
      }),
      outputProblem: outputProblem === null ? null : text(outputProblem),
    },
  }
}

function builtOf({ ok, sha256, log }: Fields): BuiltFact {
  if (ok === false) return { ok }
  if (ok !== true) throw wrong('whether a program was made', ok)
  return { ok, sha256: text(sha256), log: log === null ? null : text(log) }
}

function endingOf(ending: Fields, { timeSeconds, memoryMebibytes }: TaskLimits): ProgramEnding {
  const { exitCode, signal, killedFor, stoppedFor, stdoutTail, stderrTail, files } = ending
  if (exitCode !== null && !Number.isSafeInteger(exitCode)) throw wrong('an exit code', exitCode)
  return {
    exitCode: exitCode as number | null,
    signal: signal === null ? null : text(signal),
    killedFor: killedFor === null ? null : oneOf(killedFor, ['time', 'memory', 'cancel']),
    stoppedFor: stoppedFor === null ? null : oneOf(stoppedFor, ['time', 'order']),
    limits: { timeSeconds, memoryMebibytes },
    stdoutTail: text(stdoutTail),
    stderrTail: text(stderrTail),
    files: new Map(list(files).map((pair) => [text(list(pair)[0]), text(list(pair)[1])])),
  }
}

function fields(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw wrong('an object', value)
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw wrong('a list', value)
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw wrong('a text', value)
}

function oneOf<const T extends string>(value: unknown, words: readonly T[]): T {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw wrong(`one of ${words.join(', ')}`, value)
}

const wrong = (expected: string, value: unknown) =>
  new FrameError(`An answer has ${JSON.stringify(value)?.slice(0, 100) ?? 'nothing'} where ${expected} is expected.`)
