/** Which results may be added together, and adding results of different jobs. */

import { TallyError } from './errors.ts'
import { RunMerge } from './merge.ts'
import type { MergeSnapshot } from './snapshot.ts'

/** What decides whether two results may be added: the setup, the engine and the random numbers. */
export interface ResultIdentity {
  /** Digest of the setup with engine and physics (physics conventions 1). */
  readonly setupDigest: string
  readonly engine: { readonly id: string; readonly version: string }
  /** 16 hexadecimal digits. */
  readonly jobKey: string
  /** Index of the scan point; 0 without a scan. */
  readonly point: number
  /** True where the job repeats the random numbers of another one. */
  readonly replay: boolean
  /** Digest of the user routines that were compiled into the engine; left out where there were none. */
  readonly routines?: string
  /** Set where the result was made elsewhere; left out for our own. */
  readonly imported?: true
}

export type Mergeability =
  /** `rest`: other histories of the same stream; `other-stream`: another job of the same setup. */
  | { readonly mergeable: true; readonly as: 'rest' | 'other-stream' }
  | { readonly mergeable: false; readonly reason: string }

/**
 * Whether two results may be added together.
 * Only one setup, one engine and one set of user routines, and never the same random numbers twice: a replay is not merged with its original.
 * An imported result is added to nothing, not even to itself.
 * Two parts of one stream may be added; that no batch comes twice is watched by the merge itself.
 */
export function mergeable(a: ResultIdentity, b: ResultIdentity): Mergeability {
  const no = (reason: string): Mergeability => ({ mergeable: false, reason })
  if (a.imported || b.imported) {
    return no(
      'An imported result is never added to another one: nobody here knows its random numbers, its setup and its program.',
    )
  }
  if (a.engine.id !== b.engine.id || a.engine.version !== b.engine.version) {
    const name = ({ engine }: ResultIdentity): string => `${engine.id} ${engine.version}`
    return no(`The results come from different engines, ${name(a)} and ${name(b)}.`)
  }
  // Part of the setup too; said by itself, because it is the one difference that no parameter shows.
  if (a.routines !== b.routines) {
    const name = ({ routines }: ResultIdentity): string => (routines === undefined ? 'none' : `those of ${routines}`)
    return no(
      `The results were made with different user routines, ${name(a)} and ${name(b)}: other code is another experiment.`,
    )
  }
  if (a.setupDigest !== b.setupDigest) {
    return no(`The setups differ (${a.setupDigest} and ${b.setupDigest}); only results of one setup can be added.`)
  }
  if (a.jobKey !== b.jobKey || a.point !== b.point) return { mergeable: true, as: 'other-stream' }
  if (a.replay !== b.replay)
    return no(`One result is a replay of the other (job key ${a.jobKey}): it adds nothing new.`)
  return { mergeable: true, as: 'rest' }
}

/**
 * Adds results up, those of one stream as parts of it, those of different jobs one behind the other. The sum depends on
 * the set of results only, not on their order.
 * @throws TallyError `TALLY_NOT_MERGEABLE` with the reason, and what `RunMerge.add` throws
 */
export function poolRuns(
  runs: readonly { readonly identity: ResultIdentity; readonly result: MergeSnapshot }[],
): RunMerge {
  const streams = new Map<string, RunMerge>()
  for (const [index, { identity, result }] of runs.entries()) {
    for (const other of runs.slice(0, index)) {
      const answer = mergeable(other.identity, identity)
      if (!answer.mergeable) throw new TallyError('TALLY_NOT_MERGEABLE', answer.reason)
    }
    const stream = `${identity.jobKey}/${String(identity.point).padStart(16, '0')}`
    const merge = streams.get(stream) ?? new RunMerge()
    merge.addSnapshot(result)
    streams.set(stream, merge)
  }
  const pooled = new RunMerge()
  for (const stream of [...streams.keys()].sort()) {
    const snapshot = streams.get(stream)!.toSnapshot()
    // The next place that is whole for the groups of both.
    const size = Math.max(2 ** snapshot.groupLevel, pooled.batchesPerGroup)
    const batches = Math.ceil((pooled.ordinals.at(-1)?.[1] ?? 0) / size) * size
    pooled.addSnapshot(snapshot, { batches, histories: pooled.ranges.at(-1)?.[1] ?? 0 })
  }
  return pooled
}
