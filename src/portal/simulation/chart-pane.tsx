/** The chart of nuclides on the page: its host, its controls, its tooltip, its legend, and how much it rests on. */

import {
  ActionIcon,
  Button,
  Checkbox,
  NativeSelect,
  Popover,
  SegmentedControl,
  TextInput,
  Tooltip,
  useComputedColorScheme,
} from '@mantine/core'
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import type { Zai } from '#nuclides/nuclide.ts'
import {
  CHART_MODES,
  type Chart,
  type ChartHover,
  type ChartSettings,
  type ChartState,
  COLOUR_MAPS,
  colourMapLabel,
  createChart,
  KEY_HELP,
  MODE_LABELS,
  NORMALISATIONS,
  nubaseAtlas,
  UNIT_LABELS,
} from '#portal/chart/chart.ts'
import type { ResultDocument } from '#results/document.ts'
import { Icon } from '../shell/icons.tsx'
import { typeset, whole } from '../words/amounts.ts'
import { readPositive } from './read-positive.ts'
import style from './simulation.module.css'

interface ChartPaneProps {
  readonly result: ResultDocument | null
  /** What the picture rests on, in words. */
  readonly basis: ReactNode
  readonly state: ChartState
  readonly onState: (state: ChartState) => void
  readonly onSelect: (zai: Zai | null) => void
  readonly onRequest: (request: 'panel' | 'table' | 'back') => void
  readonly controls?: ReactNode
  readonly chartRef: Ref<Chart | null>
}

export function ChartPane(props: ChartPaneProps) {
  const { result, state, onState, onSelect, onRequest } = props
  const host = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<Chart | null>(null)
  const [hover, setHover] = useState<ChartHover | null>(null)
  const [notice, setNotice] = useState('')
  const search = useRef<HTMLInputElement>(null)
  const scheme = useComputedColorScheme('light')
  const handlers = useRef({ onState, onSelect, onRequest })
  handlers.current = { onState, onSelect, onRequest }
  const first = useRef({ result, state, scheme })

  useEffect(() => {
    if (!host.current) return
    const made = createChart(host.current, {
      atlas: nubaseAtlas(),
      result: first.current.result,
      theme: first.current.scheme,
      state: first.current.state,
      onSelect: (zai) => handlers.current.onSelect(zai),
      onHover: setHover,
      onState: (next) => handlers.current.onState(next),
      onRequest: (request) => {
        if (request === 'search') search.current?.focus()
        else handlers.current.onRequest(request)
      },
    })
    if (first.current.state.camera === null && first.current.result) made.showProduced()
    setChart(made)
    return () => {
      made.destroy()
      setChart(null)
    }
  }, [])
  useImperativeHandle<Chart | null, Chart | null>(props.chartRef, () => chart, [chart])
  useEffect(() => chart?.setTheme(scheme), [chart, scheme])
  const hadResult = useRef(result !== null)
  useEffect(() => {
    chart?.setData(result)
    if (chart && result && !hadResult.current) {
      hadResult.current = true
      if (chart.state().camera === null) chart.showProduced()
    }
  }, [chart, result])
  // A link, the table or the panel changed what the chart shows; what came from the chart itself is already there.
  useEffect(() => {
    if (chart && chart.state().selected !== state.selected) chart.select(state.selected)
  }, [chart, state.selected])

  const { settings } = state
  const change = (next: Partial<ChartSettings>) => chart?.setStyle(next)
  const find = async (text: string) => {
    if (!chart) return
    if (text.trim() === '') {
      chart.clearSearch()
      setNotice('')
      return
    }
    const outcome = await chart.search(text)
    if (outcome.kind === 'refused') setNotice(outcome.reason)
    else setNotice([foundWords(outcome.zais.length), outcome.note].filter(Boolean).join('. '))
  }

  return (
    <section className={style.chartPane} aria-label="Chart of nuclides">
      <div className={style.bar}>
        <NativeSelect
          aria-label="Colour says"
          value={settings.mode}
          onChange={(event) => change({ mode: event.currentTarget.value as ChartSettings['mode'] })}
          data={CHART_MODES.map((mode) => ({ value: mode, label: MODE_LABELS[mode] }))}
        />
        <SegmentedControl
          aria-label="Kind of rate"
          value={settings.yield}
          onChange={(value) => change({ yield: value as ChartSettings['yield'] })}
          data={['cumulative', 'independent']}
        />
        <NativeSelect
          aria-label="Unit of rates"
          value={settings.per}
          onChange={(event) => change({ per: event.currentTarget.value as ChartSettings['per'] })}
          data={NORMALISATIONS.map((per) => ({ value: per, label: UNIT_LABELS[per] }))}
        />
        {props.controls}
        <MoreSettings settings={settings} limits={chart?.limits() ?? null} change={change} />
        <TextInput
          ref={search}
          className={style.find!}
          aria-label="Find a nuclide on the chart"
          placeholder="Find: 111Ag, Z=47, 342 keV"
          leftSection={<Icon name="search" size={14} />}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void find(event.currentTarget.value)
            else if (event.key === 'Escape') {
              event.currentTarget.value = ''
              void find('')
              chart?.focus()
            }
          }}
        />
      </div>
      <div className={style.chartFrame}>
        <div ref={host} className={style.chartHost} />
        {hover && <HoverCard hover={hover} host={host.current} />}
        <div className={style.zoomButtons}>
          <Tooltip label="Everything produced" position="left">
            <ActionIcon variant="default" aria-label="Show everything produced" onClick={() => chart?.showProduced()}>
              <Icon name="fit" />
            </ActionIcon>
          </Tooltip>
          <ActionIcon variant="default" aria-label="Zoom in" onClick={() => chart?.zoomBy(1.5)}>
            +
          </ActionIcon>
          <ActionIcon variant="default" aria-label="Zoom out" onClick={() => chart?.zoomBy(1 / 1.5)}>
            −
          </ActionIcon>
          <Tooltip label="Whole chart (0)" position="left">
            <ActionIcon variant="default" aria-label="Show the whole chart" onClick={() => chart?.resetView()}>
              <Icon name="whole" />
            </ActionIcon>
          </Tooltip>
          <Keys />
        </div>
        {!result && <p className={style.noResult}>No result yet: the chart shows what is known of nuclides.</p>}
      </div>
      <LegendStrip chart={chart} settings={settings} result={result} scheme={scheme} />
      <p className={style.basis} role="status">
        {notice ? <strong>{notice}</strong> : props.basis}
      </p>
    </section>
  )
}

