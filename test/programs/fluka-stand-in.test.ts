/** FLUKA's engine with the stand-in as its program: the contract, and every way in which a run can end. */

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { builtinEngine, estimateSetup } from '#engines/builtin/engine.ts'
import type { EngineTask } from '#engines/engine/engine.ts'
import { flukaEngine } from '#engines/fluka/engine.ts'
import type { EstimatorFile } from '#engines/fluka/output/fluka-file.ts'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import type { FlukaSite } from '#engines/fluka/site.ts'
import { findFluka } from '#main/fluka-site.ts'
import { memoryQueue } from '#queue/memory.ts'
import type { Report } from '#queue/queue.ts'
import { checkTaskTally } from '#results/batch-table.ts'
import { mergeMany } from '#results/merge.ts'
import { decodeTallyFile } from '#results/tally-file.ts'
import type { Setup } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { scoringSchema } from '#simulation/scoring.ts'
import type { DEMANDS } from '#stand-in/demanded-failure.ts'
import { folderStorage } from '#storage/folder.ts'
import type { Storage } from '#storage/storage.ts'
import { describeProgramEngineContract } from '#test/contracts/program-engine.ts'
import { runWorker } from '#worker/loop.ts'
import { runProgram } from '#worker/program-run.ts'
import { flukaPoint, flukaTasks } from './fluka-job.ts'

// Each run starts a Node, on a machine that runs other suites as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const fluka = {
  id: 'fluka',
  transportIons: false,
  interactionBias: 1,
  decayInEngine: false,
  template: null,
} as const
const setupOf = (preset: string): Setup => ({ ...presetById(preset)!.document.setup, engine: fluka })
const setup = setupOf('thin-uc4')

function siteOf(fails?: string): FlukaSite {
  const found = findFluka({ ISOLARIO_FLUKA: 'stand-in', ...(fails ? { ISOLARIO_FLUKA_STAND_IN_FAILS: fails } : {}) })
  if (found.kind !== 'site') throw new Error('no stand-in')
  return found.site
}

describeProgramEngineContract('FLUKA with the stand-in', () => ({
  engine: flukaEngine(siteOf()),
  setup,
  batchHistories: 2000,
}))

let root = ''
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-stand-in-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function run(task: EngineTask, site = siteOf()) {
  const engine = flukaEngine(site)
  return runProgram({
    input: engine.write(task),
    folder: await mkdtemp(path.join(root, 'run-')).then((folder) => path.join(folder, 'task')),
    limits: { timeSeconds: 60, memoryMebibytes: 1024 },
    outputBytes: 2 ** 28,
    onLine: () => undefined,
    abandon: new AbortController().signal,
  })
}

