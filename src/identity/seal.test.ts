import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalBytes, open, seal } from './seal.ts'

const key = randomBytes(32)

it('gives back what was sealed, to whoever has the key and means the same by it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.string(), (value, purpose) => {
      const sealed = seal(key, purpose, value)
      if (sealed.length > 4000) return
      expect(open([key], purpose, sealed)).toEqual({ value: JSON.parse(JSON.stringify(value)), keyIndex: 0 })
      expect(open([randomBytes(32), key], purpose, sealed)?.keyIndex).toBe(1)
      expect(open([key], `${purpose} `, sealed)).toBeUndefined()
      expect(open([randomBytes(32)], purpose, sealed)).toBeUndefined()
    }),
  )
})

it('opens nothing that was changed in any character, also in bits that decoders ignore', () => {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/'
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.nat(), fc.nat(characters.length - 1), (value, where, which) => {
      const sealed = seal(key, 'test', value)
      const at = where % sealed.length
      const changed = sealed.slice(0, at) + characters[which] + sealed.slice(at + 1)
      if (changed !== sealed) expect(open([key], 'test', changed), changed).toBeUndefined()
    }),
    { numRuns: 2000 },
  )
  const sealed = seal(key, 'test', 1)
  for (const other of [undefined, '', 'isc1.', `${sealed}A`, `${sealed}=`, ` ${sealed}`, 'isc1.'.padEnd(5000, 'A')]) {
    expect(open([key], 'test', other)).toBeUndefined()
  }
})

it('never seals the same in the same way', () => {
  expect(seal(key, 'test', 1)).not.toBe(seal(key, 'test', 1))
})

it('knows one spelling of bytes', () => {
  expect(canonicalBytes('AA')).toEqual(Buffer.from([0]))
  for (const other of ['AB', 'AA==', 'A', 'A A', 'AA\n', '+A']) expect(canonicalBytes(other), other).toBeUndefined()
})
