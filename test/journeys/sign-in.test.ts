/** Signing in at a real OpenID provider, through the service, as a browser and as a program do it. */

import { createHash, createHmac, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { translateApiError } from '#cli/service-error.ts'
import { type OpenidOptions, openidIdentity } from '#identity/openid.ts'
import { createClient, type Fetch } from '#protocol/client.ts'
import { CookieJar, signInAtProvider } from '#test/servers/cookie-jar.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { type Bench, primaries, startBench } from './control-bench.ts'
import { askMe, askMeAsProgram, problemOf } from './who-am-i.ts'

const secrets = [randomBytes(32)]

let provider: OpenidProvider
let bench: Bench
/** Another replica: the same settings, other records, another port. */
let other: Bench
let publicUrl = ''

const identityOf = (more: Partial<OpenidOptions> = {}) =>
  openidIdentity({
    issuer: `${provider.issuer}/`,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    publicUrl,
    secrets,
    allowedGroups: ['isolario'],
    adminGroups: ['isolario/admins'],
    providerName: 'The Test IAM',
    ...more,
  })

beforeAll(async () => {
  const port = await freePort()
  publicUrl = `http://127.0.0.1:${port}`
  provider = await startOpenidProvider({ publicUrl })
  bench = await startBench({ port, publicUrl, identity: identityOf() })
  other = await startBench({ publicUrl, identity: identityOf() })
})
afterEach(() => {
  provider.idTokenClaims = {}
})
afterAll(async () => {
  await bench.done()
  await other.done()
  await provider.stop()
})

const me = (jar: CookieJar, url = bench.url) => askMe(jar, url)
const callback = () => `${publicUrl}/login/callback`
/** Signs in at the provider; the address that it leads back to is not visited yet. */
const comeBack = (jar: CookieJar, user: string, returnTo = '/') =>
  signInAtProvider(jar, `${bench.url}/login?returnTo=${encodeURIComponent(returnTo)}`, user, callback())
const signIn = async (user: string, returnTo = '/') => {
  const jar = new CookieJar()
  const visit = await jar.visit(await comeBack(jar, user, returnTo))
  return { jar, visit }
}
/** The cookie of a session of this service; a browser keeps those of the provider beside it. */
const sessionOf = (jar: CookieJar) => {
  const ours = [...jar.cookies(bench.url).values()].filter(({ name }) => name.startsWith('isolario'))
  expect(ours).toHaveLength(1)
  return ours[0]!
}
const nowSeconds = () => Math.floor(Date.now() / 1000)
const token = (more: Readonly<Record<string, unknown>> = {}, header = {}) =>
  provider.sign(
    {
      iss: provider.issuer,
      sub: 'bob',
      aud: publicUrl,
      iat: nowSeconds(),
      exp: nowSeconds() + 600,
      groups: ['isolario'],
      ...more,
    },
    header,
  )
const asProgram = (bearer: string, url = bench.url) => askMeAsProgram(bearer, url)

describe('a browser', () => {
  it('is told where to sign in, goes there, and comes back to the page that it wanted', async () => {
    const health = await new CookieJar().visit(`${bench.url}/api/v1/health`)
    expect(JSON.parse(health.text)).toMatchObject({ signIn: { providerName: 'The Test IAM' } })
    const { jar, visit } = await signIn('alice', '/simulations/abcd?tab=table#Ag-111')
    expect(visit).toMatchObject({ status: 303, location: `${publicUrl}/simulations/abcd?tab=table#Ag-111` })
    expect(JSON.parse((await me(jar)).text)).toEqual({
      id: `alice@${new URL(provider.issuer).host}`,
      displayName: 'Alice Ansaldo',
    })
    const session = sessionOf(jar)
    expect(session.attributes).toMatch(/HttpOnly/)
    expect(session.attributes).toMatch(/SameSite=Strict/)
    expect(session.attributes).toMatch(/Max-Age=7200/)
    expect(Buffer.from(session.value.slice(5), 'base64url').toString('latin1')).not.toMatch(/alice|Ansaldo|isolario/i)
  })

  it('goes to the provider with PKCE, state and nonce, fresh each time, and only Lax cookies', async () => {
    const jar = new CookieJar()
    const first = new URL((await jar.visit(`${bench.url}/login`)).location!)
    const second = new URL((await jar.visit(`${bench.url}/login`)).location!)
    expect(first.origin + first.pathname).toBe(`${provider.issuer}/authorize`)
    expect(Object.fromEntries(first.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'isolario',
      redirect_uri: callback(),
      scope: 'openid profile',
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first.searchParams.get(name)!.length, name).toBeGreaterThanOrEqual(43)
      expect(first.searchParams.get(name)).not.toBe(second.searchParams.get(name))
    }
    for (const { attributes } of jar.cookies(bench.url).values()) expect(attributes).toMatch(/HttpOnly; SameSite=Lax/)
  })

  it('keeps a handful of logins under way, however often it begins', async () => {
    const jar = new CookieJar()
    for (let n = 0; n < 12; n++) await jar.visit(`${bench.url}/login`)
    expect(jar.cookies(bench.url).size).toBeLessThanOrEqual(4)
    const visit = await jar.visit(await comeBack(jar, 'bob'))
    expect(visit.status).toBe(303)
  })

  it('signs in in two tabs at once', async () => {
    const jar = new CookieJar()
    const first = (await jar.visit(`${bench.url}/login?returnTo=/new`)).location!
    const second = await comeBack(jar, 'bob', '/')
    expect((await jar.visit(second)).status).toBe(303)
    const back = await signInAtProvider(jar, first, 'bob', callback())
    expect(await jar.visit(back)).toMatchObject({ status: 303, location: `${publicUrl}/new` })
  })

  it('never leads anywhere else', async () => {
    for (const evil of ['//evil.example', '/\\evil.example', 'https://evil.example', '/.//evil.example', '/login?x']) {
      const { visit } = await signIn('bob', evil)
      expect(visit.location, evil).toBe(`${publicUrl}/`)
    }
  })

  it('signs out with a button, and is not signed out by a page of somebody else', async () => {
    const { jar } = await signIn('bob')
    const asked = await jar.visit(`${bench.url}/logout`)
    expect(asked).toMatchObject({ status: 200, text: expect.stringContaining('method="post" action="/logout"') })
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await jar.visit(`${bench.url}/logout`, { method: 'POST', body: '', headers })).status).toBe(403)
    }
    expect((await me(jar)).status).toBe(200)
    const headers = { origin: publicUrl, 'sec-fetch-site': 'same-origin' }
    const done = await jar.visit(`${bench.url}/logout`, { method: 'POST', body: '', headers })
    expect(done.status).toBe(200)
    const there = /href="([^"]+)">Sign out of The Test IAM too/.exec(done.text)![1]!.replaceAll('&amp;', '&')
    expect((await me(jar)).status).toBe(401)
    // The provider knows the address, and this service as one that may send people there.
    const leaving = await jar.visit(there)
    expect(leaving).toMatchObject({ status: 200, text: expect.stringContaining('Do you want to sign-out') })
  })

  it('gets pages that no other site may show and no cache keeps, without script', async () => {
    const page = await new CookieJar().visit(`${callback()}?code=x&state=y`)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.text).not.toMatch(/<script/i)
  })
})

