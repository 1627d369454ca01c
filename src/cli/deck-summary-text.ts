/** A deck of FLUKA for people: what `isolario fluka inspect` prints. */

import { problemText } from '#engines/fluka/deck/deck-problem.ts'
import type { DeckSummary } from '#engines/fluka/deck/inspect.ts'
import type { MaterialSummary } from '#engines/fluka/deck/inspect-materials.ts'
import type { ScorerSummary } from '#engines/fluka/deck/inspect-scorers.ts'
import { flavourLabel } from '#engines/fluka/flavour.ts'
import { columns } from './columns.ts'

/** Pieces of text, one for each section. `width`: of the terminal, in columns. */
export function* deckSummaryText(file: string, deck: DeckSummary, width: number): Generator<string> {
  const { cards, bodies, regions } = deck.counts
  yield `${file}: ${deck.title ?? 'no title'}\n${cards} cards, ${bodies} bodies, ${regions} regions\n`
  yield flavourText(deck)
  yield section('Beam', deck.beam === null ? ['No BEAM card.'] : deck.beam.words)
  yield section('Run', runLines(deck))
  yield section('Physics', [`DEFAULTS ${deck.defaults ?? '(no card)'}`, ...deck.physics])
  yield heading('Materials') + materialTable(deck.materials, width)
  yield heading('Regions') + regionTable(deck, width)
  yield heading('Scoring') + scoringTable(deck, width)
  const decay = decayLines(deck)
  if (decay.length > 0) yield section('Decay', decay)
  yield section('Problems', problemLines(deck))
}

const heading = (title: string): string => `\n${title}\n`
const section = (title: string, lines: readonly string[]): string =>
  heading(title) + lines.map((line) => `  ${line}\n`).join('')
const indented = (table: string): string => table.replace(/^(?=.)/gmu, '  ')

function flavourText({ flavour }: DeckSummary): string {
  const conflict = new Set(flavour.reasons.map((one) => one.flavour)).size > 1
  const guess =
    flavour.flavour !== null
      ? `written for ${flavourLabel[flavour.flavour]}`
      : conflict
        ? 'cannot be told: the deck holds cards of both lines of FLUKA'
        : 'either line of FLUKA: nothing in the deck belongs to one of them only'
  return section('FLUKA', [guess, ...flavour.reasons.map((one) => one.reason)])
}

function runLines(deck: DeckSummary): string[] {
  return [
    `primaries: ${deck.primaries ?? 'not a number in START, or no START'}`,
    `seed: ${deck.seed ?? 'not a number in RANDOMIZ, or no RANDOMIZ'}`,
  ]
}

function materialTable(materials: readonly MaterialSummary[], width: number): string {
  if (materials.length === 0) return '  none\n'
  const rows = materials.map((one) => [
    one.name,
    one.densityGramPerCm3 === null ? '-' : String(one.densityGramPerCm3),
    one.source === 'deck' ? 'deck' : 'FLUKA',
    composition(one),
  ])
  const heads = [{ title: 'NAME' }, { title: 'g/cm3', align: 'right' as const }, { title: 'FROM' }, { title: 'WHAT' }]
  return indented(columns(heads, rows, width - 2))
}

function composition(material: MaterialSummary): string {
  if (material.contentBy !== null) {
    const parts = material.components.map((one) => `${one.material} ${one.content}`)
    return `by ${material.contentBy}: ${parts.join(', ')}`
  }
  if (material.z === null) return material.source === 'deck' ? 'no COMPOUND card' : 'predefined'
  return `Z = ${material.z}, ${material.a === null ? 'natural' : `A = ${material.a}`}`
}

function regionTable(deck: DeckSummary, width: number): string {
  if (deck.regions.length === 0) return '  none\n'
  const rows = deck.regions.map((one) => [
    String(one.number),
    one.name,
    one.material ?? 'NOTHING ASSIGNED',
    one.decayMaterial ?? '',
  ])
  const heads = [
    { title: '#', align: 'right' as const },
    { title: 'REGION' },
    { title: 'MATERIAL' },
    { title: rows.some((row) => row[3] !== '') ? 'DURING DECAY' : '' },
  ]
  return indented(columns(heads, rows, width - 2))
}

function scoringTable(deck: DeckSummary, width: number): string {
  if (deck.scorers.length === 0) return '  nothing is scored\n'
  const rows = deck.scorers
    .toSorted((a, b) => (a.unit ?? 0) - (b.unit ?? 0))
    .map((one) => [
      one.unit === null ? '-' : String(one.unit),
      one.form ?? '-',
      one.class,
      one.name,
      coolingText(one, deck),
      one.words,
    ])
  const heads = [
    { title: 'UNIT', align: 'right' as const },
    ...['FORM', 'CLASS', 'DETECTOR', 'WHEN', 'WHAT'].map((title) => ({ title })),
  ]
  return indented(columns(heads, rows, width - 2))
}

function coolingText(scorer: ScorerSummary, deck: DeckSummary): string {
  if (scorer.coolingTimes.length === 0) return 'per primary'
  return scorer.coolingTimes
    .map((index) => {
      if (index === -1) return 'decay'
      const seconds = deck.decay.coolingSeconds[index - 1]
      return seconds === undefined ? `time ${index}?` : `${seconds} s`
    })
    .join(', ')
}

function decayLines({ decay }: DeckSummary): string[] {
  if (decay.mode === 'off' && decay.irradiation.length === 0 && decay.coolingSeconds.length === 0) return []
  const mode = {
    off: 'no RADDECAY: irradiation and cooling times have no effect',
    activation: 'activation at cooling times',
    'semi-analogue': 'each decay at a time of its own; cooling times have no effect',
  }[decay.mode]
  const irradiation = decay.irradiation.map((one) => `${one.seconds} s at ${rate(one.perSecond)} primaries/s`)
  return [
    mode,
    ...(irradiation.length === 0 ? [] : [`irradiation: ${irradiation.join(', then ')}`]),
    ...(decay.coolingSeconds.length === 0 ? [] : [`cooling times: ${decay.coolingSeconds.join(', ')} s`]),
  ]
}

/** Beams have some 1e15 particles a second: such numbers are read by their power of ten. */
const rate = (value: number): string => (value >= 1e6 ? value.toExponential() : String(value))

function problemLines(deck: DeckSummary): string[] {
  const lines = [
    ...deck.missing.map(({ command, reason }) => `no ${command} card. ${reason}`),
    ...deck.repeated.map((card) => `${card} overrides an earlier card of its kind.`),
    ...deck.problems.map((problem) => `${problem.severity}: ${problemText(problem)}`),
  ]
  return lines.length === 0 ? ['none found'] : lines
}
