/**
 * Half-lives as NUBASE2020 gives them. `stbl`, `p-unst`, a blank, `15#`, `>550 ns` and `~10` are six different
 * statements and none of them is a number of zero seconds, so the kind travels with the value.
 */

import { SECONDS_PER_YEAR } from '#quantities/conversions.ts'
import type { Seconds } from '#quantities/units.ts'

/**
 * What is known of a half-life.
 * - `measured`: a measured value, with its uncertainty.
 * - `about`: a measured value without an uncertainty (`~`).
 * - `lower-limit`, `upper-limit`: known to be longer, shorter than `seconds`.
 * - `estimated`: from systematics (`#`), not from an experiment.
 * - `stable`: no decay seen; `limit` may hold the experimental lower limit.
 * - `particle-unbound`: falls apart at once (below about 1e-20 s); no number is given.
 * - `unknown`: nothing is known.
 */
export type HalfLifeKind =
  | 'measured'
  | 'about'
  | 'lower-limit'
  | 'upper-limit'
  | 'estimated'
  | 'stable'
  | 'particle-unbound'
  | 'unknown'

export interface HalfLife {
  readonly kind: HalfLifeKind
  /** The value, or the limit for the two limit kinds; `null` for stable, particle-unbound and unknown. */
  readonly seconds: Seconds | null
  /** One standard deviation of a measured value; else `null`. */
  readonly uncertainty: Seconds | null
  /** True where the number comes from systematics: every `estimated` one, and some limits. */
  readonly fromSystematics: boolean
  /** Experimental limit beside an estimate or beside `stable`. */
  readonly limit: { readonly sense: '<' | '>' | '~'; readonly seconds: Seconds } | null
  /** The evaluators' own digits and unit, `7.433 d`; empty where there is no number. Minutes are `min`. */
  readonly text: string
}

/** Units of NUBASE2020, in seconds. Upper and lower case matter: `Py` is 1e15 years, `ps` 1e-12 seconds; `m` is minutes. */
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ys: 1e-24,
  zs: 1e-21,
  as: 1e-18,
  fs: 1e-15,
  ps: 1e-12,
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  y: SECONDS_PER_YEAR,
  ky: 1e3 * SECONDS_PER_YEAR,
  My: 1e6 * SECONDS_PER_YEAR,
  Gy: 1e9 * SECONDS_PER_YEAR,
  Ty: 1e12 * SECONDS_PER_YEAR,
  Py: 1e15 * SECONDS_PER_YEAR,
  Ey: 1e18 * SECONDS_PER_YEAR,
  Zy: 1e21 * SECONDS_PER_YEAR,
  Yy: 1e24 * SECONDS_PER_YEAR,
}

/** Seconds in a time unit of NUBASE2020 (`m` minutes, `ms` milliseconds, `My` million years), or undefined. */
export const secondsOfUnit = (unit: string): number | undefined =>
  Object.hasOwn(UNIT_SECONDS, unit) ? UNIT_SECONDS[unit] : undefined

