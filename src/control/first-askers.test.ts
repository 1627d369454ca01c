import { describe, expect, it } from 'vitest'
import { FirstAskers } from './first-askers.ts'

const FOR_EVER_MS = 2 ** 30

describe('those who wait for a complete result', () => {
  it('are waited for until one of them has it', async () => {
    const askers = new FirstAskers()
    let over = false
    const asked = askers.asked('a', 10, FOR_EVER_MS).then(() => (over = true))
    askers.given('b', 10)
    askers.given('a', 9)
    await new Promise((next) => setImmediate(next))
    expect(over).toBe(false)
    askers.given('a', 10)
    await asked
    // Nobody is waited for any more.
    askers.given('a', 10)
  })

  it('are not waited for longer than that, each for oneself', async () => {
    const askers = new FirstAskers()
    await askers.asked('a', 10, 1)
    const [first, second] = [askers.asked('b', 1, FOR_EVER_MS), askers.asked('c', 1, 1)]
    await second
    askers.given('b', 2)
    await first
  })
})
