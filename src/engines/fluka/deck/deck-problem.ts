/** What can be wrong, or odd, about the text of a deck: one finding each, all findings at once. */

import { type Place, placeText } from './place.ts'

/**
 * One code a cause; callers compare codes, never messages. `error`: FLUKA stops, or does something else than the text says.
 * `warning`: FLUKA goes on, and what it does may not be what was meant.
 */
export const DECK_PROBLEMS = {
  DECK_EMPTY: ['error', 'the text holds no card'],
  DECK_TOO_LARGE: ['error', 'the text is larger than a deck may be'],
  TOO_MANY_PROBLEMS: ['error', 'more problems than are listed'],
  LINE_HAS_TAB: ['error', 'a tab in a line whose columns count'],
  LINE_BEYOND_80: ['warning', 'text beyond column 80, which FLUKA does not read'],
  COMMAND_UNKNOWN: ['warning', 'a command that is not known; it is kept as it is'],
  FIELD_UNREADABLE: ['error', 'a field that is neither number nor name'],
  FIELD_NOT_NUMBER: ['error', 'a name where the card takes a number'],
  NUMBER_NOT_AT_RIGHT: ['warning', 'a number without decimal point that does not end at the right edge of its field'],
  NUMBER_HAS_BLANKS: ['warning', 'a number with blanks in it'],
  ITEMS_TOO_MANY: ['error', 'more than command, six fields and text on a line of the free form'],
  CONTINUATION_WITHOUT_CARD: ['error', 'an & line that continues no card'],
  CONTINUATION_MISPLACED: ['error', 'an & outside of columns 71 to 78, where it continues nothing'],
  TITLE_MISSING: ['error', 'TITLE is the last line'],
  TITLE_IS_COMMENT: ['warning', 'the line below TITLE looks like a comment or a card and becomes the title'],
  FILE_NAME_MISSING: ['error', 'a card whose next line must be the name of a file is the last line'],
  VARIABLE_UNDEFINED: ['error', 'a $variable that no #define gives a number'],
  DIRECTIVE_UNKNOWN: ['error', 'a line with # that the preprocessor does not know'],
  DIRECTIVE_UNMATCHED: ['error', 'an #elif, #else or #endif without its #if'],
  DIRECTIVE_UNFINISHED: ['error', 'an #if without its #endif'],
  INCLUDE_MISSING: ['error', 'the text of an #include is not there'],
  INCLUDE_NESTED: ['error', 'an #include that includes itself, or too many in one another'],
  GEOMETRY_UNFINISHED: ['error', 'GEOBEGIN without its GEOEND'],
  GEOMETRY_END_MISSING: ['error', 'END is missing after the bodies or after the regions'],
  GEOMETRY_ELSEWHERE: ['warning', 'the geometry stands in another file, which was not read'],
  BODY_UNREADABLE: ['error', 'a line among the bodies that is none'],
  BODY_PARAMETERS: ['error', 'a body with too few or too many numbers'],
  BODY_REPEATED: ['error', 'two bodies of one name'],
  BODY_UNDEFINED: ['error', 'a region names a body that does not exist'],
  REGION_UNREADABLE: ['error', 'a region whose description cannot be read'],
  REGION_REPEATED: ['error', 'two regions of one name'],
  TRANSFORM_UNMATCHED: ['error', 'a $start_ without its $end_, or the other way round'],
  VOLUMES_COUNT: ['warning', 'the number of volumes is not the number of regions'],
  TEXT_AFTER_STOP: ['warning', 'cards behind STOP, which FLUKA does not read'],
  STOP_MISSING: ['warning', 'no STOP at the end'],
} as const satisfies Record<string, readonly ['error' | 'warning', string]>

export type DeckProblemCode = keyof typeof DECK_PROBLEMS

export interface DeckProblem {
  readonly code: DeckProblemCode
  readonly severity: 'error' | 'warning'
  readonly place: Place | null
  /** Command of the card, `null` outside of cards. */
  readonly command: string | null
  /** Number of the WHAT, from 1; `null` when it is not about one. */
  readonly what: number | null
  /** What was expected, what came, what to do. */
  readonly message: string
}

/** Makes a finding; the severity is the code's. */
export function deckProblem(
  code: DeckProblemCode,
  place: Place | null,
  message: string,
  where: { readonly command?: string; readonly what?: number } = {},
): DeckProblem {
  const severity = DECK_PROBLEMS[code][0]
  return { code, severity, place, command: where.command ?? null, what: where.what ?? null, message }
}

/** "card 37, line 52, ASSIGNMA WHAT(2): ..." */
export function problemText(problem: DeckProblem): string {
  const what = problem.what === null ? '' : `WHAT(${problem.what})`
  const field = [problem.command ?? '', what].filter((part) => part !== '').join(' ')
  const where = [placeText(problem.place), field].filter((part) => part !== '').join(', ')
  return where === '' ? problem.message : `${where}: ${problem.message}`
}

/** More problems than this are counted, not listed. */
export const MAX_DECK_PROBLEMS = 500

/** Cuts an overlong list and says so in a last entry. */
export function listedProblems(problems: readonly DeckProblem[]): readonly DeckProblem[] {
  if (problems.length <= MAX_DECK_PROBLEMS) return problems
  const more = problems.length - MAX_DECK_PROBLEMS
  const message = `${more} more problems are not listed. Mend these first, and see whether this is a deck at all.`
  return [...problems.slice(0, MAX_DECK_PROBLEMS), deckProblem('TOO_MANY_PROBLEMS', null, message)]
}

/** A piece of the deck as it is quoted in a message. */
export const quoted = (text: string): string => {
  const line = text.trim()
  return line.length > 50 ? `"${line.slice(0, 47)}..."` : `"${line}"`
}
