import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeIdentityContract, NO_CREDENTIALS } from '#test/contracts/identity.ts'
import { CookieJar, signInAtProvider } from '#test/servers/cookie-jar.ts'
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

describe('a login', () => {
  it('goes to the provider and comes back with a session', async () => {
    const { login, authenticate } = identityOf()
    const { redirect, cookies } = await login.begin('/new?a=1#b', {})
    const back = await signInAtProvider(new CookieJar(), redirect, 'alice', `${publicUrl}/login/callback`)
    const step = await login.finish(new URL(back).search.slice(1), { [cookies[0]!.name]: cookies[0]!.value })
    expect(step.redirect).toBe('/new?a=1#b')
    expect(step.cookies.map(({ maxAgeSeconds }) => maxAgeSeconds)).toEqual([0, 7200])
    const user = await authenticate({ ...NO_CREDENTIALS, cookie: step.cookies[1]!.value })
    expect(user).toMatchObject({ id: `alice@${new URL(provider.issuer).host}`, displayName: 'Alice Ansaldo' })
  })
})
