/** Names that deployment and program share. What stands in chart, compose file, alerts or dashboards is one of these. */

import { VARIABLES } from '#main/variables.ts'

export const ENVIRONMENT: ReadonlySet<string> = new Set(Object.keys(VARIABLES))

/** Names whose value is a secret: by reference or from a file only. */
export const SECRETS: ReadonlySet<string> = new Set(
  Object.entries(VARIABLES)
    .filter(([, variable]) => 'secret' in variable)
    .map(([name]) => name),
)

/** Metrics of control with their labels (installation.test.ts compares); a histogram has `_bucket`, `_sum` and `_count` as well. */
export const METRICS: Readonly<Record<string, readonly string[]>> = {
  isolario_queue_tasks: ['state'],
  isolario_task_duration_seconds: ['engine'],
  isolario_primaries_total: ['engine'],
  isolario_merge_lag_seconds: [],
  isolario_lease_expiries_total: [],
  isolario_refusals_total: ['code'],
  isolario_event_streams: [],
  isolario_reconciler_leader: [],
  isolario_http_request_duration_seconds: ['route', 'method', 'status'],
}
