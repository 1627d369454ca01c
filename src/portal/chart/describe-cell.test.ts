import { describe, expect, it } from 'vitest'
import { zai } from '#nuclides/names.ts'
import { zaiOf } from '#nuclides/nuclide.ts'
import { spesResults } from '#test/portal/spes-results.ts'
import { chainArrows } from './chain.ts'
import { chartData } from './chart-data.ts'
import { announcement, describeCell, describeTooltip } from './describe-cell.ts'
import { NO_OVERLAY } from './draw-overlay.ts'
import { exportSvg, legendSvg } from './export-svg.ts'
import { legendOf } from './legend.ts'
import { nubaseAtlas } from './nubase-atlas.ts'
import { buildScene } from './scene.ts'
import { CHART_MODES, DEFAULT_SETTINGS } from './settings.ts'
import { CHART_FONT } from './style.ts'
import { DARK, LIGHT } from './theme.ts'
import { fitView } from './view.ts'

const atlas = nubaseAtlas()
const { estimate, sampled } = spesResults(2e6)
const data = chartData(atlas, sampled)
const particles = { ...DEFAULT_SETTINGS, mode: 'particles' as const }

describe('the panel of 111Ag', () => {
  const cell = describeCell(atlas, data, zai('Ag-111'), particles, null)

  it('says what is known of it, with its source', () => {
    expect(cell.title).toBe('silver-111')
    expect(cell.label).toBe('¹¹¹Ag')
    expect(cell.halfLife).toMatchObject({ text: '7.433 ± 0.010 d', source: 'NUBASE2020' })
    expect(cell.modes).toEqual(['β⁻ 100 %'])
    expect(cell.daughters.map(({ name }) => name)).toContain('Cd-111')
    expect(cell.isomers[0]).toMatchObject({ name: 'Ag-111m', halfLife: '64.8 s' })
    expect(cell.abundance).toBe('')
  })

  it('lists its parents with their rates in this run', () => {
    const parents = cell.parents.map(({ name }) => name)
    expect(parents).toEqual(expect.arrayContaining(['Pd-111', 'Ag-111m']))
    const palladium = cell.parents.find(({ name }) => name === 'Pd-111')!
    expect(palladium.rate).toMatch(/ \/s$/)
    expect(palladium.source).toContain('ENDF')
    // Nearly all of it goes through the isomer: a trap of the data.
    const isomer = describeCell(atlas, data, zai('Ag-111m'), particles, null)
    expect(isomer.parents.find(({ name }) => name === 'Pd-111')!.share).toMatch(/^99/)
  })

  it('shows the independent and the cumulative rate with both errors apart', () => {
    expect(cell.rates!.independent.value).toMatch(/ \/s$/)
    expect(cell.rates!.cumulative.statistical).not.toBe('')
    expect(cell.rates!.cumulative.model).toMatch(/^×\/÷/)
    expect(cell.rates!.independent.counts).toMatch(/count/)
    expect(cell.circumstances).toContain('cumulative: precursors up to 100 d')
  })

  it('has words for limits, estimates, isomers and what is not listed', () => {
    const cesium = describeCell(atlas, data, zai('Cs-118'), particles, null)
    expect(cesium.rates!.independent).toMatchObject({ isLimit: true })
    expect(cesium.rates!.independent.value).toMatch(/^< /)
    expect(cesium.conditionSentence).toContain('an upper limit, not zero')
    const lead = describeCell(atlas, data, zai('Pb-208'), particles, null)
    expect(lead.rates!.independent.value).toContain('not scored')
    const unknown = describeCell(atlas, data, zaiOf(47, 150), particles, null)
    expect(unknown.listed).toBe(false)
    expect(unknown.remarks[0]).toContain('not listed in NUBASE2020')
    const isomer = describeCell(atlas, data, zai('Ag-111m'), particles, null)
    expect(isomer.rates!.independent.value).toContain('isomer not resolved')
    const model = describeCell(atlas, chartData(atlas, estimate), zai('Ag-111'), particles, null)
    expect(model.rates!.independent.statistical).toBe('')
    expect(describeCell(atlas, chartData(atlas, null), zai('Ag-111'), particles, null).rates).toBeNull()
  })

  it('says no word with a bare number: every state of the table can be described', () => {
    for (const state of [...atlas.groundStates].filter((_, i) => i % 13 === 0)) {
      const text = JSON.stringify(describeCell(atlas, data, state.zai, particles, 1e6))
      expect(text).not.toMatch(/NaN|undefined|Infinity/)
    }
  })
})

