import { describe, expect, it } from 'vitest'
import { documentSchema } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { scoringSchema } from '#simulation/scoring.ts'
import { checkedDeck } from './check/checked-deck.ts'
import { composeDeck } from './compose/compose-deck.ts'
import { UNITS } from './compose/manifest.ts'
import { WOBBLED_ROUTINE } from './compose/source-routine.ts'
import { platformTemplate } from './deck/template-from-deck.ts'
import { flukaEngine } from './engine.ts'
import { ownDeck } from './own-deck.ts'
import type { FlukaSite } from './site.ts'

const { setup } = presetById('spes-uc4')!.document
const choices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
const written = checkedDeck(setup, choices, { seed: 12_345, primaries: 678 }, 'a title')
/** The written deck as a template: what is a task's own stands as variables. */
const TEMPLATE = written.text
  .replace('a title', '{{ title }}')
  .replace(/^(RANDOMIZ.{12})\s*12345\./m, '$1{{ seed | field }}')
  .replace(/^(START {5}).{10}/m, '$1{{ primaries | field }}')
const site = {
  flavour: 'cern4',
  version: '4-4.1',
  label: 'FLUKA 4-4.1 (CERN)',
  standIn: false,
  routines: new Set<string>(),
  program: { program: '/opt/fluka/bin/rfluka', args: [], environment: {}, routines: new Map() },
} as const
const engine = flukaEngine(site)
const withTemplate = (text: string) => ({
  ...setup,
  engine: {
    id: 'fluka',
    transportIons: false,
    interactionBias: 1,
    decayInEngine: false,
    template: { name: 'mine', version: 3, text },
  } as const,
})
const refusals = (text: string) => engine.check(withTemplate(text)).filter(({ severity }) => severity === 'refusal')

