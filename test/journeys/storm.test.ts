/**
 * A job of 1,500 tasks, worked on in pods of a real Kubernetes and outside of it, while everything that it stands on is
 * killed: workers and pods, replicas of control, the primary of Redis (killed, later frozen), all its data, the primary of
 * PostgreSQL, the gateway of S3; and pods are preempted. The result is that of an undisturbed run, bit by bit; what was in
 * flight at each kill is printed.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RedisQueue, redisQueue } from '#queue/redis/redis-queue.ts'
import { openPostgresRecords } from '#records/postgres.ts'
import { CEPH, describeWith, HAPROXY, KUBERNETES_NODE, POSTGRESQL, REDIS } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { installKueueKinds, type KueueStandIn, startKueueStandIn } from '#test/servers/kueue-stand-in.ts'
import { calmNumbers, numbersOf, primariesDocument } from './calm-run.ts'
import { importImages, ROOT } from './cluster-images.ts'
import { persistently, type ReplicatedProduct, startReplicatedProduct } from './replicated-product.ts'
import { LOCAL_QUEUE, PLACES, podsThatDie, URGENT } from './storm-pods.ts'
import { replicasThatDie, serversThatDie, workersThatDie } from './storm-troubles.ts'
import { LEASE_SECONDS, StormWatch } from './storm-watch.ts'

const IMAGE = 'localhost/isolario/worker:storm'
const TASKS = 1500
const HISTORIES = 80_000
const WORKERS_OUTSIDE = 2
/** Of 13, the others are pods: Kubernetes makes pauses of its own before it replaces them. */
const KILLS_OUTSIDE = 13 - PLACES

const DOCUMENT = primariesDocument('Storm', TASKS, HISTORIES)
const NEEDS = [KUBERNETES_NODE, POSTGRESQL, REDIS, CEPH, HAPROXY] as const

describeWith(NEEDS, 'a storm over a job', (kubernetes, postgresql, redis, ceph, haproxy) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-storm-'))
  let plane: ControlPlane
  let node: KubernetesNode
  let kueue: KueueStandIn
  let product: ReplicatedProduct
  let queue: RedisQueue
  let namespace: string
  let calm: Promise<unknown>

  beforeAll(async () => {
    // Beside everything that has to be started.
    calm = calmNumbers(DOCUMENT)
    calm.catch(() => undefined)
    plane = await startControlPlane(kubernetes)
    node = await startNode(plane, { number: 7 })
    importImages(node, { names: { worker: IMAGE } })
    namespace = await plane.namespace()
    await installKueueKinds(plane)
    kueue = startKueueStandIn(plane, {
      namespace,
      queues: { [LOCAL_QUEUE]: PLACES },
      priorities: { [URGENT]: 1000 },
    })
    const { rules } = loadYaml<{ rules: unknown[] }>(
      readFileSync(path.join(ROOT, 'deploy/kubernetes/role.yaml'), 'utf8'),
    )
    const kubeconfig = path.join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, (await plane.accountWith(namespace, rules)).exportConfig())
    product = await startReplicatedProduct(
      { postgresql, redis, ceph, haproxy },
      {
        standby: true,
        reachableAs: node.gateway,
        environment: {
          ISOLARIO_CLUSTER: 'kubernetes',
          ISOLARIO_KUBERNETES_NAMESPACE: namespace,
          ISOLARIO_KUBERNETES_LOCAL_QUEUE: LOCAL_QUEUE,
          ISOLARIO_WORKER_IMAGE: IMAGE,
          ISOLARIO_WORKER_SLOTS: String(PLACES),
          // Two cores are for pods, workers outside and everything else.
          ISOLARIO_WORKER_CPU: '100m',
          ISOLARIO_LEASE_SECONDS: String(LEASE_SECONDS),
          KUBECONFIG: kubeconfig,
        },
      },
    )
    const { sentinels, master } = product.redis
    queue = redisQueue({ address: { sentinels, master }, giveUpAfterMs: 1000, answerWithinMs: 500 })
  }, 600_000)
  afterAll(async () => {
    await queue?.close()
    await product?.stop()
    await kueue?.close()
    await node?.stop()
    await plane?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('loses nothing, counts nothing twice and changes not one bit', { timeout: 900_000 }, async () => {
    const { client } = product
    const { id } = await client.call('submit', { body: DOCUMENT, headers: { 'idempotency-key': 'storm' } })
    const watch = new StormWatch(product, queue, id)
    const outside = workersThatDie(product, watch, WORKERS_OUTSIDE, KILLS_OUTSIDE)
    const others = Promise.all([
      outside.killed,
      podsThatDie({ plane, namespace, image: IMAGE, watch }),
      serversThatDie(product, watch),
    ])
    const storm = Promise.all([others, replicasThatDie(product, watch, others), outside.ended])
    const over = watch.untilOver()
    // A failure of the storm itself ends the wait for the job.
    await Promise.race([over, storm])
    const [[workerKills, podKills], replicaKills] = await storm
    await over
    const end = await watch.show()
    watch.say(end.sentence)

    expect({ workerKills, podKills }).toEqual({ workerKills: KILLS_OUTSIDE, podKills: PLACES })
    expect(replicaKills).toBeGreaterThan(4)
    expect(end).toMatchObject({
      state: 'done',
      progress: { tasks: TASKS, tasksDone: TASKS, tasksFailed: 0, primariesDone: TASKS * HISTORIES },
    })
    const records = await openPostgresRecords({ url: product.databaseUrl, migrate: false })
    const accepted = await records.acceptedResults(id, 0)
    await records.close()
    expect(accepted.map(({ task }) => task)).toEqual(Array.from({ length: TASKS }, (_, task) => task))
    const result = await persistently(() => client.call('result', { params: { id } }))
    expect(numbersOf(result)).toEqual(await calm)
    expect(kueue.errors).toEqual([])
  })
})
