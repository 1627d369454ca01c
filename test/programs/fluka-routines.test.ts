/**
 * User routines with the stand-in's compiler, which is a real one: from the sources in a template to a run with what was
 * made of them, once for many tasks and workers; and the words of a compiler that did not take them.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { EngineTask } from '#engines/engine/engine.ts'
import { resultIdentityOf } from '#engines/engine/task-payload.ts'
import { checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import { templateFromDeck } from '#engines/fluka/deck/template-from-deck.ts'
import { flukaEngine } from '#engines/fluka/engine.ts'
import { findFluka } from '#main/fluka-site.ts'
import { memoryQueue } from '#queue/memory.ts'
import { mergeable } from '#results/pool.ts'
import { decodeTallyFile } from '#results/tally-file.ts'
import type { Setup } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { type RoutineFile, routinesDigest } from '#simulation/routines.ts'
import { folderStorage } from '#storage/folder.ts'
import type { Storage } from '#storage/storage.ts'
import { runWorker } from '#worker/loop.ts'
import { runProgram } from '#worker/program-run.ts'
import { describeWith, GFORTRAN } from '../needs.ts'
import { flukaPoint, flukaTasks } from './fluka-job.ts'

// Each run starts a Node, on a machine that runs other suites as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

let root = ''
let storage: Storage
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'isolario-routines-'))
  storage = await folderStorage({ folder: mkdtempSync(path.join(root, 'storage-')), clock: Date.now })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const plain = presetById('thin-uc4')!.document.setup
const choices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
/** The written deck as a template, with a card that calls COMSCW. */
const TEMPLATE = templateFromDeck(checkedDeck(plain, choices, { seed: 1, primaries: 1 }, 'x').text).template.replace(
  /^(RANDOMIZ)/m,
  `USERWEIG${' '.repeat(52)}       1.0\n$1`,
)
const COMSCW: RoutineFile = {
  name: 'comscw.f',
  text: [
    '      DOUBLE PRECISION FUNCTION COMSCW ( IJ, XA, YA, ZA, MREG, RULL )',
    "      INCLUDE 'weights.inc'",
    '      COMSCW = WEIGHT',
    '      END',
    '',
  ].join('\n'),
}
const WEIGHTS: RoutineFile = {
  name: 'weights.inc',
  text: ['      IMPLICIT DOUBLE PRECISION (A-H,O-Z)', '      PARAMETER ( WEIGHT = 1.0D0 )', ''].join('\n'),
}
const BROKEN: RoutineFile = { ...COMSCW, text: COMSCW.text.replace('COMSCW = WEIGHT', 'COMSCW = = 1') }

const setupWith = (...routines: readonly RoutineFile[]): Setup => ({
  ...plain,
  engine: {
    id: 'fluka',
    transportIons: false,
    interactionBias: 1,
    decayInEngine: false,
    template: { name: 'weighted', version: 2, text: TEMPLATE, routines: [...routines] },
  },
})

function standIn(routines = 'yes') {
  const found = findFluka({ ISOLARIO_FLUKA: 'stand-in', ISOLARIO_FLUKA_ROUTINES: routines })
  if (found.kind !== 'site') throw new Error('no stand-in')
  return flukaEngine(found.site)
}

let jobs = 0
/** Tasks of a setup, worked on by so many workers at once that share a folder of programs. */
async function work(setup: Setup, tasks: number, workers: number, engine = standIn()) {
  const jobId = `j${++jobs}`
  const point = flukaPoint(engine, setup, `jobs/${jobId}/`)
  const queue = memoryQueue({ clock: Date.now })
  const all = flukaTasks(point, tasks, 200)
  await queue.open(jobId, { leaseMs: 60_000, maxAttempts: 3, generation: 1 }, all)
  const place = mkdtempSync(path.join(root, 'workers-'))
  const buildFolder = path.join(place, 'built')
  await Promise.all(
    Array.from({ length: workers }, (_, number) => {
      const scratchFolder = path.join(place, `worker${number}`)
      mkdirSync(scratchFolder)
      return runWorker({
        queue,
        storage,
        jobId,
        workerId: `w${number}`,
        engines: [engine],
        engineModule: new URL('../../src/main/engines.ts', import.meta.url).href,
        scratchFolder,
        buildFolder,
        clock: Date.now,
        log: () => undefined,
      })
    }),
  )
  const reports = (await queue.reports(jobId, 100)).toSorted((a, b) => a.task - b.task)
  const logs = await Promise.all(
    reports.map(async (report) => {
      const key = report.kind === 'finished' ? report.objectKey.replace('.tally', '.log') : report.logKey
      return key === null ? '' : Buffer.from((await storage.get(key))!).toString()
    }),
  )
  const kept = !existsSync(buildFolder) ? [] : readdirSync(buildFolder, { recursive: true, encoding: 'utf8' })
  return { reports, logs, programs: kept.filter((name) => /program-/.test(name)), point }
}