describe('the stand-in', () => {
  it.each(['spes-uc4', 'spes-uc4-wobbled', 'thin-uc4', 'thorium-carbide'])(
    'gives back the counts of the built-in model for %s, layer by layer',
    async (preset) => {
      const batch = { ordinal: 0, first: 0, histories: 200_000 }
      const task = {
        setup: setupOf(preset),
        stream: { jobKey: '0123456789abcdef', point: 0 },
        batches: [batch],
        seed: 4711,
      }
      const { outputs, ending } = await run(task)
      expect(ending.exitCode).toBe(0)
      const tally = flukaEngine(siteOf()).read(task, outputs)
      checkTaskTally(tally)
      // The stand-in reads the deck, whose numbers have ten columns: the expectation is the same, not each history.
      const direct = builtinEngine.simulate({
        setup: presetById(preset)!.document.setup,
        stream: { jobKey: '0000000000001267', point: 0 },
        batches: [batch],
      })
      expect(tally.residuals.regions).toEqual(direct.residuals.regions)
      const sum = (one: typeof tally) =>
        mergeMany([one])
          .residualSample('total')
          .sums.reduce((a, b) => a + b, 0)
      const [told, counted] = [sum(tally), sum(direct)]
      expect(counted).toBeGreaterThan(preset === 'thin-uc4' ? 1 : 1000)
      expect(Math.abs(told - counted)).toBeLessThan(6 * Math.sqrt(counted + 1))
      const layers = tally.residuals.regions.slice(1)
      const parts = layers.map((layer) =>
        mergeMany([tally])
          .residualSample(layer)
          .sums.reduce((a, b) => a + b, 0),
      )
      expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(told, 6)
    },
  )

  it('is believed with a wobbled beam only where its listing names the source routine', async () => {
    const engine = flukaEngine(siteOf())
    const task = {
      setup: setupOf('spes-uc4-wobbled'),
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 500 }],
      seed: 31,
    }
    const { outputs } = await run(task)
    const listing = Buffer.from(outputs.get('isolario001.out')!).toString('latin1')
    expect(listing).toContain('ISOLARIO SOURCE ROUTINE: isolario-wobbled-1\n')
    expect(() => engine.read(task, outputs)).not.toThrow()
    const told = (text: string) => () =>
      engine.read(task, new Map(outputs).set('isolario001.out', Buffer.from(text, 'latin1')))
    expect(told(listing.replace(/^ ISOLARIO SOURCE.*\n/m, ''))).toThrow(/isolario-wobbled-1; the listing .* names none/)
    expect(told(listing.replace('wobbled-1', 'wobbled-0'))).toThrow(/names isolario-wobbled-0/)
  })

  it('says STAND-IN in its name, its version, its listing and every result', async () => {
    const engine = flukaEngine(siteOf())
    expect(engine.identity).toMatchObject({ id: 'fluka', standIn: true })
    expect(engine.identity.version).toContain('STAND-IN')
    expect(engine.identity.label).toContain('STAND-IN')
    expect(engine.citations).toEqual([])
    const task = {
      setup,
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 3, first: 0, histories: 500 }],
      seed: 9,
    }
    const { outputs, ending } = await run(task)
    expect(Buffer.from(outputs.get('isolario001.out')!).toString()).toMatch(/STAND-IN FOR FLUKA.*NOT FLUKA/)
    expect(ending.stdoutTail).toMatch(/STAND-IN.*End of FLUKA run/s)
  })

  it('refuses what it cannot score, in words, before anything runs', () => {
    const refusals = (changes: Partial<Setup>) =>
      flukaEngine(siteOf())
        .check({ ...setup, ...changes })
        .filter(({ severity }) => severity === 'refusal')
    expect(refusals({})).toEqual([])
    expect(refusals({ engine: { ...fluka, decayInEngine: true } })).toMatchObject([
      { path: 'setup.engine.decayInEngine' },
    ])
    expect(refusals({ engine: { id: 'builtin' } })).toMatchObject([{ code: 'FLUKA_OTHER_ENGINE' }])
    const windows = setup.target.layers.map((layer) => ({ ...layer, role: 'window' as const }))
    expect(refusals({ target: { ...setup.target, layers: windows } })).toMatchObject([
      { code: 'FLUKA_NO_TARGET_LAYER' },
    ])
    const layer = setup.target.layers[0]!.name
    const scoring = scoringSchema.parse({
      meshes: [
        { name: 'heat' },
        { name: 'protons', quantity: 'proton-fluence' },
        { name: 'neutrons', quantity: 'neutron-fluence' },
        { name: 'all', quantity: 'all-fluence' },
      ],
      spectra: [
        { name: 'out', particle: 'proton', layer },
        { name: 'leak', particle: 'neutron', layer },
      ],
    })
    expect(refusals({ scoring })).toMatchObject([
      { code: 'FLUKA_STAND_IN_SCORING', path: 'setup.scoring.meshes.2.quantity' },
      { code: 'FLUKA_STAND_IN_SCORING', path: 'setup.scoring.meshes.3.quantity' },
      { code: 'FLUKA_STAND_IN_SCORING', path: 'setup.scoring.spectra.1.particle' },
    ])
    expect(refusals({ scoring: scoringSchema.parse({}) })).toEqual([])
    const kept = { meshes: scoring.meshes.slice(0, 2), spectra: scoring.spectra.slice(0, 1) }
    expect(refusals({ scoring: kept })).toEqual([])
    const notes = flukaEngine(siteOf()).check({ ...setup, scoring: kept })
    expect(notes.map(({ code }) => code)).toContain('FLUKA_STAND_IN_TRACKS')
  })
})

