import { afterEach, expect, it } from 'vitest'
import type { Records } from '#records/records.ts'
import { openSqliteRecords } from '#records/sqlite.ts'
import { type Leadership, leadingAlone, leadingByLease } from './leadership.ts'
import { createLog } from './log.ts'

const log = createLog('silent')
const open: Leadership[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** A replica that notes what it is told, and can be waited for. */
function replica(records: Pick<Records, 'holdLease' | 'releaseLease'>, leaseMs: number) {
  const leadership = leadingByLease({ records, leaseMs, log })
  open.push(leadership)
  const told: boolean[] = []
  let wake = () => {}
  leadership.start((leading) => {
    told.push(leading)
    wake()
  })
  const until = async (leading: boolean) => {
    while (told.at(-1) !== leading) await new Promise<void>((resolve) => (wake = resolve))
  }
  return { leadership, told, until }
}

it('alone leads from the start and without number', async () => {
  const leadership = leadingAlone()
  expect(leadership.isLeading()).toBe(false)
  const told: boolean[] = []
  leadership.start((leading) => told.push(leading))
  expect([leadership.isLeading(), leadership.fence, told]).toEqual([true, null, [true]])
  await leadership.close()
  expect(leadership.isLeading()).toBe(false)
})

it('one leads until it gives the lease back, then the other at once under a higher number', async () => {
  const records = await openSqliteRecords(':memory:')
  const first = replica(records, 300_000)
  await first.until(true)
  const second = replica(records, 300_000)
  records.listen((hint) => {
    if (hint.kind === 'lease') second.leadership.notice()
  })
  expect([first.leadership.isLeading(), first.leadership.fence]).toEqual([true, 1])
  expect(second.leadership.isLeading()).toBe(false)
  await first.leadership.close()
  await second.until(true)
  expect([second.leadership.fence, second.told, first.leadership.isLeading()]).toEqual([2, [true], false])
})

it('ends when the lease cannot be renewed before it is over, and begins again under another number', async () => {
  const records = await openSqliteRecords(':memory:')
  let away = false
  const first = replica(
    {
      holdLease: async (...asked) => {
        if (away) throw new Error('the records are away')
        return records.holdLease(...asked)
      },
      releaseLease: (...asked) => records.releaseLease(...asked),
    },
    90,
  )
  await first.until(true)
  away = true
  const second = replica(records, 1000)
  await second.until(true)
  expect(first.leadership.isLeading()).toBe(false)
  await first.until(false)
  away = false
  await second.leadership.close()
  await first.until(true)
  expect(first.leadership.fence).toBe(3)
  expect(first.told).toEqual([true, false, true])
})

it('does not lead by an answer that came too late', async () => {
  let answer: (fence: number) => void = () => {}
  const asked: number[] = []
  const first = replica(
    {
      holdLease: (_name, _holder, ms) => {
        asked.push(ms)
        return new Promise((resolve) => (answer = resolve))
      },
      releaseLease: async () => undefined,
    },
    20,
  )
  await new Promise((next) => setTimeout(next, 40))
  answer(1)
  while (asked.length < 2) await new Promise((next) => setTimeout(next, 5))
  expect(first.told).toEqual([])
  answer(1)
  await first.until(true)
  // Nothing renews it: it is over by itself, without anybody being told.
  while (first.leadership.isLeading()) await new Promise((next) => setTimeout(next, 5))
  answer(1)
})
