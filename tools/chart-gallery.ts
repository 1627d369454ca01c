/**
 * Draws the chart in every mode, light and dark, near and far, in a real Chromium, for people to look at:
 *   node bin/run.mjs tools/chart-gallery.ts [FOLDER] [NAME ...]
 * Writes one PNG per picture into FOLDER (default dist/chart-gallery); with names only those pictures.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CHROMIUM } from '#test/needs.ts'
import { openStage } from '#test/portal/chart-stage.ts'
import { spesResults } from '#test/portal/spes-results.ts'

const [folder = path.resolve(import.meta.dirname, '../dist/chart-gallery'), ...names] = process.argv.slice(2)
const executable = CHROMIUM.find()
if (executable === undefined) {
  console.error(`No Chromium. ${CHROMIUM.how}`)
  process.exit(1)
}
mkdirSync(folder, { recursive: true })

interface Picture {
  readonly name: string
  readonly theme: 'light' | 'dark'
  readonly result: 'none' | 'estimate' | 'sampled'
  /** Query of the chart's state. */
  readonly query: string
  /** A statement run after mounting. */
  readonly after?: string
}

const AROUND_SILVER = 'n=64&z=47'
const pictures: Picture[] = (['light', 'dark'] as const).flatMap((theme) => [
  { name: `half-life-${theme}`, theme, result: 'none' as const, query: '' },
  { name: `decay-${theme}`, theme, result: 'none' as const, query: 'mode=decay' },
  { name: `particles-${theme}`, theme, result: 'sampled' as const, query: 'mode=particles' },
  { name: `estimate-${theme}`, theme, result: 'estimate' as const, query: 'mode=particles&yield=cumulative' },
  { name: `error-${theme}`, theme, result: 'sampled' as const, query: 'mode=error' },
  { name: `model-${theme}`, theme, result: 'estimate' as const, query: 'mode=model-error' },
  ...[16, 26, 46, 70, 120].flatMap((edge) => [
    {
      name: `half-life-${edge}-${theme}`,
      theme,
      result: 'sampled' as const,
      query: `${AROUND_SILVER}&zoom=${edge}&sel=Ag-111`,
    },
    {
      name: `decay-${edge}-${theme}`,
      theme,
      result: 'none' as const,
      query: `mode=decay&${AROUND_SILVER}&zoom=${edge}`,
    },
    {
      name: `particles-${edge}-${theme}`,
      theme,
      result: 'sampled' as const,
      query: `mode=particles&${AROUND_SILVER}&zoom=${edge}&sel=Ag-111`,
    },
  ]),
  {
    name: `produced-${theme}`,
    theme,
    result: 'sampled' as const,
    query: 'mode=particles',
    after: 'chart.showProduced()',
  },
  {
    name: `search-${theme}`,
    theme,
    result: 'sampled' as const,
    query: 'mode=particles',
    after: "await chart.search('A=111')",
  },
  {
    name: `chain-${theme}`,
    theme,
    result: 'none' as const,
    query: 'mode=decay&n=140&z=88&zoom=26&sel=U-238',
    after: "chart.showChain(922380, 'forward')",
  },
])

const results = spesResults(2e6)
const stage = await openStage(executable)
for (const picture of pictures) {
  if (names.length > 0 && !names.some((name) => picture.name.startsWith(name))) continue
  const result = picture.result === 'none' ? null : results[picture.result]
  await stage.page.evaluate(
    `(async () => { const result = ${JSON.stringify(result)}; document.body.style.background = '${picture.theme === 'dark' ? '#14181d' : '#fcfcfa'}';
      mount({ theme: '${picture.theme}', result, state: door.stateFromQuery('${picture.query}') });
      ${picture.after ?? ''}; await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))) })()`,
  )
  const bytes = await stage.page.locator('#host').screenshot()
  writeFileSync(path.join(folder, `${picture.name}.png`), bytes)
  console.log(picture.name)
}
await stage.close()
