/**
 * A simulation on a real Kubernetes, as an operator runs it: two replicas of control with exactly the rights of
 * deploy/kubernetes/role.yaml, the worker image that is shipped, Redis, S3, PostgreSQL. Workers are killed, a replica is
 * killed, and the numbers are those of a calm run on one machine.
 */

import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { loadYaml } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WireJob, WirePod } from '#cluster/kubernetes-wire.ts'
import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import type { SimulationInput } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { describeWith, KUBERNETES_NODE, POSTGRESQL, REDIS, VERSITYGW } from '#test/needs.ts'
import { freshBucket } from '#test/servers/buckets.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { freePorts, type Part, startPart, untilReady } from '#test/servers/parts.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { startVersitygw } from '#test/servers/versitygw.ts'
import { buildImage } from '../../deploy/images/build.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ENTRY = path.join(ROOT, 'src/main/isolario.ts')
const IMAGE = 'localhost/isolario/worker:journey'
const TOKEN = '0123456789abcdef0123456789abcdef'
const TASKS = 30
const HISTORIES = 1_000_000
const PATIENCE = { timeout: 90_000, interval: 200 }

const spes = presetById('spes-uc4')!.document
const DOCUMENT: SimulationInput = {
  ...spes,
  name: 'On a cluster',
  job: {
    ...spes.job,
    key: '5eed5eed5eed5eed',
    goal: { kind: 'primaries', primaries: TASKS * HISTORIES },
    batchHistories: HISTORIES,
    historiesPerTask: HISTORIES,
  },
}

const NEEDS = [KUBERNETES_NODE, POSTGRESQL, REDIS, VERSITYGW] as const

