/** A simulation in FLUKA, from the command line and from the service, with the stand-in in the place of FLUKA. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import { templateFromDeck } from '#engines/fluka/deck/template-from-deck.ts'
import type { ResultDocument } from '#results/document.ts'
import { presetById } from '#simulation/presets.ts'
import { routinesDigest } from '#simulation/routines.ts'
import { describeWith, GFORTRAN } from '../needs.ts'
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

describeWith(GFORTRAN, 'a template with user routines on the service', () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct({ ISOLARIO_FLUKA: 'stand-in', ISOLARIO_FLUKA_ROUTINES: 'yes' })
  })
  afterAll(async () => {
    await product.stop()
    product.remove()
  })

  const choices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
  const written = checkedDeck(base.setup, choices, { seed: 1, primaries: 1 }, 'x').text
  const calling = written.replace(/^RANDOMIZ/m, `USERWEIG${' '.repeat(52)}       1.0\nRANDOMIZ`)
  const { template: text } = templateFromDeck(calling)
  const GOOD = [
    '      DOUBLE PRECISION FUNCTION COMSCW ( IJ, XA, YA, ZA, MREG, RULL )',
    '      IMPLICIT DOUBLE PRECISION (A-H,O-Z)',
    '      COMSCW = 1.0D0',
    '      END',
    '',
  ].join('\n')
  const withRoutines = (routines: readonly { name: string; text: string }[], tasks: number) => {
    const document = inFluka(1000 * tasks, tasks)
    const template = { name: 'weighted', version: 1, text, ...(routines.length > 0 ? { routines } : {}) }
    return { ...document, setup: { ...document.setup, engine: { id: 'fluka', template } } }
  }
  const ended = async (id: string) =>
    eventually(
      () => product.client().call('show', { params: { id } }),
      ({ state }) => state === 'done' || state === 'failed',
      WITHIN_MS,
    )

  it('comes to a result that carries their digest, and says that the stand-in ran none of them', async () => {
    const client = product.client()
    const routines = [{ name: 'comscw.f', text: GOOD }]
    const { id } = await client.call('submit', { body: withRoutines(routines, 6) })
    const done = await ended(id)
    expect(done).toMatchObject({ state: 'done', progress: { tasksDone: 6 } })
    const result = (await client.call('result', { params: { id }, query: {} })) as ResultDocument
    const digest = routinesDigest(routines)
    expect(result.provenance.routines).toEqual({ digest, names: ['comscw.f'] })
    expect(result.notes.join(' ')).toMatch(
      new RegExp(`comscw\\.f; SHA-256 ${digest}.*STAND-IN: the stand-in does not run`),
    )
    // One program for all tasks and workers of this machine.
    const folder = path.join(product.data, 'scratch', `isolario-built-${process.getuid!()}`)
    const programs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /program-/.test(name))
    expect(programs).toEqual([expect.stringContaining(digest!)])
  })

  it('fails with file, line and the words of the compiler where a line is wrong', async () => {
    const client = product.client()
    const broken = GOOD.replace('COMSCW = 1.0D0', 'COMSCW = = 1.0D0')
    const { id } = await client.call('submit', { body: withRoutines([{ name: 'comscw.f', text: broken }], 2) })
    expect(await ended(id)).toMatchObject({ state: 'failed', progress: { tasksFailed: 2 } })
    const { items } = await client.call('tasks', { params: { id }, query: {} })
    for (const { failure } of items) {
      expect(failure).toMatchObject({ code: 'FLUKA_ROUTINE_NOT_COMPILED' })
      expect(failure!.message).toMatch(/comscw\.f, line 3 \("COMSCW = = 1\.0D0"\): "/)
    }
  })

  it('is refused at submission where nobody brings the code that a card calls', async () => {
    const submitted = product.client().call('submit', { body: withRoutines([], 2) })
    await expect(submitted).rejects.toMatchObject({
      problems: [
        expect.objectContaining({
          code: 'FLUKA_ROUTINE_MISSING',
          message: expect.stringMatching(/USERWEIG WHAT\(6\)/),
        }),
      ],
    })
  })
})
