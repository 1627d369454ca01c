import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryQueue } from '#queue/memory.ts'
import type { Queue } from '#queue/queue.ts'
import { decodeTallyFile } from '#results/tally-file.ts'
import { folderStorage } from '#storage/folder.ts'
import type { Storage } from '#storage/storage.ts'
import { createEngines, TOY_ENGINE_MODULE, toyPoint, toyTasks } from '#test/programs/toy-engines.ts'
import { runWorker } from './loop.ts'

let root = ''
let storage: Storage
let queue: Queue
let folders = 0
const lines: string[] = []

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-stop-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
beforeEach(async () => {
  lines.length = 0
  storage = await folderStorage({ folder: path.join(root, `s${folders++}`), clock: Date.now })
  queue = memoryQueue({ clock: Date.now })
})

const open = (engine: string, timeSeconds = 60) =>
  queue.open('j', { leaseMs: 1500, maxAttempts: 3, generation: 1 }, [
    ...toyTasks(toyPoint(engine, { limits: { timeSeconds, memoryMebibytes: 512 } }), 1, 1, 1000),
  ])

async function work() {
  const scratchFolder = await mkdtemp(path.join(root, 'scratch-'))
  const end = await runWorker({
    queue,
    storage,
    jobId: 'j',
    workerId: 'w1',
    engines: createEngines(),
    engineModule: TOY_ENGINE_MODULE,
    scratchFolder,
    clock: Date.now,
    log: (line) => lines.push(line),
  })
  expect(await readdir(scratchFolder)).toEqual([])
  return end
}

const historiesDone = async () => (await queue.leases('j'))[0]?.historiesDone ?? 0
const until = (condition: () => Promise<boolean>) =>
  expect.poll(condition, { timeout: 10_000, interval: 10 }).toBe(true)

/** The one tally, and what is beside it. */
async function stored() {
  const [report] = await queue.reports('j', 10)
  if (report?.kind !== 'finished') throw new Error(`The task failed: ${report?.message}`)
  const file = decodeTallyFile((await storage.get(report.objectKey))!)
  if (file.kind !== 'task') throw new Error('not a task')
  const beside = (kind: string) => storage.get(report.objectKey.replace(/\.tally$/, kind))
  return { tally: file.tally, raw: await beside('.raw.tar'), log: Buffer.from((await beside('.log'))!).toString() }
}

describe('a program that can end by itself', () => {
  it('tells its progress from a file in a folder that it names itself, and its raw outputs are kept', async () => {
    await open('toy-program-graceful')
    const running = work()
    await until(async () => (await historiesDone()) >= 200)
    expect(await running).toMatchObject({ reason: 'drained', finished: 1 })
    const { tally, raw } = await stored()
    expect(tally.histories).toBe(1000)
    const folder = await mkdtemp(path.join(root, 'raw-'))
    await writeFile(path.join(folder, 'raw.tar'), raw!)
    execFileSync('tar', ['xf', 'raw.tar'], { cwd: folder })
    const [packed] = (await readdir(folder)).filter((name) => name.startsWith('toy_'))
    expect(execFileSync('cat', [path.join(folder, packed!, 'listing.txt')]).toString()).toMatch(/done 1000\n$/)
  })

  it('is told to stop and merge, and what it has counts with its smaller weight', async () => {
    await open('toy-program-patient')
    const running = work()
    await until(async () => (await historiesDone()) > 0)
    await queue.order('j', 'stop')
    expect(await running).toMatchObject({ reason: 'stopped', finished: 1, failed: 0 })
    const { tally, log } = await stored()
    expect(tally.histories).toBeGreaterThan(0)
    expect(tally.histories).toBeLessThanOrEqual(500)
    expect(tally.residuals.table.batches).toEqual([{ ordinal: 0, first: 0, histories: tally.histories }])
    expect(log).toContain('told to end: order')
  })

  it('is told before its time is over, so that it need not be killed', async () => {
    await open('toy-program-patient', 6)
    expect(await work()).toMatchObject({ reason: 'drained', finished: 1, failed: 0 })
    const { tally, log } = await stored()
    expect(tally.histories).toBeLessThanOrEqual(500)
    expect(log).toContain('told to end: time')
  })

  it('says what its listing says when it fails', async () => {
    await open('toy-program-brittle')
    expect(await work()).toMatchObject({ failed: 1 })
    const [failure] = await queue.reports('j', 10)
    expect(failure).toMatchObject({ code: 'TOY_BROKEN', message: 'The toy broke: spring 7 is missing (exit code 3).' })
  })
})

describe('the seed of a task', () => {
  it('reaches the program', async () => {
    const { taskPayloadWriter } = await import('#engines/engine/task-payload.ts')
    const payload = taskPayloadWriter(toyPoint('toy-program-seeded'))([{ ordinal: 0, first: 0, histories: 10 }], 4711)
    await queue.open('j', { leaseMs: 1500, maxAttempts: 3, generation: 1 }, [{ task: 0, payload }])
    await work()
    expect((await stored()).log).toContain('seed 4711')
  })
})
