/** What a job folder has so far. */

import type { RunMerge } from '#results/merge.ts'
import type { PlannedPoint, PlannedTask } from '#simulation/plan.ts'
import type { Storage } from '#storage/storage.ts'
import { type BadTally, FolderMerges } from './folder-tallies.ts'
import { type JobFolder, openJobFolder, readPlan, storageFolderOf } from './job-folder.ts'

/** Opens the storage of a job folder. */
export type OpenStorage = (folder: string) => Promise<Storage>

/** What a point of the job has so far. */
export interface FolderPoint {
  readonly point: PlannedPoint
  readonly merge: RunMerge
}

export interface JobFolderResult {
  readonly job: JobFolder
  readonly points: readonly FolderPoint[]
  readonly tasks: number
  readonly tasksDone: number
  /** Tallies that lie in the folder and cannot be used. */
  readonly bad: readonly BadTally[]
}

/**
 * Merges what lies in a job folder, also while it runs.
 * @throws JobFolderError, StorageError
 */
export async function mergeJobFolder(folder: string, openStorage: OpenStorage): Promise<JobFolderResult> {
  const job = await openJobFolder(folder)
  const { tasks } = await readPlan(folder)
  const storage = await openStorage(storageFolderOf(folder))
  try {
    const merges = new FolderMerges(job)
    const bad = await merges.addStored(storage, tasks)
    return resultOf(job, tasks, merges, bad)
  } finally {
    await storage.close()
  }
}

/** What each point of the job has, in the order of its points. */
export const pointsOfMerges = (job: JobFolder, merges: FolderMerges): readonly FolderPoint[] =>
  job.points.map((point, i) => ({ point, merge: merges.points[i]! }))

/** @param bad tallies that were refused; those whose task has a good one by now are left out */
export const resultOf = (
  job: JobFolder,
  tasks: readonly PlannedTask[],
  merges: FolderMerges,
  bad: readonly BadTally[],
): JobFolderResult => ({
  job,
  points: pointsOfMerges(job, merges),
  tasks: tasks.length,
  tasksDone: merges.done.size,
  bad: bad.filter(({ task }) => !merges.done.has(task)),
})
