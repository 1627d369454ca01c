import { expect, test, vi } from 'vitest'
import type { Zai } from '#nuclides/nuclide.ts'
import type { ResultDocument } from '#results/document.ts'
import { CONTEXT, FISSION_PRODUCTS, MADE_ESTIMATE } from '#test/tallies/made-documents.ts'
import { cumulativeFeeding } from './cumulative.ts'
import { describeResult } from './report.ts'

vi.mock('./cumulative.ts', async (original) => {
  const real = await original<typeof import('./cumulative.ts')>()
  return { ...real, cumulativeFeeding: vi.fn(real.cumulativeFeeding) }
})

const made = (nuclides: readonly Zai[], cutDays = 100): ResultDocument =>
  describeResult({
    ...CONTEXT,
    cutDays,
    estimate: {
      ...MADE_ESTIMATE,
      regions: ['total'],
      nuclides,
      independentPerPrimary: new Float64Array(nuclides.length).fill(1e-5),
      layers: [],
    },
  })

test('the feeding of a list of nuclides is worked out once, whichever array holds the list', () => {
  const matrices = vi.mocked(cumulativeFeeding)
  const first = made([...FISSION_PRODUCTS])
  expect(matrices).toHaveBeenCalledTimes(1)
  expect(made([...FISSION_PRODUCTS])).toEqual(first)
  expect(matrices).toHaveBeenCalledTimes(1)

  // Another cut and another list have other numbers.
  expect(made(FISSION_PRODUCTS, 0.01).residuals).not.toEqual(first.residuals)
  expect(made(FISSION_PRODUCTS.slice(1)).residuals).not.toEqual(first.residuals)
  expect(matrices).toHaveBeenCalledTimes(3)
  expect(made([...FISSION_PRODUCTS])).toEqual(first)
  expect(matrices).toHaveBeenCalledTimes(3)

  // What is used stays, however many others come; what is not is made again in the end.
  for (let day = 1; day <= 20; day++) {
    made(FISSION_PRODUCTS, day)
    made(FISSION_PRODUCTS)
  }
  expect(matrices).toHaveBeenCalledTimes(23)
  made(FISSION_PRODUCTS, 1)
  expect(matrices).toHaveBeenCalledTimes(24)
})
