import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkJobToken, mintJobToken } from './job-token.ts'
import { subKey, subKeys } from './secrets.ts'

const key = subKey(randomBytes(32), 'job-token')
const NOW = Date.UTC(2026, 10, 27)
const jobs = fc.stringMatching(/^[a-z0-9-]{4,40}$/)
const ends = fc.integer({ min: NOW + 1, max: NOW + 10 ** 10 })

describe('the token of a job', () => {
  it('says which job and until when, to whoever has the key', () => {
    fc.assert(
      fc.property(jobs, ends, (jobId, validUntilMs) => {
        const token = mintJobToken(key, jobId, validUntilMs)
        expect(token).toMatch(/^isj1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/)
        expect(checkJobToken([key], token, NOW)).toEqual({ ok: true, jobId, validUntilMs })
      }),
    )
  })

  it('is refused with any character changed, taken away or added', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='
    fc.assert(
      fc.property(
        jobs,
        ends,
        fc.nat(),
        fc.nat(characters.length - 1),
        fc.integer({ min: 0, max: 2 }),
        (jobId, until, where, which, how) => {
          const token = mintJobToken(key, jobId, until)
          const at = where % token.length
          const rest = token.slice(at + (how === 1 ? 0 : 1))
          const changed = token.slice(0, at) + (how === 2 ? '' : characters[which]) + rest
          if (changed === token) return
          expect(checkJobToken([key], changed, NOW).ok, changed).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
    const token = mintJobToken(key, 'abcd', NOW + 1)
    for (const other of ['', ' ', 'isj1', 'isj1..', token.slice(5), `isj2${token.slice(4)}`, token.toUpperCase()]) {
      expect(checkJobToken([key], other, NOW).ok, other).toBe(false)
    }
    for (const shape of [`${token} `, `${token}\n`, `isj1.${'A'.repeat(100_000)}.${'A'.repeat(43)}`]) {
      expect(checkJobToken([key], shape, NOW)).toEqual({ ok: false, reason: 'malformed' })
    }
  })

  it('ends at the millisecond that it names', () => {
    fc.assert(
      fc.property(jobs, ends, (jobId, until) => {
        const token = mintJobToken(key, jobId, until)
        expect(checkJobToken([key], token, until - 1).ok).toBe(true)
        expect(checkJobToken([key], token, until)).toEqual({ ok: false, reason: 'expired' })
      }),
    )
  })

  it('of another job, another end or another key does not fit together with its own parts', () => {
    fc.assert(
      fc.property(jobs, jobs, ends, ends, (one, two, first, second) => {
        if (one === two && first === second) return
        const [, body] = mintJobToken(key, one, first).split('.')
        const [, , signature] = mintJobToken(key, two, second).split('.')
        expect(checkJobToken([key], `isj1.${body}.${signature}`, NOW)).toEqual({ ok: false, reason: 'forged' })
      }),
    )
    const token = mintJobToken(subKey(randomBytes(32), 'job-token'), 'abcd', NOW + 1)
    expect(checkJobToken([key], token, NOW)).toEqual({ ok: false, reason: 'forged' })
    expect(checkJobToken([], token, NOW)).toEqual({ ok: false, reason: 'forged' })
  })

  it('stays good while the secret is changed, until the earlier one is taken away', () => {
    const [before, after] = [randomBytes(32), randomBytes(32)]
    const token = mintJobToken(subKey(before, 'job-token'), 'abcd', NOW + 1)
    expect(checkJobToken(subKeys([after, before], 'job-token'), token, NOW).ok).toBe(true)
    expect(checkJobToken(subKeys([after], 'job-token'), token, NOW).ok).toBe(false)
    expect(checkJobToken(subKeys([before], 'session'), token, NOW).ok).toBe(false)
  })

  it('is not made for what is no job, no time, or with a key that is none', () => {
    for (const job of ['', 'two words', 'line\n', 'x'.repeat(201), 'é']) {
      expect(() => mintJobToken(key, job, NOW), job).toThrow(/a job is named by/)
    }
    for (const until of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY]) {
      expect(() => mintJobToken(key, 'abcd', until)).toThrow(/whole number of milliseconds/)
    }
    expect(() => mintJobToken(new Uint8Array(0), 'abcd', NOW)).toThrow(/at least 32 bytes/)
  })
})
