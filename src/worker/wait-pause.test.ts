import { describe, expect, it } from 'vitest'
import { WaitPause } from './wait-pause.ts'

describe('WaitPause', () => {
  it('asks soon at first, ever more slowly, and never more slowly than the queue says', () => {
    const pause = new WaitPause()
    const pauses = Array.from({ length: 20 }, () => pause.next(1000))
    expect(pauses[0]).toBeLessThan(50)
    expect(pauses.at(-1)).toBe(1000)
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  })

  it('notices an end with a delay of at most half the time waited, after the first moment', () => {
    const pause = new WaitPause()
    let waited = pause.next(1000)
    for (let i = 0; i < 8; i++) {
      const more = pause.next(1000)
      expect(more).toBeLessThanOrEqual(Math.max(30, waited))
      waited += more
    }
  })

  it('begins anew after a task', () => {
    const pause = new WaitPause()
    const first = pause.next(1000)
    for (let i = 0; i < 10; i++) pause.next(1000)
    pause.reset()
    expect(pause.next(1000)).toBe(first)
  })
})
