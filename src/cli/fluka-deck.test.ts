import { describe, expect, it } from 'vitest'
import { presetById } from '#simulation/presets.ts'
import { type FakeContext, fakeContext } from '#test/cli/fake-context.ts'
import { runCli } from './program.ts'

interface Files extends FakeContext {
  readonly written: Map<string, string>
}

function withFiles(files: Readonly<Record<string, string>> = {}): Files {
  const written = new Map<string, string>()
  const context = fakeContext({
    readText: (name) =>
      name in files
        ? Promise.resolve(files[name]!)
        : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    writeText: (name, text) => {
      written.set(name, text)
      return Promise.resolve()
    },
  })
  return { ...context, written }
}

const document = (setup: object): string => {
  const { document: preset } = presetById('spes-uc4')!
  return JSON.stringify({ ...preset, setup: { ...preset.setup, ...setup } })
}

describe('isolario fluka deck', () => {
  it('prints the deck of a preset, and what FLUKA is told otherwise', async () => {
    const context = withFiles()
    const args = ['fluka', 'deck', '--preset', 'spes-uc4', '--flavour', 'infn', '--seed', '42', '--primaries', '5000']
    expect(await runCli(context, args)).toBe(0)
    expect(context.printed.out).toMatch(/^TITLE\nSPES UC4 target, 40 MeV protons\nDEFAULTS +PRECISIO\n/)
    expect(context.printed.out).toMatch(/^RANDOMIZ +1\. +42\.\nSTART +5000\.\nSTOP\n$/m)
    expect(context.printed.err).toMatch(/^note: setup\.target\.layers\.1\.material: .* 234U/m)
  })

  it('writes a file, with decay where the document asks FLUKA for it', async () => {
    const asked = document({ engine: { id: 'fluka', decayInEngine: true, transportIons: true } })
    const context = withFiles({ 'a.json': asked })
    expect(await runCli(context, ['fluka', 'deck', 'a.json', '-o', 'a.inp'])).toBe(0)
    expect(context.printed.out).toBe('')
    const deck = context.written.get('a.inp')!
    // 200 uA for 5 days; the end of irradiation alone, since there is no cooling.
    // 1.248302E15 protons a second, with as many digits as ten columns hold.
    expect(deck).toMatch(/^IRRPROFI +432000\.1248302\.E9$/m)
    expect(deck).toMatch(/^DCYTIMES +0\.0$/m)
    expect(deck).toMatch(/^IONTRANS +-2\.$/m)
  })

  it('says which routine a wobbled beam needs, and what FLUKA cannot be told at all', async () => {
    const context = withFiles()
    expect(await runCli(context, ['fluka', 'deck', 'spes-uc4-wobbled'])).toBe(0)
    expect(context.printed.err).toContain('isolario-wobbled-1')
    expect(context.printed.out).toMatch(/^SOURCE +0\.7 +1\.1$/m)
    const { beam } = presetById('spes-uc4-wobbled')!.document.setup
    const refused = withFiles({ 'a.json': document({ beam: { ...beam, energySpreadMeV: 0.1 } }) })
    expect(await runCli(refused, ['fluka', 'deck', 'a.json'])).toBe(2)
    expect(refused.printed.err).toContain('setup.beam.energySpreadMeV')
    expect(refused.printed.out).toBe('')
  })

  it('takes one document, and numbers that FLUKA takes', async () => {
    expect(await runCli(withFiles(), ['fluka', 'deck', 'spes-uc4', '--preset', 'spes-uc4'])).toBe(2)
    expect(await runCli(withFiles(), ['fluka', 'deck', '--seed', '900000000'])).toBe(2)
    expect(await runCli(withFiles(), ['fluka', 'deck', '--primaries', '0'])).toBe(2)
  })
})

