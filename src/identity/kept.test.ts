import { describe, expect, it } from 'vitest'
import { kept } from './kept.ts'

function bench() {
  const state = { now: 0, fetched: 0, isAway: false, hold: null as Promise<void> | null }
  const value = kept({
    clock: () => state.now,
    freshMs: 100,
    longestMs: 1000,
    retryMs: 10,
    async fetch() {
      state.fetched++
      await state.hold
      if (state.isAway) throw new Error('away')
      return state.fetched
    },
  })
  return { state, value }
}
const settled = () => new Promise((next) => setImmediate(next))

describe('a kept value', () => {
  it('is asked for once by many at once, and not again while it is fresh', async () => {
    const { state, value } = bench()
    expect(await Promise.all([value.get(), value.get(), value.get()])).toEqual([1, 1, 1])
    state.now = 100
    expect(await value.get()).toBe(1)
    expect(state.fetched).toBe(1)
  })

  it('is renewed beside those who ask: nobody waits', async () => {
    const { state, value } = bench()
    await value.get()
    state.now = 101
    let answer = () => {}
    state.hold = new Promise((done) => (answer = done))
    expect(await value.get()).toBe(1)
    answer()
    await settled()
    expect(await value.get()).toBe(2)
  })

  it('is used on while nobody answers, but not for ever', async () => {
    const { state, value } = bench()
    await value.get()
    state.isAway = true
    state.now = 500
    expect(await value.get()).toBe(1)
    await settled()
    expect(await value.get()).toBe(1)
    expect(state.fetched).toBe(2)
    state.now = 1001
    await expect(value.get()).rejects.toThrow('away')
    state.isAway = false
    await expect(value.get()).rejects.toThrow('away')
    state.now = 1011
    expect(await value.get()).toBe(4)
  })

  it('is renewed when somebody needs the newest, at most once in a while', async () => {
    const { state, value } = bench()
    expect(await value.renewed()).toBe(1)
    expect(await value.renewed()).toBe(1)
    state.now = 10
    expect(await value.renewed()).toBe(2)
    state.isAway = true
    state.now = 20
    await expect(value.renewed()).rejects.toThrow('away')
    state.now = 25
    // Not "there is nothing newer": that is not known.
    await expect(value.renewed()).rejects.toThrow('away')
    expect(state.fetched).toBe(3)
    expect(await value.get()).toBe(2)
  })
})
