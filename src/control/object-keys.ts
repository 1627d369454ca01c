/** Where the objects of a job lie in storage. */

import { DISTRIBUTION_FILE_EXTENSION } from '#results/distribution-file.ts'

/** Everything of all jobs; what else lies in the storage is somebody else's. */
export const ALL_JOBS = 'jobs/'

/** Everything of one job; workers put their objects under `tasks/` below it. */
export const jobPrefix = (id: string): string => `${ALL_JOBS}${id}/`

/** What workers put of a job's tasks. */
export const taskPrefix = (id: string): string => `${jobPrefix(id)}tasks/`

/** Final merges of a job. */
export const resultPrefix = (id: string): string => `${jobPrefix(id)}result/`

/** Final merge of a point. The number of accepted tasks is part of the name: added primaries make another object. */
export const resultKey = (id: string, point: number, tasks: number): string =>
  `${resultPrefix(id)}point-${point}-of-${tasks}-tasks.isot`

/** Merges of the first tasks of a point, while the final one is being made. */
export const checkpointPrefix = (id: string, point: number): string => `${jobPrefix(id)}merging/point-${point}-`

export const checkpointKey = (id: string, point: number, tasks: number, digest: string): string =>
  `${checkpointPrefix(id, point)}first-${tasks}-${digest}.isot`

/**
 * Whether a key is of this job's tasks. Keys in reports come from workers, which run what users gave them: one that leads
 * elsewhere would show the log of another job, or count its result.
 */
export const isOfTasks = (id: string, key: string): boolean => key.startsWith(taskPrefix(id)) && !key.includes('..')

/** Job behind a key, or `undefined` for a key that is not of a job. */
export const jobOfKey = (key: string): string | undefined => /^jobs\/([^/]+)\//.exec(key)?.[1]

/** Meshes and spectra that belong to a final merge. */
export const resultDistributionsKey = (id: string, point: number, tasks: number): string =>
  resultKey(id, point, tasks).replace(/\.isot$/, DISTRIBUTION_FILE_EXTENSION)

/** Object of the same attempt with another extension. Beside a bundle there is none: what has more than a tally is alone. */
const beside = (objectKey: string, extension: string): string | null =>
  objectKey.endsWith('.tally') ? objectKey.replace(/\.tally$/, extension) : null

/** Meshes and spectra that a worker may have put beside the result of a task. */
export const distributionsKeyBeside = (objectKey: string): string | null =>
  beside(objectKey, DISTRIBUTION_FILE_EXTENSION)

/** Log that a worker may have put beside the result of a task. */
export const logKeyBeside = (objectKey: string): string | null => beside(objectKey, '.log')

/** Raw outputs of a program that a worker may have put beside the result of a task, packed. */
export const rawKeyBeside = (objectKey: string): string | null => beside(objectKey, '.raw.tar')
