import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, grantFor, sharesOf, Wishes } from './kubernetes-share.ts'

const claim = (jobId: string, wants: number, has = 0): Claim => ({ jobId, wants, has })
const arbitraryClaims = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 12 })
  .map((numbers) => numbers.map(([wants, has], n) => claim(`j${n}`, wants, Math.min(has, wants))))
const capacities = fc.integer({ min: 1, max: 40 })

describe('shares', () => {
  it.each([
    ['one job gets all', 8, [claim('a', 50)], [8]],
    [
      'fifty jobs get a place each, as far as there are some',
      8,
      Array.from({ length: 50 }, (_, n) => claim(`${n}`, 8)),
      [...Array(8).fill(1), ...Array(42).fill(0)],
    ],
    ['who wants little leaves the rest', 9, [claim('a', 50), claim('b', 1), claim('c', 50)], [4, 1, 4]],
    ['what cannot be divided goes to the oldest', 8, [claim('a', 8), claim('b', 8), claim('c', 8)], [3, 3, 2]],
  ])('%s', (_, capacity, claims, shares) => {
    expect([...sharesOf(capacity, claims).values()]).toEqual(shares)
  })

  it('use every place that is wanted, and nobody lacks one while another has two more', () => {
    fc.assert(
      fc.property(capacities, arbitraryClaims, (capacity, claims) => {
        const shares = sharesOf(capacity, claims)
        const sum = shares.values().reduce((total, one) => total + one, 0)
        expect(sum).toBe(
          Math.min(
            capacity,
            claims.reduce((total, { wants }) => total + wants, 0),
          ),
        )
        for (const poor of claims) {
          const own = shares.get(poor.jobId)!
          expect(own).toBeLessThanOrEqual(poor.wants)
          if (own < poor.wants) for (const other of shares.values()) expect(other - own).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

describe('a job that asks', () => {
  it('gets what is free at once and asks the one with the most for the rest of its share', () => {
    expect(grantFor(8, [claim('a', 8, 6), claim('b', 8)], 'b')).toEqual({
      places: 2,
      fewer: [{ jobId: 'a', places: 4 }],
    })
  })

  it('waits when there are more jobs than places', () => {
    expect(grantFor(2, [claim('a', 8, 1), claim('b', 8, 1), claim('c', 8)], 'c')).toEqual({ places: 0, fewer: [] })
  })

  it('keeps what it has above its share until another one needs it', () => {
    expect(grantFor(8, [claim('a', 8, 8), claim('b', 8)], 'a')).toEqual({ places: 8, fewer: [] })
  })

  it('comes, with all others, to its share, and the sum is never more than the capacity', () => {
    fc.assert(
      fc.property(capacities, arbitraryClaims, (capacity, wanted) => {
        let claims = wanted.map(({ jobId, wants }) => claim(jobId, wants))
        const shares = sharesOf(capacity, claims)
        // Each in turn, the youngest first: that is the order in which most has to be given back.
        for (let look = 0; look < 3; look++) {
          for (const { jobId } of claims.toReversed()) {
            // What a job leaves is free for the one who asked.
            const { fewer } = grantFor(capacity, claims, jobId)
            const left = new Map(fewer.map((one) => [one.jobId, one.places]))
            claims = claims.map((one) => ({ ...one, has: left.get(one.jobId) ?? one.has }))
            const { places } = grantFor(capacity, claims, jobId)
            claims = claims.map((one) => (one.jobId === jobId ? { ...one, has: places } : one))
            expect(claims.reduce((sum, { has }) => sum + has, 0)).toBeLessThanOrEqual(capacity)
          }
        }
        expect(claims.map(({ has }) => has)).toEqual([...shares.values()])
      }),
    )
  })
})

it('a wish is forgotten when nobody repeats it', () => {
  let now = 0
  const wishes = new Wishes(() => now)
  wishes.note('a', 5, 0)
  wishes.note('b', 3, 0)
  wishes.note('c', 3, 1)
  now = 20_000
  wishes.note('b', 4, 0)
  expect([wishes.waiting(), wishes.of('a'), wishes.of('b'), wishes.of('c')]).toEqual([['a', 'b'], 5, 4, 3])
  now = 40_000
  expect([wishes.waiting(), wishes.of('a')]).toEqual([['b'], 0])
  wishes.drop('b')
  expect(wishes.waiting()).toEqual([])
})
