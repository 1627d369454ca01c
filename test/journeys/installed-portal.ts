/** A physicist with a browser at an installation: signs in at the provider, runs the SPES example, sees its chart of nuclides. */

import path from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { expect } from 'vitest'
import type { Fetch } from '#protocol/client.ts'
import { CHROMIUM_FLAGS } from '#test/needs.ts'
import { WIDE } from '#test/portal/portal-stage.ts'

/** A folder for pictures to look at by eye. */
const PICTURES = process.env['ISOLARIO_TEST_PICTURES']
/** A whole cluster runs beside the browser. */
const PATIENCE_MS = 60_000

export interface PortalRun {
  readonly id: string
  /** Of which the page says that it shows them. */
  readonly histories: number
  /** Shades of the scale of colours on the chart: each nuclide that was produced has one. */
  readonly shades: number
  /** Of 111Ag, as the panel beside the chart says it. */
  readonly silver: string
}

export interface Physicist {
  runSpes(name: string, primaries: string): Promise<PortalRun>
  /** Resolves when the page that is open hears of changes. */
  live(): Promise<void>
  /** What the browser's session may do, for requests without a page: its cookies, and its origin with every change. */
  readonly fetch: Fetch
  close(): Promise<void>
}

export interface Visit {
  /** Of Chromium. */
  readonly executable: string
  /** Of the installation, without a slash at the end. */
  readonly url: string
  /** Of the provider. */
  readonly issuer: string
  readonly user: string
}

/** Signs in from a link to the form of a new simulation, as somebody who was sent it. */
export async function signIn({ executable, url, issuer, user }: Visit): Promise<Physicist> {
  const browser: Browser = await chromium.launch({ executablePath: executable, args: [...CHROMIUM_FLAGS] })
  try {
    // The certificate is the installation's own.
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ignoreHTTPSErrors: true })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`${url}/new?preset=spes-uc4`)
    await page.getByRole('link', { name: /^Sign in with/ }).click()
    await page.waitForURL(`${issuer}/**`)
    await page.locator('input[name=login]').fill(user)
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
    await page.waitForURL(`${url}/new?preset=spes-uc4`)
    const live = () => page.getByText('live', { exact: true }).waitFor()
    await live()

    return {
      live,
      async runSpes(name, primaries) {
        await page.goto(`${url}/new?preset=spes-uc4`)
        await live()
        await page.getByLabel('Name', { exact: true }).first().fill(name)
        await page.getByLabel('Primaries', { exact: true }).fill(primaries)
        await page.getByRole('button', { name: 'Run', exact: true }).click()
        await page.waitForURL(/\/simulations\/[a-z0-9-]+/)
        const id = /\/simulations\/([a-z0-9-]+)/.exec(page.url())![1]!
        const state = page.locator('#page header [role=status]')
        await expect.poll(() => state.textContent(), { timeout: PATIENCE_MS, interval: 100 }).toContain('done')
        const shown = page.getByText(/^Shows [\d\s]+ histories/)
        const histories = async () =>
          Number(/([\d\s]+) histories/.exec((await shown.textContent())!)![1]!.replace(/\s/g, ''))
        // The end is told before the last histories are asked for.
        await expect.poll(histories, { timeout: PATIENCE_MS, interval: 100 }).toBe(Number(primaries))
        await page.getByRole('heading', { name: /¹¹¹Ag/ }).waitFor()
        await page.getByRole('row', { name: /¹¹¹Ag/ }).first().waitFor()
        const panel = page.getByRole('region', { name: 'Selected nuclide' })
        const run = {
          id,
          histories: await histories(),
          shades: (await page.evaluate(COLOURED_SHADES)) as number,
          silver: (await panel.getByRole('row', { name: /^cumulative.* ± / }).textContent())!,
        }
        if (PICTURES) await page.screenshot({ path: path.join(PICTURES, 'installed-portal.png') })
        expect(errors).toEqual([])
        return run
      },
      fetch: asBrowser(context, url),
      close: () => browser.close(),
    }
  } catch (error) {
    await browser.close()
    throw error
  }
}

/** Different colours, no greys, on the canvas with the nuclides. */
const COLOURED_SHADES = `(() => {
  const canvas = document.querySelector('#page canvas[aria-hidden=true]')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const shades = new Set()
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]]
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40) shades.add((red << 16) | (green << 8) | blue)
  }
  return shades.size
})()`

function asBrowser(context: BrowserContext, origin: string): Fetch {
  return async (address, options) => {
    const cookie = (await context.cookies(address)).map(({ name, value }) => `${name}=${value}`).join('; ')
    return fetch(address, { ...options, headers: { ...options.headers, origin, cookie } })
  }
}
