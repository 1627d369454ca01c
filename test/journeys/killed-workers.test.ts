/**
 * Workers, programs and job folders are killed with -9 at all kinds of moments; the result is that of an undisturbed run,
 * bit by bit. Control is played by this file in its plainest form: a map with one place for each task accepts a report.
 */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processCluster } from '#cluster/processes.ts'
import { memoryQueue } from '#queue/memory.ts'
import type { Report } from '#queue/queue.ts'
import { serveQueue } from '#queue/socket-server.ts'
import { workerSecret } from '#queue/worker-secret.ts'
import { RunMerge } from '#results/merge.ts'
import { decodeTallyFile } from '#results/tally-file.ts'
import { parseDocument } from '#simulation/parse.ts'
import { batchesOf } from '#simulation/plan.ts'
import { presetById } from '#simulation/presets.ts'
import { folderStorage } from '#storage/folder.ts'
import { createEngines, toyPoint, toyTally, toyTasks } from '#test/programs/toy-engines.ts'
import { createJobFolder, readPlan } from '#worker/job-folder.ts'
import { mergeJobFolder } from '#worker/merge-folder.ts'

const programs = path.join(import.meta.dirname, '../programs')
const secretKey = new Uint8Array(32).fill(9)
const say = (line: string) => process.stdout.write(`${line}\n`)

let root = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'iso-kill-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

interface Kill {
  readonly pid: number
  /** Leases that the killed one held. */
  readonly leases: number
  readonly afterPut: boolean
}

interface Disturbance {
  readonly engine: string
  readonly tasks: number
  readonly histories: number
  /** Looks at the job now and then and kills; `put` tells that a worker has just stored a tally and not reported it. */
  readonly disturb: (look: {
    readonly workers: readonly number[]
    readonly put: number | undefined
  }) => number | undefined
}

/** Runs a job with two worker processes until every task has a place in the map. */
async function runDisturbed({ engine, tasks, histories, disturb }: Disturbance) {
  const queue = memoryQueue({ clock: Date.now })
  const storageFolder = path.join(root, 'storage')
  const storage = await folderStorage({ folder: storageFolder, clock: Date.now })
  const socketPath = path.join(root, 'queue.sock')
  const server = await serveQueue({ queue, socketPath, secretKey })
  const kills: Kill[] = []
  const workers = new Set<number>()

  const killAt = async (put: number | undefined) => {
    const pid = disturb({ workers: [...workers], put })
    if (pid === undefined) return
    workers.delete(pid)
    if (!killed(pid)) return
    const leases = (await queue.leases('j')).filter((lease) => lease.worker === `process ${pid}`)
    kills.push({ pid, leases: leases.length, afterPut: put !== undefined })
    const range = leases.length > 0 ? `, tasks ${leases[0]!.task} to ${leases.at(-1)!.task}` : ''
    say(
      `kill ${kills.length}: ${put === undefined ? 'whenever' : 'between upload and report'}; in flight: ${leases.length} leases${range}`,
    )
  }
  const cluster = processCluster({
    capacity: 2,
    clock: Date.now,
    command: () => ({
      program: process.execPath,
      args: [
        path.join(programs, 'toy-worker-process.ts'),
        socketPath,
        'j',
        workerSecret(secretKey, 'j'),
        storageFolder,
        root,
      ],
      environment: {},
      folder: root,
    }),
    firstDelayMs: 20,
    giveUpAfter: 50,
    onLine: (_, pid, line) => {
      workers.add(pid)
      if (line.startsWith('PUT ')) void killAt(pid)
    },
  })

  const point = toyPoint(engine)
  const settings = { leaseMs: 700, maxAttempts: 30, generation: 1 }
  await queue.open('j', settings, toyTasks(point, tasks, 1, histories))
  const accepted = new Map<number, Report & { kind: 'finished' }>()
  const accept = async () => {
    const reports = await queue.reports('j', 1000)
    for (const report of reports) {
      if (report.kind === 'failed') throw new Error(`Task ${report.task} failed: ${report.message}`)
      if (accepted.has(report.task)) throw new Error(`Task ${report.task} was reported twice.`)
      accepted.set(report.task, report)
    }
    await queue.confirm('j', reports)
  }
  try {
    await cluster.start({ jobId: 'j', slots: 2, memoryMebibytes: 256, engine: 'builtin', owner: 'ada', priority: 0 })
    const deadline = Date.now() + 100_000
    while (accepted.size < tasks && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 40))
      await queue.reap('j')
      await accept()
      await killAt(undefined)
      if ((await cluster.status('j')).state === 'ended')
        await cluster.start({
          jobId: 'j',
          slots: 2,
          memoryMebibytes: 256,
          engine: 'builtin',
          owner: 'ada',
          priority: 0,
        })
    }
  } finally {
    await cluster.close()
    await server.close()
  }
  const merge = new RunMerge()
  for (const { objectKey, digest } of accepted.values()) {
    const content = (await storage.get(objectKey))!
    expect(createHash('sha256').update(content).digest('hex')).toBe(digest)
    const file = decodeTallyFile(content)
    if (file.kind === 'task') merge.add(file.tally)
  }
  return { merge, kills, accepted }
}

