/**
 * Sources of user routines that come with a template: code of the user's own that the site compiles with its engine.
 *
 * What a set of files may be is said here, once, for form, flags, API and command line; what an engine makes of them is
 * the engine's business. The digest goes over names and texts in the order of the names, so that the order in which
 * somebody added files says nothing.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { canonicalJson } from './canonical-json.ts'
import type { Setup } from './document.ts'
import type { Problem, ProblemCode } from './problem.ts'

export interface RoutineFile {
  /** A plain file name: `source.f`. */
  readonly name: string
  readonly text: string
}

/** Files that one template may carry: the largest sets that were met have some ten. */
export const MOST_ROUTINES = 16
/** Characters of all files together: FLUKA's own routines have 5 to 30 kB each. */
export const LONGEST_ROUTINES = 128 * 1024

/** Endings of what is compiled: `fff`, FLUKA's compiler script, takes these and no others (fluka.org and fluka.cern manuals). */
export const COMPILED_ENDINGS: readonly string[] = ['.f']
/** Endings of what those include. */
export const INCLUDED_ENDINGS: readonly string[] = ['.inc']

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}\.[A-Za-z0-9]{1,4}$/
/** Line feed, carriage return and tab are text; no other control character is. */
const NOT_TEXT = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u

const endingOf = (name: string): string => name.slice(name.lastIndexOf('.'))

/** Whether a file is compiled, rather than included by one that is. */
export const isCompiled = ({ name }: Pick<RoutineFile, 'name'>): boolean => COMPILED_ENDINGS.includes(endingOf(name))

/** The routines that a setup carries, by name; empty where there are none. */
export function routinesOf(setup: Setup): readonly RoutineFile[] {
  const { engine } = setup
  if (engine.id !== 'fluka') return []
  return sortedRoutines(engine.template?.routines ?? [])
}

/** In the order of their names, by code units: the same everywhere. */
export const sortedRoutines = (files: readonly RoutineFile[]): readonly RoutineFile[] =>
  files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/** Changes whenever the meaning of the digest changes. */
const DIGEST_FORM = 'isolario-routines/1'

/** SHA-256 over names and texts in the order of the names, 64 hexadecimal digits; `null` where there are no files. */
export function routinesDigest(files: readonly RoutineFile[]): string | null {
  if (files.length === 0) return null
  const pairs = sortedRoutines(files).map(({ name, text }) => [name, text])
  const text = canonicalJson({ form: DIGEST_FORM, files: pairs })
  const bytes = sha256(Uint8Array.from(text, (sign) => sign.charCodeAt(0)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * All that is wrong with a set of files, each with its path.
 * @param path of the list, for example `setup.engine.template.routines`
 */
export function routineProblems(files: readonly RoutineFile[], path: string): readonly Problem[] {
  const problems: Problem[] = []
  const say = (code: ProblemCode, at: string, message: string, received?: string) =>
    void problems.push({ code, path: at, message, ...(received === undefined ? {} : { received }) })
  if (files.length > MOST_ROUTINES) {
    say('ROUTINES_TOO_LARGE', path, `The template carries ${files.length} routine files; ${MOST_ROUTINES} are allowed.`)
  }
  const characters = files.reduce((sum, { text }) => sum + text.length, 0)
  if (characters > LONGEST_ROUTINES) {
    say(
      'ROUTINES_TOO_LARGE',
      path,
      `The routine files of the template have ${characters} characters together; ${LONGEST_ROUTINES} are allowed. Leave out what the deck does not call.`,
    )
  }
  const first = new Map<string, string>()
  for (const [index, { name, text }] of files.entries()) {
    const shown = `"${name.slice(0, 60)}"`
    const nameAt = `${path}.${index}.name`
    const wrong = nameProblem(name)
    if (wrong !== null) say('ROUTINE_NAME', nameAt, `The routine file ${shown} ${wrong}`, shown)
    const before = first.get(name.toLowerCase())
    if (before !== undefined) {
      say(
        'ROUTINE_NAME_REPEATED',
        nameAt,
        `The routine files "${before.slice(0, 60)}" and ${shown} have one name (upper and lower case are the same here). Rename one of them.`,
        shown,
      )
    } else first.set(name.toLowerCase(), name)
    const textAt = `${path}.${index}.text`
    if (text.trim() === '') say('ROUTINE_EMPTY', textAt, `The routine file ${shown} is empty. Leave it out.`)
    const odd = NOT_TEXT.exec(text)
    if (odd !== null) {
      const line = text.slice(0, odd.index).split('\n').length
      const sign = odd[0].codePointAt(0)!.toString(16).padStart(4, '0').toUpperCase()
      say(
        'ROUTINE_NOT_TEXT',
        textAt,
        `The routine file ${shown} is not plain text: line ${line} holds the character U+${sign}. Give the source, not what was compiled of it.`,
      )
    }
  }
  if (files.length > 0 && !files.some(isCompiled)) {
    say(
      'ROUTINES_WITHOUT_SOURCE',
      path,
      `None of the routine files is compiled: at least one must end in ${COMPILED_ENDINGS.join(' or ')}.`,
    )
  }
  return problems
}

/** Endings that people try, with what to do. */
const OTHER_ENDINGS: Readonly<Record<string, string>> = {
  '.f77': 'is Fortran in fixed form: rename it to end in .f, which is what fff compiles.',
  '.for': 'is Fortran in fixed form: rename it to end in .f, which is what fff compiles.',
  '.F': 'would need the preprocessor: rename it to end in .f, with a small letter, and take out its # lines.',
  '.f90': 'is Fortran in free form, which fff does not compile: write it in fixed form and let it end in .f.',
  '.c': 'is C, which fff does not compile: write the routine in Fortran.',
  '.cc': 'is C++, which fff does not compile: write the routine in Fortran.',
  '.cpp': 'is C++, which fff does not compile: write the routine in Fortran.',
  '.o': 'is compiled already: give its source. Objects of other machines are not linked.',
}

/** What is wrong with a name, as the end of a sentence; `null` for a good one. */
function nameProblem(name: string): string | null {
  if (/[/\\]/.test(name)) return 'has a path in its name: give the plain name of the file.'
  const other = OTHER_ENDINGS[endingOf(name)]
  if (other !== undefined) return other
  if (!NAME.test(name)) {
    return 'has a name that is not taken: a letter, up to 39 letters, digits, - and _, then .f or .inc.'
  }
  if (![...COMPILED_ENDINGS, ...INCLUDED_ENDINGS].includes(endingOf(name))) {
    return `ends in ${endingOf(name)}; taken are ${[...COMPILED_ENDINGS, ...INCLUDED_ENDINGS].join(' (compiled) and ')} (included).`
  }
  return null
}