describeWith([GFORTRAN], 'routines of a template', () => {
  it('are compiled once for all tasks and workers; their digest goes with the sums', async () => {
    const { reports, logs, programs, point } = await work(setupWith(COMSCW, WEIGHTS), 6, 2)
    expect(reports.map(({ kind }) => kind)).toEqual(Array(6).fill('finished'))
    expect(programs).toHaveLength(1)
    expect(programs[0]).toContain(routinesDigest([COMSCW, WEIGHTS]))
    expect(logs.filter((log) => log.includes('was made for this task'))).toHaveLength(1)
    expect(logs.filter((log) => log.includes('isolario: compiling comscw.f'))).toHaveLength(1)
    for (const log of logs) expect(log).toMatch(/the program of the sources .*; SHA-256 [0-9a-f]{64}/)
    const [first] = reports
    if (first!.kind !== 'finished') throw new Error('not finished')
    const { identity } = decodeTallyFile((await storage.get(first!.objectKey))!)
    expect(identity).toEqual(resultIdentityOf(point))
    expect(identity.routines).toBe(routinesDigest([WEIGHTS, COMSCW]))
    // The run itself says that nothing of it was run.
    const raw = Buffer.from((await storage.get(first!.objectKey.replace('.tally', '.raw.tar')))!).toString('latin1')
    expect(raw).toContain('USER ROUTINES ARE NOT RUN. THE NUMBERS ARE THOSE WITHOUT THEM.')
    expect(raw).toContain('comscw.f: compiled')
    const other = resultIdentityOf({ ...point, setup: setupWith(COMSCW) })
    expect(mergeable(identity, other)).toMatchObject({
      mergeable: false,
      reason: expect.stringMatching(/different user routines/),
    })
  })

  it('that the compiler does not take fail every task with file, line and its words, and are not tried again', async () => {
    const { reports, logs, programs } = await work(setupWith(BROKEN, WEIGHTS), 2, 1)
    expect(programs).toEqual([])
    for (const report of reports) {
      expect(report).toMatchObject({ kind: 'failed', code: 'FLUKA_ROUTINE_NOT_COMPILED', retriable: false })
      expect(report.kind === 'failed' && report.message).toMatch(
        /^STAND-IN for FLUKA did not compile the user routines: comscw\.f, line 3 \("COMSCW = = 1"\): "[^"]{8,}"/,
      )
    }
    for (const log of logs) expect(log).toMatch(/comscw\.f:3:\d+:[\s\S]*Error: /)
  })

  it('that need files of FLUKA are passed on unread, and the listing says so', async () => {
    const foreign = { ...COMSCW, text: COMSCW.text.replace('weights.inc', '(DBLPRC)').replace('WEIGHT', '= 1') }
    const { reports } = await work(setupWith(foreign), 1, 1)
    const [report] = reports
    if (report!.kind !== 'finished') throw new Error(JSON.stringify(report))
    const raw = Buffer.from((await storage.get(report!.objectKey.replace('.tally', '.raw.tar')))!).toString('latin1')
    expect(raw).toContain('comscw.f: not compiled, it needs (DBLPRC) of FLUKA')
  })

  it('are refused by a worker that does not allow them, whatever was accepted elsewhere', async () => {
    const { reports, programs } = await work(setupWith(COMSCW, WEIGHTS), 1, 1, standIn('no'))
    expect(reports).toMatchObject([{ kind: 'failed', code: 'FLUKA_ROUTINES_NOT_ALLOWED', retriable: false }])
    expect(programs).toEqual([])
    const task: EngineTask = {
      setup: setupWith(COMSCW, WEIGHTS),
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 10 }],
      seed: 1,
    }
    expect(() => standIn('no').write(task)).toThrow(/STAND-IN for FLUKA on this machine does not allow them/)
    expect(standIn('no').check(task.setup)).toMatchObject([{ code: 'FLUKA_ROUTINES_NOT_ALLOWED', severity: 'refusal' }])
    const notes = standIn()
      .check(task.setup)
      .map(({ code }) => code)
    expect(notes).toEqual(expect.arrayContaining(['FLUKA_USER_ROUTINES', 'FLUKA_STAND_IN_ROUTINES']))
  })
})