function undisturbed(engine: string, tasks: number, histories: number): RunMerge {
  const { setup, jobKey, point } = toyPoint(engine)
  const batches = Array.from({ length: tasks }, (_, ordinal) => ({ ordinal, first: ordinal * histories, histories }))
  const merge = new RunMerge()
  merge.add(toyTally({ setup, stream: { jobKey, point }, batches }))
  return merge
}

describe('killed workers', () => {
  it('lose and double nothing in 2,000 tasks', { timeout: 120_000 }, async () => {
    let next = Date.now() + 900
    let puts = 0
    let killed = 0
    const { merge, kills, accepted } = await runDisturbed({
      engine: 'toy-brisk',
      tasks: 2000,
      histories: 50,
      disturb: ({ workers, put }) => {
        if (killed >= 14 || Date.now() < next) return undefined
        // Every other kill waits for an upload.
        const wantsPut = killed % 2 === 1
        if (wantsPut !== (put !== undefined)) return undefined
        if (put !== undefined && ++puts % 7 !== 0) return undefined
        const pid = put ?? workers[killed % Math.max(1, workers.length)]
        if (pid === undefined) return undefined
        killed += 1
        next = Date.now() + 150 + 37 * (killed % 5)
        return pid
      },
    })
    expect(kills.filter(({ leases }) => leases > 0).length).toBeGreaterThanOrEqual(10)
    expect(kills.filter(({ afterPut, leases }) => afterPut && leases > 0).length).toBeGreaterThanOrEqual(2)
    expect(accepted.size).toBe(2000)
    expect(merge.histories).toBe(100_000)
    expect(merge.toSnapshot()).toEqual(undisturbed('toy-brisk', 2000, 50).toSnapshot())
    const again = [...accepted.values()].filter(({ attempt }) => attempt > 1).length
    say(`${kills.length} kills; ${again} of 2000 tasks were done at a later attempt`)
    expect(again).toBeGreaterThan(0)
  })

  it('leave no program behind, and killed programs are tried again', { timeout: 120_000 }, async () => {
    let next = 0
    let isLooking = false
    let workerKills = 0
    let programKills = 0
    const pause = () => (next = Date.now() + 350)
    const killProgram = async () => {
      isLooking = true
      const pids = await simulators()
      isLooking = false
      // Where none runs, or it has just ended by itself, the next look finds one.
      if (pids[0] === undefined || !killed(pids[0])) return
      pause()
      programKills += 1
      say(`kill of a program: process ${pids[0]}, ${pids.length} were running`)
    }
    const { merge, accepted } = await runDisturbed({
      engine: 'toy-program-slow',
      tasks: 24,
      histories: 50,
      disturb: ({ workers, put }) => {
        if (put !== undefined || isLooking || Date.now() < next || workerKills + programKills >= 8) return undefined
        if (workers.length > 0 && workerKills < programKills) {
          pause()
          workerKills += 1
          return workers[workerKills % workers.length]
        }
        void killProgram()
        return undefined
      },
    })
    expect(programKills).toBeGreaterThanOrEqual(2)
    expect(workerKills).toBeGreaterThanOrEqual(2)
    expect(accepted.size).toBe(24)
    expect(merge.toSnapshot()).toEqual(undisturbed('toy-program-slow', 24, 50).toSnapshot())
    await expect.poll(simulators, { timeout: 5000 }).toEqual([])
  })
})

