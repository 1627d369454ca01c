/** Serves the worker's verbs of a queue on a Unix domain socket, to workers that know their job's secret. */

import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { QueueError, type WorkerQueue } from './queue.ts'
import { LineSplitter } from './socket-lines.ts'
import {
  type Hello,
  idOf,
  MAX_REQUEST_CHARACTERS,
  MAX_TASKS_PER_ANSWER,
  parseHello,
  parseJson,
  parseRequest,
  type SocketAnswer,
  type SocketRequest,
} from './socket-wire.ts'
import { isWorkerSecret } from './worker-secret.ts'

export interface QueueServerOptions {
  readonly queue: WorkerQueue
  /** Absolute path of the socket file, at most `MAX_SOCKET_PATH_BYTES` long, in a folder that is only ours. */
  readonly socketPath: string
  /** From which the workers' secrets derive (`workerSecret`). */
  readonly secretKey: Uint8Array
  /** Told of connections that were refused and of failures that are not the worker's. */
  readonly onTrouble?: (message: string) => void
}

export interface QueueServer {
  readonly socketPath: string
  /** Ends all connections and removes the socket file. */
  close(): Promise<void>
}

/** The kernel's bound is 104 bytes with the final zero on macOS, 108 on Linux (man 7 unix). */
export const MAX_SOCKET_PATH_BYTES = 100
/** A connection that has not said who it is by then is closed. */
const HELLO_WITHIN_MS = 5000

/**
 * Listens at `socketPath`. A socket file left by a dead server is replaced; where somebody answers, it is refused.
 * @throws QueueError `QUEUE_ADDRESS_INVALID`.
 */
export async function serveQueue(options: QueueServerOptions): Promise<QueueServer> {
  const { socketPath } = options
  checkSocketPath(socketPath)
  await removeDeadSocket(socketPath)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(socket, options)
  })
  await listen(server, socketPath)
  await chmod(socketPath, 0o600)
  return {
    socketPath,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** @throws QueueError `QUEUE_ADDRESS_INVALID` that tells the length and what to do. */
export function checkSocketPath(socketPath: string): void {
  const bytes = Buffer.byteLength(socketPath)
  if (bytes <= MAX_SOCKET_PATH_BYTES) return
  throw new QueueError(
    'QUEUE_ADDRESS_INVALID',
    `The path of the queue's socket has ${bytes} bytes and the system allows about ${MAX_SOCKET_PATH_BYTES}: ` +
      `${socketPath}. Use a folder with a shorter path, for example one below /tmp.`,
  )
}

async function removeDeadSocket(socketPath: string) {
  const found = await lstat(socketPath).catch(() => undefined)
  if (!found) return
  if (!found.isSocket()) {
    throw new QueueError(
      'QUEUE_ADDRESS_INVALID',
      `${socketPath} is there and is no socket. Remove it or use another path.`,
    )
  }
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(socketPath)
    probe.on('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })
  if (alive) {
    throw new QueueError(
      'QUEUE_ADDRESS_INVALID',
      `Another server answers at ${socketPath}. End it or use another path.`,
    )
  }
  await unlink(socketPath)
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new QueueError('QUEUE_ADDRESS_INVALID', `Cannot listen at ${socketPath}: ${cause.message}.`, cause)),
    )
    // The file is made within `listen`, so nobody else's rights are in force for a moment before the chmod.
    const before = process.umask(0o177)
    server.listen(socketPath, resolve)
    process.umask(before)
  })
}

/** Answers the requests of one connection one after the other, in their order. */
function serveConnection(socket: Socket, options: QueueServerOptions) {
  const trouble = options.onTrouble ?? (() => {})
  const lines = new LineSplitter(MAX_REQUEST_CHARACTERS)
  let hello: Hello | undefined
  let refused = false
  let work = Promise.resolve()

  const late = setTimeout(() => socket.destroy(), HELLO_WITHIN_MS)
  socket.on('close', () => clearTimeout(late))
  // A worker that was killed in the middle of a line: the close that follows is all there is to do.
  socket.on('error', () => {})

  const answer = async (line: SocketAnswer) => {
    if (socket.destroyed) return
    // Waiting for the drain here is the back pressure: the next request is not begun before.
    if (!socket.write(`${JSON.stringify(line)}\n`)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve)
        socket.once('close', () => resolve())
      })
    }
  }
  const refuse = async (id: number | null, error: unknown) => {
    const known = error instanceof QueueError
    if (!known) trouble(`A request to the queue failed: ${String(error)}`)
    const code = known ? error.code : 'QUEUE_UNAVAILABLE'
    await answer({ id, error: { code, message: error instanceof Error ? error.message : String(error) } })
  }
  const handle = async (line: string) => {
    if (refused) return
    let value: unknown
    try {
      value = parseJson(line)
      if (!hello) {
        hello = introduce(parseHello(value), options.secretKey)
        clearTimeout(late)
        return
      }
      const request = parseRequest(value)
      await answer({ id: request.id, ok: (await perform(options.queue, hello.jobId, request)) ?? null })
    } catch (error) {
      await refuse(idOf(value), error)
      if (hello) return
      refused = true
      trouble(`A connection to the queue was refused: ${(error as Error).message}`)
      socket.end()
    }
  }

  socket.on('data', (chunk) => {
    let whole: string[]
    try {
      whole = lines.push(chunk)
    } catch (error) {
      socket.pause()
      const message = `The queue cannot read a request: ${(error as Error).message}`
      work = work
        .then(() => refuse(null, new QueueError('QUEUE_BAD_REQUEST', message)))
        .then(() => {
          socket.destroySoon()
        })
      return
    }
    if (whole.length === 0) return
    socket.pause()
    work = work.then(async () => {
      for (const line of whole) await handle(line)
      socket.resume()
    })
  })
}

function introduce(hello: Hello, secretKey: Uint8Array): Hello {
  if (isWorkerSecret(secretKey, hello.jobId, hello.secret)) return hello
  throw new QueueError(
    'QUEUE_DENIED',
    `The secret shown is not that of a worker of job ${hello.jobId}. Workers are started by the control service.`,
  )
}

async function perform(queue: WorkerQueue, jobId: string, request: SocketRequest): Promise<unknown> {
  switch (request.verb) {
    case 'take':
      return queue.take(jobId, request.worker, Math.min(request.max, MAX_TASKS_PER_ANSWER))
    case 'extend':
      return queue.extend(jobId, request.worker, request.held)
    case 'release':
      return queue.release(jobId, request.worker, request.held)
    case 'report':
      return queue.report(jobId, request.worker, request.reports)
  }
}
