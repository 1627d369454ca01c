/**
 * A simulation on a real Kubernetes, as an operator runs it: replicas of control behind a load balancer with exactly the
 * rights of deploy/kubernetes/role.yaml, the worker image that is shipped, on a real kubelet; Redis, Ceph, PostgreSQL. A
 * worker outside helps on the same job. Workers are killed, a replica is killed, and the numbers are those of a calm run.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WireJob, WirePod } from '#cluster/kubernetes-wire.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { CEPH, describeWith, HAPROXY, KUBERNETES_NODE, POSTGRESQL, REDIS } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { calmNumbers, numbersOf, primariesDocument } from './calm-run.ts'
import { importImages } from './cluster-images.ts'
import { persistently, type ReplicatedProduct, startReplicatedProduct } from './replicated-product.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const IMAGE = 'localhost/isolario/worker:journey'
const TASKS = 120
const HISTORIES = 500_000
const PATIENCE = { timeout: 120_000, interval: 200 }
const NEEDS = [KUBERNETES_NODE, POSTGRESQL, REDIS, CEPH, HAPROXY] as const

describeWith(NEEDS, 'a simulation on Kubernetes', (kubernetes, postgresql, redis, ceph, haproxy) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-cluster-'))
  let plane: ControlPlane
  let node: KubernetesNode
  let namespace: string
  let product: ReplicatedProduct

  beforeAll(async () => {
    plane = await startControlPlane(kubernetes)
    node = await startNode(plane, { number: 5 })
    importImages(node, { names: { worker: IMAGE } })
    namespace = await plane.namespace()
    const { rules } = loadYaml<{ rules: unknown[] }>(
      readFileSync(path.join(ROOT, 'deploy/kubernetes/role.yaml'), 'utf8'),
    )
    const kubeconfig = path.join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, (await plane.accountWith(namespace, rules)).exportConfig())
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
          ISOLARIO_LEASE_SECONDS: '4',
          KUBECONFIG: kubeconfig,
        },
      },
    )
  }, 600_000)
  afterAll(async () => {
    await product?.stop()
    await node?.stop()
    await plane?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const jobs = async () =>
    (await plane.api.send<{ items: WireJob[] }>('GET', `/apis/batch/v1/namespaces/${namespace}/jobs`)).items
  const pods = async () =>
    (await plane.api.send<{ items: WirePod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)).items

  it('gives the same numbers as on one machine, whoever is killed', { timeout: 300_000 }, async () => {
    const document = primariesDocument('On a cluster', TASKS, HISTORIES)
    const calm = await calmNumbers(document)
    const { client, replicas } = product
    const { id } = await client.call('submit', { body: document, headers: { 'idempotency-key': 'cluster' } })
    const show = () => persistently(() => client.call('show', { params: { id } }))
    await expect.poll(async () => (await show()).progress.tasksDone, PATIENCE).toBeGreaterThan(2)
    expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([`isolario-${id}`])
    expect((await pods()).length).toBeGreaterThan(0)

    process.kill(podWorkerPids(id)[0]!, 'SIGKILL')
    const outside = await persistently(() => product.startWorker(id))
    await replicas[0]!.kill('SIGKILL')
    await expect.poll(async () => FINAL_STATES.has((await show()).state), PATIENCE).toBe(true)
    expect(await show()).toMatchObject({ state: 'done', progress: { tasksDone: TASKS, tasksFailed: 0 } })
    expect(numbersOf(await persistently(() => client.call('result', { params: { id } })))).toEqual(calm)
    await expect.poll(() => outside.exitCode(), PATIENCE).toBe(0)

    // Nothing is left of it on the cluster.
    await expect.poll(jobs, PATIENCE).toEqual([])
    await expect.poll(pods, PATIENCE).toEqual([])
    const secrets = await plane.api.send<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/secrets`)
    expect(secrets.items).toEqual([])
  })
})

/** Processes of a job's workers in pods: the one outside is not there yet. */
const podWorkerPids = (id: string): number[] =>
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
