/** A FLUKA result from elsewhere, through the dialog to the chart. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { elsewhereRun } from '#test/fluka/elsewhere-runs.ts'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { NARROW, openPortal, overflowOf, type PortalStage } from './portal-stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const DETECTORS = [1, 2, 3, 4, 5, 6, 7].map((disc) => `DISC${disc}`)
const runs = (detectors: readonly string[]) =>
  [1, 2, 3].map((run) => ({
    name: `run${run}_fort.25`,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(elsewhereRun(run, detectors)),
  }))

describeWith(CHROMIUM, 'imports in the portal', (executable) => {
  let stage: PortalStage
  beforeAll(async () => {
    stage = await openPortal(executable, ['--no-example', '--port', String(await freePort())])
  }, 120_000)
  afterEach(() => stage.closePages())
  afterAll(() => stage?.close())

  it('files and a preset become a chart that says that it is imported', async () => {
    const { page, errors } = await stage.open()
    await page.getByRole('button', { name: 'Import a FLUKA result' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(/^Files/).setInputFiles(runs(DETECTORS))
    await dialog.getByLabel('Name', { exact: true }).fill('Made elsewhere')
    await page.evaluate(AXE)
    const violations = await page.evaluate(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((r) => r.violations.map((v) => v.id + " " + v.nodes.map((n) => n.html).join(" ")))`,
    )
    expect(violations).toEqual([])
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('heading', { name: 'Made elsewhere' }).waitFor()
    await page.getByText('imported: FLUKA, from files of single runs (run1_fort.25 and 2 more)').first().waitFor()
    await page.getByText('Shows').first().waitFor()
    await page.goto(`${page.url().replace(/\?.*$/, '')}?tab=provenance`)
    await page.getByText('IMPORTED: these numbers were made elsewhere').first().waitFor()
    await page.getByText('disc1: DISC1, disc2: DISC2').first().waitFor()
    await page.goto(stage.origin)
    await page.getByText('imported ·').first().waitFor()
    expect(errors).toEqual([])
  }, 90_000)

  it('what does not fit is said in the dialog, and can be mended there', async () => {
    const { page, errors } = await stage.open({ size: NARROW })
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Import a FLUKA result' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(/^Files/).setInputFiles(runs([...DETECTORS.slice(0, 6), 'LAST']))
    await dialog.getByLabel('Name', { exact: true }).fill('Mended')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('Layer "disc7": no detector is called like it.').first().waitFor()
    await dialog.getByLabel(/^Detectors/).fill('disc7=LAST')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('heading', { name: 'Mended' }).waitFor()
    expect(errors).toEqual([])
  }, 90_000)
})
