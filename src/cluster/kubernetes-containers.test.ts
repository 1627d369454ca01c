/** What happens to real containers on a real node, and what they find around them. */

import path from 'node:path'
import { afterAll, beforeAll, describe, type ExpectStatic, it } from 'vitest'
import { describeWith, KUBERNETES_NODE } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { importToyImage, TOY_IMAGE, toyCommand, toyPids } from '#test/servers/toy-image.ts'
import type { Cluster } from './cluster.ts'
import { type KubernetesClusterOptions, kubernetesCluster } from './kubernetes.ts'

const PATIENCE = { timeout: 60_000, interval: 100 }
const SECCOMP = path.join(import.meta.dirname, '../../deploy/seccomp')
const PROFILE = 'isolario-payload.json'
const request = (jobId: string, slots = 1) => ({
  jobId,
  slots,
  memoryMebibytes: 48,
  engine: 'builtin',
  owner: 'ada',
  priority: 0,
})

describeWith(KUBERNETES_NODE, 'workers as containers', (bin) => {
  let plane: ControlPlane
  let node: KubernetesNode
  beforeAll(async () => {
    plane = await startControlPlane(bin)
    node = await startNode(plane, { number: 2, seccompFolder: SECCOMP })
    importToyImage(node)
  })
  afterAll(async () => {
    await node?.stop()
    await plane?.stop()
  })

  interface Bench {
    readonly namespace: string
    readonly cluster: Cluster
    reason(jobId: string): ReturnType<ExpectStatic['poll']>
  }
  /** Runs a test in a namespace of its own. */
  const inNamespace =
    (more: Partial<KubernetesClusterOptions>, body: (bench: Bench, expect: ExpectStatic) => Promise<void>) =>
    async ({ expect }: { expect: ExpectStatic }) => {
      const namespace = await plane.namespace()
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
        retries: 0,
        tokenFor: (jobId) => `token-of-${jobId}`,
        clock: Date.now,
        ...more,
      })
      const reason = (jobId: string) => expect.poll(async () => (await cluster.status(jobId)).reason, PATIENCE)
      try {
        await body({ namespace, cluster, reason }, expect)
      } finally {
        for (const jobId of await cluster.jobs()) await cluster.stop(jobId, 1000)
        await cluster.close()
      }
    }

  describe('one by one', { concurrent: true, timeout: 90_000 }, () => {
    it(
      'find a token, a scratch folder and nothing else',
      inNamespace({}, async ({ cluster, reason }) => {
        await cluster.start(request('look'))
        await reason('look').toContain(
          `uid 10001 job look token token-of-look control http://${node.gateway}:80 root writable no, scratch writable yes, account no, CapEff:0000000000000000 NoNewPrivs:1 Seccomp:2`,
        )
      }),
    )

    it(
      'run an engine beside them that has neither token nor network',
      inNamespace(
        {
          engines: { builtin: { image: TOY_IMAGE, command: ['/bin/sh', '/toy', 'payload'], seccompProfile: PROFILE } },
        },
        async ({ cluster, reason }, expect) => {
          await cluster.start(request('partner'))
          await reason('partner').toContain('it said last')
          const { reason: said } = await cluster.status('partner')
          const [network, namespaces, tokens, ownNetwork] = said!.split('it said last: ')[1]!.split(';')
          expect(network).toMatch(/socket.*Address family not supported/)
          expect(namespaces).toMatch(/unshare.*not permitted/)
          expect(tokens).toBe('tokens 0')
          // The same address from the worker's own container: there is a network, only nobody who listens.
          expect(ownNetwork).toMatch(/refused/)
        },
      ),
    )

    it(
      'are killed when they take more memory than they were given',
      inNamespace({}, async ({ cluster, reason }) => {
        await cluster.start(request('greedy'))
        await reason('greedy').toMatch(
          /^No more workers are started: they keep ending badly\. A worker needed more memory than it was given/,
        )
      }),
    )

    it(
      'are taken away when they write more than they may',
      inNamespace({}, async ({ cluster }, expect) => {
        await cluster.start(request('flood'))
        const messages = async () => (await cluster.status('flood')).failures.map(({ message }) => message)
        await expect.poll(messages, PATIENCE).toContainEqual(expect.stringMatching(/wrote more to its scratch folder/))
        // A place that was taken away is filled again: that is not the job's fault, nor its end.
        expect((await cluster.status('flood')).state).not.toBe('ended')
      }),
    )

    it(
      'are told of when their image cannot be had',
      inNamespace({ image: 'localhost/absent:1' }, async ({ cluster, reason }) => {
        await cluster.start(request('stay'))
        await reason('stay').toMatch(/^The image of the worker cannot be had: .*absent/)
      }),
    )

    it(
      'are ended when their time is over',
      inNamespace({ deadlineSeconds: 2 }, async ({ cluster, reason }) => {
        await cluster.start(request('stay'))
        await reason('stay').toBe('Its workers were ended: they may run for 2 s at most.')
      }),
    )

    it(
      'leave in order when fewer are wanted, which is no failure',
      inNamespace({}, async ({ namespace, cluster }, expect) => {
        const alive = () => expect.poll(() => toyPids(namespace, 'stay').length, PATIENCE)
        await cluster.start(request('stay', 3))
        await alive().toBe(3)
        await expect.poll(async () => (await cluster.status('stay')).running, PATIENCE).toBe(3)
        await cluster.start(request('stay', 1))
        await alive().toBe(1)
        expect(await cluster.status('stay')).toMatchObject({ state: 'running', wanted: 1, failures: [] })
      }),
    )
  })
})