describe("a deck of a user's template", () => {
  it('is filled for each task, and is the deck that runs', () => {
    expect(refusals(TEMPLATE)).toEqual([])
    const changed = TEMPLATE.replace('PRECISIO', 'NEW-DEFA')
    const input = engine.write({
      setup: withTemplate(changed),
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal: 4, first: 400, histories: 100 }],
      seed: 77,
    })
    const deck = String(input.files[0]!.content)
    expect(deck).toContain('NEW-DEFA')
    expect(deck).toContain('Isolario 0123456789abcdef point 0 batch 4')
    expect(deck).toMatch(/^RANDOMIZ +1\. +77\.$/m)
    expect(deck).toMatch(/^START +100\.$/m)
    expect(engine.check(withTemplate(TEMPLATE)).map(({ code }) => code)).toContain('FLUKA_OWN_DECK')
  })

  it('must score the target layers as the written deck does: they are the result', () => {
    const lines = TEMPLATE.split('\n')
    const without = lines.filter((line) => !line.includes('DISC3_Y')).join('\n')
    expect(refusals(without)).toMatchObject([
      {
        code: 'FLUKA_TEMPLATE_WRONG',
        path: 'setup.engine.template.text',
        message: expect.stringMatching(/must hold 7 .* has 6/),
      },
    ])
    const narrow = TEMPLATE.replace(/^(RESNUCLE {10}3\. {6}-25\. {7})96\./m, '$190.')
    expect(narrow).not.toBe(TEMPLATE)
    expect(refusals(narrow)[0]!.message).toMatch(/detector 1 of unit 25 .*WHAT\(3\) = 96/)
  })

  describe('is told of as it is, not as the parameters would have made it', () => {
    const codes = (text: string, changes: object = {}) => {
      const asked = withTemplate(text)
      return engine.check({ ...asked, engine: { ...asked.engine, ...changes } }).map(({ code }) => code)
    }
    const filled = (text: string, asked = setup) => {
      const own = ownDeck({ text }, { seed: 5, primaries: 10, title: 't', point: 0, setup: asked }, manifestOf(asked))
      if (!own.ok) throw new Error(own.problems.map(({ message }) => message).join(' '))
      return own
    }
    const manifestOf = (asked: typeof setup, more: object = {}) =>
      checkedDeck(asked, { ...choices, ...more }, { seed: 5, primaries: 10 }, 't').manifest
    /** A template of the deck that is written for a setup. */
    const templateOf = (asked: typeof setup, more: object = {}) =>
      platformTemplate(composeDeck(asked, { ...choices, ...more }, { seed: 5, primaries: 10 }, 't').deck)
    const card = (command: string, fields: string, sdum = '') => `${command.padEnd(10)}${fields.padEnd(60)}${sdum}\n`
    const withCard = (text: string, line: string) => text.replace(/^RANDOMIZ/m, `${line}RANDOMIZ`)

    it.each([
      ['LAM-BIAS', card('LAM-BIAS', '        0.      0.05       UC4    PROTON    PROTON', 'INEALL')],
      ['BIASING', card('BIASING', '        1.       0.5')],
      ['EMF-BIAS', card('EMF-BIAS', '        1.        0.        0.        3.', 'LPBEMF')],
      ['LOW-BIAS', card('LOW-BIAS', '       30.')],
      ['WW-THRES', card('WW-THRESh', '        1.        1.       20.')],
    ])('%s in a template makes its scores weighted', (command, line) => {
      const own = filled(withCard(TEMPLATE, line))
      expect(own.manifest.biased).toBe(true)
      expect(own.says.biasing).toEqual([expect.stringMatching(new RegExp(`^${command}.* \\(card \\d+, line \\d+\\)$`))])
      const note = engine.check(withTemplate(withCard(TEMPLATE, line))).find(({ code }) => code.endsWith('_BIASED'))
      expect(note).toMatchObject({
        code: 'FLUKA_OWN_DECK_BIASED',
        severity: 'note',
        path: 'setup.engine.template.text',
      })
      expect(note?.message).toContain(command)
    })

    it('a factor of 1 changes no weight, and a card in a branch that is switched off is none', () => {
      for (const line of [
        card('LAM-BIAS', '        0.        1.       UC4    PROTON    PROTON', 'INEALL'),
        card('BIASING', '        0.        1.        1.'),
        `#if NEVER\n${card('EMF-BIAS', '        1.', 'LPBEMF')}#endif\n`,
      ]) {
        expect(filled(withCard(TEMPLATE, line)).manifest.biased).toBe(false)
      }
    })

    it('without LAM-BIAS it is unbiased, whatever the parameters ask for', () => {
      const own = ownDeck(
        { text: TEMPLATE },
        { seed: 5, primaries: 10, title: 't', point: 0, setup },
        manifestOf(setup, { interactionBias: 20 }),
      )
      expect(own).toMatchObject({ ok: true, manifest: { biased: false } })
      expect(codes(TEMPLATE, { interactionBias: 20 })).toContain('FLUKA_OWN_DECK_UNBIASED')
      expect(codes(TEMPLATE, { interactionBias: 20 })).not.toContain('FLUKA_INTERACTIONS_BIASED')
      expect(codes(templateOf(setup, { interactionBias: 20 }), { interactionBias: 20 })).toContain(
        'FLUKA_OWN_DECK_BIASED',
      )
    })

    it('ions are moved where it has IONTRANS', () => {
      expect(codes(TEMPLATE, { transportIons: true })).toContain('FLUKA_IONS_AT_BIRTH')
      expect(codes(withCard(TEMPLATE, card('IONTRANS', '       -2.')))).not.toContain('FLUKA_IONS_AT_BIRTH')
    })

    it('a SOURCE card needs its routine before anything runs', () => {
      const text = withCard(TEMPLATE, card('SOURCE', '        1.'))
      expect(refusals(text)).toMatchObject([{ code: 'FLUKA_ROUTINE_MISSING', path: 'setup.engine.template.text' }])
      const wobbled = { ...manifestOf(setup), routine: WOBBLED_ROUTINE.name }
      const task = { seed: 5, primaries: 10, title: 't', point: 0, setup }
      expect(ownDeck({ text }, task, wobbled)).toMatchObject({ ok: true, manifest: { routine: WOBBLED_ROUTINE.name } })
      expect(ownDeck({ text: TEMPLATE }, task, wobbled)).toMatchObject({ ok: true, manifest: { routine: null } })
    })

    it('meshes and spectra are read where it scores them as asked, and missed by name where it does not', () => {
      const scoring = scoringSchema.parse({
        meshes: [{ name: 'heat', geometry: 'rz', quantity: 'energy-deposition' }],
        spectra: [{ name: 'through', estimator: 'fluence', layer: setup.target.layers[0]!.name, angleBins: 3 }],
      })
      const asked = { ...setup, scoring }
      const text = templateOf(asked)
      const same = filled(text, asked)
      expect(same.manifest.units.map(({ unit }) => unit)).toEqual([UNITS.yields, UNITS.meshes, UNITS.boundaries])
      expect(same.says.unscored).toEqual([])
      const lines = text.split('\n')
      const without = filled(lines.filter((line) => !line.startsWith('USRBIN')).join('\n'), asked)
      expect(without.manifest.units.map(({ unit }) => unit)).toEqual([UNITS.yields, UNITS.boundaries])
      expect(without.says.unscored).toEqual(['heat'])
      const name = lines
        .find((line) => line.startsWith('USRBDX'))!
        .slice(70)
        .trim()
      const decayed = filled(
        withCard(text, card('DCYSCORE', `        1.${' '.repeat(20)}${name.padStart(10)}`, 'USRBDX')),
        asked,
      )
      expect(decayed.says.unscored).toEqual(['through'])
      const filtered = filled(withCard(text, card('AUXSCORE', '        2.    PROTON')), asked)
      expect(filtered.says.unscored).toEqual(['heat'])
      const notes = engine.check({ ...withTemplate(withCard(text, card('AUXSCORE', '        2.    PROTON'))), scoring })
      expect(notes.find(({ code }) => code === 'FLUKA_OWN_DECK_SCORES')?.message).toMatch(/does not score heat as/)
    })

    it('a face that only the written deck could not count at does not stop it', () => {
      const layer = { role: 'target', material: 'UC4', densityGramPerCm3: 4, thicknessMm: 2 }
      const divided = documentSchema.parse({
        isolario: 1,
        setup: {
          ...setup,
          target: {
            layers: [
              { ...layer, name: 'a', diameterMm: 40 },
              { ...layer, name: 'b', diameterMm: 30 },
            ],
          },
          scoring: { spectra: [{ name: 'through', estimator: 'fluence', layer: 'a' }] },
          engine: { id: 'fluka' },
        },
      }).setup
      const text = templateOf({ ...divided, scoring: scoringSchema.parse({}) } as typeof setup)
      const found = engine.check({ ...divided, engine: withTemplate(text).engine })
      expect(found.filter(({ severity }) => severity === 'refusal')).toEqual([])
      expect(found.map(({ code }) => code)).toContain('FLUKA_OWN_DECK_SCORES')
    })
  })

  describe('scores nuclei per primary, or is refused with card and line before anything runs', () => {
    const card = (command: string, fields: string, sdum = '') => `${command.padEnd(10)}${fields.padEnd(60)}${sdum}\n`
    const withCard = (line: string) => TEMPLATE.replace(/^RANDOMIZ/m, `${line}RANDOMIZ`)
    const only = (text: string) => {
      const found = refusals(text)
      expect(found.length).toBeGreaterThan(0)
      expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['FLUKA_TEMPLATE_WRONG']))
      return found.map(({ message }) => message)
    }
    const score = (first: string, last = '', index = '        1.') =>
      card('DCYSCORE', `${index}${' '.repeat(20)}${first.padStart(10)}${last.padStart(10)}`, 'RESNUCLE')

    it.each([
      ['one detector by name', score('DISC3_Y'), 1],
      ['a range of names', score('DISC2_Y', 'DISC4_Y'), 3],
      ['a range of numbers', score('2.', '5.'), 4],
      ['to the last', score('DISC1_Y', '@LASTDET'), 7],
      ['the first, where none is named', score(''), 1],
      ['semi-analogue', score('DISC3_Y', '', '       -1.'), 1],
    ])('DCYSCORE: %s', (_, line, detectors) => {
      const messages = only(withCard(line))
      expect(messages).toHaveLength(detectors)
      expect(messages[0]).toMatch(
        /card \d+, line \d+, DCYSCORE: It makes the detector DISC\d_Y \(card \d+, line \d+\) score what has decayed .*nuclei per primary/,
      )
    })

    it('a DCYSCORE of other detectors is theirs', () => {
      const own = card('RESNUCLE', '        3.      -70.       96.       64.     DISC1        1.', 'MINE')
      expect(refusals(withCard(own + score('MINE')))).toEqual([])
      expect(refusals(withCard(score('MESH').replace('RESNUCLE', 'USRBIN')))).toEqual([])
    })

    it('a routine of the user, another name of the file, and other cards in it', () => {
      const routine = withCard(card('USERWEIG', `${' '.repeat(40)}        1.`))
      expect(only(routine)[0]).toMatch(/USERWEIG: WHAT\(5\) makes the detector DISC1_Y .* a routine of the user/)
      const opened = withCard(`${card('OPEN', '      -25.', 'UNKNOWN')}mine.bin\n`)
      expect(only(opened)[0]).toMatch(/card \d+, line \d+, OPEN: It gives unit 25 a file of another name/)
      const track = withCard(card('USRTRACK', '       -1.   NEUTRON      -25.     DISC1        1.       10.', 'MINE'))
      expect(only(track)[0]).toMatch(/card \d+, line \d+, USRTRACK: It writes to unit 25/)
      const text = TEMPLATE.replace(/^(RESNUCLE {10}3\.) {6}-25\./m, '$1       25.')
      expect(only(text)[0]).toMatch(/RESNUCLE: It writes text to unit 25/)
    })

    it('decays at random times are let pass with a note, because nobody could try them', () => {
      const notes = engine.check(withTemplate(withCard(card('RADDECAY', '        2.'))))
      expect(notes.find(({ code }) => code === 'FLUKA_OWN_DECK_DECAYS')?.message).toMatch(
        /RADDECAY \(card \d+, line \d+\)/,
      )
    })
  })

  it('must take seed and primaries of the task', () => {
    expect(
      refusals(written.text)
        .map(({ message }) => message)
        .join(' '),
    ).toMatch(/not the seed of the task/)
    expect(refusals(TEMPLATE.replace('{{ seed | field }}', '{{ sead | field }}'))[0]!.message).toMatch(
      /line \d+.*sead/i,
    )
  })
})

