/** `isolario serve`: builds the adapters of one machine, hands them to control, and prints the address. */

import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import type { ServeOptions } from '#cli/context.ts'
import { CliError } from '#cli/exit-codes.ts'
import { processCluster } from '#cluster/processes.ts'
import { createControl } from '#control/control.ts'
import { createLog, LOG_LEVELS } from '#control/log.ts'
import { localIdentity } from '#identity/local.ts'
import { memoryQueue } from '#queue/memory.ts'
import { serveQueue } from '#queue/socket-server.ts'
import { workerSecret } from '#queue/worker-secret.ts'
import { openPostgresRecords } from '#records/postgres.ts'
import { type Records, RecordsError } from '#records/records.ts'
import { openSqliteRecords } from '#records/sqlite.ts'
import { folderStorage } from '#storage/folder.ts'
import { NO_TRACES } from '#traces/traces.ts'
import { lockFolder } from '#worker/folder-lock.ts'
import { type DataFolder, openDataFolder, readOrMakeToken, removeServerNote, writeServerNote } from './data-folder.ts'
import { createEngines, missingEngines } from './engines.ts'
import type { Environment } from './environment.ts'
import { submitExample } from './example.ts'
import { flukaEnvironment } from './fluka-site.ts'
import { PORTAL_FOLDER, ROOT, VERSION } from './root.ts'
import { openTraces, traceOfJob, tracesEnvironment } from './tracing.ts'
import { WORKER_ENVIRONMENT } from './worker.ts'

/**
 * Workers extend their leases three times in this, from a thread that does not compute. Short, so that the tasks of a
 * killed worker go to another one soon; on one machine no network delays the extension.
 */
const LOCAL_LEASE_MS = 6000
/** How long `serve` waits for the example before it prints the address all the same. */
const EXAMPLE_WITHIN_MS = 20_000

/** How long the last spans may take when it ends. */
const TRACES_WITHIN_MS = 1000

