/** A provider that goes away, comes back with other keys, or keeps something to itself. */

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openidIdentity } from '#identity/openid.ts'
import { CookieJar, signInAtProvider } from '#test/servers/cookie-jar.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { type Bench, startBench } from './control-bench.ts'
import { askMe, askMeAsProgram, problemOf } from './who-am-i.ts'

const secrets = [randomBytes(32)]

describe('a provider that goes away', () => {
  let now = Date.now()
  let mortal: OpenidProvider
  let service: Bench
  let url = ''
  const later = (seconds: number) => (now += seconds * 1000)
  const sign = (header = {}) => {
    const at = Math.floor(now / 1000)
    return mortal.sign({ iss: mortal.issuer, sub: 'bob', aud: url, exp: at + 600, groups: ['isolario'] }, header)
  }
  const signInThere = async () => {
    const jar = new CookieJar()
    await jar.visit(await signInAtProvider(jar, `${url}/login`, 'bob', `${url}/login/callback`))
    return jar
  }
  const start = async () => {
    // The provider has the clock of this machine.
    now = Date.now()
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    mortal = await startOpenidProvider({ publicUrl: url })
    const { issuer, clientId, clientSecret } = mortal
    const options = { issuer, clientId, clientSecret, publicUrl: url, secrets, clock: () => now }
    const identity = openidIdentity({ ...options, allowedGroups: ['isolario'], adminGroups: [] })
    service = await startBench({ port, publicUrl: url, identity })
    return identity
  }
  const stop = async () => {
    await service.done()
    await mortal.stop().catch(() => undefined)
  }

  it('ends no session, and lets in programs whose keys are known', async () => {
    await start()
    try {
      const jar = await signInThere()
      const bearer = await sign()
      expect((await askMeAsProgram(bearer, url)).status).toBe(200)
      await mortal.goAway()
      later(3600)
      expect((await askMe(jar, url)).status).toBe(200)
      expect((await askMeAsProgram(await sign(), url)).status).toBe(200)
      // A key that is not known might be a new one: that cannot be told now, and "wrong" would be a lie.
      const answer = await askMeAsProgram(await sign({ kid: 'new' }), url)
      expect(answer.status).toBe(503)
      expect(await problemOf(answer)).toMatchObject({
        code: 'IDENTITY_UNAVAILABLE',
        detail: expect.stringMatching(/cannot be used now: .*\/jwk does not answer \(ECONNREFUSED\)/),
      })
      // What is wrong whatever the keys are is wrong now as well.
      const foreign = await mortal.sign({ iss: 'https://evil.example', sub: 'bob', aud: url, exp: 9e9 }, { kid: 'new' })
      for (const wrong of ['nonsense', 'a.b.c', 'isj1.abcd.efgh', foreign]) {
        expect((await askMeAsProgram(wrong, url)).status, wrong).toBe(401)
      }
    } finally {
      await stop()
    }
  })

  it('before anything was known is said in words, and everything works when it is there', async () => {
    const identity = await start()
    try {
      await mortal.goAway()
      expect(await identity.trouble()).toMatch(/openid-configuration does not answer \(ECONNREFUSED\)/)
      const page = await new CookieJar().visit(`${url}/login`)
      expect(page).toMatchObject({ status: 503, text: expect.stringContaining('does not work at the moment') })
      expect(page.headers.get('retry-after')).toBe('30')
      expect((await problemOf(await askMeAsProgram(await sign(), url))).code).toBe('IDENTITY_UNAVAILABLE')
      const asked = mortal.asked.length
      await mortal.comeBack()
      // Not asked more often than every few seconds, however many ask us.
      for (let n = 0; n < 5; n++) expect((await new CookieJar().visit(`${url}/login`)).status).toBe(503)
      expect(mortal.asked).toHaveLength(asked)
      later(10)
      expect(await identity.trouble()).toBeNull()
      expect((await askMe(await signInThere(), url)).status).toBe(200)
    } finally {
      await stop()
    }
  })

  it('between the two steps of a login, on a page', async () => {
    await start()
    try {
      const jar = new CookieJar()
      const back = await signInAtProvider(jar, `${url}/login?returnTo=/new`, 'bob', `${url}/login/callback`)
      await mortal.goAway()
      const page = await jar.visit(back)
      expect(page).toMatchObject({ status: 503, text: expect.stringContaining('does not answer (ECONNREFUSED)') })
      expect(page.text).toContain('/login?returnTo=%2Fnew')
    } finally {
      await stop()
    }
  })

  it.each([
    ['other names', 'key-2'],
    ['the same name', 'key-1'],
  ])('and comes back with new keys of %s: old tokens are refused, new ones and logins are good', async (_, keyId) => {
    await start()
    try {
      const jar = await signInThere()
      const old = await sign()
      expect((await askMeAsProgram(old, url)).status).toBe(200)
      await mortal.goAway()
      await mortal.comeBack({ newKeys: true, keyId })
      later(10)
      expect((await askMeAsProgram(await sign(), url)).status).toBe(200)
      expect((await askMeAsProgram(old, url)).status).toBe(401)
      expect((await askMe(jar, url)).status).toBe(200)
      expect((await askMe(await signInThere(), url)).status).toBe(200)
    } finally {
      await stop()
    }
  })

  it('and changes its keys one by one: tokens of both are good, also those that do not name their key', async () => {
    await start()
    try {
      const old = await sign()
      expect((await askMeAsProgram(old, url)).status).toBe(200)
      await mortal.goAway()
      await mortal.comeBack({ newKeys: true, keepsOld: true })
      later(10)
      for (const token of [await sign(), old, await sign({ kid: undefined })]) {
        expect((await askMeAsProgram(token, url)).status).toBe(200)
      }
      const changed = (await sign({ kid: undefined })).replace(/.{8}$/, 'AAAAAAAA')
      expect((await askMeAsProgram(changed, url)).status).toBe(401)
      expect((await askMe(await signInThere(), url)).status).toBe(200)
    } finally {
      await stop()
    }
  })

  it('is not asked for keys again and again because of tokens with unknown keys', async () => {
    await start()
    try {
      expect((await askMeAsProgram(await sign(), url)).status).toBe(200)
      later(10)
      for (let n = 0; n < 10; n++)
        expect((await askMeAsProgram(await sign({ kid: `unknown-${n}` }), url)).status).toBe(401)
      expect(mortal.asked.filter((path) => path === '/jwk')).toHaveLength(2)
    } finally {
      await stop()
    }
  })
})