const scoringNames = ({ meshes, spectra }: ReturnType<typeof scoringSchema.parse>) =>
  [...meshes, ...spectra].map(({ name }) => name)

describe('meshes and spectra of the stand-in', () => {
  // All of the beam meets all discs: flat, 17 mm, on discs of 20 mm.
  const target = setupOf('spes-uc4')
  const [layer] = target.target.layers
  const last = target.target.layers.at(-1)!
  const scoring = scoringSchema.parse({
    meshes: [
      { name: 'heat', geometry: 'rz', zBins: 200, rBins: 10 },
      { name: 'box', geometry: 'xyz', xBins: 9, yBins: 7, zBins: 50 },
      { name: 'turns', geometry: 'rphiz', rBins: 4, phiBins: 6, zBins: 20, quantity: 'proton-fluence' },
    ],
    spectra: [
      { name: 'after', particle: 'proton', estimator: 'current', layer: layer!.name, energyScale: 'linear' },
      { name: 'fluence', particle: 'proton', estimator: 'fluence', layer: layer!.name, angleBins: 3 },
      { name: 'back', particle: 'proton', estimator: 'current', layer: layer!.name, direction: 'backward' },
      { name: 'both', particle: 'proton', estimator: 'current', layer: layer!.name, direction: 'both' },
      { name: 'inside', particle: 'proton', estimator: 'track-length', layer: layer!.name, energyFromMeV: 1 },
      { name: 'beyond', particle: 'proton', estimator: 'current', layer: last.name },
    ],
  })
  const asked: Setup = { ...target, scoring }
  const histories = 20_000
  const task: EngineTask = {
    setup: asked,
    stream: { jobKey: '0123456789abcdef', point: 0 },
    batches: [{ ordinal: 0, first: 0, histories }],
    seed: 815,
  }

  it('are read as those of FLUKA, and hold the energies, the fluence and the heat of the built-in model', async () => {
    const { outputs, ending } = await run(task)
    expect(ending.exitCode).toBe(0)
    const tally = flukaEngine(siteOf()).read(task, outputs)
    checkTaskTally(tally)
    // Contents of all bins, per primary: MeV, cm of track, or particles.
    const contents = new Map(tally.distributions!.map((one) => [one.layout.name, one.sums.at(-1)! / histories]))
    expect([...contents.keys()]).toEqual(scoringNames(scoring))

    const { estimate } = estimateSetup(target)
    const heat = estimate!.layers.reduce((sum, one) => sum + one.heatMeVPerPrimary, 0)
    // Fissions scatter: 0.7 % of the protons leave 170 MeV each.
    const scatter = 170 * Math.sqrt(0.007 / histories)
    for (const name of ['heat', 'box']) expect(Math.abs(contents.get(name)! - heat)).toBeLessThan(5 * scatter)
    expect(contents.get('heat')!).toBeCloseTo(contents.get('box')!, 3)

    // All protons pass the first layer but those that react in it, with the energy that is left to them.
    const first = estimate!.layers[0]!
    const passing = 1 - first.reactionsPerPrimary
    const error = Math.sqrt(Math.max(first.reactionsPerPrimary, 1e-4) / histories)
    for (const name of ['after', 'both']) expect(Math.abs(contents.get(name)! - passing)).toBeLessThan(5 * error)
    expect(contents.get('back')).toBe(0)
    const after = tally.distributions!.find((one) => one.layout.name === 'after')!
    const [energy] = after.layout.axes
    const mean =
      Array.from({ length: energy!.edges.length - 1 }, (_, bin) => {
        return (after.sums[bin]! * (energy!.edges[bin]! + energy!.edges[bin + 1]!)) / 2
      }).reduce((a, b) => a + b, 0) / after.sums.at(-1)!
    expect(Math.abs(mean - first.energyOutMeV!)).toBeLessThan(energy!.edges[1]! - energy!.edges[0]!)
    // Straight along the beam: the first solid angle only, fluence and current alike.
    const fluence = tally.distributions!.find((one) => one.layout.name === 'fluence')!
    const bins = fluence.layout.axes[0]!.edges.length - 1
    expect(fluence.sums.slice(bins, 3 * bins).every((value) => value === 0)).toBe(true)
    expect(contents.get('fluence')!).toBeCloseTo(contents.get('after')!, 5)
    // The length of the tracks in a layer that all of them cross.
    expect(contents.get('inside')! / (layer!.thicknessMm * 0.1)).toBeCloseTo(1, 2)
    // The protons end in the dump.
    expect(estimate!.layers.at(-1)!.energyOutMeV).toBe(0)
    expect(contents.get('beyond')).toBe(0)
  })

  it('belong to the raw files that are kept, which say STAND-IN by the version of their run', async () => {
    const { outputs } = await run(task)
    expect([...outputs.keys()].filter((name) => /fort/.test(name)).sort()).toEqual([
      ...[25, 41, 51, 61].map((unit) => `isolario001_fort.${unit}`),
    ])
    expect(new TextDecoder().decode(outputs.get('isolario001.out'))).toMatch(/FLUKA Version 4-STAND-IN/)
    for (const unit of [41, 51, 61]) {
      const bytes = outputs.get(`isolario001_fort.${unit}`)!
      const read = readFlukaFile(bytes, `fort.${unit}`)
      expect(Buffer.from(writeFlukaFile(read as EstimatorFile)).equals(Buffer.from(bytes))).toBe(true)
      expect(new TextDecoder('latin1').decode(bytes.subarray(0, 120))).toContain('STAND-IN')
    }
  })

  it('of a neutron in a template are refused by the run, by the name of the detector', async () => {
    const input = flukaEngine(siteOf()).write(task)
    const deck = String(input.files[0]!.content).replace('    ENERGY', '   NEUTRON')
    expect(deck).not.toBe(String(input.files[0]!.content))
    const { ending } = await runProgram({
      input: { ...input, files: [{ ...input.files[0]!, content: deck }] },
      folder: await mkdtemp(path.join(root, 'run-')).then((folder) => path.join(folder, 'task')),
      limits: { timeSeconds: 60, memoryMebibytes: 1024 },
      outputBytes: 2 ** 28,
      onLine: () => undefined,
      abandon: new AbortController().signal,
    })
    expect(ending.exitCode).toBe(1)
    const failure = flukaEngine(siteOf()).diagnose(ending)
    expect(failure.message).toMatch(/THE STAND-IN FOLLOWS PROTONS OF THE BEAM ONLY: USRBIN \S+ ASKS FOR NEUTRON/)
  })
})

