/** Tasks as people see them: the rows, with what the queue knows of those in the hands of workers. */

import type { TaskInfo } from '#protocol/shapes.ts'
import type { Queue } from '#queue/queue.ts'
import type { Records, TaskRecord } from '#records/records.ts'
import type { TaskState } from '#simulation/life-cycle.ts'

type Held = Awaited<ReturnType<Queue['leases']>>[number]

export interface TaskQuery {
  readonly state?: TaskState | undefined
  readonly offset: number
  readonly limit: number
}

export async function listTasks(
  records: Records,
  queue: Queue,
  id: string,
  { state, offset, limit }: TaskQuery,
): Promise<{ items: TaskInfo[]; total: number }> {
  const held = new Map((await queue.leases(id)).map((lease) => [lease.task, lease]))
  const infoOf = (task: TaskRecord) => taskInfo(task, held.get(task.task))
  if (state === 'leased') {
    const tasks = [...held.keys()].sort((a, b) => a - b)
    const rows = await Promise.all(tasks.slice(offset, offset + limit).map((task) => records.task(id, task)))
    // Between the two looks a result may have been accepted.
    const items = rows.flatMap((row) => (row?.state === 'waiting' ? [infoOf(row)] : []))
    return { items, total: tasks.length }
  }
  if (state === 'waiting') {
    // The rows call a leased task waiting: those are left out, and as many more are read.
    const { items, total } = await records.tasks(id, { state, offset: 0, limit: offset + limit + held.size })
    const waiting = items.filter(({ task }) => !held.has(task))
    return { items: waiting.slice(offset, offset + limit).map(infoOf), total: total - (items.length - waiting.length) }
  }
  const { items, total } = await records.tasks(id, { ...(state === undefined ? {} : { state }), offset, limit })
  return { items: items.map(infoOf), total }
}

function taskInfo(task: TaskRecord, lease: Held | undefined): TaskInfo {
  const { accepted, failure } = task
  const held = task.state === 'waiting' ? lease : undefined
  return {
    task: task.task,
    point: task.point,
    state: held ? 'leased' : task.state,
    firstHistory: task.firstHistory,
    histories: task.histories,
    attempt: accepted?.attempt ?? failure?.attempt ?? held?.attempt ?? 0,
    ...(task.seed === undefined ? {} : { seed: task.seed }),
    worker: held?.worker ?? null,
    historiesDone: accepted?.histories ?? held?.historiesDone ?? 0,
    startedAtMs: accepted?.startedAtMs ?? null,
    endedAtMs: accepted?.endedAtMs ?? failure?.atMs ?? null,
    failure: failure && { code: failure.code, message: failure.message },
    hasLog: failure?.logKey != null,
  }
}
