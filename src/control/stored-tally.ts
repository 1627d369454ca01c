/** Reads what a worker stored and holds it against what was planned: nothing is accepted that was not looked at. */

import type { TaskPlan } from '#records/records.ts'
import type { DistributionTally } from '#results/distribution.ts'
import { DistributionFileError, decodeDistributions } from '#results/distribution-file.ts'
import type { ResultIdentity } from '#results/pool.ts'
import type { TaskTally } from '#results/tally.ts'
import { type DistributionsBeside, decodeTallyFile, TallyFileError } from '#results/tally-file.ts'
import { batchesOf } from '#simulation/plan.ts'
import { StorageError } from '#storage/storage.ts'
import { distributionsKeyBeside } from './object-keys.ts'
import type { StoredObject, TallyObjects } from './tally-objects.ts'

/** More than any engine's tally of a task has; a service must be able to hold a few of them at once. */
export const LARGEST_TALLY_BYTES = 64 * 1024 * 1024
/** Two million bins with their marginals and squares (simulation/scoring.ts). */
export const LARGEST_DISTRIBUTIONS_BYTES = 128 * 1024 * 1024

/** The object is not there, not whole, or not the result of the task. The message is for a person. */
export class StoredTallyError extends Error {
  override readonly name = 'StoredTallyError'
  readonly code: 'RESULT_MISSING' | 'RESULT_DAMAGED' | 'RESULT_OF_OTHER_TASK'
  constructor(code: StoredTallyError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/**
 * @throws StoredTallyError when it cannot be used; StorageError when the storage does not answer now
 */
export async function readStoredTally(
  objects: TallyObjects,
  object: StoredObject,
  plan: TaskPlan,
  batchHistories: number,
  identity: ResultIdentity,
): Promise<TaskTally> {
  const { objectKey } = object
  let tally: TaskTally
  let from: ResultIdentity
  let beside: DistributionsBeside | undefined
  try {
    const content = await objects.read(object, LARGEST_TALLY_BYTES)
    if (!content)
      throw new StoredTallyError('RESULT_MISSING', `The result of task ${plan.task} is not in storage (${objectKey}).`)
    if (typeof content === 'string') {
      throw new StoredTallyError('RESULT_DAMAGED', `The stored result of task ${plan.task} (${objectKey}) ${content}.`)
    }
    const file = decodeTallyFile(content)
    if (file.kind !== 'task') {
      throw new StoredTallyError(
        'RESULT_OF_OTHER_TASK',
        `${objectKey} holds a merge, not the result of task ${plan.task}.`,
      )
    }
    tally = file.tally
    from = file.identity
    beside = file.distributions
  } catch (error) {
    if (error instanceof TallyFileError || (error instanceof StorageError && error.code === 'STORAGE_DAMAGED')) {
      throw new StoredTallyError(
        'RESULT_DAMAGED',
        `The stored result of task ${plan.task} (${objectKey}) is damaged: ${error.message}`,
        error,
      )
    }
    throw error
  }
  const other = difference(tally, plan, batchHistories) ?? foreign(from, identity)
  if (other)
    throw new StoredTallyError(
      'RESULT_OF_OTHER_TASK',
      `The stored result (${objectKey}) is not that of task ${plan.task}: ${other}.`,
    )
  return beside ? { ...tally, distributions: await readDistributions(objects, object, beside, plan, identity) } : tally
}

/** Meshes and spectra of a task. The tally holds their digest, and was itself looked at before. */
async function readDistributions(
  objects: TallyObjects,
  { objectKey: tallyKey }: StoredObject,
  beside: DistributionsBeside,
  plan: TaskPlan,
  identity: ResultIdentity,
): Promise<readonly DistributionTally[]> {
  const objectKey = distributionsKeyBeside(tallyKey)
  if (objectKey === null) {
    throw new StoredTallyError(
      'RESULT_OF_OTHER_TASK',
      `The result of task ${plan.task} has meshes and spectra and lies in a bundle (${tallyKey}), which has nothing beside it.`,
    )
  }
  const what = `The stored meshes and spectra of task ${plan.task} (${objectKey})`
  try {
    const content = await objects.read({ objectKey, ...beside }, LARGEST_DISTRIBUTIONS_BYTES)
    if (!content) throw new StoredTallyError('RESULT_MISSING', `${what} are not in storage.`)
    if (typeof content === 'string') throw new StoredTallyError('RESULT_DAMAGED', `${what}: the object ${content}.`)
    const file = decodeDistributions(content)
    const other = file.kind === 'task' ? foreign(file.identity, identity) : 'they are those of a merge'
    if (other) throw new StoredTallyError('RESULT_OF_OTHER_TASK', `${what} are not its own: ${other}.`)
    return file.distributions
  } catch (error) {
    if (error instanceof DistributionFileError || (error instanceof StorageError && error.code === 'STORAGE_DAMAGED')) {
      throw new StoredTallyError('RESULT_DAMAGED', `${what} are damaged: ${error.message}`, error)
    }
    throw error
  }
}

/**
 * What differs from the plan, in words. A tally may end early with whole batches from the start; one without moments, of
 * an engine whose tasks are single batches, also with fewer histories in its batch.
 */
function difference(tally: TaskTally, plan: TaskPlan, batchHistories: number): string | undefined {
  const planned = batchesOf(plan, batchHistories)
  const { batches, squares } = tally.residuals.table
  const mayBeShort = squares === null && planned.length === 1
  if (batches.length === 0) return 'it holds no batch'
  if (batches.length > planned.length) return `it holds ${batches.length} batches, ${planned.length} were planned`
  const wrong = batches.findIndex((batch, index) => {
    const { ordinal, first, histories } = planned[index]!
    const fits = batch.histories === histories || (mayBeShort && batch.histories < histories)
    return batch.ordinal !== ordinal || batch.first !== first || !fits
  })
  if (wrong < 0) return undefined
  const { ordinal, first, histories } = batches[wrong]!
  const want = planned[wrong]!
  return `batch ${ordinal} with ${histories} histories from ${first}; planned were ${want.histories} from ${want.first} as batch ${want.ordinal}`
}

function foreign(from: ResultIdentity, wanted: ResultIdentity): string | undefined {
  if (from.jobKey !== wanted.jobKey || from.point !== wanted.point) return 'it has other random numbers'
  if (from.routines !== wanted.routines) return 'it was made with other user routines'
  if (from.setupDigest !== wanted.setupDigest) return 'it was made with another setup'
  if (from.engine.id !== wanted.engine.id || from.engine.version !== wanted.engine.version) {
    return `it was made by ${from.engine.id} ${from.engine.version}, not by ${wanted.engine.id} ${wanted.engine.version}`
  }
  return undefined
}
