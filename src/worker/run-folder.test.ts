import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryQueue } from '#queue/memory.ts'
import { RunMerge } from '#results/merge.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { parseDocument } from '#simulation/parse.ts'
import { batchesOf } from '#simulation/plan.ts'
import { presetById } from '#simulation/presets.ts'
import { folderStorage } from '#storage/folder.ts'
import { createEngines, TOY_ENGINE_MODULE, toyTally } from '#test/programs/toy-engines.ts'
import { lockFolder } from './folder-lock.ts'
import { createJobFolder, type JobFolder, openJobFolder, readPlan } from './job-folder.ts'
import { mergeJobFolder } from './merge-folder.ts'
import { type FolderProgress, type RunFolderOptions, runJobFolder } from './run-folder.ts'

let root = ''
let folder = ''
let folders = 0
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-run-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
beforeEach(() => {
  folder = path.join(root, `job${folders++}`)
})

const engines = createEngines()
const KEY = 'fedcba9876543210'

function document(job: Record<string, unknown>): SimulationDocument {
  const parsed = parseDocument({ ...presetById('thin-uc4')!.document, job })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.document
}
const primaries = (count: number) => ({
  goal: { kind: 'primaries', primaries: count },
  batchHistories: 10,
  historiesPerTask: 50,
})

const create = (job: Record<string, unknown>, engine = 'toy') =>
  createJobFolder({
    folder,
    document: document(job),
    engine: engines.find(({ identity }) => identity.id === engine)!,
    freshKey: KEY,
    limits: { timeSeconds: 60, memoryMebibytes: 256 },
    clock: Date.now,
  })
const openStorage = (name: string) => folderStorage({ folder: name, clock: Date.now })
const run = (changes: Partial<RunFolderOptions> = {}) =>
  runJobFolder({
    folder,
    openStorage,
    queue: memoryQueue({ clock: Date.now }),
    engines,
    engineModule: TOY_ENGINE_MODULE,
    workers: 2,
    clock: Date.now,
    log: () => {},
    ...changes,
  })

/** What the points must hold: simulated here in one go, without folder, queue or worker. */
async function expected(job: JobFolder) {
  const { tasks } = await readPlan(job.folder)
  return job.points.map(({ point, setup }) => {
    const merge = new RunMerge()
    for (const task of tasks.filter((one) => one.point === point)) {
      merge.add(
        toyTally({ setup, stream: { jobKey: job.jobKey, point }, batches: batchesOf(task, job.batchHistories) }),
      )
    }
    return merge.toSnapshot()
  })
}

const tallies = async () => {
  const names = await readdir(path.join(folder, 'storage/objects/tasks'), { recursive: true })
  return names.filter((name) => name.endsWith('.tally'))
}

