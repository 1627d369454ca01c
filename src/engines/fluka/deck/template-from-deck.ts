/** An existing deck becomes a template: what belongs to a task is replaced by variables, everything else stays as it is. */

import { type Card, numberIn, what } from './card.ts'
import { cardsIn, type Deck } from './deck.ts'
import { fortranNumber } from './number-field.ts'
import { type ReadDeck, readDeck } from './read-deck.ts'
import { writeDeck } from './write-deck.ts'

/** One place where a variable was put. */
export interface TemplateChange {
  /** Line of the deck. */
  readonly line: number
  readonly before: string
  readonly after: string
  /** What was done and why, for a person. */
  readonly reason: string
}

export interface TemplateFromDeck {
  readonly template: string
  readonly changes: readonly TemplateChange[]
  /** Cards that should hold a variable and could not be changed: by hand, then. */
  readonly left: readonly string[]
  readonly read: ReadDeck
}

interface Slot {
  readonly command: string
  readonly field: number
  readonly tag: string
  readonly bare: string
  readonly reason: string
  /** Only where the card is so. */
  readonly when?: (card: Card) => boolean
}

const SLOTS: readonly Slot[] = [
  {
    command: 'RANDOMIZ',
    field: 2,
    tag: '{{ seed | field }}',
    bare: '{{ seed }}.',
    reason: 'Every task has a seed of its own.',
  },
  {
    command: 'START',
    field: 1,
    tag: '{{ primaries | field }}',
    bare: '{{ primaries }}.',
    reason: 'Every task is told how many primaries to run.',
  },
]

const ENERGY: Slot = {
  command: 'BEAM',
  field: 1,
  tag: '{{ beamEnergyGeV | times: -1 | field }}',
  bare: '{{ beamEnergyGeV | times: -1 }}',
  reason: 'The energy of the beam is that of the simulation, so that it can be scanned.',
  // A momentum, or the energy of an ion by nuclear mass unit, is another number.
  when: (card) => (numberIn(what(card, 1)) ?? 0) < 0 && card.sdum.toUpperCase() !== 'HEAVYION',
}

/**
 * @param beamEnergy whether the kinetic energy on BEAM becomes a variable too: for decks that this program composed. The
 *   energy of somebody else's deck is theirs.
 */
export function templateFromDeck(text: string, options: { readonly beamEnergy?: boolean } = {}): TemplateFromDeck {
  const read = readDeck(text)
  const lines = text.split(/\r\n|\n|\r/u).map(literal)
  const changes: TemplateChange[] = []
  const left: string[] = []
  for (const slot of options.beamEnergy === true ? [...SLOTS, ENERGY] : SLOTS) {
    // In branches that are switched off as well: another #define brings them to life.
    for (const card of cardsIn(read.deck)) {
      if (card.command !== slot.command || card.place === null || card.place.file !== null) continue
      if (slot.when !== undefined && !slot.when(card)) continue
      const index = card.place.line - 1
      const before = lines[index] ?? ''
      const after = inFixed(before, card, slot) ?? inFree(before, card, slot)
      if (after === null) {
        left.push(
          `Line ${card.place.line}, ${slot.command}: write ${slot.tag} into WHAT(${slot.field}). ${slot.reason}`,
        )
        continue
      }
      lines[index] = after
      changes.push({ line: card.place.line, before, after, reason: slot.reason })
    }
  }
  return { template: lines.join('\n'), changes: changes.toSorted((a, b) => a.line - b.line), left, read }
}

/** What looks like a tag of Liquid in a deck is text. */
const literal = (line: string): string => (/\{\{|\{%/u.test(line) ? `{% raw %}${line}{% endraw %}` : line)

/** The ten columns of the field, when they hold what the card says. */
function inFixed(line: string, card: Card, slot: Slot): string | null {
  if (/\{%|\{\{/u.test(line)) return null
  const start = 10 * slot.field
  const columns = line.slice(start, start + 10)
  const remark = line.indexOf('!')
  if (remark >= 0 && remark < start + 10) return null
  if (!sameAs(columns.trim(), card, slot)) return null
  // In free form the command ends before column 11 only by chance; there is a comma then, or the second item.
  if (/[,;/\\]/u.test(line.slice(0, start)) || /\S\s+\S/u.test(line.slice(0, 10))) return null
  return `${line.padEnd(start).slice(0, start)}${slot.tag}${line.slice(start + 10)}`
}

function inFree(line: string, card: Card, slot: Slot): string | null {
  if (/\{%|\{\{/u.test(line)) return null
  const match = /^\s*(\S+?)\s*[,;]\s*([\s\S]*)$/u.exec(line)
  if (match === null) return null
  const items = (match[2] ?? '').split(',')
  while (items.length < slot.field) items.push(' ')
  const item = items[slot.field - 1] ?? ''
  if (!sameAs(item.trim(), card, slot)) return null
  items[slot.field - 1] = `${slot.field === 1 ? '' : ' '}${slot.bare}`
  return `${match[1]}, ${items.join(',')}`
}

/** Whether a piece of the line is the field that was read there: number, name or nothing. */
function sameAs(text: string, card: Card, slot: Slot): boolean {
  const field = what(card, slot.field)
  if (field.kind === 'blank') return text === ''
  if (field.kind === 'number') return fortranNumber(text) === field.value
  return field.kind === 'name' ? text === field.name : text === field.text
}

/**
 * The platform's own template of a deck that it composed: what an expert copies and edits, and what an edited template is
 * compared with (engines/engine/line-diff.ts).
 */
export function platformTemplate(composed: Deck): string {
  const { template } = templateFromDeck(writeDeck(composed).text, { beamEnergy: true })
  const lines = template.split('\n')
  const title = lines.indexOf('TITLE')
  return title < 0 ? template : lines.with(title + 1, '{{ title }}').join('\n')
}
