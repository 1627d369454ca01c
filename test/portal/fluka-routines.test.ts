/** User routines in the portal: added to a template from files, looked at, taken out, run, and named in the result. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHROMIUM, describeWith, GFORTRAN } from '#test/needs.ts'
import { eventually, NARROW, openPortal, overflowOf, type PortalStage, WIDE } from './portal-stage.ts'

const GOOD = [
  '      DOUBLE PRECISION FUNCTION COMSCW ( IJ, XA, YA, ZA, MREG, RULL )',
  '*     Un poids par défaut, 1 à chaque dépôt d énergie',
  '      IMPLICIT DOUBLE PRECISION (A-H,O-Z)',
  '      COMSCW = 1.0D0',
  '      END',
  '',
].join('\n')
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'text/plain', buffer })

describeWith([CHROMIUM, GFORTRAN], 'user routines in the portal', (executable) => {
  let stage: PortalStage
  beforeAll(async () => {
    stage = await openPortal(executable, ['--no-example'], {
      ISOLARIO_FLUKA: 'stand-in',
      ISOLARIO_FLUKA_ROUTINES: 'yes',
    })
  }, 90_000)
  afterAll(() => stage?.close())

  /** A form with a template in the hand whose deck calls COMSCW. */
  async function template(options: Parameters<PortalStage['open']>[0] = {}) {
    const open = await stage.open(options)
    const { page } = open
    await page.goto(`${stage.origin}/new`)
    await page.getByRole('radio', { name: /STAND-IN for FLUKA/ }).check()
    await page.getByRole('switch', { name: 'Expert' }).check()
    await page.getByRole('button', { name: 'Deck and template' }).click()
    await page.getByRole('radiogroup', { name: 'Part of the deck' }).getByText('Template').click()
    await page.getByRole('button', { name: 'Edit as a template' }).click()
    const text = page.getByRole('textbox', { name: 'Text of the template' })
    const own = await text.inputValue()
    await text.fill(own.replace(/^RANDOMIZ/m, `USERWEIG${' '.repeat(52)}       1.0\nRANDOMIZ`))
    return { ...open, text, routines: page.getByRole('region', { name: 'User routines' }) }
  }

  it('are asked for by the card that calls them, added from files, looked at and taken out by keyboard', async () => {
    const { page, errors, routines } = await template()
    const problems = page.getByRole('list', { name: 'Problems of the deck' })
    await problems.getByText(/USERWEIG WHAT\(6\): It calls the user routine COMSCW, and no source file/).waitFor()
    // Sources are older than UTF-8: letters of Latin-1 are read as what they are.
    const input = page.getByLabel('Routine files')
    await input.setInputFiles([file('comscw.f', Buffer.from(GOOD, 'latin1')), file('notes.f90', Buffer.from('x'))])
    await routines.getByText('Added comscw.f, notes.f90.').waitFor()
    await problems.waitFor({ state: 'detached' })
    await routines.getByText(/"notes\.f90" is Fortran in free form/).waitFor()
    const save = page.getByRole('button', { name: 'Save as version 1' })
    expect(await save.isDisabled()).toBe(true)
    await routines.getByRole('button', { name: 'Remove notes.f90' }).focus()
    await page.keyboard.press('Enter')
    await routines.getByText(/notes\.f90 was removed/).waitFor()
    await eventually(() => page.evaluate('document.activeElement?.textContent')).toBe('Add files')
    const view = routines.getByRole('button', { name: 'View comscw.f' })
    await view.focus()
    await page.keyboard.press('Enter')
    await routines
      .getByRole('region', { name: 'Text of comscw.f' })
      .getByText(/défaut, 1 à chaque dépôt/)
      .waitFor()
    expect(await routines.getByRole('button', { name: 'Hide comscw.f' }).getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Enter')
    await routines.getByRole('region', { name: 'Text of comscw.f' }).waitFor({ state: 'detached' })
    await routines.getByText('5 lines').waitFor()
    await input.setInputFiles([file('comscw.f', Buffer.from(GOOD))])
    await routines.getByText('comscw.f was replaced.').waitFor()
    await save.click()
    await eventually(() => page.locator('[data-path="setup.engine.template"]').textContent()).toMatch(
      /version 1, \d+ lines, with 1 routine file/,
    )
    expect(errors).toEqual([])
  })

  it('go with the run: the result names them with their digest, and says that the stand-in ran none', async () => {
    const { page, errors, routines } = await template()
    await page.getByLabel('Routine files').setInputFiles([file('comscw.f', Buffer.from(GOOD))])
    const digest = (await routines.getByText(/^SHA-256 of names and texts/).textContent())!.split(': ')[1]!
    await page.getByRole('button', { name: 'Save as version 1' }).click()
    await page.getByLabel('Primaries', { exact: true }).fill('1200')
    await page.getByLabel('Histories per batch').fill('200')
    await page.getByText('6 tasks').waitFor()
    await page
      .getByText(/STAND-IN: the stand-in does not run the user routines/)
      .first()
      .waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForURL(/\/simulations\//)
    await eventually(() => page.locator('#page header [role=status]').textContent(), 120_000).toContain('Done: ')
    await page.getByRole('tab', { name: 'Provenance' }).click()
    const provenance = page.getByRole('tabpanel')
    await provenance.getByText(`comscw.f; SHA-256 ${digest}`, { exact: true }).waitFor()
    await provenance.getByText(/STAND-IN: the stand-in does not run the user routines/).waitFor()
    expect(errors).toEqual([])
  }, 180_000)

  it.each([
    ['light', WIDE],
    ['dark', WIDE],
    ['dark', NARROW],
  ] as const)('are legible in %s colours, %j', async (colours, size) => {
    const { page, errors, routines } = await template({ colours, size })
    const long = `a${'b'.repeat(39)}.f`
    await page
      .getByLabel('Routine files')
      .setInputFiles([
        file('comscw.f', Buffer.from(GOOD)),
        file(long, Buffer.from('x')),
        file('empty.f', Buffer.from(' ')),
      ])
    await routines.getByText(/"empty\.f" is empty/).waitFor()
    await routines.getByRole('button', { name: 'View comscw.f' }).click()
    const pre = routines.getByRole('region', { name: 'Text of comscw.f' }).locator('pre')
    await pre.waitFor()
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    for (const part of [pre, routines.getByText(/"empty\.f" is empty/), routines.getByText('5 lines')]) {
      expect(await part.evaluate(contrast)).toBeGreaterThan(4.5)
    }
    if (process.env['ISOLARIO_TEST_PICTURES']) {
      await routines.screenshot({
        path: `${process.env['ISOLARIO_TEST_PICTURES']}/routines-${colours}-${size.width}.png`,
      })
    }
    expect(errors).toEqual([])
    await page.context().close()
  })
})

/** Contrast of an element's ink to the nearest ground that is painted below it (WCAG 2.2, 1.4.3). */
const contrast = new Function(
  'element',
  `
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  let below = element
  const ground = () => getComputedStyle(below).backgroundColor
  while (below.parentElement && (channels(ground())[3] ?? 1) === 0) below = below.parentElement
  const [a, b] = [light(getComputedStyle(element).color), light(ground())].sort((x, y) => y - x)
  return (a + 0.05) / (b + 0.05)
`,
) as (element: unknown) => number
