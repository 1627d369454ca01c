import { expect, it } from 'vitest'
import { NO_RATE } from '#results/rate.ts'
import { plotted, readNuclideList } from './scan-values.ts'

const rate = (perPrimary: number | null, statisticalError: number | null = null) => ({
  ...NO_RATE,
  perPrimary,
  statisticalError,
})

it('sorts points by value, and leaves gaps where nothing was counted', () => {
  const scan = plotted([45, 35, 40], [[rate(3, 0.5)], [rate(1, 0.1)], [rate(null)]], 1)
  expect(scan.x).toEqual([35, 40, 45])
  expect(scan.series).toEqual([[1, null, 3]])
  expect(scan.errors).toEqual([[[0.9, 1.1], null, [2.5, 3.5]]])
  expect(scan.isLogarithmic).toBe(false)
})

it('takes a logarithmic axis for wide ranges and keeps error bars above zero there', () => {
  const scan = plotted([1, 2], [[rate(1e-6, 2e-6)], [rate(1e-3, 1e-5)]], 1)
  expect(scan.isLogarithmic).toBe(true)
  expect(scan.errors[0]![0]![0]).toBeGreaterThan(0)
})

it('draws the asymmetric interval where the counts are few', () => {
  const few = { ...rate(2, 1.4), interval68: [0.7, 4.6] as const }
  expect(plotted([1], [[few]], 1).errors).toEqual([[[0.7, 4.6]]])
})

it('reads a list of nuclides, each once, and names what is none', () => {
  const read = (word: string) => (word.startsWith('x') ? null : word.toUpperCase())
  expect(readNuclideList('a, b,, a, xx', read)).toEqual({ names: ['A', 'B'], refused: ['xx'] })
})
