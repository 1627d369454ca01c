/**
 * What can be wrong, or odd, about a deck: its text, which the reader looks at, and what it says, which the checks look at
 * (../check). One finding each, all findings at once.
 */

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
  DECK_LINE_TOO_LONG: ['error', 'a line of the geometry beyond column 132, where it is cut'],
  DECK_NOT_ASCII: ['error', 'a character that is not plain ASCII, outside of comments'],
  DECK_NUMBER_LOST: ['error', 'a number whose columns were too few for it'],
  DECK_NAME_INVALID: ['error', 'a name that is missing, too long or begins with no letter'],
  DECK_NAME_UNUSUAL: ['warning', 'a material whose name begins with no letter'],
  DECK_NAME_TWICE: ['error', 'two materials, or two detectors, of one name'],
  DECK_NAME_RESERVED: ['warning', 'a MATERIAL with the name of one that FLUKA knows already'],
  DECK_REGION_UNKNOWN: ['error', 'a card names a region that does not exist'],
  DECK_MATERIAL_UNKNOWN: ['error', 'a card names a material that does not exist, or a compound has no MATERIAL card'],
  DECK_REGION_WITHOUT_MATERIAL: ['error', 'a region without ASSIGNMA'],
  DECK_NO_BLACK_BODY: ['error', 'no region of BLCKHOLE around everything'],
  DECK_WORLD_INFINITE: ['warning', 'the black body has no end'],
  DECK_UNIT_RESERVED: ['error', "a detector writes to one of FLUKA's own units"],
  DECK_UNIT_SHARED: ['error', 'two kinds of detectors write to one file'],
  DECK_UNIT_TEXT: ['warning', 'a detector writes text, which is not merged'],
  DECK_CONTINUATION_MISSING: ['error', 'a detector without its second line'],
  DECK_RANGE_EMPTY: ['error', 'bins from a number to a smaller one, or less than one of them'],
  DECK_CARD_MISSING: ['error', 'a card without which no run is possible'],
  DECK_CARD_TWICE: ['error', 'a card that may be there once stands there twice'],
  DECK_ORDER: ['error', 'a card before one that it must follow'],
  DECK_SEED_MISSING: ['warning', 'RANDOMIZ without a seed: every run would be the same'],
  DECK_SEED_RANGE: ['error', 'a seed that FLUKA does not take'],
  DECK_PRIMARIES: ['error', 'a number of primaries that is no whole number'],
  DECK_DECAY_INCOMPLETE: ['error', 'decay is scored, and a card that it needs is missing or wrong'],
  DECK_DECAY_TIME_UNKNOWN: ['error', 'a cooling time that DCYTIMES does not give'],
  DECK_DETECTOR_UNKNOWN: ['error', 'DCYSCORE names a detector that does not exist'],
  DECK_RESIDUALS_WITHOUT_MODEL: ['error', 'residual nuclei are scored without the models that make them'],
  DECK_RESIDUALS_TOO_NARROW: ['error', 'a table of residual nuclei that does not hold those of the target'],
  DECK_ROUTINE_MISSING: ['warning', 'a card calls a user routine whose source is not there'],
  DECK_GEOMETRY_OVERLAP: ['error', 'a point that is in two regions'],
  DECK_GEOMETRY_GAP: ['error', 'a point that is in no region'],
  DECK_GEOMETRY_NOT_EVALUATED: ['warning', 'the geometry was not looked at point by point'],
  DECK_VOLUME_DIFFERS: ['error', 'a region is not the layer that it should be'],
  DECK_DIFFERS: ['error', 'what was read back is not what was asked for'],
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
