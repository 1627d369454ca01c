import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Costs, simulate } from './model.ts'
import { Station, Timeline } from './timeline.ts'

const FREE: Costs = { redisCall: 0, redisTask: 0, put: 0, get: 0, fold: 0, write: 0, writeTask: 0 }

describe('simulated time', () => {
  it('lets things happen in their order, whatever the order in which they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), (delays) => {
        const time = new Timeline()
        const seen: [number, number][] = []
        for (const [index, delay] of delays.entries()) time.after(delay, () => seen.push([time.nowMs, index]))
        time.run()
        const sorted = delays.map((delay, index): [number, number] => [delay, index])
        expect(seen).toEqual(sorted.sort((a, b) => a[0] - b[0] || a[1] - b[1]))
      }),
    )
  })

  it('a station does one thing after the other', () => {
    const time = new Timeline()
    const station = new Station(time, 'one')
    const ends: number[] = []
    time.after(10, () => {
      for (const ms of [5, 3]) station.use(ms, () => ends.push(time.nowMs))
    })
    time.after(30, () => station.use(2, () => ends.push(time.nowMs)))
    time.run()
    expect(ends).toEqual([15, 18, 32])
    expect(station.share(40)).toBe(0.25)
  })
})

describe('many jobs on many slots', () => {
  it('are bound by the slots where nothing else costs', () => {
    const { lastedMs, accepted, overheadMs } = simulate({ users: 4, tasks: 500, slots: 20, taskMs: 1000 }, FREE)
    expect(accepted).toBe(2000)
    expect(lastedMs / 100_000).toBeGreaterThan(0.98)
    expect(lastedMs / 100_000).toBeLessThan(1.03)
    expect(overheadMs).toBeLessThan(30)
  })

  it.each([
    ['put', 'S3', 10],
    ['fold', 'leading replica', 10],
    ['writeTask', 'PostgreSQL', 10],
  ] as const)('are bound by %s where that is slow', (cost, station, ms) => {
    const load = { users: 2, tasks: 400, slots: 100, taskMs: 200 }
    const { lastedMs, accepted, busy } = simulate(load, { ...FREE, [cost]: ms })
    expect(accepted).toBe(800)
    expect(busy[station]).toBeGreaterThan(0.85)
    for (const [name, share] of Object.entries(busy)) if (name !== station) expect(share).toBe(0)
    if (cost !== 'put') expect(lastedMs).toBeGreaterThan(800 * ms)
  })

  it('store tasks together when objects are slow', () => {
    const load = { users: 1, tasks: 2000, slots: 50, taskMs: 200 }
    const quick = simulate(load, FREE)
    const slow = simulate(load, { ...FREE, put: 20 })
    expect(quick.objects).toBe(2000)
    expect(slow.objects).toBeLessThan(1000)
    expect(slow.accepted).toBe(2000)
  })
})
