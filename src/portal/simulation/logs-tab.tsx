/** Logs of tasks: those that failed first, since those are read. */

import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SimulationDetail, TaskInfo } from '#protocol/shapes.ts'
import { taskLog, taskPage } from '../server/queries.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { whole } from '../words/amounts.ts'
import { TaskStateWord } from '../words/state-word.tsx'
import style from './simulation.module.css'

interface LogsTabProps {
  readonly detail: SimulationDetail
  readonly task: number | null
  readonly onTask: (task: number) => void
}

export function LogsTab({ detail, task, onTask }: LogsTabProps) {
  const failed = useQuery(taskPage(detail.id, 'failed', 0))
  const all = useQuery(taskPage(detail.id, null, 0))
  const withLog = [...(failed.data?.items ?? []), ...(all.data?.items ?? [])].filter(
    (one, index, list) => one.hasLog && list.findIndex((other) => other.task === one.task) === index,
  )
  const [typed, setTyped] = useState('')
  const chosen = task ?? withLog[0]?.task ?? null
  const info = withLog.find((one) => one.task === chosen)
  if (failed.error) return <FailureNote error={failed.error} onRetry={() => void failed.refetch()} />
  return (
    <div className={style.logs}>
      <div className={style.logList}>
        <TextInput
          aria-label="Number of a task"
          placeholder="Task number"
          inputMode="numeric"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && /^\d+$/.test(typed)) onTask(Number(typed))
          }}
        />
        <ul>
          {withLog.slice(0, 200).map((one) => (
            <li key={one.task}>
              <button type="button" aria-current={one.task === chosen} onClick={() => onTask(one.task)}>
                {whole(one.task)} <TaskStateWord state={one.state} />
              </button>
            </li>
          ))}
        </ul>
        {!all.isPending && withLog.length === 0 && (
          <p className={style.soft}>No task has left a log: nothing failed, and the engine had nothing to say.</p>
        )}
      </div>
      {chosen !== null && <Log detail={detail} task={chosen} info={info} />}
    </div>
  )
}

function Log({ detail, task, info }: { detail: SimulationDetail; task: number; info: TaskInfo | undefined }) {
  const log = useQuery(taskLog(detail.id, task, info?.attempt ?? 0))
  return (
    <section className={style.log} aria-label={`Log of task ${task}`}>
      <h2>
        Task {whole(task)} {info && <TaskStateWord state={info.state} />}
      </h2>
      {info?.failure && (
        <p className={style.failure}>
          {info.failure.message} <code>{info.failure.code}</code>
        </p>
      )}
      {log.error ? (
        <FailureNote error={log.error} onRetry={() => void log.refetch()} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
        <pre tabIndex={0}>{log.isPending ? '…' : log.data === '' ? '(the log is empty)' : log.data}</pre>
      )}
    </section>
  )
}