const foundWords = (count: number): string => (count === 1 ? '1 nuclide found' : `${whole(count)} nuclides found`)

function HoverCard({ hover, host }: { readonly hover: ChartHover; readonly host: HTMLElement | null }) {
  const width = host?.clientWidth ?? 0
  const below = hover.at.y < 110
  const left = Math.min(Math.max(hover.at.x, 130), Math.max(130, width - 130))
  const top = below ? hover.at.y + hover.edge + 8 : hover.at.y - 8
  return (
    <div className={style.hover} data-below={below || undefined} style={{ left, top }} aria-hidden="true">
      <strong>{hover.content.label}</strong> {hover.content.title}
      {hover.content.lines.map((line) => (
        <div key={line}>{typeset(line)}</div>
      ))}
    </div>
  )
}

function Keys() {
  return (
    <Popover position="left-end" shadow="sm" width={300}>
      <Popover.Target>
        <ActionIcon variant="default" aria-label="Keys of the chart">
          ?
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <dl className={style.keys}>
          {KEY_HELP.map(([keys, meaning]) => (
            <div key={keys}>
              <dt>{keys}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Popover.Dropdown>
    </Popover>
  )
}

interface LegendStripProps {
  readonly chart: Chart | null
  readonly settings: ChartSettings
  readonly result: ResultDocument | null
  readonly scheme: 'light' | 'dark'
}

/** The signs of the legend stand in one line; a narrower page scrolls it. */
const LEGEND_WIDTH = 900

/** The legend as the chart draws it, so that page, PNG and SVG show the same. */
function LegendStrip({ chart, settings, result, scheme }: LegendStripProps) {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = holder.current
    if (!element || !chart) return
    void [settings, result, scheme]
    const draw = () => {
      const picture = new DOMParser().parseFromString(
        chart.legendSvg(Math.max(LEGEND_WIDTH, element.clientWidth)),
        'image/svg+xml',
      )
      element.replaceChildren(document.importNode(picture.documentElement, true))
    }
    // After the chart's own next frame, which works out the limits.
    const frame = requestAnimationFrame(draw)
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => {
      cancelAnimationFrame(frame)
      observer.disconnect()
    }
  }, [chart, settings, result, scheme])
  // biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow page the legend scrolls, also by keyboard
  return <div ref={holder} className={style.legend} role="img" tabIndex={0} aria-label={legendWords(chart)} />
}

function legendWords(chart: Chart | null): string {
  if (!chart) return 'Legend'
  const legend = chart.legend()
  const parts = [...legend.steps.map((step) => step.label), ...legend.signs.map((sign) => sign.label)]
  const ramp = legend.ramp?.ticks.map((tick) => tick.label) ?? []
  const range = ramp.length > 1 ? `from ${ramp[0]} to ${ramp.at(-1)} ${legend.unit}` : ''
  return `Legend of ${legend.title}. ${[range, ...parts].filter(Boolean).join('; ')}`
}

interface MoreSettingsProps {
  readonly settings: ChartSettings
  readonly limits: { readonly min: number; readonly max: number; readonly floor: number } | null
  readonly change: (next: Partial<ChartSettings>) => void
}

function MoreSettings({ settings, limits, change }: MoreSettingsProps) {
  const lock = (next: { min?: number; max?: number }) => {
    const min = next.min ?? limits?.min
    const max = next.max ?? limits?.max
    if (min !== undefined && max !== undefined && min < max) change({ limits: { min, max } })
  }
  return (
    <Popover position="bottom-start" shadow="sm" width={300} trapFocus>
      <Popover.Target>
        <Button variant="default" rightSection={<Icon name="down" size={12} />}>
          View
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={style.settings}>
          <NativeSelect
            label="Colour map"
            value={settings.colourMap}
            onChange={(event) => change({ colourMap: event.currentTarget.value as ChartSettings['colourMap'] })}
            data={COLOUR_MAPS.map((name) => ({ value: name, label: colourMapLabel(name) }))}
          />
          <Checkbox
            label="Reversed"
            checked={settings.reversed}
            onChange={(event) => change({ reversed: event.currentTarget.checked })}
          />
          <Limit
            label="Lowest colour"
            value={settings.limits?.min ?? limits?.min ?? null}
            onValue={(min) => lock({ min })}
          />
          <Limit
            label="Highest colour"
            value={settings.limits?.max ?? limits?.max ?? null}
            onValue={(max) => lock({ max })}
          />
          <Limit
            label="Floor: paler below"
            value={settings.floor ?? limits?.floor ?? null}
            onValue={(floor) => change({ floor })}
          />
          <Button
            variant="default"
            disabled={settings.limits === null && settings.floor === null}
            onClick={() => change({ limits: null, floor: null })}
          >
            Let limits follow the data
          </Button>
          <Checkbox
            label="Only what was counted"
            checked={settings.onlyScored}
            onChange={(event) => change({ onlyScored: event.currentTarget.checked })}
          />
          <Filter
            label="Statistical error up to, %"
            value={settings.largestError === null ? null : settings.largestError * 100}
            onValue={(value) => change({ largestError: value === null ? null : value / 100 })}
          />
          <Filter
            label="Half-life from, s"
            value={settings.shortestHalfLife}
            onValue={(value) => change({ shortestHalfLife: value })}
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

function Limit(props: {
  readonly label: string
  readonly value: number | null
  readonly onValue: (value: number) => void
}) {
  return (
    <Filter
      label={props.label}
      value={props.value === null ? null : Number(props.value.toPrecision(3))}
      onValue={(value) => value !== null && props.onValue(value)}
    />
  )
}

interface FilterProps {
  readonly label: string
  readonly value: number | null
  /** `null` when the field was emptied. */
  readonly onValue: (value: number | null) => void
}

/** A positive number or nothing, taken over when the field is left or Enter is pressed. */
function Filter({ label, value, onValue }: FilterProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed ?? (value === null ? '' : String(value))
  const read = readPositive(text)
  const commit = () => {
    if (typed !== null && read !== undefined) onValue(read)
    setTyped(null)
  }
  return (
    <TextInput
      label={label}
      value={text}
      placeholder="none"
      inputMode="decimal"
      error={read === undefined ? 'Expected a number above 0, for example 1e6' : undefined}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
    />
  )
}
