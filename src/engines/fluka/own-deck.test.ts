import { describe, expect, it } from 'vitest'
import { presetById } from '#simulation/presets.ts'
import { checkedDeck } from './check/checked-deck.ts'
import { flukaEngine } from './engine.ts'

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
