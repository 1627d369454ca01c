/** The adapter with exactly the rights of deploy/kubernetes/role.yaml, on a real API server with RBAC. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type KubeConfig, loadYaml } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, KUBERNETES } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { livePods, play } from '#test/servers/kubernetes-pods.ts'
import type { Cluster } from './cluster.ts'
import { kubernetesCluster } from './kubernetes.ts'
import { type KubernetesApi, kubernetesApi } from './kubernetes-api.ts'

const ROLE = path.join(import.meta.dirname, '../../deploy/kubernetes/role.yaml')
const PATIENCE = { timeout: 15_000, interval: 30 }
const request = (jobId: string, slots = 1) => ({
  jobId,
  slots,
  memoryMebibytes: 64,
  engine: 'builtin',
  owner: 'ada',
  priority: 0,
})

interface Rule {
  readonly apiGroups: string[]
  readonly resources: string[]
  readonly verbs: string[]
}

describeWith(KUBERNETES, 'the rights of the control service', (bin) => {
  let plane: ControlPlane
  let namespace: string
  let config: KubeConfig
  let own: KubernetesApi
  let cluster: Cluster
  beforeAll(async () => {
    plane = await startControlPlane(bin)
    namespace = await plane.namespace()
    const { rules } = loadYaml<{ rules: Rule[] }>(readFileSync(ROLE, 'utf8'))
    config = await plane.accountWith(namespace, rules)
    own = kubernetesApi(config)
    cluster = kubernetesCluster({
      config,
      namespace,
      image: 'localhost/toy:1',
      controlUrl: 'http://control.example',
      capacity: 8,
      tokenFor: () => 'a token',
      clock: Date.now,
      retries: 0,
    })
  })
  afterAll(async () => {
    await cluster?.close()
    own?.close()
    await plane?.stop()
  })
  const state = (jobId: string) => expect.poll(async () => (await cluster.status(jobId)).state, PATIENCE)

  it('are enough for everything that the adapter does', async () => {
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`
    await plane.api.send('POST', quotas, { body: { metadata: { name: 'small' }, spec: { hard: { pods: '3' } } } })
    await expect
      .poll(async () => (await plane.api.send<{ status: { hard?: object } }>('GET', `${quotas}/small`)).status.hard)
      .toEqual({ pods: '3' })
    expect(await cluster.capacity()).toBe(3)

    await cluster.start(request('j', 4))
    await expect.poll(async () => (await livePods(plane, namespace)).length, PATIENCE).toBe(3)
    for (const pod of await livePods(plane, namespace)) await play(plane, namespace, pod, { phase: 'Running' })
    // Read from an event of the Job.
    await expect.poll(async () => (await cluster.status('j')).reason, PATIENCE).toContain('the quota small')
    await cluster.start(request('j', 2))
    await expect.poll(async () => (await livePods(plane, namespace)).length, PATIENCE).toBe(2)
    for (const pod of await livePods(plane, namespace)) await play(plane, namespace, pod, { phase: 'Succeeded' })
    await state('j').toBe('ended')
    await cluster.start(request('j', 1))
    await state('j').toBe('waiting')
    await cluster.stop('j', 1000)
    await state('j').toBe('absent')
    await cluster.stop('j', 1000)
  })

  it.each([
    ['reads no Secret', 'GET', `secrets`],
    ['reads no log', 'GET', 'pods/some/log'],
    ['runs nothing in a pod', 'POST', 'pods/some/exec?command=sh'],
    ['makes no pod by itself', 'POST', 'pods'],
    ['reads no ConfigMap', 'GET', 'configmaps'],
    ['gives nobody a right', 'POST', 'serviceaccounts/default/token'],
  ])('but it %s', async (_, method, resource) => {
    const answer = own.send(
      method,
      `/api/v1/namespaces/${namespace}/${resource}`,
      method === 'POST' ? { body: {} } : {},
    )
    await expect(answer).rejects.toMatchObject({ status: 403, code: 'CLUSTER_REFUSED' })
  })

  it('end at the namespace', async () => {
    const other = kubernetesCluster({
      config,
      namespace: await plane.namespace(),
      image: 'localhost/toy:1',
      controlUrl: 'http://control.example',
      capacity: 1,
      tokenFor: () => 'a token',
      clock: Date.now,
    })
    try {
      await expect(other.start(request('j'))).rejects.toMatchObject({
        code: 'CLUSTER_REFUSED',
        message: expect.stringContaining('forbidden'),
      })
    } finally {
      await other.close()
    }
  })
})
