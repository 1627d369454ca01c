/**
 * Runs programs for a worker in another container, over a socket in the folder that both share. This side has no token
 * and no network; each connection is one run, and when it breaks the program is ended with all its children.
 */

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import path from 'node:path'
import { bytesFrame, FrameReader, jsonFrame } from './payload-frames.ts'
import { type Answer, answerToJson, type RunRequest, requestFromJson, STOP_WORD } from './payload-words.ts'
import { ProgramInputError, runProgram } from './program-run.ts'

/** A deck of a template has 8 MiB at most; a worker sends nothing larger than a few of those. */
const LARGEST_REQUEST = 64 * 2 ** 20

/** How the folders of this side begin. */
const RUNS = 'runs-'
/** Where this side keeps programs that were made of sources: as long as the folder lives. */
const BUILT = 'built'

export interface PayloadServer {
  /** Ends what runs. */
  close(): Promise<void>
}

export interface PayloadServerOptions {
  /** In the shared folder; what an earlier process left there is taken away. */
  readonly socket: string
  /** Folder of the runs; it must exist. */
  readonly scratchFolder: string
}

/** Resolves when it listens. */
export async function servePayload({
  socket: socketPath,
  scratchFolder,
}: PayloadServerOptions): Promise<PayloadServer> {
  await rm(socketPath, { force: true })
  // Of a process that was killed; its container is gone with all that ran in it.
  for (const name of await readdir(scratchFolder)) {
    if (name.startsWith(RUNS)) await rm(path.join(scratchFolder, name), { recursive: true, force: true })
  }
  const runsFolder = await mkdtemp(path.join(scratchFolder, RUNS))
  const runs = new Set<Promise<void>>()
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket)
    // A folder of its own: what ran before under the same name may still be on its way out.
    const runFolder = path.join(runsFolder, `run${++count}`)
    const run = serveRun(socket, runFolder, path.join(scratchFolder, BUILT)).finally(() => {
      runs.delete(run)
      sockets.delete(socket)
    })
    runs.add(run)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  return {
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all(runs)
      await rm(runsFolder, { recursive: true, force: true })
    },
  }
}

/** Never rejects: what goes wrong is told to the worker, or it is gone. */
async function serveRun(socket: Socket, runFolder: string, buildFolder: string): Promise<void> {
  const abandon = new AbortController()
  const stop = new AbortController()
  const tell = (answer: Answer) => {
    if (!socket.destroyed) for (const part of jsonFrame(answerToJson(answer))) socket.write(part)
  }
  socket.on('error', () => {})
  socket.once('close', () => abandon.abort())
  const reader = new FrameReader({ json: LARGEST_REQUEST, bytes: 0 })
  const request = await new Promise<RunRequest | undefined>((resolve) => {
    let asked = false
    socket.once('close', () => resolve(undefined))
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) {
          const value = frame.kind === 'json' ? frame.value : undefined
          if (asked && value === STOP_WORD) stop.abort()
          if (!asked) resolve(requestFromJson(value))
          asked = true
        }
      } catch {
        socket.destroy()
      }
    })
  })
  if (request === undefined) return
  try {
    const { input, limits, outputBytes } = request
    const { ending, outputs, outputProblem, built } = await runProgram({
      input,
      buildFolder,
      folder: runFolder,
      limits,
      outputBytes,
      onLine: (line) => tell({ line }),
      abandon: abandon.signal,
      stop: stop.signal,
    })
    const files = [...outputs]
    const told = files.map(([name, { byteLength: bytes }]) => ({ name, bytes }))
    tell({ end: { ending, outputs: told, outputProblem, ...(built ? { built } : {}) } })
    for (const [, bytes] of files) if (!socket.destroyed) for (const part of bytesFrame(bytes)) socket.write(part)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    tell({ error: { kind: error instanceof ProgramInputError ? 'input' : 'system', message } })
  }
  if (!socket.destroyed) await new Promise<void>((resolve) => socket.once('close', () => resolve()).end())
}
