/** Check 6 of fluka.md 9.2: decay needs its cards, and its scores their times and detectors. */

import { activeCards, type Deck } from '../deck/deck.ts'
import { type DeckFinding, finding, nameOf, numberOf } from './deck-finding.ts'

/** DCYSCORE WHAT(1): the semi-analogue mode, which has no cooling times. */
const SEMI_ANALOGUE = -1

export function checkDecay(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const scores = cards.filter(({ command }) => command === 'DCYSCORE')
  if (scores.length === 0) return []
  const times = cards
    .filter(({ command }) => command === 'DCYTIMES')
    .flatMap(({ whats }) => whats)
    .filter((field) => field.kind !== 'blank').length
  const timed = scores.some((score) => numberOf(score, 1) !== SEMI_ANALOGUE)
  const missing = [
    ...(cards.some(({ command }) => command === 'RADDECAY') ? [] : ['RADDECAY']),
    ...(timed && !cards.some(({ command }) => command === 'IRRPROFI') ? ['IRRPROFI'] : []),
    ...(timed && times === 0 ? ['DCYTIMES'] : []),
  ]
  const detectors = new Set(cards.map(({ command, sdum }) => `${command} ${sdum}`))
  return [
    ...missing.map((command) =>
      finding('DECK_DECAY_INCOMPLETE', scores[0]!, `It scores decay, and the deck has no ${command} card.`),
    ),
    ...cards.filter(({ command }) => command === 'IRRPROFI').flatMap(intensities),
    ...scores.flatMap((score): DeckFinding[] => {
      const index = numberOf(score, 1)
      const found: DeckFinding[] = []
      if (index !== null && index !== SEMI_ANALOGUE && (index < 1 || index > times || !Number.isInteger(index))) {
        found.push(
          finding('DECK_DECAY_TIME_UNKNOWN', score, `It asks for cooling time ${index}; DCYTIMES gives ${times}.`, 1),
        )
      }
      for (const field of [4, 5]) {
        const name = nameOf(score, field)
        if (name === null || name.startsWith('@') || detectors.has(`${score.sdum} ${name}`)) continue
        found.push(
          finding(
            'DECK_DETECTOR_UNKNOWN',
            score,
            `It names the detector ${name}, and no ${score.sdum} card has it.`,
            field,
          ),
        )
      }
      return found
    }),
  ]
}

/** Pairs of duration and intensity; an intensity below zero is no beam, a duration below zero deletes what came before. */
function intensities(card: Parameters<typeof numberOf>[0]): readonly DeckFinding[] {
  return [2, 4, 6].flatMap((field) => {
    const value = numberOf(card, field)
    return value !== null && value < 0
      ? [finding('DECK_DECAY_INCOMPLETE', card, `An intensity per second is ${value}.`, field)]
      : []
  })
}
