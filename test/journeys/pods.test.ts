/**
 * A job on real pods: images made by deploy/images, a real kubelet that runs them, replicas of control behind a load
 * balancer with no more rights on the cluster than deploy/kubernetes/role.yaml gives, and a worker outside on the same job.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { CEPH, describeWith, HAPROXY, KUBERNETES_NODE, POSTGRESQL, REDIS } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { buildImage } from '../../deploy/images/build.ts'
import { calmNumbers, numbersOf, primariesDocument } from './calm-run.ts'
import { type ReplicatedProduct, startReplicatedProduct } from './replicated-product.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const IMAGE = 'localhost/isolario/worker:test'
const PATIENCE = { timeout: 90_000, interval: 200 }
const NEEDS = [KUBERNETES_NODE, POSTGRESQL, REDIS, CEPH, HAPROXY] as const
const say = (line: string) => process.stdout.write(`pods: ${line}\n`)

interface Pod {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string }
  readonly status: {
    readonly phase: string
    readonly containerStatuses?: readonly {
      readonly state: {
        readonly running?: { readonly startedAt: string }
        readonly terminated?: { readonly exitCode: number; readonly startedAt: string }
      }
    }[]
  }
}

describeWith(NEEDS, 'a job on pods', (kubernetes, postgresql, redis, ceph, haproxy) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-pods-'))
  let plane: ControlPlane
  let node: KubernetesNode
  let namespace: string
  let product: ReplicatedProduct

  beforeAll(async () => {
    plane = await startControlPlane(kubernetes)
    node = await startNode(plane, { number: 4, seccompFolder: path.join(ROOT, 'deploy/seccomp') })
    node.importImage(workerImage(folder))
    namespace = await plane.namespace()
    const account = await plane.accountWith(namespace, roleRules())
    const kubeconfig = path.join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, account.exportConfig())
    product = await startReplicatedProduct(
      { postgresql, redis, ceph, haproxy },
      {
        replicas: 2,
        reachableAs: node.gateway,
        environment: {
          ISOLARIO_CLUSTER: 'kubernetes',
          ISOLARIO_KUBERNETES_NAMESPACE: namespace,
          ISOLARIO_WORKER_IMAGE: IMAGE,
          ISOLARIO_WORKER_SLOTS: '2',
          KUBECONFIG: kubeconfig,
        },
      },
    )
  }, 240_000)
  afterAll(async () => {
    await product?.stop()
    await node?.stop()
    await plane?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('is drained by pods and by a worker outside, and gives the bits of a run on one machine', async () => {
    const document = primariesDocument('On pods', 300, 50_000)
    const calm = await calmNumbers(document)
    const { client } = product
    const submittedAtMs = Date.now()
    const { id } = await client.call('submit', { body: document })
    const outside = await product.startWorker(id)
    const show = () => client.call('show', { params: { id } })
    await expect.poll(async () => FINAL_STATES.has((await show()).state), PATIENCE).toBe(true)
    expect(await show()).toMatchObject({ state: 'done', progress: { tasksDone: 300, tasksFailed: 0 } })
    expect(numbersOf(await client.call('result', { params: { id } }))).toEqual(calm)

    const pods = await podsOf(plane, namespace)
    expect(pods.length).toBeGreaterThan(0)
    for (const { metadata, status } of pods) {
      const { running, terminated } = status.containerStatuses?.[0]?.state ?? {}
      const startedAt = running?.startedAt ?? terminated?.startedAt
      const ms = startedAt === undefined ? Number.NaN : Date.parse(startedAt) - submittedAtMs
      say(`${metadata.name}: ${status.phase}, container started ${ms} ms after the submission (whole seconds)`)
    }
    await expect.poll(() => outside.exitCode(), PATIENCE).toBe(0)
  }, 150_000)

  it('starts pods for every job, and leaves nothing of it behind', async () => {
    const { client } = product
    const { id } = await client.call('submit', { body: primariesDocument('Pods alone', 40, 100_000) })
    const show = () => client.call('show', { params: { id } })
    await expect.poll(async () => (await show()).state, PATIENCE).toBe('done')
    const jobs = async () =>
      (await plane.api.send<{ items: unknown[] }>('GET', `/apis/batch/v1/namespaces/${namespace}/jobs`)).items.length
    const secrets = async () =>
      (await plane.api.send<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/secrets`)).items.length
    await expect.poll(jobs, PATIENCE).toBe(0)
    await expect.poll(secrets, PATIENCE).toBe(0)
    await expect.poll(async () => (await podsOf(plane, namespace)).length, PATIENCE).toBe(0)
  }, 120_000)
})

const podsOf = async (plane: ControlPlane, namespace: string): Promise<readonly Pod[]> =>
  (await plane.api.send<{ items: Pod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)).items

/** What the chart gives the control service, and nothing more. */
function roleRules(): readonly unknown[] {
  const documents = parseAllDocuments(readFileSync(path.join(ROOT, 'deploy/kubernetes/role.yaml'), 'utf8'))
  const roles = documents.map((one) => one.toJS() as { kind?: string; rules?: unknown[] })
  return roles.find(({ kind }) => kind === 'Role')!.rules!
}

function workerImage(folder: string): string {
  const bundle = path.join(folder, 'bundle')
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js')
  const args = ['build', '--config', 'vite.node.config.ts', '--outDir', bundle, '--emptyOutDir', '--logLevel', 'error']
  execFileSync(process.execPath, [vite, ...args], { cwd: ROOT })
  const portal = path.join(folder, 'portal')
  mkdirSync(portal, { recursive: true })
  const built = buildImage({
    kind: 'worker',
    name: IMAGE,
    created: '1970-01-01T00:00:00Z',
    compress: false,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    bundle,
    portal,
  })
  const archive = path.join(folder, 'worker.tar')
  writeFileSync(archive, built.archive)
  return archive
}
