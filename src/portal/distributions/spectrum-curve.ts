/** Spectra as steps: a curve that is constant over each bin, with gaps where nothing was scored on a log axis. */

import type { DistributionViewBody } from '#protocol/distribution-shapes.ts'

export interface Steps {
  readonly x: readonly number[]
  /** One list a curve, as long as `x`; `null` where a curve has no value. */
  readonly y: readonly (readonly (number | null)[])[]
}

/** Bars of one standard error, in the middle of a bin (by ratio where the axis is logarithmic). */
export interface ErrorBar {
  readonly x: number
  readonly low: number
  readonly high: number
}

/**
 * All curves over the edges of all of them: between two neighbouring edges every curve is constant, so two points for
 * each interval draw the steps.
 */
export function stepsOf(
  curves: readonly DistributionViewBody[],
  factors: readonly number[],
  isLogX: boolean,
  isLogY: boolean,
): Steps {
  const edges = [...new Set(curves.flatMap(({ axes }) => axes[0]!.edges))]
    .filter((edge) => !isLogX || edge > 0)
    .sort((a, b) => a - b)
  const x: number[] = []
  const y: (number | null)[][] = curves.map(() => [])
  for (let i = 0; i + 1 < edges.length; i++) {
    const [from, to] = [edges[i]!, edges[i + 1]!]
    x.push(from, to)
    for (const [index, { axes, values }] of curves.entries()) {
      const own = axes[0]!.edges
      const bin = own.findIndex((edge, at) => at + 1 < own.length && edge <= from && own[at + 1]! >= to)
      const value = bin < 0 ? null : values[bin]! * factors[index]!
      const shown = value === null || (isLogY && value <= 0) ? null : value
      y[index]!.push(shown, shown)
    }
  }
  return { x, y }
}

export function errorBarsOf(
  { axes, values, errors }: DistributionViewBody,
  factor: number,
  isLogX: boolean,
  isLogY: boolean,
): readonly ErrorBar[] {
  const { edges } = axes[0]!
  return values.flatMap((value, bin) => {
    const error = errors[bin] ?? null
    const [from, to] = [edges[bin]!, edges[bin + 1]!]
    if (error === null || value <= 0 || (isLogX && from <= 0)) return []
    const x = isLogX ? Math.sqrt(from * to) : (from + to) / 2
    // On a log axis a bar that reaches zero ends at a tenth of its value.
    const low = isLogY ? Math.max(value - error, value / 10) : value - error
    return [{ x, low: low * factor, high: (value + error) * factor }]
  })
}