describeWith([GFORTRAN], 'the routine of the wobbled beam', () => {
  it("is put into the site's own source routine and compiled at its first use", async () => {
    // An installation of nothing but scripts: its compiler is gfortran, its library a main program with a generator.
    const folder = path.join(root, 'fluka4-4.1')
    const put = (name: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      writeFileSync(path.join(folder, name), text, { mode: 0o755 })
    }
    put('bin/rfluka', '#!/bin/sh\n"$2"\n')
    put('data/neuxsc.bin', '')
    put('bin/fff', `#!/bin/sh\nexec ${GFORTRAN.find()} -c -I${folder}/include "$1"\n`)
    put(
      'bin/ldpmqmd',
      `#!/bin/sh\n[ "$1 $2 $3" = "-m fluka -o" ] || exit 9\nout=$4\nshift 4\nexec ${GFORTRAN.find()} -o "$out" "$@" ${folder}/main.f\n`,
    )
    put('include/flkstk.inc', '      COMMON / STACK / XFLK (1), YFLK (1), NPFLKA\n      DOUBLE PRECISION XFLK, YFLK\n')
    put(
      'include/sourcm.inc',
      '      COMMON / GIVEN / WHASOU (2), XBEAM, YBEAM\n      DOUBLE PRECISION WHASOU, XBEAM, YBEAM\n',
    )
    put(
      'src/user/source.f',
      [
        '      SUBROUTINE SOURCE ( NOMORE )',
        "      INCLUDE 'flkstk.inc'",
        "      INCLUDE 'sourcm.inc'",
        '      NPFLKA = 1',
        '      XFLK   (NPFLKA) = XBEAM',
        '      YFLK   (NPFLKA) = YBEAM',
        '      END',
        '',
      ].join('\n'),
    )
    put(
      'main.f',
      [
        '      PROGRAM MAIN',
        "      INCLUDE 'flkstk.inc'",
        "      INCLUDE 'sourcm.inc'",
        '      WHASOU (1) = 0.7D0',
        '      WHASOU (2) = 1.1D0',
        "      OPEN ( UNIT = 11, FILE = 'isolario001.out' )",
        '      CALL SOURCE ( NOMORE )',
        '      END',
        '      DOUBLE PRECISION FUNCTION FLRNDM ( DUMMY )',
        '      DOUBLE PRECISION DUMMY',
        '      FLRNDM = 0.5D0',
        '      END',
        '',
      ].join('\n'),
    )
    const linker = readFileSync(path.join(folder, 'bin/ldpmqmd'), 'utf8')
    put('bin/ldpmqmd', linker.replace('-o "$out"', `-I${folder}/include -o "$out"`))
    const found = findFluka({ ISOLARIO_FLUKA: folder, ISOLARIO_FLUKA_ROUTINES: 'yes' })
    if (found.kind !== 'site') throw new Error(JSON.stringify(found))
    const engine = flukaEngine(found.site)
    const { setup } = presetById('spes-uc4-wobbled')!.document
    const fluka = {
      id: 'fluka',
      transportIons: false,
      interactionBias: 1,
      decayInEngine: false,
      template: null,
    } as const
    const task: EngineTask = {
      setup: { ...setup, engine: fluka },
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 10 }],
      seed: 1,
    }
    expect(engine.check(task.setup).filter(({ severity }) => severity === 'refusal')).toEqual([])
    const run = await runProgram({
      input: engine.write(task),
      folder: path.join(root, 'wobbled'),
      limits: { timeSeconds: 60, memoryMebibytes: 1024 },
      outputBytes: 2 ** 28,
      onLine: () => undefined,
      abandon: new AbortController().signal,
      buildFolder: path.join(root, 'wobbled-built'),
    })
    expect(run.built, `${run.ending.stdoutTail}${run.ending.stderrTail}`).toMatchObject({ ok: true })
    expect(Buffer.from(run.outputs.get('isolario001.out')!).toString()).toContain(
      'ISOLARIO SOURCE ROUTINE: isolario-wobbled-1',
    )
    const [program] = readdirSync(path.join(root, 'wobbled-built'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => /program-/.test(name),
    )
    expect(
      execFileSync('grep', ['-c', 'isolario-wobbled-1', path.join(root, 'wobbled-built', program!)]).toString(),
    ).toBe('1\n')
  })
})
