/**
 * Runs programs in the container of the engine, beside the worker: what `runProgram` does, at the other end of a socket.
 * The worker keeps the job's token and reads what the program wrote; the program is where neither token nor network is.
 */

import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { FrameError, FrameReader, jsonFrame } from './payload-frames.ts'
import { answerFromJson, type RunEnd, requestToJson, STOP_WORD } from './payload-words.ts'
import { fitsPattern } from './program-files.ts'
import { ProgramInputError, type ProgramRun, type ProgramRunOptions, type RunProgram } from './program-run.ts'

/** Tails of outputs, listings and lines; more is no honest answer. */
const LARGEST_ANSWER = 32 * 2 ** 20
const AGAIN_MS = 100

/** An error of this machine at this moment: another attempt may succeed. */
class PayloadGoneError extends Error {
  override readonly name = 'PayloadGoneError'
  readonly syscall = 'connect'
}

/**
 * @param socketPath of `servePayload`
 * @param withinMs how long a container that starts, or starts again, is waited for
 */
export const payloadPrograms =
  (socketPath: string, withinMs = 60_000): RunProgram =>
  async (options) => {
    const socket = await reach(socketPath, withinMs, options.abandon)
    if (socket === undefined) return endedBy(options, 'cancel', '')
    try {
      return await follow(socket, options)
    } finally {
      socket.destroy()
    }
  }

async function reach(socketPath: string, withinMs: number, abandon: AbortSignal): Promise<Socket | undefined> {
  for (const deadline = performance.now() + withinMs; ; ) {
    if (abandon.aborted) return undefined
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(socketPath, () => resolve(socket.off('error', reject)))
        socket.once('error', reject)
      })
    } catch (error) {
      if (performance.now() > deadline) {
        throw new PayloadGoneError(
          `the container of the engine does not answer at ${socketPath}: ${(error as Error).message}`,
        )
      }
      await pause(AGAIN_MS)
    }
  }
}

function follow(socket: Socket, options: ProgramRunOptions): Promise<ProgramRun> {
  const { input, limits, outputBytes, onLine, abandon, stop } = options
  const reader = new FrameReader({ json: LARGEST_ANSWER, bytes: outputBytes })
  const files: Uint8Array[] = []
  let end: RunEnd | undefined
  return new Promise<ProgramRun>((resolve, reject) => {
    const onAbandon = () => {
      socket.destroy()
      resolve(endedBy(options, 'cancel', ''))
    }
    const onStop = () => send(socket, STOP_WORD)
    const done = () => {
      abandon.removeEventListener('abort', onAbandon)
      stop?.removeEventListener('abort', onStop)
    }
    abandon.addEventListener('abort', onAbandon)
    stop?.addEventListener('abort', onStop)
    socket.on('error', () => {})
    // Its container was ended: for want of memory, or by somebody.
    socket.once('close', () => {
      done()
      resolve(endedBy(options, null, 'isolario: the container of the engine ended in the middle of a run\n'))
    })
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) {
          if (frame.kind === 'bytes') files.push(frame.bytes)
          else {
            const answer = answerFromJson(frame.value, limits)
            if ('line' in answer) onLine(answer.line)
            else if ('error' in answer) reject(thrown(answer.error))
            else end = answer.end
          }
          if (end && files.length >= end.outputs.length) resolve(runOf(end, files, options))
        }
      } catch (error) {
        const message = `The container of the engine answered what it never does: ${(error as Error).message}`
        reject(error instanceof FrameError ? new FrameError(message) : error)
      }
    })
    send(socket, requestToJson({ input, limits, outputBytes }))
    if (stop?.aborted) onStop()
    if (abandon.aborted) onAbandon()
  })
}

function send(socket: Socket, value: unknown): void {
  if (!socket.destroyed) for (const part of jsonFrame(value)) socket.write(part)
}

/** @throws FrameError for files that nobody asked for, or that are not as long as was told */
function runOf(
  { ending, outputs, outputProblem, built }: RunEnd,
  files: readonly Uint8Array[],
  { input }: ProgramRunOptions,
): ProgramRun {
  outputs.forEach(({ name, bytes }, at) => {
    if (!input.outputs.some((pattern) => fitsPattern(pattern, name))) throw new FrameError(`It sent "${name}" unasked.`)
    if (files[at]!.byteLength !== bytes) throw new FrameError(`"${name}" has not the length that was told.`)
  })
  const told = new Map(outputs.map(({ name }, at) => [name, files[at]!]))
  return { ending, outputs: told, outputProblem, ...(built ? { built } : {}) }
}

const thrown = ({ kind, message }: { kind: 'input' | 'system'; message: string }): Error =>
  kind === 'input' ? new ProgramInputError(message) : new PayloadGoneError(message)

const endedBy = ({ limits }: ProgramRunOptions, killedFor: 'cancel' | null, stderrTail: string): ProgramRun => ({
  ending: {
    exitCode: null,
    signal: 'SIGKILL',
    killedFor,
    stoppedFor: null,
    limits,
    stdoutTail: '',
    stderrTail,
    files: new Map(),
  },
  outputs: new Map(),
  outputProblem: null,
})
