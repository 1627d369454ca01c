/**
 * How many workers may work at the same time, for whoever plans a job: no submission waits for the cluster. What is known
 * is answered at once and asked for again beside it; who is first waits a moment, and then goes on without.
 */

import type { Cluster } from '#cluster/cluster.ts'
import { deadlined } from './deadline.ts'

export interface WorkersAtOnce {
  readonly workers: number
  /** False where the cluster has said nothing yet, and the number is a guess. */
  readonly isKnown: boolean
}

/** For tasks that suit a small cluster: on one worker they are not too short, for a hundred not too few. */
const ASSUMED = 16
/** Longer than a cluster that is well needs for its answer. */
const FIRST_ANSWER_WITHIN_MS = 1000
const FRESH_MS = 10_000

/** @param clock milliseconds since the epoch */
export function askWorkersAtOnce(cluster: Pick<Cluster, 'capacity'>, clock: () => number) {
  let known: { readonly workers: number; readonly atMs: number } | undefined
  let asking: Promise<void> | undefined
  /** Who asks meanwhile waits for the same answer. An answer that is late is known from then on. */
  const ask = (): Promise<void> => {
    asking ??= cluster
      .capacity()
      .then((workers) => {
        known = { workers, atMs: clock() }
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }
  return async (): Promise<WorkersAtOnce> => {
    if (!known) await deadlined(ask(), FIRST_ANSWER_WITHIN_MS).catch(() => undefined)
    else if (Math.abs(clock() - known.atMs) > FRESH_MS) ask().catch(() => undefined)
    return known ? { workers: known.workers, isKnown: true } : { workers: ASSUMED, isKnown: false }
  }
}
