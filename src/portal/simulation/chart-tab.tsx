/** The chart with what stands beside it: the panel of the chosen nuclide and the narrow table. */

import { type ReactNode, type RefObject, useRef } from 'react'
import type { Zai } from '#nuclides/nuclide.ts'
import type { Chart, ChartState } from '#portal/chart/chart.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { Basis } from './basis.tsx'
import { ByLayer } from './by-layer.tsx'
import { ChartPane } from './chart-pane.tsx'
import type { LiveResult } from './live-result.ts'
import { NuclidePanel } from './nuclide-panel.tsx'
import { NuclideTable } from './nuclide-table.tsx'
import { scoredLayers } from './scored-layers.ts'
import style from './simulation.module.css'

interface ChartTabProps {
  readonly detail: SimulationDetail
  /** What chart, panel and table show: the result so far, or the estimate before there is one. */
  readonly picture: ResultDocument | null
  readonly point: number
  readonly result: LiveResult
  readonly estimate: ResultDocument | null
  readonly state: ChartState
  readonly setState: (next: ChartState | ((now: ChartState) => ChartState)) => void
  readonly onSelect: (zai: Zai | null) => void
  readonly pickers: ReactNode
  readonly chart: RefObject<Chart | null>
}

export function ChartTab({
  detail,
  picture,
  point,
  result,
  estimate,
  state,
  setState,
  onSelect,
  pickers,
  chart,
}: ChartTabProps) {
  const table = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const shownEstimate = picture?.mode === 'estimate' ? null : estimate
  return (
    <div className={style.chartTab}>
      <ChartPane
        result={picture}
        basis={<Basis detail={detail} result={result} estimate={estimate} />}
        state={state}
        onState={setState}
        onSelect={onSelect}
        onRequest={(request) => {
          if (request === 'table') table.current?.focus()
          else if (request === 'panel') panel.current?.focus()
        }}
        controls={pickers}
        chartRef={chart}
      />
      <div className={style.aside}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape leads back to the chart from anywhere in the panel */}
        <div
          ref={panel}
          tabIndex={-1}
          className={style.panelHolder}
          onKeyDown={(event) => {
            if (event.key === 'Escape') chart.current?.focus()
          }}
        >
          {state.selected === null ? (
            <p className={style.soft}>Select a nuclide on the chart or in the table.</p>
          ) : (
            <NuclidePanel
              zai={state.selected}
              result={picture}
              estimate={shownEstimate}
              settings={state.settings}
              onSelect={onSelect}
              byLayer={
                result.document &&
                result.document.region === 'total' && (
                  <ByLayer
                    detail={detail}
                    point={point}
                    regions={scoredLayers(result.document)}
                    zai={state.selected}
                    settings={state.settings}
                    currentMicroampere={result.document.currentMicroampere}
                  />
                )
              }
            />
          )}
        </div>
        {picture && (
          <NuclideTable
            result={picture}
            estimate={shownEstimate}
            settings={state.settings}
            selected={state.selected}
            onSelect={onSelect}
            narrow
            gridRef={table}
            onLeave={() => chart.current?.focus()}
          />
        )}
      </div>
    </div>
  )
}