describe('a run that hears nothing', () => {
  it('is told to end, then killed, and gives no result', async () => {
    const engine = flukaEngine(siteOf('hang'))
    const task = {
      setup,
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 500 }],
      seed: 3,
    }
    const { ending, outputs } = await runProgram({
      input: engine.write(task),
      folder: path.join(root, 'hang'),
      limits: { timeSeconds: 12, memoryMebibytes: 1024 },
      outputBytes: 2 ** 28,
      onLine: () => undefined,
      abandon: new AbortController().signal,
    })
    expect(ending).toMatchObject({ killedFor: 'time', stoppedFor: 'time' })
    expect(engine.diagnose(ending)).toMatchObject({ code: 'FLUKA_OUT_OF_TIME', retriable: false })
    expect([...outputs.keys()]).toEqual(['isolario.inp'])
  })

  it('ends by itself with a smaller weight when it hears', async () => {
    const engine = flukaEngine(siteOf('slow'))
    const task = {
      setup,
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 500 }],
      seed: 3,
    }
    const stop = new AbortController()
    const input = engine.write(task)
    const read = engine.progress(task)
    const told: number[] = []
    const { ending, outputs } = await runProgram({
      input,
      folder: path.join(root, 'slow'),
      limits: { timeSeconds: 120, memoryMebibytes: 1024 },
      outputBytes: 2 ** 28,
      onLine: (line) => {
        const done = read(line)
        if (done !== undefined) told.push(done)
        if (told.length > 1) stop.abort()
      },
      abandon: new AbortController().signal,
      stop: stop.signal,
    })
    expect(ending).toMatchObject({ exitCode: 0, stoppedFor: 'order' })
    const tally = engine.read(task, outputs)
    expect(tally.histories).toBeGreaterThanOrEqual(told[1]!)
    expect(tally.histories).toBeLessThan(500)
    expect(tally.residuals.table.batches).toEqual([{ ordinal: 0, first: 0, histories: tally.histories }])
  })
})