describe('two replicas with the same secret', () => {
  it('share sessions, and one finishes what the other began', async () => {
    const jar = new CookieJar()
    const back = await comeBack(jar, 'bob')
    const finished = await jar.visit(back.replace(publicUrl, other.url))
    expect(finished.status).toBe(303)
    expect((await me(jar)).status).toBe(200)
    expect((await me(jar, other.url)).status).toBe(200)
  })

  it('go on through a change of the secret', async () => {
    const { jar } = await signIn('bob')
    const fresh = randomBytes(32)
    const cookie = sessionOf(jar).value
    const credentials = { cookie, bearer: undefined, query: undefined }
    const rotated = identityOf({ secrets: [fresh, ...secrets] })
    expect(await rotated.authenticate(credentials)).toMatchObject({ displayName: 'Bob Bragg' })
    // A session in use moves to the current secret at once, and outlives the earlier one.
    const renewed = (await rotated.login.renew(cookie))!
    const after = identityOf({ secrets: [fresh] })
    expect(await after.authenticate({ ...credentials, cookie: renewed.value })).toMatchObject({
      displayName: 'Bob Bragg',
    })
    expect(await after.authenticate(credentials)).toBeUndefined()
  })
})

describe('a login is refused, in words on a page', () => {
  const refused = (visit: { status: number; text: string }, status: number, words: RegExp) => {
    expect(visit.text).toMatch(words)
    expect(visit.status).toBe(status)
    expect(visit.text).toContain('Sign in with The Test IAM')
    expect(visit.text).not.toMatch(/node_modules|\.ts:\d|a-secret-of-the-test/)
  }

  it('when it was finished before', async () => {
    const jar = new CookieJar()
    const back = await comeBack(jar, 'bob')
    const kept = jar.cookieHeader(back)
    expect((await jar.visit(back)).status).toBe(303)
    refused(await jar.visit(back), 400, /no sign-in under way/)
    // The provider itself refuses a code that was used, whoever kept the cookie.
    refused(await jar.visit(back, { headers: { cookie: kept } }), 400, /used before or is too old/)
  })

  it('with a wrong state, of another browser, without a code', async () => {
    const jar = new CookieJar()
    const back = new URL(await comeBack(jar, 'bob'))
    const changed = new URL(back)
    changed.searchParams.set('state', `${back.searchParams.get('state')!.slice(0, -1)}-`)
    refused(await jar.visit(changed.href), 400, /no sign-in under way/)
    refused(await new CookieJar().visit(back.href), 400, /no sign-in under way/)
    refused(await jar.visit(callback()), 400, /no sign-in under way/)
    const noCode = new URL(back)
    noCode.searchParams.delete('code')
    refused(await jar.visit(noCode.href), 502, /does not prove who you are/)
    const foreign = new URL(back)
    foreign.searchParams.set('code', 'x'.repeat(43))
    refused(await jar.visit(foreign.href), 400, /used before or is too old/)
    const elsewhere = new URL(back)
    elsewhere.searchParams.set('iss', 'https://evil.example')
    refused(await jar.visit(elsewhere.href), 502, /does not prove who you are/)
  })

  it('when it took longer than a quarter of an hour, or its cookie is of another login', async () => {
    let now = Date.now()
    const { login } = identityOf({ clock: () => now })
    const { redirect, cookies } = await login.begin('/new', {})
    const back = new URL(await signInAtProvider(new CookieJar(), redirect, 'bob', callback())).search.slice(1)
    const { name, value } = cookies[0]!
    const another = (await login.begin('/', {})).cookies[0]!.value
    const lost = { code: 'LOGIN_LOST', retriable: false }
    await expect(login.finish(back, { [name]: another })).rejects.toMatchObject(lost)
    await expect(login.finish(back, { other: value })).rejects.toMatchObject(lost)
    now += 15 * 60_000
    await expect(login.finish(back, { [name]: value })).rejects.toMatchObject(lost)
    now = Date.now()
    expect((await login.finish(back, { [name]: value })).redirect).toBe('/new')
  })

  it('when the person or the provider said no, without repeating what stands in the address', async () => {
    const jar = new CookieJar()
    const begun = new URL((await jar.visit(`${bench.url}/login?returnTo=/new`)).location!)
    const state = begun.searchParams.get('state')!
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: '<b>Call this number</b>',
      state,
      iss: provider.issuer,
    })
    const visit = await jar.visit(`${callback()}?${query}`)
    refused(visit, 403, /did not sign you in: it was refused there/)
    expect(visit.text).not.toContain('Call this number')
    expect(visit.text).toContain('/login?returnTo=%2Fnew')
  })

  it.each([
    ['a wrong nonce', { nonce: 'of-another-login' }, 502],
    ['no nonce', { nonce: undefined }, 502],
    ['a foreign issuer', { iss: 'https://evil.example' }, 502],
    ['another client', { aud: 'somebody-else' }, 502],
    ['an end that has passed', { exp: 1_000_000_000 }, 502],
    ['no signature', { alg: 'none' }, 502],
  ])('when the identity has %s', async (_, spoilt, status) => {
    const jar = new CookieJar()
    const back = await comeBack(jar, 'bob')
    provider.idTokenClaims = spoilt
    refused(await jar.visit(back), status, /does not prove who you are|did not sign/)
    expect((await me(jar)).status).toBe(401)
  })

  it('for who is in none of the groups, or of whom no groups are told', async () => {
    const { jar, visit } = await signIn('mallory')
    refused(
      visit,
      403,
      /Mallory is known, but may not use this service: it is for members of isolario, isolario\/admins/,
    )
    expect(visit.text).toContain('Sign out of The Test IAM first')
    expect((await me(jar)).status).toBe(401)
    refused((await signIn('nemo')).visit, 403, /tells nothing of groups \(there is no claim &quot;groups&quot;\)/)
  })
})