const VALUE = /^([<>~]?)([\d.]+)(#?) ([A-Za-z]+)(?: (.+))?$/
const LIMIT = /^([<>~])([\d.]+) ?([A-Za-z]+)$/

const NOTHING_KNOWN: HalfLife = {
  kind: 'unknown',
  seconds: null,
  uncertainty: null,
  fromSystematics: false,
  limit: null,
  text: '',
}

function inSeconds(number: string, unit: string, whole: string): Seconds {
  const factor = secondsOfUnit(unit)
  const value = Number(number)
  if (factor === undefined || !Number.isFinite(value)) {
    throw new RangeError(`half-life "${whole}": expected a number and a unit such as s, m, h, d, y, ms, ky`)
  }
  return (value * factor) as Seconds
}

function readLimit(text: string): HalfLife['limit'] {
  const match = LIMIT.exec(text)
  if (!match) throw new RangeError(`half-life limit "${text}": expected for example >550 ns`)
  return { sense: match[1] as '<' | '>' | '~', seconds: inSeconds(match[2]!, match[3]!, text) }
}

const shownUnit = (unit: string): string => (unit === 'm' ? 'min' : unit === 'us' ? 'µs' : unit)

/**
 * Reads a half-life in the compact form of the compiled table: value, unit and uncertainty or limit apart by one space,
 * as NUBASE2020 writes them (`7.433 d 0.010`, `~11 s`, `>1# s`, `10# ms >400ns`, `stbl >9.9Zy`, `p-unst`, empty).
 * Throws a RangeError on anything else.
 */
export function readHalfLife(text: string): HalfLife {
  if (text === '') return NOTHING_KNOWN
  if (text === 'p-unst') return { ...NOTHING_KNOWN, kind: 'particle-unbound' }
  if (text === 'stbl') return { ...NOTHING_KNOWN, kind: 'stable' }
  if (text.startsWith('stbl ')) return { ...NOTHING_KNOWN, kind: 'stable', limit: readLimit(text.slice(5)) }
  const match = VALUE.exec(text)
  if (!match) throw new RangeError(`half-life "${text}": expected for example 7.433 d 0.010`)
  const [, sense, number, hash, unit, rest] = match as unknown as [string, string, string, string, string, string?]
  const fromSystematics = hash === '#'
  const kind: HalfLifeKind =
    sense === '>'
      ? 'lower-limit'
      : sense === '<'
        ? 'upper-limit'
        : fromSystematics
          ? 'estimated'
          : sense === '~'
            ? 'about'
            : 'measured'
  const restIsLimit = rest !== undefined && /^[<>~]/.test(rest)
  // The uncertainty of an estimate is an estimate too (`11#`): it is not one standard deviation of anything measured.
  const uncertainty = rest !== undefined && !restIsLimit && !rest.endsWith('#') ? inSeconds(rest, unit, text) : null
  return {
    kind,
    seconds: inSeconds(number, unit, text),
    uncertainty,
    fromSystematics,
    limit: restIsLimit ? readLimit(rest) : null,
    text: `${number} ${shownUnit(unit)}`,
  }
}

/**
 * A half-life in words for people: `7.433 d`, `about 11 s`, `longer than 1 µs`, `10 ms (estimate)`, `stable`,
 * `particle-unbound`, `not known`.
 */
export function formatHalfLife(halfLife: HalfLife): string {
  const estimate = halfLife.fromSystematics ? ' (estimate)' : ''
  switch (halfLife.kind) {
    case 'measured':
    case 'estimated':
      return halfLife.text + estimate
    case 'about':
      return `about ${halfLife.text}`
    case 'lower-limit':
      return `longer than ${halfLife.text}${estimate}`
    case 'upper-limit':
      return `shorter than ${halfLife.text}${estimate}`
    case 'stable':
      return 'stable'
    case 'particle-unbound':
      return 'particle-unbound'
    case 'unknown':
      return 'not known'
  }
}

const SCALE: readonly (readonly [number, string])[] = [
  [1e9 * SECONDS_PER_YEAR, 'Gy'],
  [1e6 * SECONDS_PER_YEAR, 'My'],
  [1e3 * SECONDS_PER_YEAR, 'ky'],
  [SECONDS_PER_YEAR, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
]

/** A time span in a readable unit: `7.433 d`, `2.0 h`, `3.1e-13 s`. `digits` is the number of significant digits. */
export function formatSpan(time: Seconds, digits = 4): string {
  if (!Number.isFinite(time)) return time > 0 ? 'for ever' : 'not a time'
  if (time === 0) return '0 s'
  const size = Math.abs(time)
  const [factor, unit] = SCALE.find(([seconds]) => size >= seconds) ?? [1, 's']
  return `${String(Number((time / factor).toPrecision(digits)))} ${unit}`
}

/**
 * Whether a half-life is shorter than a span; `undefined` where nothing decides it.
 * Particle-unbound is shorter than anything. A limit decides when it lies on the right side of the span; else the limit
 * itself is taken as the value, which `certain` tells.
 */
export function isShorterThan(halfLife: HalfLife, span: Seconds): { shorter: boolean; certain: boolean } | undefined {
  switch (halfLife.kind) {
    case 'stable':
      return { shorter: false, certain: true }
    case 'particle-unbound':
      return { shorter: true, certain: true }
    case 'unknown':
      return undefined
    default: {
      const shorter = halfLife.seconds! < span
      const certain =
        !halfLife.fromSystematics &&
        (halfLife.kind === 'lower-limit' ? !shorter : halfLife.kind === 'upper-limit' ? shorter : true)
      return { shorter, certain }
    }
  }
}
