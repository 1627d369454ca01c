import { describe, expect, test } from 'vitest'
import type { SimulationDocument } from './document.ts'
import { applyFlags } from './flags.ts'
import { documentFromLink } from './link.ts'
import { MAX_DOCUMENT_BYTES, type Parsed, parseDocument, parseDocumentText } from './parse.ts'
import { presetById } from './presets.ts'
import { PROBLEMS, type ProblemCode, WARNINGS, type WarningCode } from './problem.ts'
import { warningsOf } from './warnings.ts'

const spes = () => presetById('spes-uc4')!.document

/** The SPES document with one part replaced, as a user would have written it. */
function changed(change: (document: ReturnType<typeof loose>) => void): unknown {
  const copy = loose()
  change(copy)
  return copy
}
// biome-ignore lint/suspicious/noExplicitAny: the tests write what the types forbid.
const loose = (): any => JSON.parse(JSON.stringify(spes()))

const parsed = (change: Parameters<typeof changed>[0]) => () => parseDocument(changed(change))
const scored = (scoring: object) => parsed((d) => (d.setup.scoring = scoring))
const withRoutines = (...routines: readonly { name: string; text: string }[]) =>
  parsed((d) => {
    d.setup.engine = { id: 'fluka', template: { name: 'mine', version: 1, text: 'TITLE', routines } }
  })
const flagged = (flag: string, value: string) => () => applyFlags(spes(), [{ flag, value }])

