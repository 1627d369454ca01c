/** Statistical errors where room is short: always relative. The full words stand in the tooltip. */

import { formatPercent } from '#results/display.ts'
import type { Rate } from '#results/document.ts'

/** The statistical error in percent; where the counts are few, the interval up and down. */
export function statisticalShort(rate: Rate): string {
  if (rate.statisticalErrorKind === 'none' || rate.perPrimary === null) return ''
  if (rate.statisticalErrorKind === 'not-known' || rate.statisticalError === null) return '± ?'
  if (!rate.interval68) return `±${formatPercent(rate.statisticalError / rate.perPrimary)}`
  const up = rate.interval68[1] / rate.perPrimary - 1
  const down = 1 - rate.interval68[0] / rate.perPrimary
  return `+${Math.round(100 * up)} −${Math.round(100 * down)} %`
}
