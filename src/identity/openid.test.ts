import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeIdentityContract, NO_CREDENTIALS } from '#test/contracts/identity.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { type OpenidOptions, openidIdentity } from './openid.ts'

const publicUrl = 'http://127.0.0.1:9'
const secrets = [randomBytes(32)]

let provider: OpenidProvider
beforeAll(async () => {
  provider = await startOpenidProvider({ publicUrl })
})
afterAll(() => provider.stop())

const identityOf = (more: Partial<OpenidOptions> = {}) =>
  openidIdentity({
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    publicUrl,
    secrets,
    allowedGroups: ['isolario'],
    adminGroups: ['/isolario/admins'],
    ...more,
  })
const nowSeconds = () => Math.floor(Date.now() / 1000)
const claims = (more: Readonly<Record<string, unknown>> = {}) => ({
  iss: provider.issuer,
  sub: 'bob',
  aud: provider.clientId,
  iat: nowSeconds(),
  exp: nowSeconds() + 600,
  name: 'Bob Bragg',
  groups: ['/isolario', '/of no interest'],
  ...more,
})

describeIdentityContract('openid', async () => {
  const identity = identityOf()
  const bearer = await provider.sign(claims())
  const user = await identity.authenticate({ ...NO_CREDENTIALS, bearer })
  const { value } = await identity.session(user!)
  return {
    identity,
    good: [
      { ...NO_CREDENTIALS, bearer },
      { ...NO_CREDENTIALS, cookie: value },
    ],
    close: async () => {},
  }
})

describe('settings', () => {
  const refused = (more: Partial<OpenidOptions>) => {
    try {
      identityOf(more)
    } catch (error) {
      expect(error).toMatchObject({ name: 'IdentityError', code: 'IDENTITY_OPTIONS_INVALID' })
      return (error as Error).message
    }
    throw new Error('was not refused')
  }

  it('that cannot work or would not be safe are refused in words', () => {
    expect(refused({ issuer: 'iam.example.org' })).toMatch(/address of the provider must be an address such as https/)
    expect(refused({ issuer: 'http://iam.example.org' })).toMatch(/must begin with https: over plain http/)
    expect(refused({ issuer: 'http://127.0.0.1.evil.example' })).toMatch(/must begin with https/)
    expect(refused({ issuer: 'https://user:secret@iam.example.org' })).not.toContain('secret')
    expect(refused({ publicUrl: 'http://isolario.example.org' })).toMatch(/public address .* must begin with https/)
    expect(refused({ publicUrl: 'https://example.org/isolario' })).toMatch(/must not have a path/)
    expect(refused({ clientSecret: '' })).toMatch(/an id and a secret; one is missing/)
    expect(refused({ secrets: [] })).toMatch(/ISOLARIO_SECRET/)
    expect(refused({ allowedGroups: [], adminGroups: ['/'] })).toMatch(
      /No group may use this service.*"\*" for everybody/,
    )
    expect(refused({ adminGroups: ['*'] })).toMatch(/administrators cannot be everybody/)
  })

  it('that are safe are taken, and may listen anywhere', () => {
    for (const issuer of ['https://iam.example.org', 'https://sso.example.org/realms/sim/', 'http://localhost:8080']) {
      expect(identityOf({ issuer }).refusesHost('0.0.0.0')).toBeNull()
    }
    expect(identityOf({ publicUrl: 'https://isolario.example.org/' }).cookieName).toMatch(
      /^__Host-isolario-[0-9a-f]{8}$/,
    )
    expect(identityOf().cookieName).not.toMatch(/^__Host/)
    expect(identityOf({ publicUrl: 'http://127.0.0.1:8' }).cookieName).not.toBe(identityOf().cookieName)
  })
})

describe('what a user may do', () => {
  const of = (groups: readonly string[]) => ({ id: 'x@y', displayName: 'X', groups })
  const alone = { allowedGroups: ['users'], adminGroups: ['admins'] }

  it.each([
    ['a member', alone, of(['users']), [true, true, false, false]],
    ['an administrator who is no member', alone, of(['admins']), [true, true, true, true]],
    ['somebody else', alone, of(['others']), [false, false, false, false]],
    ['somebody in no group', alone, of([]), [false, false, false, false]],
    ['somebody in a group below', alone, of(['users/guests']), [false, false, false, false]],
    ['somebody where everybody may', { allowedGroups: ['*'], adminGroups: [] }, of([]), [true, true, false, false]],
    ['somebody whose group is called *', alone, of(['*']), [false, false, false, false]],
  ])('is decided by groups: %s', (_, settings, user, [submits, own, foreign, administers]) => {
    const { may } = identityOf(settings)
    expect(may(user, 'submit', null)).toBe(submits)
    for (const permission of ['read', 'steer'] as const) {
      expect(may(user, permission, user.id)).toBe(own)
      expect(may(user, permission, 'other@y')).toBe(foreign)
    }
    expect(may(user, 'administer', null)).toBe(administers)
  })

  it('is no longer anything when the settings say so, whatever a cookie says', async () => {
    const { value } = await identityOf().session(of(['isolario']))
    const cookie = { ...NO_CREDENTIALS, cookie: value }
    expect(await identityOf().authenticate(cookie)).toMatchObject({ id: 'x@y' })
    expect(await identityOf({ allowedGroups: ['other'] }).authenticate(cookie)).toBeUndefined()
  })

  it('fits into a cookie, in however many groups a user is', async () => {
    const identity = identityOf()
    const groups = Array.from({ length: 1000 }, (_, n) => `/isolario/group-${n}`)
    const bearer = await provider.sign(
      claims({ groups: [...groups.slice(0, 300), '/isolario'], name: 'Ü'.repeat(500) }),
    )
    const user = (await identity.authenticate({ ...NO_CREDENTIALS, bearer }))!
    expect(user.groups).toEqual(['isolario'])
    expect((await identity.session(user)).value.length).toBeLessThan(1000)
  })
})
