/** What is written into a cell: the words that the mode puts first, and those that follow where there is room. */

import { formatHalfLife, type HalfLife } from '#nuclides/half-life.ts'
import type { NuclideState } from '#nuclides/states.ts'
import { formatNumber } from '#results/display.ts'
import type { Rate, ResultDocument } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import { type CellCondition, inNormalisation } from './cell-condition.ts'
import { formatMode } from './decay-families.ts'
import { type ChartMode, type ChartSettings, meanOf } from './settings.ts'
import { shortPercent } from './text.ts'

export interface CellWords {
  /** What the mode is about, from 60 px on. */
  readonly primary: string
  /** The same with three digits, from 40 px on: equal lengths give equal letters. */
  readonly primaryShort: string
  /** Further lines from 60 px on. */
  readonly secondary: readonly string[]
  /** Further lines from 90 px on. */
  readonly detail: readonly string[]
}

/** @param rateText what the chart says of its rate, from {@link rateWord} */
export function cellWords(
  state: NuclideState | null,
  modes: ReturnType<Atlas['modes']>,
  condition: CellCondition,
  rate: Rate | null,
  error: number | null,
  rateText: string,
  mode: ChartMode,
): CellWords {
  const halfLife = state ? cellHalfLife(state.halfLife) : 'not in table'
  const scored = condition === 'above-floor' || condition === 'below-floor'
  const errorWord = !scored
    ? ''
    : error !== null
      ? `± ${shortPercent(error)}`
      : rate?.statisticalErrorKind === 'not-known'
        ? '± not known'
        : ''
  const modelWord = scored && rate?.model ? `model ×÷ ${formatNumber(rate.model.factor)}` : ''
  const conditionWord = condition === 'not-scored' ? 'not scored' : ''
  const detail = modes.slice(0, 3).map(modeWord)
  if (state?.abundancePercent) detail.push(`nat. ${trimPercent(state.abundancePercent)}`)
  if (!state) detail.push('not in NUBASE2020')
  const kept = (...lines: string[]): string[] => lines.filter((line) => line !== '')
  switch (mode) {
    case 'half-life':
    case 'decay':
      return { primary: halfLife, primaryShort: threeDigits(halfLife), secondary: kept(rateText, errorWord), detail }
    case 'particles':
      return {
        primary: rateText,
        primaryShort: rateText,
        secondary: kept(errorWord || modelWord, conditionWord, halfLife),
        detail,
      }
    case 'error':
      return {
        primary: errorWord,
        primaryShort: errorWord,
        secondary: kept(rateText, conditionWord, halfLife),
        detail,
      }
    case 'model-error': {
      const factor = scored && rate?.model ? `×÷ ${formatNumber(rate.model.factor)}` : ''
      return { primary: factor, primaryShort: factor, secondary: kept(rateText, conditionWord, halfLife), detail }
    }
  }
}

/** A rate, or the limit where nothing was counted; empty where there is neither. */
export function rateWord(
  condition: CellCondition,
  rate: Rate | null,
  result: ResultDocument | null,
  settings: ChartSettings,
): string {
  switch (condition) {
    case 'above-floor':
    case 'below-floor':
      return `${rate!.lowerBound ? '≥ ' : ''}${formatNumber(meanOf(rate!, settings.per)!)}`
    case 'zero':
      return zeroWord(result!, rate, settings)
    default:
      return ''
  }
}

/** Zero counts are a limit where there is one, and otherwise said in words. */
function zeroWord(result: ResultDocument, rate: Rate | null, settings: ChartSettings): string {
  const limit = rate?.limit95 ?? null
  if (limit === null) return result.mode === 'estimate' ? '0' : '0 counts'
  return `< ${formatNumber(inNormalisation(limit, result, settings.per))}`
}

/** Half-life short enough for a cell: `7.433 d`, `> 550 ns`, `stable`. */
export function cellHalfLife(halfLife: HalfLife): string {
  switch (halfLife.kind) {
    case 'measured':
      return halfLife.text
    case 'estimated':
    case 'about':
      return `~ ${halfLife.text}`
    case 'lower-limit':
      return `> ${halfLife.text}`
    case 'upper-limit':
      return `< ${halfLife.text}`
    case 'particle-unbound':
      return 'unbound'
    case 'unknown':
      return '?'
    default:
      return formatHalfLife(halfLife)
  }
}

/** `2.0650 y` as `2.07 y`; what has few digits stays as the evaluators wrote it. */
const threeDigits = (text: string): string =>
  text.replace(/\d[\d.]{4,}/, (number) => String(Number(Number(number).toPrecision(3))))

const trimPercent = (percent: number): string => `${Number(percent.toPrecision(3))} %`

/** One decay mode with its share: `β⁻ 100 %`, `α ?`. */
export function modeWord(mode: {
  readonly mode: string
  readonly sense: string
  readonly percent: number | null
}): string {
  const name = formatMode(mode.mode)
  if (mode.percent === null) return `${name} ?`
  return `${name} ${mode.sense === '=' ? '' : `${mode.sense} `}${trimPercent(mode.percent)}`
}
