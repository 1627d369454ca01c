import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grantFor, Wishes } from './kubernetes-share.ts'
import { type Claim, sharesOf } from './shares.ts'

const claim = (jobId: string, wants: number, has = 0, owner = jobId, priority = 0): Claim => ({
  ...{ jobId, owner, priority, wants, has },
})
const arbitraryClaims = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom('ada', 'bea', 'cy'), fc.integer({ min: -1, max: 1 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((jobs) => jobs.map(([wants, owner, priority], n) => claim(`j${n}`, wants, 0, owner, priority)))
const capacities = fc.integer({ min: 1, max: 40 })

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
        let claims: readonly Claim[] = wanted
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
        expect(sharesOf(capacity, claims)).toEqual(new Map(claims.map(({ jobId, has }) => [jobId, has])))
      }),
    )
  })
})

describe('a job whose owner has another that is more urgent', () => {
  it('gives up all its places, and its own owner alone pays for it', () => {
    const claims = [claim('low', 8, 4, 'ada', -1), claim('other', 8, 4, 'bea'), claim('high', 8, 0, 'ada', 1)]
    expect(grantFor(8, claims, 'high')).toEqual({ places: 0, fewer: [{ jobId: 'low', places: 0 }] })
  })
})

const wish = (slots: number, owner = 'ada') => ({ slots, owner, priority: 0 })

it('a wish is forgotten when nobody repeats it', () => {
  let now = 0
  const wishes = new Wishes(() => now)
  wishes.note('a', wish(5), 0)
  wishes.note('b', wish(3), 0)
  wishes.note('c', wish(3), 1)
  now = 20_000
  wishes.note('b', wish(4), 0)
  expect([wishes.waiting(), wishes.of('a'), wishes.of('b'), wishes.of('c')]).toEqual([
    ['a', 'b'],
    wish(5),
    wish(4),
    wish(3),
  ])
  now = 40_000
  expect([wishes.waiting(), wishes.of('a')]).toEqual([['b'], undefined])
  wishes.drop('b')
  expect(wishes.waiting()).toEqual([])
})

it('who was just given a place stands behind all others, with all further jobs', () => {
  const wishes = new Wishes(() => 0)
  for (const jobId of ['a1', 'a2', 'a3']) wishes.note(jobId, wish(1, 'ada'), 0)
  wishes.note('b1', wish(1, 'bea'), 0)
  wishes.serve('ada')
  expect(wishes.waiting()).toEqual(['b1', 'a1', 'a2', 'a3'])
  wishes.serve('bea')
  expect(wishes.waiting()).toEqual(['a1', 'a2', 'a3', 'b1'])
})
