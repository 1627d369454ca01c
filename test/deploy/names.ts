/** Names that deployment and program share. What stands in chart, compose file, alerts or dashboards is one of these. */

export const ENVIRONMENT: ReadonlySet<string> = new Set([
  'ISOLARIO_LISTEN',
  'ISOLARIO_METRICS_LISTEN',
  'ISOLARIO_PUBLIC_URL',
  'ISOLARIO_LOG_LEVEL',
  'ISOLARIO_LOG_FORMAT',
  'ISOLARIO_DATABASE_URL',
  'ISOLARIO_REDIS_URL',
  'ISOLARIO_REDIS_SENTINELS',
  'ISOLARIO_REDIS_MASTER',
  'ISOLARIO_REDIS_USERNAME',
  'ISOLARIO_REDIS_PASSWORD',
  'ISOLARIO_S3_ENDPOINT',
  'ISOLARIO_S3_REGION',
  'ISOLARIO_S3_BUCKET',
  'ISOLARIO_S3_ACCESS_KEY',
  'ISOLARIO_S3_SECRET_KEY',
  'ISOLARIO_SECRET',
  'ISOLARIO_OIDC_ISSUER',
  'ISOLARIO_OIDC_CLIENT_ID',
  'ISOLARIO_OIDC_CLIENT_SECRET',
  'ISOLARIO_OIDC_GROUPS_CLAIM',
  'ISOLARIO_ALLOWED_GROUPS',
  'ISOLARIO_ADMIN_GROUPS',
  'ISOLARIO_CLUSTER',
  'ISOLARIO_KUBERNETES_NAMESPACE',
  'ISOLARIO_KUBERNETES_LOCAL_QUEUE',
  'ISOLARIO_WORKER_IMAGE',
  'ISOLARIO_WORKER_CONTROL_URL',
  'ISOLARIO_WORKER_SLOTS',
  'ISOLARIO_CONTROL_URL',
  'ISOLARIO_JOB',
  'ISOLARIO_JOB_TOKEN',
  'ISOLARIO_SCRATCH',
])

/** Names whose value is a secret: by reference or from a file only. */
export const SECRETS: ReadonlySet<string> = new Set([
  'ISOLARIO_DATABASE_URL',
  'ISOLARIO_REDIS_URL',
  'ISOLARIO_REDIS_PASSWORD',
  'ISOLARIO_S3_ACCESS_KEY',
  'ISOLARIO_S3_SECRET_KEY',
  'ISOLARIO_SECRET',
  'ISOLARIO_OIDC_CLIENT_SECRET',
  'ISOLARIO_JOB_TOKEN',
])

/** Metrics of control with their labels; a histogram has `_bucket`, `_sum` and `_count` as well. */
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