describe('isolario fluka check', () => {
  const deckOf = async (): Promise<string> => {
    const context = withFiles()
    await runCli(context, ['fluka', 'deck', 'spes-uc4'])
    return context.printed.out
  }

  it('finds nothing in a deck of ours', async () => {
    const context = withFiles({ 'a.inp': await deckOf() })
    expect(await runCli(context, ['fluka', 'check', 'a.inp'])).toBe(0)
    expect(context.printed.out).toBe('a.inp: nothing found.\n')
  })

  it('names every problem with line, card and what to do, in the order of the text', async () => {
    const broken = (await deckOf())
      .replace('UC4     DISC3', 'UC4     DISC9')
      .replace(/^PHYSICS +3\. +EVAPORAT$/m, `PHYSICS${'240.'.padStart(13)}${' '.repeat(50)}EVAPORAT`)
      .replace(/^(RANDOMIZ +1\.).*$/m, '$1')
    const context = withFiles({ 'a.inp': broken })
    expect(await runCli(context, ['fluka', 'check', 'a.inp'])).toBe(1)
    const lines = context.printed.out.trim().split('\n')
    const line = broken.split('\n').findIndex((text) => text.startsWith('DISC3 ')) + 1
    expect(lines[0]).toMatch(
      new RegExp(`^error DECK_REGION_WITHOUT_MATERIAL: line ${line}: Region DISC3 has no material`),
    )
    expect(lines[1]).toMatch(
      /^error DECK_REGION_UNKNOWN: card \d+, line \d+, ASSIGNMA WHAT\(2\): It names the region DISC9, which does not exist\.$/,
    )
    expect(lines[2]).toMatch(/^error DECK_RESIDUALS_WITHOUT_MODEL: .*, PHYSICS EVAPORAT WHAT\(1\): It is 240; /)
    expect(lines[3]).toMatch(/^warning DECK_SEED_MISSING: .*, RANDOMIZ WHAT\(2\): /)
    expect(lines.length).toBe(4)
    expect(context.printed.err).toContain('a.inp: 3 errors, 1 warning.')
    const json = withFiles({ 'a.inp': broken })
    expect(await runCli(json, ['fluka', 'check', 'a.inp', '--json'])).toBe(1)
    const { errors, findings } = JSON.parse(json.printed.out) as { errors: number; findings: { code: string }[] }
    expect(errors).toBe(3)
    expect(findings.map(({ code }) => code)).toContain('DECK_SEED_MISSING')
  })

  it('says a warning and ends well, and says what cannot be read', async () => {
    const text = (await deckOf()).replace(/^(RANDOMIZ +1\.).*$/m, '$1')
    const context = withFiles({ 'a.inp': text })
    expect(await runCli(context, ['fluka', 'check', 'a.inp'])).toBe(0)
    expect(context.printed.out).toMatch(/a\.inp: 0 errors, 1 warning\.\n$/)
    expect(await runCli(withFiles(), ['fluka', 'check', 'nothing.inp'])).toBe(2)
  })
})

describe('isolario fluka routine', () => {
  const TEMPLATE = [
    '      SUBROUTINE SOURCE ( NOMORE )',
    "      INCLUDE '(FLKSTK)'",
    '      XFLK   (NPFLKA) = XBEAM',
    '      YFLK   (NPFLKA) = YBEAM',
    '      END',
    '',
  ].join('\n')
  const args = (flavour: string): string[] => [
    'fluka',
    'routine',
    '--flavour',
    flavour,
    '--template',
    'source.f',
    '-o',
    'out/',
  ]

  it('writes the file and says how it is compiled, and that nobody tried', async () => {
    const context = withFiles({ 'source.f': TEMPLATE })
    expect(await runCli(context, args('infn'))).toBe(0)
    expect([...context.written.keys()]).toEqual(['out/isolario_source.f'])
    expect(context.written.get('out/isolario_source.f')).toContain('CALL ISOWOB')
    expect(context.printed.out).toMatch(/ldpm3qmd isolario_source\.f/)
    expect(context.printed.out).toMatch(/Unproven/)
  })

  it('refuses another text, and another flavour', async () => {
    const context = withFiles({ 'source.f': TEMPLATE })
    expect(await runCli(context, args('cern4'))).toBe(2)
    expect(context.printed.err).toContain('INFN')
    expect(await runCli(withFiles({ 'source.f': 'nothing' }), args('infn'))).toBe(2)
    expect(await runCli(withFiles(), args('infn'))).toBe(2)
    expect(await runCli(context, ['fluka', 'routine', '-o', 'x'])).toBe(2)
    expect(context.written.size).toBe(0)
  })
})
