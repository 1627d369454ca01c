import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, lineOf, sharesOf } from './shares.ts'

const claim = (jobId: string, owner: string, wants: number, has = 0, priority = 0): Claim => ({
  ...{ jobId, owner, priority, wants, has },
})
const listed = (capacity: number, claims: readonly Claim[]) => [...sharesOf(capacity, claims).values()]
const ofOwner = (shares: ReadonlyMap<string, number>, claims: readonly Claim[], owner: string) =>
  claims.filter((one) => one.owner === owner).reduce((sum, { jobId }) => sum + shares.get(jobId)!, 0)

describe('shares', () => {
  it.each([
    ['one job gets all', 8, [claim('a', 'ada', 50)], [8]],
    [
      'fifty owners get a place each, as far as there are some',
      8,
      Array.from({ length: 50 }, (_, n) => claim(`${n}`, `owner ${n}`, 8)),
      [...Array(8).fill(1), ...Array(42).fill(0)],
    ],
    ['who wants little leaves the rest', 9, [claim('a', 'a', 50), claim('b', 'b', 1), claim('c', 'c', 50)], [4, 1, 4]],
    ['what cannot be divided goes to the first', 8, ['a', 'b', 'c'].map((id) => claim(id, id, 8)), [3, 3, 2]],
    [
      'ten jobs of one owner are one share',
      8,
      [...Array.from({ length: 10 }, (_, n) => claim(`a${n}`, 'ada', 8)), claim('b', 'bea', 8)],
      [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 4],
    ],
    [
      'the more urgent of an owner first, and nothing of another owner',
      8,
      [claim('a', 'ada', 8), claim('b', 'bea', 8), claim('hurry', 'ada', 3, 0, 1), claim('idle', 'ada', 8, 0, -1)],
      [1, 4, 3, 0],
    ],
    [
      'who holds a place keeps it while there are too few',
      2,
      [claim('a', 'ada', 8), claim('b', 'bea', 8), claim('c', 'cy', 8, 1), claim('d', 'di', 8, 1)],
      [0, 0, 1, 1],
    ],
  ])('%s', (_, capacity, claims, shares) => {
    expect(listed(capacity, claims)).toEqual(shares)
  })

  it('of two users with many jobs and with few are equal within one place', () => {
    const jobs = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -1, max: 1 })), { minLength: 1 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), jobs, jobs, fc.boolean(), (capacity, many, few, first) => {
        const claims = [
          ...many.map(([wants, priority], n) => claim(`a${n}`, 'ada', wants, 0, priority)),
          ...few.map(([wants, priority], n) => claim(`b${n}`, 'bea', wants, 0, priority)),
        ]
        if (first) claims.reverse()
        const shares = sharesOf(capacity, claims)
        const wants = (owner: string) => claims.filter((c) => c.owner === owner).reduce((sum, c) => sum + c.wants, 0)
        const [ada, bea] = [ofOwner(shares, claims, 'ada'), ofOwner(shares, claims, 'bea')]
        expect(ada + bea).toBe(Math.min(capacity, wants('ada') + wants('bea')))
        if (ada < wants('ada')) expect(bea - ada).toBeLessThanOrEqual(1)
        if (bea < wants('bea')) expect(ada - bea).toBeLessThanOrEqual(1)
        expect(Math.max(ada - wants('ada'), bea - wants('bea'))).toBeLessThanOrEqual(0)
      }),
    )
  })

  it('of other owners are the same whatever priorities an owner gives', () => {
    const jobs = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('ada', 'bea', 'cy'), fc.integer({ min: -1, max: 1 })),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), jobs, (capacity, made) => {
        const claims = made.map(([wants, owner, priority], n) => claim(`${n}`, owner, wants, 0, priority))
        const plain = claims.map((one) => (one.owner === 'ada' ? { ...one, priority: 0 } : one))
        const [ordered, unordered] = [sharesOf(capacity, claims), sharesOf(capacity, plain)]
        for (const { jobId, owner } of claims)
          if (owner !== 'ada') expect(ordered.get(jobId)).toBe(unordered.get(jobId))
        expect(ofOwner(ordered, claims, 'ada')).toBe(ofOwner(unordered, claims, 'ada'))
        // Within an owner nobody of lower priority has a place while one of higher priority lacks some.
        for (const low of claims)
          for (const high of claims)
            if (low.owner === high.owner && low.priority < high.priority && ordered.get(low.jobId)! > 0)
              expect(ordered.get(high.jobId)).toBe(high.wants)
      }),
    )
  })
})

describe('the line of those who wait', () => {
  it('takes owners in turn, and the more urgent of each first', () => {
    const claims = [
      claim('a1', 'ada', 1, 1),
      claim('a2', 'ada', 1),
      claim('a3', 'ada', 1, 0, 1),
      claim('b1', 'bea', 1),
      claim('b2', 'bea', 1),
      claim('c1', 'cy', 1),
    ]
    expect(listed(2, claims)).toEqual([0, 0, 1, 1, 0, 0])
    // With one more place cy has one; the next would be for a1, which has one already; then bea's second, then ada's third.
    expect(lineOf(2, claims)).toEqual(['c1', 'b2', 'a2'])
  })

  it('holds everybody without a share exactly once', () => {
    const jobs = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('ada', 'bea', 'cy'), fc.integer({ min: -1, max: 1 })),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), jobs, (capacity, made) => {
        const claims = made.map(([wants, owner, priority], n) => claim(`${n}`, owner, wants, 0, priority))
        const shares = sharesOf(capacity, claims)
        const without = claims.filter(({ jobId }) => shares.get(jobId) === 0).map(({ jobId }) => jobId)
        expect([...lineOf(capacity, claims)].sort()).toEqual(without.sort())
      }),
    )
  })
})