/** False where the process ended by itself just before. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/** Simulation programs below this test's folder that really run, the dead left out. */
async function simulators(): Promise<number[]> {
  const pids: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const folder = await readlink(`/proc/${name}/cwd`).catch(() => '')
    if (!folder.startsWith(root)) continue
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')
    const status = await readFile(`/proc/${name}/status`, 'latin1').catch(() => '')
    const program = command.includes('toy-simulator.mjs') && !command.startsWith('/bin/sh')
    if (program && !/^State:\s*[ZX]/m.test(status)) pids.push(Number(name))
  }
  return pids
}

describe('killed job folders', () => {
  it('go on where they were, and lose and double nothing', { timeout: 120_000 }, async () => {
    const parsed = parseDocument({
      ...presetById('thin-uc4')!.document,
      job: { goal: { kind: 'primaries', primaries: 20_000 }, batchHistories: 10, historiesPerTask: 50 },
    })
    if (!parsed.ok) throw new Error('the document is not valid')
    const folder = path.join(root, 'job')
    const job = await createJobFolder({
      folder,
      document: parsed.document,
      engine: createEngines().find(({ identity }) => identity.id === 'toy-brisk')!,
      freshKey: 'fedcba9876543210',
      limits: { timeSeconds: 60, memoryMebibytes: 256 },
      clock: Date.now,
    })
    const openStorage = (name: string) => folderStorage({ folder: name, clock: Date.now })
    let kills = 0
    let said = ''
    for (let round = 0; round < 12; round++) {
      const before = (await mergeJobFolder(folder, openStorage)).tasksDone
      const args = [path.join(programs, 'toy-run-folder.ts'), folder, '2']
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      said = ''
      // Two of three right after a tally became durable, before anything was made of it; the others whenever.
      const puts = round === 11 || round % 3 === 2 ? Number.POSITIVE_INFINITY : 1 + round * 3
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.split('.tally').length > puts) child.kill('SIGKILL')
      })
      const timer = round < 11 && puts > 1e9 ? setTimeout(() => child.kill('SIGKILL'), 500 + 60 * round) : undefined
      const signal = await new Promise((resolve) => child.once('exit', (_, how) => resolve(how)))
      clearTimeout(timer)
      const after = await mergeJobFolder(folder, openStorage)
      expect(after.bad).toEqual([])
      expect(after.tasksDone).toBeGreaterThanOrEqual(before)
      if (signal !== 'SIGKILL') break
      kills += 1
      say(
        `kill ${kills} of the folder: ${after.tasksDone - before} tallies stored since the one before, ${after.tasksDone} of ${after.tasks} in all`,
      )
    }
    expect(said).toContain('END reached 20000')
    expect(kills).toBeGreaterThanOrEqual(6)
    const expected = new RunMerge()
    for (const task of (await readPlan(folder)).tasks) {
      const batches = batchesOf(task, job.batchHistories)
      expected.add(toyTally({ setup: job.points[0]!.setup, stream: { jobKey: job.jobKey, point: 0 }, batches }))
    }
    const { points } = await mergeJobFolder(folder, openStorage)
    expect(points[0]!.merge.toSnapshot()).toEqual(expected.toSnapshot())
  })
})
