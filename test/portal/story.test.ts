/** The story of a physicist, in a real browser on the real service: look, change, run, watch. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { eventually, type OpenPage, openPortal, type PortalStage } from './portal-stage.ts'
import { expectSilver } from './silver.ts'

describeWith(CHROMIUM, 'the story of the portal', (executable) => {
  let stage: PortalStage
  let open: OpenPage

  beforeAll(async () => {
    stage = await openPortal(executable, [])
    open = await stage.open()
  })
  afterAll(() => stage?.close())

  const histories = (text: string | null): number =>
    Number(/Shows ([\d\s]+) histories/.exec(text ?? '')?.[1]?.replace(/\s/g, ''))

  it('opens with the finished example, and its chart marks 111Ag', async () => {
    const { page } = open
    await page
      .getByRole('link', { name: /^SPES UC4 target/ })
      .first()
      .click()
    await page.locator('#page header [role=status]', { hasText: 'done' }).waitFor()
    const panel = page.getByRole('region', { name: 'Selected nuclide' })
    await panel.getByRole('heading', { name: /¹¹¹Ag/ }).waitFor()
    const cumulative = panel.getByRole('row', { name: /^cumulative/ })
    await eventually(() => cumulative.textContent()).toMatch(/ ± /)
    expectSilver(await cumulative.textContent())
    const { items } = await stage.product.client().call('list')
    const { result } = {
      result: (await stage.product.client().call('result', { params: { id: items[0]!.id } })) as ResultDocument,
    }
    expect(histories(await page.getByText(/^Shows/).textContent())).toBe(result.primaries)
    await page.getByRole('row', { name: /¹¹¹Ag/ }).first().waitFor()
  })

  it('follows the selection from table to chart and panel, and into the address', async () => {
    const { page } = open
    await page.getByRole('textbox', { name: 'Filter nuclides' }).fill('99Mo')
    await page.getByRole('row', { name: /⁹⁹Mo/ }).click()
    await page.getByRole('heading', { name: /⁹⁹Mo/ }).waitFor()
    await eventually(() => page.url()).toContain('sel=Mo-99')
    await page.reload()
    await page.getByRole('heading', { name: /⁹⁹Mo/ }).waitFor()
  })

  it('keeps the selected row in sight when rows move, until the reader scrolls it away', async () => {
    const { page } = open
    const grid = page.getByRole('grid', { name: 'Nuclides' })
    const selected = grid.getByRole('row', { selected: true })
    const sortBy = (title: RegExp) => grid.getByRole('columnheader', { name: title }).getByRole('button').click()
    const isInside = async () => {
      const [row, table] = [await selected.boundingBox(), await grid.boundingBox()]
      return !!row && !!table && row.y >= table.y && row.y + row.height <= table.y + table.height
    }
    await grid.getByRole('row', { name: /⁹⁹Mo/ }).waitFor()
    const before = await selected.getAttribute('aria-rowindex')
    await sortBy(/Half-life/)
    await eventually(() => grid.locator('[aria-sort=descending]').textContent()).toMatch(/Half-life/)
    await eventually(isInside).toBe(true)
    expect(await selected.textContent()).toMatch(/⁹⁹Mo/)
    expect(await selected.getAttribute('aria-rowindex')).not.toBe(before)

    const table = `document.querySelector('[role=grid][aria-label=Nuclides]')`
    const end = await page.evaluate(`(${table}.scrollTop = ${table}.scrollHeight, ${table}.scrollTop)`)
    expect(end).toBeGreaterThan(10_000)
    await sortBy(/Cumulative/)
    await eventually(() => grid.locator('[aria-sort=descending]').textContent()).toMatch(/Cumulative/)
    await page.waitForTimeout(100)
    expect(await page.evaluate(`${table}.scrollTop`)).toBe(end)
  })

  it('fills the form with the run, and numbers change with the energy as it is typed', async () => {
    const { page } = open
    await page.getByRole('button', { name: 'Change and run' }).click()
    const fact = page.locator('dl div', { hasText: 'Fissions per proton' }).locator('dd')
    await eventually(() => fact.textContent()).toMatch(/^0\.0069/)
    await page.getByLabel('Energy', { exact: true }).fill('35')
    await eventually(() => fact.textContent()).toMatch(/^0\.005/)
    await page.getByText(/behind the discs/i).waitFor()
    expect(await page.locator('figure svg').getAttribute('aria-label')).toContain('35 MeV')
    await page.getByLabel('Name', { exact: true }).first().fill('SPES at 35 MeV')
    await page.getByLabel('Primaries', { exact: true }).fill('2e7')
    await page.getByText(/2.×.10⁷ primaries, \d+ tasks/).waitFor()
  })

  it('runs once, however often the button is pressed, and the progress only grows', async () => {
    const { page } = open
    await page.getByRole('button', { name: 'Run', exact: true }).dblclick()
    await page.waitForURL(/\/simulations\//)
    const bar = page.getByRole('progressbar', { name: 'Progress' })
    const seen: number[] = []
    await eventually(async () => {
      seen.push(Number(await bar.getAttribute('aria-valuenow')))
      return page.locator('#page header [role=status]').textContent()
    }, 60_000).toContain('done')
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    await eventually(async () => histories(await page.getByText(/^Shows/).textContent())).toBe(20_000_000)
    const { items } = await stage.product.client().call('list')
    expect(items.filter((one) => one.name === 'SPES at 35 MeV')).toHaveLength(1)
  })

  it('adds primaries, and the histories shown grow', async () => {
    const { page } = open
    await page.getByRole('button', { name: 'Add primaries' }).click()
    await page.getByLabel('Primaries to add, for each scan point').fill('1e7')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await eventually(async () => histories(await page.getByText(/^Shows/).textContent()), 30_000).toBe(30_000_000)
  })

  it('shows every tab of a finished run', async () => {
    const { page } = open
    const heard: Record<string, RegExp> = {
      Table: /MC \/ estimate/,
      Layers: /disc7/,
      Tasks: /First history/,
      Logs: /log/,
      Provenance: /fixes every random number/,
    }
    for (const [tab, words] of Object.entries(heard)) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('tabpanel').getByText(words).first().waitFor()
    }
  })

  it('downloads table and picture', async () => {
    const { page } = open
    await page.getByRole('tab', { name: 'Chart' }).click()
    await page.getByText(/^Shows/).waitFor()
    for (const [item, name] of [
      ['Table, CSV', /\.csv$/],
      ['Chart, PNG', /\.png$/],
      ['Chart, SVG', /\.svg$/],
    ] as const) {
      await page.getByRole('button', { name: 'Download' }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: item, exact: true }).click(),
      ])
      expect(download.suggestedFilename()).toMatch(name)
    }
  })

  it('deletes after a question, and goes back to the list', async () => {
    const { page } = open
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('grid', { name: 'Simulations' }).waitFor()
    await eventually(() => page.getByText('SPES at 35 MeV').count()).toBe(0)
  })

  it('threw no error in any script', () => expect(open.errors).toEqual([]))
})
