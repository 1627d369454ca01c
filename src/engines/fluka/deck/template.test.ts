import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { presetById, presets } from '#simulation/presets.ts'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { composeDeck } from '../compose/compose-deck.ts'
import { FLAVOURS } from '../flavour.ts'
import { type Card, what } from './card.ts'
import { activeCards, type Deck, type DeckNode } from './deck.ts'
import { readDeck } from './read-deck.ts'
import { canonicalLines } from './same-deck.ts'
import { checkDeckTemplate, type DeckTask, fillDeckTemplate } from './template.ts'
import { platformTemplate, templateFromDeck } from './template-from-deck.ts'
import { writeDeck } from './write-deck.ts'

const setup = presetById('spes-uc4')!.document.setup
const TASK: DeckTask = { seed: 123456789, primaries: 40000, title: 'a title', point: 2, setup }

const TEMPLATE = `TITLE
{{ title }}
DEFAULTS                                                              PRECISIO
BEAM      {{ beamEnergyGeV | times: -1 | field }}                                                  PROTON
GEOBEGIN                                                              COMBNAME
    0    0          {{ setup.target.layers | size }} layers
SPH out 0 0 0 1000.
RCC disc 0 0 0 0 0 {{ setup.target.layers[0].thicknessMm | divided_by: 10.0 }} 2.
END
OUT          5 +out -disc
DISC         5 +disc
END
GEOEND
ASSIGNMA    BLCKHOLE       OUT
ASSIGNMA  {{ "CARBON" | name }}      DISC
RANDOMIZ          1.{{ seed | field }}
START     {{ primaries | field }}
STOP
`
const problems = (text: string) => checkDeckTemplate(text).map((one) => `${one.code} ${one.in} ${one.message}`)

describe('a template of a deck', () => {
  it('is filled for a task, and what it makes is a deck with the seed and primaries of the task', () => {
    const filled = fillDeckTemplate(TEMPLATE, TASK)
    expect(filled.ok).toBe(true)
    if (!filled.ok) return
    const lines = filled.text.split('\n')
    expect(lines[1]).toBe('a title')
    expect(lines[3]).toBe('BEAM           -0.04                                                  PROTON')
    expect(lines.at(-4)).toBe('RANDOMIZ          1.123456789.')
    expect(lines.at(-3)).toBe('START         40000.')
    expect(lines[7]).toBe('RCC disc 0 0 0 0 0 0.02 2.')
    expect(filled.read.problems).toEqual([])
    expect(checkDeckTemplate(TEMPLATE)).toEqual([])
  })

  it('cannot get a line from a title, nor from any text of the setup', () => {
    const layers = setup.target.layers.map((layer) => ({ ...layer, name: 'x\nSTOP\r\n#include /etc/passwd' }))
    const task = { ...TASK, title: '#x\nSTOP\u2028BEAM', setup: { ...setup, target: { ...setup.target, layers } } }
    const filled = fillDeckTemplate(
      TEMPLATE.replace('{{ title }}', '{{ title }}\n* {{ setup.target.layers[0].name }}'),
      task,
    )
    expect(filled.ok && filled.text.split('\n').slice(1, 4)).toEqual([
      'x STOP BEAM',
      '* x STOP #include /etc/passwd',
      'DEFAULTS                                                              PRECISIO',
    ])
  })

  it('is told a card that is missing, with the reason', () => {
    const without = (command: string) =>
      TEMPLATE.split('\n')
        .filter((line) => !line.startsWith(command))
        .join('\n')
    expect(problems(without('RANDOMIZ'))).toEqual([
      'DECK_CARD_MISSING deck There is no RANDOMIZ card. Without it every task takes the same random numbers, so that adding tasks would repeat one result.',
    ])
    expect(problems(without('START'))[0]).toMatch(/no START card\. Without it FLUKA reads the deck and ends/u)
    expect(problems(without('BEAM'))[0]).toMatch(/no BEAM card/u)
    expect(problems(without('ASSIGNMA'))[0]).toMatch(/no ASSIGNMA card/u)
  })

  it("is told a seed or a number of primaries that is not the task's", () => {
    expect(problems(TEMPLATE.replace('{{ seed | field }}', '  54217137'))).toEqual([
      'DECK_SEED_NOT_TASKS deck card 8, line 16, RANDOMIZ: WHAT(2) is 54217137, not the seed of the task (899999999). Write {{ seed | field }} in columns 21 to 30.',
    ])
    expect(problems(TEMPLATE.replace('{{ primaries | field }}', '     1000.'))[0]).toMatch(/^DECK_PRIMARIES_NOT_TASKS/u)
    expect(problems(TEMPLATE.replace('STOP\n', 'START     {{ primaries | field }}\nSTOP\n'))[0]).toMatch(
      /^DECK_CARD_REPEATED deck card 10, line 18, START/u,
    )
  })

  it('is told what is wrong in it and in the deck that it makes', () => {
    expect(problems(TEMPLATE.replace('{{ title }}', '{{ titel }}'))[0]).toMatch(
      /^TEMPLATE_VARIABLE_UNDEFINED template line 2, column 4: There is no variable "titel"/u,
    )
    expect(problems(TEMPLATE.replace('thicknessMm', 'thickness'))[0]).toMatch(
      /^TEMPLATE_VARIABLE_UNDEFINED template line 8/u,
    )
    expect(problems(TEMPLATE.replace('+disc', '+dics'))[0]).toBe(
      'DECK_UNREADABLE deck line 11: Region DISC uses the body dics, which does not exist.',
    )
    expect(problems(TEMPLATE.replace('{{ title }}', '{{ title | field }}'))[0]).toMatch(
      /^TEMPLATE_VALUE_WRONG template line 2.*Field takes a number, not "SPES target"/u,
    )
  })
})

