/** Results of the SPES target for tests and pictures of the portal. */

import { describeEstimate } from '#engines/builtin/describe-estimate.ts'
import type { Rate, ResultDocument } from '#results/document.ts'
import { presetById } from '#simulation/presets.ts'

/** The SPES target by the built-in model: the estimate, and counts drawn from it for so many histories. */
export function spesResults(histories: number): { estimate: ResultDocument; sampled: ResultDocument } {
  const { setup, operation } = presetById('spes-uc4')!.document
  const origin = { version: '0', setupDigest: '', jobKey: null, replay: false }
  const estimate = describeEstimate(setup, operation, { region: 'total' }, origin)
  if (!estimate) throw new Error('The built-in engine gives no estimate of the SPES preset.')
  return { estimate, sampled: sampledFrom(estimate, histories) }
}

/**
 * A result as a run of so many histories would give it: Poisson counts around the estimate, from a fixed generator, so
 * that pictures and tests see the same numbers every time. A picture needs the sparse edge that an estimate lacks.
 */
export function sampledFrom(estimate: ResultDocument, histories: number): ResultDocument {
  const random = generator(20_201)
  const perSecond = estimate.residuals.find(({ independent }) => independent.perPrimary)!.independent
  const factors = {
    second: perSecond.perSecond! / perSecond.perPrimary!,
    microcoulomb: perSecond.perMicrocoulomb! / perSecond.perPrimary!,
  }
  const sampled = (rate: Rate): Rate => {
    const counts = poisson((rate.perPrimary ?? 0) * histories, random)
    const mean = counts / histories
    const error = Math.sqrt(counts) / histories
    return {
      perPrimary: counts > 0 ? mean : null,
      perSecond: counts > 0 ? mean * factors.second : null,
      perMicrocoulomb: counts > 0 ? mean * factors.microcoulomb : null,
      counts,
      statisticalErrorKind: 'sampled',
      statisticalError: counts > 0 ? error : null,
      interval68: counts > 0 && counts < 10 ? [Math.max(0, mean - 0.83 * error), mean + 1.4 * error] : null,
      limit95: counts > 0 ? null : 3 / histories,
      model: counts > 0 ? rate.model : null,
    }
  }
  return {
    ...estimate,
    mode: 'monte-carlo',
    primaries: histories,
    batches: 20,
    residuals: estimate.residuals.map((residual) => {
      const independent = residual.state === 'scored' ? sampled(residual.independent) : residual.independent
      const state = residual.state === 'scored' && independent.counts === 0 ? 'zero' : residual.state
      return { ...residual, state, independent, cumulative: sampled(residual.cumulative) }
    }),
  }
}

/** Numerical Recipes' linear congruential generator: enough for a picture. Uniform on (0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  let counts = 0
  for (let left = Math.exp(mean) * random(); left > 1; left *= random()) counts += 1
  return counts
}
