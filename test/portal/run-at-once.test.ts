/** What is typed last is what is run, also where the browser has not got round to checking it. */

import { afterAll, beforeAll, it } from 'vitest'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { openPortal, type PortalStage } from './portal-stage.ts'

describeWith(CHROMIUM, 'a form that is run at once', (executable) => {
  let stage: PortalStage
  beforeAll(async () => {
    stage = await openPortal(executable, ['--no-example'])
  })
  afterAll(() => stage?.close())

  it('runs what was typed last, on a slow machine too', { timeout: 120_000 }, async () => {
    const { page } = await stage.open()
    page.setDefaultTimeout(60_000)
    await page.goto(`${stage.origin}/new`)
    const name = page.getByLabel('Name', { exact: true }).first()
    await name.waitFor()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 8 })
    await name.fill('Typed last')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/simulations\/[a-z0-9-]+/)
    await page.getByRole('heading', { name: 'Typed last' }).waitFor()
  })
})
