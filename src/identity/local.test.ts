import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { describeIdentityContract, NO_CREDENTIALS } from '#test/contracts/identity.ts'
import { localIdentity } from './local.ts'

const token = randomBytes(24).toString('hex')

describeIdentityContract('local', async () => {
  const identity = localIdentity({ token })
  return {
    identity,
    good: [
      { ...NO_CREDENTIALS, bearer: token },
      { ...NO_CREDENTIALS, query: token },
      { ...NO_CREDENTIALS, cookie: (await identity.session({ id: 'local', displayName: '' })).value },
    ],
    close: async () => {},
  }
})

describe('local identity', () => {
  it('refuses to listen beyond loopback, in words', () => {
    const identity = localIdentity({ token })
    for (const host of [
      '0.0.0.0',
      '::',
      '192.168.1.7',
      'example.org',
      '',
      '128.0.0.1',
      '127.0.0.1.evil.org',
      'localhost.evil.org',
      '*',
    ]) {
      expect(identity.refusesHost(host), host).toMatch(/does not listen on .*127\.0\.0\.1.*ssh -L/)
    }
    for (const host of ['127.0.0.1', '127.8.9.1', '::1', '[::1]', 'LOCALHOST'])
      expect(identity.refusesHost(host)).toBeNull()
    expect(identity.refusesHost('0.0.0.0')).not.toContain(token)
  })

  it('refuses a token that can be guessed', () => {
    for (const weak of ['', 'secret', 'a'.repeat(31), 'x'.repeat(21), `${token} `]) {
      expect(() => localIdentity({ token: weak })).toThrow(/128 random bits/)
    }
  })

  it('keeps its cookie over restarts and apart from that of another server', async () => {
    const user = { id: 'local', displayName: '' }
    const cookie = await localIdentity({ token }).session(user)
    expect(await localIdentity({ token }).session(user)).toEqual(cookie)
    const other = localIdentity({ token: randomBytes(24).toString('base64url') })
    expect((await other.session(user)).name).not.toBe(cookie.name)
    expect(await other.authenticate({ ...NO_CREDENTIALS, cookie: cookie.value })).toBeUndefined()
  })

  it('shows the name it was given, and lets its user do everything', async () => {
    const identity = localIdentity({ token, displayName: 'Ada' })
    const user = await identity.authenticate({ ...NO_CREDENTIALS, bearer: token })
    expect(user).toEqual({ id: 'local', displayName: 'Ada' })
    expect(identity.may(user!, 'administer', null)).toBe(true)
    expect(identity.may(user!, 'steer', 'somebody-else')).toBe(true)
  })
})
