/** The worker's verbs as calls of functions: the same for control and for a worker on a cluster. */

import type { ExtendAnswer, Progress, Report, TakeAnswer, WorkerQueue } from '../queue.ts'
import { checkTake } from '../queue-settings.ts'
import { takeAnswer } from './answers.ts'
import type { RedisConnection } from './connection.ts'
import { channelOf, checkJobId, keysOf } from './keys.ts'
import { type FunctionName, functionName } from './scripts/library.ts'

/** Tasks of one take: the answer stays small, and so does what a lost answer keeps leased to nobody. */
const MOST_TAKEN = 500
/** Tasks named in one call: Lua unpacks a few thousand values at most, and others wait while a function runs. */
export const AT_ONCE = 500

export class RedisWorkerVerbs implements WorkerQueue {
  readonly #connection: RedisConnection

  constructor(connection: RedisConnection) {
    this.#connection = connection
  }

  async take(jobId: string, worker: string, max: number): Promise<TakeAnswer> {
    checkTake(max)
    const most = String(Math.min(max, MOST_TAKEN))
    return takeAnswer(jobId, await this.call('take', jobId, [channelOf(jobId), jobId, worker, most]))
  }

  async extend(jobId: string, _worker: string, held: readonly Progress[]): Promise<ExtendAnswer> {
    const lost: number[] = []
    let said: ExtendAnswer['order'] = 'go-on'
    for (const part of chunks(held)) {
      const args = part.flatMap((one) => [...fenceOf(one), String(one.historiesDone)])
      const [order, ...tasks] = (await this.call('extend', jobId, args)) as [string, ...string[]]
      said = order === 'unknown' ? 'cancel' : (order as ExtendAnswer['order'])
      for (const task of tasks) lost.push(Number(task))
    }
    return { lost, order: said }
  }

  async report(jobId: string, _worker: string, reports: readonly Report[]): Promise<{ refused: readonly number[] }> {
    const refused: number[] = []
    for (const part of chunks(reports)) {
      const args = part.flatMap((one) => {
        const mayRepeat = one.kind === 'failed' && one.retriable
        return [...fenceOf(one), mayRepeat ? 'again' : 'final', JSON.stringify(one)]
      })
      const answer = (await this.call('report', jobId, [channelOf(jobId), jobId, ...args])) as string[]
      for (const task of answer) refused.push(Number(task))
    }
    return { refused }
  }

  async release(jobId: string, _worker: string, held: readonly Progress[]): Promise<void> {
    // The last ones first: each part goes to the front of the line.
    for (const part of chunks(held).reverse()) await this.call('release', jobId, part.flatMap(fenceOf))
  }

  /** Calls a function with the keys of the job. */
  call(name: FunctionName, jobId: string, args: readonly string[]): Promise<unknown> {
    checkJobId(jobId)
    const keys = keysOf(jobId)
    return this.#connection.run((redis) => redis.call('FCALL', functionName(name), keys.length, ...keys, ...args))
  }
}

export const fenceOf = (of: { task: number; generation: number; attempt: number }): string[] => [
  String(of.task),
  String(of.generation),
  String(of.attempt),
]

/** Parts of bounded length; one empty part of nothing, so that the queue is asked in any case. */
export function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = []
  for (let from = 0; from < items.length || from === 0; from += AT_ONCE) parts.push(items.slice(from, from + AT_ONCE))
  return parts
}
