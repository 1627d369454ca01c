/**
 * The running results in memory: one merge a point of a job, folded along while results are accepted.
 *
 * Nothing of it is the truth. What is missing (after a restart, in another replica, because it was not used for long) is
 * made again from the accepted rows and the stored tallies, or from the stored final merge. The merge does not depend on
 * the order of folding, so every way gives the same bits.
 */

import { createHash } from 'node:crypto'
import type { AcceptedResult, Records, SimulationRecord, TaskPlan } from '#records/records.ts'
import { decodeDistributions } from '#results/distribution-file.ts'
import { TallyError } from '#results/errors.ts'
import { RunMerge } from '#results/merge.ts'
import type { TaskTally } from '#results/tally.ts'
import { decodeTallyFile, type TallyFile } from '#results/tally-file.ts'
import type { Storage } from '#storage/storage.ts'
import { ControlError } from './control-error.ts'
import { inParallel } from './in-parallel.ts'
import { identityOf, type JobDocuments } from './job-documents.ts'
import { CHECKPOINTS, type CheckpointSettings, isMergedForGood, MergeCheckpoints } from './merge-checkpoints.ts'
import { resultDistributionsKey, resultKey } from './object-keys.ts'
import { RecentlyUsed } from './recently-used.ts'
import { readStoredTally, StoredTallyError } from './stored-tally.ts'
import { TallyObjects } from './tally-objects.ts'

export interface FoldedTask {
  readonly task: number
  readonly point: number
  readonly tally: TaskTally
}

export interface LiveResult {
  readonly merge: RunMerge
  /** Accepted tasks that are in it. */
  readonly tasks: number
}

interface Entry {
  merge: RunMerge
  readonly folded: Set<number>
  /** Loading in progress: a second reader waits for it instead of loading again. */
  loading: Promise<void> | null
}

/** Scans with more points than this are merged when somebody looks, not while they run. */
const POINTS_FOLDED_ALONG = 16
/** Memory of meshes and spectra of all running merges together; beyond it the least used merges go. */
const DISTRIBUTION_BYTES = 384 * 1024 * 1024
/** Objects read at the same time. */
const READERS = 16
/** Tallies folded before the event loop gets a turn. */
const FOLDED_AT_ONCE = 50

export class LiveMerges {
  readonly #records: Records
  readonly #storage: Storage
  readonly #documents: JobDocuments
  readonly #entries: RecentlyUsed<Entry>
  readonly #checkpoints: CheckpointSettings

  constructor(
    records: Records,
    storage: Storage,
    documents: JobDocuments,
    size: number,
    checkpoints: CheckpointSettings = CHECKPOINTS,
  ) {
    this.#checkpoints = checkpoints
    this.#records = records
    this.#storage = storage
    this.#documents = documents
    this.#entries = new RecentlyUsed(size)
  }

  /**
   * Folds results that were just accepted.
   * @param before the job as it was before they were: from its first result on the merge is kept along
   */
  fold(before: SimulationRecord, tasks: readonly FoldedTask[]): void {
    for (const { task, point, tally } of tasks) {
      let entry = this.#entries.get(keyOf(before.id, point))
      if (!entry) {
        if (before.tasksDone > 0 || before.points > POINTS_FOLDED_ALONG) continue
        entry = emptyEntry()
        this.#entries.set(keyOf(before.id, point), entry)
      }
      if (entry.folded.has(task)) continue
      try {
        entry.merge.add(tally)
      } catch (error) {
        // It does not fit the others, and its row is written: whoever looks at the result is told so.
        if (!(error instanceof TallyError)) throw error
        this.#entries.delete(keyOf(before.id, point))
        continue
      }
      entry.folded.add(task)
    }
    this.#trim()
  }

