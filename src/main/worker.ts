/** `isolario worker`: a child of the service on its machine, or a worker on any other machine that was let in. */

import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import type { WorkerOptions } from '#cli/context.ts'
import { CliError } from '#cli/exit-codes.ts'
import { WORKER_EXIT } from '#cluster/exit-codes.ts'
import { PROGRESS } from '#cluster/pipe.ts'
import { socketQueue } from '#queue/socket-client.ts'
import { folderStorage } from '#storage/folder.ts'
import { NO_TRACES } from '#traces/traces.ts'
import { type WorkerOptions as LoopOptions, runWorker } from '#worker/loop.ts'
import { watchParent } from '#worker/parent-watch.ts'
import { payloadPrograms } from '#worker/payload-client.ts'
import { servePayload } from '#worker/payload-server.ts'
import { WorkerError } from '#worker/worker-error.ts'
import { createEngines } from './engines.ts'
import { ENGINE_MODULE, THREAD_MODULE } from './module-addresses.ts'
import { openTraces, traceOfJob } from './tracing.ts'
import { given } from './variables.ts'
import { WORKER_LOG_FORMATS, type WorkerLog, workerLog } from './worker-log.ts'

/** Variables that the service hands to its workers; nothing else of its environment reaches them. */
export const WORKER_ENVIRONMENT = { secret: 'ISOLARIO_WORKER_SECRET' } as const

/** How long a worker waits for a queue that is away: control may be restarting. */
const QUEUE_GIVE_UP_MS = 30_000

/** How long the last spans may take: the next job waits for this place. */
const TRACES_WITHIN_MS = 1000

/** What differs between a worker beside the service and one elsewhere. */
interface Place extends Pick<LoopOptions, 'queue' | 'storage' | 'bundleTallies'> {
  close(): Promise<void>
}

/**
 * Works until the job's queue is drained.
 * @returns the exit code for the cluster (`WORKER_EXIT`)
 * @throws CliError where the command line and the environment do not say what to work for
 */