describe('a session', () => {
  it('is worth nothing when one character is changed, or as another cookie', async () => {
    const jar = new CookieJar()
    const back = await comeBack(jar, 'bob')
    const [login] = [...jar.cookies(bench.url).values()].filter(({ name }) => name.includes('-login-'))
    await jar.visit(back)
    const { name, value } = sessionOf(jar)
    const ask = (cookie: string) => jar.visit(`${bench.url}/api/v1/me`, { headers: { cookie: `${name}=${cookie}` } })
    expect((await ask(value)).status).toBe(200)
    for (const at of [0, 3, 6, value.length >> 1, value.length - 1]) {
      const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
      expect((await ask(changed)).status, `changed at ${at}`).toBe(401)
    }
    expect((await ask(login!.value)).status).toBe(401)
  })

  it('ends when it is not used, lives longer when it is, and ends for good after half a day', async () => {
    let now = Date.now()
    const identity = identityOf({ clock: () => now })
    const hours = (n: number) => (now += n * 3_600_000)
    const known = async (cookie: string) =>
      (await identity.authenticate({ cookie, bearer: undefined, query: undefined })) !== undefined
    let { value } = await identity.session({ id: 'x', displayName: 'X', groups: ['isolario'] })
    expect(await identity.login.renew(value)).toBeNull()
    hours(1.9)
    expect(await known(value)).toBe(true)
    hours(0.2)
    expect(await known(value)).toBe(false)
    expect(await identity.login.renew(value)).toBeNull()
    ;({ value } = await identity.session({ id: 'x', displayName: 'X', groups: ['isolario'] }))
    for (let used = 0; used < 11; used++) {
      hours(1)
      value = (await identity.login.renew(value))?.value ?? value
      expect(await known(value), `after ${used + 1} hours`).toBe(true)
    }
    hours(1)
    expect(await known(value)).toBe(false)
  })

  it('is renewed by the answers of the service', async () => {
    let now = Date.now()
    const renewing = await startBench({ publicUrl, identity: identityOf({ clock: () => now }) })
    try {
      const { jar } = await signIn('bob')
      expect((await me(jar, renewing.url)).headers.getSetCookie()).toEqual([])
      now += 3_600_000
      expect((await me(jar, renewing.url)).headers.getSetCookie()).toEqual([
        expect.stringMatching(/Max-Age=7200;.*Strict/),
      ])
      now += 1.5 * 3_600_000
      expect((await me(jar, renewing.url)).status).toBe(200)
    } finally {
      await renewing.done()
    }
  })

  it('takes its event stream along when it ends', async () => {
    let now = Date.now()
    const limits = { lookAtSessionEveryMs: 20 }
    const service = await startBench({ publicUrl, identity: identityOf({ clock: () => now }), limits })
    try {
      const { jar } = await signIn('bob')
      const headers = { cookie: jar.cookieHeader(service.url) }
      const stream = await fetch(`${service.url}/api/v1/events`, { headers })
      expect(stream.status).toBe(200)
      const end = stream.text()
      now += 3 * 3_600_000
      expect(await end).toContain('retry:')
      expect((await fetch(`${service.url}/api/v1/events`, { headers })).status).toBe(401)
    } finally {
      await service.done()
    }
  })

  it('means nothing at a service of another client or provider, and follows the settings of groups', async () => {
    const { value } = await identityOf().session({ id: 'x', displayName: 'X', groups: ['isolario'] })
    const credentials = { cookie: value, bearer: undefined, query: undefined }
    expect(await identityOf().authenticate(credentials)).toBeDefined()
    for (const more of [{ clientId: 'other' }, { issuer: 'https://other.example' }, { allowedGroups: ['other'] }]) {
      expect(await identityOf(more).authenticate(credentials), JSON.stringify(more)).toBeUndefined()
    }
  })
})

