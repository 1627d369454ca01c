/**
 * Why routines did not become a program: the file, the line and the compiler's own words.
 *
 * The form is gfortran's: a line `source.f:12:7:` (before version 5 `source.f:12.7:`), the line of the source, a mark
 * below it, then `Error: ...`. The linker is GNU's. What is not recognised is repeated as it stands.
 */

import type { EngineFailure, ProgramEnding } from '#engines/engine/engine.ts'
import { flukaFailure } from './cause.ts'
import { COMPILE_FAILED, COMPILING, LINK_FAILED } from './routine-build.ts'

const AT = /^\s*(?:\S*\/)?([A-Za-z][\w-]*\.(?:f|inc)):(\d+)(?:[:.](\d+))?:/
const ERROR = /^\s*(?:Fatal )?Error:\s*(.+?)\s*$/
const WARNING = /^\s*Warning:/
const UNDEFINED = /undefined reference to [`'"‘]?(\w+?)_?['"’]?\s*$/
const TWICE = /multiple definition of [`'"‘]?(\w+?)_?['"’]?[;:\s]/
const NO_TOOL =
  /(\S*(?:gfortran|g77|fff|ldpm\w*|lfluka|f951|collect2|\bld))[^\n]*(?:not found|No such file or directory|Permission denied)/i

/** An error of the compiler, with its place. */
export interface CompilerError {
  readonly file: string
  readonly line: number
  /** The compiler's own words. */
  readonly words: string
  /** The line of the source, where it is repeated. */
  readonly source: string | null
}

/** Errors in what a compiler said, in order. */
export function compilerErrors(said: string): readonly CompilerError[] {
  const errors: CompilerError[] = []
  let at: { file: string; line: number } | null = null
  let source: string | null = null
  for (const line of said.split('\n')) {
    const place = AT.exec(line)
    if (place) {
      at = { file: place[1]!, line: Number(place[2]) }
      source = null
      const same = ERROR.exec(line.slice(place[0].length))
      if (same) {
        errors.push({ ...at, words: same[1]!, source })
        at = null
      }
      continue
    }
    if (at === null) continue
    const error = ERROR.exec(line)
    if (error) {
      errors.push({ ...at, words: error[1]!, source })
      at = null
    } else if (WARNING.test(line)) at = null
    else source ??= sourceIn(line)
  }
  return errors
}

/** `   12 |       X = = 3`, or the bare line of older compilers. */
function sourceIn(line: string): string | null {
  const text = line.replace(/^\s*\d*\s*\|/, '').trim()
  return /[A-Za-z]/.test(text) ? cut(text) : null
}

/** @param label of the FLUKA: `FLUKA 4-4.1 (CERN)` */
export function routineCause(ending: ProgramEnding, label: string): EngineFailure {
  const said = withoutLongLines(`${ending.stdoutTail}\n${ending.stderrTail}`)
  if (ending.killedFor === 'time') {
    return flukaFailure(
      'FLUKA_ROUTINE_NOT_COMPILED',
      `Compiling the user routines with ${label} took longer than ${ending.limits.timeSeconds} s and was ended.`,
    )
  }
  const tool = lastMatch(said, NO_TOOL)
  if (tool && ending.exitCode !== 0 && compilerErrors(said).length === 0) {
    return flukaFailure(
      'FLUKA_ROUTINE_TOOLS_MISSING',
      `The user routines cannot be compiled on this machine: "${cut(tool)}". "isolario doctor" says which tools are looked for.`,
    )
  }
  if (ending.exitCode === LINK_FAILED) return linkCause(said, label)
  const errors = compilerErrors(said)
  const [first] = errors
  if (first) {
    const more = errors.length - 1
    return flukaFailure(
      'FLUKA_ROUTINE_NOT_COMPILED',
      `${label} did not compile the user routines: ${first.file}, line ${first.line}${first.source === null ? '' : ` ("${first.source}")`}: "${cut(first.words)}"${more > 0 ? `, and ${more} more ${more === 1 ? 'error' : 'errors'}` : ''}. The log of the task has all that the compiler said.`,
    )
  }
  const file = said.split('\n').findLast((line) => line.startsWith(COMPILING))
  const words = lastWords(said)
  const where = ending.exitCode === COMPILE_FAILED && file ? `: ${file.slice(COMPILING.length).trim()}` : ''
  return flukaFailure(
    'FLUKA_ROUTINE_NOT_COMPILED',
    `${label} did not compile the user routines${where}${words ? `: "${words}"` : ''}. The log of the task has all that the compiler said.`,
  )
}

/** What compilers say is shorter; whoever wrote the sources may also have written what is longer. */
const withoutLongLines = (said: string): string =>
  said
    .split('\n')
    .map((line) => line.slice(0, 1000))
    .join('\n')

function linkCause(said: string, label: string): EngineFailure {
  const names = (pattern: RegExp) => [
    ...new Set(said.split('\n').flatMap((line) => pattern.exec(line)?.[1]?.toUpperCase() ?? [])),
  ]
  const [undefinedNames, twice] = [names(UNDEFINED), names(TWICE)]
  const reason =
    undefinedNames.length > 0
      ? `nothing defines ${listed(undefinedNames)}, which they call`
      : twice.length > 0
        ? `${listed(twice)} is defined twice`
        : `"${lastWords(said) ?? 'no reason given'}"`
  return flukaFailure(
    'FLUKA_ROUTINE_NOT_LINKED',
    `${label} compiled the user routines and could not link them: ${reason}. The log of the task has all that the linker said.`,
  )
}

const listed = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')

function lastMatch(text: string, pattern: RegExp): string | undefined {
  return text.split('\n').findLast((line) => pattern.test(line))
}

const lastWords = (text: string): string | undefined => {
  const line = text.split('\n').findLast((one) => /[A-Za-z]{3}/.test(one) && !one.startsWith('isolario: '))
  return line === undefined ? undefined : cut(line)
}

const cut = (line: string): string => line.trim().replace(/\s+/g, ' ').slice(0, 200)