describe('job folder', () => {
  it('runs a job to its goal, and its merge is that of one undisturbed run', async () => {
    const job = await create(primaries(1003))
    const seen: FolderProgress[] = []
    const result = await run({ onProgress: (progress) => seen.push(progress) })
    expect(result).toMatchObject({ ending: 'reached', tasks: 21, tasksDone: 21, failures: [], bad: [] })
    expect(result.points.map(({ merge }) => merge.toSnapshot())).toEqual(await expected(job))
    expect(result.points[0]!.merge.histories).toBe(1003)
    expect(seen.at(-1)).toEqual({
      primariesDone: 1003,
      primariesPlanned: 1003,
      tasksDone: 21,
      tasks: 21,
      tasksFailed: 0,
    })
    const merged = await mergeJobFolder(folder, openStorage)
    expect(merged.points.map(({ merge }) => merge.toSnapshot())).toEqual(await expected(job))
    expect(merged).toMatchObject({ tasks: 21, tasksDone: 21, bad: [] })
    expect((await readdir(folder)).toSorted()).toEqual(['job.json', 'lock', 'plan.json', 'storage'])
  })

  it('has nothing to do when it is run again', async () => {
    await create(primaries(200))
    await run()
    const before = await tallies()
    expect(await run()).toMatchObject({ ending: 'reached', tasksDone: 4 })
    expect(await tallies()).toEqual(before)
    expect((await readPlan(folder)).generation).toBe(2)
  })

  it('gives every point of a scan the whole goal, with random numbers of its own', async () => {
    const job = await create({ ...primaries(120), scan: { parameter: 'setup.beam.energyMeV', values: [20, 30, 40] } })
    const { points } = await run()
    expect(points.map(({ point, merge }) => [point.value, merge.histories])).toEqual([
      [20, 120],
      [30, 120],
      [40, 120],
    ])
    expect(points.map(({ merge }) => merge.toSnapshot())).toEqual(await expected(job))
    expect(points[0]!.merge.toSnapshot().residuals).not.toEqual(points[1]!.merge.toSnapshot().residuals)
  })

  it('takes the key of the document as a replay, and a fresh one otherwise', async () => {
    expect(await create({ ...primaries(10), key: '00000000000000aa' })).toMatchObject({
      jobKey: '00000000000000aa',
      replay: true,
    })
    folder += '-fresh'
    expect(await create(primaries(10))).toMatchObject({ jobKey: KEY, replay: false })
  })

  it('goes on after an interruption', async () => {
    const job = await create(primaries(300), 'toy-slow')
    const interrupt = new AbortController()
    const first = await run({
      signal: interrupt.signal,
      onProgress: ({ tasksDone }) => {
        if (tasksDone > 0) interrupt.abort()
      },
    })
    expect(first.ending).toBe('interrupted')
    expect(first.sentence).toMatch(/interrupted.*Run it again/)
    expect(first.tasksDone).toBeGreaterThan(0)
    expect(first.tasksDone).toBeLessThan(6)
    const second = await run()
    expect(second).toMatchObject({ ending: 'reached', tasksDone: 6 })
    expect(second.points.map(({ merge }) => merge.toSnapshot())).toEqual(await expected(job))
  })

  it('notices a damaged tally, says so in the merge, and makes it anew in the next run', async () => {
    const job = await create(primaries(200))
    await run()
    const [name] = await tallies()
    const file = path.join(folder, 'storage/objects/tasks', name!)
    const content = await readFile(file)
    content[50]! ^= 4
    await writeFile(file, content)
    const merged = await mergeJobFolder(folder, openStorage)
    expect(merged).toMatchObject({ tasksDone: 3 })
    expect(merged.bad).toHaveLength(1)
    expect(merged.bad[0]!.message).toMatch(/cannot be used.*damaged/)
    const lines: string[] = []
    const again = await run({ log: (line) => lines.push(line) })
    expect(again).toMatchObject({ ending: 'reached', tasksDone: 4 })
    expect(lines.join()).toContain('runs again')
    expect(again.points[0]!.merge.toSnapshot()).toEqual((await expected(job))[0])
  })

  it('merges what there is when tasks fail, and says what failed', async () => {
    await create(primaries(200), 'toy-throws')
    const result = await run()
    expect(result).toMatchObject({ ending: 'incomplete', tasksDone: 0 })
    expect(result.failures).toHaveLength(4)
    expect(result.sentence).toMatch(/0 of 200.*4 tasks failed.*cogwheel/)
  })

  it('plans rounds until the statistical error is reached', async () => {
    const goal = { kind: 'statistical-error', nuclides: ['Ag-111'], relativePercent: 5, maxPrimaries: 1_000_000 }
    const job = await create({ goal, batchHistories: 100 })
    let looks = 0
    const result = await run({
      // As if every hundredth history made one.
      nuclideProgress: (_, { merge }) => {
        looks += 1
        const counts = Math.floor(merge.histories / 100)
        return new Map([['Ag-111', { counts, relativeError: counts > 0 ? 1 / Math.sqrt(counts) : null }]])
      },
    })
    expect(result.ending).toBe('reached')
    expect(result.sentence).toContain('statistical error of Ag-111')
    const { histories } = result.points[0]!.merge
    expect(histories).toBeGreaterThanOrEqual(40_000)
    expect(histories).toBeLessThan(200_000)
    expect(looks).toBeGreaterThan(1)
    expect(result.points[0]!.merge.toSnapshot()).toEqual((await expected(job))[0])
  })

  it('ends a goal in time when the time is over', async () => {
    await create({ goal: { kind: 'time', minutes: 0.03, maxPrimaries: 1e8 }, batchHistories: 1000 })
    const begun = performance.now()
    const result = await run()
    expect(result.ending).toBe('reached')
    expect(result.points[0]!.merge.histories).toBeGreaterThan(1000)
    expect(performance.now() - begun).toBeGreaterThan(1700)
  })

  it('is refused to a second run while it runs', async () => {
    await create(primaries(100))
    const unlock = await lockFolder(folder)
    await expect(run()).rejects.toThrow(new RegExp(`in use by process ${process.pid} on .*Wait until it ends`))
    // Merging only reads.
    expect(await mergeJobFolder(folder, openStorage)).toMatchObject({ tasksDone: 0 })
    await unlock()
    expect(await run()).toMatchObject({ ending: 'reached' })
  })

  it('lets one of many that ask at once have the lock', async () => {
    await mkdir(folder)
    for (let round = 0; round < 10; round++) {
      const got = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
      const held = got.filter((answer) => answer.status === 'fulfilled')
      expect(held).toHaveLength(1)
      for (const answer of held) await answer.value()
    }
  })

  it('takes the lock over from a process that was killed with -9, and not before', async () => {
    await mkdir(folder)
    const holder = `
      import { lockFolder } from ${JSON.stringify(path.join(import.meta.dirname, 'folder-lock.ts'))}
      await lockFolder(process.argv[1])
      process.stdout.write('held')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', holder, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${child.pid}`)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    await (await lockFolder(folder))()
  })

  it('refuses folders and files that are not what they must be, in words', async () => {
    await expect(openJobFolder(folder)).rejects.toThrow(/is not a job folder: it has no job.json/)
    await create(primaries(10))
    await expect(create(primaries(10))).rejects.toMatchObject({ code: 'JOB_FOLDER_EXISTS' })
    const file = path.join(folder, 'job.json')
    const good = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const wrong: [unknown, RegExp][] = [
      [{ ...good, isolarioJobFolder: 2 }, /version 2; this program reads up to 1. Use a newer program/],
      [{ ...good, jobKey: 'no' }, /a field is missing or is not what it must be/],
      [{ ...good, document: { isolario: 1 } }, /job.json.*cannot be used/],
      [[], /not a JSON object/],
    ]
    for (const [content, words] of wrong) {
      await writeFile(file, JSON.stringify(content))
      await expect(openJobFolder(folder)).rejects.toThrow(words)
    }
    await writeFile(file, '{"isolario')
    await expect(openJobFolder(folder)).rejects.toThrow(/job.json.*cannot be used/)
    await writeFile(file, JSON.stringify({ ...good, engine: { id: 'toy', version: '0.1' } }))
    await expect(run()).rejects.toMatchObject({ code: 'JOB_ENGINE_DIFFERS' })
    await writeFile(file, JSON.stringify(good))
    await writeFile(path.join(folder, 'plan.json'), '{"generation":1,"elapsedMs":0,"tasks":[[0,0,-5,0]]}')
    await expect(run()).rejects.toThrow(/plan.json.*task 0 is not/)
  })

  it('does not make a folder for what the engine refuses', async () => {
    const refusing = {
      ...engines[0]!,
      check: () => [{ code: 'X', severity: 'refusal' as const, path: 'setup', message: 'Toys do not do this.' }],
    }
    const made = createJobFolder({
      folder,
      document: document(primaries(10)),
      engine: refusing,
      freshKey: KEY,
      limits: { timeSeconds: 1, memoryMebibytes: 1 },
      clock: Date.now,
    })
    await expect(made).rejects.toMatchObject({ code: 'JOB_REFUSED' })
    await expect(made).rejects.toThrow('Toys do not do this.')
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })
})
