/**
 * What every identity must do. An implementation's test file calls `describeIdentityContract(name, make)`.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Credentials, type Identity, PERMISSIONS, type User } from '#identity/identity.ts'

/** One identity and credentials that it must know. */
export interface IdentityBench {
  readonly identity: Identity
  /** Credentials that prove a user, each alone; at least one. */
  readonly good: readonly Credentials[]
  close(): Promise<void>
}

export const NO_CREDENTIALS: Credentials = { cookie: undefined, bearer: undefined, query: undefined }

/** The suite. `make` gives a new bench for every test. */
export function describeIdentityContract(name: string, make: () => Promise<IdentityBench>): void {
  describe(`identity contract: ${name}`, () => {
    let bench: IdentityBench
    let identity: Identity
    beforeEach(async () => {
      bench = await make()
      identity = bench.identity
    })
    afterEach(() => bench.close())

    const known = async (): Promise<User> => {
      const user = await identity.authenticate(bench.good[0]!)
      if (!user) throw new Error('The first of the good credentials was refused.')
      return user
    }

    it('knows the sender of good credentials, always as the same', async () => {
      expect(bench.good.length).toBeGreaterThan(0)
      const user = await known()
      expect(user.id).toMatch(/^\S+$/)
      expect(user.displayName).not.toBe('')
      for (const credentials of bench.good) expect((await identity.authenticate(credentials))?.id).toBe(user.id)
    })

    it('does not know a sender without credentials, with empty ones or with wrong ones', async () => {
      expect(await identity.authenticate(NO_CREDENTIALS)).toBeUndefined()
      for (const field of ['cookie', 'bearer', 'query'] as const) {
        for (const value of ['', ' ', 'undefined', 'x', 'x'.repeat(100_000), '\0', 'é']) {
          expect(await identity.authenticate({ ...NO_CREDENTIALS, [field]: value })).toBeUndefined()
        }
      }
    })

    it('does not know good credentials that were changed in one character', async () => {
      for (const credentials of bench.good) {
        for (const field of ['cookie', 'bearer', 'query'] as const) {
          const value = credentials[field]
          if (value === undefined) continue
          const first = (value[0] === 'a' ? 'b' : 'a') + value.slice(1)
          const last = value.slice(0, -1) + (value.at(-1) === 'A' ? 'B' : 'A')
          for (const wrong of [
            first,
            last,
            value.slice(0, -1),
            `${value}a`,
            ` ${value}`,
            value.toUpperCase() === value ? value.toLowerCase() : value.toUpperCase(),
          ]) {
            if (wrong === value) continue
            expect(await identity.authenticate({ ...NO_CREDENTIALS, [field]: wrong }), wrong).toBeUndefined()
          }
        }
      }
    })

    it('gives a cookie by which a browser is known, and which is no other credential', async () => {
      const user = await known()
      const cookie = await identity.session(user)
      expect(cookie.name).toBe(identity.cookieName)
      expect(cookie.name).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(cookie.value).toMatch(/^[A-Za-z0-9_.~-]{22,4000}$/)
      expect(cookie.maxAgeSeconds).toBeGreaterThan(0)
      expect(await identity.authenticate({ ...NO_CREDENTIALS, cookie: cookie.value })).toEqual(user)
      expect(await identity.authenticate({ ...NO_CREDENTIALS, bearer: cookie.value })).toBeUndefined()
      expect(await identity.authenticate({ ...NO_CREDENTIALS, query: cookie.value })).toBeUndefined()
      for (const { bearer, query } of bench.good) {
        for (const token of [bearer, query]) {
          if (token === undefined) continue
          expect(cookie.value).not.toContain(token)
          expect(await identity.authenticate({ ...NO_CREDENTIALS, cookie: token })).toBeUndefined()
        }
      }
    })

    it('is not confused by a wrong credential beside a good one', async () => {
      const user = await known()
      const { value } = await identity.session(user)
      expect(await identity.authenticate({ cookie: value, bearer: undefined, query: 'old' })).toEqual(user)
    })

    it('lets a user read, submit and steer what is theirs', async () => {
      const user = await known()
      for (const permission of ['read', 'submit', 'steer'] as const) {
        expect(identity.may(user, permission, user.id)).toBe(true)
      }
      for (const permission of PERMISSIONS) {
        expect(identity.may({ id: 'nobody-of-this-name', displayName: 'x' }, permission, null)).toBe(false)
      }
    })

    it('accepts loopback hosts', () => {
      for (const host of ['127.0.0.1', 'localhost', '::1']) expect(identity.refusesHost(host), host).toBeNull()
    })
  })
}
