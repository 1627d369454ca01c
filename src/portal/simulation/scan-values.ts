/** Numbers of a scan as a plot needs them: ascending in the scanned value, gaps where nothing was counted. */

import type { Rate } from '#results/document.ts'

export interface PlottedScan {
  readonly x: readonly number[]
  /** By nuclide; `null` where nothing was counted. */
  readonly series: readonly (readonly (number | null)[])[]
  /** One standard error down and up, by nuclide and point; `null` where it is not known. */
  readonly errors: readonly (readonly (readonly [number, number] | null)[])[]
  /** A logarithmic axis where the values span more than a factor 20. */
  readonly isLogarithmic: boolean
}

/** @param rates by point, then by nuclide. */
export function plotted(values: readonly number[], rates: readonly (readonly Rate[])[], nuclides: number): PlottedScan {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!)
  const columns = Array.from({ length: nuclides }, (_, nuclide) => order.map((point) => rates[point]?.[nuclide]))
  const series = columns.map((column) => column.map((rate) => rate?.perPrimary ?? null))
  const positive = series.flat().filter((value) => value !== null && value > 0) as number[]
  const isLogarithmic = positive.length > 0 && Math.max(...positive) / Math.min(...positive) > 20
  const smallest = positive.length > 0 ? Math.min(...positive) : 0
  return {
    x: order.map((point) => values[point]!),
    series,
    errors: columns.map((column) => column.map((rate) => errorBar(rate, isLogarithmic ? smallest / 100 : 0))),
    isLogarithmic,
  }
}

function errorBar(rate: Rate | undefined, lowest: number): readonly [number, number] | null {
  if (!rate || rate.perPrimary === null || rate.perPrimary <= 0) return null
  if (rate.interval68) return [Math.max(lowest, rate.interval68[0]), rate.interval68[1]]
  if (rate.statisticalError === null) return null
  return [Math.max(lowest, rate.perPrimary - rate.statisticalError), rate.perPrimary + rate.statisticalError]
}

/** Nuclides typed as a list, in any spelling that `read` knows; each once, in the order of the list. */
export function readNuclideList(
  text: string,
  read: (word: string) => string | null,
): { readonly names: readonly string[]; readonly refused: readonly string[] } {
  const names: string[] = []
  const refused: string[] = []
  for (const word of text.split(',').map((one) => one.trim())) {
    if (word === '') continue
    const name = read(word)
    if (name === null) refused.push(word)
    else if (!names.includes(name)) names.push(name)
  }
  return { names, refused }
}
