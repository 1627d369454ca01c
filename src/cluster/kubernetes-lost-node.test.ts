/** A machine of the cluster falls silent: its workers may live or not, and nobody waits to learn it. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWith, KUBERNETES_NODE } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { importToyImage, TOY_IMAGE, toyCommand } from '#test/servers/toy-image.ts'
import type { Cluster } from './cluster.ts'
import { kubernetesCluster } from './kubernetes.ts'

const PATIENCE = { timeout: 60_000, interval: 100 }
const request = (jobId: string, slots: number) => ({
  jobId,
  slots,
  memoryMebibytes: 48,
  engine: 'builtin',
  owner: 'ada',
  priority: 0,
})

describeWith(KUBERNETES_NODE, 'a machine that falls silent', (bin) => {
  let plane: ControlPlane
  let silent: KubernetesNode
  /** Where all nodes are silent, Kubernetes takes itself for the one that cannot hear: this one goes on. */
  let sound: KubernetesNode
  let cluster: Cluster
  beforeAll(async () => {
    // Noticed after 4 s instead of 50.
    plane = await startControlPlane(bin, {
      controllerFlags: ['--node-monitor-grace-period=4s', '--node-monitor-period=500ms'],
    })
    silent = await startNode(plane, { number: 3 })
    sound = await startNode(plane, { number: 4 })
    importToyImage(silent)
    importToyImage(sound)
  })
  afterAll(async () => {
    await silent?.stop()
    await sound?.stop()
    await plane?.stop()
  })
  beforeEach(async () => {
    const namespace = await plane.namespace()
    cluster = kubernetesCluster({
      config: plane.config,
      namespace,
      image: TOY_IMAGE,
      imagePullPolicy: 'Never',
      command: toyCommand(namespace),
      controlUrl: 'http://control.example',
      capacity: 8,
      cpu: '50m',
      agentMebibytes: 16,
      scratchMebibytes: 16,
      nodeSilentSeconds: 1,
      graceSeconds: 1,
      tokenFor: () => 'a token',
      clock: Date.now,
    })
  })
  afterEach(async () => {
    await silent.kubelet.kill('SIGCONT')
    await cluster.close()
  })
  const mayTakePods = (node: KubernetesNode, may: boolean) =>
    plane.api.send('PATCH', `/api/v1/nodes/${node.name}`, {
      body: { spec: { unschedulable: !may } },
      type: 'application/merge-patch+json',
    })
  const status = () => cluster.status('stay')

  it('loses its workers, other places are filled for them, and stopping does not wait for it', {
    timeout: 90_000,
  }, async () => {
    await mayTakePods(sound, false)
    await cluster.start(request('stay', 1))
    await expect.poll(async () => (await status()).running, PATIENCE).toBe(1)
    await mayTakePods(sound, true)
    await mayTakePods(silent, false)
    await cluster.start(request('stay', 2))
    await expect.poll(async () => (await status()).running, PATIENCE).toBe(2)

    await silent.kubelet.kill('SIGSTOP')
    await expect
      .poll(async () => (await status()).failures.map(({ message }) => message), PATIENCE)
      .toEqual([
        `The machine of a worker (${silent.name}) does not answer or was taken out of use; its tasks go to other workers.`,
      ])
    // The place cannot be filled as long as its pod cannot be ended: fewer are wanted of this Job, until somebody asks.
    await expect.poll(async () => (await status()).wanted, PATIENCE).toBe(1)
    await cluster.start(request('stay', 2))
    await expect.poll(async () => (await status()).running, PATIENCE).toBe(2)

    await cluster.stop('stay', 1000)
    expect(await cluster.jobs()).toEqual([])
    expect((await status()).state).toBe('absent')
  })
})
