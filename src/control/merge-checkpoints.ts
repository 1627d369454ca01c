/**
 * A merge of thousands of results takes longer than a replica may live. While a job ends, what is merged so far is stored
 * now and then, so that whoever goes on begins there and not at the first result.
 *
 * A checkpoint is the merge of the first tasks of a point, in task order; its key names how many they are and a digest of
 * which objects. It is a function of these objects, so two that write it write the same, and one that does not fit the
 * rows is never taken. Nothing depends on it: without it everything is merged from the results. With the end of the job
 * no row points to it, and it is collected as other left-overs are.
 */

import { createHash } from 'node:crypto'
import type { AcceptedResult, SimulationRecord, TaskPlan } from '#records/records.ts'
import { RunMerge } from '#results/merge.ts'
import type { ResultIdentity } from '#results/pool.ts'
import { decodeTallyFile, encodeMerge } from '#results/tally-file.ts'
import type { Storage } from '#storage/storage.ts'
import { checkpointKey, checkpointPrefix } from './object-keys.ts'

export interface CheckpointSettings {
  /** Results between two of them, at least. */
  readonly everyTasks: number
  /** Time between two of them, at least, in milliseconds; storing one never takes more than a tenth of all. */
  readonly everyMs: number
  readonly clock: () => number
}

export const CHECKPOINTS: CheckpointSettings = { everyTasks: 200, everyMs: 300, clock: Date.now }

type Row = AcceptedResult & TaskPlan

/** A storing that takes long is repeated rarely. */
const SHARE_OF_TIME = 10

/** All tasks of the job have ended: no result will be accepted any more between those that are. */
export const isMergedForGood = ({ tasks, tasksDone, tasksFailed, tasksDropped }: SimulationRecord): boolean =>
  tasksDone + tasksFailed + tasksDropped === tasks

export class MergeCheckpoints {
  readonly #storage: Storage
  readonly #settings: CheckpointSettings
  readonly #id: string
  readonly #point: number
  #storedAtMs: number
  #tookMs = 0

  constructor(storage: Storage, settings: CheckpointSettings, id: string, point: number) {
    this.#storage = storage
    this.#settings = settings
    this.#id = id
    this.#point = point
    this.#storedAtMs = settings.clock()
  }

  /** Results to fold before it may be time again. */
  get everyTasks(): number {
    return this.#settings.everyTasks
  }

  /** The largest that fits the rows, and how many of them are in it. */
  async newest(rows: readonly Row[]): Promise<{ readonly merge: RunMerge; readonly tasks: number } | undefined> {
    const found: { readonly key: string; readonly tasks: number }[] = []
    for await (const key of this.#storage.list(checkpointPrefix(this.#id, this.#point))) {
      const tasks = Number(/first-(\d+)-/.exec(key)?.[1])
      if (tasks > 0 && tasks <= rows.length) found.push({ key, tasks })
    }
    found.sort((a, b) => b.tasks - a.tasks)
    for (const { key, tasks } of found) {
      if (key !== this.#keyOf(rows.slice(0, tasks))) continue
      const merge = await this.#read(key)
      if (merge) return { merge, tasks }
    }
    return undefined
  }

  /** Stores one if it is time. @param rows those that are in the merge, the first of the point in task order */
  async note(merge: RunMerge, rows: readonly Row[], identity: ResultIdentity): Promise<void> {
    const { clock, everyMs } = this.#settings
    // Meshes are large and are added once more in their own order at the very end: such a job is merged from its results.
    if (merge.distributions.tallies().length > 0) return
    const beginsMs = clock()
    if (beginsMs - this.#storedAtMs < Math.max(everyMs, SHARE_OF_TIME * this.#tookMs)) return
    // Where it cannot be stored the merge goes on: it is the next one that has to begin earlier.
    await this.#storage.put(this.#keyOf(rows), encodeMerge(identity, merge.toSnapshot())).catch(() => undefined)
    this.#storedAtMs = clock()
    this.#tookMs = this.#storedAtMs - beginsMs
  }

  async #read(key: string): Promise<RunMerge | undefined> {
    const bytes = await this.#storage.get(key)
    if (!bytes) return undefined
    try {
      const file = decodeTallyFile(bytes)
      return file.kind === 'merge' ? RunMerge.fromSnapshot(file.result) : undefined
    } catch {
      // A damaged one is no loss: the results that it was made of are there.
      return undefined
    }
  }

  #keyOf(rows: readonly Row[]): string {
    const digest = createHash('sha256')
    for (const { task, digest: of } of rows) digest.update(`${task} ${of}\n`)
    return checkpointKey(this.#id, this.#point, rows.length, digest.digest('hex').slice(0, 32))
  }
}
