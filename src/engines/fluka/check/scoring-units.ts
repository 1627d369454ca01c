/** Check 4 of fluka.md 9.2: which detector writes into which file, and bins that hold something. */

import type { Card } from '../deck/card.ts'
import { decayTies } from '../deck/decay-ties.ts'
import { activeCards, type Deck } from '../deck/deck.ts'
import { UNIT_FIELD } from '../deck/unit-field.ts'
import { cardText, type DeckFinding, finding, numberOf } from './deck-finding.ts'

/** Detectors whose files and bins are looked at. */
const LOOKED_AT: ReadonlySet<string> = new Set(['RESNUCLE', 'USRBIN', 'USRBDX', 'USRTRACK', 'USRCOLL'])
/** Estimators that share a kind of file. */
const FILE_KIND: Readonly<Record<string, string>> = { USRCOLL: 'USRTRACK' }
/** Below this FLUKA keeps units for itself, except 11, its listing (fluka.md 2.2). */
const FIRST_FREE_UNIT = 21
const LISTING_UNIT = 11
/** WHATs of the `&` line are needed by these. */
const TWO_LINES: ReadonlySet<string> = new Set(['USRBIN'])

export function checkUnits(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const decayed: ReadonlySet<Card> = new Set(decayTies(cards).flatMap(({ detectors }) => detectors))
  const first = new Map<number, Card>()
  return cards
    .filter(({ command }) => LOOKED_AT.has(command))
    .flatMap((card): DeckFinding[] => {
      const found = [...checkRanges(card)]
      const field = UNIT_FIELD[card.command]!
      const unit = numberOf(card, field)
      if (unit === null || unit === 0) return found
      const size = Math.abs(unit)
      if (size < FIRST_FREE_UNIT && size !== LISTING_UNIT) {
        found.push(
          finding(
            'DECK_UNIT_RESERVED',
            card,
            `It writes to unit ${size}; FLUKA keeps those below ${FIRST_FREE_UNIT} for itself. Take -${FIRST_FREE_UNIT} or beyond.`,
            field,
          ),
        )
      }
      if (unit > 0) {
        found.push(
          finding(
            'DECK_UNIT_TEXT',
            card,
            `It writes text (unit ${unit}), which keeps 4 or 5 digits and is not merged. Write -${unit} for a binary file.`,
            field,
          ),
        )
      }
      const before = first.get(size)
      if (before) found.push(...shared(before, card, size, decayed))
      else first.set(size, card)
      return found
    })
}

const kindOf = (card: Card): string => FILE_KIND[card.command] ?? card.command

function shared(before: Card, card: Card, unit: number, decayed: ReadonlySet<Card>): readonly DeckFinding[] {
  if (kindOf(before) !== kindOf(card)) {
    return [
      finding(
        'DECK_UNIT_SHARED',
        card,
        `It writes to unit ${unit}, where ${cardText(before)} writes another kind of score. Give it a unit of its own.`,
      ),
    ]
  }
  if (decayed.has(before) === decayed.has(card)) return []
  return [
    finding(
      'DECK_UNIT_SHARED',
      card,
      `It and ${cardText(before)} write to unit ${unit}, and only one of them is a decay score (DCYSCORE); a file is one or the other.`,
    ),
  ]
}

/** Bins from low to high, at least one of each kind. */
function checkRanges(card: Card): readonly DeckFinding[] {
  const continued = card.whats.length > 6
  if (TWO_LINES.has(card.command) && !continued) {
    return [
      finding(
        'DECK_CONTINUATION_MISSING',
        card,
        `It lacks its second line (the same command with "&" in columns 71 to 78): bounds and numbers of bins.`,
      ),
    ]
  }
  if (!continued) return []
  if (card.command === 'USRBIN') return checkBins(card)
  if (card.command === 'RESNUCLE') return []
  const [high, low] = [numberOf(card, 7), numberOf(card, 8)]
  return high !== null && low !== null && high !== 0 && low >= high ? [emptyRange(card, 'energies', low, high)] : []
}

function checkBins(card: Card): readonly DeckFinding[] {
  const type = Math.abs(numberOf(card, 1) ?? 0) % 10
  // By region the bounds are names; R-phi-Z has a centre where Cartesian meshes have the second bound.
  if (type === 2 || type === 8) return []
  const round = type === 1 || type === 7
  const axes = round ? (['R', 'Z'] as const) : (['x', 'y', 'z'] as const)
  const places = round
    ? [
        [4, 7],
        [6, 9],
      ]
    : [
        [4, 7],
        [5, 8],
        [6, 9],
      ]
  const found = places.flatMap(([highAt, lowAt], index): DeckFinding[] => {
    const [high, low] = [numberOf(card, highAt!), numberOf(card, lowAt!)]
    return high !== null && low !== null && low >= high ? [emptyRange(card, axes[index]!, low, high)] : []
  })
  for (const field of [10, 11, 12]) {
    const bins = numberOf(card, field)
    // Blank is FLUKA's default.
    if (bins === null || bins === 0 || (bins >= 1 && Number.isInteger(bins))) continue
    found.push(finding('DECK_RANGE_EMPTY', card, `${bins} bins; there must be 1 or more.`, field))
  }
  return found
}

const emptyRange = (card: Card, axis: string, low: number, high: number): DeckFinding =>
  finding('DECK_RANGE_EMPTY', card, `${axis} from ${low} to ${high} holds nothing; the first must be below the second.`)
