import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeyPurpose, readSecrets, subKey, subKeys } from './secrets.ts'

const PURPOSES: readonly KeyPurpose[] = ['session', 'login', 'job-token', 'redis-worker']

describe('the secrets of an installation', () => {
  it('are read in their order, whatever separates them', () => {
    const [one, two, three] = [
      randomBytes(32).toString('base64'),
      randomBytes(32).toString('hex'),
      'correct horse battery staple and eleven more words',
    ]
    for (const text of [`${one},${two},${three}`, `${one}\n${two}\r\n${three}\n`, ` ${one} ,, ${two}\n, ${three},`]) {
      expect(readSecrets(text).map((secret) => Buffer.from(secret).toString())).toEqual([one, two, three])
    }
    expect(readSecrets(`${one},${one}`)).toHaveLength(1)
  })

  it('are refused in words where they can be guessed, and never repeated', () => {
    const good = randomBytes(32).toString('base64url')
    const refusals: readonly (readonly [string, RegExp])[] = [
      ['', /There is no secret\. Make one with "openssl rand -base64 32"/],
      [' ,\n', /There is no secret/],
      ['changeme', /The secret has 8 characters; 43 characters are expected/],
      [randomBytes(31).toString('hex'), /has 62 characters; 64 hexadecimal digits are expected/],
      [`${good},hunter2-hunter2`, /Secret 2 of 2 has 15 characters/],
      ['ab'.repeat(40), /repeats a few characters/],
    ]
    for (const [text, words] of refusals) {
      let said = ''
      try {
        readSecrets(text)
      } catch (error) {
        said = (error as Error).message
        expect(error).toMatchObject({ name: 'IdentityError', code: 'SECRET_WEAK' })
      }
      expect(said).toMatch(words)
      if (text.length > 4) expect(said).not.toContain(text.split(',').at(-1))
    }
  })

  it('that were drawn at random are taken, in hexadecimal digits and base64', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 64 }).filter((bytes) => new Set(bytes).size > 16),
        (bytes) => {
          for (const coding of ['hex', 'base64', 'base64url'] as const) {
            expect(readSecrets(Buffer.from(bytes).toString(coding))).toHaveLength(1)
          }
        },
      ),
    )
  })

  it('give every purpose a key of its own, the same on every replica', () => {
    const secret = Buffer.from('k3Vv0m6sJ2m1m8N1q7cS4c1Q2n0yJq7b9T5u2x8wZ1g=')
    const keys = PURPOSES.map((purpose) => subKey(secret, purpose).toString('hex'))
    expect(new Set(keys).size).toBe(PURPOSES.length)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(PURPOSES.map((purpose) => subKey(secret, purpose).toString('hex'))).toEqual(keys)
    // Written down: a change of the derivation would sign everybody out, and must not happen unnoticed.
    expect(keys).toMatchInlineSnapshot(`
      [
        "128749a84ffc1f86c1497f46d43e3e1d773d30d7dc5f64fbd576766adce188c5",
        "cc00722eb0f34c707518e07ff6904ef9d99dd35889dd471a5bdb0be191e4d12a",
        "fcedd932e29d56e45f99b12dc82b73879e97a5c9b6fa210f30f1911d89b8f41a",
        "d41e91444181baf1c173fb6ed536da6fe9e0aca844e2658cca1f980b223a93cc",
      ]
    `)
    expect(subKeys([secret, randomBytes(32)], 'login')[0]).toEqual(subKey(secret, 'login'))
  })
})
