/** A worker whose FLUKA (here the stand-in) runs in the process beside it, as in a pod: the same results, bit by bit. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { flukaEngine } from '#engines/fluka/engine.ts'
import { findFluka } from '#main/fluka-site.ts'
import { memoryQueue } from '#queue/memory.ts'
import type { Setup } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { folderStorage } from '#storage/folder.ts'
import { runWorker } from '#worker/loop.ts'
import { payloadPrograms } from '#worker/payload-client.ts'
import type { RunProgram } from '#worker/program-run.ts'
import { flukaPoint, flukaTasks } from './fluka-job.ts'

// Each run starts a Node, on a machine that runs other suites as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const ENTRY = path.resolve(import.meta.dirname, '../../src/main/isolario.ts')
const root = mkdtempSync(path.join(tmpdir(), 'isofp-'))
const shared = mkdtempSync(path.join(root, 'shared-'))
const socket = path.join(shared, 'payload.sock')
let payload: ChildProcess
beforeAll(() => {
  const env = { ISOLARIO_PAYLOAD_SOCKET: socket, ISOLARIO_SCRATCH: shared, PATH: '/usr/bin:/bin' }
  payload = spawn(process.execPath, [ENTRY, 'payload'], { env, stdio: ['ignore', 'inherit', 'inherit'] })
})
afterAll(() => {
  payload.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

const fluka = { id: 'fluka', transportIons: false, interactionBias: 1, decayInEngine: false, template: null } as const
const setup: Setup = { ...presetById('thin-uc4')!.document.setup, engine: fluka }

/** Three tasks, of which the second is stopped by the stand-in. @returns what was reported, without times and logs */
async function work(runProgram?: RunProgram) {
  const site = findFluka({ ISOLARIO_FLUKA: 'stand-in', ISOLARIO_FLUKA_STAND_IN_FAILS: 'abort@1' })
  if (site.kind !== 'site') throw new Error('no stand-in')
  const engine = flukaEngine(site.site)
  const tasks = flukaTasks(flukaPoint(engine, setup), 3, 500)
  const queue = memoryQueue({ clock: Date.now })
  await queue.open('j', { leaseMs: 60_000, maxAttempts: 1, generation: 1 }, tasks)
  const scratchFolder = mkdtempSync(path.join(root, 'scratch-'))
  await runWorker({
    queue,
    storage: await folderStorage({ folder: mkdtempSync(path.join(root, 'storage-')), clock: Date.now }),
    jobId: 'j',
    workerId: 'w',
    engines: [engine],
    engineModule: new URL('../../src/main/engines.ts', import.meta.url).href,
    scratchFolder,
    clock: Date.now,
    log: () => undefined,
    ...(runProgram ? { runProgram } : {}),
  })
  const reports = await queue.reports('j', 100)
  const told = reports.map((one) =>
    one.kind === 'finished'
      ? { task: one.task, digest: one.digest, bytes: one.bytes, histories: one.histories }
      : { task: one.task, code: one.code, message: one.message, retriable: one.retriable },
  )
  return { told: told.sort((a, b) => a.task - b.task), left: readdirSync(scratchFolder) }
}

it('gives the results and failures of a worker that runs it itself', async () => {
  const beside = await work(payloadPrograms(socket))
  expect(beside.told).toMatchObject([{ histories: 500 }, { code: 'FLUKA_ABORTED' }, { histories: 500 }])
  expect(beside).toEqual(await work())
  // Nothing is left where they met, but the socket and the empty folder of its runs.
  const [runs] = readdirSync(shared).filter((name) => name.startsWith('runs-'))
  expect(readdirSync(path.join(shared, runs!))).toEqual([])
})

it('ends in order when it is told to', async () => {
  const ended = new Promise<number | null>((resolve) => payload.once('exit', (code) => resolve(code)))
  payload.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(readdirSync(shared)).toEqual([])
})
