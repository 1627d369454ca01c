/** The whole product with a real browser in front of it, for the suites of the portal. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { type Product, startProduct } from '#test/journeys/product.ts'
import { CHROMIUM_FLAGS } from '#test/needs.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** Two cores serve browser, service, workers and other suites. */
export const PATIENCE_MS = 10_000

export const WIDE = { width: 1600, height: 900 } as const
export const NARROW = { width: 390, height: 844 } as const

export interface PortalStage {
  readonly product: Product
  readonly browser: Browser
  /** Address without path. */
  readonly origin: string
  /** A signed-in page; errors of its scripts are collected in `errors`. */
  open(options?: OpenOptions): Promise<OpenPage>
  closePages(): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  readonly size?: { readonly width: number; readonly height: number }
  readonly colours?: 'light' | 'dark'
  readonly signedIn?: boolean
  readonly headers?: Record<string, string>
}

export interface OpenPage {
  readonly page: Page
  readonly errors: readonly string[]
}

/**
 * @param args further flags of `serve`
 * @param environment variables of the service
 */
export async function openPortal(
  executable: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<PortalStage> {
  builtPortal()
  const product = await startProduct(environment, args)
  const browser = await chromium.launch({ executablePath: executable, args: [...CHROMIUM_FLAGS] })
  const origin = new URL(product.address()).origin
  return {
    product,
    browser,
    origin,
    async open({ size = WIDE, colours = 'light', signedIn = true, headers = {} } = {}) {
      const context = await browser.newContext({
        viewport: size,
        colorScheme: colours,
        reducedMotion: 'reduce',
        extraHTTPHeaders: headers,
      })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto(signedIn ? product.address() : origin)
      return { page, errors }
    },
    async closePages() {
      for (const context of browser.contexts()) await context.close()
    },
    async close() {
      await browser.close()
      await product.stop()
      product.remove()
    },
  }
}

/** Folder of the built portal. `npm test` has built the portal already; a suite run by hand on a fresh clone builds it itself. */
export function builtPortal(): string {
  const folder = path.join(ROOT, 'dist/portal')
  if (existsSync(path.join(folder, 'index.html'))) return folder
  const built = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    env: forProduction(),
  })
  if (built.status !== 0) throw new Error(`The portal could not be built:\n${built.stderr}`)
  return folder
}

/** Vitest says `test`, and with that React would be its development build, which nobody ships: it mounts everything twice. */
export const forProduction = (): NodeJS.ProcessEnv => ({ ...process.env, NODE_ENV: 'production' })

/** Pixels by which the page is wider than the window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth') as Promise<number>

/** `expect.poll` with the patience of a busy machine. */
export const eventually = <T>(look: () => T, timeout = PATIENCE_MS) => expect.poll(look, { timeout, interval: 50 })