/** One input for every code, with the path and words of the message that must be there. */
const CASES: Readonly<Record<ProblemCode, readonly [() => Parsed, path: string, words: string]>> = {
  DOCUMENT_TOO_LARGE: [
    () => parseDocumentText(' '.repeat(MAX_DOCUMENT_BYTES + 1)),
    '',
    '1048577 bytes; at most 1048576 (1 MiB)',
  ],
  DOCUMENT_NOT_JSON: [
    () => parseDocumentText('{\n  "isolario": 1,\n}'),
    '',
    'Line 3, column 1: Expected a key in double quotes',
  ],
  DOCUMENT_REPEATED_KEY: [() => parseDocumentText('{"isolario": 1, "isolario": 0}'), 'isolario', 'stands twice'],
  DOCUMENT_NOT_OBJECT: [() => parseDocument([1, 2]), '', 'this is a list of 2 entries'],
  DOCUMENT_VERSION_MISSING: [() => parseDocument({}), 'isolario', 'Add "isolario": 1'],
  DOCUMENT_VERSION_INVALID: [() => parseDocument({ isolario: '1' }), 'isolario', 'is "1"; expected the version'],
  DOCUMENT_TOO_NEW: [
    () => parseDocument({ isolario: 2 }),
    'isolario',
    'version 2; this program reads versions up to 1',
  ],
  FIELD_MISSING: [
    parsed((d) => delete d.setup.target.layers[2].material),
    'setup.target.layers.2.material',
    'is missing',
  ],
  FIELD_UNKNOWN: [parsed((d) => (d.setup.beam.energymev = 4)), 'setup.beam.energymev', 'Did you mean energyMeV?'],
  FIELD_WRONG_TYPE: [
    parsed((d) => (d.setup.beam.energyMeV = '40')),
    'setup.beam.energyMeV',
    'is "40"; expected a number',
  ],
  VALUE_TOO_SMALL: [
    parsed((d) => (d.setup.target.layers[3].thicknessMm = -0.8)),
    'setup.target.layers.3.thicknessMm',
    'is -0.8 mm; allowed: 1e-4 to 1000 mm',
  ],
  VALUE_TOO_LARGE: [parsed((d) => (d.job.goal.primaries = 1e15)), 'job.goal.primaries', 'is 1e15; allowed: 1 to 1e12'],
  VALUE_NOT_WHOLE: [parsed((d) => (d.job.goal.primaries = 0.5)), 'job.goal.primaries', 'expected a whole number'],
  VALUE_NOT_A_CHOICE: [
    parsed((d) => (d.setup.beam.shape = { kind: 'wobled' })),
    'setup.beam.shape.kind',
    'Shape (setup.beam.shape.kind) is "wobled"; expected pencil, flat, gaussian or wobbled. Did you mean wobbled?',
  ],
  TEXT_TOO_LONG: [parsed((d) => (d.name = 'x'.repeat(201))), 'name', 'has 201 characters; allowed are at most 200'],
  TEXT_NOT_ALLOWED: [
    parsed((d) => (d.setup.target.layers[0].name = 'a b')),
    'setup.target.layers.0.name',
    'Expected a letter',
  ],
  LIST_TOO_SHORT: [
    parsed((d) => (d.setup.target.layers = [])),
    'setup.target.layers',
    'has 0 entries; expected at least 1 entry',
  ],
  LIST_TOO_LONG: [
    parsed((d) => (d.job.scan = { parameter: 'setup.beam.energyMeV', values: Array(1001).fill(40) })),
    'job.scan.values',
    'has 1001 entries; expected at most 1000 entries',
  ],
  TOO_MANY_PROBLEMS: [
    parsed((d) => (d.setup.target.layers = Array(200).fill({ name: 'a', material: 3, gapMm: 'a', role: 'x' }))),
    '',
    '100 more problems are not listed',
  ],
  LAYER_NAME_REPEATED: [
    parsed((d) => (d.setup.target.layers[4].name = 'disc1')),
    'setup.target.layers.4.name',
    'Layer 5 has the name "disc1" of layer 2',
  ],
  LAYER_NAME_RESERVED: [
    parsed((d) => (d.setup.target.layers[4].name = 'total')),
    'setup.target.layers.4.name',
    'cannot be called "total"',
  ],
  LAYERS_OVERLAP: [
    () => parseDocument({ isolario: 0, beam: {}, discs: { count: 2, centresMm: [0, 0.5] } }),
    'discs.centresMm',
    'disc1 (centre 0 mm, 0.8 mm thick) and disc2 (centre 0.5 mm, 0.8 mm thick) overlap by 0.3 mm',
  ],
  DISC_COUNT_DIFFERS: [
    () => parseDocument({ isolario: 0, beam: {}, discs: { count: 3, centresMm: [0, 5] } }),
    'discs.centresMm',
    'discs.count is 3, but discs.centresMm has 2',
  ],
  TARGET_LAYER_MISSING: [
    parsed((d) => {
      for (const layer of d.setup.target.layers) layer.role = 'dump'
    }),
    'setup.target.layers',
    'No layer has the role "target"',
  ],
  MATERIAL_UNKNOWN: [
    parsed((d) => (d.setup.target.layers[1].material = 'UC3')),
    'setup.target.layers.1.material',
    'Did you mean UC',
  ],
  MATERIAL_KEY_TAKEN: [
    parsed((d) => (d.setup.target.materials = { UC4: { by: 'atoms', components: [{ of: 'U', amount: 1 }] } })),
    'setup.target.materials.UC4',
    'cannot be called "UC4"',
  ],
  MATERIAL_CYCLE: [
    parsed((d) => {
      const mix = (of: string) => ({ by: 'atoms', components: [{ of, amount: 1 }] })
      d.setup.target.materials = { one: mix('two'), two: mix('three'), three: mix('two') }
      d.setup.target.layers[1].material = 'one'
    }),
    'setup.target.materials.two',
    'two > three > two',
  ],
  COMPONENT_UNKNOWN: [
    parsed((d) => (d.setup.target.materials = { mine: { by: 'weight', components: [{ of: 'Xy', amount: 1 }] } })),
    'setup.target.materials.mine.components.0.of',
    '"Xy" is neither an element',
  ],
  COMPONENT_NOT_NATURAL: [
    parsed((d) => (d.setup.target.layers[1].material = 'Tc')),
    'setup.target.layers.1.material',
    'no natural isotopes',
  ],
  SCAN_PARAMETER_UNKNOWN: [
    parsed((d) => (d.job.scan = { parameter: 'setup.beam.energy', values: [1] })),
    'job.scan.parameter',
    'Did you mean setup.beam.energyMeV?',
  ],
  SCAN_PARAMETER_NOT_NUMBER: [
    parsed((d) => (d.job.scan = { parameter: 'setup.target.layers.1.material', values: [1] })),
    'job.scan.parameter',
    'is not a number',
  ],
  SCAN_VALUE_OUT_OF_RANGE: [
    parsed((d) => (d.job.scan = { parameter: 'setup.beam.energyMeV', values: [40, 2000] })),
    'job.scan.values.1',
    'Scan value 2000 MeV is outside the range of Energy (setup.beam.energyMeV): 1 to 1500 MeV',
  ],
  SCAN_VALUE_REPEATED: [
    parsed((d) => (d.job.scan = { parameter: 'setup.beam.energyMeV', values: [40, 40] })),
    'job.scan.values.1',
    '40 MeV stands twice',
  ],
  SCAN_TOO_MANY_PRIMARIES: [
    parsed((d) => {
      d.job.scan = { parameter: 'setup.beam.energyMeV', values: [40, 50] }
      d.job.goal.primaries = 1e12
    }),
    'job.scan.values',
    '2 scan points of 1e12 primaries are 2e12 in all; one job may have 1e12',
  ],
  GOAL_NUCLIDE_UNKNOWN: [
    parsed((d) => (d.job.goal = { kind: 'statistical-error', nuclides: ['Ag-111', 'Ag-999'] })),
    'job.goal.nuclides.1',
    'Ag-999 is not known',
  ],
  GOAL_NUCLIDE_REPEATED: [
    parsed((d) => (d.job.goal = { kind: 'statistical-error', nuclides: ['Ag-111', '111Ag'] })),
    'job.goal.nuclides.1',
    'Ag-111 stands twice',
  ],
  GOAL_OUT_OF_REACH: [
    parsed((d) => (d.job.goal = { kind: 'statistical-error', relativePercent: 0.1, maxPrimaries: 1000 })),
    'job.goal.maxPrimaries',
    'needs at least 1e6 counts, and at most 1000 primaries are allowed',
  ],
  PLAN_TOO_MANY_BATCHES: [
    parsed((d) => (d.job.batchHistories = 1)),
    'job.batchHistories',
    'Make them at least 100 histories large',
  ],
  SCORE_NAME_REPEATED: [
    scored({ meshes: [{ name: 'one' }], spectra: [{ name: 'one', layer: 'disc1' }] }),
    'setup.scoring.spectra.0.name',
    'has the name "one" of mesh 1',
  ],
  MESH_RANGE_EMPTY: [
    scored({ meshes: [{ name: 'heat', zFromMm: 20, zToMm: 20 }] }),
    'setup.scoring.meshes.0.zToMm',
    'from 20 to 20 mm; the end must lie beyond the beginning',
  ],
  MESH_OUTSIDE_WORLD: [
    scored({ meshes: [{ name: 'heat', geometry: 'xyz', xToMm: 5000 }] }),
    'setup.scoring.meshes.0.xToMm',
    'reaches x = 5000 mm; nothing is simulated further than 50 mm from the stack, here -72.5 to 72.5 mm',
  ],
  MESH_TOO_LARGE: [
    scored({ meshes: [{ name: 'heat', geometry: 'xyz', xBins: 200, yBins: 200, zBins: 200 }] }),
    'setup.scoring.meshes.0',
    'has 8e6 bins; at most 1e6 are allowed',
  ],
  SPECTRUM_LAYER_UNKNOWN: [
    scored({ spectra: [{ name: 'n', layer: 'disk1' }] }),
    'setup.scoring.spectra.0.layer',
    'Did you mean disc1?',
  ],
  SPECTRUM_RANGE_EMPTY: [
    scored({ spectra: [{ name: 'n', layer: 'disc1', energyFromMeV: 50 }] }),
    'setup.scoring.spectra.0.energyFromMeV',
    'goes from 50 to the energy of the beam, 40 MeV',
  ],
  SPECTRUM_LOG_FROM_ZERO: [
    scored({ spectra: [{ name: 'n', layer: 'disc1', energyFromMeV: 0 }] }),
    'setup.scoring.spectra.0.energyFromMeV',
    'begins at 0 MeV',
  ],
  SCORED_BINS_TOO_MANY: [
    scored({ meshes: ['a', 'b', 'c'].map((name) => ({ name, rBins: 500, zBins: 2000 })) }),
    'setup.scoring.meshes',
    'have 3e6 bins together; at most 2e6',
  ],
  ROUTINE_NAME: [
    withRoutines({ name: '../source.f', text: 'x' }),
    'setup.engine.template.routines.0.name',
    'has a path in its name',
  ],
  ROUTINE_NAME_REPEATED: [
    withRoutines({ name: 'source.f', text: 'x' }, { name: 'SOURCE.f', text: 'y' }),
    'setup.engine.template.routines.1.name',
    '"source.f" and "SOURCE.f" have one name',
  ],
  ROUTINE_EMPTY: [
    withRoutines({ name: 'a.f', text: 'x' }, { name: 'source.f', text: ' \n\t\n' }),
    'setup.engine.template.routines.1.text',
    '"source.f" is empty',
  ],
  ROUTINE_NOT_TEXT: [
    withRoutines({ name: 'source.f', text: 'x\ny\u0000' }),
    'setup.engine.template.routines.0.text',
    'line 2 holds the character U+0000',
  ],
  ROUTINES_TOO_LARGE: [
    withRoutines({ name: 'a.f', text: 'x'.repeat(100_000) }, { name: 'b.f', text: 'y'.repeat(100_000) }),
    'setup.engine.template.routines',
    'have 200000 characters together; 131072 are allowed',
  ],
  ROUTINES_WITHOUT_SOURCE: [
    withRoutines({ name: 'common.inc', text: 'x' }),
    'setup.engine.template.routines',
    'at least one must end in .f',
  ],
  FLAG_UNKNOWN: [flagged('--beam-enrgy', '40'), '--beam-enrgy', 'Did you mean --beam-energy?'],
  FLAG_REPEATED: [
    () =>
      applyFlags(spes(), [
        { flag: '--current', value: '5' },
        { flag: '--current', value: '6' },
      ]),
    '--current',
    '--current stands twice',
  ],
  FLAG_VALUE: [flagged('--beam-energy', 'forty'), '--beam-energy', 'Expected a number in MeV'],
  FLAG_UNIT: [
    flagged('--beam-energy', '40mm'),
    '--beam-energy',
    '"mm" is not a unit of this parameter. The unit is MeV',
  ],
  FLAG_NOT_IN_VARIANT: [
    () =>
      applyFlags(spes(), [
        { flag: '--goal', value: 'time' },
        { flag: '--primaries', value: '5' },
      ]),
    '--primaries',
    '--primaries belongs to goal primaries, but goal is time',
  ],
  FLAG_MEMBER_UNKNOWN: [flagged('--layer', 'disk1.thickness=1'), '--layer', 'Did you mean disc1?'],
  LINK_MALFORMED: [() => documentFromLink('?beam-energy=%zz'), '', 'two hexadecimal digits'],
  LINK_PRESET_UNKNOWN: [() => documentFromLink('preset=spes'), 'preset', 'Did you mean spes-uc4?'],
}

