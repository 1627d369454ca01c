/** `isolario control`: one of several replicas of the control service, on PostgreSQL, Redis and S3. */

import { mkdtempSync, rmSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CliError } from '#cli/exit-codes.ts'
import type { Cluster } from '#cluster/cluster.ts'
import { asksForGroups } from '#cluster/kubernetes-projects.ts'
import { processCluster } from '#cluster/processes.ts'
import { unmanagedCluster } from '#cluster/unmanaged.ts'
import { createControl } from '#control/control.ts'
import { createLog, type Log } from '#control/log.ts'
import type { WorkerDesk } from '#control/worker-desk.ts'
import type { Identity } from '#identity/identity.ts'
import { localIdentity } from '#identity/local.ts'
import { openidIdentity } from '#identity/openid.ts'
import { readSecrets, subKey } from '#identity/secrets.ts'
import { parseRedisUrl, type RedisAddress } from '#queue/redis/address.ts'
import { type RedisQueue, redisQueue } from '#queue/redis/redis-queue.ts'
import { migratePostgresRecords, openPostgresRecords } from '#records/postgres.ts'
import { s3Storage } from '#storage/s3.ts'
import { NO_TRACES } from '#traces/traces.ts'
import { type ControlSettings, readControlSettings, readDatabaseUrl } from './control-settings.ts'
import { workerDesk } from './desk.ts'
import { createEngines, missingEngines } from './engines.ts'
import { flukaEnvironment, routinesEnvironment } from './fluka-site.ts'
import { PORTAL_FOLDER, VERSION } from './root.ts'
import { lookAtQueue, lookAtStorage, usableOrAway } from './start-looks.ts'
import { openTraces, traceOfJob, tracesEnvironment } from './tracing.ts'
import { given } from './variables.ts'

/** A worker asks for access again after every failover, so its token lives as long as the longest job may. */
const WORKER_TOKEN_MS = 30 * 24 * 3_600_000

/** More than on one machine: nodes are lost and pods preempted, and the tasks that they held are no cause of it. */
const MOST_ATTEMPTS = 5

/** How long the last spans may take when it ends. */
const TRACES_WITHIN_MS = 3000

/** Serves until the signal is aborted. @throws CliError with every problem of the environment at once */
export async function runControl(
  variables: NodeJS.ProcessEnv,
  out: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const settings = readControlSettings(variables)
  const secrets = readSecrets(settings.secret)
  const identity = identityOf(settings, secrets)
  const refused = identity.refusesHost(settings.listen.host)
  if (refused !== null) throw new CliError('BAD_INPUT', 'HOST_REFUSED', refused)

  let traces = NO_TRACES
  const log = createLog(settings.logLevel, undefined, (job) => traceOfJob(traces, job))
  traces = await openTraces(variables, (sentence) => log.warn(sentence))
  // Released in the opposite order, also when a later step fails.
  const closing: (() => unknown)[] = [() => traces.close(TRACES_WITHIN_MS)]
  try {
    const records = await openPostgresRecords({ url: settings.databaseUrl, migrate: false })
    closing.push(() => records.close())
    const s3 = { ...settings.s3, clock: Date.now }
    const storage = s3Storage(s3)
    closing.push(() => storage.close())

    const redis = redisAddress(settings)
    const queue = redisQueue({
      address: redis,
      ...('url' in redis ? {} : sentinelLogin(settings)),
      workerSecret: subKey(secrets[0]!, 'redis-worker'),
      onTrouble: (sentence) => log.warn(sentence),
      onListenerError: (error) => log.error({ err: error }, 'a listener of the queue failed'),
    })
    closing.push(() => queue.close())
    await usableOrAway([lookAtStorage(s3), lookAtQueue(queue)], log, closing)

    const desk = workerDesk({ secrets, queue, redis, storage })
    const groupsOf = (owner: string) => records.groupsOf(owner)
    const cluster = await clusterOf(settings, variables, desk, queue, groupsOf, log, closing)
    closing.push(() => cluster.close())

    const control = createControl({
      version: VERSION,
      records,
      queue,
      storage,
      cluster,
      identity,
      workers: desk,
      inspectQueues: () => queue.inspectQueues(),
      engines: createEngines(),
      missingEngines: missingEngines(),
      clock: Date.now,
      log,
      traces,
      replicated: true,
      keepsGroups: settings.cluster.kind === 'kubernetes' && asksForGroups(settings.cluster.projects),
      publicUrl: settings.publicUrl.href,
      metricsListen: settings.metricsListen,
      staticFolder: PORTAL_FOLDER,
      limits: {
        leaseMs: settings.leaseMs,
        drainMs: settings.drainMs,
        maxAttempts: MOST_ATTEMPTS,
        hostNames: [new URL(settings.cluster.controlUrl).hostname],
      },
    })
    closing.push(() => control.close())
    const url = await control.listen(settings.listen.host, settings.listen.port)
    await control.start()
    // Now, not at the end: a replica that is killed has no end.
    flushCompileCache()
    out(`Isolario ${VERSION} serves on ${url}; people open ${settings.publicUrl.href}\n`)
    if (!signal.aborted) await new Promise((end) => signal.addEventListener('abort', end, { once: true }))
  } finally {
    for (const close of closing.reverse()) {
      await Promise.resolve(close()).catch((error: unknown) => log.warn({ err: error }, 'a part did not close well'))
    }
  }
}

