/**
 * Why a run of FLUKA failed: every sign that is known (fluka.md 4.3 and 4.4) as a code and a sentence with the place.
 *
 * The words of an abort differ from build to build, and no log of a real one could be had: so FLUKA's own words are always
 * repeated, and what this file adds is where in the deck they belong.
 */

import type { EngineFailure, ProgramEnding } from '#engines/engine/engine.ts'
import { type DeckPlace, lastCardTaken, placeInWords, wrongReference } from './deck-place.ts'
import { readListing } from './listing.ts'
import { DECK_FILE, ERRORS_FILE, LISTING_FILE, LOG_FILE } from './run-files.ts'

export const FAILURE_CODES = {
  FLUKA_NOT_FOUND: 'FLUKA, or its script rfluka, is not where the site says.',
  FLUKA_NO_FLUPRO: 'The variable FLUPRO, which FLUKA of INFN needs, leads nowhere.',
  FLUKA_EXECUTABLE_MISSING: 'The executable of FLUKA is missing.',
  FLUKA_EXECUTABLE_OLD: 'The executable is older than the library that it was linked with.',
  FLUKA_NO_LICENCE: 'FLUKA says that it may not be used here.',
  FLUKA_DATA_MISSING: 'A data file of FLUKA is missing or cannot be read.',
  FLUKA_CARD_WRONG: 'FLUKA did not take a card of the deck.',
  FLUKA_GEOMETRY: 'A particle was lost in the geometry, or a point is in no region.',
  FLUKA_ABORTED: 'FLUKA stopped by itself and said why.',
  FLUKA_CRASHED: 'The program broke.',
  FLUKA_DISK_FULL: 'There was no space left for its files.',
  FLUKA_OUT_OF_TIME: 'It was killed because its time was over.',
  FLUKA_OUT_OF_MEMORY: 'It was killed because it needed too much memory.',
  FLUKA_KILLED: 'It was killed from outside.',
  FLUKA_ENDED_BADLY: 'It ended badly, and no known sign says why.',
  FLUKA_NO_END: 'Its listing has no end.',
  FLUKA_OUTPUT_MISSING: 'A file that the deck asks for was not written.',
  FLUKA_OUTPUT_DAMAGED: 'A file that it wrote is cut or damaged.',
  FLUKA_OUTPUT_DIFFERS: 'A file does not hold what the deck asks for.',
  FLUKA_PRIMARIES_DIFFER: 'Listing, files and task do not agree on the number of primaries.',
  FLUKA_STATE_DIFFERS: 'Listing and state of the random numbers are not of the same run.',
  FLUKA_SEED_DIFFERS: 'The run had another seed than the task.',
  FLUKA_ROUTINE_DIFFERS: 'The source routine that the deck needs did not run.',
  FLUKA_ROUTINES_NOT_ALLOWED: 'The template brings user routines, and the site does not allow them.',
  FLUKA_ROUTINE_MISSING: 'The deck calls a user routine that neither the template nor the site has.',
  FLUKA_ROUTINE_TOOLS_MISSING: "FLUKA's compiler or linker script, or the compiler itself, is not on this machine.",
  FLUKA_ROUTINE_NOT_COMPILED: 'The compiler did not take the user routines; its words come with file and line.',
  FLUKA_ROUTINE_NOT_LINKED: 'The user routines could not be linked with FLUKA.',
  FLUKA_OTHER_VERSION: 'The FLUKA of this worker is not the one that the job was accepted for.',
} as const

export type FlukaFailureCode = keyof typeof FAILURE_CODES

/** What of a failure passes by itself, or is of one machine. */
const RETRIABLE: ReadonlySet<FlukaFailureCode> = new Set([
  'FLUKA_NOT_FOUND',
  'FLUKA_DATA_MISSING',
  'FLUKA_ROUTINE_TOOLS_MISSING',
  'FLUKA_DISK_FULL',
  'FLUKA_KILLED',
  'FLUKA_NO_END',
  'FLUKA_OUTPUT_DAMAGED',
  'FLUKA_OUTPUT_MISSING',
  'FLUKA_STATE_DIFFERS',
])

export const flukaFailure = (code: FlukaFailureCode, message: string): EngineFailure => ({
  code,
  message,
  retriable: RETRIABLE.has(code),
})

const NO_LICENCE =
  /licen[cs]e[^\n]{0,80}(?:expired|not valid|invalid|missing|not found|required|denied)|(?:no|without a)(?: valid)? licen[cs]e/i
const NO_DATA =
  /(?:cannot|can not|could not|unable to|failed to|error) (?:be )?(?:open|opened|find|found|read)[^\n]*\.(?:bin|dat|pemf|fyi|lib)\b|(?:sigmapi|elasct|nuclear|fluodt|xnloan|neuxsc|cohff|gxsect)\w*\.\w{3}[^\n]*(?:not found|no such file|missing)/i
