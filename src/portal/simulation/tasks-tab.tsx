/** The tasks: ten thousand of them are a list like any other, in pages of 500 that come as they are seen. */

import { NativeSelect } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { SimulationDetail, TaskInfo } from '#protocol/shapes.ts'
import { TASK_STATES, type TaskState } from '#simulation/life-cycle.ts'
import { type Column, Grid } from '../grid/grid.tsx'
import { usePagedRows } from '../grid/pages.ts'
import { TASK_PAGE, taskPage } from '../server/queries.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { percent, whole } from '../words/amounts.ts'
import { duration } from '../words/durations.ts'
import { TaskStateWord } from '../words/state-word.tsx'
import { TASK_STATE_WORDS } from '../words/states.ts'
import style from './simulation.module.css'

/** A change of the simulation brings the visible tasks anew at most this often: 10,000 tasks end in seconds. */
const REFRESH_MS = 1000
/** Rows drawn while nobody knows yet how many tasks are in a state. */
const GHOSTS = 12

interface TasksTabProps {
  readonly detail: SimulationDetail
  readonly onLog: (task: TaskInfo) => void
}

export function TasksTab({ detail, onLog }: TasksTabProps) {
  const [state, setState] = useState<TaskState | 'all'>('all')
  const [active, setActive] = useState(-1)
  const rows = usePagedRows<TaskInfo>(TASK_PAGE, (page) => taskPage(detail.id, state === 'all' ? null : state, page))
  useRefresh(detail)
  // As long as the table will be, so that a key pressed before the first page is here goes where it says.
  const expected = state === 'all' ? detail.progress.tasks : GHOSTS
  return (
    <div className={style.fill}>
      <div className={style.bar}>
        <NativeSelect
          aria-label="State of tasks"
          value={state}
          onChange={(event) => {
            setActive(-1)
            setState(event.currentTarget.value as TaskState | 'all')
          }}
          data={[
            { value: 'all', label: 'all states' },
            ...TASK_STATES.map((one) => ({ value: one, label: TASK_STATE_WORDS[one].word })),
          ]}
        />
        <span className={style.soft} role="status">
          {rows.isLoading ? '' : `${whole(rows.total)} tasks`}
        </span>
      </div>
      {rows.error ? (
        <FailureNote error={rows.error} onRetry={rows.retry} />
      ) : (
        <div className={style.grid}>
          <Grid
            label="Tasks"
            columns={COLUMNS.filter(
              ({ key }) => (detail.points > 1 || key !== 'point') && (detail.engine.id !== 'builtin' || key !== 'seed'),
            )}
            count={rows.isLoading ? expected : rows.total}
            rowAt={rows.rowAt}
            rowHeight={30}
            active={active}
            onActive={setActive}
            onOpen={(row) => row.hasLog && onLog(row)}
            onRange={rows.onRange}
            empty="No task is in this state."
          />
        </div>
      )}
      {detail.progress.tasksFailed > 0 && <Chosen task={active < 0 ? undefined : rows.rowAt(active)} onLog={onLog} />}
    </div>
  )
}

/** The whole message of the chosen task: a cell has room for its beginning only. */
function Chosen({ task, onLog }: { readonly task: TaskInfo | undefined; readonly onLog: (task: TaskInfo) => void }) {
  return (
    <div className={style.chosenTask} role="status">
      {task?.failure ? (
        <p>
          <strong>Task {whole(task.task)}:</strong> {task.failure.message}{' '}
          {task.hasLog && (
            <button type="button" onClick={() => onLog(task)}>
              Read its log
            </button>
          )}
        </p>
      ) : (
        <p>The arrow keys bring the whole message of a failed task here; Enter or a click opens its log.</p>
      )}
    </div>
  )
}

function useRefresh(detail: SimulationDetail) {
  const queries = useQueryClient()
  const { revision, id, state } = detail
  useEffect(() => {
    void revision
    void state
    const timer = setTimeout(
      () => void queries.invalidateQueries({ queryKey: ['tasks', id] }, { cancelRefetch: false }),
      REFRESH_MS,
    )
    return () => clearTimeout(timer)
  }, [revision, state, id, queries])
}

const COLUMNS: readonly Column<TaskInfo>[] = [
  { key: 'task', title: 'Task', width: 'minmax(58px, 0.6fr)', align: 'end', cell: (row) => whole(row.task) },
  {
    key: 'point',
    title: 'Point',
    width: 'minmax(58px, 0.6fr)',
    align: 'end',
    wideOnly: true,
    cell: (row) => row.point,
  },
  { key: 'state', title: 'State', width: 'minmax(96px, 1fr)', cell: (row) => <TaskStateWord state={row.state} /> },
  {
    key: 'first',
    title: 'First history',
    width: 'minmax(110px, 1.2fr)',
    align: 'end',
    wideOnly: true,
    cell: (row) => whole(row.firstHistory),
  },
  {
    key: 'histories',
    title: 'Histories',
    width: 'minmax(92px, 1fr)',
    align: 'end',
    cell: (row) => whole(row.histories),
  },
  {
    key: 'done',
    title: 'Done',
    width: 'minmax(64px, 0.7fr)',
    align: 'end',
    cell: (row) => percent(row.histories === 0 ? 1 : row.historiesDone / row.histories),
  },
  {
    key: 'attempt',
    title: 'Attempt',
    width: 'minmax(68px, 0.6fr)',
    align: 'end',
    wideOnly: true,
    cell: (row) => row.attempt,
  },
  {
    key: 'seed',
    title: 'Seed',
    width: 'minmax(96px, 0.9fr)',
    align: 'end',
    wideOnly: true,
    cell: (row) => row.seed ?? '',
  },
  { key: 'worker', title: 'Worker', width: 'minmax(100px, 1.2fr)', wideOnly: true, cell: (row) => row.worker ?? '—' },
  {
    key: 'time',
    title: 'Time',
    width: 'minmax(70px, 0.8fr)',
    align: 'end',
    wideOnly: true,
    cell: (row) =>
      row.startedAtMs !== null && row.endedAtMs !== null ? duration(row.endedAtMs - row.startedAtMs) : '—',
  },
  {
    key: 'failure',
    title: 'Message',
    width: 'minmax(120px, 3fr)',
    wideOnly: true,
    cell: (row) => <span title={row.failure?.message}>{row.failure?.message ?? (row.hasLog ? 'has a log' : '')}</span>,
  },
]
