import { beforeEach, expect, it } from 'vitest'
import { askWorkersAtOnce } from './workers-at-once.ts'

let nowMs = 0
let asked = 0
let answer: () => Promise<number>
let ask: ReturnType<typeof askWorkersAtOnce>
beforeEach(() => {
  asked = 0
  answer = async () => 3
  const capacity = () => {
    asked += 1
    return answer()
  }
  ask = askWorkersAtOnce({ capacity }, () => nowMs)
})
const later = async () => {
  nowMs += 11_000
  return ask()
}
/** An answer that is given when it is told to. */
const held = () => {
  let give = (_workers: number) => {}
  const given = new Promise<number>((resolve) => (give = resolve))
  answer = () => given
  return give
}

it('waits for the first answer, which all who ask at the same time share', async () => {
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ workers: 3, isKnown: true }))
  expect(asked).toBe(1)
  expect(await ask()).toEqual({ workers: 3, isKnown: true })
  expect(asked).toBe(1)
})

it('answers what it knows while the cluster is asked again, and what that says from then on', async () => {
  await ask()
  const give = held()
  expect(await later()).toEqual({ workers: 3, isKnown: true })
  expect(await later()).toEqual({ workers: 3, isKnown: true })
  expect(asked).toBe(2)
  give(7)
  await new Promise((next) => setImmediate(next))
  expect(await ask()).toEqual({ workers: 7, isKnown: true })
  answer = () => Promise.reject(new Error('away'))
  expect(await later()).toEqual({ workers: 7, isKnown: true })
})

it('goes on with a guess where the cluster says nothing or is away, until it has said something', async () => {
  answer = () => Promise.reject(new Error('away'))
  expect(await ask()).toEqual({ workers: 16, isKnown: false })
  const give = held()
  expect(await ask()).toEqual({ workers: 16, isKnown: false })
  give(5)
  await new Promise((next) => setImmediate(next))
  expect(await ask()).toEqual({ workers: 5, isKnown: true })
})
