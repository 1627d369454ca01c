import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BUILT_PROGRAM, type ProgramBuild } from '#engines/engine/engine.ts'
import { runProgram } from './program-run.ts'

const root = mkdtempSync(path.join(tmpdir(), 'isolario-build-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let runs = 0
/** Makes a program that says `word`; each making leaves a line in the file `made`. */
const buildOf = (made: string, word = 'hello', script = ''): ProgramBuild => ({
  key: `test-${word}`,
  files: [
    { name: 'source.txt', content: `#!/bin/sh\necho ${word} "$@" > said\n` },
    {
      name: 'make.sh',
      content: `echo making\necho made >> ${made}\n${script}\ncp source.txt program\nchmod +x program\n`,
    },
  ],
  program: '/bin/sh',
  args: ['make.sh'],
  environment: { PATH: '/usr/bin:/bin' },
  output: 'program',
  timeSeconds: 20,
})
const run = (build: ProgramBuild, buildFolder: string, abandon = new AbortController().signal) =>
  runProgram({
    input: {
      build,
      files: [],
      program: '/bin/sh',
      args: ['-c', '"$0" "$1"', BUILT_PROGRAM, 'there'],
      environment: { PATH: '/usr/bin:/bin' },
      outputs: ['said'],
    },
    folder: path.join(root, `run${++runs}`),
    limits: { timeSeconds: 20, memoryMebibytes: 256 },
    outputBytes: 2 ** 20,
    onLine: () => undefined,
    abandon,
    buildFolder,
  })
const fresh = () => {
  const place = mkdtempSync(path.join(root, 'case-'))
  return { folder: path.join(place, 'built'), made: path.join(place, 'made') }
}
const times = (made: string) => readFileSync(made, 'utf8').trim().split('\n').length

describe('a program that is made of sources', () => {
  it('is made once, and run by all that follow', async () => {
    const { folder, made } = fresh()
    const first = await run(buildOf(made), folder)
    expect(first.built).toMatchObject({ ok: true, log: expect.stringContaining('making') })
    expect(Buffer.from(first.outputs.get('said')!).toString()).toBe('hello there\n')
    const second = await run(buildOf(made), folder)
    expect(second.built).toMatchObject({ ok: true, log: null, sha256: (first.built as { sha256: string }).sha256 })
    expect(second.ending.exitCode).toBe(0)
    expect(times(made)).toBe(1)
  })

  it('is made once by workers that ask at the same moment, and for each key apart', async () => {
    const { folder, made } = fresh()
    const slow = buildOf(made, 'slow', 'sleep 0.3')
    const all = await Promise.all([slow, slow, slow, buildOf(made, 'other')].map((build) => run(build, folder)))
    expect(all.map(({ outputs }) => Buffer.from(outputs.get('said')!).toString())).toEqual([
      'slow there\n',
      'slow there\n',
      'slow there\n',
      'other there\n',
    ])
    expect(times(made)).toBe(2)
  })

  it('is made anew when its file was damaged, cut, or made unusable', async () => {
    const { folder, made } = fresh()
    await run(buildOf(made), folder)
    const kept = path.join(folder, readdirSync(folder)[0]!)
    const program = () => path.join(kept, readdirSync(kept).find((name) => name.startsWith('program-'))!)
    const damages = [
      () => {
        chmodSync(program(), 0o700)
        writeFileSync(program(), '#!/bin/sh\necho evil > said\n')
      },
      () => {
        chmodSync(program(), 0o700)
        writeFileSync(program(), '')
      },
      () => chmodSync(program(), 0o400),
      () => {
        const name = program()
        rmSync(name)
        symlinkSync('/bin/true', name)
      },
    ]
    for (const [index, damage] of damages.entries()) {
      damage()
      const again = await run(buildOf(made), folder)
      expect(Buffer.from(again.outputs.get('said')!).toString()).toBe('hello there\n')
      expect(times(made)).toBe(index + 2)
    }
    expect(readdirSync(kept).filter((name) => /^(program|making)-/.test(name))).toHaveLength(1)
  })

  it('is not kept when making it failed; the ending is that of the making, and nothing is run', async () => {
    const { folder, made } = fresh()
    const failing = await run(buildOf(made, 'bad', 'echo "source.f:1: wrong" >&2; exit 3'), folder)
    expect(failing).toMatchObject({ built: { ok: false }, ending: { exitCode: 3 }, outputs: new Map() })
    expect(failing.ending.stderrTail).toContain('source.f:1: wrong')
    const nothing = await run({ ...buildOf(made, 'nothing'), output: 'elsewhere' }, folder)
    expect(nothing).toMatchObject({ built: { ok: false }, ending: { exitCode: 0 } })
    const slow = await run({ ...buildOf(made, 'late', 'sleep 30'), timeSeconds: 0.5 }, folder)
    expect(slow).toMatchObject({ built: { ok: false }, ending: { killedFor: 'time' } })
    for (const name of readdirSync(folder)) {
      expect(readdirSync(path.join(folder, name)).filter((one) => /^(program|making)-/.test(one))).toEqual([])
    }
  })

  it('is taken away when nobody used it for ninety days, and another one is made', async () => {
    const { folder, made } = fresh()
    const programIn = (key: string) => {
      const place = path.join(folder, readdirSync(folder).find((name) => name.startsWith(`test-${key}-`))!)
      return path.join(place, readdirSync(place).find((name) => name.startsWith('program-'))!)
    }
    for (const word of ['old', 'used']) await run(buildOf(made, word), folder)
    const longAgo = new Date(Date.now() - 91 * 24 * 3_600_000)
    for (const word of ['old', 'used']) utimesSync(programIn(word), longAgo, longAgo)
    await run(buildOf(made, 'used'), folder)
    await run(buildOf(made, 'new'), folder)
    expect(
      readdirSync(folder)
        .map((name) => name.split('-')[1])
        .sort(),
    ).toEqual(['new', 'used'])
    expect(times(made)).toBe(3)
  })

  it('is given up with its task', async () => {
    const { folder, made } = fresh()
    const controller = new AbortController()
    const running = run(buildOf(made, 'given-up', 'sleep 30'), folder, controller.signal)
    setTimeout(() => controller.abort(), 300)
    expect(await running).toMatchObject({ built: { ok: false }, ending: { killedFor: 'cancel' } })
  })

  it('is never taken from a folder that others may write to', async () => {
    const { folder, made } = fresh()
    mkdirSync(folder, { mode: 0o777 })
    chmodSync(folder, 0o777)
    await expect(run(buildOf(made), folder)).rejects.toMatchObject({ code: 'PROGRAM_FOLDER_UNSAFE' })
    const link = path.join(path.dirname(folder), 'link')
    symlinkSync(path.dirname(folder), link)
    await expect(run(buildOf(made), link)).rejects.toMatchObject({ code: 'PROGRAM_FOLDER_UNSAFE' })
  })
})
