import { describe, expect, test } from 'vitest'
import { applyFlags, flagDefinitions, flagsFrom } from './flags.ts'
import { presetById } from './presets.ts'
import { readNumber } from './unit-suffix.ts'

const spes = presetById('spes-uc4')!.document
function set(...words: string[]) {
  const flags = []
  for (let at = 0; at < words.length; at += 2) flags.push({ flag: words[at]!, value: words[at + 1]! })
  return applyFlags(spes, flags)
}
function document(...words: string[]) {
  const outcome = set(...words)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems))
  return outcome.document
}
function codes(...words: string[]) {
  const outcome = set(...words)
  return outcome.ok ? [] : outcome.problems.map(({ code }) => code)
}

describe('units behind numbers', () => {
  test.each([
    ['40', 'MeV', 40],
    ['40MeV', 'MeV', 40],
    ['40 MeV', 'MeV', 40],
    ['0.04GeV', 'MeV', 40],
    ['40000keV', 'MeV', 40],
    ['0.1cm', 'mm', 1],
    ['0.3cm', 'mm', 3],
    ['800um', 'mm', 0.8],
    ['800µm', 'mm', 0.8],
    ['4e-3m', 'mm', 4],
    ['4000kg/m3', 'g/cm3', 4],
    ['0.2mA', 'uA', 200],
    ['5nA', 'uA', 0.005],
    ['3%', '%', 3],
    ['1e7', null, 1e7],
    ['-2.5E+3', null, -2500],
    ['.5', null, 0.5],
  ])('%s is read in %s as %d', (text, unit, value) => {
    expect(readNumber(text, unit)).toEqual({ ok: true, value })
  })

  test.each([
    ['40mev', 'MeV', 'FLAG_UNIT'],
    ['40meV', 'MeV', 'FLAG_UNIT'],
    ['40mm', 'MeV', 'FLAG_UNIT'],
    ['120h', 'd', 'FLAG_UNIT'],
    ['5d', 'h', 'FLAG_UNIT'],
    ['1e7mm', null, 'FLAG_UNIT'],
    ['1in', 'mm', 'FLAG_UNIT'],
    ['0x10', 'mm', 'FLAG_UNIT'],
    ['', 'mm', 'FLAG_VALUE'],
    ['1,5', 'mm', 'FLAG_UNIT'],
    ['NaN', 'mm', 'FLAG_VALUE'],
    ['1e999', 'mm', 'FLAG_VALUE'],
  ])('%s is refused in %s', (text, unit, code) => {
    const read = readNumber(text, unit)
    expect(read.ok ? 'accepted' : read.code).toBe(code)
  })
})

