/** Names that deployment and program share. What stands in chart, compose file, alerts or dashboards is one of these. */

import { VARIABLES, type Variable } from '#main/variables.ts'

const known = Object.entries<Variable>(VARIABLES)
const namesOf = (which: (one: Variable) => boolean): ReadonlySet<string> =>
  new Set(known.filter(([, one]) => which(one)).map(([name]) => name))

/** What replicas of control and workers read. */
export const ENVIRONMENT = namesOf((one) => one.of.includes('control') || one.of.includes('worker'))

/** Names whose value is a secret: by reference or from a file only. */
export const SECRETS = namesOf((one) => one.secret === true)

/** Metrics of control with their labels (installation.test.ts compares); a histogram has `_bucket`, `_sum` and `_count` as well. */
export const METRICS: Readonly<Record<string, readonly string[]>> = {
  isolario_queue_tasks: ['state'],
  isolario_task_duration_seconds: ['engine'],
  isolario_primaries_total: ['engine'],
  isolario_merge_lag_seconds: [],
  isolario_jobs_held: ['code'],
  isolario_reachable: ['part'],
  isolario_task_failures_total: ['engine', 'code'],
  isolario_lease_expiries_total: [],
  isolario_refusals_total: ['code'],
  isolario_event_streams: [],
  isolario_reconciler_leader: [],
  isolario_http_request_duration_seconds: ['route', 'method', 'status'],
}
