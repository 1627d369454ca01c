/** A worker process of this machine: speaks to the queue over the service's socket, keeps tallies in the folder. */

import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { WorkerOptions } from '#cli/context.ts'
import { WORKER_EXIT } from '#cluster/exit-codes.ts'
import { PROGRESS } from '#cluster/pipe.ts'
import { socketQueue } from '#queue/socket-client.ts'
import { folderStorage } from '#storage/folder.ts'
import { runWorker } from '#worker/loop.ts'
import { watchParent } from '#worker/parent-watch.ts'
import { WorkerError } from '#worker/worker-error.ts'
import { createEngines } from './engines.ts'
import { ENGINE_MODULE, THREAD_MODULE } from './module-addresses.ts'

/** Variables that the service hands to its workers; nothing else of its environment reaches them. */
export const WORKER_ENVIRONMENT = { secret: 'ISOLARIO_WORKER_SECRET' } as const

/** How long a worker waits for a queue that is away: control may be restarting. */
const QUEUE_GIVE_UP_MS = 30_000

/** Works until the job's queue is drained. @returns the exit code for the cluster (`WORKER_EXIT`). */
export async function runWorkerProcess(options: WorkerOptions, release: AbortSignal): Promise<number> {
  const secret = process.env[WORKER_ENVIRONMENT.secret]
  // Not for the programs that this worker starts.
  delete process.env[WORKER_ENVIRONMENT.secret]
  if (secret === undefined) {
    process.stderr.write(`A worker is started by the service, which hands it ${WORKER_ENVIRONMENT.secret}.\n`)
    return WORKER_EXIT.job
  }
  const leave = new AbortController()
  watchParent(process.stdin, { onGone: () => process.exit(WORKER_EXIT.machine), onLeave: () => leave.abort() })

  const queue = socketQueue({ socketPath: options.socket, jobId: options.job, secret, giveUpAfterMs: QUEUE_GIVE_UP_MS })
  const scratch = mkdtempSync(path.join(options.scratch, 'worker-'))
  const storage = await folderStorage({ folder: options.storage, clock: Date.now })
  try {
    const end = await runWorker({
      queue,
      storage,
      jobId: options.job,
      workerId: `worker-${process.pid}`,
      engines: createEngines(),
      engineModule: ENGINE_MODULE,
      threadModule: THREAD_MODULE,
      scratchFolder: scratch,
      clock: Date.now,
      log: (line) => process.stderr.write(`${line}\n`),
      release,
      leave: leave.signal,
      onReported: () => process.stdout.write(`${PROGRESS}\n`),
    })
    return end.reason === 'released' ? WORKER_EXIT.released : WORKER_EXIT.drained
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof WorkerError && error.code === 'WORKER_JOB' ? WORKER_EXIT.job : WORKER_EXIT.machine
  } finally {
    process.stdin.destroy()
    await queue.close()
    await storage.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}
