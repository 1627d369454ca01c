/** What tests ask of an S3 server of their own: loopback, a free port, fresh data; its gateway can be killed and frozen. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { connect } from 'node:net'

export interface S3Server {
  readonly endpoint: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
  /** Whether `x-amz-` headers that are no part of the signature are refused. */
  readonly refusesUnsignedHeaders: boolean
  /** SIGKILL of what speaks S3; objects that were acknowledged stay. */
  killGateway(): Promise<void>
  /** Starts it again on the same port and waits until it answers. */
  restartGateway(): Promise<void>
  /** SIGSTOP: connections are still taken, and nothing is answered. */
  freezeGateway(): void
  thawGateway(): void
  stop(): Promise<void>
}

/** A server process whose output goes to a file. */
export class ServerProcess {
  readonly child: ChildProcess
  readonly #ended: Promise<void>

  constructor(command: string, args: readonly string[], logFile: string, env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    const log = createWriteStream(logFile, { flags: 'a' })
    this.child.stdout!.pipe(log, { end: false })
    this.child.stderr!.pipe(log, { end: false })
    this.#ended = new Promise((ended) => {
      this.child.once('exit', () => {
        log.end()
        ended()
      })
    })
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** Ends it by a signal; by SIGKILL when it has not gone after five seconds. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return
    this.child.kill(signal)
    const force = setTimeout(() => this.child.kill('SIGKILL'), 5000)
    await this.#ended
    clearTimeout(force)
  }
}

/** Waits until the condition holds; fails when the process ends before, or after a minute. */
export async function untilReady(what: string, process: ServerProcess, ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await ready())) {
    if (process.hasEnded) throw new Error(`${what} ended with ${process.child.exitCode ?? process.child.signalCode}`)
    if (Date.now() > deadline) throw new Error(`${what} did not answer within a minute`)
    await new Promise((next) => setTimeout(next, 40))
  }
}

/** Whether an HTTP server answers anything at all. */
export const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return true
    },
    () => false,
  )

/** Whether somebody listens on the port. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((told) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      told(true)
    })
    socket.once('error', () => told(false))
  })
