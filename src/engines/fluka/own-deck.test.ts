import { describe, expect, it } from 'vitest'
import { presetById } from '#simulation/presets.ts'
import { checkedDeck } from './check/checked-deck.ts'
import { flukaEngine } from './engine.ts'
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