const NO_SPACE = /no space left on device|disk quota exceeded|file too large/i
const BROKEN =
  /segmentation fault|SIGSEGV|floating[- ]point exception|Fortran runtime error|Backtrace for this error|bus error/i
const ABORT = /Abort called from\s+(\S+)\s+reason\s+(.*?)(?:\s+Run stopped!?)?\s*$/im
const ABORTED = /FLUKA ABORTED/i
const WRONG_CARD =
  /^.*(?:next control card[^\n]*(?:wrong|unknown|illegal|not recogni[sz]ed)|(?:unknown|illegal|wrong) (?:control )?card).*$/im
const GEOMETRY = /^.*(?:GEOERR|GEOFAR|GEOHSM|no region|geometry error|particle (?:is )?lost|lost particle).*$/im
const AT_REGION = /(?:region|reg\.?)\s*(?:#|n(?:umber)?\.?|:|=)?\s*(?:is\s+)?([A-Za-z0-9_]+)/i
const AT_POSITION =
  /(?:x\s*,\s*y\s*,\s*z|position|pos\.?|at)\s*(?:[:=]|is)?\s*\(?\s*(-?\d[\d.]*(?:[ED][+-]?\d+)?)[\s,]+(-?\d[\d.]*(?:[ED][+-]?\d+)?)[\s,]+(-?\d[\d.]*(?:[ED][+-]?\d+)?)/i

/** Contents of the files that help, wherever they lie: FLUKA leaves them in its work folder when it fails. */
function fileOf(files: ProgramEnding['files'], name: string): string {
  for (const [path, text] of files) if (path === name || path.endsWith(`/${name}`)) return text
  return ''
}

/** The cause of a run that ended badly. */
export function causeOf(ending: ProgramEnding, label: string): EngineFailure {
  const killed = killedCause(ending, label)
  if (killed) return killed
  const listing = fileOf(ending.files, LISTING_FILE)
  const errors = fileOf(ending.files, ERRORS_FILE)
  const log = fileOf(ending.files, LOG_FILE)
  const script = `${ending.stdoutTail}\n${ending.stderrTail}`
  const said = `${script}\n${log}\n${errors}\n${listing}`
  const cause = (code: FlukaFailureCode, message: string) => flukaFailure(code, message)

  const start = listing === '' ? startCause(ending, script, label) : undefined
  if (start) return start
  const licence = lineOf(said, NO_LICENCE)
  if (licence) {
    return cause(
      'FLUKA_NO_LICENCE',
      `${label} says that it may not be used on this machine: "${licence}". Its licence is the site's to mend.`,
    )
  }
  const data = lineOf(said, NO_DATA)
  if (data) {
    return cause(
      'FLUKA_DATA_MISSING',
      `${label} did not find a data file on this machine: "${data}". "isolario doctor" says what belongs to an installation.`,
    )
  }
  const space = lineOf(said, NO_SPACE)
  if (space) return cause('FLUKA_DISK_FULL', `${label} had no space left for its files: "${space}".`)

  const read = readListing(listing)
  const deck = fileOf(ending.files, DECK_FILE)
  const place = read.accepted ? null : lastCardTaken(deck, listing)
  const wrong = lineOf(listing, WRONG_CARD) ?? lineOf(errors, WRONG_CARD)
  if (wrong) return cause('FLUKA_CARD_WRONG', cardSentence(label, deck, place, wrong))
  const geometry = read.accepted ? geometryCause(label, `${errors}\n${listing}\n${log}`) : undefined
  if (geometry) return geometry
  const abort = ABORT.exec(said)
  if (abort) {
    const [, routine, reason] = abort
    const words = `${reason!.trim() || 'no reason given'} (${routine})`
    if (!read.accepted) return cause('FLUKA_CARD_WRONG', cardSentence(label, deck, place, words))
    return cause('FLUKA_ABORTED', `${label} stopped by itself${whileRunning(read.progress?.done)}: ${words}.`)
  }
  if (ABORTED.test(said)) {
    return cause(
      'FLUKA_ABORTED',
      `${label} stopped by itself${placeInWords(place)} and gave no reason; the log of the task has its last lines.`,
    )
  }
  const broken =
    lineOf(said, BROKEN) ?? (ending.signal && ending.signal !== 'SIGKILL' ? `signal ${ending.signal}` : undefined)
  if (broken) return cause('FLUKA_CRASHED', `${label} broke${whileRunning(read.progress?.done)}: "${broken}".`)
  if (ending.signal === 'SIGKILL') return cause('FLUKA_KILLED', killedOutside(label))
  const last = lastWords(log) ?? lastWords(errors.replace(/^.*NEXT SEEDS.*$/gm, '')) ?? lastWords(script)
  return cause(
    'FLUKA_ENDED_BADLY',
    `${label} ended with exit code ${ending.exitCode}${whileRunning(read.progress?.done)}${placeInWords(place)}, and no known sign says why.${last ? ` Its last words: "${last}".` : ''}`,
  )
}

function killedCause({ killedFor, limits }: ProgramEnding, label: string): EngineFailure | undefined {
  const { timeSeconds, memoryMebibytes } = limits
  switch (killedFor) {
    case 'time':
      return flukaFailure(
        'FLUKA_OUT_OF_TIME',
        `${label} was not done within its limit of ${timeSeconds} s and was ended; a run that was killed gives no result. Run the simulation again with more time for a task, or with fewer histories in one.`,
      )
    case 'memory':
      return flukaFailure(
        'FLUKA_OUT_OF_MEMORY',
        `${label} needed more than its limit of ${memoryMebibytes} MiB and was ended. Run the simulation again with more memory.`,
      )
    case 'cancel':
      return flukaFailure('FLUKA_KILLED', `${label} was ended because nobody waited for its result any more.`)
    case null:
      return undefined
  }
}

const killedOutside = (label: string): string =>
  `${label} was killed from outside: by somebody, or by the system for want of memory. A run that was killed gives no result.`

/** What keeps rfluka from starting anything (exit codes of the script: fluka.md 4.1). */
function startCause({ exitCode, signal }: ProgramEnding, script: string, label: string): EngineFailure | undefined {
  const found = (pattern: RegExp) => lineOf(script, pattern)
  const quoted = (line: string | undefined) => (line ? `: "${line}"` : '')
  if (exitCode === null && signal === null) {
    return flukaFailure(
      'FLUKA_NOT_FOUND',
      `${label} could not be started${quoted(lastWords(script))}. "isolario doctor" says where it is looked for.`,
    )
  }
  const flupro = found(/FLUPRO/)
  if (exitCode === 1 && flupro) {
    return flukaFailure(
      'FLUKA_NO_FLUPRO',
      `${label} needs the variable FLUPRO, the folder of its installation${quoted(flupro)}.`,
    )
  }
  if (exitCode === 126 || exitCode === 127) {
    return flukaFailure(
      'FLUKA_NOT_FOUND',
      `${label} could not be started${quoted(lastWords(script))}. "isolario doctor" says where it is looked for.`,
    )
  }
  if (exitCode === 3 && found(/older|newer|relink|library/i)) {
    return flukaFailure(
      'FLUKA_EXECUTABLE_OLD',
      `The executable of ${label} is older than its library${quoted(found(/older|newer|relink|library/i))}. Link it again.`,
    )
  }
  if (exitCode === 4 || found(/executable.*(?:not found|missing|not exist)/i)) {
    return flukaFailure(
      'FLUKA_EXECUTABLE_MISSING',
      `The executable of ${label} is missing${quoted(found(/executable/i) ?? lastWords(script))}.`,
    )
  }
  return undefined
}

function cardSentence(label: string, deck: string, place: DeckPlace | null, words: string): string {
  const known = place ? wrongReference(deck, place) : null
  if (place && known)
    return `${label} did not take card ${place.number} ${place.command}: ${known}. Its words: "${words}".`
  return `${label} did not take the deck${placeInWords(place)}: "${words}".`
}

function geometryCause(label: string, said: string): EngineFailure | undefined {
  const line = lineOf(said, GEOMETRY)
  if (!line) return undefined
  const near = said.slice(Math.max(0, said.indexOf(line) - 400), said.indexOf(line) + line.length + 400)
  const region = AT_REGION.exec(line)?.[1] ?? AT_REGION.exec(near)?.[1]
  const position = AT_POSITION.exec(line) ?? AT_POSITION.exec(near)
  const at = [
    ...(region ? [`region ${region}`] : []),
    ...(position ? [`x, y, z = ${position.slice(1, 4).join(', ')} cm`] : []),
  ].join(' at ')
  return flukaFailure(
    'FLUKA_GEOMETRY',
    `${label} lost a particle in the geometry${at ? ` (${at})` : ''}: "${line}". A point of space is in no region, or in two.`,
  )
}

const whileRunning = (done: number | undefined): string => (done === undefined ? '' : ` after ${done} primaries`)

/** The first line that fits, trimmed and cut. */
function lineOf(text: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const from = text.lastIndexOf('\n', match.index) + 1
  const to = text.indexOf('\n', match.index)
  return cut(text.slice(from, to < 0 ? undefined : to))
}

/** The last line that says something. */
const lastWords = (text: string): string | undefined => {
  const line = text.split('\n').findLast((one) => /[A-Za-z]{3}/.test(one))
  return line === undefined ? undefined : cut(line)
}

const cut = (line: string): string => line.trim().replace(/\s+/g, ' ').slice(0, 200)
