/** Every dialog of the portal: it has a name, a button that says that it closes it, and closes by it and by Escape. */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { presets } from '#simulation/presets.ts'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { openPortal, type PortalStage } from './portal-stage.ts'

const PORTAL = path.resolve(import.meta.dirname, '../../src/portal')

/** Files with dialogs, and the dialogs of each that the walk below opens, by their names. */
const DIALOGS: Readonly<Record<string, readonly string[]>> = {
  'simulation/actions.tsx': [
    'Add primaries',
    'Cancel this simulation?',
    'Delete this simulation?',
    'Priority among your simulations',
    'Run again',
    'Stop and merge?',
  ],
  'simulations/import-dialog.tsx': ['Import a FLUKA result'],
}

it('the walk knows every file of the portal with a dialog', () => {
  const files = readdirSync(PORTAL, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))
  expect(files.length).toBeGreaterThan(40)
  const found = files.filter((file) => /<(?:Modal|Drawer)\b/.test(readFileSync(path.join(PORTAL, file), 'utf8')))
  expect(found.map((file) => file.replaceAll(path.sep, '/')).sort()).toEqual(Object.keys(DIALOGS).sort())
})

describeWith(CHROMIUM, 'dialogs of the portal', (executable) => {
  let stage: PortalStage
  let done = ''
  let running = ''

  beforeAll(async () => {
    stage = await openPortal(executable, ['--no-example'])
    const client = stage.product.client()
    const spes = presets()[0]!.document
    const submit = (name: string, primaries: number) =>
      client.call('submit', {
        body: { ...spes, name, job: { ...spes.job, goal: { kind: 'primaries', primaries } } },
        headers: { 'idempotency-key': name.padEnd(20, 'x') },
      })
    done = (await submit('done', 100_000)).id
    const isDone = async () => (await client.call('show', { params: { id: done } })).state === 'done'
    await vi.waitUntil(isDone, { timeout: 40_000, interval: 100 })
    running = (await submit('running', 1e12)).id
  }, 90_000)
  afterAll(() => stage?.close())

  /** Opens the dialog twice, closes it by its button and by Escape, and says its name. */
  async function closesWell(page: Page, open: () => Promise<void>): Promise<string> {
    const dialog = page.getByRole('dialog')
    await open()
    await dialog.waitFor()
    const heard = await dialog.ariaSnapshot()
    const [, name = ''] = /^- dialog "([^"]+)"/.exec(heard) ?? []
    expect(name, heard).not.toBe('')
    const close = dialog.getByRole('button', { name: 'Close', exact: true })
    expect(await close.count(), heard).toBe(1)
    // No button of a dialog is without a name.
    expect(heard).toMatch(/- button "/)
    expect(heard).not.toMatch(/- button(?! ")/)
    await close.click()
    await dialog.waitFor({ state: 'detached' })
    await open()
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    return name
  }

  it('are named, and their buttons to close say so', async () => {
    const { page, errors } = await stage.open()
    const names = [await closesWell(page, () => page.getByRole('button', { name: 'Import a FLUKA result' }).click())]
    const item = (name: string) => async () => {
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    await page.goto(`${stage.origin}/simulations/${done}`)
    names.push(
      await closesWell(page, () => page.getByRole('button', { name: 'Add primaries' }).click()),
      await closesWell(page, item('Run again…')),
      await closesWell(page, item('Delete…')),
    )
    await page.goto(`${stage.origin}/simulations/${running}`)
    names.push(
      await closesWell(page, () => page.getByRole('button', { name: 'Stop and merge' }).click()),
      await closesWell(page, item('Cancel…')),
      await closesWell(page, item('Priority…')),
    )
    expect(names.sort()).toEqual(Object.values(DIALOGS).flat().sort())
    expect(errors).toEqual([])
  }, 60_000)
})
