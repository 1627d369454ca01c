/**
 * The chart alone in a real Chromium: bundled as it is shipped, on a page of its own, on the loopback address. Used by
 * the browser test, the benchmark and the gallery.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type Rolldown } from 'vite'
import { CHROMIUM_FLAGS } from '#test/needs.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The files of the chart as the portal ships them, by name. */
export type ChartBundle = ReadonlyMap<string, string>

/** Bundles the chart's door, minified. */
export async function bundleChart(): Promise<ChartBundle> {
  const outcome = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: 'es2023',
      minify: true,
      reportCompressedSize: false,
      lib: { entry: path.join(ROOT, 'src/portal/chart/chart.ts'), formats: ['es'], fileName: 'chart' },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[]
  const outputs = Array.isArray(outcome) ? outcome : [outcome]
  return new Map(outputs.flatMap(({ output }) => output.map((file) => [file.fileName, textOf(file)] as const)))
}

const textOf = (file: Rolldown.OutputChunk | Rolldown.OutputAsset): string =>
  file.type === 'chunk' ? file.code : String(file.source)

/** Bytes, gzipped, of what a page with a chart loads: the entry and what it imports at once, not what it loads later. */
export function firstLoadBytes(bundle: ChartBundle): number {
  const wanted = ['chart.js']
  for (const name of wanted) {
    const text = bundle.get(name)
    if (text === undefined) throw new Error(`The bundle has no file ${name}; it has ${[...bundle.keys()].join(', ')}.`)
    for (const [, from] of text.matchAll(/(?:from|^import)\s*["']\.\/([^"']+)["']/g)) {
      if (!wanted.includes(from!)) wanted.push(from!)
    }
  }
  return wanted.reduce((sum, name) => sum + gzipSync(bundle.get(name)!).length, 0)
}

const page = (width: number, height: number): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Chart of nuclides</title>
<style>html,body{margin:0}#host{width:${width}px;height:${height}px}</style>
<p id="before" style="margin:0;height:20px;font:14px sans-serif">before</p><div id="host"></div>
<p id="after" style="margin:0;height:20px;font:14px sans-serif">after</p>
<script type="module">
import * as door from './chart.js'
window.door = door
window.heard = []
window.mount = (options = {}) => {
  window.chart?.destroy()
  window.heard.length = 0
  const say = (kind) => (value) => window.heard.push([kind, value])
  window.chart = door.createChart(document.getElementById('host'), {
    atlas: door.nubaseAtlas(), onSelect: say('select'), onHover: say('hover'), onState: say('state'),
    onRequest: say('request'), ...options })
}
window.ready = true
</script></html>`

export interface Stage {
  readonly page: Page
  readonly bundle: ChartBundle
  close(): Promise<void>
}

/** Opens a page with the chart's door at `window.door` and `window.mount(options)`. */
export async function openStage(
  executablePath: string,
  {
    width = 1600,
    height = 900,
    ratio = 2,
    bundle,
  }: { width?: number; height?: number; ratio?: number; bundle?: ChartBundle } = {},
): Promise<Stage> {
  const files = bundle ?? (await bundleChart())
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1)
    const body = name === '' ? page(width, height) : files.get(name)
    if (body === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': name === '' ? 'text/html' : 'text/javascript' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let browser: Browser | undefined
  try {
    browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] })
    const context = await browser.newContext({
      viewport: { width, height: height + 40 },
      deviceScaleFactor: ratio,
      reducedMotion: 'reduce',
    })
    const opened = await context.newPage()
    const { port } = server.address() as AddressInfo
    await opened.goto(`http://127.0.0.1:${port}/`)
    await opened.waitForFunction('window.ready === true')
    const close = async (): Promise<void> => {
      await browser?.close()
      await new Promise((resolve) => server.close(resolve))
    }
    return { page: opened, bundle: files, close }
  } catch (error) {
    await browser?.close()
    server.close()
    throw error
  }
}
