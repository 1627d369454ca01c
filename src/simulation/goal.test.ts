import { describe, expect, test } from 'vitest'
import type { Goal } from './document.ts'
import { goalReached, type PointProgress } from './goal.ts'

const progress = (part: Partial<PointProgress>): PointProgress => ({
  historiesDone: 1e6,
  batchesDone: 50,
  elapsedSeconds: 10,
  nuclides: new Map(),
  ...part,
})
const rate = (counts: number, relativeError: number | null) => new Map([['Ag-111', { counts, relativeError }]])

describe('primaries', () => {
  const goal: Goal = { kind: 'primaries', primaries: 2_000_000 }
  test('all of them, not one fewer', () => {
    expect(goalReached(goal, progress({ historiesDone: 2_000_000 }))).toMatchObject({
      reached: true,
      because: 'primaries',
    })
    expect(goalReached(goal, progress({ historiesDone: 1_999_999 }))).toMatchObject({ reached: false, fraction: 0.999 })
    expect(goalReached(goal, progress({}))).toMatchObject({ reached: false, fraction: 0.5 })
  })
})

describe('statistical error', () => {
  const goal: Goal = { kind: 'statistical-error', nuclides: ['Ag-111'], relativePercent: 5, maxPrimaries: 1e8 }

  test('needs 100 counts and 10 batches, however small the error looks', () => {
    expect(goalReached(goal, progress({ nuclides: rate(400, 0.05) }))).toMatchObject({
      reached: true,
      because: 'statistical-error',
    })
    expect(goalReached(goal, progress({ nuclides: rate(99, 0.01) })).reached).toBe(false)
    expect(goalReached(goal, progress({ nuclides: rate(400, 0.05), batchesDone: 9 })).reached).toBe(false)
    expect(goalReached(goal, progress({ nuclides: rate(400, 0.0501) })).reached).toBe(false)
  })

  test('an error that is not known is never small enough', () => {
    const state = goalReached(goal, progress({ nuclides: rate(1e6, null), batchesDone: 100 }))
    expect(state).toMatchObject({ reached: false })
    expect(state.sentence).toContain('not known yet')
    expect(goalReached(goal, progress({})).reached).toBe(false)
  })

  test('every nuclide counts, and the slowest is named', () => {
    const two: Goal = { ...goal, nuclides: ['Ag-111', 'Sn-132'] }
    const nuclides = new Map([
      ['Ag-111', { counts: 1000, relativeError: 0.03 }],
      ['Sn-132', { counts: 150, relativeError: 0.1 }],
    ])
    const state = goalReached(two, progress({ nuclides }))
    expect(state).toMatchObject({ reached: false, fraction: 0.25 })
    expect(state.sentence).toBe('The statistical error of Sn-132 is 10 %; asked for: 5 %.')
  })

  test('the limit of primaries ends it in any case, and says what is missing', () => {
    const state = goalReached(goal, progress({ historiesDone: 1e8, nuclides: rate(30, 0.18) }))
    expect(state).toMatchObject({ reached: true, because: 'primaries' })
    expect(state.sentence).toContain(
      'before the goal was reached. The statistical error of Ag-111 is 18 % from 30 counts',
    )
  })
})

describe('time', () => {
  const goal: Goal = { kind: 'time', minutes: 1, maxPrimaries: 1e7 }
  test('ends with the time or the limit', () => {
    expect(goalReached(goal, progress({ elapsedSeconds: 60 }))).toEqual({
      reached: true,
      because: 'time',
      sentence: 'The 1 min are over.',
    })
    expect(goalReached(goal, progress({ elapsedSeconds: 15 }))).toMatchObject({ reached: false, fraction: 0.25 })
    expect(goalReached(goal, progress({ historiesDone: 1e7 }))).toMatchObject({ reached: true, because: 'primaries' })
  })
})
