/** How a job ends: with its final merges stored and then a change of state, or as failed with a sentence. */

import type { Records, SimulationRecord } from '#records/records.ts'
import { encodeDistributions } from '#results/distribution-file.ts'
import { DistributionMerge } from '#results/distribution-merge.ts'
import { TallyError } from '#results/errors.ts'
import type { RunMerge } from '#results/merge.ts'
import type { ResultIdentity } from '#results/pool.ts'
import { type DistributionsBeside, encodeMerge } from '#results/tally-file.ts'
import type { SimulationState } from '#simulation/life-cycle.ts'
import type { Storage } from '#storage/storage.ts'
import { inJobSpan, type Traces } from '#traces/traces.ts'
import { amount, counted } from './amounts.ts'
import { asControlError, ControlError } from './control-error.ts'
import { commonestCause } from './failure-cause.ts'
import { identityOf, type JobDocuments } from './job-documents.ts'
import type { LiveMerges } from './live-merges.ts'
import { resultDistributionsKey, resultKey, resultPrefix } from './object-keys.ts'
import { collectOrphans } from './orphans.ts'
import { readStoredTally, StoredTallyError } from './stored-tally.ts'
import { TallyObjects } from './tally-objects.ts'

export interface EndParts {
  readonly records: Records
  readonly storage: Storage
  readonly documents: JobDocuments
  readonly merges: LiveMerges
  readonly clock: () => number
  readonly traces: Traces
}

/**
 * Ends a job whose tasks all have ended. May be called again after a crash, and by two at once: the final merges are a
 * function of the accepted rows, and only one of the changes of state takes effect.
 * @param why sentence about the goal; `null` or empty where everything asked for was tried
 * @returns the ended job; `undefined` when its state was changed by somebody else meanwhile
 */
export async function endJob(
  parts: EndParts,
  record: SimulationRecord,
  why: string | null,
): Promise<SimulationRecord | undefined> {
  const { records, clock } = parts
  const from: readonly SimulationState[] = [record.state]
  if (record.tasksDone === 0) {
    const cause = await commonestCause(records, record)
    if (!cause) {
      // Stopped before the first result: nothing is merged, so it ends as a cancelled job does.
      const remark = 'It was stopped before the first task was finished, so there is no result.'
      return records.changeState(record.id, from, { to: 'cancelling', remark }, clock())
    }
    return records.changeState(record.id, from, { to: 'failed', failure: cause }, clock())
  }
  let results: ReadonlySet<string>
  try {
    results = await inJobSpan(parts.traces, 'final merge', record.id, { 'isolario.points': record.points }, () =>
      storeFinalMerges(parts, record),
    )
  } catch (error) {
    const damage = asControlError(error)
    if (damage?.code !== 'STORED_RESULT_DAMAGED') throw error
    return records.changeState(
      record.id,
      from,
      { to: 'failed', failure: { code: damage.code, message: damage.message } },
      clock(),
    )
  }
  const remark = [why, shortRemark(record), await failureRemark(records, record)]
    .filter((sentence) => sentence)
    .join(' ')
  const ended = await records.changeState(
    record.id,
    from,
    { to: 'done', ...(remark === (record.remark ?? '') ? {} : { remark }) },
    clock(),
  )
  if (ended) await collectOrphans(records, parts.storage, ended, { results })
  return ended
}

/** Stores the merge of every point that has one. */
async function storeFinalMerges(parts: EndParts, record: SimulationRecord): Promise<ReadonlySet<string>> {
  const { storage, documents, merges } = parts
  const job = documents.of(record)
  const keys = new Set<string>()
  let inOrder = true
  for (const { point } of job.points) {
    const { merge, tasks } = await merges.current(record, point)
    if (tasks === 0) continue
    const key = resultKey(record.id, point, tasks)
    keys.add(key)
    const identity = identityOf(record, job, point)
    const distributions = await storedDistributions(parts, record, point, identity, merge)
    if (distributions) keys.add(distributions.key)
    inOrder &&= merge.distributions.isInOrder
    if (await storage.head(key)) continue
    await storage.put(key, encodeMerge(identity, merge.toSnapshot(), distributions))
  }
  // What is shown from now on is what was stored, to the last digit.
  if (!inOrder) merges.forget(record.id)
  return keys
}

/**
 * Stores the meshes and spectra of a point, and says what was stored. Their sums are not whole numbers, so the last
 * digits depend on the order of adding: the final ones are always added in the order of the batches. Where the merge
 * that was kept along came in another order, its tasks are read once more, one after the other.
 */
async function storedDistributions(
  { records, storage }: EndParts,
  record: SimulationRecord,
  point: number,
  identity: ResultIdentity,
  { distributions: live }: RunMerge,
): Promise<(DistributionsBeside & { readonly key: string }) | undefined> {
  if (live.tallies().length === 0) return undefined
  const rows = await records.acceptedResults(record.id, point)
  const key = resultDistributionsKey(record.id, point, rows.length)
  const known = await storage.head(key)
  if (known) return { key, bytes: known.bytes, digest: known.digest }
  let final = live
  if (!live.isInOrder) {
    final = new DistributionMerge()
    const objects = new TallyObjects(storage)
    try {
      for (const row of [...rows].sort((a, b) => a.firstHistory - b.firstHistory)) {
        const tally = await readStoredTally(objects, row, row, record.batchHistories, identity)
        final.add(tally.distributions ?? [], tally.residuals.table.batches[0]!.ordinal)
      }
    } catch (error) {
      if (!(error instanceof StoredTallyError || error instanceof TallyError)) throw error
      throw new ControlError('STORED_RESULT_DAMAGED', error.message, { cause: error })
    }
  }
  const { bytes, digest } = await storage.put(
    key,
    encodeDistributions({ kind: 'merge', identity, distributions: final.tallies() }),
  )
  return { key, bytes, digest }
}

/** Where tasks ended by themselves with less than was planned: told to stop, or out of time. */
function shortRemark({ tasksFailed, historiesDone, primariesPlanned }: SimulationRecord): string | null {
  if (tasksFailed > 0 || historiesDone >= primariesPlanned) return null
  return `Tasks were told to end before all of their primaries were done: the result holds ${amount(historiesDone)} of ${amount(primariesPlanned)}.`
}

async function failureRemark(records: Records, record: SimulationRecord): Promise<string | null> {
  const cause = record.tasksFailed > 0 ? await commonestCause(records, record) : null
  if (!cause) return null
  return `The result holds ${amount(record.historiesDone)} primaries of ${counted(record.tasksDone, 'task')}; ${cause.message}`
}

/** Whether a final merge was stored before: then the goal is over, and open tasks are primaries that were added. */
export async function endedBefore(storage: Storage, id: string): Promise<boolean> {
  for await (const _key of storage.list(resultPrefix(id))) return true
  return false
}
