import { describe, expect, it } from 'vitest'
import { outlookOfQueue, outlookOfShares } from './outlook.ts'
import type { Claim } from './shares.ts'

const MINUTE = 60_000
const claim = (jobId: string, owner: string, wants: number, has = 0, priority = 0): Claim => ({
  ...{ jobId, owner, priority, wants, has },
})
/** Work left in worker-minutes. */
const minutes = (work: Record<string, number>) => (jobId: string) =>
  work[jobId] === undefined ? null : { ms: work[jobId] * MINUTE, isDivisible: jobId !== 'timed' }

describe('places that are shared', () => {
  it('one job with two workers and 40 worker-minutes ends in 20 minutes, and then the next starts', () => {
    const claims = [claim('a', 'ada', 2, 2), claim('b', 'ada', 2, 0, -1)]
    expect(outlookOfShares(2, claims, minutes({ a: 40, b: 7 }))).toEqual(
      new Map([['b', { position: 1, waitMs: 20 * MINUTE, unknown: null }]]),
    )
  })

  it('who is further back waits for what comes before as well', () => {
    const claims = [claim('a', 'ada', 1, 1), claim('b', 'bea', 1, 1), claim('c', 'cy', 8), claim('d', 'di', 8)]
    // a ends after 10 min, c has its place; b after 25 min, d has that one.
    const outlook = outlookOfShares(2, claims, minutes({ a: 10, b: 25, c: 100, d: 1 }))
    expect(outlook.get('c')).toEqual({ position: 1, waitMs: 10 * MINUTE, unknown: null })
    expect(outlook.get('d')).toEqual({ position: 2, waitMs: 25 * MINUTE, unknown: null })
  })

  it('places that are left speed up the others', () => {
    // Two owners with two of four places each: a leaves after 5 min, and b does its other 20 with four: 5 + 5 min.
    const claims = [claim('a', 'ada', 4, 2), claim('b', 'bea', 4, 2), claim('late', 'bea', 4, 0, -1)]
    const outlook = outlookOfShares(4, claims, minutes({ a: 10, b: 30 }))
    expect(outlook.get('late')).toEqual({ position: 1, waitMs: 10 * MINUTE, unknown: null })
  })

  it('nothing is told where the work of one that may end first is not known', () => {
    const claims = [claim('a', 'ada', 1, 1), claim('b', 'bea', 1, 1), claim('c', 'cy', 1)]
    expect(outlookOfShares(2, claims, minutes({ a: 10 })).get('c')).toEqual({ position: 1, waitMs: null, unknown: 'b' })
  })

  it('a job with a time for its goal ends with it, however many work for it', () => {
    const claims = [claim('timed', 'ada', 2, 2), claim('late', 'ada', 4, 0, -1)]
    expect(outlookOfShares(2, claims, minutes({ timed: 12 })).get('late')).toMatchObject({ waitMs: 12 * MINUTE })
  })

  it('nobody waits who has a share', () => {
    const claims = [claim('a', 'ada', 4, 2), claim('b', 'bea', 4)]
    expect(outlookOfShares(2, claims, minutes({})).size).toBe(0)
  })
})

describe('a queue that lets jobs in one after the other', () => {
  it('starts the next with as many as are free, in order', () => {
    const claims = [claim('a', '', 4, 2), claim('b', '', 1, 1), claim('c', '', 3), claim('d', '', 1)]
    // b frees one place after 4 min, which c takes and keeps; a two after 15 min, which d may have one of.
    const outlook = outlookOfQueue(claims, minutes({ a: 30, b: 4, c: 500 }))
    expect(outlook.get('c')).toEqual({ position: 1, waitMs: 4 * MINUTE, unknown: null })
    expect(outlook.get('d')).toEqual({ position: 2, waitMs: 15 * MINUTE, unknown: null })
  })

  it('tells nothing where all that runs is not ours', () => {
    expect(outlookOfQueue([claim('mine', '', 2)], minutes({ mine: 1 })).get('mine')).toEqual({
      ...{ position: 1, waitMs: null, unknown: null },
    })
    const foreign = [claim('workload x', '', 2, 2), claim('mine', '', 2)]
    expect(outlookOfQueue(foreign, minutes({ mine: 1 })).get('mine')).toMatchObject({ unknown: 'workload x' })
  })
})
