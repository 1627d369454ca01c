/** A scan: rates of chosen nuclides against the scanned parameter, as a plot with errors and as a table. */

import { NativeSelect, TextInput, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatZai, nuclideLabel, readCanonicalName } from '#nuclides/names.ts'
import { parseNuclide } from '#nuclides/parse.ts'
import type { ChartState } from '#portal/chart/chart.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { formatRate } from '#results/display.ts'
import type { Rate } from '#results/document.ts'
import { scanTable } from '../server/queries.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { primaries, significant, typeset, unitLabel, whole } from '../words/amounts.ts'
import { plotted, readNuclideList } from './scan-values.ts'
import style from './simulation.module.css'

interface ScanTabProps {
  readonly detail: SimulationDetail
  readonly state: ChartState
  readonly onPoint: (point: number) => void
}

export function ScanTab({ detail, state, onPoint }: ScanTabProps) {
  const first = state.selected === null ? 'Ag-111' : formatZai(state.selected)
  const [text, setText] = useState(first === 'Ag-111' ? 'Ag-111, Mo-99, I-131' : `Ag-111, ${first}`)
  const [kind, setKind] = useState<'cumulative' | 'independent'>('cumulative')
  const list = useMemo(
    () =>
      readNuclideList(text, (word) => {
        const parsed = parseNuclide(word)
        return parsed.ok ? formatZai(parsed.zai) : null
      }),
    [text],
  )
  const answer = useQuery({ ...scanTable(detail.id, list.names), enabled: list.names.length > 0 })
  const queries = useQueryClient()
  const { revision, id } = detail
  useEffect(() => {
    void revision
    const timer = setTimeout(
      () => void queries.invalidateQueries({ queryKey: ['scan', id] }, { cancelRefetch: false }),
      700,
    )
    return () => clearTimeout(timer)
  }, [revision, id, queries])
  const table = answer.data
  const unit = table?.unit ? unitLabel(table.unit) : ''
  const heading = table ? `${table.title}${unit ? `, ${unit}` : ''}` : 'Value'
  return (
    <div className={style.scan}>
      <div className={style.bar}>
        <TextInput
          className={style.filter!}
          label="Nuclides"
          value={text}
          error={list.refused.length > 0 ? `Not a nuclide: ${list.refused.join(', ')}` : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          label="Rates"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
          data={['cumulative', 'independent']}
        />
      </div>
      {answer.error && <FailureNote error={answer.error} onRetry={() => void answer.refetch()} />}
      {table && (
        <>
          <Plot
            title={heading}
            names={table.nuclides}
            values={table.points.map((point) => point.value)}
            rates={table.points.map((point) => point[kind] as readonly Rate[])}
          />
          <div className={style.scrollX}>
            <table className={style.table}>
              <caption>
                {kind === 'cumulative' ? 'Cumulative' : 'Independent'} rates per primary with their statistical errors;
                the error of the model is common to all points
              </caption>
              <thead>
                <tr>
                  <th scope="col">{heading}</th>
                  <th scope="col">Primaries</th>
                  <th scope="col">Fissions / primary</th>
                  {table.nuclides.map((name) => (
                    <th scope="col" key={name}>
                      {labelOf(name)}
                    </th>
                  ))}
                  <td />
                </tr>
              </thead>
              <tbody>
                {table.points.map((point) => (
                  <tr key={point.point}>
                    <th scope="row">{point.value}</th>
                    <td title={whole(point.primaries)}>{primaries(point.primaries)}</td>
                    <td>{point.fissionsPerPrimary === null ? '—' : significant(point.fissionsPerPrimary, 4)}</td>
                    {(point[kind] as readonly Rate[]).map((rate, index) => {
                      const words = formatRate(rate, { per: 'primary' }, 'zero')
                      return (
                        <td key={table.nuclides[index]} title={words.text}>
                          {typeset(words.value.replace(' /primary', ''))} <small>{typeset(words.statistical)}</small>
                        </td>
                      )
                    })}
                    <td>
                      <button type="button" className={style.link} onClick={() => onPoint(point.point)}>
                        chart
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  )
}

const labelOf = (name: string): string => {
  const nuclide = readCanonicalName(name)
  return nuclide ? nuclideLabel(nuclide) : name
}

/** Colours that stay apart for colour-blind readers on light and dark ground (after Okabe and Ito); signs differ too. */
const LIGHT = ['#0072b2', '#a8480a', '#00745a', '#8a3d73', '#5c5c00', '#333333']
const DARK = ['#6ab7e8', '#f0935a', '#4cc9a5', '#dd99c7', '#d5cf5e', '#dddddd']
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3], [4, 2], [1, 2]]

interface PlotProps {
  readonly title: string
  readonly names: readonly string[]
  readonly values: readonly number[]
  /** By point, then by nuclide. */
  readonly rates: readonly (readonly Rate[])[]
}

function Plot({ title, names, values, rates }: PlotProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const holder = useRef<HTMLDivElement>(null)
  const dark = useComputedColorScheme('light') === 'dark'
  useEffect(() => {
    const element = holder.current
    if (!element || width < 50) return
    const colours = dark ? DARK : LIGHT
    const ink = dark ? '#a3b2bb' : '#4c5b66'
    const grid = dark ? '#2b363c' : '#dbe1e4'
    const data = plotted(values, rates, names.length)
    const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid }, font: '12px system-ui' }
    const plot = new uPlot(
      {
        width,
        height: 320,
        scales: { x: { time: false }, y: { distr: data.isLogarithmic ? 3 : 1 } },
        axes: [
          { ...axis, label: title, labelFont: '12px system-ui' },
          {
            ...axis,
            size: 86,
            label: 'per primary',
            labelFont: '12px system-ui',
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : significant(tick, 2))),
          },
        ],
        series: [
          { label: title },
          ...names.map((name, index) => ({
            label: labelOf(name),
            stroke: colours[index % colours.length]!,
            dash: [...DASHES[index % DASHES.length]!],
            width: 1.5,
            points: { size: 6, show: true },
            value: (_: uPlot, value: number | null) => (value === null ? '—' : significant(value, 3)),
          })),
        ],
        hooks: { draw: [(u) => drawErrors(u, data.errors, colours)] },
      },
      [data.x, ...data.series] as uPlot.AlignedData,
      element,
    )
    return () => plot.destroy()
  }, [width, dark, title, names, values, rates])
  return (
    <figure
      ref={ref}
      className={style.plot}
      aria-label={`Rates against ${title}; the table below has the same numbers`}
    >
      <div ref={holder} />
    </figure>
  )
}

/** Bars of one standard error. */
function drawErrors(
  u: uPlot,
  errors: readonly (readonly (readonly [number, number] | null)[])[],
  colours: readonly string[],
) {
  const { ctx } = u
  const cap = 3 * devicePixelRatio
  ctx.save()
  for (const [index, bars] of errors.entries()) {
    ctx.strokeStyle = colours[index % colours.length]!
    ctx.lineWidth = devicePixelRatio
    ctx.beginPath()
    for (const [at, bar] of bars.entries()) {
      if (!bar || u.series[index + 1]?.show === false) continue
      const x = u.valToPos(u.data[0][at]!, 'x', true)
      const low = u.valToPos(bar[0], 'y', true)
      const high = u.valToPos(bar[1], 'y', true)
      ctx.moveTo(x, low)
      ctx.lineTo(x, high)
      ctx.moveTo(x - cap, low)
      ctx.lineTo(x + cap, low)
      ctx.moveTo(x - cap, high)
      ctx.lineTo(x + cap, high)
    }
    ctx.stroke()
  }
  ctx.restore()
}
