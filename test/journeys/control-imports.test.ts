/** A result made elsewhere, from the command line's files to what everybody sees of it. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ApiError } from '#protocol/client.ts'
import type { ResultDocument } from '#results/document.ts'
import { resultJsonSchema } from '#results/json-schema.ts'
import type { SimulationInput } from '#simulation/document.ts'
import { presets } from '#simulation/presets.ts'
import { type Bench, startBench, TOKEN } from './control-bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.done())

const file = (name: string) => ({
  name,
  base64: readFileSync(path.resolve(import.meta.dirname, '../../testdata/fluka', name)).toString('base64'),
})
const [preset] = presets()
const document = (): SimulationInput => {
  const { setup, ...rest } = preset!.document
  const target = setup.target.layers.find(({ role }) => role === 'target')!
  const layers = [{ ...target, name: 'disc01' }]
  return { ...rest, setup: { ...setup, target: { ...setup.target, layers } } }
}
const imported = (names: readonly string[], more: object = {}, key = 'one') =>
  bench.client.call('importResult', {
    body: { document: document(), files: names.map(file), name: 'From elsewhere', ...more },
    headers: { 'idempotency-key': key },
  })
const resultOf = async (id: string, query = {}) =>
  (await bench.client.call('result', { params: { id }, query })) as ResultDocument

async function refusal(work: Promise<unknown>): Promise<ApiError> {
  return work.then(
    () => {
      throw new Error('nothing was refused')
    },
    (error: ApiError) => error,
  )
}

describe('an imported result', () => {
  it('is a simulation that is done and marked, with a result like any other', async () => {
    const made = await imported(['yields-sum'])
    expect(made).toMatchObject({
      state: 'done',
      name: 'From elsewhere',
      actions: ['delete', 'download'],
      engine: { id: 'fluka', version: 'imported', standIn: false },
      imported: { from: 'FLUKA, from a file merged elsewhere (yields-sum)' },
      sentence: 'Imported: 6,000 primaries, made elsewhere.',
      progress: { primariesDone: 6000, fraction: 1 },
    })
    const list = await bench.client.call('list', {})
    expect(list.items.map(({ imported }) => imported?.from)).toEqual([made.imported!.from])

    const result = await resultOf(made.id, { region: 'disc01' })
    expect(z.fromJSONSchema(resultJsonSchema as never).safeParse(result).error?.issues ?? []).toEqual([])
    expect(result).toMatchObject({ primaries: 6000, batches: 3, mode: 'monte-carlo' })
    expect(result.notes[0]).toMatch(/^The file was merged elsewhere from 3 batches/)
    expect(result.notes.join()).toContain('IMPORTED: these numbers were made elsewhere')
    expect(result.provenance).toMatchObject({
      jobKey: null,
      imported: { kind: 'merged', detectors: [{ layer: 'disc01', detector: 'DISC01' }] },
    })
    const iron = result.residuals.find(({ nuclide }) => nuclide === 'Fe-56')!
    expect(iron.independent.perPrimary).toBeGreaterThan(0)
    expect(iron.independent.statisticalErrorKind).toBe('sampled')
    const outside = result.residuals.filter(({ state }) => state === 'not-scored')
    expect(outside.every(({ independent }) => independent.perPrimary === null)).toBe(true)

    const csv = await fetch(`${bench.url}/api/v1/simulations/${made.id}/result?format=csv`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    }).then((answer) => answer.text())
    expect(csv).toMatch(/^# IMPORTED,made elsewhere by FLUKA/)
    expect(csv).toContain('# imported file,yields-sum SHA-256 ')
  })

  it('is the same after everything in memory is gone, and once under one key', async () => {
    const made = await imported(['yields001'])
    const before = await resultOf(made.id)
    expect((await imported(['yields001'])).id).toBe(made.id)
    expect((await refusal(imported(['old001']))).code).toBe('IDEMPOTENCY_CONFLICT')
    await bench.restart()
    expect(await resultOf(made.id)).toEqual(before)
    expect((await bench.client.call('list', {})).total).toBe(1)
  })

  it('cannot be gone on with or repeated, and says why; it can be deleted', async () => {
    const { id } = await imported(['yields-sum'])
    const params = { id }
    for (const work of [
      bench.client.call('addPrimaries', { params, body: { primaries: 1000 } }),
      bench.client.call('rerun', { params, body: { replay: true } }),
      bench.client.call('rerun', { params, body: {} }),
    ]) {
      const error = await refusal(work)
      expect(error.code).toBe('ACTION_NOT_ALLOWED')
      expect(error.message).toContain('was imported: it was not run here')
    }
    await bench.client.call('remove', { params })
    expect((await bench.client.call('list', {})).total).toBe(0)
  })

  it('is refused with every problem, and leaves nothing', async () => {
    const error = await refusal(imported(['yields-sum'], { detectors: { disc01: 'NONE', disc09: 'DISC01' } }))
    expect(error).toMatchObject({ code: 'IMPORT_REFUSED', status: 422 })
    expect(error.problems).toHaveLength(2)
    expect((await refusal(imported(['decay-sum']))).problems[0]).toMatchObject({ code: 'FLUKA_IMPORT_DECAY' })
    expect((await bench.client.call('list', {})).total).toBe(0)
  })
})