describe('the sentence for a screen reader', () => {
  it('is that of the specification', () => {
    const words = announcement(atlas, data, zai('Ag-111'), { ...particles, yield: 'cumulative' }, null)
    expect(words).toMatch(
      /^silver 111, half-life 7\.433 days, cumulative \d\.\d times 10 to the \d+ per second, plus or minus [\d.]+ percent, model known within a factor [\d.]+, class [A-E]$/,
    )
    expect(announcement(atlas, chartData(atlas, null), zai('Sn-120'), DEFAULT_SETTINGS, null)).toBe('tin 120, stable')
    expect(announcement(atlas, data, zai('Ag-110m2'), particles, null)).toContain('silver 110, isomer 2')
  })
})

describe('the tooltip', () => {
  it('is short and has the unit', () => {
    const tip = describeTooltip(atlas, data, zai('Ag-111'), particles, null)
    expect(tip.title).toBe('silver-111')
    expect(tip.lines.length).toBeLessThanOrEqual(4)
    expect(tip.lines[0]).toBe('7.433 ± 0.010 d · β⁻ 100 %')
    expect(tip.lines[1]).toMatch(/^independent: .* \/s$/)
  })
})

describe('decay chains', () => {
  it('lead from uranium 238 to lead 206, and back', () => {
    const arrows = chainArrows(atlas, zai('U-238'), 'forward')
    expect(arrows.some(({ to }) => to === zai('Pb-206'))).toBe(true)
    expect(arrows.length).toBeGreaterThanOrEqual(14)
    expect(arrows.every(({ from, to }) => from !== to)).toBe(true)
    const back = chainArrows(atlas, zai('Ag-111'), 'backward')
    expect(back.map(({ from }) => from)).toEqual(expect.arrayContaining([zai('Pd-111'), zai('Rh-111'), zai('Ru-111')]))
    expect(chainArrows(atlas, zai('Sn-120'), 'forward')).toEqual([])
  })
})

describe('export', () => {
  const caption = {
    title: 'SPES <UC4> & "wobbled"',
    run: '42',
    histories: 2_000_000,
    estimate: false,
    nuclearData: 'NUBASE2020',
    circumstances: 'at 200 µA',
  }
  const view = fitView(1200, 700, 1, data.layout.extent)

  it('as SVG holds text as text, title, run, histories and data set, and nothing that breaks it', () => {
    const scene = buildScene(atlas, data, particles, LIGHT)
    const svg = exportSvg(
      view,
      { scene, overlay: { ...NO_OVERLAY, marked: [zai('Ag-111')] } },
      LIGHT,
      CHART_FONT,
      caption,
    )
    expect(svg).toContain('SPES &#60;UC4&#62; &#38; &#34;wobbled&#34;</title>')
    expect(svg).toContain('run 42')
    expect(svg).toContain('2,000,000 histories')
    expect(svg).toContain('NUBASE2020')
    expect(svg).toMatch(/<text [^>]*>¹¹¹Ag<\/text>/)
    expect(svg).toContain('>Production, independent  (1/s)</text>')
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    const opened = svg.match(/<(?!\/|\?)[a-z]+/g)!.length
    const closed = svg.match(/\/>|<\/[a-z]+>/g)!.length
    expect(opened).toBe(closed)
    expect(svg.length).toBeLessThan(600_000)
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(svg).toContain(`id="${id}"`)
  })

  it('says of an estimate that it has no histories', () => {
    const scene = buildScene(atlas, chartData(atlas, estimate), particles, DARK)
    const svg = exportSvg(view, { scene, overlay: NO_OVERLAY }, DARK, CHART_FONT, {
      ...caption,
      histories: null,
      estimate: true,
    })
    expect(svg).toContain('deterministic estimate, no histories')
  })

  it('has a legend with words for every colour and sign, in every mode', () => {
    for (const mode of CHART_MODES) {
      for (const theme of [LIGHT, DARK]) {
        const scene = buildScene(atlas, data, { ...DEFAULT_SETTINGS, mode }, theme)
        const legend = legendOf(scene, theme)
        expect(legend.ramp !== null || legend.steps.length > 3).toBe(true)
        expect([...legend.steps, ...legend.signs].every(({ label }) => label.length > 0)).toBe(true)
        expect(legendSvg(scene, theme, CHART_FONT, 900)).not.toMatch(/NaN|undefined/)
      }
    }
    const ticks = legendOf(buildScene(atlas, data, particles, LIGHT), LIGHT).ramp!.ticks
    expect(ticks.length).toBeGreaterThan(4)
    expect(ticks.every(({ place, label }) => place >= 0 && place <= 1.0001 && label.startsWith('10'))).toBe(true)
  })
})
