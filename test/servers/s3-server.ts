/** What tests ask of an S3 server of their own: loopback, a free port, fresh data; its gateway can be killed and frozen. */

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
