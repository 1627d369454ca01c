/** Meshes and spectra on their way from an engine to a merge: stored beside the tally, read back with it. */

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { memoryQueue } from '#queue/memory.ts'
import { decodeDistributions } from '#results/distribution-file.ts'
import { decodeTallyFile } from '#results/tally-file.ts'
import { setupDigest } from '#simulation/digest.ts'
import { setupSchema } from '#simulation/document.ts'
import { parseDocument } from '#simulation/parse.ts'
import { presetById } from '#simulation/presets.ts'
import { folderStorage } from '#storage/folder.ts'
import { createEngines, TOY_ENGINE_MODULE, toyPoint, toyTally, toyTasks } from '#test/programs/toy-engines.ts'
import { createJobFolder } from './job-folder.ts'
import { runWorker } from './loop.ts'
import { mergeJobFolder } from './merge-folder.ts'
import { runJobFolder } from './run-folder.ts'

const engines = createEngines()
const scoring = {
  meshes: [{ name: 'heat', zBins: 10, rBins: 3 }],
  spectra: [{ name: 'behind', layer: 'foil', energyBins: 8 }],
}
const { setup: plain } = presetById('thin-uc4')!.document
const setup = setupSchema.parse({ ...plain, scoring })
const openStorage = (folder: string) => folderStorage({ folder, clock: Date.now })

let root = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-distributions-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

it.each(['toy', 'toy-program'])(
  'a worker stores what %s scores beside the tally, which holds its digest',
  async (engine) => {
    const queue = memoryQueue({ clock: Date.now })
    const storage = await openStorage(path.join(root, 'objects'))
    const scratchFolder = path.join(root, 'scratch')
    await mkdir(scratchFolder)
    const point = toyPoint(engine, { setup, setupDigest: setupDigest(setup) })
    await queue.open('j', { leaseMs: 10_000, maxAttempts: 3, generation: 1 }, toyTasks(point, 2, 2))
    const common = {
      queue,
      storage,
      jobId: 'j',
      workerId: 'w',
      engines,
      engineModule: TOY_ENGINE_MODULE,
      scratchFolder,
    }
    expect(await runWorker({ ...common, clock: Date.now, log: () => undefined })).toMatchObject({
      finished: 2,
      failed: 0,
    })
    for (const task of [0, 1]) {
      const name = `jobs/j/tasks/${task}/g1-a1`
      const tally = decodeTallyFile((await storage.get(`${name}.tally`))!)
      const bytes = (await storage.get(`${name}.isod`))!
      expect(tally.distributions).toEqual({
        bytes: bytes.length,
        digest: createHash('sha256').update(bytes).digest('hex'),
      })
      const batches = [0, 1].map((i) => ({ ordinal: 2 * task + i, first: (2 * task + i) * 100, histories: 100 }))
      const direct = toyTally({ setup, stream: { jobKey: point.jobKey, point: 0 }, batches })
      const { distributions, identity } = decodeDistributions(bytes)
      expect(distributions).toEqual(direct.distributions)
      expect(identity).toEqual(tally.identity)
    }
    await storage.close()
  },
)

it('a job folder merges them in the order of its tasks, and says which ones are damaged', async () => {
  const folder = path.join(root, 'job')
  const job = { goal: { kind: 'primaries', primaries: 400 }, batchHistories: 20, historiesPerTask: 40 }
  const parsed = parseDocument({ ...presetById('thin-uc4')!.document, setup, job })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const engine = engines.find(({ identity }) => identity.id === 'toy')!
  const limits = { timeSeconds: 60, memoryMebibytes: 256 }
  await createJobFolder({
    folder,
    document: parsed.document,
    engine,
    freshKey: 'fedcba9876543210',
    limits,
    clock: Date.now,
  })
  const queue = memoryQueue({ clock: Date.now })
  const common = { folder, openStorage, queue, engines, engineModule: TOY_ENGINE_MODULE, workers: 2 }
  const run = await runJobFolder({ ...common, clock: Date.now, log: () => undefined })
  const ran = run.points[0]!.merge.distributions.tallies()
  const merge = (await mergeJobFolder(folder, openStorage)).points[0]!.merge.distributions
  expect(merge.isInOrder).toBe(true)
  expect(merge.tallies().map(({ layout, batches, histories }) => [layout.name, batches, histories])).toEqual([
    ['heat', 20, 400],
    ['behind', 20, 400],
  ])
  // The toy scores whole units, which add up exactly in any order.
  expect(ran.map(({ sums }) => sums)).toEqual(merge.tallies().map(({ sums }) => sums))

  const stored = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.isod')).sort()
  expect(stored.length).toBe(10)
  const bytes = await readFile(path.join(folder, stored[3]!))
  bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1
  await writeFile(path.join(folder, stored[3]!), bytes)
  await rm(path.join(folder, stored[5]!))
  const less = await mergeJobFolder(folder, openStorage)
  expect(less.tasksDone).toBe(8)
  expect(less.bad.map(({ message }) => message).sort()).toEqual([
    expect.stringMatching(/task 3 cannot be used: The object tasks\/3\/g1-a1\.isod is damaged/),
    expect.stringMatching(/task 5 cannot be used: its meshes and spectra are not there/),
  ])
  expect(less.points[0]!.merge.distributions.histories).toBe(320)
}, 60_000)
