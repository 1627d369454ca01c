/** Takes the meshes and spectra that lie beside a stored tally into it. */

import { createHash } from 'node:crypto'
import { DISTRIBUTION_FILE_EXTENSION, decodeDistributions } from '#results/distribution-file.ts'
import type { TaskTally } from '#results/tally.ts'
import type { TallyFile } from '#results/tally-file.ts'
import type { Storage } from '#storage/storage.ts'

/**
 * The tally as the engine handed it over.
 * @returns a text that says what is wrong with the file beside it
 * @throws DistributionFileError; StorageError
 */
export async function withDistributions(
  storage: Pick<Storage, 'get'>,
  key: string,
  file: TallyFile & { readonly kind: 'task' },
): Promise<TaskTally | string> {
  if (!file.distributions) return file.tally
  const bytes = await storage.get(key.replace(/\.tally$/, DISTRIBUTION_FILE_EXTENSION))
  if (!bytes) return 'its meshes and spectra are not there'
  if (createHash('sha256').update(bytes).digest('hex') !== file.distributions.digest) {
    return 'its meshes and spectra are not those that it was stored with'
  }
  const { kind, distributions } = decodeDistributions(bytes)
  return kind === 'task' ? { ...file.tally, distributions } : 'its meshes and spectra are those of a merge'
}
