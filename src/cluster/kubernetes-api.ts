/**
 * Requests to a Kubernetes API server: JSON in, JSON out, and streams of lines. The address, the certificates and the
 * token, which changes while the service runs, come from `@kubernetes/client-node`.
 */

import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { ClusterError } from './cluster.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface KubernetesApi {
  /**
   * @param path for example `/apis/batch/v1/namespaces/n/jobs`
   * @throws KubernetesRefusal when the server answers with an error; ClusterError when it does not answer
   */
  send<T>(method: string, path: string, options?: SendOptions): Promise<T>
  /**
   * Reads JSON values, one a line, until the stream ends or nothing came for `idleMs`.
   * @param onOpen called once, when the server has taken the request: the first value may come much later
   */
  stream(
    path: string,
    query: Query,
    idleMs: number,
    onValue: (value: unknown) => void,
    signal: AbortSignal,
    onOpen?: () => void,
  ): Promise<void>
  close(): void
}

export interface SendOptions {
  readonly body?: unknown
  readonly type?: PatchType
  readonly query?: Query
  /** Time for the whole answer, in milliseconds. Default 15 s. */
  readonly withinMs?: number
}

export type PatchType = 'application/merge-patch+json' | 'application/apply-patch+yaml'

/** The server said no. `reason` is its word for it: `AlreadyExists`, `NotFound`, `Conflict`, `Forbidden`, `Expired`. */
export class KubernetesRefusal extends ClusterError {
  readonly status: number
  readonly reason: string
  constructor(status: number, reason: string, message: string) {
    const later = status === 429 || status >= 500
    super(
      later ? 'CLUSTER_UNAVAILABLE' : 'CLUSTER_REFUSED',
      later
        ? `The cluster cannot do this now: ${message || reason}. It is tried again.`
        : `The cluster refused this: ${message || reason}.`,
    )
    this.status = status
    this.reason = reason
  }
}

export const isRefusal = (error: unknown, ...statuses: readonly number[]): error is KubernetesRefusal =>
  error instanceof KubernetesRefusal && statuses.includes(error.status)

const ANSWER_WITHIN_MS = 15_000
/** Longest line of a stream: an object of etcd is at most 1.5 MiB. */
const LONGEST_LINE = 8_000_000

export function kubernetesApi(config: KubeConfig): KubernetesApi {
  const cluster = config.getCurrentCluster()
  if (!cluster) {
    throw new ClusterError(
      'CLUSTER_REFUSED',
      'No cluster is configured: expected a kubeconfig with a current context, or a pod with a service account.',
    )
  }
  const server = new URL(cluster.server)
  const isPlain = server.protocol === 'http:'
  const agent = isPlain ? new PlainAgent({ keepAlive: true }) : new Agent({ keepAlive: true, maxSockets: 32 })

  const open = async (
    method: string,
    path: string,
    query: Query,
    body: { text: string; type: string } | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage> => {
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const url = new URL(server.href.replace(/\/$/, '') + path)
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value))
    }
    const headers: Record<string, string | number> = { ...(options.headers as Record<string, string>) }
    headers['Accept'] = 'application/json'
    if (body) {
      headers['Content-Type'] = body.type
      headers['Content-Length'] = Buffer.byteLength(body.text)
    }
    return new Promise((resolve, reject) => {
      // A proxy's agent is kept; else one of ours, which keeps its connections.
      const ownAgent = cluster.proxyUrl ? options.agent : agent
      const send = isPlain ? plainRequest : request
      const sent = send(url, { ...options, agent: ownAgent, method, headers, signal }, resolve)
      sent.on('error', reject)
      sent.end(body?.text)
    })
  }

  const unanswered = (error: unknown): ClusterError =>
    error instanceof ClusterError
      ? error
      : new ClusterError(
          'CLUSTER_UNAVAILABLE',
          `The cluster's API server does not answer (${error instanceof Error ? error.message : error}). It is tried again.`,
          error,
        )

  return {
    async send(method, path, { body, type, query = {}, withinMs = ANSWER_WITHIN_MS } = {}) {
      try {
        const text = body === undefined ? undefined : { text: JSON.stringify(body), type: type ?? 'application/json' }
        const answer = await open(method, path, query, text, AbortSignal.timeout(withinMs))
        const received = await textOf(answer)
        if (answer.statusCode! >= 300) throw refusal(answer.statusCode!, received)
        return JSON.parse(received)
      } catch (error) {
        throw unanswered(error)
      }
    },
    async stream(path, query, idleMs, onValue, signal, onOpen) {
      const idle = new AbortController()
      const fallSilent = () => idle.abort(new Error(`nothing came for ${idleMs / 1000} s`))
      let timer = setTimeout(fallSilent, idleMs)
      try {
        const answer = await open('GET', path, query, undefined, AbortSignal.any([signal, idle.signal]))
        if (answer.statusCode! >= 300) throw refusal(answer.statusCode!, await textOf(answer))
        onOpen?.()
        let rest = ''
        answer.setEncoding('utf8')
        for await (const chunk of answer as AsyncIterable<string>) {
          clearTimeout(timer)
          timer = setTimeout(fallSilent, idleMs)
          const lines = (rest + chunk).split('\n')
          rest = lines.pop()!
          if (rest.length > LONGEST_LINE) throw new Error('a line of the stream does not end')
          for (const line of lines) if (line !== '') onValue(JSON.parse(line))
        }
      } catch (error) {
        throw unanswered(error)
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => agent.destroy(),
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer as AsyncIterable<string>) text += chunk
  return text
}

function refusal(status: number, text: string): KubernetesRefusal {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string }
    return new KubernetesRefusal(status, reason ?? '', message ?? '')
  } catch {
    return new KubernetesRefusal(status, '', text.slice(0, 300))
  }
}