describe('flags', () => {
  test('set parameters of every kind', () => {
    const changed = document(
      '--name',
      'a, b = "c"',
      '--beam-energy',
      '45MeV',
      '--current',
      '20',
      '--uranium-235',
      '3.5',
      '--primaries',
      '2e5',
      '--scan-parameter',
      'setup.beam.energyMeV',
      '--scan-values',
      '30, 35,40',
      '--job-key',
      '0123456789abcdef',
    )
    expect(changed.name).toBe('a, b = "c"')
    expect(changed.setup.beam.energyMeV).toBe(45)
    expect(changed.operation.currentMicroampere).toBe(20)
    expect(changed.setup.target.uranium235Percent).toBe(3.5)
    expect(changed.job).toEqual({
      goal: { kind: 'primaries', primaries: 200_000 },
      scan: { parameter: 'setup.beam.energyMeV', values: [30, 35, 40] },
      key: '0123456789abcdef',
      priority: 'normal',
      historiesPerTask: null,
      batchHistories: null,
    })
    expect(spes.setup.beam.energyMeV).toBe(40)
  })

  test('"none" empties what may be empty', () => {
    const scanned = document('--scan-parameter', 'setup.beam.energyMeV', '--scan-values', '30,40', '--uranium-235', '1')
    const emptied = applyFlags(scanned, [
      { flag: 'scan-parameter', value: 'none' },
      { flag: 'uranium-235', value: 'none' },
    ])
    expect(emptied.ok && emptied.document).toEqual(spes)
    expect(codes('--beam-energy', 'none')).toEqual(['FLAG_VALUE'])
  })

  test('a variant brings its defaults; a parameter of one variant chooses it', () => {
    expect(document('--beam-shape', 'wobbled').setup.beam.shape).toEqual({
      kind: 'wobbled',
      sigmaMm: 7,
      wobbleRadiusMm: 11,
    })
    expect(document('--beam-sigma-x', '3').setup.beam.shape).toEqual({ kind: 'gaussian', sigmaXMm: 3, sigmaYMm: 7 })
    expect(document('--goal-time', '1').job.goal).toEqual({ kind: 'time', minutes: 1, maxPrimaries: 1e9 })
    const timed = document('--max-primaries', '5e6', '--goal', 'time')
    expect(timed.job.goal).toEqual({ kind: 'time', minutes: 5, maxPrimaries: 5e6 })
    // Two kinds have a limit of primaries: the flag alone does not say which is meant.
    expect(codes('--max-primaries', '5e6')).toEqual(['FLAG_NOT_IN_VARIANT'])
    expect(codes('--beam-shape', 'flat', '--beam-sigma', '3')).toEqual(['FLAG_NOT_IN_VARIANT'])
    expect(codes('--beam-sigma', '3', '--beam-sigma-x', '3')).toEqual(['FLAG_NOT_IN_VARIANT'])
    // The choice that is there already is not a new one.
    expect(document('--beam-shape', 'flat', '--beam-radius', '12').setup.beam.shape).toEqual({
      kind: 'flat',
      radiusMm: 12,
    })
    expect(codes('--beam-shape', 'round')).toEqual(['FLAG_VALUE'])
  })

  test('layers by name, by star, and which there are', () => {
    const thick = document('--layer', 'disc*.thickness=1.0', '--layer', 'disc3.density=3', '--layer', 'window.gapMm=1')
    expect(thick.setup.target.layers.map(({ thicknessMm }) => thicknessMm)).toEqual([
      0.2, 1, 1, 1, 1, 1, 1, 1, 0.8, 0.8, 1,
    ])
    expect(thick.setup.target.layers[3]!.densityGramPerCm3).toBe(3)
    const fewer = document(
      '--layers',
      'disc2,plate,disc1',
      '--layer',
      'plate.material=Ta',
      '--layer',
      'plate.role=dump',
    )
    expect(fewer.setup.target.layers.map(({ name, role, material }) => `${name} ${role} ${material}`)).toEqual([
      'disc2 target UC4',
      'plate dump Ta',
      'disc1 target UC4',
    ])
    expect(codes('--layers', 'disc1,new')).toEqual(['FIELD_MISSING'])
    expect(codes('--layer', 'disc1.thikness=1')).toEqual(['FLAG_UNKNOWN'])
    expect(codes('--layer', 'disc1')).toEqual(['FLAG_VALUE'])
    expect(codes('--layer', 'plate*.thickness=1')).toEqual(['FLAG_MEMBER_UNKNOWN'])
    expect(codes('--layer', 'disc1.thickness=1', '--layer', 'disc1.thickness=2')).toEqual(['FLAG_REPEATED'])
    expect(codes('--layer', 'disc1.thickness=-1')).toEqual(['VALUE_TOO_SMALL'])
  })

  test('mixtures, also with dots in their names', () => {
    const mixed = document(
      '--mixtures',
      'U1.5C',
      '--mixture',
      'U1.5C.by=atoms',
      '--mixture',
      'U1.5C.components=U:1.5, C:1',
      '--layer',
      'disc*.material=U1.5C',
    )
    expect(mixed.setup.target.materials).toEqual({
      'U1.5C': {
        title: '',
        by: 'atoms',
        components: [
          { of: 'U', amount: 1.5 },
          { of: 'C', amount: 1 },
        ],
      },
    })
    expect(codes('--mixtures', 'a', '--mixture', 'a.by=atoms', '--mixture', 'a.components=U')).toEqual(['FLAG_VALUE'])
  })

  test('all problems come at once', () => {
    expect(codes('--beam-energy', 'x', '--nonsense', '1', '--layer', 'disc9.gap=1')).toEqual([
      'FLAG_UNKNOWN',
      'FLAG_VALUE',
      'FLAG_MEMBER_UNKNOWN',
    ])
  })

  test('each has a name of its own and help that says unit, range and default', () => {
    const flags = flagDefinitions()
    expect(new Set(flags.map(({ flag }) => flag)).size).toBe(flags.length)
    for (const { flag } of flags) expect(flag).toMatch(/^--[a-z][a-z0-9-]*$/)
    const energy = flags.find(({ flag }) => flag === '--beam-energy')!
    expect(energy).toMatchObject({
      argument: 'MeV',
      help: 'Kinetic energy of a beam particle. (1 to 1500 MeV; default 40)',
    })
    expect(flags.find(({ flag }) => flag === '--layer')!.help).toContain('thickness (mm)')
  })

  test('lead from one document to the other', () => {
    expect(flagsFrom(spes, spes)).toEqual([])
    const wobbled = presetById('spes-uc4-wobbled')!.document
    expect(flagsFrom({ ...wobbled, name: spes.name }, spes)).toEqual(['--beam-shape', 'wobbled'])
  })
})
