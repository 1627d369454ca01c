/** A task's result as it is stored: the tally, and beside it the file of its meshes and spectra, where it has any. */

import { createHash } from 'node:crypto'
import { encodeDistributions } from '#results/distribution-file.ts'
import type { ResultIdentity } from '#results/pool.ts'
import type { TaskTally } from '#results/tally.ts'
import { encodeTaskTally } from '#results/tally-file.ts'

export interface EncodedTask {
  readonly content: Uint8Array
  /** The tally holds its digest, so nothing but the tally has to be reported. Absent where there is nothing in it. */
  readonly distributions?: Uint8Array
}

/** @throws TallyError when the tally does not keep its promises */
export function encodeTask(identity: ResultIdentity, tally: TaskTally): EncodedTask {
  const { distributions = [] } = tally
  if (distributions.length === 0) return { content: encodeTaskTally(identity, tally) }
  const bytes = encodeDistributions({ kind: 'task', identity, distributions })
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { content: encodeTaskTally(identity, tally, { bytes: bytes.length, digest }), distributions: bytes }
}
