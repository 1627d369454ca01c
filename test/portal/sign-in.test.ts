/** Signing in with a real browser. The provider is another site for it: `localhost` is not `127.0.0.1`. */

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openidIdentity } from '#identity/openid.ts'
import { type Bench, startBench } from '#test/journeys/control-bench.ts'
import { CHROMIUM, CHROMIUM_FLAGS, describeWith } from '#test/needs.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { builtPortal, eventually, NARROW, overflowOf, PATIENCE_MS, WIDE } from './portal-stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A folder for pictures to look at by eye. */
const SHOTS = process.env['ISOLARIO_TEST_PICTURES']

describeWith(CHROMIUM, 'signing in with a browser', (executable) => {
  let provider: OpenidProvider
  let bench: Bench
  let browser: Browser
  let url = ''

  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    provider = await startOpenidProvider({ publicUrl: url, host: 'localhost' })
    const { issuer, clientId, clientSecret } = provider
    const identity = openidIdentity({
      issuer,
      clientId,
      clientSecret,
      publicUrl: url,
      secrets: [randomBytes(32)],
      allowedGroups: ['isolario'],
      adminGroups: ['isolario/admins'],
      providerName: 'INFN IAM',
    })
    bench = await startBench({ port, publicUrl: url, identity, staticFolder: builtPortal() })
    browser = await chromium.launch({ executablePath: executable, args: [...CHROMIUM_FLAGS] })
  }, 90_000)
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await bench?.done()
    await provider?.stop()
  })

  const open = async (size: { width: number; height: number } = WIDE, colours: 'light' | 'dark' = 'light') => {
    const context = await browser.newContext({ viewport: size, colorScheme: colours, reducedMotion: 'reduce' })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) errors.push(message.text())
    })
    return { context, page, errors }
  }
  const atProvider = async (page: Page, user: string) => {
    await page.waitForURL(`${provider.issuer}/**`)
    await page.locator('input[name=login]').fill(user)
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
  }
  const loseSession = (context: BrowserContext) => context.clearCookies({ domain: '127.0.0.1' })
  /** @param scope of the rules of accessibility: what is of the sign-in; the rest of the pages has a suite of its own */
  const look = async (page: Page, name: string, scope = 'html') => {
    if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `${name}.png`) })
    expect(await overflowOf(page), name).toBeLessThanOrEqual(0)
    await page.evaluate(AXE)
    const violations = await page.evaluate(
      `axe.run(${JSON.stringify(scope)}, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
        .then((r) => r.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')))`,
    )
    expect(violations, name).toEqual([])
  }

  it.each([
    ['light', WIDE, 'wide'],
    ['dark', NARROW, 'narrow'],
  ] as const)(
    'leads to the provider and back to the page that was wanted, and out again: %s, %o',
    async (colours, size, name) => {
      const { page, errors } = await open(size, colours)
      await page.goto(`${url}/new?preset=spes-uc4&beam-energy=45`)
      await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
      await look(page, `signed-out-${name}`)
      await page.getByRole('link', { name: 'Sign in with INFN IAM' }).click()
      await atProvider(page, 'alice')
      // The session cookie is strict: the first page after another site is the one that would miss it.
      await page.waitForURL(`${url}/new?preset=spes-uc4&beam-energy=45`)
      await eventually(() => page.getByLabel('Energy', { exact: true }).inputValue()).toBe('45')
      await page.getByText('live', { exact: true }).waitFor()
      if (name === 'wide') await page.getByText('Alice Ansaldo').waitFor()
      await look(page, `signed-in-${name}`, 'header')
      if (name === 'narrow') {
        await page.setViewportSize({ width: 320, height: 640 })
        expect(await overflowOf(page)).toBeLessThanOrEqual(0)
      }
      const cookies = await page.context().cookies(url)
      expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/' })])
      expect(await page.evaluate('document.cookie')).toBe('')

      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'You are signed out of Isolario' }).waitFor()
      await look(page, `left-${name}`)
      expect(await page.context().cookies(url)).toEqual([])
      await page.getByRole('link', { name: 'Sign out of INFN IAM too' }).click()
      await page.getByText('Do you want to sign-out').waitFor()
      await page.getByRole('button', { name: 'Yes, sign me out' }).click()
      await page.waitForURL(`${url}/`)
      await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
      await page.getByRole('link', { name: 'Sign in with INFN IAM' }).click()
      await page.locator('input[name=login]').waitFor()
      expect(errors).toEqual([])
    },
    60_000,
  )

  it('keeps what was typed when the session ends, and goes on after a sign-in in another tab', async () => {
    const { context, page, errors } = await open()
    await page.goto(`${url}/new`)
    await page.getByRole('link', { name: 'Sign in with INFN IAM' }).click()
    await atProvider(page, 'bob')
    const name = page.getByLabel('Name', { exact: true }).first()
    await name.fill('typed for a quarter of an hour')
    await loseSession(context)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('Your session has ended.').waitFor()
    await page.getByText('You are not signed in.').waitFor()
    expect(await name.inputValue()).toBe('typed for a quarter of an hour')
    expect(await page.getByText('not connected').count()).toBe(0)
    await look(page, 'ended-wide', '[role=alert]')
    await page.setViewportSize(NARROW)
    await look(page, 'ended-narrow', '[role=alert]')
    await page.setViewportSize(WIDE)

    const opened = context.waitForEvent('page')
    await page.getByRole('link', { name: 'Sign in with INFN IAM in a new tab' }).click()
    // The provider still knows this browser: nothing has to be typed.
    const tab = await opened
    await tab.waitForURL(`${url}/`)
    await tab.getByText('Bob Bragg').waitFor()
    await tab.close()
    await page.bringToFront()
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
    await eventually(() => page.getByText('Your session has ended.').count()).toBe(0)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForURL(/\/simulations\/[a-z0-9-]+/)
    await page.getByRole('heading', { name: 'typed for a quarter of an hour' }).waitFor()
    expect(errors).toEqual([])
  }, 60_000)

  it('notices the end of the session by itself, on a page that only looks', async () => {
    const { context, page } = await open()
    await page.goto(url)
    await page.getByRole('link', { name: 'Sign in with INFN IAM' }).click()
    await atProvider(page, 'bob')
    await page.getByText('live', { exact: true }).waitFor()
    await loseSession(context)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
    await page.getByText('Your session has ended.').waitFor()
  })

  it('says on a page who may not come in, and why', async () => {
    for (const [size, name] of [
      [WIDE, 'wide'],
      [NARROW, 'narrow'],
    ] as const) {
      const { page, errors } = await open(size)
      await page.goto(`${url}/login?returnTo=/new`)
      await atProvider(page, 'mallory')
      await page.getByRole('heading', { name: 'You may not use this service' }).waitFor()
      await look(page, `not-admitted-${name}`)
      await page.getByRole('link', { name: 'To the start page' }).click()
      await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
      expect(errors).toEqual([])
    }
  })
})
