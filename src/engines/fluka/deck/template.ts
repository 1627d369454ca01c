/**
 * A deck as a template: each task fills in its own seed, primaries and point of a scan. What variables there are, how a
 * filled deck is looked at before it runs, and how an existing deck becomes a template.
 */

import {
  readTemplate,
  renderTemplate,
  type TemplateLanguage,
  type TemplateProblem,
  type TemplateValue,
  TemplateValueError,
  templateProblemText,
} from '#engines/engine/template.ts'
import type { Setup } from '#simulation/document.ts'
import { DEFAULT_PRESET, presetById } from '#simulation/presets.ts'
import { type Card, numberIn, what, whatText } from './card.ts'
import { activeCards } from './deck.ts'
import { type DeckProblem, problemText } from './deck-problem.ts'
import { DEFAULT_PRIMARIES } from './inspect.ts'
import { missingCards, repeatedCards } from './needed-cards.ts'
import { FIELD_WIDTH, fortranNumber, numberField } from './number-field.ts'
import { placeText } from './place.ts'
import { asciiLine, titleLine } from './printable.ts'
import { type ReadDeck, readDeck } from './read-deck.ts'

/** RANDOMIZ takes seeds of 1 to 900,000,000. Source: FLUKA manual, RANDOMIZ. */
export const MAX_SEED = 900_000_000

/** What a task knows when it fills a template. */
export interface DeckTask {
  /** 1 to {@link MAX_SEED}. */
  readonly seed: number
  readonly primaries: number
  readonly title: string
  /** Number of the scan point, from 0. */
  readonly point: number
  /** The setup of that point. */
  readonly setup: Setup
}

const exampleSetup = (): Setup => {
  const preset = presetById(DEFAULT_PRESET)
  if (preset === undefined) throw new Error(`The preset ${DEFAULT_PRESET} is gone.`)
  return preset.document.setup
}

const EXAMPLE: DeckTask = { seed: 54217137, primaries: 1000, title: 'SPES target', point: 0, setup: exampleSetup() }

/** Variables and filters of deck templates: for checking, for the editor's help and for the manual. */
export const DECK_TEMPLATE_LANGUAGE: TemplateLanguage = {
  variables: [
    {
      name: 'seed',
      meaning: 'Seed of the task, for WHAT(2) of RANDOMIZ; every task has another one.',
      unit: '',
      example: EXAMPLE.seed,
    },
    {
      name: 'primaries',
      meaning: 'Primaries of the task, for WHAT(1) of START.',
      unit: '',
      example: EXAMPLE.primaries,
    },
    { name: 'title', meaning: 'Title of the simulation, one line.', unit: '', example: EXAMPLE.title },
    { name: 'point', meaning: 'Number of the scan point, from 0; 0 without a scan.', unit: '', example: EXAMPLE.point },
    {
      name: 'beamEnergyGeV',
      meaning: 'Kinetic energy of a beam particle; BEAM takes it negative: {{ beamEnergyGeV | times: -1 | field }}.',
      unit: 'GeV',
      example: EXAMPLE.setup.beam.energyMeV / 1000,
    },
    {
      name: 'setup',
      meaning:
        'All parameters of the simulation at the scan point, by their names in the document: setup.beam.energyMeV, setup.target.layers[0].thicknessMm.',
      unit: 'as the name says',
      example: plain(EXAMPLE.setup),
    },
  ],
  filters: [
    {
      name: 'field',
      meaning: 'A number in ten columns, at the right edge, with a decimal point: {{ seed | field }}.',
      apply: (value) => numberField(numberOf(value, 'field')).text.padStart(FIELD_WIDTH),
    },
    {
      name: 'name',
      meaning: 'A name in ten columns, at the right edge.',
      apply(value) {
        const text = asciiLine(String(value))
        if (text.length > FIELD_WIDTH || /\s/u.test(text)) {
          throw new TemplateValueError(`name takes up to ten characters without blanks, not "${text}".`)
        }
        return text.padStart(FIELD_WIDTH)
      },
    },
  ],
}

function numberOf(value: unknown, filter: string): number {
  const number = typeof value === 'number' ? value : fortranNumber(String(value).trim())
  if (number === null || !Number.isFinite(number)) {
    throw new TemplateValueError(`${filter} takes a number, not "${asciiLine(String(value)).slice(0, 40)}".`)
  }
  return number
}

