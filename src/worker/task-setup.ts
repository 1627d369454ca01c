/** The setup of a task, checked once for all tasks of a job that share it. */

import type { TaskPayload } from '#engines/engine/task-payload.ts'
import { setupDigest } from '#simulation/digest.ts'
import { type Setup, setupSchema } from '#simulation/document.ts'

/** Thrown when the setup of a task is not what its digest says, or is no setup at all. */
export class TaskSetupError extends Error {
  override readonly name = 'TaskSetupError'
  readonly code = 'TASK_SETUP_INVALID'
}

/**
 * Gives the setup of a payload. The same object comes again for the same digest, so that engines can keep what they
 * computed for it.
 */
export class TaskSetups {
  #digest = ''
  #setup: Setup | undefined

  /** @throws TaskSetupError when it does not have the stated digest: adding its counts to others would be wrong. */
  of(payload: TaskPayload): Setup {
    if (this.#setup && payload.setupDigest === this.#digest) return this.#setup
    const parsed = setupSchema.safeParse(payload.setup)
    if (!parsed.success) {
      const problem = parsed.error.issues[0]
      throw new TaskSetupError(
        `The setup of the task is not valid at setup.${problem?.path.join('.')}: ${problem?.message}. ` +
          'Worker and control service must be of the same release.',
      )
    }
    const digest = setupDigest(parsed.data)
    if (digest !== payload.setupDigest) {
      throw new TaskSetupError(
        `The setup of the task has the digest ${digest} here and ${payload.setupDigest} where the job was accepted. ` +
          'Worker and control service must be of the same release, with the same library of materials.',
      )
    }
    this.#digest = digest
    this.#setup = parsed.data
    return parsed.data
  }
}