describe('every problem has its code, path and words', () => {
  test.each(Object.keys(PROBLEMS) as ProblemCode[])('%s', (code) => {
    const [make, path, words] = CASES[code]
    const outcome = make()
    const problem = outcome.ok ? undefined : outcome.problems.find((one) => one.code === code)
    expect(problem, outcome.ok ? 'no problem was found' : JSON.stringify(outcome.problems.slice(0, 3))).toBeDefined()
    expect(problem!.path).toBe(path)
    expect(problem!.message).toContain(words)
  })

  test('all of them come at once', () => {
    const outcome = parseDocument(
      changed((d) => {
        d.setup.beam.energyMeV = -1
        d.setup.target.layers[3].thicknessMm = 'thick'
        d.operation.currentMicroampere = 1e9
        d.extra = true
      }),
    )
    expect(!outcome.ok && outcome.problems.map(({ code }) => code)).toEqual([
      'VALUE_TOO_SMALL',
      'FIELD_WRONG_TYPE',
      'VALUE_TOO_LARGE',
      'FIELD_UNKNOWN',
    ])
    expect(!outcome.ok && outcome.problems[0]).toEqual({
      code: 'VALUE_TOO_SMALL',
      path: 'setup.beam.energyMeV',
      message: 'Energy (setup.beam.energyMeV) is -1 MeV; allowed: 1 to 1500 MeV.',
      unit: 'MeV',
      allowed: '1 to 1500 MeV',
      received: '-1',
    })
  })

  test('relations are all looked at, even when one of them fails', () => {
    const outcome = parseDocument(
      changed((d) => {
        d.setup.target.layers[4].name = 'disc1'
        d.setup.target.layers[1].material = 'nothing'
        d.job.scan = { parameter: 'setup.beam.energyMeV', values: [0] }
      }),
    )
    expect(!outcome.ok && outcome.problems.map(({ code }) => code)).toEqual([
      'LAYER_NAME_REPEATED',
      'MATERIAL_UNKNOWN',
      'SCAN_VALUE_OUT_OF_RANGE',
    ])
  })

  test('names of the language and of prototypes are no fields and no materials', () => {
    const text = `{"isolario":1,"setup":{"beam":{},"target":{"layers":[{"name":"a","material":"constructor"}],"materials":{}},"__proto__":{"x":1}}}`
    const outcome = parseDocumentText(text)
    expect(!outcome.ok && outcome.problems.map(({ code, path }) => [code, path])).toEqual([
      ['FIELD_UNKNOWN', 'setup.__proto__'],
    ])
    const material = parseDocument(changed((d) => (d.setup.target.layers[1].material = 'constructor')))
    expect(!material.ok && material.problems[0]!.code).toBe('MATERIAL_UNKNOWN')
    const scan = parseDocument(changed((d) => (d.job.scan = { parameter: 'setup.target.layers.length', values: [1] })))
    expect(!scan.ok && scan.problems[0]!.code).toBe('SCAN_PARAMETER_NOT_NUMBER')
  })

  test('numbers that JSON cannot hold are refused, not mended', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const outcome = parseDocument(changed((d) => (d.setup.beam.energyMeV = value)))
      expect(!outcome.ok && outcome.problems.map(({ code, path }) => [code, path])).toEqual([
        ['FIELD_WRONG_TYPE', 'setup.beam.energyMeV'],
      ])
    }
  })

  test('a byte order mark is skipped, and the nuclides of a goal get their canonical names', () => {
    const text = `\ufeff${JSON.stringify(changed((d) => (d.job.goal = { kind: 'statistical-error', nuclides: ['111ag', 'Sn 132'] })))}`
    const outcome = parseDocumentText(text)
    expect(outcome.ok && outcome.document.job.goal).toMatchObject({ nuclides: ['Ag-111', 'Sn-132'] })
  })
})

