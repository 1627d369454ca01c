/** A simulation in FLUKA, from the command line and from the service, with the stand-in in the place of FLUKA. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { presetById } from '#simulation/presets.ts'
import { eventually } from './control-bench.ts'
import { type Product, startProduct } from './product.ts'

const ENTRY = path.resolve(import.meta.dirname, '../../src/main/isolario.ts')
const base = presetById('spes-uc4')!.document
const inFluka = (primaries: number, tasks: number) => ({
  ...base,
  name: 'In FLUKA',
  setup: { ...base.setup, engine: { id: 'fluka' } },
  job: { goal: { kind: 'primaries', primaries }, batchHistories: primaries / tasks },
})
/** Starts of Node take long on a machine that runs other suites. */
const WITHIN_MS = 240_000
vi.setConfig({ testTimeout: 2 * WITHIN_MS, hookTimeout: WITHIN_MS })

describe('isolario run in FLUKA', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'isolario-fluka-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const isolario = (args: readonly string[], environment: Record<string, string>) =>
    promisify(execFile)(process.execPath, [ENTRY, ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ISOLARIO_DATA: folder, ...environment },
      maxBuffer: 2 ** 28,
    })

  it('is refused in words where there is no FLUKA', async () => {
    const run = isolario(['run', '--engine', 'fluka', '--primaries', '1000'], {})
    await expect(run).rejects.toMatchObject({
      stderr: expect.stringMatching(/engine fluka is not on this machine.*doctor/),
    })
  })

  it('gives a result that says STAND-IN, and the same one for the same key', async () => {
    const run = async (key: string) => {
      const args = [
        'run',
        '--engine',
        'fluka',
        '--primaries',
        '40000',
        '--batch-histories',
        '10000',
        '--job-key',
        key,
        '--json',
      ]
      const { stdout } = await isolario(args, { ISOLARIO_FLUKA: 'stand-in' })
      return JSON.parse(stdout) as ResultDocument
    }
    const result = await run('0123456789abcdef')
    expect(result).toMatchObject({
      mode: 'monte-carlo',
      primaries: 40_000,
      batches: 4,
      engine: { id: 'fluka', standIn: true },
    })
    expect(result.engine.version).toContain('STAND-IN')
    expect(result.notes[0]).toMatch(/^STAND-IN/)
    expect(result.notes.join(' ')).toMatch(/spread of 4 batches; at least 5/)
    const rates = result.residuals.filter(({ independent }) => independent.perPrimary !== null)
    expect(rates.length).toBeGreaterThan(50)
    // Errors come from the spread of batches (none where all four counted the same); weighted scores have no counts and
    // no limits.
    const known = rates.filter(({ independent }) => independent.statisticalErrorKind === 'sampled')
    expect(known.length).toBeGreaterThan(0.8 * rates.length)
    for (const { independent } of rates) expect(independent.counts).toBeNull()
    expect(result.residuals.every(({ independent }) => independent.limit95 === null)).toBe(true)
    const again = await run('0123456789abcdef')
    expect(again.residuals).toEqual(result.residuals)
  })
})

describe('a simulation in FLUKA on the service', () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct({
      ISOLARIO_FLUKA: 'stand-in',
      ISOLARIO_FLUKA_STAND_IN_FAILS: 'abort@2,card@4,geometry@6,licence@8',
    })
  })
  afterAll(async () => {
    await product.stop()
    product.remove()
  })

  it('comes to a result; each failed task says in a sentence why, and the rest is merged', async () => {
    const client = product.client()
    const made = await client.call('submit', { body: inFluka(60_000, 12) })
    expect(made.engine).toMatchObject({ id: 'fluka', standIn: true })
    const done = await eventually(
      () => client.call('show', { params: { id: made.id } }),
      ({ state }) => state === 'done' || state === 'failed',
      WITHIN_MS,
    )
    expect(done).toMatchObject({ state: 'done', progress: { tasks: 12, tasksDone: 8, primariesDone: 40_000 } })
    const { items } = await client.call('tasks', { params: { id: made.id }, query: { state: 'failed' } })
    expect(Object.fromEntries(items.map(({ task, failure }) => [task, failure!.code]))).toEqual({
      2: 'FLUKA_ABORTED',
      4: 'FLUKA_CARD_WRONG',
      6: 'FLUKA_GEOMETRY',
      8: 'FLUKA_NO_LICENCE',
    })
    for (const { failure } of items) expect(failure!.message).toMatch(/^STAND-IN for FLUKA .{20,}/)
    const result = (await client.call('result', { params: { id: made.id }, query: {} })) as ResultDocument
    expect(result).toMatchObject({ primaries: 40_000, batches: 8, engine: { id: 'fluka', standIn: true } })
    expect(result.notes[0]).toMatch(/^STAND-IN/)

    // What the program wrote can be had as it is, and who ran it is written down.
    const token = new URL(product.address()).searchParams.get('token')
    const address = client.address('taskRaw', { params: { id: made.id, task: 0 } })
    const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
    const packed = Buffer.from(await answer.arrayBuffer()).toString('latin1')
    for (const name of ['isolario.inp', 'isolario001.out', 'isolario001_fort.25', 'ranisolario002']) {
      expect(packed).toContain(name)
    }
    const uses = await client.call('engineUses', { query: { engine: 'fluka' } })
    expect(uses.items).toMatchObject([{ simulationId: made.id, engineVersion: made.engine.version }])
  })

  it('repeats its numbers in a replay: the seeds are those of the original', async () => {
    const client = product.client()
    const ended = async (id: string) =>
      eventually(
        () => client.call('show', { params: { id } }),
        ({ state }) => state === 'done' || state === 'failed',
        WITHIN_MS,
      )
    const resultOf = async (id: string) => {
      expect((await ended(id)).state).toBe('done')
      return (await client.call('result', { params: { id }, query: {} })) as ResultDocument
    }
    const one = await client.call('submit', { body: inFluka(20_000, 2) })
    const first = await resultOf(one.id)
    const other = await client.call('submit', { body: inFluka(20_000, 2) })
    const replay = await client.call('rerun', { params: { id: one.id }, body: { replay: true } })
    expect((await resultOf(replay.id)).residuals).toEqual(first.residuals)
    expect((await resultOf(other.id)).residuals).not.toEqual(first.residuals)
  })
})
