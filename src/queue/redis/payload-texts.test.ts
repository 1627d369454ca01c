import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { GivenPayload } from '../queue.ts'
import { fillingParts } from './filling-parts.ts'
import { shareGiven, sharePayloads } from './payload-texts.ts'

const whole = (payloads: readonly string[]) => {
  const { texts, parts } = sharePayloads(payloads)
  return parts.map(({ text, rest }) => (texts[text] ?? '') + rest)
}

it('gives every payload back, whatever they have in common', () => {
  const head = fc.constantFrom('', 'x'.repeat(40), 'x'.repeat(39), `{"setup":"${'é'.repeat(50)}`, '😀'.repeat(30))
  const end = fc.array(fc.constantFrom('x', 'é', '😀', '😁', '"'), { maxLength: 20 }).map((letters) => letters.join(''))
  const payload = fc.tuple(head, end).map((both) => both.join(''))
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 12 }), (payloads) => {
      expect(whole(payloads)).toEqual(payloads)
      for (const text of sharePayloads(payloads).texts) expect(text.isWellFormed()).toBe(true)
    }),
  )
})

it('keeps the setup of a job once, and of a scan once a point', () => {
  const setups = ['a', 'b', 'c'].map((letter) => `{"setup":"${letter.repeat(500)}","batches":`)
  const payloads = setups.flatMap((setup) => Array.from({ length: 10 }, (_, n) => `${setup}[[${n},${n}000,1000]]}`))
  const { texts, parts } = sharePayloads(payloads)
  expect(texts).toEqual(setups.map((setup) => `${setup}[[`))
  expect(Math.max(...parts.map(({ rest }) => rest.length))).toBeLessThan(20)
  expect(whole(payloads)).toEqual(payloads)
})

it('does not tear a character above U+FFFF in two', () => {
  // The two differ in the second half of their last character.
  const payloads = ['😀', '😁'].map((face) => `${'x'.repeat(50)}${face}`)
  expect(sharePayloads(payloads).texts).toEqual(['x'.repeat(50)])
})

it('takes payloads in two pieces as they are, mixed with whole ones', () => {
  const head = fc.constantFrom('', 'short', 'x'.repeat(40), `{"setup":"${'é'.repeat(50)}`, '😀'.repeat(30))
  const payload: fc.Arbitrary<GivenPayload> = fc.oneof(
    fc.record({ head, rest: fc.string({ maxLength: 20 }) }),
    fc.tuple(head, fc.string({ maxLength: 20 })).map((both) => both.join('')),
  )
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 12 }), (given) => {
      const { texts, parts } = shareGiven(given)
      const written = parts.map(({ text, rest }) => (texts[text] ?? '') + rest)
      expect(written).toEqual(given.map((one) => (typeof one === 'string' ? one : one.head + one.rest)))
    }),
  )
})

it('keeps a template of 256 KiB once in each call, and writes no payload of it out whole', () => {
  const head = `{"setup":"${'t'.repeat(256 * 1024)}"`
  const tasks = Array.from({ length: 100_000 }, (_, task) => ({
    task,
    payload: { head, rest: `,"batches":[[${task}]]}` },
  }))
  const parts = fillingParts(tasks)
  // 26 GB as whole texts.
  const characters = parts.reduce((sum, args) => sum + args.reduce((all, arg) => all + arg.length, 0), 0)
  expect(characters).toBeLessThan(parts.length * head.length + 100_000 * 40)
  expect(new Set(parts.map(([texts]) => texts))).toEqual(new Set(['1']))
  expect(parts[0]!.slice(1, 6)).toEqual([expect.any(String), head, '0', '1', ',"batches":[[0]]}'])
})
