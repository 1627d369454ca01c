/**
 * The worker's end of the queue's socket.
 *
 * While nobody answers, requests wait and the client knocks again with growing pauses: control may be restarting. After
 * `giveUpAfterMs` without a connection they fail with `QUEUE_UNAVAILABLE`. A request whose connection broke is sent
 * again: every verb may come twice (a report is recognised, a second extension or release finds nothing to do, and
 * leases of a lost answer to `take` come back when their time is over).
 */

import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type ExtendAnswer,
  type Progress,
  QueueError,
  type QueueErrorCode,
  type Report,
  type TakeAnswer,
  type WorkerQueue,
} from './queue.ts'
import { LineSplitter } from './socket-lines.ts'
import { checkSocketPath } from './socket-server.ts'
import { MAX_ANSWER_CHARACTERS, SOCKET_PROTOCOL, type SocketAnswer } from './socket-wire.ts'

export interface SocketQueueOptions {
  readonly socketPath: string
  readonly jobId: string
  /** What `workerSecret` gives for the job. */
  readonly secret: string
  /** How long requests wait for a server that is away. */
  readonly giveUpAfterMs: number
  /** A connection that leaves a request without answer for so long is taken as broken. Default 30 s. */
  readonly answerWithinMs?: number
}

export interface SocketQueue extends WorkerQueue {
  close(): Promise<void>
}

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

/** A queue at the other end of a socket. Connects at the first request. */
export function socketQueue(options: SocketQueueOptions): SocketQueue {
  checkSocketPath(options.socketPath)
  return new SocketQueueClient(options)
}

interface Outstanding {
  readonly id: number
  readonly line: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: QueueError) => void
}

class SocketQueueClient implements SocketQueue {
  readonly #options: SocketQueueOptions
  /** Requests without an answer, in the order of their ids; all of them are sent again on a new connection. */
  readonly #outstanding = new Map<number, Outstanding>()
  #nextId = 1
  #socket: Socket | undefined
  #connecting = false
  #closed = false
  #watch: NodeJS.Timeout | undefined

  constructor(options: SocketQueueOptions) {
    this.#options = options
  }

  take(jobId: string, worker: string, max: number) {
    return this.#request<TakeAnswer>(jobId, { verb: 'take', worker, max })
  }

  extend(jobId: string, worker: string, held: readonly Progress[]) {
    return this.#request<ExtendAnswer>(jobId, { verb: 'extend', worker, held })
  }

  report(jobId: string, worker: string, reports: readonly Report[]) {
    return this.#request<{ refused: readonly number[] }>(jobId, { verb: 'report', worker, reports })
  }

  async release(jobId: string, worker: string, held: readonly Progress[]) {
    await this.#request(jobId, { verb: 'release', worker, held })
  }

  async close() {
    this.#closed = true
    this.#failAll(new QueueError('QUEUE_UNAVAILABLE', 'The connection to the queue was closed.'))
    this.#socket?.destroy()
    this.#socket = undefined
  }

  async #request<T>(jobId: string, body: Readonly<Record<string, unknown>>): Promise<T> {
    if (this.#closed) throw new QueueError('QUEUE_UNAVAILABLE', 'The connection to the queue was closed.')
    if (jobId !== this.#options.jobId) {
      throw new QueueError(
        'QUEUE_DENIED',
        `This worker belongs to job ${this.#options.jobId} and cannot speak for job ${jobId}.`,
      )
    }
    const id = this.#nextId++
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#outstanding.set(id, { id, line: `${JSON.stringify({ id, ...body })}\n`, resolve, reject })
    })
    if (this.#socket) this.#send(this.#socket, this.#outstanding.get(id)!)
    else void this.#connect()
    return answer as Promise<T>
  }

  #send(socket: Socket, request: Outstanding) {
    socket.write(request.line)
    this.#watchAnswers(socket)
  }

  /** Runs while requests are out; every line that arrives winds it up again. */
  #watchAnswers(socket: Socket) {
    clearTimeout(this.#watch)
    if (this.#outstanding.size === 0) return
    this.#watch = setTimeout(() => socket.destroy(), this.#options.answerWithinMs ?? 30_000)
  }

  async #connect() {
    if (this.#connecting) return
    this.#connecting = true
    const deadline = performance.now() + this.#options.giveUpAfterMs
    let wait = FIRST_PAUSE_MS
    try {
      while (!this.#closed && this.#outstanding.size > 0) {
        const socket = await this.#knock()
        if (socket instanceof Error) {
          const left = deadline - performance.now()
          if (left <= 0) return this.#failAll(this.#away(socket))
          await pause(Math.min(wait, left))
          wait = Math.min(LONGEST_PAUSE_MS, wait * 2)
          continue
        }
        this.#adopt(socket)
        return
      }
    } finally {
      this.#connecting = false
    }
  }

  #knock(): Promise<Socket | Error> {
    return new Promise((resolve) => {
      const socket = connect(this.#options.socketPath)
      socket.once('error', resolve)
      socket.once('connect', () => {
        socket.off('error', resolve)
        resolve(socket)
      })
    })
  }

  #adopt(socket: Socket) {
    if (this.#closed) {
      socket.destroy()
      return
    }
    const lines = new LineSplitter(MAX_ANSWER_CHARACTERS)
    this.#socket = socket
    // What went wrong does not matter: the close that follows starts the next try.
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.push(chunk)) this.#receive(JSON.parse(line) as SocketAnswer)
        this.#watchAnswers(socket)
      } catch {
        socket.destroy()
      }
    })
    socket.on('close', () => {
      clearTimeout(this.#watch)
      if (this.#socket !== socket) return
      this.#socket = undefined
      if (this.#outstanding.size > 0) void this.#connect()
    })
    const { jobId, secret } = this.#options
    socket.write(`${JSON.stringify({ hello: SOCKET_PROTOCOL, jobId, secret })}\n`)
    for (const request of this.#outstanding.values()) this.#send(socket, request)
  }

  #receive(answer: SocketAnswer) {
    const error =
      'error' in answer ? new QueueError(answer.error.code as QueueErrorCode, answer.error.message) : undefined
    // Without an id the whole connection was refused, and trying again would end the same way.
    if (answer.id === null) return this.#failAll(error!)
    const request = this.#outstanding.get(answer.id)
    this.#outstanding.delete(answer.id)
    if ('ok' in answer) request?.resolve(answer.ok)
    else request?.reject(error!)
  }

  #failAll(error: QueueError) {
    clearTimeout(this.#watch)
    for (const request of this.#outstanding.values()) request.reject(error)
    this.#outstanding.clear()
  }

  #away(cause: Error): QueueError {
    return new QueueError(
      'QUEUE_UNAVAILABLE',
      `The control service did not answer at ${this.#options.socketPath} for ` +
        `${Math.round(this.#options.giveUpAfterMs / 1000)} s (${cause.message}). Is it running?`,
      cause,
    )
  }
}