describe('what users may do', () => {
  it('is theirs alone, and everything for administrators', async () => {
    const bob = (await signIn('bob')).jar
    const alice = (await signIn('alice')).jar
    const made = await fetch(`${bench.url}/api/v1/simulations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: bob.cookieHeader(bench.url), origin: publicUrl },
      body: JSON.stringify(primaries(1000, 1)),
    })
    expect(made.status).toBe(201)
    const { id, owner } = (await made.json()) as { id: string; owner: string }
    expect(owner).toBe(`bob@${new URL(provider.issuer).host}`)
    const address = `${bench.url}/api/v1/simulations/${id}`
    expect((await bob.visit(address)).status).toBe(200)
    expect((await alice.visit(address)).status).toBe(200)
    const carol = await fetch(address, { headers: { authorization: `Bearer ${await token({ sub: 'carol' })}` } })
    expect((await problemOf(carol)).code).toBe('SIMULATION_NOT_FOUND')
  })
})

describe('a program', () => {
  it('shows an access token of the provider for this service', async () => {
    const answer = await asProgram(await token({ name: 'Bob Bragg' }))
    expect(await answer.json()).toEqual({ id: `bob@${new URL(provider.issuer).host}`, displayName: 'Bob Bragg' })
    for (const good of [
      { aud: ['elsewhere', provider.clientId] },
      { iss: `${provider.issuer}/` },
      { exp: nowSeconds() - 30 },
    ]) {
      expect((await asProgram(await token(good))).status, JSON.stringify(good)).toBe(200)
    }
  })

  it('gets one from the provider itself, by client credentials', async () => {
    const open = await startBench({ publicUrl, identity: identityOf({ allowedGroups: ['*'] }) })
    try {
      const answer = await fetch(`${provider.issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: provider.clientId,
          client_secret: provider.clientSecret,
          resource: publicUrl,
        }),
      })
      const { access_token } = (await answer.json()) as { access_token: string }
      expect((await asProgram(access_token, open.url)).status).toBe(200)
      const here = await asProgram(access_token)
      expect(here.status).toBe(403)
      expect((await problemOf(here)).detail).toContain('no claim "groups"')
    } finally {
      await open.done()
    }
  })

  it.each([
    ['of a foreign issuer', { iss: 'https://evil.example' }],
    ['of an issuer that only begins alike', { iss: 'http://127.0.0.1' }],
    ['for somebody else', { aud: 'https://elsewhere.example' }],
    ['for anybody', { aud: 'https://wlcg.cern.ch/jwt/v1/any' }],
    ['for nobody', { aud: undefined }],
    ['that has expired', { exp: nowSeconds() - 3600 }],
    ['that does not end', { exp: undefined }],
    ['that is not valid yet', { nbf: nowSeconds() + 3600 }],
    ['of nobody', { sub: undefined }],
    ['of an empty subject', { sub: '' }],
    ['that is an ID token', { nonce: 'n', at_hash: 'h' }],
    ['that Keycloak calls an ID token', { typ: 'ID' }],
    ['that Keycloak calls a refresh token', { typ: 'Refresh' }],
  ])('is refused with a token %s', async (_, claims) => {
    const answer = await asProgram(await token(claims))
    expect(answer.status).toBe(401)
    expect(await problemOf(answer)).toMatchObject({
      code: 'NOT_SIGNED_IN',
      detail: expect.stringContaining('may have expired'),
      advice: expect.stringContaining('ISOLARIO_TOKEN'),
    })
  })

  it('is told at the shell what to do about its token', async () => {
    const expired = await token({ exp: nowSeconds() - 3600 })
    const client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: bench.url, token: expired })
    const error = await client.call('whoAmI').then(() => null, translateApiError)
    expect(error).toMatchObject({
      code: 'NOT_SIGNED_IN',
      message: expect.stringMatching(/token of the request is not valid here: it may have expired.*ISOLARIO_TOKEN/),
    })
  })

  it('is refused with a token that nobody signed, or that was signed with what everybody knows', async () => {
    const payload = (await token()).split('.')[1]!
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect((await asProgram(`${part({ alg: 'none' })}.${payload}.`)).status).toBe(401)
    expect((await asProgram(`${part({ alg: 'none' })}.${payload}.AAAA`)).status).toBe(401)
    const keys = await (await fetch(`${provider.issuer}/jwk`)).text()
    const head = part({ alg: 'HS256', kid: 'key-1' })
    for (const key of [keys, createHash('sha256').update(keys).digest('hex')]) {
      const signature = createHmac('sha256', key).update(`${head}.${payload}`).digest('base64url')
      expect((await asProgram(`${head}.${payload}.${signature}`)).status).toBe(401)
    }
  })
})

it('leaves nothing secret in the log', async () => {
  const { jar } = await signIn('bob')
  await asProgram(await token({ exp: 1 }))
  const log = bench.log.join('\n')
  expect(log).toContain('/login/callback')
  expect(log).toContain('a sign-in was not finished')
  for (const secret of [provider.clientSecret, sessionOf(jar).value, 'eyJ', 'isc1.', 'code=', 'state=']) {
    expect(log, secret).not.toContain(secret)
  }
})
