/** Meshes and spectra through the API: asked for in a document, scored, folded along, stored once more, served in parts. */

import { afterEach, expect, it } from 'vitest'
import { distributionLayouts } from '#engines/engine/distribution-layouts.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { decodeCells } from '#protocol/distribution-cells.ts'
import { decodeDistributions } from '#results/distribution-file.ts'
import { setupSchema } from '#simulation/document.ts'
import { toyExpectation } from '#test/programs/toy-distributions.ts'
import { createEngines } from '#test/programs/toy-engines.ts'
import { type Bench, ended, primaries, startBench, TOKEN } from './control-bench.ts'

let bench: Bench
afterEach(() => bench.done())

/** The toy under the name of the engine that documents choose. */
const toy = { ...createEngines()[0]!, identity: { ...createEngines()[0]!.identity, id: 'builtin' } } as Engine

const SCORING = {
  meshes: [
    { name: 'heat', zBins: 40, rBins: 5 },
    { name: 'flux', quantity: 'neutron-fluence', geometry: 'xyz', xBins: 8, yBins: 6, zBins: 10 },
  ],
  spectra: [{ name: 'behind', layer: 'disc7', energyBins: 10 }],
}

function scored(count: number, tasks: number) {
  const document = primaries(count, tasks) as unknown as { setup: object; job: object }
  return { ...document, setup: { ...document.setup, scoring: SCORING } }
}

const headers = { authorization: `Bearer ${TOKEN}` }
const get = (name: 'distribution' | 'distributionCells', id: string, of: string, query = {}) =>
  fetch(bench.client.address(name, { params: { id, name: of }, query }), { headers })
const list = (id: string) => bench.client.call('distributions', { params: { id } })
const view = (id: string, name: string, query = {}) =>
  bench.client.call('distribution', { params: { id, name }, query })

it('scores, merges and serves them, live and at the end', async () => {
  bench = await startBench({ engines: [toy] })
  const letGo = bench.cluster.holdAt(3)
  const { id } = await bench.client.call('submit', { body: scored(20_000, 10) })
  await expect.poll(async () => (await list(id)).primaries, { timeout: 30_000 }).toBeGreaterThan(0)
  const early = await list(id)
  expect(early.primaries).toBeLessThan(20_000)
  expect(early.items.map(({ name }) => name)).toEqual(['heat', 'flux', 'behind'])
  expect(early.missing).toEqual([])
  letGo()
  expect((await ended(bench, id)).state).toBe('done')

  const whole = await list(id)
  expect(whole).toMatchObject({ primaries: 20_000, currentMicroampere: 200 })
  const [heat, flux, behind] = whole.items
  expect(heat).toMatchObject({ unit: 'MeV/cm3', batches: 10, errorKind: 'batches', total: { unit: 'MeV' } })
  expect(heat!.axes.map(({ name, bins }) => [name, bins])).toEqual([
    ['r', 5],
    ['z', 40],
  ])
  // Every history scores one unit with a probability of one half.
  expect(Math.abs(heat!.total.value - 0.5)).toBeLessThan(6 * heat!.total.error!)
  expect(flux).toMatchObject({ quantity: 'fluence', particle: 'neutron', unit: '1/cm2' })
  expect(behind).toMatchObject({ kind: 'spectrum', unit: '1/MeV', layer: 'disc7' })

  const spectrum = await view(id, 'behind')
  const setup = setupSchema.parse(scored(1, 1).setup)
  const expected = toyExpectation(distributionLayouts(setup)[2]!, setup)
  expect(spectrum.values.length).toBe(10)
  for (const [bin, value] of spectrum.values.entries()) {
    const width = spectrum.axes[0]!.edges[bin + 1]! - spectrum.axes[0]!.edges[bin]!
    const sigma = Math.sqrt((expected[bin]! + 1e-4) / 20_000)
    expect(Math.abs(value * width - expected[bin]!)).toBeLessThan(6 * sigma)
  }

  const slice = await view(id, 'flux', { axes: 'z,x', at: 'y:3' })
  expect(slice.axes.map(({ name, edges }) => [name, edges.length - 1])).toEqual([
    ['z', 10],
    ['x', 8],
  ])
  expect(slice.cut).toMatchObject([{ name: 'y', bin: 3 }])
  const bytes = await (await get('distributionCells', id, 'flux', { axes: 'z,x', at: 'y:3' })).arrayBuffer()
  const cells = decodeCells(bytes)
  expect(cells.head).toEqual((({ values: _, errors: __, ...head }) => head)(slice))
  expect([...cells.values]).toEqual(slice.values.map(Math.fround))
  expect([...cells.errors].map((error) => (Number.isNaN(error) ? null : error))).toEqual(
    slice.errors.map((error) => error && Math.fround(error)),
  )
  expect(() => decodeCells(bytes.slice(0, 100))).toThrow(RangeError)

  const csv = await get('distribution', id, 'flux', { format: 'csv', axes: 'x,y,z' })
  expect(csv.headers.get('content-type')).toContain('text/csv')
  expect(csv.headers.get('content-disposition')).toContain(`isolario-${id}-flux.csv`)
  const lines = (await csv.text()).trimEnd().split('\r\n')
  const rows = lines.filter((line) => !line.startsWith('#'))
  expect(rows[0]).toBe(
    'x from (mm),x to (mm),y from (mm),y to (mm),z from (mm),z to (mm),value (1/cm2/primary),standard error (1/cm2/primary)',
  )
  expect(rows.length).toBe(1 + 8 * 6 * 10)

  const tag = csv.headers.get('etag')!
  const again = await fetch(
    bench.client.address('distribution', { params: { id, name: 'flux' }, query: { format: 'csv', axes: 'x,y,z' } }),
    { headers: { ...headers, 'if-none-match': tag } },
  )
  expect(again.status).toBe(304)
})

