/** Hands the outside world to the command line and ends with its exit code. */

import { randomUUID } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { CliContext } from '#cli/context.ts'
import { EXIT_CODES } from '#cli/exit-codes.ts'
import { runCli } from '#cli/program.ts'
import { connectionOf } from './connection.ts'
import { readEnvironment } from './environment.ts'
import { estimateResult } from './estimate.ts'
import { openBytes } from './file-bytes.ts'
import { localRunner } from './local-runner.ts'
import { ROOT, VERSION } from './root.ts'

const environment = readEnvironment(ROOT)
const interrupt = new AbortController()
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time the person means it.
    if (interrupted && signal === 'SIGINT') process.exit(EXIT_CODES.INTERRUPTED.code)
    interrupted = true
    interrupt.abort()
  })
}
// A reader that has seen enough (`isolario list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT_CODES.OK.code)
})

const context: CliContext = {
  version: VERSION,
  out: (piece) => process.stdout.write(piece),
  err: (piece) => process.stderr.write(piece),
  terminal: process.stderr.isTTY === true,
  // Nothing is cut in a pipe.
  columns: process.stdout.columns ?? Number.POSITIVE_INFINITY,
  color: process.stdout.isTTY === true && !environment.noColor,
  readText: (file) => readFile(file, 'utf8'),
  writeText: (file, content) => writeFile(file, content),
  openBytes,
  writeBytes: (file, bytes) => writeFile(file, bytes),
  filesOf: async (folder) => {
    if (!(await stat(folder)).isDirectory()) return null
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort()
  },
  readStandardInput: () => text(process.stdin),
  signal: interrupt.signal,
  freshKey: randomUUID,
  pause: (ms) => pause(ms, undefined, { signal: interrupt.signal }),
  connection: () => connectionOf(environment),
  estimate: estimateResult,
  local: localRunner,
  // Loaded when asked for: a worker that starts in a hurry needs neither Fastify nor the clients of a cluster.
  serve: async (options) => (await import('./serve.ts')).serve(options, environment, context.out, interrupt.signal),
  control: async () => (await import('./control.ts')).runControl(process.env, context.out, interrupt.signal),
  migrate: async () => (await import('./control.ts')).migrateRecords(process.env, context.out),
  worker: async (options) => {
    const { runWorkerProcess } = await import('./worker.ts')
    // At once: the next job waits for this place, and all that matters is stored and reported.
    process.exit(await runWorkerProcess(options, interrupt.signal))
  },
  payload: async () => {
    await (await import('./worker.ts')).runPayload(interrupt.signal)
    // Being told to end is how it ends.
    process.exit(EXIT_CODES.OK.code)
  },
  doctor: async () => (await import('./doctor.ts')).examine(environment),
}

const code = await runCli(context, process.argv.slice(2))
process.exitCode = interrupted && code !== EXIT_CODES.OK.code ? EXIT_CODES.INTERRUPTED.code : code
