/** Signing in as in production: a public name, TLS that ends in front of the service, cookies that browsers take over https only. */

import { randomBytes } from 'node:crypto'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openidIdentity } from '#identity/openid.ts'
import { type Bench, startBench } from '#test/journeys/control-bench.ts'
import { CHROMIUM, CHROMIUM_FLAGS, describeWith, OPENSSL } from '#test/needs.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { startTlsProxy, type TlsProxy } from '#test/servers/tls-proxy.ts'
import { builtPortal, PATIENCE_MS } from './portal-stage.ts'

const HOST_NAME = 'isolario.example.org'

describeWith(CHROMIUM, 'signing in over https', (executable) => {
  describeWith(OPENSSL, 'behind a proxy', (openssl) => {
    let provider: OpenidProvider
    let bench: Bench
    let proxy: TlsProxy
    let browser: Browser
    let publicUrl = ''

    beforeAll(async () => {
      const port = await freePort()
      publicUrl = `https://${HOST_NAME}:${port}`
      provider = await startOpenidProvider({ publicUrl, host: 'localhost' })
      const { issuer, clientId, clientSecret } = provider
      const groups = { allowedGroups: ['isolario'], adminGroups: [] }
      const secrets = [randomBytes(32)]
      const identity = openidIdentity({ issuer, clientId, clientSecret, publicUrl, secrets, ...groups })
      bench = await startBench({ publicUrl, identity, staticFolder: builtPortal() })
      proxy = await startTlsProxy({ openssl, hostName: HOST_NAME, port, target: bench.url })
      const args = [...CHROMIUM_FLAGS, `--host-resolver-rules=MAP ${HOST_NAME} 127.0.0.1`]
      browser = await chromium.launch({ executablePath: executable, args })
    }, 90_000)
    afterAll(async () => {
      await browser?.close()
      await proxy?.stop()
      await bench?.done()
      await provider?.stop()
    })

    it('comes back with a cookie for this host and https alone, works with it, and gives it back', async () => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      const ours = async () => (await context.cookies()).filter(({ domain }) => domain === HOST_NAME)
      await page.goto(`${publicUrl}/simulations/abcd?tab=table`)
      await page.getByRole('link', { name: /^Sign in with/ }).click()
      await page.waitForURL(`${provider.issuer}/**`)
      expect(await ours()).toEqual([
        expect.objectContaining({ name: expect.stringMatching(/^__Host-.*-login-/), sameSite: 'Lax', secure: true }),
      ])
      await page.locator('input[name=login]').fill('bob')
      await page.locator('input[name=password]').fill('any')
      await page.locator('button[type=submit]').click()
      await page.waitForURL(`${publicUrl}/simulations/abcd?tab=table`)
      await page.getByText('Bob Bragg').waitFor()
      await page.getByText('live', { exact: true }).waitFor()
      expect(await ours()).toEqual([
        expect.objectContaining({
          name: expect.stringMatching(/^__Host-isolario-[0-9a-f]{8}$/),
          sameSite: 'Strict',
          secure: true,
          httpOnly: true,
          path: '/',
        }),
      ])
      const changed = await page.evaluate(
        `fetch('/api/v1/validate', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((r) => r.status)`,
      )
      expect(changed).toBe(200)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'You are signed out of Isolario' }).waitFor()
      expect(await ours()).toEqual([])
    }, 60_000)
  })
})