/** One task a kind of failure, all in one job: as a worker meets them. */
describe('failures of a run', () => {
  const EXPECTED: Readonly<
    Record<Exclude<keyof typeof DEMANDS, 'slow' | 'hang'>, readonly [code: string, words: RegExp]>
  > = {
    licence: ['FLUKA_NO_LICENCE', /may not be used on this machine: "The licence .*expired/],
    data: ['FLUKA_DATA_MISSING', /neuxsc\.bin/],
    card: ['FLUKA_CARD_WRONG', /card \d+ RESNUCLE .*NO REGION FOIL WAS FOUND \(RESNUC\)/],
    geometry: ['FLUKA_GEOMETRY', /region FOIL at x, y, z = 0\.25, -1\.5, 3\.125 cm/],
    abort: ['FLUKA_ABORTED', /after \d+ primaries: TOO MANY SECONDARIES IN THE STACK \(EVEVAP\)/],
    crash: ['FLUKA_CRASHED', /SIGSEGV/],
    killed: ['PROGRAM_KILLED', /killed from outside/],
    'no-end': ['FLUKA_NO_END', /breaks off after 500 primaries/],
    missing: ['FLUKA_OUTPUT_MISSING', /did not write isolario001_fort\.25, which holds RESNUCLEi FOIL_Y/],
    cut: ['FLUKA_OUTPUT_DAMAGED', /isolario001_fort\.25: .*middle of a record/],
    primaries: ['FLUKA_PRIMARIES_DIFFER', /of 499 primaries .* tells of 500/],
    state: ['FLUKA_STATE_DIFFERS', /not of the same run/],
  }
  const kinds = Object.keys(EXPECTED) as (keyof typeof EXPECTED)[]
  const reports = new Map<number, Report>()
  let storage: Storage

  beforeAll(async () => {
    storage = await folderStorage({ folder: path.join(root, 'storage'), clock: Date.now })
    const queue = memoryQueue({ clock: Date.now })
    const engine = flukaEngine(siteOf(kinds.map((kind, batch) => `${kind}@${batch}`).join(',')))
    // One more than there are failures: the last one is well.
    const tasks = flukaTasks(flukaPoint(engine, setup), kinds.length + 1, 500)
    await queue.open('j', { leaseMs: 10_000, maxAttempts: 2, generation: 1 }, tasks)
    const scratchFolder = await mkdtemp(path.join(root, 'scratch-'))
    await runWorker({
      queue,
      storage,
      jobId: 'j',
      workerId: 'w',
      engines: [engine],
      engineModule: new URL('../../src/main/engines.ts', import.meta.url).href,
      scratchFolder,
      clock: Date.now,
      log: () => undefined,
    })
    expect(await readdir(scratchFolder)).toEqual([])
    for (const report of await queue.reports('j', 100)) reports.set(report.task, report)
  })

  it.each(kinds.map((kind, task) => [kind, task] as const))('%s is told in a sentence', async (kind, task) => {
    const report = reports.get(task)!
    if (report.kind !== 'failed') throw new Error(`${kind} did not fail`)
    const [code, words] = EXPECTED[kind]
    expect(report.code).toBe(code)
    expect(report.message).toMatch(words)
    expect(report.message).toMatch(/[.!")]$/)
    expect(Buffer.from((await storage.get(report.logKey!))!).length).toBeGreaterThan(0)
  })

  it('do not touch the task beside them', async () => {
    const report = reports.get(kinds.length)!
    if (report.kind !== 'finished') throw new Error(report.message)
    const file = decodeTallyFile((await storage.get(report.objectKey))!)
    expect(file.kind === 'task' && file.tally.histories).toBe(500)
    const raw = await storage.get(report.objectKey.replace('.tally', '.raw.tar'))
    expect(Buffer.from(raw!).toString('latin1')).toContain('isolario001_fort.25')
  })
})
