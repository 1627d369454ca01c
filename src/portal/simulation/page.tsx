/** One simulation: how far it is, and everything it knows so far. */

import { NativeSelect, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Zai } from '#nuclides/nuclide.ts'
import { type Chart, type ChartState, ChartStateError } from '#portal/chart/chart.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { documentSchema, type SimulationDocument } from '#simulation/document.ts'
import { setupAt } from '#simulation/scan.ts'
import { useEstimate } from '../compose/use-estimate.ts'
import { asFailure } from '../server/api.ts'
import { simulation } from '../server/queries.ts'
import { FailureNote, FailurePage } from '../shell/failure-page.tsx'
import { usePageTitle } from '../shell/page-title.ts'
import { primaries, significant, whole } from '../words/amounts.ts'
import { ByLayer } from './by-layer.tsx'
import { addressOfState, OPENING_STATE, stateOfAddress } from './chart-address.ts'
import { ChartPane } from './chart-pane.tsx'
import { Downloads } from './downloads.tsx'
import { Head } from './head.tsx'
import { LayersTab, ratio } from './layers-tab.tsx'
import { type LiveResult, useLiveResult } from './live-result.ts'
import { LogsTab } from './logs-tab.tsx'
import { NuclidePanel } from './nuclide-panel.tsx'
import { NuclideTable } from './nuclide-table.tsx'
import { ProvenanceTab } from './provenance-tab.tsx'
import { fromTexts, type SimulationSearch, type Tab, toTexts } from './search.ts'
import style from './simulation.module.css'
import { TasksTab } from './tasks-tab.tsx'

const route = getRouteApi('/simulations/$id')
const ScanTab = lazy(() => import('./scan-tab.tsx').then(({ ScanTab }) => ({ default: ScanTab })))

export function SimulationPage() {
  const { id } = route.useParams()
  const answer = useQuery(simulation(id))
  usePageTitle(answer.data?.name || 'Simulation')
  if (answer.error && !answer.data) {
    const { code } = asFailure(answer.error)
    if (code === 'UNREACHABLE') return <FailureNote error={answer.error} onRetry={() => void answer.refetch()} />
    return <FailurePage error={answer.error} reset={() => void answer.refetch()} />
  }
  if (!answer.data) return <div className={style.waiting} aria-busy="true" />
  return <Loaded key={id} detail={answer.data} />
}

const TAB_WORDS: Readonly<Record<Tab, string>> = {
  chart: 'Chart',
  table: 'Table',
  layers: 'Layers',
  scan: 'Scan',
  tasks: 'Tasks',
  logs: 'Logs',
  provenance: 'Provenance',
}

