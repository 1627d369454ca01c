/** The tallies that lie in a job folder: which tasks are done, and their merge. */

import { DistributionFileError } from '#results/distribution-file.ts'
import { RunMerge } from '#results/merge.ts'
import { mergeable } from '#results/pool.ts'
import type { TaskTally } from '#results/tally.ts'
import { decodeTallyFile, TallyFileError } from '#results/tally-file.ts'
import { batchesOf, type PlannedBatch, type PlannedTask } from '#simulation/plan.ts'
import { type Storage, StorageError } from '#storage/storage.ts'
import { identityOf, type JobFolder } from './job-folder.ts'
import { withDistributions } from './with-distributions.ts'

/** A stored tally that cannot be used, with the reason in words. */
export interface BadTally {
  readonly task: number
  readonly key: string
  readonly message: string
}

/** Keys of stored tallies, by task: every attempt at a task stored the same, so one is enough. */
export async function tallyKeys(storage: Storage): Promise<ReadonlyMap<number, readonly string[]>> {
  const keys = new Map<number, string[]>()
  for await (const key of storage.list('tasks/')) {
    const task = /^tasks\/(\d+)\/g\d+-a\d+\.tally$/.exec(key)?.[1]
    if (task === undefined) continue
    const ofTask = keys.get(Number(task)) ?? []
    ofTask.push(key)
    keys.set(Number(task), ofTask)
  }
  return keys
}

/**
 * Reads the tally of a task and holds it against the plan: batch by batch, and whose random numbers it counts.
 * @returns a text that says what is wrong with it.
 */
export async function readTally(
  storage: Storage,
  key: string,
  task: PlannedTask,
  job: JobFolder,
): Promise<TaskTally | string> {
  try {
    const content = await storage.get(key)
    if (!content) return 'it is not there'
    const file = decodeTallyFile(content)
    if (file.kind !== 'task') return 'it is the merge of several tasks'
    const same = mergeable(identityOf(job, job.points[task.point]!), file.identity)
    if (!same.mergeable) return same.reason
    if (same.as !== 'rest') return 'it holds other random numbers than those of this job'
    if (!isAsPlanned(file.tally, batchesOf(task, job.batchHistories))) return 'it holds other batches than were planned'
    return await withDistributions(storage, key, file)
  } catch (error) {
    if (
      error instanceof TallyFileError ||
      error instanceof DistributionFileError ||
      (error instanceof StorageError && error.code === 'STORAGE_DAMAGED')
    ) {
      return error.message
    }
    throw error
  }
}

/** A tally without moments, of an engine whose tasks are single batches, may hold fewer histories: it was told to end. */
function isAsPlanned({ residuals: { table } }: TaskTally, planned: readonly PlannedBatch[]): boolean {
  const mayBeShort = table.squares === null && planned.length === 1
  return (
    table.batches.length === planned.length &&
    planned.every(({ ordinal, first, histories }, i) => {
      const batch = table.batches[i]!
      const fits = batch.histories === histories || (mayBeShort && batch.histories < histories)
      return batch.ordinal === ordinal && batch.first === first && fits
    })
  )
}

/** The running results of all points of a job, filled task by task. */
export class FolderMerges {
  readonly points: readonly RunMerge[]
  readonly done = new Set<number>()
  readonly #job: JobFolder

  constructor(job: JobFolder) {
    this.#job = job
    this.points = job.points.map(() => new RunMerge())
  }

  /** Histories over all points. */
  get histories(): number {
    return this.points.reduce((sum, merge) => sum + merge.histories, 0)
  }

  /** Folds a task in, once. @returns what is wrong with its tally, if anything. */
  async add(storage: Storage, key: string, task: PlannedTask): Promise<BadTally | undefined> {
    if (this.done.has(task.task)) return undefined
    const tally = await readTally(storage, key, task, this.#job)
    if (typeof tally === 'string') {
      return { task: task.task, key, message: `The tally of task ${task.task} cannot be used: ${tally}` }
    }
    // Looked at again: another attempt may have been folded in while this one was read.
    if (this.done.has(task.task)) return undefined
    this.points[task.point]!.add(tally)
    this.done.add(task.task)
    return undefined
  }

  /** Folds in all that is stored. */
  async addStored(storage: Storage, tasks: readonly PlannedTask[]): Promise<readonly BadTally[]> {
    const bad: BadTally[] = []
    // In the order of the tasks: sums that are not whole are then the same to the last digit.
    const stored = [...(await tallyKeys(storage))].sort(([a], [b]) => a - b)
    for (const [index, keys] of stored) {
      const task = tasks[index]
      if (!task) continue
      for (const key of keys) {
        const problem = await this.add(storage, key, task)
        if (problem) bad.push(problem)
      }
    }
    return bad
  }
}