/** `isolario migrate`: brings the records to the version that this program needs, before its replicas start. */
export async function migrateRecords(variables: NodeJS.ProcessEnv, out: (text: string) => void): Promise<void> {
  const done = await migratePostgresRecords({ url: readDatabaseUrl(variables) })
  out(done.length === 0 ? 'The records are up to date.\n' : `Done: ${done.join(', ')}.\n`)
}

function identityOf({ login, publicUrl }: ControlSettings, secrets: readonly Uint8Array[]): Identity {
  if (login.kind === 'token') return localIdentity({ token: login.token })
  return openidIdentity({ ...login, publicUrl: publicUrl.origin, secrets, clock: Date.now })
}

function redisAddress({ redis }: ControlSettings): RedisAddress {
  if (redis.kind === 'url') return parseRedisUrl(redis.url)
  return { sentinels: redis.sentinels, master: redis.master }
}

function sentinelLogin({ redis }: ControlSettings): { username?: string | null; password?: string | null } {
  return redis.kind === 'sentinel' ? { username: redis.username, password: redis.password } : {}
}

function logFormat(variables: NodeJS.ProcessEnv): Record<string, string> {
  const format = given(variables, 'ISOLARIO_LOG_FORMAT')
  return format === null ? {} : { ISOLARIO_LOG_FORMAT: format }
}

function extraCertificates({ NODE_EXTRA_CA_CERTS: file }: NodeJS.ProcessEnv): Record<string, string> {
  return file ? { NODE_EXTRA_CA_CERTS: file } : {}
}

async function clusterOf(
  { cluster }: ControlSettings,
  variables: NodeJS.ProcessEnv,
  desk: WorkerDesk,
  queue: RedisQueue,
  groupsOf: (owner: string) => Promise<readonly string[]>,
  log: Log,
  closing: (() => unknown)[],
): Promise<Cluster> {
  const tokenFor = (jobId: string) => desk.mintToken(jobId, Date.now() + WORKER_TOKEN_MS)
  switch (cluster.kind) {
    case 'none':
      return unmanagedCluster({
        slots: cluster.slots,
        workersOf: async (jobId) => new Set((await queue.leases(jobId)).map(({ worker }) => worker)).size,
      })
    case 'processes': {
      const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-'))
      closing.push(() => rmSync(scratch, { recursive: true, force: true }))
      return processCluster({
        capacity: cluster.slots,
        clock: Date.now,
        command: ({ jobId }) => ({
          program: process.execPath,
          args: [process.argv[1]!, 'worker', '--job', jobId, '--scratch', scratch, '--parent'],
          environment: {
            ISOLARIO_CONTROL_URL: cluster.controlUrl,
            ISOLARIO_JOB_TOKEN: tokenFor(jobId),
            PATH: '/usr/local/bin:/usr/bin:/bin',
            ...flukaEnvironment(variables),
            ...tracesEnvironment(variables),
            // They speak to the same services, perhaps with certificates of an authority of the site.
            ...extraCertificates(variables),
          },
          folder: scratch,
        }),
        onLine: (jobId, pid, line) => log.info({ job: jobId, pid }, line),
      })
    }
    case 'kubernetes': {
      // A second of loading that other clusters are spared.
      const { KubeConfig } = await import('@kubernetes/client-node')
      const { kubernetesCluster } = await import('#cluster/kubernetes.ts')
      const config = new KubeConfig()
      config.loadFromDefault()
      const { namespace, instance, image, controlUrl, localQueue, cpu, scratchMebibytes, slots } = cluster
      const { projects, priorityClass, lowPriorityClass, engineImages, payloadSeccomp: seccompProfile } = cluster
      const engines = Object.entries(engineImages).map(([id, own]) => [id, { image: own, seccompProfile }] as const)
      return kubernetesCluster({
        config,
        namespace,
        instance,
        image,
        engines: Object.fromEntries(engines),
        controlUrl,
        // Pods have the FLUKA of their image: its path is theirs to know, failures of a stand-in are not.
        // Whether code of users may run is decided here, and not by an image.
        environment: { ...routinesEnvironment(variables), ...tracesEnvironment(variables), ...logFormat(variables) },
        cpu,
        scratchMebibytes,
        ...(localQueue === null ? {} : { localQueue }),
        projects,
        groupsOf,
        ...(priorityClass === null ? {} : { priorityClass }),
        ...(lowPriorityClass === null ? {} : { lowPriorityClass }),
        ...(cluster.certificates === null ? {} : { certificates: cluster.certificates }),
        capacity: slots,
        tokenFor,
        clock: Date.now,
        onTrouble: (error) =>
          error ? log.warn({ err: error }, 'the cluster does not answer') : log.info('the cluster answers again'),
      })
    }
  }
}
