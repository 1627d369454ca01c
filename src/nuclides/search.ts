/**
 * Finding nuclides from what is typed in the search field: a nuclide in any spelling, an element (`Ag`, `silver`),
 * conditions (`Z=47`, `N=64`, `A=111`, `t>1h`, several with blanks between), or the energy of a gamma line (`342 keV`).
 */

import type { KeV, Seconds } from '#quantities/units.ts'
import { chargeOfElement } from './elements.ts'
import type { GammaHit, GammaLines } from './gamma-line.ts'
import { secondsOfUnit } from './half-life.ts'
import type { Zai } from './nuclide.ts'
import { parseNuclide } from './parse.ts'
import { type NuclideState, nuclideStates, stateOf } from './states.ts'

/** Isomers shorter than this are left out of lists, as on printed charts; a nuclide named in full is always found. */
export const LISTED_ISOMER: Seconds = 1 as Seconds

/** Gamma lines this far from the energy asked for are shown, unless a tolerance is written (`342 +- 3 keV`). */
export const GAMMA_TOLERANCE: KeV = 1 as KeV

export type SearchResult =
  /** States in the order of charge number, mass number, rank; `note` says what the reader should know. */
  | { readonly kind: 'states'; readonly states: readonly NuclideState[]; readonly note: string | null }
  /** Lines near the energy, strongest first, with the states that emit them. */
  | {
      readonly kind: 'gamma'
      readonly energy: KeV
      readonly tolerance: KeV
      readonly hits: readonly (GammaHit & { readonly state: NuclideState })[]
    }
  /** A gamma energy was asked for: load `gamma-lines.ts` and search again with it. */
  | { readonly kind: 'needs-gamma-lines'; readonly energy: KeV }
  | { readonly kind: 'refused'; readonly reason: string }

type Test = (state: NuclideState) => boolean

const COMPARE: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '>': (value, bound) => value > bound,
  '<=': (value, bound) => value <= bound,
  '>=': (value, bound) => value >= bound,
}

const relationOf = (text: string): string => text.replace('≤', '<=').replace('≥', '>=').replace('==', '=')

const COUNT = /^(z|n|a) ?(<=|>=|==|[=<>≤≥]) ?(\d{1,3})(?: ?(?:-|\.\.) ?(\d{1,3}))?$/i
const TIME = /^t(?:1\/2|½)? ?(<=|>=|[<>≤≥]) ?(\d+(?:\.\d*)?(?:e[+-]?\d+)?) ?([a-zµμ]+)$/i
const GAMMA = /^(\d+(?:[.,]\d+)?)(?: ?(?:\+-|\+\/-|±) ?(\d+(?:[.,]\d+)?))? ?(kev|mev)$/i

/** Units as people write them; where upper and lower case differ in meaning (`My`, `ms`), the spelling decides. */
function secondsOf(unit: string): number | undefined {
  const plain = unit.replace(/[µμ]/, 'u')
  const words: Readonly<Record<string, string>> = {
    min: 'm',
    mins: 'm',
    minute: 'm',
    minutes: 'm',
    sec: 's',
    second: 's',
    seconds: 's',
    hr: 'h',
    hour: 'h',
    hours: 'h',
    day: 'd',
    days: 'd',
    a: 'y',
    yr: 'y',
    year: 'y',
    years: 'y',
  }
  const lower = plain.toLowerCase()
  const word = Object.hasOwn(words, lower) ? words[lower]! : plain
  return secondsOfUnit(word) ?? (word.length === 1 ? secondsOfUnit(lower) : undefined)
}

/** A state whose half-life is certainly on this side: limits count only where they decide. */
function lives(state: NuclideState, relation: string, bound: number): boolean {
  const { kind, seconds } = state.halfLife
  const longer = relation.startsWith('>')
  if (kind === 'stable') return longer
  if (kind === 'particle-unbound') return !longer
  if (seconds === null) return false
  if (kind === 'lower-limit' && !longer) return false
  if (kind === 'upper-limit' && longer) return false
  return COMPARE[relation]!(seconds, bound)
}