describe('a template that calls code', () => {
  const SOURCE_CARD = `${'SOURCE'.padEnd(16)}0.7       1.1\n`
  const calling = TEMPLATE.replace(/^(RANDOMIZ)/m, `${SOURCE_CARD}$1`)
  const source = { name: 'beam.f', text: '      SUBROUTINE SOURCE ( NOMORE )\n      END\n' }
  const setupOf = (text: string, ...routines: readonly { name: string; text: string }[]) => {
    const plain = withTemplate(text)
    return { ...plain, engine: { ...plain.engine, template: { ...plain.engine.template, routines: [...routines] } } }
  }
  const tools = { compile: ['/opt/fluka/bin/fff'], link: ['/opt/fluka/bin/ldpmqmd'], environment: { PATH: '/usr/bin' } }
  const wobbled = { name: 'isolario_source.f', text: '      SUBROUTINE SOURCE ( NOMORE )\n' }
  const allowing = {
    ...site,
    userRoutines: true,
    routines: new Set(['isolario-wobbled-1']),
    program: { ...site.program, workshop: { tools, wobbled } },
  }
  const codes = (setup: Parameters<typeof engine.check>[0], here: FlukaSite = allowing) =>
    flukaEngine(here)
      .check(setup)
      .filter(({ severity }) => severity === 'refusal')
      .map(({ code }) => code)
  const task = (setup: Parameters<typeof engine.check>[0]) => ({
    setup,
    stream: { jobKey: '0123456789abcdef', point: 0 },
    batches: [{ ordinal: 0, first: 0, histories: 100 }],
    seed: 77,
  })

  it('is refused before anything runs where nobody brings it, with card and line', () => {
    const [remark] = flukaEngine(allowing).check(setupOf(calling))
    expect(remark).toMatchObject({ code: 'FLUKA_ROUTINE_MISSING', severity: 'refusal' })
    expect(remark!.message).toMatch(
      /"mine": card \d+, line \d+, SOURCE: It calls the user routine SOURCE, and no source/,
    )
    expect(() => engine.write(task(setupOf(calling)))).toThrow(/calls the user routine SOURCE/)
    expect(codes(setupOf(calling, source))).toEqual([])
    const other = { name: 'mgdraw.f', text: '      SUBROUTINE MGDRAW\n      END\n' }
    expect(codes(setupOf(calling, other))).toEqual(['FLUKA_ROUTINE_MISSING'])
  })

  it('is refused where the site does not allow code, or has nothing to compile it with; the worker says the same', () => {
    const setup = setupOf(calling, source)
    expect(codes(setup, site)).toEqual(['FLUKA_ROUTINES_NOT_ALLOWED'])
    expect(() => engine.write(task(setup))).toThrow(/user routines \(beam\.f\), which are code/)
    const bare = { ...allowing, program: { ...site.program, workshop: { tools: 'There is no fff.', wobbled } } }
    expect(codes(setup, bare)).toEqual(['FLUKA_ROUTINE_TOOLS_MISSING'])
    expect(() => flukaEngine(bare).write(task(setup))).toThrow(/There is no fff/)
    // Who has no FLUKA of his own accepts what the workers elsewhere are said to allow.
    expect(codes(setup, { ...allowing, program: null })).toEqual([])
  })

  it('has its routines compiled once for FLUKA and text, and says whose they are', () => {
    const here = flukaEngine(allowing)
    const setup = setupOf(calling, source)
    const { build, args } = here.write(task(setup))
    expect(args.slice(0, 2)).toEqual(['-e', '{built program}'])
    expect(build!.key).toBe(`1.0-cern.4-4.1-b1-${here.routines!(setup)!.digest}`)
    expect(build!.files.map(({ name }) => name)).toEqual(['beam.f', 'isolario-build.sh'])
    const script = String(build!.files.at(-1)!.content)
    expect(script).toContain("'/opt/fluka/bin/fff' 'beam.f'")
    expect(script).toContain("'/opt/fluka/bin/ldpmqmd' -m fluka -o isolario_routines 'beam.o'")
    expect(here.routines!(setup)).toMatchObject({ names: ['beam.f'] })
    expect(here.routines!(setupOf(TEMPLATE))).toBeNull()
    expect(here.check(setup).find(({ code }) => code === 'FLUKA_USER_ROUTINES')?.message).toContain(
      here.routines!(setup)!.digest,
    )
    const changed = here.write(task(setupOf(calling, { ...source, text: `${source.text}*\n` }))).build!
    expect(changed.key).not.toBe(build!.key)
    const other = flukaEngine({ ...allowing, version: '4-4.2' }).write(task(setup)).build!
    expect(other.key).not.toBe(build!.key)
  })

  it('takes a SOURCE without code for the wobbled beam of the parameters, which is compiled here as well', () => {
    const beam = { ...setup.beam, shape: { kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 } } as const
    const wobbling = { ...setupOf(calling), beam }
    expect(codes(wobbling)).toEqual([])
    expect(codes(wobbling, site)).toEqual(['FLUKA_ROUTINE_MISSING'])
    const { build, args } = flukaEngine(allowing).write(task(wobbling))
    expect(build!.files[0]).toMatchObject({ name: 'isolario_source.f', content: wobbled.text })
    expect(args).toContain('{built program}')
    const byHand = new Map([['isolario-wobbled-1', '/opt/wobbled']])
    const hand = flukaEngine({ ...allowing, program: { ...allowing.program, routines: byHand } })
    expect(hand.write(task(wobbling))).toMatchObject({ args: ['-e', '/opt/wobbled', '-N0', '-M1', 'isolario.inp'] })
    // Beside a routine of the user's, both are linked into one.
    const draw = { name: 'mgdraw.f', text: '      SUBROUTINE MGDRAW\n      END\n' }
    const both = hand.write(task({ ...setupOf(calling, draw), beam })).build!
    expect(both.files.map(({ name }) => name)).toEqual(['isolario_source.f', 'mgdraw.f', 'isolario-build.sh'])
  })
})
