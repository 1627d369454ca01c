/**
 * When jobs that wait will get their first worker: what the cluster does with the work that is left, played forward.
 * Work is counted in worker-milliseconds, so that a job with four workers loses four of them in one millisecond (unless it
 * goes on for a given time). Nothing here speaks to a cluster.
 */

import type { Outlook, WorkLeft } from './cluster.ts'
import { type Claim, lineOf, sharesOf } from './shares.ts'

/** More jobs than this ahead of one are not played through: the answer would be a guess. */
const MOST_STEPS = 500

interface Playing {
  /** `null`: nobody can tell. */
  leftMs: number | null
  readonly isDivisible: boolean
}

/**
 * Where the places are shared out (`shares.ts`): whoever ends leaves its places to the others at once.
 * @param claims in the order of their turn
 */
export function outlookOfShares(
  capacity: number,
  claims: readonly Claim[],
  workLeft: WorkLeft,
): ReadonlyMap<string, Outlook> {
  return played(lineOf(capacity, claims), claims, workLeft, (open) => sharesOf(capacity, open))
}

/**
 * Where jobs start in the order in which they stand, each with as many workers as there is room for (one is enough), and
 * keep them to the end: a queue of Kueue that may admit a part.
 * @param claims those with workers, then those that wait in the order of their turn
 */
export function outlookOfQueue(claims: readonly Claim[], workLeft: WorkLeft): ReadonlyMap<string, Outlook> {
  // How large the queue is nobody tells. As there are jobs that wait, it is as large as what is in use.
  const capacity = claims.reduce((sum, { has }) => sum + has, 0)
  const line = claims.filter(({ has }) => has === 0).map(({ jobId }) => jobId)
  return played(line, claims, workLeft, (open) => {
    let free = capacity - open.reduce((sum, { has }) => sum + has, 0)
    return new Map(
      open.map(({ jobId, has, wants }) => {
        if (has > 0) return [jobId, has]
        const given = Math.min(wants, free)
        free -= given
        return [jobId, given]
      }),
    )
  })
}

function played(
  line: readonly string[],
  claims: readonly Claim[],
  workLeft: WorkLeft,
  placesOf: (open: readonly Claim[]) => ReadonlyMap<string, number>,
): ReadonlyMap<string, Outlook> {
  const outlook = new Map<string, Outlook>()
  const positions = new Map(line.map((jobId, index) => [jobId, index + 1]))
  const playing = new Map<string, Playing>()
  const work = (jobId: string): Playing => {
    let known = playing.get(jobId)
    if (!known) {
      const left = workLeft(jobId)
      playing.set(jobId, (known = { leftMs: left?.ms ?? null, isDivisible: left?.isDivisible ?? true }))
    }
    return known
  }
  const told = (jobId: string, waitMs: number | null, unknown: string | null): void => {
    outlook.set(jobId, { position: positions.get(jobId)!, waitMs, unknown })
    positions.delete(jobId)
  }
  let open = [...claims]
  let nowMs = 0
  for (let step = 0; positions.size > 0 && step < MOST_STEPS; step++) {
    const places = placesOf(open)
    for (const [jobId, given] of places) if (given > 0 && positions.has(jobId)) told(jobId, nowMs, null)
    const atWork = open.filter(({ jobId }) => (places.get(jobId) ?? 0) > 0)
    // The first of them to end; of one whose end nobody knows it may be that one.
    let soonest: { readonly jobId: string; readonly inMs: number } | undefined
    let unknown: string | undefined
    for (const { jobId } of atWork) {
      const { leftMs, isDivisible } = work(jobId)
      if (leftMs === null) {
        unknown ??= jobId
        continue
      }
      const inMs = leftMs / (isDivisible ? places.get(jobId)! : 1)
      if (!soonest || inMs < soonest.inMs) soonest = { jobId, inMs }
    }
    if (unknown !== undefined || !soonest) {
      for (const jobId of [...positions.keys()]) told(jobId, null, unknown ?? null)
      break
    }
    nowMs += soonest.inMs
    for (const { jobId } of atWork) {
      const one = work(jobId)
      one.leftMs = Math.max(0, one.leftMs! - soonest.inMs * (one.isDivisible ? places.get(jobId)! : 1))
    }
    // Who has what is as it was given: a job that was let in keeps its places.
    open = open.flatMap((claim) =>
      claim.jobId === soonest.jobId ? [] : [{ ...claim, has: places.get(claim.jobId) ?? 0 }],
    )
  }
  for (const jobId of [...positions.keys()]) told(jobId, null, null)
  return outlook
}