/** Serves until the signal is aborted. @throws CliError with a sentence when it cannot start. */
export async function serve(
  options: ServeOptions,
  environment: Environment,
  out: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (!LOG_LEVELS.includes(environment.logLevel)) {
    throw new CliError(
      'BAD_INPUT',
      'LOG_LEVEL_INVALID',
      `ISOLARIO_LOG_LEVEL takes one of ${LOG_LEVELS.join(', ')}, not "${environment.logLevel}".`,
    )
  }
  const data = openDataFolder(options.data === undefined ? environment.dataFolder : path.resolve(options.data))
  const token = readOrMakeToken(data, () => randomBytes(24).toString('hex'))
  const identity = localIdentity({ token, displayName: userName() })
  const refused = identity.refusesHost(options.host)
  if (refused !== null) throw new CliError('BAD_INPUT', 'HOST_REFUSED', refused)
  if (!existsSync(path.join(PORTAL_FOLDER, 'index.html'))) {
    throw new CliError(
      'FAILED',
      'PORTAL_NOT_BUILT',
      'The portal is not built. In a clone "npm start" builds it; "npx vite build" does it alone.',
    )
  }

  // Released in the opposite order, also when a later step fails.
  const closing: (() => unknown)[] = []
  const release = async () => {
    for (const close of closing.reverse()) await Promise.resolve(close()).catch(() => undefined)
  }
  try {
    closing.push(await lockFolder(data.folder))
    let traces = NO_TRACES
    const log = createLog(environment.logLevel, undefined, (job) => traceOfJob(traces, job))
    traces = await openTraces(process.env, (sentence) => log.warn(sentence))
    closing.push(() => traces.close(TRACES_WITHIN_MS))
    const records = await openRecords(environment, data)
    closing.push(() => records.close())
    const storage = await folderStorage({ folder: data.objects, clock: Date.now })
    closing.push(() => storage.close())
    const queue = memoryQueue({
      clock: Date.now,
      onListenerError: (error) => log.error({ err: error }, 'a listener of the queue failed'),
    })
    closing.push(() => queue.close())

    // The kernel allows about 100 bytes for a socket's path: the data folder may lie too deep.
    const socketFolder = mkdtempSync(path.join(tmpdir(), 'isolario-'))
    closing.push(() => rmSync(socketFolder, { recursive: true, force: true }))
    const socketPath = path.join(socketFolder, 'queue.sock')
    const secretKey = randomBytes(32)
    const queueServer = await serveQueue({ queue, socketPath, secretKey, onTrouble: (message) => log.warn(message) })
    closing.push(() => queueServer.close())

    const cluster = processCluster({
      capacity: options.workers ?? availableParallelism(),
      clock: Date.now,
      command: ({ jobId }) => ({
        program: process.execPath,
        args: [
          process.argv[1]!,
          'worker',
          '--job',
          jobId,
          '--socket',
          socketPath,
          '--storage',
          data.objects,
          '--scratch',
          data.scratch,
          '--parent',
        ],
        environment: {
          [WORKER_ENVIRONMENT.secret]: workerSecret(secretKey, jobId),
          PATH: '/usr/local/bin:/usr/bin:/bin',
          ...flukaEnvironment(process.env),
          ...tracesEnvironment(process.env),
        },
        folder: data.scratch,
      }),
      onLine: (jobId, pid, line) => log.info({ job: jobId, pid }, line),
    })
    closing.push(() => cluster.close())

    const control = createControl({
      version: VERSION,
      records,
      queue,
      storage,
      cluster,
      identity,
      engines: createEngines(),
      missingEngines: missingEngines(),
      clock: Date.now,
      log,
      traces,
      staticFolder: PORTAL_FOLDER,
      limits: { leaseMs: LOCAL_LEASE_MS },
    })
    closing.push(() => control.close())
    const url = await listen(control, options)
    await control.start()
    writeServerNote(data, { url, token, pid: process.pid })
    closing.push(() => removeServerNote(data))

    if (options.example)
      await submitExample({
        url,
        token,
        file: path.join(ROOT, 'examples', 'spes-uc4.json'),
        withinMs: EXAMPLE_WITHIN_MS,
        signal,
      })
    out(`Isolario ${VERSION} is ready. Open\n\n    ${url}/?token=${token}\n\nData: ${data.folder}. End with Ctrl+C.\n`)
    await ended(signal)
    out('Ending: workers give their tasks back ...\n')
  } finally {
    await release()
  }
}

async function openRecords(environment: Environment, data: DataFolder): Promise<Records> {
  if (environment.databaseUrl === null) return openSqliteRecords(data.records)
  // Said without user and password: what is printed may be kept.
  const url = URL.parse(environment.databaseUrl)
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new CliError(
      'BAD_INPUT',
      'DATABASE_URL_INVALID',
      'ISOLARIO_DATABASE_URL takes an address such as postgresql://user:password@host:5432/database.',
    )
  }
  try {
    return await openPostgresRecords({ url: environment.databaseUrl })
  } catch (error) {
    if (!(error instanceof RecordsError) || error.code !== 'RECORDS_UNAVAILABLE') throw error
    const cause =
      error.cause instanceof Error ? error.cause.message || (error.cause as NodeJS.ErrnoException).code : 'no answer'
    throw new CliError(
      'FAILED',
      'RECORDS_UNAVAILABLE',
      `PostgreSQL at ${url.host} cannot be used: ${cause}. Start it, or mend ISOLARIO_DATABASE_URL, and try again.`,
    )
  }
}

async function listen(
  control: { listen(host: string, port: number): Promise<string> },
  options: ServeOptions,
): Promise<string> {
  try {
    return await control.listen(options.host, options.port)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') {
      throw new CliError(
        'FAILED',
        'PORT_TAKEN',
        `Port ${options.port} is taken by another program. End it, or choose another one: --port 0 takes a free one.`,
      )
    }
    if (code === 'EACCES')
      throw new CliError(
        'FAILED',
        'PORT_FORBIDDEN',
        `This user may not listen on port ${options.port}. Choose one above 1023.`,
      )
    throw error
  }
}

const ended = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'Local user'
  }
}