it('the final ones do not depend on the order in which tasks came, and are read back after a restart', async () => {
  const finals: Uint8Array[] = []
  for (const trouble of ['none', 'fail-once'] as const) {
    bench = await startBench({ engines: [toy] })
    bench.trouble.is = (task) => (task % 3 === 1 ? trouble : 'none')
    const document = scored(20_000, 10)
    const { id } = await bench.client.call('submit', {
      body: { ...document, job: { ...document.job, key: '00000000deadbeef' } },
    })
    expect((await ended(bench, id)).state).toBe('done')
    const key = `jobs/${id}/result/point-0-of-10-tasks.isod`
    finals.push((await bench.storage.get(key))!)
    const before = await view(id, 'heat')
    await bench.restart()
    expect(await view(id, 'heat')).toEqual(before)
    expect(decodeDistributions(finals.at(-1)!).distributions[0]).toMatchObject({ histories: 20_000, batches: 10 })
    if (trouble === 'none') await bench.done()
  }
  expect(finals[1]).toEqual(finals[0])
})

it('a task whose meshes are missing, damaged or of another run is not accepted', async () => {
  bench = await startBench({
    engines: [toy],
    wrapStorage: (storage) => ({
      ...storage,
      get: (key, range) => storage.get(key, range),
      head: (key) => storage.head(key),
      list: (prefix, after) => storage.list(prefix, after),
      delete: (key) => storage.delete(key),
      removeUnfinished: (olderThanMs, prefix) => storage.removeUnfinished(olderThanMs, prefix),
      close: () => storage.close(),
      put: async (key, content) => {
        const damaged = content.slice()
        if (/tasks\/2\/.*\.isod$/.test(key)) damaged[damaged.length - 9]! ^= 1
        const stored = await storage.put(key, damaged)
        if (/tasks\/1\/.*\.isod$/.test(key)) await storage.delete(key)
        return stored
      },
    }),
  })
  const { id } = await bench.client.call('submit', { body: scored(20_000, 10) })
  const end = await ended(bench, id)
  expect(end).toMatchObject({ state: 'done', progress: { tasksDone: 8, tasksFailed: 2 } })
  const { items } = await bench.client.call('tasks', { params: { id }, query: { state: 'failed' } })
  expect(items.map(({ failure }) => failure?.code).sort()).toEqual(['RESULT_DAMAGED', 'RESULT_MISSING'])
  expect((await list(id)).items[0]).toMatchObject({ histories: 16_000, batches: 8 })
})

it('says what is not there: a name, an axis, a bin, an engine that does not score', async () => {
  bench = await startBench({ engines: [toy] })
  const { id } = await bench.client.call('submit', { body: scored(2000, 2) })
  await ended(bench, id)
  for (const [name, query, code, words] of [
    ['cold', {}, 'NOT_FOUND', 'it has heat, flux, behind'],
    ['heat', { axes: 'x' }, 'BAD_REQUEST', 'axis "x"; it has r, z'],
    ['heat', { axes: 'z', at: 'r:5' }, 'BAD_REQUEST', 'bin 5 of axis r; it has 5'],
    ['heat', { axes: 'zz' }, 'BAD_REQUEST', ''],
    ['heat', { point: 1 }, 'BAD_REQUEST', 'point 0 only'],
  ] as const) {
    const answer = await get('distribution', id, name, query)
    const problem = (await answer.json()) as { code: string; detail: string; problems?: { message: string }[] }
    expect([problem.code, problem.detail.includes(words)], problem.detail).toEqual([code, true])
  }
  await bench.done()

  bench = await startBench()
  const made = await bench.client.call('submit', { body: scored(2000, 2) })
  expect(made.notes.join(' ')).toContain('scores no meshes and no spectra: heat, flux, behind')
  await ended(bench, made.id)
  const { items, missing } = await list(made.id)
  expect(items).toEqual([])
  expect(missing.map(({ name, kind }) => [name, kind])).toEqual([
    ['heat', 'mesh'],
    ['flux', 'mesh'],
    ['behind', 'spectrum'],
  ])
  expect(missing[0]!.reason).toContain('did not score heat')
})