function warned(change: (document: ReturnType<typeof loose>) => void): SimulationDocument {
  const outcome = parseDocument(changed(change))
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems))
  return outcome.document
}

const WARNING_CASES: Readonly<Record<WarningCode, readonly [() => SimulationDocument, path: string, words: string]>> = {
  VALUE_UNUSUAL: [
    () => warned((d) => (d.setup.beam.energyMeV = 80)),
    'setup.beam.energyMeV',
    'is 80 MeV; usual: 30 to 70 MeV',
  ],
  BEAM_STOPS_EARLY: [
    () =>
      warned((d) => {
        for (const layer of d.setup.target.layers) if (layer.role === 'target') layer.thicknessMm = 1.3
      }),
    'setup.target.layers.6',
    'stops in disc6; disc7 gets no beam',
  ],
  BEAM_PASSES_DUMPS: [
    () => warned((d) => (d.setup.beam.energyMeV = 70)),
    'setup.target.layers.10',
    'leaves the last dump with about',
  ],
  BEAM_MISSES_TARGET: [
    () => presetById('spes-uc4-wobbled')!.document,
    'setup.beam.shape',
    '14.8 % of the beam passes beside',
  ],
  DENSITY_ABOVE_SOLID: [
    () => warned((d) => (d.setup.target.layers[0].densityGramPerCm3 = 4)),
    'setup.target.layers.0.densityGramPerCm3',
    '4 g/cm3 is more than graphite without any pores, 2.27 g/cm3',
  ],
  MIXTURE_UNUSED: [
    () => warned((d) => (d.setup.target.materials = { UC6: { by: 'atoms', components: [{ of: 'U', amount: 1 }] } })),
    'setup.target.materials.UC6',
    'No layer uses the mixture UC6',
  ],
  SCORE_FIELD_UNUSED: [
    () => warned((d) => (d.setup.scoring = { meshes: [{ name: 'heat', xToMm: 3 }] })),
    'setup.scoring.meshes.0.xToMm',
    'means nothing for a mesh of rz',
  ],
  MESH_BESIDE_STACK: [
    () => warned((d) => (d.setup.scoring = { meshes: [{ name: 'heat', zFromMm: 170, zToMm: 200 }] })),
    'setup.scoring.meshes.0',
    'is not in it',
  ],
  GOAL_FAR: [
    () => warned((d) => (d.job.goal = { kind: 'statistical-error', relativePercent: 0.1, maxPrimaries: 1e7 })),
    'job.goal.relativePercent',
    '0.1 % needs about 5e9 primaries',
  ],
  BEAM_OFF: [
    () => warned((d) => (d.operation.dutyCycle = 0)),
    'operation.dutyCycle',
    'never on, so every activity is zero',
  ],
  ISOMER_MEANT: [
    () => warned((d) => (d.job.goal = { kind: 'statistical-error', nuclides: ['Ag-110m'] })),
    'job.goal.nuclides.0',
    'Ag-110m2',
  ],
}

describe('every warning', () => {
  test.each(Object.keys(WARNINGS) as WarningCode[])('%s', (code) => {
    const [make, path, words] = WARNING_CASES[code]
    const warning = warningsOf(make()).find((one) => one.code === code)
    expect(warning).toBeDefined()
    expect(warning!.path).toBe(path)
    expect(warning!.message).toContain(words)
  })

  test('SPES as it is needs none', () => {
    expect(warningsOf(spes())).toEqual([])
  })
})