  /**
   * The merge of everything that is accepted for a point.
   * @throws ControlError `STORED_RESULT_DAMAGED`
   */
  async current(record: SimulationRecord, point: number): Promise<LiveResult> {
    const key = keyOf(record.id, point)
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = emptyEntry()
      this.#entries.set(key, entry)
    }
    // The one point of a job without scan holds all that is done; of a scan only the rows can tell.
    const whole = () => record.points === 1 && entry.folded.size >= record.tasksDone
    if (!whole()) {
      entry.loading ??= this.#load(record, point, entry).finally(() => (entry.loading = null))
      await entry.loading
      this.#trim()
    }
    return { merge: entry.merge, tasks: entry.folded.size }
  }

  /** Results of a job in memory that may be read without waiting. */
  cached(id: string, point: number): LiveResult | undefined {
    const entry = this.#entries.get(keyOf(id, point))
    return entry && { merge: entry.merge, tasks: entry.folded.size }
  }

  #trim(): void {
    this.#entries.trim(DISTRIBUTION_BYTES, ({ merge }) => merge.distributions.bytes)
  }

  forget(id: string): void {
    this.#entries.deleteAll(`${id}/`)
  }

  async #load(record: SimulationRecord, point: number, entry: Entry): Promise<void> {
    const rows = await this.#records.acceptedResults(record.id, point)
    if (entry.folded.size === 0 && rows.length > 0)
      await this.#loadFinal(
        record,
        point,
        entry,
        rows.map((row) => row.task),
      )
    const identity = identityOf(record, this.#documents.of(record), point)
    const objects = new TallyObjects(this.#storage)
    let folded = 0
    const fold = async (row: (typeof rows)[number]) => {
      const tally = await readStoredTally(objects, row, row, record.batchHistories, identity)
      // Another way may have folded it while we read.
      if (entry.folded.has(row.task)) return
      entry.merge.add(tally)
      entry.folded.add(row.task)
      if (++folded % FOLDED_AT_ONCE === 0) await new Promise((turn) => setImmediate(turn))
    }
    const missing = () => rows.filter((row) => !entry.folded.has(row.task))
    try {
      if (!isMergedForGood(record)) return await inParallel(missing(), READERS, fold)
      const checkpoints = new MergeCheckpoints(this.#storage, this.#checkpoints, record.id, point)
      if (entry.folded.size === 0 && rows.length > checkpoints.everyTasks) await this.#resume(entry, rows, checkpoints)
      const left = missing()
      for (let start = 0; start < left.length; start += checkpoints.everyTasks) {
        const part = left.slice(start, start + checkpoints.everyTasks)
        await inParallel(part, READERS, fold)
        const upTo = rows.indexOf(part.at(-1)!) + 1
        // Only where the merge is that of the first tasks, and more follow.
        if (entry.folded.size === upTo && upTo < rows.length)
          await checkpoints.note(entry.merge, rows.slice(0, upTo), identity)
      }
    } catch (error) {
      if (error instanceof StoredTallyError || error instanceof TallyError)
        throw new ControlError('STORED_RESULT_DAMAGED', error.message, { cause: error })
      throw error
    }
  }

  /** Goes on where another replica, or this one before it was killed, has come to. */
  async #resume(
    entry: Entry,
    rows: readonly (AcceptedResult & TaskPlan)[],
    checkpoints: MergeCheckpoints,
  ): Promise<void> {
    const checkpoint = await checkpoints.newest(rows)
    if (!checkpoint || entry.folded.size > 0) return
    entry.merge = checkpoint.merge
    for (const { task } of rows.slice(0, checkpoint.tasks)) entry.folded.add(task)
  }

  /** The stored final merge, if it holds exactly the accepted tasks: one object instead of thousands. */
  async #loadFinal(record: SimulationRecord, point: number, entry: Entry, tasks: readonly number[]): Promise<void> {
    const bytes = await this.#storage.get(resultKey(record.id, point, tasks.length)).catch(() => undefined)
    if (!bytes || entry.folded.size > 0) return
    try {
      const file = decodeTallyFile(bytes)
      if (file.kind !== 'merge') return
      const merge = await this.#withDistributions(file, resultDistributionsKey(record.id, point, tasks.length))
      if (!merge || entry.folded.size > 0) return
      entry.merge = merge
      for (const task of tasks) entry.folded.add(task)
    } catch {
      // A damaged final merge is no loss: the tallies it was made of are there.
    }
  }

  /** A stored merge with the meshes and spectra beside it; `undefined` when those are not there or not the ones. */
  async #withDistributions(file: TallyFile & { readonly kind: 'merge' }, key: string): Promise<RunMerge | undefined> {
    if (!file.distributions) return RunMerge.fromSnapshot(file.result)
    const bytes = await this.#storage.get(key)
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== file.distributions.digest) return undefined
    return RunMerge.fromSnapshot(file.result, decodeDistributions(bytes).distributions)
  }
}

const keyOf = (id: string, point: number): string => `${id}/${point}`
const emptyEntry = (): Entry => ({ merge: new RunMerge(), folded: new Set(), loading: null })