export async function runWorkerProcess(options: WorkerOptions, release: AbortSignal): Promise<number> {
  const jobId = options.job ?? given(process.env, 'ISOLARIO_JOB')
  if (jobId === null) {
    throw new CliError('BAD_INPUT', 'WORKER_JOB_MISSING', 'Say which simulation to work for: --job ID or ISOLARIO_JOB.')
  }
  const scratchRoot = options.scratch ?? given(process.env, 'ISOLARIO_SCRATCH') ?? tmpdir()
  const payloadSocket = given(process.env, 'ISOLARIO_PAYLOAD_SOCKET')
  const workerId = options.socket === undefined ? `${hostname()}-${process.pid}` : `worker-${process.pid}`
  const format = given(process.env, 'ISOLARIO_LOG_FORMAT') ?? 'text'
  if (!WORKER_LOG_FORMATS.includes(format)) {
    throw new CliError('BAD_INPUT', 'LOG_FORMAT_INVALID', `ISOLARIO_LOG_FORMAT takes text or json, not "${format}".`)
  }
  const write = (text: string) => void process.stderr.write(text)
  const log = workerLog({
    format,
    job: jobId,
    worker: workerId,
    trace: () => traceOfJob(traces, jobId),
    clock: Date.now,
    write,
  })
  let traces = NO_TRACES
  traces = await openTraces(process.env, log)
  let place: Place | undefined
  let scratch: string | undefined
  try {
    place = await (options.socket === undefined ? elsewhere(jobId, log) : besideTheService(options, jobId))
    scratch = madeIn(scratchRoot)
    const end = await runWorker({
      ...place,
      ...(options.parent ? followParent() : {}),
      jobId,
      workerId,
      engines: createEngines(),
      engineModule: ENGINE_MODULE,
      threadModule: THREAD_MODULE,
      scratchFolder: scratch,
      // Kept when this worker is gone, for the next ones; in a folder that others may write to it has the user's number.
      buildFolder: path.join(scratchRoot, `isolario-built-${process.getuid?.() ?? 'own'}`),
      ...(payloadSocket === null ? {} : { runProgram: payloadPrograms(payloadSocket) }),
      clock: Date.now,
      log,
      traces,
      release,
    })
    return end.reason === 'released' ? WORKER_EXIT.released : WORKER_EXIT.drained
  } catch (error) {
    if (error instanceof CliError) throw error
    // A sentence in either format: the cluster shows the last line of a worker to people.
    write(`${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof WorkerError && error.code === 'WORKER_JOB' ? WORKER_EXIT.job : WORKER_EXIT.machine
  } finally {
    if (options.parent) process.stdin.destroy()
    await Promise.all([place?.close(), traces.close(TRACES_WITHIN_MS)])
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
  }
}

/** A folder of this worker's own. */
function madeIn(scratchRoot: string): string {
  try {
    return mkdtempSync(path.join(scratchRoot, 'worker-'))
  } catch (error) {
    throw new Error(
      `No folder can be made in the scratch ${scratchRoot} (${(error as NodeJS.ErrnoException).code}): ` +
        'it must be there, be writable and have space. --scratch or ISOLARIO_SCRATCH names another.',
      { cause: error },
    )
  }
}

/**
 * Runs programs for the worker in the other container of its pod, until the signal is aborted. It has no token.
 * @throws CliError where the environment does not say where the two meet
 */
export async function runPayload(signal: AbortSignal): Promise<void> {
  const socket = given(process.env, 'ISOLARIO_PAYLOAD_SOCKET')
  if (socket === null) {
    throw new CliError(
      'BAD_INPUT',
      'PAYLOAD_SOCKET_MISSING',
      'ISOLARIO_PAYLOAD_SOCKET is not set: it names the socket at which the worker asks for programs to be run.',
    )
  }
  const scratchFolder = given(process.env, 'ISOLARIO_SCRATCH') ?? path.dirname(socket)
  const server = await servePayload({ socket, scratchFolder })
  if (!signal.aborted) await new Promise((end) => signal.addEventListener('abort', end, { once: true }))
  await server.close()
}

/** Beside the service: the queue over its socket, tallies into its folder. */
async function besideTheService(options: WorkerOptions, jobId: string): Promise<Place> {
  const secret = taken(WORKER_ENVIRONMENT.secret)
  if (secret === null || options.storage === undefined) {
    throw new CliError(
      'BAD_INPUT',
      'WORKER_NOT_STARTED_BY_SERVICE',
      `With --socket a worker is started by the service, which hands it --storage and ${WORKER_ENVIRONMENT.secret}.`,
    )
  }
  const queue = socketQueue({ socketPath: options.socket!, jobId, secret, giveUpAfterMs: QUEUE_GIVE_UP_MS })
  const storage = await folderStorage({ folder: options.storage, clock: Date.now })
  return {
    queue,
    storage,
    async close() {
      await queue.close()
      await storage.close()
    },
  }
}

/** Hears the parent on standard input, and tells it of progress on standard output. */
function followParent(): Pick<LoopOptions, 'leave' | 'onReported'> {
  const leave = new AbortController()
  watchParent(process.stdin, { onGone: () => process.exit(WORKER_EXIT.machine), onLeave: () => leave.abort() })
  return { leave: leave.signal, onReported: () => process.stdout.write(`${PROGRESS}\n`) }
}

/** On any machine: queue and addresses for results as the service gives them for the token of the job. */
async function elsewhere(jobId: string, log: WorkerLog): Promise<Place> {
  const url = given(process.env, 'ISOLARIO_CONTROL_URL')
  const token = taken('ISOLARIO_JOB_TOKEN')
  if (url === null || token === null) {
    throw new CliError(
      'BAD_INPUT',
      'WORKER_NOT_LET_IN',
      'A worker needs ISOLARIO_CONTROL_URL, the address of the service, and ISOLARIO_JOB_TOKEN, which "isolario worker-token ID" gives.',
    )
  }
  const { reachControl } = await import('./remote-worker.ts')
  const { queue, storage, close } = reachControl({ url, token, jobId, fetch, log })
  return { queue, storage, bundleTallies: true, close }
}

/** A secret of the environment, taken out of it: it is not for the programs that this worker starts. */
function taken(name: string): string | null {
  const value = process.env[name]
  delete process.env[name]
  return value === undefined || value === '' ? null : value
}
