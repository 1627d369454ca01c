import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionsFor, placesOf } from './kubernetes-places.ts'
import { numberOfQuantity, workersWithin } from './kubernetes-quota.ts'

describe('places of an Indexed Job', () => {
  it('reads ranges', () => {
    expect(placesOf(undefined)).toEqual([])
    expect(placesOf('')).toEqual([])
    expect(placesOf('0,2-4,9')).toEqual([0, 2, 3, 4, 9])
  })

  it('leaves exactly as many places open as are wanted, and no completion too many', () => {
    const closed = fc.uniqueArray(fc.nat(60))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), closed, (open, gone) => {
        const completions = completionsFor(open, gone)
        const isClosed = new Set(gone)
        const left = Array.from({ length: completions }, (_, place) => place).filter((place) => !isClosed.has(place))
        expect(left).toHaveLength(open)
        expect(left.at(-1)).toBe(completions - 1)
      }),
    )
  })
})

describe('quotas', () => {
  it('reads quantities', () => {
    const numbers = ['500m', '2', '64Gi', '1e3', '1k', '0.5', 'two'].map(numberOfQuantity)
    expect(numbers).toEqual([0.5, 2, 64 * 2 ** 30, 1000, 1000, 0.5, Number.NaN])
  })

  it('counts the workers that fit by pods and by cores', () => {
    const quota = (hard: Record<string, string>) => ({
      metadata: { name: 'q', uid: 'u', resourceVersion: '1' },
      status: { hard },
    })
    expect(workersWithin([], '1')).toBe(Number.POSITIVE_INFINITY)
    expect(workersWithin([quota({ secrets: '3' })], '1')).toBe(Number.POSITIVE_INFINITY)
    expect(workersWithin([quota({ pods: '10', 'requests.cpu': '0.3' })], '100m')).toBe(3)
    expect(workersWithin([quota({ 'count/pods': '4' }), quota({ cpu: '64' })], '2')).toBe(4)
  })
})