describe('a provider that takes the secret of the client in the header only', () => {
  it('gets it there', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const old = await startOpenidProvider({ publicUrl: url, clientAuthentication: 'client_secret_basic' })
    const { issuer, clientId, clientSecret } = old
    const groups = { allowedGroups: ['/isolario'], adminGroups: [] }
    const { login } = openidIdentity({ issuer, clientId, clientSecret, publicUrl: url, secrets, ...groups })
    try {
      const { redirect, cookies } = await login.begin('/new', {})
      const back = await signInAtProvider(new CookieJar(), redirect, 'bob', `${url}/login/callback`)
      const step = await login.finish(new URL(back).search.slice(1), { [cookies[0]!.name]: cookies[0]!.value })
      expect(step.redirect).toBe('/new')
    } finally {
      await old.stop()
    }
  })
})

describe('groups that stand at the userinfo address only', () => {
  it('are asked for there', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const shy = await startOpenidProvider({ publicUrl: url, groupsInUserinfoOnly: true, groupsClaim: 'wlcg.groups' })
    const { issuer, clientId, clientSecret } = shy
    const groups = { groupsClaim: 'wlcg.groups', allowedGroups: ['/isolario'], adminGroups: [] }
    const identity = openidIdentity({ issuer, clientId, clientSecret, publicUrl: url, secrets, ...groups })
    const service = await startBench({ port, publicUrl: url, identity })
    try {
      const jar = new CookieJar()
      const visit = await jar.visit(await signInAtProvider(jar, `${url}/login`, 'bob', `${url}/login/callback`))
      expect(visit).toMatchObject({ status: 303, location: `${url}/` })
      expect(shy.asked).toContain('/userinfo')
      shy.refusesUserinfo = true
      const other = new CookieJar()
      const refused = await other.visit(await signInAtProvider(other, `${url}/login`, 'bob', `${url}/login/callback`))
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('tells nothing of groups') })
    } finally {
      await service.done()
      await shy.stop()
    }
  })
})
