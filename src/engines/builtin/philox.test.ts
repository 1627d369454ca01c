import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philox4x32, philoxKey, uniformOf } from './philox.ts'

const block = (counter: readonly number[], key: readonly number[]): string[] => {
  const out = new Uint32Array(4)
  philox4x32(counter[0]!, counter[1]!, counter[2]!, counter[3]!, key[0]!, key[1]!, out)
  return [...out].map((word) => word.toString(16).padStart(8, '0'))
}

/** The same generator by the definition, with exact big integers. */
function reference(counter: readonly number[], key: readonly number[]): string[] {
  let [c0, c1, c2, c3] = counter.map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map((word) => BigInt(word >>> 0)) as [bigint, bigint]
  const mask = 0xffffffffn
  for (let round = 0; round < 10; round++) {
    const p0 = c0 * 0xd2511f53n
    const p1 = c2 * 0xcd9e8d57n
    const next: [bigint, bigint, bigint, bigint] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask]
    ;[c0, c1, c2, c3] = next
    k0 = (k0 + 0x9e3779b9n) & mask
    k1 = (k1 + 0xbb67ae85n) & mask
  }
  return [c0, c1, c2, c3].map((word) => word.toString(16).padStart(8, '0'))
}

describe('Philox4x32-10', () => {
  it('gives the published known-answer vectors of Random123', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'])
    const ones = 0xffffffff
    expect(block([ones, ones, ones, ones], [ones, ones])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'])
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ])
  })

  it('agrees with big-integer arithmetic for any counter and key', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff })
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(block(counter, key)).toEqual(reference(counter, key))
      }),
    )
  })

  it('makes numbers in [0, 1) from two words', () => {
    expect(uniformOf(0, 0)).toBe(0)
    expect(uniformOf(-1, -1)).toBe(1 - 2 ** -53)
    expect(uniformOf(0x80000000 | 0, 0)).toBe(0.5)
  })

  it('reads a job key, and refuses what is none', () => {
    expect(philoxKey('299f31d0a4093822')).toEqual({ k0: 0xa4093822 | 0, k1: 0x299f31d0 })
    expect(() => philoxKey('12')).toThrow(/16 hexadecimal digits/)
  })
})
