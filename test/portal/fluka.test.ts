/** FLUKA in the portal, with the stand-in in its place: deck, template, a run with every kind of failure, the chart. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { eventually, NARROW, type OpenPage, openPortal, overflowOf, type PortalStage } from './portal-stage.ts'

/** Tasks that fail, by the kind that the stand-in is asked for, with the words that the user reads. */
const FAILURES: Readonly<Record<string, readonly [task: number, words: RegExp]>> = {
  licence: [10, /may not be used on this machine/],
  data: [25, /did not find a data file/],
  card: [40, /did not take the deck at card \d+ RESNUCLE .*REGION DISC1/],
  geometry: [55, /lost a particle in the geometry \(region DISC7 at x, y, z/],
  abort: [70, /stopped by itself after 100 primaries/],
  crash: [85, /broke after 100 primaries/],
  killed: [100, /was killed from outside/],
  'no-end': [115, /listing .* breaks off/],
  missing: [130, /did not write .*fort\.25/],
  cut: [145, /ends in the middle of a record/],
  primaries: [160, /is of 199 primaries .* the listing tells of 200/],
  state: [175, /state of the random numbers .* is not the last one/],
}
const TASKS = 200
const FAILED = Object.keys(FAILURES).length
/** Two hundred programs are started, and those that may be tried again three times. */
const WITHIN_MS = 600_000
const BANNER = 'STAND-IN for FLUKA: numbers come from the built-in model'

describeWith(CHROMIUM, 'FLUKA in the portal', (executable) => {
  let stage: PortalStage
  let open: OpenPage

  beforeAll(async () => {
    const fails = Object.entries(FAILURES).map(([kind, [task]]) => `${kind}@${task}`)
    stage = await openPortal(executable, ['--no-example'], {
      ISOLARIO_FLUKA: 'stand-in',
      ISOLARIO_FLUKA_STAND_IN_FAILS: fails.join(','),
    })
    open = await stage.open()
  }, 90_000)
  afterAll(() => stage?.close())

  it('is chosen in the form, which says what it is and what it does otherwise', async () => {
    const { page } = open
    await page.goto(`${stage.origin}/new`)
    await page.getByRole('radio', { name: /STAND-IN for FLUKA/ }).check()
    await page.getByText(BANNER).waitFor()
    await page.getByText(/things to know about the numbers of this engine/).waitFor()
    // Beside its parameter as well: a mixture of isotopes is told otherwise.
    await page
      .locator('[data-path^="setup.target.layers."]')
      .getByText(/234U .* written as 238U/)
      .first()
      .waitFor({ state: 'attached' })
    expect(await page.getByLabel('Interaction bias').count()).toBe(0)
    await page.getByRole('switch', { name: 'Expert' }).check()
    await page.getByLabel('Interaction bias').fill('0.5')
    await page.getByText('1 problem to mend before it can run').waitFor()
    await page.getByLabel('Interaction bias').fill('1')
  })

  it('shows the checked deck, and explains its cards to pointer and keyboard', async () => {
    const { page } = open
    await page.getByRole('button', { name: 'Deck and template' }).click()
    const deck = page.getByRole('textbox', { name: 'Text of the deck' })
    await page.getByText(/\d+ cards, all checks passed/).waitFor()
    const lines = (await deck.inputValue()).split('\n')
    expect(lines).toContain('STOP')
    const help = page.getByRole('status', { name: 'Help for the card' })
    const beam = lines.findIndex((line) => line.startsWith('BEAM '))
    await deck.hover({ position: { x: 110, y: 6 + 18 * beam + 9 } })
    await eventually(() => help.textContent()).toMatch(/^BEAM WHAT\(1\).*GeV/)
    // By keyboard: down to the card of the seed, and to its second field.
    await deck.focus()
    await page.keyboard.press('Control+End')
    const seed = lines.findLastIndex((line) => line.startsWith('RANDOMIZ'))
    for (let line = lines.length - 1; line > seed; line--) await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Home')
    await eventually(() => help.textContent()).toMatch(/^RANDOMIZ:/)
    for (let column = 0; column < 22; column++) await page.keyboard.press('ArrowRight')
    await eventually(() => help.textContent()).toMatch(/^RANDOMIZ WHAT\(2\)/)
    await page.keyboard.type('7')
    expect((await deck.inputValue()).split('\n')).toEqual(lines)
    await page.getByLabel('Line of FLUKA').selectOption({ label: 'FLUKA (INFN)' })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('region', { name: 'Deck' }).getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/-infn\.inp$/)
    await page.getByLabel('Line of FLUKA').selectOption({ label: 'FLUKA 4 (CERN), here' })
  })

  it('lets an expert edit the deck as a template, names what is wrong by line, and shows the difference', async () => {
    const { page } = open
    const part = page.getByRole('radiogroup', { name: 'Part of the deck' })
    await part.getByText('Template').click()
    await page.getByRole('button', { name: 'Edit as a template' }).click()
    const text = page.getByRole('textbox', { name: 'Text of the template' })
    const own = await text.inputValue()
    expect(own).toContain('{{ seed | field }}')
    await text.fill(own.replace('{{ seed | field }}', '{{ sead | field }}'))
    const problems = page.getByRole('list', { name: 'Problems of the deck' })
    await problems.getByText(/sead/).waitFor()
    await text.fill(own.replace('{{ seed | field }}', '        7.'))
    await problems.getByText(/RANDOMIZ: WHAT\(2\) is 7, not the seed of the task/).click()
    const line = own.split('\n').findIndex((one) => one.startsWith('RANDOMIZ'))
    const caret = () =>
      page.evaluate(
        `(({ value, selectionStart }) => value.slice(0, selectionStart).split('\\n').length)(document.activeElement)`,
      )
    await eventually(caret).toBe(line + 1)
    await eventually(() => page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
    await text.fill(own.replace('TITLE', '* A remark of mine\nTITLE'))
    await page.getByText(/\d+ cards, the template fills/).waitFor()
    await page.getByText('Difference', { exact: true }).click()
    await page.getByRole('row', { name: 'put in: * A remark of mine' }).waitFor()
    expect(await page.getByRole('row', { name: /^\d* *\d* *(put in|taken out)/ }).count()).toBeLessThanOrEqual(1)
    await part.getByText('Template').click()
    await page.getByRole('button', { name: 'Save as version 1' }).click()
    await page.getByText('version 1', { exact: true }).waitFor()
    await text.fill(own.replace('TITLE', '* Another remark\nTITLE'))
    await page.getByRole('button', { name: 'Save as version 2' }).click()
    await eventually(() => page.locator('[data-path="setup.engine.template"]').textContent()).toMatch(/version 2/)
    await page.getByRole('button', { name: "Back to Isolario's own" }).click()
    await page.getByText('Deck: written from the parameters').waitFor()
  })

  it('takes an existing deck as a template, and says which places became variables', async () => {
    const { page } = open
    await page.getByRole('radiogroup', { name: 'Part of the deck' }).getByText('Deck').click()
    const deck = await page.getByRole('textbox', { name: 'Text of the deck' }).inputValue()
    await page.getByRole('radiogroup', { name: 'Part of the deck' }).getByText('Template').click()
    await page.getByLabel('Deck or template').setInputFiles({
      name: 'mine.inp',
      mimeType: 'text/plain',
      buffer: Buffer.from(deck),
    })
    await page.getByText(/became a variable\. Every task has a seed of its own/).waitFor()
    await page.getByRole('button', { name: "Back to Isolario's own" }).click()
    await page.getByText('Deck: written from the parameters').waitFor()
  })

  it(
    `runs ${TASKS} tasks from the form to the chart, and merges those that did not fail`,
    async () => {
      const { page } = open
      await page.getByLabel('Name', { exact: true }).first().fill('In the place of FLUKA')
      await page.getByLabel('Primaries', { exact: true }).fill(String(TASKS * 200))
      await page.getByLabel('Histories per batch').fill('200')
      await page.getByText(`${TASKS} tasks`).waitFor()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.waitForURL(/\/simulations\//)
      await page.getByText(BANNER).waitFor()
      const status = page.locator('#page header [role=status]')
      await eventually(() => status.textContent(), WITHIN_MS).toContain('Done: ')
      // Groups of three digits have a narrow blank between them.
      await eventually(async () => (await page.getByText(/^Shows/).textContent())?.replace(/\s/g, '')).toContain(
        `Shows${(TASKS - FAILED) * 200}histories`,
      )
      await page.getByRole('application').waitFor()
      await page.getByRole('grid', { name: 'Nuclides' }).getByRole('row').nth(5).waitFor()
    },
    WITHIN_MS + 60_000,
  )

  it('tells why each failed task failed, in a sentence that can be read whole', async () => {
    const { page } = open
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await page.getByLabel('State of tasks').selectOption('failed')
    await page.getByText(`${FAILED} tasks`, { exact: true }).waitFor()
    const grid = page.getByRole('grid', { name: 'Tasks' })
    await grid.focus()
    const whole = page.getByRole('tabpanel').getByRole('status').last()
    for (const [kind, [task, words]] of Object.entries(FAILURES)) {
      await page.keyboard.press('ArrowDown')
      await eventually(() => whole.textContent(), 10_000).toMatch(new RegExp(`^Task ${task}: `))
      const sentence = await whole.textContent()
      expect(sentence, kind).toMatch(words)
      expect(sentence, kind).toMatch(/\.\)?( Read its log)?$/)
    }
  })

  it('reports engine, version, physics and seeds, and its downloads say STAND-IN', async () => {
    const { page } = open
    await page.getByRole('tab', { name: 'Provenance' }).click()
    const report = page.getByRole('tabpanel')
    for (const words of [/STAND-IN\.cern/, /Interaction bias/, /one for each task/, /raw\.tar/]) {
      await report.getByText(words).first().waitFor()
    }
    const { items } = await stage.product.client().call('list')
    const address = `${stage.origin}/api/v1/simulations/${items[0]!.id}/result`
    const csv = (await page.evaluate(`fetch('${address}?format=csv').then((answer) => answer.text())`)) as string
    expect(csv).toMatch(/^# STAND-IN/)
    const json = (await page.evaluate(`fetch('${address}').then((answer) => answer.json())`)) as object
    expect(json).toMatchObject({ engine: { standIn: true } })
    await page.getByRole('button', { name: 'Download' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Report of the run' }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toMatch(/^STAND-IN for FLUKA/)
    await page.goto(stage.origin)
    await page.getByText('STAND-IN ·').first().waitFor()
    await page.getByText(BANNER).waitFor()
  })

  it('threw no error in any script', () => expect(open.errors).toEqual([]))
})

describeWith(CHROMIUM, 'a portal without FLUKA', (executable) => {
  let stage: PortalStage
  beforeAll(async () => {
    stage = await openPortal(executable, ['--no-example'])
  }, 90_000)
  afterEach(() => stage.closePages())
  afterAll(() => stage?.close())

  it('says so with what to do, lets nobody run it, and writes the deck all the same', async () => {
    const { page, errors } = await stage.open({ size: NARROW, colours: 'dark' })
    await page.goto(`${stage.origin}/new`)
    await page.getByText('not in this installation').waitFor()
    await page.getByRole('radio', { name: /FLUKA/ }).check()
    await page
      .getByText(/ISOLARIO_FLUKA/)
      .first()
      .waitFor()
    await eventually(() => page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
    await page.getByRole('switch', { name: 'Expert' }).check()
    await page.getByRole('button', { name: 'Deck and template' }).click()
    await page.getByText(/\d+ cards, all checks passed/).waitFor()
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    expect(errors).toEqual([])
  })

  it('shows what of the simulation FLUKA could be told, before and after it is chosen', async () => {
    const { page, errors } = await stage.open({ size: NARROW })
    await page.goto(`${stage.origin}/new`)
    await page.getByText('What of this simulation it could be told').click()
    await page.getByText('could be told all of it.').waitFor()
    await page.locator('[data-about="setup.engine.transportIons"]').waitFor()
    // The built-in engine is still the one that runs.
    await eventually(() => page.getByRole('button', { name: 'Run', exact: true }).isEnabled()).toBe(true)
    await page.getByRole('radio', { name: /FLUKA/ }).check()
    await page.getByRole('switch', { name: 'Expert' }).check()
    await page.getByLabel('Decay in the engine').selectOption({ label: 'yes' })
    await page.getByText('could not be told one thing:').waitFor()
    await page.locator('[data-about="setup.engine.decayInEngine"]').getByText('Decay in the engine').waitFor()
    // By parameter as well, as where FLUKA is there.
    await page
      .locator('[data-path="setup.engine.decayInEngine"]')
      .getByText(/Irradiation and cooling are evaluated/)
      .waitFor()
    await page.getByLabel('Decay in the engine').selectOption({ label: 'no' })
    await page.getByText('could be told all of it.').waitFor()
    await page.getByText(/things to know about the numbers of this engine/).waitFor()
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    expect(errors).toEqual([])
  })

  it('keeps a saved template while another engine is tried, over a reload too', async () => {
    const { page, errors } = await stage.open()
    await page.goto(`${stage.origin}/new`)
    await page.getByRole('radio', { name: /FLUKA/ }).check()
    await page.getByRole('switch', { name: 'Expert' }).check()
    await page.getByRole('button', { name: 'Deck and template' }).click()
    await page.getByText(/\d+ cards, all checks passed/).waitFor()
    await page.getByRole('radiogroup', { name: 'Part of the deck' }).getByText('Template').click()
    await page.getByRole('button', { name: 'Edit as a template' }).click()
    await page.getByLabel('Name of the template').fill('kept-deck')
    await page.getByRole('button', { name: 'Save as version 1' }).click()
    const saved = page.locator('[data-path="setup.engine.template"]')
    await saved.getByText(/template kept-deck, version 1/).waitFor()
    await page.getByLabel('Interaction bias').fill('20')
    await page.getByRole('radio', { name: /Built-in/ }).check()
    await saved.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('radio', { name: /FLUKA/ }).check()
    await page.getByRole('switch', { name: 'Expert' }).check()
    await saved.getByText(/template kept-deck, version 1/).waitFor()
    expect(await page.getByLabel('Interaction bias').inputValue()).toBe('20')
    // Another document is another draft.
    await page.getByRole('button', { name: 'Start from' }).click()
    await page.getByRole('menuitem').first().click()
    await page.getByRole('radio', { name: /FLUKA not in/ }).check()
    await page.getByText('written from the parameters').waitFor()
    expect(errors).toEqual([])
  })
})
