/** Several replicas of control over one PostgreSQL, one queue, one storage and one cluster; requests go to any of them. */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ControlLimits } from '#control/limits.ts'
import { builtinEngine } from '#engines/builtin/engine.ts'
import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import { memoryQueue } from '#queue/memory.ts'
import type { Queue } from '#queue/queue.ts'
import { openPostgresRecords } from '#records/postgres.ts'
import type { Records } from '#records/records.ts'
import { folderStorage } from '#storage/folder.ts'
import type { PostgresServer } from '#test/servers/postgres.ts'
import { serveAdapters } from './adapter-wire.ts'
import { LoopCluster, TOKEN, type Trouble } from './control-bench.ts'
import type { ReplicaSettings } from './replica-process.ts'

export interface Replica {
  readonly url: string
  readonly metricsUrl: string
  readonly client: Client
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
  /** SIGSTOP; the answer wakes it. */
  freeze(): () => void
  isLeading(): Promise<boolean>
}

export interface ReplicaStage {
  readonly replicas: Replica[]
  /** Every request goes to a replica picked at random. */
  readonly client: Client
  readonly queue: Queue
  readonly cluster: LoopCluster
  readonly trouble: { is: Trouble }
  readonly databaseUrl: string
  /** The records as the test sees them. */
  readonly records: Records
  /** An address at which `fetch` below reaches a random replica. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  start(limits?: Partial<ControlLimits>): Promise<Replica>
  /** The replica that leads, once exactly one says so. */
  leader(): Promise<Replica>
  /** What any replica logged as an error, or wrote that is no log. */
  errors(): readonly string[]
  done(): Promise<void>
}

const BALANCER = 'http://replicas.invalid'
const PROGRAM = path.join(import.meta.dirname, 'replica-process.ts')

export async function startReplicas(
  server: Pick<PostgresServer, 'database'>,
  count: number,
  limits: Partial<ControlLimits> = {},
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-replicas-'))
  const objects = path.join(folder, 'objects')
  const databaseUrl = await server.database()
  const records = await openPostgresRecords({ url: databaseUrl })
  const queue = memoryQueue({ clock: Date.now })
  const storage = await folderStorage({ folder: objects, clock: Date.now })
  const trouble: { is: Trouble } = { is: () => 'none' }
  const cluster = new LoopCluster(queue, storage, [builtinEngine], trouble)
  const replicas: Replica[] = []
  const output: string[] = []
  const any = (): Replica => replicas[Math.floor(Math.random() * replicas.length)]!
  const anywhere = ((address: string, options?: RequestInit) =>
    fetch(address.replace(BALANCER, any().url), options)) as typeof fetch
  const clientOf = (call: typeof fetch, baseUrl: string) =>
    createClient({ fetch: call as unknown as Fetch, baseUrl, token: TOKEN })

  const stage: ReplicaStage = {
    replicas,
    client: clientOf(anywhere, BALANCER),
    queue,
    cluster,
    trouble,
    databaseUrl,
    records,
    baseUrl: BALANCER,
    fetch: anywhere,
    async start(more = {}) {
      const settings: ReplicaSettings = {
        databaseUrl,
        objects,
        token: TOKEN,
        limits: { leadMs: 1000, reconcileEveryMs: 50, leaseMs: 5000, workerGraceMs: 100, ...limits, ...more },
      }
      const replica = await startReplica(settings, { queue, cluster }, clientOf, output, () => {
        const at = replicas.indexOf(replica)
        if (at >= 0) replicas.splice(at, 1)
      })
      replicas.push(replica)
      return replica
    },
    async leader() {
      for (;;) {
        const leads = await Promise.all(replicas.map((replica) => replica.isLeading().catch(() => false)))
        if (leads.filter(Boolean).length === 1) return replicas[leads.indexOf(true)]!
        await new Promise((next) => setTimeout(next, 20))
      }
    },
    errors: () =>
      output
        .join('')
        .split('\n')
        .filter((line) => line !== '' && !/^\{"level":[1-4]0,/.test(line)),
    async done() {
      cluster.abandon()
      await Promise.all([...replicas].map((replica) => replica.kill()))
      await queue.close()
      await records.close()
      await storage.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await Promise.all(Array.from({ length: count }, () => stage.start()))
  return stage
}

async function startReplica(
  settings: ReplicaSettings,
  adapters: { readonly queue: object; readonly cluster: object },
  clientOf: (call: typeof fetch, baseUrl: string) => Client,
  output: string[],
  onGone: () => void,
): Promise<Replica> {
  const log: string[] = []
  const child = fork(PROGRAM, [JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (bytes: Buffer) => {
      log.push(String(bytes))
      output.push(String(bytes))
    })
  serveAdapters(child, adapters)
  const { url, metricsUrl } = await new Promise<{ url: string; metricsUrl: string }>((resolve, reject) => {
    child.on('message', (message: { url?: string; metricsUrl: string }) => {
      if (message.url !== undefined) resolve({ url: message.url, metricsUrl: message.metricsUrl })
    })
    child.once('exit', (code) => reject(new Error(`The replica ended with ${code}:\n${log.join('')}`)))
  })
  const end = (signal: NodeJS.Signals) => {
    onGone()
    child.kill(signal)
    return ended(child)
  }
  return {
    url,
    metricsUrl,
    client: clientOf(fetch, url),
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    freeze() {
      child.kill('SIGSTOP')
      return () => child.kill('SIGCONT')
    },
    async isLeading() {
      const text = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(2000) })).text()
      return /^isolario_reconciler_leader 1$/m.test(text)
    },
  }
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) =>
    child.exitCode !== null || child.signalCode !== null
      ? resolve(child.exitCode)
      : child.once('exit', (code) => resolve(code)),
  )
