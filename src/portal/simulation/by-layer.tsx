/** One nuclide layer by layer. The results of the layers are asked for only when somebody opens this. */

import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { type ChartSettings, UNIT_LABELS } from '#portal/chart/chart.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { formatRate, type RateUnit } from '#results/display.ts'
import type { Residual } from '#results/document.ts'
import { result } from '../server/queries.ts'
import { typeset } from '../words/amounts.ts'
import style from './simulation.module.css'
import { statisticalShort } from './statistical-short.ts'

/** While a run goes on, seven results are asked for again when it rests, and not four times a second. */
const REFRESH_MS = 800

interface ByLayerProps {
  readonly detail: SimulationDetail
  readonly point: number
  /** Layers that score nuclides. */
  readonly regions: readonly string[]
  readonly zai: Zai
  readonly settings: ChartSettings
  readonly currentMicroampere: number
}

export function ByLayer(props: ByLayerProps) {
  const [open, setOpen] = useState(false)
  return (
    <details className={style.byLayer} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Layer by layer</summary>
      {open && <Rows {...props} />}
    </details>
  )
}

function Rows({ detail, point, regions, zai, settings, currentMicroampere }: ByLayerProps) {
  const answers = useQueries({
    queries: regions.map((region) => result(detail.id, point, region, () => detail.revision)),
  })
  const { revision } = detail
  const refetch = useRef<() => void>(() => undefined)
  refetch.current = () => {
    for (const answer of answers) void answer.refetch({ cancelRefetch: false })
  }
  const known = useRef(revision)
  useEffect(() => {
    if (known.current === revision) return
    const timer = setTimeout(() => {
      known.current = revision
      refetch.current()
    }, REFRESH_MS)
    return () => clearTimeout(timer)
  }, [revision])
  const unit: RateUnit = settings.per === 'second' ? { per: 'second', currentMicroampere } : { per: settings.per }
  return (
    <table className={style.rates}>
      <thead>
        <tr>
          <td />
          <th scope="col">
            {settings.yield}, {UNIT_LABELS[settings.per]}
          </th>
          <th scope="col">Statistical</th>
        </tr>
      </thead>
      <tbody>
        {regions.map((region, index) => {
          const answer = answers[index]
          const residual = answer?.data?.document.residuals.find((one) => zaiOf(one.z, one.a, one.m) === zai)
          return (
            <tr key={region}>
              <th scope="row">{region}</th>
              <td>
                {answer?.isPending ? '…' : answer?.error ? 'no answer' : rateText(residual, settings.yield, unit)}
              </td>
              <td>{residual ? statisticalShort(residual[settings.yield]) : ''}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function rateText(residual: Residual | undefined, kind: ChartSettings['yield'], unit: RateUnit): string {
  if (!residual) return 'nothing counted'
  const state = kind === 'cumulative' && residual.state === 'scored' ? 'zero' : residual.state
  return typeset(formatRate(residual[kind], unit, state).value.replace(/ \/(s|primary|µC)$/, ''))
}
