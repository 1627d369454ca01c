/**
 * The product as an operator runs it, all real: replicas of control as processes of their own behind HAProxy, PostgreSQL,
 * Redis under Sentinels, Ceph; workers as processes that know nothing but the address of the service and a token.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import type { HAPROXY } from '#test/needs.ts'
import { freshBucket, refuseUnsignedHeaders } from '#test/servers/buckets.ts'
import { type CephServer, startCeph } from '#test/servers/ceph.ts'
import { freePorts } from '#test/servers/free-ports.ts'
import { type Haproxy, startHaproxy } from '#test/servers/haproxy.ts'
import { type Part, startPart, untilReady } from '#test/servers/parts.ts'
import { type PostgresServer, type PostgresStandby, startPostgres } from '#test/servers/postgres.ts'
import { type RedisCluster, startRedisCluster } from '#test/servers/redis.ts'

const ENTRY = path.resolve(import.meta.dirname, '../../src/main/isolario.ts')
/** Asked by the load balancer, as by a cluster's node. */
const HEALTH = '/healthz/ready'
export const TOKEN = '0123456789abcdef0123456789abcdef'

/** Where the programs are, as test/needs.ts found them. */
export interface Programs {
  readonly postgresql: string
  readonly redis: string
  readonly ceph: string
  readonly haproxy: NonNullable<ReturnType<typeof HAPROXY.find>>
}

export interface ReplicatedProduct {
  /** Through the load balancer. */
  readonly client: Client
  readonly url: string
  readonly replicas: readonly Part[]
  /** Addresses of the replicas themselves. */
  readonly addresses: readonly string[]
  readonly postgres: PostgresServer
  /** Follows the primary where the options ask for one; every commit waits for it. */
  readonly standby: PostgresStandby | null
  /** Database of the records on whichever server is the primary. */
  readonly databaseUrl: string
  readonly redis: RedisCluster
  readonly ceph: CephServer
  /** A worker of a job, with a token of its own. */
  startWorker(id: string): Promise<Part>
  /** Whether a replica takes requests now. */
  isReady(replica: number): Promise<boolean>
  /** Waits until every replica answers. */
  ready(): Promise<void>
  stop(): Promise<void>
}

export interface ReplicatedOptions {
  readonly replicas?: number
  /** A second PostgreSQL server that can take over. */
  readonly standby?: boolean
  /** Address under which pods reach this machine's loopback; then they and the replicas use it for all servers. */
  readonly reachableAs?: string
  /** Over those that the product gives its replicas. */
  readonly environment?: Readonly<Record<string, string>>
}

export async function startReplicatedProduct(
  programs: Programs,
  { replicas = 3, standby: hasStandby = false, reachableAs, environment = {} }: ReplicatedOptions = {},
): Promise<ReplicatedProduct> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-replicas-'))
  const [postgres, redis, ceph] = await Promise.all([
    startPostgres(programs.postgresql),
    startRedisCluster(programs.redis, reachableAs ? { reachableAs } : {}),
    startCeph(programs.ceph),
  ])
  const bucket = await freshBucket(ceph)
  await refuseUnsignedHeaders(ceph, bucket.bucket)
  const firstUrl = await postgres.database()
  const standby = hasStandby ? await postgres.standby() : null
  const databaseUrl = standby ? firstUrl.replace(/@([^/]+)\//, `@$1,${standby.host}/`) : firstUrl
  const ports = await freePorts(replicas)
  const haproxy: Haproxy = await startHaproxy(programs.haproxy, ports, HEALTH)
  const seen = (url: string) => (reachableAs ? url.replace('127.0.0.1', reachableAs) : url)
  const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TMPDIR: folder }
  const shared = {
    ...own,
    ISOLARIO_DATABASE_URL: databaseUrl,
    ISOLARIO_REDIS_SENTINELS: redis.sentinels.map(({ host, port }) => `${host}:${port}`).join(','),
    ISOLARIO_REDIS_MASTER: redis.master,
    ISOLARIO_S3_ENDPOINT: seen(bucket.endpoint),
    ISOLARIO_WORKER_CONTROL_URL: seen(haproxy.url),
    ISOLARIO_S3_REGION: bucket.region,
    ISOLARIO_S3_BUCKET: bucket.bucket,
    ISOLARIO_S3_ACCESS_KEY: bucket.accessKey,
    ISOLARIO_S3_SECRET_KEY: bucket.secretKey,
    ISOLARIO_SECRET: '3f9a1c5e7b2d4f6081a3c5e7f9b1d3e5f70819a2b3c4d5e6f708192a3b4c5d6e',
    ISOLARIO_TOKEN: TOKEN,
    ISOLARIO_PUBLIC_URL: haproxy.url,
    ISOLARIO_LOG_LEVEL: 'info',
    // Replicas that are told to end go at once, unless a journey is about it.
    ISOLARIO_DRAIN_SECONDS: '0',
    ...environment,
  }
  const isolario = (name: string, args: readonly string[], variables: Record<string, string>) =>
    startPart(folder, name, process.execPath, [ENTRY, ...args], { environment: variables })

  const migration = isolario('migrate', ['migrate'], shared)
  await untilReady('the migration', [], async () => migration.exitCode() !== null)
  if (migration.exitCode() !== 0) throw new Error(`The migration failed:\n${migration.log()}`)

  const parts = ports.map((port, n) =>
    isolario(`control${n}`, ['control'], { ...shared, ISOLARIO_LISTEN: `127.0.0.1:${port}` }),
  )
  const addresses = ports.map((port) => `http://127.0.0.1:${port}`)
  const workers: Part[] = []
  const client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: haproxy.url, token: TOKEN })
  const product: ReplicatedProduct = {
    client,
    url: haproxy.url,
    replicas: parts,
    addresses,
    postgres,
    standby,
    databaseUrl,
    redis,
    ceph,
    async startWorker(id) {
      const { token } = await client.call('workerToken', { params: { id }, body: {} })
      const worker = isolario(`worker${workers.length}`, ['worker', '--job', id, '--scratch', folder], {
        ...own,
        ISOLARIO_CONTROL_URL: haproxy.url,
        ISOLARIO_JOB_TOKEN: token,
      })
      workers.push(worker)
      return worker
    },
    isReady: (replica) =>
      fetch(`${addresses[replica]}${HEALTH}`, { signal: AbortSignal.timeout(1000) }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    async ready() {
      for (const [n, address] of addresses.entries()) await untilReady(address, parts, () => product.isReady(n))
      await untilReady('the load balancer', parts, async () => (await fetch(`${haproxy.url}${HEALTH}`)).status === 200)
    },
    async stop() {
      for (const part of [...workers, ...parts]) await part.kill('SIGKILL')
      await haproxy.stop()
      await Promise.all([postgres.stop(), standby?.stop(), redis.stop(), ceph.stop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    await product.ready()
  } catch (error) {
    await product.stop()
    throw error
  }
  return product
}

/** Of a service of which any replica may die at any moment: asked again until it answers. */
export async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((next) => setTimeout(next, 100))
    }
  }
}
