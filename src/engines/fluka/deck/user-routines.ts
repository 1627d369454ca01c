/**
 * Cards that call code which FLUKA does not bring along, and what a set of sources defines.
 *
 * FLUKA's library holds a dummy for each user routine, so a deck whose routine is missing runs, silently without it: SOURCE
 * starts every particle as BEAM says, USERWEIG multiplies by 1. That is why it is looked for before anything runs.
 * Not asked for is what FLUKA's own routine does as the card says: the standard dump of USERDUMP, the binnings by region
 * and lattice of USRBIN. Sources: FLUKA manual, chapters 7 (the cards) and 13 (user routines).
 */

import { isCompiled, type RoutineFile } from '#simulation/routines.ts'
import { type Card, numberIn, what } from './card.ts'
import { activeCards, type Deck } from './deck.ts'
import { type DeckProblem, deckProblem } from './deck-problem.ts'

/** A card that has no effect, or another one, without code. */
export interface RoutineNeed {
  readonly card: Card
  /** Number of the WHAT that asks for it; `null` where the card itself does. */
  readonly what: number | null
  /** Routines of which one must be there. */
  readonly routines: readonly string[]
  /** What FLUKA does without: the end of a sentence. */
  readonly without: string
}

/** All cards of a deck that call a user routine, in their order. */
export function routineNeeds(deck: Deck): readonly RoutineNeed[] {
  const cards = activeCards(deck)
  const otherField = cards.some(({ command }) => command === 'MGNCREAT')
  return cards.flatMap((card) => needsOf(card, otherField))
}

function needsOf(card: Card, otherField: boolean): readonly RoutineNeed[] {
  const number = (index: number): number => numberIn(what(card, index)) ?? 0
  const need = (routines: string, without: string, index: number | null = null): RoutineNeed => ({
    card,
    what: index,
    routines: routines.split(' '),
    without,
  })
  const noField = [4, 5, 6].every((index) => number(index) === 0)
  switch (card.command) {
    case 'SOURCE':
      return [
        need(
          'SOURCE',
          'starts every particle as BEAM and BEAMPOS say (the routine of the wobbled beam is there for a beam of that shape only)',
        ),
      ]
    case 'USRICALL':
      return [need('USRINI', 'does nothing')]
    case 'USROCALL':
      return [need('USROUT', 'does nothing')]
    case 'USRGCALL':
      return [need('USRGLO', 'does nothing')]
    case 'USERWEIG':
      return [
        ...weighting(number(3)).map((shift) =>
          shift
            ? need('FLDSCP', 'moves no track', 3)
            : need('FLUSCW', 'multiplies fluences, currents and yields by 1', 3),
        ),
        ...(number(5) > 0 ? [need('USRRNC', 'does nothing with residual nuclei', 5)] : []),
        ...weighting(number(6)).map((shift) =>
          shift
            ? need('ENDSCP', 'moves no deposited energy', 6)
            : need('COMSCW', 'multiplies deposited energy and stars by 1', 6),
        ),
      ]
    case 'USERDUMP':
      return number(1) >= 100 && number(4) >= 1
        ? [need('MGDRAW USDRAW', "writes nothing at collisions; the dump of FLUKA's own is not the user's", 4)]
        : []
    case 'LATTICE':
      return card.sdum.trim() === '' ? [need('LATTIC', 'has no transformation from the copy to its original')] : []
    case 'MGNFIELD':
      return noField && !otherField ? [need('MAGFLD', 'has no field: its components on the card are 0')] : []
    case 'ELCFIELD':
      return noField ? [need('ELEFLD', 'has no field: its components on the card are 0')] : []
    case 'BIASING':
      return card.sdum.trim().toUpperCase() === 'USER' ? [need('USIMBS', 'biases nothing')] : []
    default:
      return []
  }
}

/** What a number of USERWEIG calls: the weighting, and with 2 and 4 the shift too. */
const weighting = (value: number): readonly boolean[] =>
  value > 0 ? (value === 2 || value === 4 ? [false, true] : [false]) : []

/** Statements of fixed form end long before; what is longer is no source, and must not cost time. */
const LONGEST_LINE = 200
const DEFINES = /^[ \t]+(?!end\b)(?:[a-z][a-z0-9*() \t]*?[ \t]+)?(?:subroutine|function|entry)[ \t]+([a-z]\w*)/i

/** Names of the routines that a set of sources defines, in capitals. */
export function definedRoutines(files: readonly RoutineFile[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { text } of files.filter(isCompiled)) {
    for (const line of text.split(/\r\n|\n|\r/u)) {
      if (/^[*cCdD!]/u.test(line)) continue
      const name = DEFINES.exec(line.slice(0, LONGEST_LINE).replace(/!.*$/u, ''))?.[1]
      if (name !== undefined) names.add(name.toUpperCase())
    }
  }
  return names
}

/**
 * What a deck calls and nobody brings.
 * @param served names of routines that are there without the files: the wobbled beam of the platform is a SOURCE
 */
export function missingRoutines(
  deck: Deck,
  files: readonly RoutineFile[],
  served: readonly string[] = [],
): readonly DeckProblem[] {
  const there = new Set([...definedRoutines(files), ...served])
  return routineNeeds(deck)
    .filter(({ routines }) => !routines.some((name) => there.has(name)))
    .map(({ card, what: index, routines, without }) => {
      const brought =
        files.length === 0
          ? 'no source file comes with the deck'
          : `none of ${files.map(({ name }) => name).join(', ')} defines it`
      return deckProblem(
        'DECK_ROUTINE_MISSING',
        card.place,
        `It calls the user routine ${routines.join(' or ')}, and ${brought}. FLUKA alone ${without}. Add the source to the template, or take the card out.`,
        { command: card.command, ...(index === null ? {} : { what: index }) },
      )
    })
}
