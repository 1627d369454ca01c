/** One simulation: how far it is, and everything it knows so far. */

import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import type { Zai } from '#nuclides/nuclide.ts'
import type { Chart } from '#portal/chart/chart.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { documentSchema } from '#simulation/document.ts'
import { scoringOf } from '#simulation/scoring.ts'
import { asFailure } from '../server/api.ts'
import { simulation } from '../server/queries.ts'
import { FailureNote, FailurePage } from '../shell/failure-page.tsx'
import { usePageTitle } from '../shell/page-title.ts'
import { Basis } from './basis.tsx'
import { useChartState } from './chart-state.ts'
import { ChartTab } from './chart-tab.tsx'
import { Downloads } from './downloads.tsx'
import { Head } from './head.tsx'
import { LayersTab } from './layers-tab.tsx'
import { useLiveResult } from './live-result.ts'
import { LogsTab } from './logs-tab.tsx'
import { NuclideTable } from './nuclide-table.tsx'
import { Pickers } from './pickers.tsx'
import { usePointEstimate } from './point-estimate.ts'
import { ProvenanceTab } from './provenance-tab.tsx'
import { fromTexts, type SimulationSearch, type Tab, toTexts } from './search.ts'
import style from './simulation.module.css'
import { TasksTab } from './tasks-tab.tsx'

const route = getRouteApi('/simulations/$id')
const DistributionsTab = lazy(() =>
  import('../distributions/distributions-tab.tsx').then(({ DistributionsTab }) => ({ default: DistributionsTab })),
)
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
  maps: 'Maps and spectra',
  scan: 'Scan',
  tasks: 'Tasks',
  logs: 'Logs',
  provenance: 'Provenance',
}

/** Tabs that show no part of the result of nuclides, and say themselves what is wrong. */
const OWN_ERRORS: ReadonlySet<Tab> = new Set(['maps', 'tasks', 'logs'])

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
  const scored = document ? scoringOf(document.setup) : null
  const has: Partial<Record<Tab, boolean>> = {
    scan: detail.scan !== null,
    // Who follows a link to the tab is told that nothing was asked for.
    maps: search.tab === 'maps' || (scored?.meshes.length ?? 0) + (scored?.spectra.length ?? 0) > 0,
  }
  const tabs = (Object.keys(TAB_WORDS) as Tab[]).filter((tab) => has[tab] ?? true)
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
        {result.error && !OWN_ERRORS.has(search.tab) && <FailureNote error={result.error} onRetry={result.retry} />}
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
        <Tabs.Panel value="maps">
          <Suspense fallback={<p className={style.soft}>Loading…</p>}>
            <DistributionsTab
              detail={detail}
              document={document}
              point={point}
              onPoint={(next) => change({ point: next })}
            />
          </Suspense>
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
