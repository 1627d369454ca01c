/**
 * How a cell of the chart of nuclides must look: the seven states of the chart specification (section 3.2) as one
 * function. They are not exclusive: four of them say what was counted, two what is known of the nuclide, one how sure
 * the number is. So a state has three parts, and each part is drawn with its own means.
 */

import { unseenState } from './coverage.ts'
import type { Coverage, Rate, Residual, ScoreState } from './document.ts'

/** What the chart is coloured by. The first two show the result, the others the nuclear data. */
export type ChartMode = 'particles' | 'relative-error' | 'half-life' | 'decay-mode'

export type CellFill =
  /** 1: coloured by its number. */
  | 'above-floor'
  /** 2: pale, with border. */
  | 'below-floor'
  /** 3: background, with border: looked for, not found. */
  | 'zero'
  /** 4: hatched: the engine does not score it. */
  | 'not-scored'
  /** Hatched another way: counted under the ground state. */
  | 'isomer-not-resolved'
  /** Coloured by nuclear data, whatever the result says. */
  | 'data'
  /** Neither in the tables nor in the result: no cell. */
  | 'absent'

/** What NUBASE2020 says of the nuclide. */
export type CellExistence =
  | 'observed'
  /** 5: from systematics only: thin border. */
  | 'estimated'
  /** 6: not listed: drawn and marked, never dropped. */
  | 'not-listed'

/** How sure the number is, by its statistical error. */
export type CellCertainty =
  /** No statistical error belongs to the cell. */
  | 'none'
  | 'within-limit'
  /** 7: dotted corner. */
  | 'above-limit'
  /** 7, and more: an error of 99 % and above; its colour must not look like a fact. */
  | 'not-a-fact'
  /** 7: the error is not known. */
  | 'not-known'

export interface CellState {
  readonly fill: CellFill
  readonly existence: CellExistence
  readonly certainty: CellCertainty
  /** The number that the cell is coloured by: rate per second, or relative error; `null` without one. */
  readonly value: number | null
}

export interface CellQuestion {
  readonly z: number
  readonly a: number
  readonly m: number
  /** The nuclide's row in the result, if it has one. */
  readonly residual: Residual | undefined
  /** What the engine scores; `null` while there is no result: then every cell is `not-scored`. */
  readonly coverage: Coverage | null
  /** What NUBASE2020 says. */
  readonly existence: CellExistence
  readonly mode: ChartMode
  readonly kind: 'independent' | 'cumulative'
  /** Rates per second below it are pale. */
  readonly floorPerSecond: number
  /** Relative statistical error above which a cell is marked, for example 0.3. */
  readonly errorLimit: number
}

/** Relative errors from here on are no knowledge. */
const NOT_A_FACT = 0.99

/** State of one cell. */
export function cellState(question: CellQuestion): CellState {
  const { residual, existence, mode, kind } = question
  if (mode === 'half-life' || mode === 'decay-mode') {
    // Not listed means no data to colour by; the cell is there only if the run made the nuclide.
    const fill = existence !== 'not-listed' ? 'data' : residual ? 'not-scored' : 'absent'
    return { fill, existence, certainty: 'none', value: null }
  }
  const rate = residual?.[kind]
  if (!rate || rate.perSecond === null || rate.perPrimary === null) {
    return { fill: emptyFill(question, rate), existence, certainty: 'none', value: null }
  }
  const certainty = certaintyOf(rate, question.errorLimit)
  if (mode === 'relative-error') {
    const relative = rate.statisticalError === null ? null : rate.statisticalError / Math.abs(rate.perPrimary)
    return { fill: 'above-floor', existence, certainty, value: relative }
  }
  const fill = rate.perSecond < question.floorPerSecond ? 'below-floor' : 'above-floor'
  return { fill, existence, certainty, value: rate.perSecond }
}

function emptyFill({ residual, coverage, existence, z, a, m }: CellQuestion, rate: Rate | undefined): CellFill {
  if (existence === 'not-listed' && !residual) return 'absent'
  if (!coverage) return 'not-scored'
  const own: ScoreState = residual?.state ?? unseenState(coverage, { z, a, m })
  // A nuclide outside the scoring may still have a limit on what feeds it.
  if (own === 'scored' || rate?.limit95 != null) return 'zero'
  return own
}

function certaintyOf(rate: Rate, limit: number): CellCertainty {
  if (rate.statisticalErrorKind === 'none') return 'none'
  if (rate.statisticalErrorKind === 'not-known' || rate.statisticalError === null) return 'not-known'
  const relative = rate.statisticalError / Math.abs(rate.perPrimary ?? 0)
  if (relative >= NOT_A_FACT) return 'not-a-fact'
  return relative > limit ? 'above-limit' : 'within-limit'
}

/** The state in words, for tooltip, table and screen reader; what is ordinary is not said. */
export function cellStateWords(state: CellState): string {
  const fill: Readonly<Record<CellFill, string>> = {
    'above-floor': '',
    'below-floor': 'below the floor of the colour scale',
    zero: 'scored, nothing counted',
    'not-scored': 'not scored by this engine',
    'isomer-not-resolved': 'isomer not resolved by this engine',
    data: '',
    absent: 'not listed and not produced',
  }
  const existence: Readonly<Record<CellExistence, string>> = {
    observed: '',
    estimated: 'known from systematics only',
    'not-listed': 'not in NUBASE2020',
  }
  const certainty: Readonly<Record<CellCertainty, string>> = {
    none: '',
    'within-limit': '',
    'above-limit': 'statistical error above the limit',
    'not-a-fact': 'statistical error as large as the number',
    'not-known': 'statistical error not known',
  }
  const words = [fill[state.fill], existence[state.existence], certainty[state.certainty]]
  return words.filter((word) => word !== '').join('; ')
}
