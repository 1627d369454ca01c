/** Stands before an API server and keeps a list of what it was asked: what a client costs the cluster. */

import { createServer, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import type { ControlPlane } from './kubernetes.ts'

export interface AskedOnce {
  readonly method: string
  /** With its query. */
  readonly path: string
}

export interface CountedApi {
  /** Of the administrator, through this place. */
  readonly config: KubeConfig
  /** In the order in which they came, since the start or the last `forget`. */
  readonly asked: readonly AskedOnce[]
  /** Bytes that the answers had, watches included. */
  bytes(): number
  forget(): void
  stop(): Promise<void>
}

/** Whether it changes something. */
export const isWrite = ({ method }: AskedOnce): boolean => method !== 'GET' && method !== 'HEAD'

export async function startCountedApi(plane: ControlPlane): Promise<CountedApi> {
  const asked: AskedOnce[] = []
  let bytes = 0
  const address = new URL(plane.config.getCurrentCluster()!.server)
  const agent = new Agent({ keepAlive: true })
  const server = createServer(async (received: IncomingMessage, answer) => {
    const { method = '', url: path = '' } = received
    asked.push({ method, path })
    const options = {}
    await plane.config.applyToHTTPSOptions(options)
    const { headers } = options as { headers?: Record<string, string> }
    const sent = request(
      new URL(path, address),
      { ...options, agent, method, headers: { ...received.headers, ...headers, host: address.host } },
      (told) => {
        answer.writeHead(told.statusCode!, told.headers)
        told.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        told.pipe(answer)
      },
    )
    // A watch ends when either side goes.
    sent.on('error', () => answer.destroy())
    answer.on('close', () => sent.destroy())
    received.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const config = new KubeConfig()
  config.loadFromOptions({
    // Nothing to verify on the way to this process: the library wants that said.
    clusters: [
      { name: 'c', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
    ],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  })
  return {
    config,
    asked,
    bytes: () => bytes,
    forget() {
      asked.length = 0
      bytes = 0
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      agent.destroy()
    },
  }
}
