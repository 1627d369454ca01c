/** All simulations: find one, see how far it is, open it. */

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { SimulationSummary } from '#protocol/shapes.ts'
import { SIMULATION_STATES, type SimulationState } from '#simulation/life-cycle.ts'
import { type Column, Grid } from '../grid/grid.tsx'
import { usePagedRows } from '../grid/pages.ts'
import { LIST_PAGE, type ListChoice, listPage } from '../server/queries.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { Icon } from '../shell/icons.tsx'
import { usePageTitle } from '../shell/page-title.ts'
import { StandInBanner } from '../shell/stand-in-banner.tsx'
import { isTyping } from '../shell/typing.ts'
import { percent, primaries, whole } from '../words/amounts.ts'
import { age, moment } from '../words/durations.ts'
import { useNow } from '../words/now.ts'
import { ProgressBar } from '../words/progress-bar.tsx'
import { StateWord } from '../words/state-word.tsx'
import { SIMULATION_STATE_WORDS } from '../words/states.ts'
import style from './page.module.css'

const ImportDialog = lazy(() => import('./import-dialog.tsx').then(({ ImportDialog }) => ({ default: ImportDialog })))

const route = getRouteApi('/')

export function SimulationsPage() {
  usePageTitle('Simulations')
  const given = route.useSearch()
  const navigate = useNavigate({ from: '/' })
  const open = useNavigate()
  const [active, setActive] = useState(-1)
  const [importing, setImporting] = useState(false)
  const [typed, setTyped] = useState(given.search)
  const searchField = useRef<HTMLInputElement>(null)
  const grid = useRef<HTMLDivElement>(null)

  const change = (next: Partial<typeof given>) => {
    setActive(-1)
    void navigate({ search: { ...given, ...next }, replace: true })
  }
  // The question goes out when the typing rests, so that a quick typist asks once.
  useEffect(() => {
    if (typed === given.search) return
    const timer = setTimeout(() => change({ search: typed }), 200)
    return () => clearTimeout(timer)
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return
      if (event.key === '/') {
        event.preventDefault()
        searchField.current?.focus()
      } else if (event.key === 'j' || event.key === 'k') {
        if (document.activeElement !== grid.current) {
          event.preventDefault()
          grid.current?.focus()
          setActive((now) => Math.max(0, now))
        }
      } else if (event.key === 'n') void open({ to: '/new' })
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [open])

  const choice: ListChoice = {
    search: given.search,
    state: given.state === 'all' ? null : given.state,
    sort: given.sort,
    order: given.order,
  }
  const rows = usePagedRows<SimulationSummary>(LIST_PAGE, (page) => listPage(choice, page))
  const hasStandIn = Array.from({ length: Math.min(rows.total, LIST_PAGE) }, (_, index) => rows.rowAt(index)).some(
    (row) => row?.engine.standIn,
  )
  const filtered = given.search !== '' || given.state !== 'all'

  return (
    <div className={style.page}>
      <div className={style.bar}>
        <h1>Simulations</h1>
        <span className={style.count} role="status">
          {rows.isLoading || rows.error ? '' : `${whole(rows.total)}${filtered ? ' found' : ''}`}
        </span>
        <TextInput
          ref={searchField}
          className={style.search}
          aria-label="Search name, subject or id"
          placeholder="Search  ( / )"
          leftSection={<Icon name="search" size={14} />}
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              setTyped('')
              event.currentTarget.blur()
            } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
              event.preventDefault()
              grid.current?.focus()
              setActive(0)
            }
          }}
        />
        <NativeSelect
          aria-label="State"
          value={given.state}
          onChange={(event) => change({ state: event.currentTarget.value as SimulationState | 'all' })}
          data={[
            { value: 'all', label: 'all states' },
            ...SIMULATION_STATES.map((state) => ({ value: state, label: SIMULATION_STATE_WORDS[state].word })),
          ]}
        />
        <Button
          className={style.new}
          leftSection={<Icon name="plus" size={14} />}
          renderRoot={(props) => <Link to="/new" {...props} />}
        >
          New simulation
        </Button>
        <Button variant="default" onClick={() => setImporting(true)}>
          Import a FLUKA result
        </Button>
        {importing && (
          <Suspense fallback={null}>
            <ImportDialog onClose={() => setImporting(false)} />
          </Suspense>
        )}
        {hasStandIn && <StandInBanner some />}
      </div>
      {rows.error ? (
        <FailureNote error={rows.error} onRetry={rows.retry} />
      ) : (
        <div className={style.table}>
          <Grid
            label="Simulations"
            columns={COLUMNS}
            count={rows.isLoading ? 8 : rows.total}
            rowAt={rows.rowAt}
            rowHeight={54}
            sort={{ key: given.sort, order: given.order }}
            onSort={(sort, order) => change({ sort: sort as typeof given.sort, order })}
            active={active}
            onActive={setActive}
            onOpen={(row) => void open({ to: '/simulations/$id', params: { id: row.id } })}
            onRange={rows.onRange}
            gridRef={(element) => {
              grid.current = element
            }}
            empty={
              filtered ? (
                <>
                  <p>No simulation matches this search and state.</p>
                  <Button
                    variant="default"
                    onClick={() => {
                      setTyped('')
                      change({ search: '', state: 'all' })
                    }}
                  >
                    Show all
                  </Button>
                </>
              ) : (
                <>
                  <p>Nothing has been simulated here yet.</p>
                  <Button renderRoot={(props) => <Link to="/new" {...props} />}>Describe the first simulation</Button>
                </>
              )
            }
          />
        </div>
      )}
      <p className={style.keys}>
        <kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> or arrows move <kbd>Enter</kbd> open <kbd>n</kbd> new
      </p>
    </div>
  )
}

