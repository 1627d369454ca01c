/** Why tasks of a job failed, in one sentence: the commonest cause first. */

import type { Records, SimulationRecord } from '#records/records.ts'
import { counted } from './amounts.ts'

export interface FailureCause {
  readonly code: string
  readonly message: string
}

/** Failed tasks looked at; the commonest cause of a thousand is the commonest cause. */
const LOOKED_AT = 1000

/** @returns `null` when no task failed */
export async function commonestCause(records: Records, record: SimulationRecord): Promise<FailureCause | null> {
  const { items, total } = await records.tasks(record.id, { state: 'failed', offset: 0, limit: LOOKED_AT })
  const byCode = new Map<string, { count: number; message: string }>()
  for (const { failure } of items) {
    if (!failure) continue
    const known = byCode.get(failure.code)
    if (known) known.count++
    else byCode.set(failure.code, { count: 1, message: failure.message })
  }
  const [code, cause] = [...byCode].sort((a, b) => b[1].count - a[1].count)[0] ?? []
  if (code === undefined || !cause) return null
  const how = items.length === cause.count ? '' : ` (${counted(cause.count, 'task')} of ${items.length})`
  return { code, message: `${counted(total, 'task')} failed${how}: ${cause.message}` }
}
