/**
 * The source routine of the wobbled beam, the one shape that BEAM cannot express: SOURCE calls it with sigma and radius in
 * WHAT(1) and WHAT(2), in cm.
 *
 * FLUKA's own routine, into which ours is put, belongs to FLUKA and is not part of Isolario. {@link withWobble} takes the
 * text of the site's copy, adds one call and our subroutine, and gives the whole back: it is written at the site, compiled
 * at the site and stays there.
 */

import type { Flavour } from '../flavour.ts'
import { ROUTINE_MARK, WOBBLE_FORTRAN } from './wobble-fortran.ts'

export const WOBBLED_ROUTINE = {
  /** Name and version, in manifests, settings and the listing of a run. */
  name: 'isolario-wobbled-1',
  /** What the routine writes into the listing. */
  mark: ROUTINE_MARK,
  /** SHA-256 of {@link WOBBLE_FORTRAN}: the name stands for this text and no other (a test holds it). */
  sha256: '2de142caa7a8ebf1b787355b4eda1765cdee4162026e07a9f990bfe367c31a9c',
} as const

/** Name of the file that {@link withWobble} makes. */
export const ROUTINE_FILE = 'isolario_source.f'
/** Name of the program that is compiled from it. */
export const ROUTINE_PROGRAM = 'isolario_wobbled'

export type RoutineErrorCode =
  | 'ROUTINE_NOT_A_TEMPLATE'
  | 'ROUTINE_OTHER_FLAVOUR'
  | 'ROUTINE_ANCHOR_MISSING'
  | 'ROUTINE_TEMPLATE_CHANGED'