describeWith(NEEDS, 'a simulation on Kubernetes', (kubernetes, postgresql, redisServer, versitygw) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-cluster-'))
  let plane: ControlPlane
  let node: KubernetesNode
  let postgres: PostgresServer
  let redis: RedisServer
  let s3: S3Server
  let namespace: string
  let replicas: Part[] = []
  let urls: string[]
  let clients: Client[]

  beforeAll(async () => {
    plane = await startControlPlane(kubernetes)
    node = await startNode(plane, { number: 5 })
    importWorkerImage(node, folder)
    ;[postgres, redis, s3] = await Promise.all([
      startPostgres(postgresql),
      // Its clients in pods do not come from loopback; they have users of their own with passwords.
      startRedis(redisServer, { args: ['--protected-mode', 'no'] }),
      startVersitygw(versitygw),
    ])
    namespace = await plane.namespace()
    const { rules } = loadYaml<{ rules: unknown[] }>(
      readFileSync(path.join(ROOT, 'deploy/kubernetes/role.yaml'), 'utf8'),
    )
    const kubeconfig = path.join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, (await plane.accountWith(namespace, rules)).exportConfig())
    const bucket = await freshBucket(s3)
    // One address for this machine and for pods.
    const there = (url: string) => url.replace('127.0.0.1', node.gateway)
    const ports = await freePorts(2)
    urls = ports.map((port) => `http://127.0.0.1:${port}`)
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TMPDIR: folder,
      KUBECONFIG: kubeconfig,
      ISOLARIO_DATABASE_URL: await postgres.database(),
      ISOLARIO_REDIS_URL: there(redis.url),
      ISOLARIO_S3_ENDPOINT: there(bucket.endpoint),
      ISOLARIO_S3_REGION: bucket.region,
      ISOLARIO_S3_BUCKET: bucket.bucket,
      ISOLARIO_S3_ACCESS_KEY: bucket.accessKey,
      ISOLARIO_S3_SECRET_KEY: bucket.secretKey,
      ISOLARIO_SECRET: '3f9a1c5e7b2d4f6081a3c5e7f9b1d3e5f70819a2b3c4d5e6f708192a3b4c5d6e',
      ISOLARIO_TOKEN: TOKEN,
      ISOLARIO_CLUSTER: 'kubernetes',
      ISOLARIO_KUBERNETES_NAMESPACE: namespace,
      ISOLARIO_WORKER_IMAGE: IMAGE,
      // The second replica: the first one is killed.
      ISOLARIO_WORKER_CONTROL_URL: there(urls[1]!),
      ISOLARIO_WORKER_SLOTS: '2',
      ISOLARIO_LEASE_SECONDS: '4',
      ISOLARIO_LOG_LEVEL: 'info',
    }
    const isolario = (name: string, args: string[], more: Record<string, string> = {}) =>
      startPart(folder, name, process.execPath, [ENTRY, ...args], { ...environment, ...more })
    const migration = isolario('migrate', ['migrate'])
    await untilReady('the migration', [], async () => migration.exitCode() !== null)
    expect(migration.exitCode(), migration.log()).toBe(0)
    replicas = ports.map((port, n) => isolario(`control${n}`, ['control'], { ISOLARIO_LISTEN: `127.0.0.1:${port}` }))
    for (const url of urls) {
      await untilReady(url, replicas, async () => (await fetch(`${url}/healthz/ready`)).status === 200)
    }
    clients = urls.map((baseUrl) => createClient({ fetch: fetch as unknown as Fetch, baseUrl, token: TOKEN }))
  }, 180_000)
  afterAll(async () => {
    for (const replica of replicas) await replica.kill('SIGKILL')
    await Promise.all([redis?.stop(), postgres?.stop(), s3?.stop()])
    await node?.stop()
    await plane?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const jobs = async () =>
    (await plane.api.send<{ items: WireJob[] }>('GET', `/apis/batch/v1/namespaces/${namespace}/jobs`)).items
  const pods = async () =>
    (await plane.api.send<{ items: WirePod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)).items

  it('gives the same numbers as on one machine, whoever is killed', { timeout: 300_000 }, async () => {
    const calm = numbersOf(await onOneMachine(folder))
    const { id } = await clients[0]!.call('submit', { body: DOCUMENT, headers: { 'idempotency-key': 'cluster' } })
    const show = () => clients[1]!.call('show', { params: { id } })
    const done = async () => (await show()).progress.tasksDone
    await expect.poll(done, PATIENCE).toBeGreaterThan(2)
    expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([`isolario-${id}`])

    process.kill(workerPids(id)[0]!, 'SIGKILL')
    await replicas[0]!.kill('SIGKILL')
    await expect.poll(async () => (await show()).state, { timeout: 120_000, interval: 500 }).toBe('done')
    expect((await show()).progress).toMatchObject({ tasksDone: TASKS, tasksFailed: 0 })
    expect(numbersOf(await clients[1]!.call('result', { params: { id } }))).toEqual(calm)
    // Nothing is left of it on the cluster.
    await expect.poll(jobs, PATIENCE).toEqual([])
    await expect.poll(pods, PATIENCE).toEqual([])
    const secrets = await plane.api.send<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/secrets`)
    expect(secrets.items).toEqual([])
  })
})

function importWorkerImage(node: KubernetesNode, folder: string): void {
  const [bundle, portal] = [path.join(folder, 'bundle'), path.join(folder, 'portal')]
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js')
  const args = ['build', '--config', 'vite.node.config.ts', '--outDir', bundle, '--emptyOutDir', '--logLevel', 'error']
  execFileSync(process.execPath, [vite, ...args], { cwd: ROOT })
  mkdirSync(portal)
  const { archive } = buildImage({
    kind: 'worker',
    name: IMAGE,
    created: '1970-01-01T00:00:00Z',
    compress: false,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    bundle,
    portal,
  })
  const file = path.join(folder, 'worker.tar')
  writeFileSync(file, archive)
  node.importImage(file)
  rmSync(file)
}

/** Processes of a job's workers, those in pods too. */
const workerPids = (id: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`worker\0--job\0${id}`)
      } catch {
        return false
      }
    })
    .map(Number)

async function onOneMachine(folder: string): Promise<unknown> {
  const file = path.join(folder, 'calm.json')
  writeFileSync(file, JSON.stringify(DOCUMENT))
  const { stdout } = await promisify(execFile)(process.execPath, [ENTRY, 'run', file, '--json'], {
    maxBuffer: 2 ** 28,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  })
  return JSON.parse(stdout)
}

/** The result without what tells of when and where it was made. */
function numbersOf(result: unknown): unknown {
  const { nuclides, histories } = result as { nuclides: unknown; histories: unknown }
  return { nuclides, histories }
}