function Loaded({ detail }: { readonly detail: SimulationDetail }) {
  const search = fromTexts(route.useSearch())
  const navigate = route.useNavigate()
  const change = useCallback(
    (next: Partial<SimulationSearch>) =>
      void navigate({
        search: (texts) => toTexts({ ...fromTexts(texts), ...next }),
        replace: next.tab === undefined,
        resetScroll: false,
      }),
    [navigate],
  )
  const document = useMemo(() => documentSchema.safeParse(detail.document).data ?? null, [detail.document])
  const point = Math.min(search.point, detail.points - 1)
  const result = useLiveResult(detail, point, search.region)
  const estimate = usePointEstimate(document, point, search.region)
  // Until the first history is merged the picture is the estimate, and says so.
  const picture = result.document ?? (result.isLoading || result.error ? null : estimate)
  const { state, complaint, setState } = useChartState(search, change)
  const [task, setTask] = useState<number | null>(null)
  const chart = useRef<Chart | null>(null)
  const tabs = (Object.keys(TAB_WORDS) as Tab[]).filter((tab) => tab !== 'scan' || detail.scan !== null)
  const onSelect = useCallback((zai: Zai | null) => setState((now) => ({ ...now, selected: zai })), [setState])
  const pickers = <Pickers detail={detail} result={result.document} search={search} change={change} />

  return (
    <div className={style.page}>
      <Head detail={detail} />
      {complaint && (
        <p className={style.complaint} role="alert">
          {complaint} The chart shows its ordinary picture instead.
        </p>
      )}
      <Tabs
        value={search.tab}
        onChange={(tab) => change({ tab: tab as Tab })}
        keepMounted={false}
        className={style.tabs!}
        classNames={{ panel: style.tabPanel! }}
      >
        <div className={style.tabBar}>
          <Tabs.List>
            {tabs.map((tab) => (
              <Tabs.Tab key={tab} value={tab}>
                {TAB_WORDS[tab]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Downloads
            detail={detail}
            hasResult={result.document !== null}
            picture={picture}
            point={point}
            region={search.region}
            chart={chart}
            hasChart={search.tab === 'chart'}
          />
        </div>
        {result.error && search.tab !== 'tasks' && search.tab !== 'logs' && (
          <FailureNote error={result.error} onRetry={result.retry} />
        )}
        <Tabs.Panel value="chart">
          <ChartTab
            detail={detail}
            picture={picture}
            point={point}
            result={result}
            estimate={estimate}
            state={state}
            setState={setState}
            onSelect={onSelect}
            pickers={pickers}
            chart={chart}
          />
        </Tabs.Panel>
        <Tabs.Panel value="table">
          <div className={style.fill}>
            <div className={style.bar}>
              {pickers}
              <Basis detail={detail} result={result} estimate={estimate} />
            </div>
            {picture ? (
              <NuclideTable
                result={picture}
                estimate={picture.mode === 'estimate' ? null : estimate}
                settings={state.settings}
                selected={state.selected}
                onSelect={onSelect}
                narrow={false}
              />
            ) : (
              <p className={style.soft}>{result.isLoading ? 'Loading the result…' : 'There is no result yet.'}</p>
            )}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="layers">
          <LayersTab
            detail={detail}
            result={result.document}
            estimate={estimate}
            onRegion={(region) => change({ tab: 'chart', region })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="scan">
          <Suspense fallback={<p className={style.soft}>Loading…</p>}>
            <ScanTab detail={detail} state={state} onPoint={(next) => change({ tab: 'chart', point: next })} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="tasks">
          <TasksTab
            detail={detail}
            onLog={(one) => {
              setTask(one.task)
              change({ tab: 'logs' })
            }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="logs">
          <LogsTab detail={detail} task={task} onTask={setTask} />
        </Tabs.Panel>
        <Tabs.Panel value="provenance">
          <ProvenanceTab detail={detail} result={result.document} />
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}

/** The estimate of the shown point and region, to set beside the Monte Carlo. */
function usePointEstimate(document: SimulationDocument | null, point: number, region: string): ResultDocument | null {
  const at = useMemo(() => {
    const scan = document?.job.scan
    const value = scan?.values[point]
    if (!document || !scan || value === undefined) return document
    return { ...document, setup: setupAt(document.setup, scan.parameter, value) }
  }, [document, point])
  const { answer, isOld } = useEstimate(at, region)
  return isOld ? null : (answer?.result ?? null)
}

/** The state of the chart lives in the address; it is kept here while the address follows. */
function useChartState(search: SimulationSearch, change: (next: Partial<SimulationSearch>) => void) {
  const address = JSON.stringify(search.chart)
  const [held, setHeld] = useState(() => ({ address, ...readState(search.chart) }))
  if (held.address !== address) setHeld({ address, ...readState(search.chart) })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const pending = useRef<ChartState | null>(null)
  const setState = useCallback(
    (next: ChartState | ((now: ChartState) => ChartState)) => {
      setHeld((now) => {
        const state = typeof next === 'function' ? next(now.state) : next
        pending.current = state
        // What was wrong with the link stays to be read: the chart settles its view by itself at once.
        return { ...now, state }
      })
      // Browsers allow some hundred changes of the address in half a minute; a drag makes sixty a second.
      clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        if (!pending.current) return
        const chart = addressOfState(pending.current)
        setHeld((now) => ({ ...now, address: JSON.stringify(chart) }))
        change({ chart })
      }, 350)
    },
    [change],
  )
  useEffect(() => () => clearTimeout(timer.current), [])
  return { state: held.state, complaint: held.complaint, setState }
}

function readState(parameters: Readonly<Record<string, string>>): { state: ChartState; complaint: string | null } {
  try {
    return { state: stateOfAddress(parameters), complaint: null }
  } catch (error) {
    if (!(error instanceof ChartStateError)) throw error
    return { state: OPENING_STATE, complaint: error.message }
  }
}

interface PickersProps {
  readonly detail: SimulationDetail
  readonly result: ResultDocument | null
  readonly search: SimulationSearch
  readonly change: (next: Partial<SimulationSearch>) => void
}

/** Which scan point and which region the numbers belong to. */
function Pickers({ detail, result, search, change }: PickersProps) {
  const known = ['total', ...(result ? scoredLayers(result) : [])]
  if (!known.includes(search.region)) known.push(search.region)
  return (
    <>
      {detail.scan && (
        <NativeSelect
          aria-label="Scan point"
          value={String(search.point)}
          onChange={(event) => change({ point: Number(event.currentTarget.value) })}
          data={detail.scan.values.map((value, index) => ({
            value: String(index),
            label: `${lastStep(detail.scan!.parameter)} = ${value}`,
          }))}
        />
      )}
      <NativeSelect
        aria-label="Region"
        value={search.region}
        onChange={(event) => change({ region: event.currentTarget.value })}
        data={known.map((region) => ({ value: region, label: region === 'total' ? 'whole target' : region }))}
      />
    </>
  )
}

/** Layers in which fissions were counted or looked for: those that score nuclides. */
function scoredLayers(result: ResultDocument): readonly string[] {
  return result.layers
    .filter((layer) => layer.fissionsPerPrimary.perPrimary !== null || layer.fissionsPerPrimary.limit95 !== null)
    .map((layer) => layer.name)
}

const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

interface BasisProps {
  readonly detail: SimulationDetail
  readonly result: LiveResult
  readonly estimate: ResultDocument | null
}

/** How many histories stand behind what is shown, and how they compare with the estimate. */
function Basis({ detail, result, estimate }: BasisProps) {
  const { document } = result
  if (!document)
    return (
      <span className={style.soft}>
        {result.isLoading
          ? 'Loading the result…'
          : estimate
            ? 'No history is merged yet: shows the estimate, which is not sampled.'
            : 'No history is merged yet.'}
      </span>
    )
  const asked = detail.progress.primariesAsked
  const open = asked !== null && document.primaries !== null && detail.points === 1 && document.primaries < asked
  return (
    <span className={style.basisWords}>
      Shows{' '}
      <strong>
        {document.primaries === null ? 'an estimate, no histories' : `${whole(document.primaries)} histories`}
      </strong>
      {open && ` of ${primaries(asked)}`}, {significant(document.currentMicroampere)} µA,{' '}
      {document.region === 'total' ? 'whole target' : document.region}
      {estimate && document.mode !== 'estimate' && (
        <>
          . Fissions, Monte Carlo / estimate: <strong>{ratio(document.fissions, estimate.fissions)}</strong>
        </>
      )}
    </span>
  )
}

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
  readonly pickers: React.ReactNode
  readonly chart: React.RefObject<Chart | null>
}

function ChartTab({
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