/** A deck with seed and primaries of the task in every RANDOMIZ and START. */
const withTask = (deck: Deck): Deck => ({
  nodes: deck.nodes.map((node): DeckNode => {
    if (node.kind !== 'card') return node
    const put = (card: Card, index: number, value: number) => ({
      ...card,
      whats: card.whats.with(index, { kind: 'number', value }),
    })
    if (node.command === 'RANDOMIZ') return put(node, 1, TASK.seed)
    return node.command === 'START' ? put(node, 0, TASK.primaries) : node
  }),
})

describe('an existing deck as a template', () => {
  it('in free form as well, with tags of Liquid in it as text', () => {
    const deck = 'FREE\nBEAM, -0.04, , , , , , PROTON\n* {{ not a tag }}\nRANDOMIZ, 1.\nSTART, 1000.\nSTOP\n'
    const made = templateFromDeck(deck, { beamEnergy: true })
    expect(made.left).toEqual([])
    expect(made.template).toBe(
      'FREE\nBEAM, {{ beamEnergyGeV | times: -1 }}, , , , , , PROTON\n{% raw %}* {{ not a tag }}{% endraw %}\n' +
        'RANDOMIZ, 1., {{ seed }}.\nSTART, {{ primaries }}.\nSTOP\n',
    )
  })

  it('says where a variable must be put by hand', () => {
    const made = templateFromDeck('START 1000.\nRANDOMIZ         1.0       1.0\nSTOP\n')
    expect(made.changes.map((one) => one.after)).toEqual(['RANDOMIZ         1.0{{ seed | field }}'])
    expect(made.left).toEqual([
      'Line 1, START: write {{ primaries | field }} into WHAT(1). Every task is told how many primaries to run.',
    ])
  })
})

describe("the platform's own template", () => {
  const choices = { transportIons: false, interactionBias: 1, decay: null } as const

  it.each(presets().flatMap(({ id }) => FLAVOURS.map((flavour) => [id, flavour] as const)))(
    'of %s for %s gives the composed deck back, letter by letter, and a scan changes the beam',
    (id, flavour) => {
      const { setup } = presetById(id)!.document
      const run = { seed: TASK.seed, primaries: TASK.primaries }
      const text = (of: typeof setup) => writeDeck(composeDeck(of, { flavour, ...choices }, run, 'a title').deck).text
      const template = platformTemplate(
        composeDeck(setup, { flavour, ...choices }, { seed: 1, primaries: 1 }, 'a title').deck,
      )
      expect(template).toContain('{{ seed | field }}')
      const filled = fillDeckTemplate(template, { ...TASK, setup })
      expect(filled.ok ? filled.text : filled.problems).toBe(text(setup))
      const faster = { ...setup, beam: { ...setup.beam, energyMeV: 57.25 } }
      const scanned = fillDeckTemplate(template, { ...TASK, setup: faster })
      const beam = scanned.ok ? activeCards(scanned.read.deck).find((one) => one.command === 'BEAM') : undefined
      expect(beam && what(beam, 1)).toEqual({ kind: 'number', value: -0.05725 })
    },
  )
})

describeWith(FLUKA_SAMPLES, 'decks of others as templates', (folder) => {
  const names = [
    'decks/EnergyDep_and_DPA.inp',
    'decks/MOLLER-hallA_water_activity.inp',
    'decks/XPRcolli.inp',
    'decks/bragg_peak.inp',
    'decks/kaon_production_target.inp',
    'decks/muons_XeLS.inp',
    'decks/nEXO_2024.inp',
    'decks/pymchelper_exfixed.inp',
    'hpge-detect/es1.inp',
    'tepc-fluka4-3.1/fwt_tepc_01.inp',
    'ucn-2017-08/ucn.inp',
    'ucn-2020-09/ucn.inp',
  ]

  it.each(names)('%s gets the seed and primaries of a task and is otherwise the same deck', (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8')
    const made = templateFromDeck(text)
    expect(made.left).toEqual([])
    const filled = fillDeckTemplate(made.template, TASK)
    expect(filled.ok ? [] : filled.problems).toEqual([])
    if (!filled.ok) return
    expect(canonicalLines(filled.read.deck)).toEqual(canonicalLines(withTask(readDeck(text).deck)))
    const start = activeCards(filled.read.deck).find((card) => card.command === 'START')
    expect(start && what(start, 1)).toEqual({ kind: 'number', value: TASK.primaries })
  })
})
