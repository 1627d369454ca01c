/**
 * Numbers for people: value, unit and both errors, limits, and words where there is no number. Command line and portal
 * print the same. Documents keep full precision; rounding happens here only.
 *
 * - Where a model stands behind the number, two digits are shown: it does not know more (built-in engine, section 9).
 * - Otherwise as many digits as the statistical error leaves, from two to six.
 * - The statistical error is shown in percent, or as an asymmetric interval where the counts are few; the error of the
 *   model is a factor. They stand side by side and are never added (conventions 8).
 */

import { perMicrocoulomb, perSecond } from '#quantities/conversions.ts'
import type { Microamperes, PerPrimary } from '#quantities/units.ts'
import type { ModelError, Rate, ScoreState } from './document.ts'

/** What a rate is counted by. Per second needs the beam current, also for limits and intervals. */
export type RateUnit =
  | { readonly per: 'primary' }
  | { readonly per: 'second'; readonly currentMicroampere: number }
  | { readonly per: 'microcoulomb' }

/** A rate as text, whole and in its parts. */
export interface RateText {
  /** Everything on one line: `2.0e11 /s ±1.2 % ×/÷1.5 (C)`. */
  readonly text: string
  /** The number with its unit, or the words in its place: `2.0e11 /s`, `< 3.0e-7 /s`, `not scored`. */
  readonly value: string
  /** `±1.2 %`, `+1.3e-7 −0.9e-7`, `± not known`; empty where there is none. */
  readonly statistical: string
  /** `×/÷1.5 (C)`; empty where the engine states none. */
  readonly model: string
  /** The same for a screen reader, without signs that are not read out. */
  readonly spoken: string
}

const UNIT_TEXT: Readonly<Record<RateUnit['per'], readonly [text: string, spoken: string]>> = {
  primary: ['/primary', 'per primary'],
  second: ['/s', 'per second'],
  microcoulomb: ['/µC', 'per microcoulomb'],
}

/** A number with the given significant digits: plain from 0.01 up to 10,000, else `2.0e11`. */
export function formatNumber(value: number, digits = 2): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? 'infinite' : '-infinite'
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string]
  const power = Number(exponent)
  if (power < -2 || power > 3) return `${mantissa}e${power}`
  return Number(`${mantissa}e${power}`).toFixed(Math.max(0, digits - 1 - power))
}

/** The same in words: `2.0 times 10 to the 11`, `3.0 times 10 to the minus 7`. */
export function spokenNumber(value: number, digits = 2): string {
  const [mantissa, power] = formatNumber(value, digits).split('e') as [string, string?]
  return power === undefined ? mantissa : `${mantissa} times 10 to the ${power.replace('-', 'minus ')}`
}

/** A relative error in percent, with two digits below 10 %: `1.2 %`, `0.30 %`, `35 %`. */
export function formatPercent(fraction: number): string {
  const percent = 100 * fraction
  if (percent > 0 && percent < 0.01) return '< 0.01 %'
  return `${percent >= 99.5 ? percent.toFixed(0) : percent.toPrecision(2)} %`
}

/** `×/÷1.5 (C)`. */
export function formatModelError(model: ModelError): string {
  return `×/÷${formatFactor(model.factor)} (${model.class})`
}

const formatFactor = (factor: number): string => String(Number(factor.toPrecision(3)))

/** How many digits of a rate mean something. */
export function digitsOf(rate: Rate): number {
  if (rate.model || rate.statisticalErrorKind !== 'sampled') return 2
  if (rate.statisticalError === null || rate.perPrimary === null || rate.perPrimary === 0) return 2
  const relative = rate.statisticalError / Math.abs(rate.perPrimary)
  return Math.min(6, Math.max(2, Math.ceil(-Math.log10(relative)) + 1))
}

const STATE_TEXT: Readonly<Record<Exclude<ScoreState, 'scored'>, string>> = {
  zero: 'nothing counted',
  'not-scored': 'not scored',
  'isomer-not-resolved': 'isomer not resolved',
}

/** What stands in place of a number, in words. */
export function stateText(state: ScoreState): string {
  return state === 'scored' ? 'not known' : STATE_TEXT[state]
}

/** Factor from per primary to the unit. */
function unitFactor(unit: RateUnit): number {
  if (unit.per === 'primary') return 1
  if (unit.per === 'microcoulomb') return perMicrocoulomb(1 as PerPrimary)
  return perSecond(1 as PerPrimary, unit.currentMicroampere as Microamperes)
}

/**
 * A rate as text.
 * @param state of the nuclide, for the words where there is no number; for a cumulative rate of a nuclide that is
 *   scored, `zero`
 */
export function formatRate(rate: Rate, unit: RateUnit, state: ScoreState = 'scored'): RateText {
  const factor = unitFactor(unit)
  const [unitText, unitSpoken] = UNIT_TEXT[unit.per]
  if (rate.perPrimary === null) {
    if (rate.limit95 !== null) {
      const limit = rate.limit95 * factor
      const value = `< ${formatNumber(limit)} ${unitText}`
      const spoken = `nothing counted; below ${spokenNumber(limit)} ${unitSpoken} at 95 percent confidence`
      return { text: value, value, statistical: '', model: '', spoken }
    }
    const value =
      rate.statisticalErrorKind === 'none' && state === 'zero' ? 'not produced in this model' : stateText(state)
    return { text: value, value, statistical: '', model: '', spoken: value }
  }
  const digits = digitsOf(rate)
  const bound = rate.lowerBound ? '≥ ' : ''
  const value = `${bound}${formatNumber(rate.perPrimary * factor, digits)} ${unitText}`
  const statistical = statisticalText(rate, factor)
  const model = rate.model ? formatModelError(rate.model) : ''
  return {
    text: [value, statistical.text, model].filter((part) => part !== '').join(' '),
    value,
    statistical: statistical.text,
    model,
    spoken: [
      `${rate.lowerBound ? 'at least ' : ''}${spokenNumber(rate.perPrimary * factor, digits)} ${unitSpoken}`,
      statistical.spoken,
      rate.model ? `model known within a factor ${formatFactor(rate.model.factor)}, class ${rate.model.class}` : '',
    ]
      .filter((part) => part !== '')
      .join(', '),
  }
}

function statisticalText(rate: Rate, factor: number): { text: string; spoken: string } {
  const mean = rate.perPrimary
  if (rate.statisticalErrorKind === 'none' || mean === null) return { text: '', spoken: '' }
  if (rate.statisticalErrorKind === 'not-known' || rate.statisticalError === null) {
    return { text: '± not known', spoken: 'statistical error not known' }
  }
  if (rate.interval68) {
    const above = (rate.interval68[1] - mean) * factor
    const below = (mean - rate.interval68[0]) * factor
    return {
      text: `+${formatNumber(above)} −${formatNumber(below)}`,
      spoken: `statistical error plus ${spokenNumber(above)}, minus ${spokenNumber(below)}`,
    }
  }
  const percent = formatPercent(rate.statisticalError / Math.abs(mean))
  return { text: `±${percent}`, spoken: `plus or minus ${percent.replace('<', 'less than').replace(' %', ' percent')}` }
}
