/** Rates of the result document, from what was sampled or estimated. */

import { perMicrocoulomb, perSecond } from '#quantities/conversions.ts'
import type { Microamperes, PerPrimary } from '#quantities/units.ts'
import type { ModelError, Rate } from './document.ts'
import type { SampledValue } from './statistics.ts'

/** A rate that nothing can be said about. */
export const NO_RATE: Rate = {
  perPrimary: null,
  perSecond: null,
  perMicrocoulomb: null,
  counts: null,
  statisticalErrorKind: 'not-known',
  statisticalError: null,
  interval68: null,
  limit95: null,
  model: null,
}

/** Nothing to say, in an estimate: there is no sample whose error could be asked for. */
export const NO_ESTIMATE: Rate = { ...NO_RATE, statisticalErrorKind: 'none' }

/** The rate of something that was counted, or looked for and not found (then with its limit). */
export function sampledRate(value: SampledValue, current: Microamperes, model: ModelError | null): Rate {
  const found = value.mean !== 0
  const mean = value.mean as PerPrimary
  return {
    perPrimary: found ? mean : null,
    perSecond: found ? perSecond(mean, current) : null,
    perMicrocoulomb: found ? perMicrocoulomb(mean) : null,
    counts: value.counts,
    statisticalErrorKind: value.kind,
    statisticalError: value.standardError,
    interval68: value.interval68,
    limit95: value.limit95,
    model: found ? model : null,
  }
}

/** The rate of a deterministic estimate: no statistical error, and no number for what the model does not make. */
export function estimatedRate(mean: PerPrimary, current: Microamperes, model: ModelError | null): Rate {
  if (!(mean > 0)) return NO_ESTIMATE
  return {
    ...NO_ESTIMATE,
    perPrimary: mean,
    perSecond: perSecond(mean, current),
    perMicrocoulomb: perMicrocoulomb(mean),
    model,
  }
}