function condition(text: string): { test: Test } | { reason: string } | undefined {
  const count = COUNT.exec(text)
  if (count) {
    const quantity = count[1]!.toLowerCase() as 'z' | 'n' | 'a'
    const relation = relationOf(count[2]!)
    const bound = Number(count[3])
    if (count[4] !== undefined) {
      const last = Number(count[4])
      if (relation !== '=')
        return { reason: `"${text}": a range goes with =, for example ${count[1]}=${bound}-${last}` }
      return { test: (state) => state[quantity] >= bound && state[quantity] <= last }
    }
    return { test: (state) => COMPARE[relation]!(state[quantity], bound) }
  }
  const time = TIME.exec(text)
  if (time) {
    const factor = secondsOf(time[3]!)
    if (factor === undefined) {
      return { reason: `"${text}": "${time[3]}" is not a unit of time; write for example t>1h, t<10ms, t>2 d, t>1 ky` }
    }
    const relation = relationOf(time[1]!)
    const bound = Number(time[2]) * factor
    return { test: (state) => lives(state, relation, bound) }
  }
  return undefined
}

/** Puts conditions with blanks inside (`t > 1 h, Z = 47`) into pieces without. */
function pieces(query: string): string[] {
  return query
    .replace(/\s*(<=|>=|==|[=<>≤≥]|\.\.)\s*/g, '$1')
    .replace(/(t(?:1\/2|½)?(?:<=|>=|[<>≤≥])\d[\d.e+-]*)\s+(?=[a-zµμ]+(?:[\s,;]|$))/gi, '$1')
    .split(/[\s,;]+|\band\b/)
    .filter((piece) => piece !== '')
}

const listed: Test = (state) =>
  state.exists &&
  (state.m === 0 ||
    (state.m < 8 && (state.halfLife.kind === 'stable' || (state.halfLife.seconds ?? 0) >= LISTED_ISOMER)))

/**
 * Searches the nuclides.
 * @param query what was typed
 * @param gammaLines the table of gamma lines where it is loaded; without it an energy gives `needs-gamma-lines`
 */
export function searchNuclides(query: string, gammaLines?: GammaLines): SearchResult {
  const text = query.normalize('NFKC').trim()
  if (text === '')
    return { kind: 'refused', reason: 'nothing was written; try Ag-111, Ag, Z=47, A=111, 342 keV or t>1h' }

  const gamma = GAMMA.exec(query.trim())
  if (gamma) {
    // Case would tell milli from mega, but nobody looks for a gamma line in milli-electronvolts.
    const scale = gamma[3]!.toLowerCase() === 'mev' ? 1000 : 1
    const number = (digits: string): number => Number(digits.replace(',', '.')) * scale
    const energy = number(gamma[1]!) as KeV
    if (!gammaLines) return { kind: 'needs-gamma-lines', energy }
    const tolerance = gamma[2] === undefined ? GAMMA_TOLERANCE : (number(gamma[2]) as KeV)
    const hits = gammaLines.near(energy, tolerance).flatMap((hit) => {
      const state = stateOf(hit.zai as Zai)
      return state ? [{ ...hit, state }] : []
    })
    return { kind: 'gamma', energy, tolerance, hits }
  }

  if (/[=<>≤≥]/.test(text)) {
    const tests: Test[] = []
    for (const piece of pieces(query.trim())) {
      const charge = chargeOfElement(piece)
      const found =
        condition(piece) ?? (charge === undefined ? undefined : { test: (s: NuclideState) => s.z === charge })
      if (!found) {
        return { kind: 'refused', reason: `"${piece}" is not a condition; write Z=47, N=64, A=111 or A=109-113, t>1h` }
      }
      if ('reason' in found) return { kind: 'refused', reason: found.reason }
      tests.push(found.test)
    }
    const states = nuclideStates.filter((state) => listed(state) && tests.every((test) => test(state)))
    return { kind: 'states', states, note: null }
  }

  // A lone `n` is the neutron for a nuclide and nitrogen for nobody; a lone symbol otherwise lists the element.
  const charge = chargeOfElement(text)
  if (charge !== undefined && charge > 0) {
    return { kind: 'states', states: nuclideStates.filter((state) => state.z === charge && listed(state)), note: null }
  }
  const parsed = parseNuclide(query)
  if (!parsed.ok) return { kind: 'refused', reason: parsed.reason }
  return { kind: 'states', states: [stateOf(parsed.zai)!], note: parsed.note }
}