/** The text that was given is not one into which the call can be put. */
export class RoutineError extends Error {
  override readonly name = 'RoutineError'
  readonly code: RoutineErrorCode
  constructor(code: RoutineErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Which of FLUKA's routines a text is. */
export type TemplateKind =
  /** `source.f` with the includes of INFN: `INCLUDE '(FLKSTK)'`. */
  | 'infn'
  /** `source.f` with those of CERN 4: `INCLUDE 'flkstk.inc'`. */
  | 'cern4'
  /** `source_newgen.f` of CERN 4: variables instead of the stack itself. */
  | 'cern4-newgen'

export interface RoutineSource {
  readonly kind: TemplateKind
  readonly text: string
  /** Line of the result where our call stands, from 1. */
  readonly callLine: number
}

const isComment = (line: string): boolean => /^[*cC!]/u.test(line) || /^\s*!/u.test(line)

/** What marks the three kinds. */
const KINDS: readonly (readonly [TemplateKind, RegExp])[] = [
  ['cern4-newgen', /^\s+include\s+'source_library\.inc'/iu],
  ['infn', /^\s+INCLUDE\s+'\(FLKSTK\)'/iu],
  ['cern4', /^\s+INCLUDE\s+'flkstk\.inc'/iu],
]

/**
 * @param template text of the site's own `source.f` or `source_newgen.f`, as FLUKA came with it.
 * @throws RoutineError where it is not that, or was changed at a place that decides where particles start.
 */
export function withWobble(template: string, flavour: Flavour): RoutineSource {
  const lines = template.split(/\r\n|\n|\r/u)
  if (lines.at(-1) === '') lines.pop()
  const kind = KINDS.find(([, pattern]) => lines.some((line) => !isComment(line) && pattern.test(line)))?.[0]
  const begins = lines.some((line) => !isComment(line) && /^\s+SUBROUTINE\s+SOURCE\s*\(\s*NOMORE\s*\)/iu.test(line))
  if (kind === undefined || !begins) {
    throw new RoutineError(
      'ROUTINE_NOT_A_TEMPLATE',
      "The file is not FLUKA's source routine: it has no SUBROUTINE SOURCE ( NOMORE ) with the includes of source.f or source_newgen.f. Give the source.f of the installed FLUKA.",
    )
  }
  if ((kind === 'infn') !== (flavour === 'infn')) {
    const [found, asked] = kind === 'infn' ? ['INFN', 'CERN 4'] : ['CERN 4', 'INFN']
    throw new RoutineError(
      'ROUTINE_OTHER_FLAVOUR',
      `The file has the includes of ${found}, and the routine is asked for ${asked}. Give the file of the FLUKA that will run it.`,
    )
  }
  if (lines.some((line) => !isComment(line) && /\bISOWOB\b/iu.test(line))) {
    throw new RoutineError(
      'ROUTINE_TEMPLATE_CHANGED',
      'The file calls ISOWOB already. Give the source.f that FLUKA came with, not the result of an earlier call.',
    )
  }
  const at = kind === 'cern4-newgen' ? newgenAnchor(lines) : stackAnchor(lines)
  const call = kind === 'cern4-newgen' ? NEWGEN_CALL : STACK_CALL
  const text = [...lines.slice(0, at), ...call, ...lines.slice(at), ...WOBBLE_FORTRAN.trimEnd().split('\n')]
  return { kind, text: `${text.join('\n')}\n`, callLine: at + call.length }
}

const STACK_CALL = [
  '*  Isolario: the wobbled beam, sigma and radius from the SOURCE card',
  '      CALL ISOWOB ( WHASOU (1), WHASOU (2), XFLK (NPFLKA),',
  '     &              YFLK (NPFLKA) )',
]

const NEWGEN_CALL = [
  '*  Isolario: the wobbled beam, sigma and radius from the SOURCE card',
  '      call ISOWOB ( WHASOU(1), WHASOU(2), coordinate_x,',
  '     &              coordinate_y )',
]

/** Behind the lines that set the start on the axis; each must stand there once, and nothing else may set it. */
function stackAnchor(lines: readonly string[]): number {
  const places = ['X', 'Y'].map((axis) => {
    const sets = new RegExp(`^\\s+${axis}FLK\\s*\\(\\s*NPFLKA\\s*\\)\\s*=`, 'iu')
    const anchor = new RegExp(`^\\s+${axis}FLK\\s*\\(\\s*NPFLKA\\s*\\)\\s*=\\s*${axis}BEAM\\s*$`, 'iu')
    const found = lines.flatMap((line, index) => (!isComment(line) && sets.test(line) ? [index] : []))
    const [first] = found
    if (first === undefined || !anchor.test(lines[first]!)) {
      throw new RoutineError(
        'ROUTINE_ANCHOR_MISSING',
        `The line "${axis}FLK (NPFLKA) = ${axis}BEAM" is not there${first === undefined ? '' : ` (line ${first + 1} is "${lines[first]!.trim()}")`}: it is where the call of ISOWOB belongs. Give the source.f that FLUKA came with.`,
      )
    }
    if (found.length > 1) {
      throw new RoutineError(
        'ROUTINE_TEMPLATE_CHANGED',
        `${axis}FLK (NPFLKA) is set in lines ${found.map((index) => index + 1).join(' and ')}; in FLUKA's own routine one line sets it. Give the source.f that FLUKA came with.`,
      )
    }
    return first
  })
  return Math.max(...places) + 1
}

/** Variables that decide what starts where; FLUKA's own routine sets none of them, they hold what the cards say. */
const NEWGEN_VARIABLES = new RegExp(
  `^\\s+(${[
    'particle_code',
    'momentum_energy',
    'energy_logical_flag',
    'particle_weight',
    'divergence_[xy]',
    'coordinate_[xyz]',
    'direction_flag',
    'direction_cos[xyz]',
  ].join('|')})\\s*=`,
  'iu',
)

/** Before the call that makes the particle of the variables. */
function newgenAnchor(lines: readonly string[]): number {
  const set = lines.findIndex((line) => !isComment(line) && NEWGEN_VARIABLES.test(line))
  if (set >= 0) {
    throw new RoutineError(
      'ROUTINE_TEMPLATE_CHANGED',
      `Line ${set + 1}, "${lines[set]!.trim()}", sets what the cards of the deck should say. Give the source_newgen.f that FLUKA came with, or make the line a comment.`,
    )
  }
  const at = lines.findIndex((line) => !isComment(line) && /^\s+call\s+set_primary\s*\(\s*\)/iu.test(line))
  if (at < 0) {
    throw new RoutineError(
      'ROUTINE_ANCHOR_MISSING',
      'The line "call set_primary()" is not there: the call of ISOWOB belongs before it. Give the source_newgen.f that FLUKA came with.',
    )
  }
  return at
}

/**
 * How the file becomes a program, at a site whose FLUKA stands in `$FLUPRO`. From manuals and public scripts, never tried
 * with FLUKA here: the site must look at what the command prints.
 */
export const compileCommand: Readonly<Record<Flavour, string>> = {
  infn: `$FLUPRO/flutil/ldpm3qmd ${ROUTINE_FILE} -o ${ROUTINE_PROGRAM}`,
  cern4: `$FLUPRO/bin/ldpmqmd ${ROUTINE_FILE} -o ${ROUTINE_PROGRAM}`,
}
