/** The contract of the cluster with real containers on a real node. */

import { afterAll, beforeAll } from 'vitest'
import { type ClusterTraits, describeClusterContract } from '#test/contracts/cluster.ts'
import { describeWith, KUBERNETES_NODE } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { untilReady } from '#test/servers/parts.ts'
import { importToyImage, TOY_IMAGE, toyCommand, toyPids } from '#test/servers/toy-image.ts'
import { kubernetesCluster } from './kubernetes.ts'

const traits: ClusterTraits = {
  sharesPlaces: false,
  endsWorkersOnClose: false,
  fullWords: /the quota places of the namespace is used up/,
  concurrent: true,
  // Containers are killed by a kubelet that shares two cores with whatever else is tested.
  patienceMs: 90_000,
}

describeWith(KUBERNETES_NODE, 'the adapter on a real node', (bin) => {
  let plane: ControlPlane
  let node: KubernetesNode
  beforeAll(async () => {
    plane = await startControlPlane(bin)
    node = await startNode(plane)
    importToyImage(node)
  })
  afterAll(async () => {
    await node?.stop()
    await plane?.stop()
  })

  describeClusterContract('Kubernetes Jobs', traits, async () => {
    const namespace = await plane.namespace()
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`
    await plane.api.send('POST', quotas, { body: { metadata: { name: 'places' }, spec: { hard: { pods: '2' } } } })
    // Not by expect.poll: these tests run beside each other, and the global one belongs to none of them.
    await untilReady('the quota', [], async () => {
      const { status } = await plane.api.send<{ status: { hard?: object } }>('GET', `${quotas}/places`)
      return status.hard !== undefined
    })
    const cluster = kubernetesCluster({
      config: plane.config,
      namespace,
      image: TOY_IMAGE,
      imagePullPolicy: 'Never',
      command: toyCommand(namespace),
      controlUrl: `http://${node.gateway}:80`,
      capacity: 8,
      cpu: '50m',
      agentMebibytes: 16,
      scratchMebibytes: 16,
      retries: 1,
      tokenFor: () => 'a token',
      clock: Date.now,
    })
    return {
      cluster,
      alive: async (behaviour) => toyPids(namespace, behaviour).length,
      kill: async (behaviour) => {
        process.kill(toyPids(namespace, behaviour)[0]!, 'SIGKILL')
      },
      async close() {
        for (const jobId of await cluster.jobs()) await cluster.stop(jobId, 1000)
        await cluster.close()
      },
    }
  })
})