/** The setup as plain values; texts lose their line breaks, and the template itself is left out. */
function plain(value: unknown): TemplateValue {
  if (typeof value === 'string') return asciiLine(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return null
  const entries = Object.entries(value).filter(([key]) => key !== 'template')
  return Object.fromEntries(entries.map(([key, one]) => [key, plain(one)]))
}

const valuesOf = (task: DeckTask): Record<string, TemplateValue> => ({
  seed: task.seed,
  primaries: task.primaries,
  title: titleLine(task.title),
  point: task.point,
  beamEnergyGeV: task.setup.beam.energyMeV / 1000,
  setup: plain(task.setup),
})

export const DECK_TEMPLATE_PROBLEMS = {
  DECK_CARD_MISSING: 'a card that a run cannot do without',
  DECK_CARD_REPEATED: 'a card that overrides an earlier one of its kind',
  DECK_UNREADABLE: 'a line that FLUKA would stop at',
  DECK_SEED_NOT_TASKS: 'the seed of the task does not arrive in RANDOMIZ',
  DECK_PRIMARIES_NOT_TASKS: 'the primaries of the task do not arrive in START',
  DECK_ROUTINE_MISSING: 'a card calls a user routine that nobody brings',
  DECK_YIELDS_DIFFER: 'residual nuclei are not scored as in the deck that is written from the parameters',
  DECK_YIELDS_ALTERED: 'a card makes the detectors of the residual nuclei score something else than nuclei per primary',
} as const

export type DeckTemplateProblemCode = TemplateProblem['code'] | keyof typeof DECK_TEMPLATE_PROBLEMS

export interface DeckTemplateProblem {
  readonly code: DeckTemplateProblemCode
  /** `template`: line and column are those of the template; `deck`: those of the filled deck. */
  readonly in: 'template' | 'deck'
  readonly line: number | null
  readonly column: number | null
  /** With the place, for a person. */
  readonly message: string
}

export type FilledDeck =
  | { readonly ok: true; readonly text: string; readonly read: ReadDeck }
  | { readonly ok: false; readonly problems: readonly DeckTemplateProblem[] }

/** Fills a template for a task and looks at the deck: it must parse, and seed and primaries must be the task's. */
export function fillDeckTemplate(template: string, task: DeckTask): FilledDeck {
  const reading = readTemplate(template, DECK_TEMPLATE_LANGUAGE)
  if (!reading.ok) return { ok: false, problems: reading.problems.map(ofTemplate) }
  const rendering = renderTemplate(reading.template, DECK_TEMPLATE_LANGUAGE, valuesOf(task))
  if (!rendering.ok) return { ok: false, problems: rendering.problems.map(ofTemplate) }
  const read = readDeck(rendering.text)
  const problems = deckProblems(read, task)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, text: rendering.text, read }
}

/**
 * Looks at a template before there is a task: it is filled for two tasks that differ in seed and primaries, so that a number
 * that stands in the text instead of the variable is found out. `setup`: of the simulation it belongs to.
 */
export function checkDeckTemplate(template: string, setup: Setup = EXAMPLE.setup): readonly DeckTemplateProblem[] {
  const tasks = [
    { ...EXAMPLE, setup },
    { ...EXAMPLE, setup, seed: 899_999_999, primaries: 123_457 },
  ]
  for (const task of tasks) {
    const filled = fillDeckTemplate(template, task)
    if (!filled.ok) return filled.problems
  }
  return []
}

/** The deck that a template makes of the example task: for looking at it before there is one. */
export const exampleDeck = (template: string): FilledDeck => fillDeckTemplate(template, EXAMPLE)

const ofTemplate = (problem: TemplateProblem): DeckTemplateProblem => ({
  code: problem.code,
  in: 'template',
  line: problem.line,
  column: problem.column,
  message: templateProblemText(problem),
})

/** A problem of a filled deck, at a card of it where there is one. */
export function deckTemplateProblem(
  code: keyof typeof DECK_TEMPLATE_PROBLEMS,
  message: string,
  card?: Card,
): DeckTemplateProblem {
  const line = card?.place?.line ?? null
  const at = card === undefined || card.place === null ? '' : `${placeText(card.place)}, ${card.command}: `
  return { code, in: 'deck', line, column: null, message: at + message }
}

/** What a look at the filled deck found, as a problem of the template. */
export const ofFilledDeck = (code: keyof typeof DECK_TEMPLATE_PROBLEMS, problem: DeckProblem): DeckTemplateProblem => ({
  code,
  in: 'deck',
  line: problem.place?.line ?? null,
  column: null,
  message: problemText(problem),
})

function deckProblems(read: ReadDeck, task: DeckTask): DeckTemplateProblem[] {
  const unreadable = read.problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => ofFilledDeck('DECK_UNREADABLE', problem))
  const missing = missingCards(read.deck).map(({ command, reason }) =>
    deckTemplateProblem('DECK_CARD_MISSING', `There is no ${command} card. ${reason}`),
  )
  const repeated = repeatedCards(read.deck).map((card) =>
    deckTemplateProblem('DECK_CARD_REPEATED', 'It overrides an earlier one. Leave one of them.', card),
  )
  return [...unreadable, ...missing, ...repeated, ...arrivals(read, task)]
}

/** Whether what the task knows stands where FLUKA looks for it. */
function arrivals(read: ReadDeck, task: DeckTask): DeckTemplateProblem[] {
  const cards = activeCards(read.deck)
  const problems: DeckTemplateProblem[] = []
  const randomiz = cards.findLast((card) => card.command === 'RANDOMIZ')
  if (randomiz !== undefined && numberIn(what(randomiz, 2)) !== task.seed) {
    const found = whatText(what(randomiz, 2)) || 'nothing'
    const message = `WHAT(2) is ${found}, not the seed of the task (${task.seed}). Write {{ seed | field }} in columns 21 to 30.`
    problems.push(deckTemplateProblem('DECK_SEED_NOT_TASKS', message, randomiz))
  }
  const start = cards.findLast((card) => card.command === 'START')
  if (start !== undefined && numberIn(what(start, 1)) !== task.primaries) {
    const found = whatText(what(start, 1)) || `nothing, which means ${DEFAULT_PRIMARIES}`
    const message = `WHAT(1) is ${found}, not the primaries of the task (${task.primaries}). Write {{ primaries | field }} in columns 11 to 20.`
    problems.push(deckTemplateProblem('DECK_PRIMARIES_NOT_TASKS', message, start))
  }
  return problems
}