const COLUMNS: readonly Column<SimulationSummary>[] = [
  {
    key: 'name',
    title: 'Simulation',
    width: 'minmax(140px, 3fr)',
    sortable: true,
    cell: (row) => (
      <>
        <Link to="/simulations/$id" params={{ id: row.id }} className={style.name} tabIndex={-1}>
          {row.name === '' ? row.id : row.name}
        </Link>
        <span className={style.subject}>
          {row.engine.standIn && <strong>STAND-IN · </strong>}
          {row.imported && <strong title={row.imported.from}>imported · </strong>}
          {row.subject}
        </span>
      </>
    ),
  },
  {
    key: 'state',
    title: 'State',
    width: 'minmax(104px, 3fr)',
    sortable: true,
    cell: (row) => (
      <>
        <StateWord state={row.state} />{' '}
        {row.progress.fraction < 1 && <span className={style.narrowOnly}>{percent(row.progress.fraction)}</span>}
        <span className={style.sentence} title={row.sentence}>
          {row.sentence}
        </span>
      </>
    ),
  },
  {
    key: 'progress',
    title: 'Progress',
    width: 'minmax(110px, 1.4fr)',
    wideOnly: true,
    cell: (row) => (
      <span className={style.progress}>
        <ProgressBar fraction={row.progress.fraction} label={`Progress of ${row.name}`} />
        <span className={style.percent}>{percent(row.progress.fraction)}</span>
      </span>
    ),
  },
  {
    key: 'primaries',
    title: 'Primaries',
    wideOnly: true,
    width: 'minmax(100px, 1.1fr)',
    align: 'end',
    sortable: true,
    firstOrder: 'desc',
    cell: (row) => (
      <span title={`${whole(row.progress.primariesDone)} of ${askedWords(row)}`}>
        {primaries(row.progress.primariesDone)}
        <span className={style.asked}>
          {row.progress.primariesAsked === null ? 'open goal' : `of ${primaries(row.progress.primariesAsked)}`}
        </span>
      </span>
    ),
  },
  {
    key: 'engine',
    title: 'Engine',
    width: 'minmax(84px, 1fr)',
    wideOnly: true,
    cell: (row) => (
      <>
        {row.engine.id}
        <span className={style.asked}>
          {row.engine.version}
          {row.engine.standIn ? ', stand-in' : ''}
        </span>
      </>
    ),
  },
  {
    key: 'createdAt',
    title: 'Age',
    width: 'minmax(84px, 0.9fr)',
    align: 'end',
    sortable: true,
    firstOrder: 'desc',
    wideOnly: true,
    cell: (row) => <Age atMs={row.createdAtMs} />,
  },
]

const askedWords = (row: SimulationSummary): string =>
  row.progress.primariesAsked === null ? 'as many as the goal needs' : whole(row.progress.primariesAsked)

function Age({ atMs }: { readonly atMs: number }) {
  const now = useNow(10_000)
  return <time title={moment(atMs)}>{age(atMs, now)}</time>
}
