/**
 * Queue and cluster of the test's process, used by a replica in a process of its own: every verb is a message and its
 * answer. As with Redis and Kubernetes, both outlive a replica that is killed.
 */

import type { ChildProcess } from 'node:child_process'
import { QueueError } from '#queue/queue.ts'

type Target = 'queue' | 'cluster'

interface Call {
  readonly call: number
  readonly target: Target
  readonly verb: string
  readonly args: readonly unknown[]
}

type Answer = { readonly answer: number; readonly value?: unknown; readonly error?: { code?: string; message: string } }
type Word = { readonly word: Target; readonly jobId: string }

/** Verbs that take a listener. */
const LISTENING = new Set(['onReports', 'onChange'])

/** In the replica: objects that look like the adapters. `close` is left to the owner. */
export function wiredAdapters<Q extends object, C extends object>(): { readonly queue: Q; readonly cluster: C } {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const listeners = { queue: new Set<(jobId: string) => void>(), cluster: new Set<(jobId: string) => void>() }
  let calls = 0
  process.on('message', (message: Answer | Word) => {
    if ('word' in message) {
      for (const listener of listeners[message.word]) listener(message.jobId)
      return
    }
    if (!('answer' in message)) return
    const one = waiting.get(message.answer)
    waiting.delete(message.answer)
    const { error } = message
    if (!error) one?.resolve(message.value)
    else if (error.code?.startsWith('QUEUE_'))
      one?.reject(new QueueError(error.code as QueueError['code'], error.message))
    else one?.reject(new Error(error.message))
  })
  const adapter = (target: Target) =>
    new Proxy(
      {},
      {
        get: (_, verb) => {
          if (typeof verb !== 'string' || verb === 'then') return undefined
          if (LISTENING.has(verb)) {
            return (listener: (jobId: string) => void) => {
              listeners[target].add(listener)
              return () => listeners[target].delete(listener)
            }
          }
          return (...args: unknown[]) =>
            new Promise((resolve, reject) => {
              waiting.set(++calls, { resolve, reject })
              process.send!({ call: calls, target, verb, args } satisfies Call)
            })
        },
      },
    )
  return { queue: adapter('queue') as Q, cluster: adapter('cluster') as C }
}

/** In the test's process: does what a replica asks for, and passes on what is told to it. */
export function serveAdapters(
  child: ChildProcess,
  adapters: { readonly queue: object; readonly cluster: object },
): void {
  const say = (message: Answer | Word) => {
    // Whoever asked may be dead by now.
    if (child.connected) child.send(message, () => undefined)
  }
  child.on('message', (message: Partial<Call>) => {
    const { call, target, verb, args } = message
    if (call === undefined || !target || !verb) return
    const adapter = adapters[target] as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
    adapter[verb]!(...(args ?? [])).then(
      (value) => say({ answer: call, value }),
      (error: Error & { code?: string }) =>
        say({ answer: call, error: { message: error.message, ...(error.code ? { code: error.code } : {}) } }),
    )
  })
  const { onReports } = adapters.queue as { onReports(l: (jobId: string) => void): () => void }
  const { onChange } = adapters.cluster as { onChange(l: (jobId: string) => void): () => void }
  const endings = [
    onReports.call(adapters.queue, (jobId) => say({ word: 'queue', jobId })),
    onChange.call(adapters.cluster, (jobId) => say({ word: 'cluster', jobId })),
  ]
  child.once('exit', () => endings.forEach((end) => void end()))
}
