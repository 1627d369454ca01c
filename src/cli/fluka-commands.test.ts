import { describe, expect, it } from 'vitest'
import { checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import { templateFromDeck } from '#engines/fluka/deck/template-from-deck.ts'
import { bytesInMemory } from '#engines/fluka/output/byte-source.ts'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import { presetById } from '#simulation/presets.ts'
import { type FakeContext, fakeContext } from '#test/cli/fake-context.ts'
import { madeResnuclei } from '#test/fluka/made-files.ts'
import { runCli } from './program.ts'

/** A context with files in memory. */
function withFiles(
  files: Record<string, Uint8Array | string>,
): FakeContext & { written: Map<string, Uint8Array | string> } {
  const written = new Map<string, Uint8Array | string>()
  const missing = () => Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' })
  const bytesOf = (name: string): Uint8Array => {
    const file = files[name]
    if (file === undefined) throw missing()
    return typeof file === 'string' ? new TextEncoder().encode(file) : file
  }
  const context = fakeContext({
    openBytes: (name) => {
      const bytes = bytesOf(name)
      return { ...bytesInMemory(bytes), close: () => {} }
    },
    readText: async (name) => new TextDecoder().decode(bytesOf(name)),
    writeBytes: async (name, bytes) => void written.set(name, bytes),
    writeText: async (name, text) => void written.set(name, text),
    filesOf: async (folder) => {
      const inside = Object.keys(files).filter((name) => name.startsWith(`${folder}/`))
      if (inside.length > 0) return inside.map((name) => name.slice(folder.length + 1))
      bytesOf(folder)
      return null
    },
  })
  return Object.assign(context, { written })
}

const run = (fe: number, primaries = 1000) =>
  writeFlukaFile(
    madeResnuclei((values, isomers) => {
      values[25 + 8 * 34] = fe
      isomers[4] = fe / 2
    }, primaries),
  )

describe('isolario fluka read', () => {
  it('prints header fields by their own names, nuclides with units, and what is unproven', async () => {
    const context = withFiles({ 'spes001_fort.25': run(0.5) })
    expect(await runCli(context, ['fluka', 'read', 'spes001_fort.25'])).toBe(0)
    const { out } = context.printed
    expect(out).toContain('spes001_fort.25: RESNUCLEi, of one run\n')
    expect(out).toContain('unproven on real files')
    expect(out).toContain('WEIPRI 1000  NCASE 1000  MCASE 0  NBATCH 1')
    expect(out).toContain('TIURSN DISC01  ITURSN 3  NRURSN 4  VURSNC 1  IMRHGH 17  IZRHGH 34  K -5')
    expect(out).toMatch(/26 {2}56 {2}Fe-56 {4}ground {5}.* 0\.5 {6}-\n/)
    expect(out).toMatch(/13 {2}26 {2}Al-26 {4}isomer m1 .* 0\.25 {6}-\n/)
  })

  it('prints one JSON object', async () => {
    const context = withFiles({ 'spes001_fort.25': run(0.1) })
    expect(await runCli(context, ['fluka', 'read', 'spes001_fort.25', '--json'])).toBe(0)
    expect(JSON.parse(context.printed.out)).toMatchObject({
      schema: 'isolario-fluka-file/1',
      estimator: 'RESNUCLEi',
      merged: false,
      first: { WEIPRI: 1000, length: 128 },
      irradiation: null,
      detectors: [
        {
          header: { TIURSN: 'DISC01', IZRHGH: 34 },
          unit: 'nuclei/cm3/primary',
          nuclides: [
            { state: 'ground', Z: 26, A: 56, m: 0, value: 0.1, error: null },
            { state: 'isomer', Z: 13, A: 26, m: 1, value: 0.05, error: null },
          ],
        },
      ],
    })
  })

  it('reads texts, and all output files of a folder', async () => {
    const tab = '# Detector n:     1  \nDISC01\n# A/Z Isotopes:\n   56   26  5.0000E-01   1.000\n'
    const text = withFiles({ 'spes_tab.lis': tab })
    expect(await runCli(text, ['fluka', 'read', 'spes_tab.lis', '--json'])).toBe(0)
    expect(JSON.parse(text.printed.out)).toMatchObject({
      schema: 'isolario-fluka-text/1',
      kind: 'RESNUCLEi table',
      detectors: [{ name: 'DISC01', nuclides: [{ Z: 26, A: 56, m: null, value: 0.5, error: 0.01 }] }],
    })
    const people = withFiles({ 'spes_tab.lis': tab })
    expect(await runCli(people, ['fluka', 'read', 'spes_tab.lis'])).toBe(0)
    expect(people.printed.out).toContain('Fe-56    unresolved')
    const folder = withFiles({ 'task/spes001_fort.25': run(1), 'task/spes001_fort.26': run(2), 'task/spes001.out': '' })
    expect(await runCli(folder, ['fluka', 'read', 'task', '--json'])).toBe(0)
    expect((JSON.parse(folder.printed.out) as { file: string }[]).map(({ file }) => file)).toEqual([
      'task/spes001_fort.25',
      'task/spes001_fort.26',
    ])
  })

  it('refuses a damaged file with its place and exit code 2', async () => {
    const context = withFiles({ 'a001_fort.25': run(1).subarray(0, 300), 'b/notes.txt': 'x' })
    expect(await runCli(context, ['fluka', 'read', 'a001_fort.25', '--json'])).toBe(2)
    expect(JSON.parse(context.printed.out)).toMatchObject({ error: { code: 'FLUKA_FILE_CUT' } })
    expect(context.printed.err).toContain('At record 3, byte 182')
    const folder = withFiles({
      't/a001_fort.25': run(1).subarray(0, 300),
      't/a001_fort.26': run(1),
      't/a001_fort.27': run(1, 5),
    })
    expect(await runCli(folder, ['fluka', 'read', 't'])).toBe(2)
    expect(folder.printed.err).toMatch(
      /t holds 2 files.*\n {2}t\/a001_fort\.25: .*\n {2}t\/a001_fort\.27: .*WEIPRI 1000 of the same run/,
    )
    expect(await runCli(context, ['fluka', 'read', 'nothing'])).toBe(2)
    expect(context.printed.err).toContain('nothing cannot be read')
    expect(await runCli(context, ['fluka', 'read', 'b'])).toBe(2)
    expect(context.printed.err).toContain('has no output file of FLUKA')
  })
})

describe('isolario fluka merge', () => {
  it('writes the merged file and says what is unproven', async () => {
    const context = withFiles({ 'a001_fort.25': run(1), 'b001_fort.25': run(3) })
    expect(await runCli(context, ['fluka', 'merge', 'a001_fort.25', 'b001_fort.25', '-o', 'sum.rnc'])).toBe(0)
    expect(context.printed.out).toContain('sum.rnc: RESNUCLEi, 2 runs, primaries of weight 2000, 1 detector.\n')
    expect(context.printed.out).toContain('Merging RESNUCLEi is unproven on real files')
    const merged = readFlukaFile(context.written.get('sum.rnc') as Uint8Array, 'sum.rnc')
    expect(merged).toMatchObject({ merged: true, first: { NBATCH: 2 }, detectors: [{ statistics: { total: 3 } }] })
  })

  it('writes JSON where the name says so', async () => {
    const context = withFiles({ a: run(1), b: run(3) })
    expect(await runCli(context, ['fluka', 'merge', 'a', 'b', '--output', 'sum.json'])).toBe(0)
    expect(JSON.parse(context.written.get('sum.json') as string)).toMatchObject({
      merged: true,
      detectors: [{ total: 3, nuclides: [{ value: 2, error: 0.5 }, { value: 1 }] }],
    })
  })

  it('refuses the same seeds, seen in the files beside the output', async () => {
    const ran = '       0       0       A    3039B66B0656\n'
    const context = withFiles({
      'x/a001_fort.25': run(1),
      'x/rana001': ran,
      'y/b001_fort.25': run(3),
      'y/ranb001': ran,
    })
    expect(await runCli(context, ['fluka', 'merge', 'x/a001_fort.25', 'y/b001_fort.25', '-o', 'sum.rnc'])).toBe(2)
    expect(context.printed.err).toContain('x/a001_fort.25 and y/b001_fort.25 began with the seeds 0 0 A.')
    expect(context.written.size).toBe(0)
  })

  it('refuses to write over one of its files', async () => {
    const context = withFiles({ a: run(1) })
    expect(await runCli(context, ['fluka', 'merge', 'a', '-o', 'a'])).toBe(2)
    expect(context.printed.err).toContain('is one of the files to merge')
  })
})

describe('isolario fluka with user routines', () => {
  const DECK = [
    'TITLE',
    'a deck that calls code',
    'BEAM           -0.04                                                  PROTON',
    'SOURCE           0.7       1.1',
    'RANDOMIZ          1.        1.',
    'START          1000.',
    'STOP',
    '',
  ].join('\n')
  const SOURCE = '      SUBROUTINE SOURCE ( NOMORE )\n      END\n'
  const files = { 'my.inp': DECK, 'code/source.f': SOURCE, 'code/weights.f90': 'x', 'code/empty.f': ' ' }

  it('check names the card that calls code which nobody brings, by line, and is content with the source', async () => {
    const bare = withFiles(files)
    await runCli(bare, ['fluka', 'check', 'my.inp'])
    expect(bare.printed.out).toMatch(
      /warning DECK_ROUTINE_MISSING: card 3, line 4, SOURCE: It calls the user routine SOURCE, and no source file comes/,
    )
    const with_ = withFiles(files)
    await runCli(with_, ['fluka', 'check', 'my.inp', '--routine', 'code/source.f'])
    expect(with_.printed.out).not.toContain('DECK_ROUTINE_MISSING')
    expect(with_.printed.out).toMatch(/User routines source\.f: SHA-256 [0-9a-f]{64} \(not compiled here\)/)
  })

  it('says all that is wrong with the files at once', async () => {
    const context = withFiles(files)
    const args = ['--routine', 'code/weights.f90', 'code/empty.f']
    expect(await runCli(context, ['fluka', 'check', 'my.inp', ...args])).not.toBe(0)
    expect(context.printed.err).toMatch(/free form[\s\S]*"empty\.f" is empty/)
  })

  it('template carries them in its JSON, with their digest, and checks calls', async () => {
    const context = withFiles(files)
    expect(await runCli(context, ['fluka', 'template', 'my.inp', '--routine', 'code/source.f', '--json'])).toBe(0)
    const made = JSON.parse(context.printed.out)
    expect(made).toMatchObject({
      routines: [{ name: 'source.f', text: SOURCE }],
      routinesDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const { setup } = presetById('spes-uc4')!.document
    const choices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
    const written = checkedDeck(setup, choices, { seed: 1, primaries: 1 }, 'x').text
    const mine = templateFromDeck(
      written.replace(/^RANDOMIZ/m, `USERWEIG${' '.repeat(52)}       1.0\nRANDOMIZ`),
    ).template
    const check = async (...args: readonly string[]) => {
      const here = withFiles({
        ...files,
        'mine.liquid': mine,
        'comscw.f': '      DOUBLE PRECISION FUNCTION COMSCW ( I )\n',
      })
      const code = await runCli(here, ['fluka', 'template', 'mine.liquid', '--check', ...args])
      return { code, ...here.printed }
    }
    const bare = await check()
    expect(bare.code).not.toBe(0)
    expect(bare.err).toMatch(/not ready to run[\s\S]*line \d+, USERWEIG WHAT\(6\): It calls the user routine COMSCW/)
    expect((await check('--routine', 'code/source.f')).err).toContain('none of source.f defines it')
    expect(await check('--routine', 'comscw.f')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/no problems found\.\nUser routines comscw\.f: SHA-256/),
    })
  })
})
