/**
 * How soon a worker in a pod takes the first task of a job, on a real kubelet and containerd, beyond what the kubelet
 * itself needs for a pod: in the same run, one of the same image and size, whose program says that it runs and no more.
 * The image is there already. Servers, control, kubelet and pods share the machine.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { jobManifest } from '#cluster/kubernetes-job.ts'
import { DEFAULT_LIMITS } from '#control/limits.ts'
import { importImages, ROOT } from '../test/journeys/cluster-images.ts'
import { startReplicatedProduct, TOKEN } from '../test/journeys/replicated-product.ts'
import { CEPH, HAPROXY, KUBERNETES_NODE, POSTGRESQL, REDIS } from '../test/needs.ts'
import { type ControlPlane, startControlPlane } from '../test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '../test/servers/kubernetes-node.ts'
import { type Benchmark, type Measurement, median } from './measurement.ts'
import { type Door, spesJob, until, watchedJob } from './watched-job.ts'

const NEEDS = [KUBERNETES_NODE, POSTGRESQL, REDIS, CEPH, HAPROXY] as const
const IMAGE = 'localhost/isolario/worker:bench'
const RUNS = 7

export const benchmark: Benchmark = {
  name: 'pods',
  unavailable() {
    const missing = NEEDS.filter((need) => need.find() === undefined)
    return missing.length === 0 ? null : missing.map(({ how }) => how).join(' ')
  },
  async run(): Promise<readonly Measurement[]> {
    const [kubernetes, postgresql, redis, ceph, haproxy] = NEEDS.map((need) => need.find()!) as [
      string,
      string,
      string,
      string,
      string,
    ]
    const folder = mkdtempSync(path.join(tmpdir(), 'isolario-bench-pods-'))
    const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
    try {
      const plane = await startControlPlane(kubernetes)
      closing.push(() => plane.stop())
      const node = await startNode(plane, { number: 8 })
      closing.push(() => node.stop())
      importImages(node, { names: { worker: IMAGE } })
      const namespace = await plane.namespace()
      const kubeconfig = path.join(folder, 'kubeconfig')
      const role = readFileSync(path.join(ROOT, 'deploy/kubernetes/role.yaml'), 'utf8')
      const { rules } = loadYaml<{ rules: unknown[] }>(role)
      writeFileSync(kubeconfig, (await plane.accountWith(namespace, rules)).exportConfig())
      const product = await startReplicatedProduct(
        { postgresql, redis, ceph, haproxy },
        {
          replicas: 1,
          reachableAs: node.gateway,
          environment: {
            ISOLARIO_CLUSTER: 'kubernetes',
            ISOLARIO_KUBERNETES_NAMESPACE: namespace,
            ISOLARIO_WORKER_IMAGE: IMAGE,
            ISOLARIO_WORKER_SLOTS: '1',
            ISOLARIO_LOG_LEVEL: 'warn',
            KUBECONFIG: kubeconfig,
          },
        },
      )
      closing.push(() => product.stop())
      const door: Door = { url: product.url, token: TOKEN }
      const empty = () =>
        until(async () => {
          const { items } = await plane.api.send<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)
          return items.length === 0
        })
      const toFirstTask: number[] = []
      const bare: number[] = []
      // The first of each loads code, opens connections and unpacks the image.
      for (let n = -1; n < RUNS; n++) {
        const { toFirstStartMs } = await watchedJob(door, spesJob(100_000, 1000))
        await empty()
        const bareMs = await barePodMilliseconds(plane, node, namespace)
        await empty()
        if (n < 0) continue
        toFirstTask.push(toFirstStartMs)
        bare.push(bareMs)
      }
      const podMs = median(bare)
      const all = median(toFirstTask)
      return [
        {
          name: 'submission to the first task running in a pod, beyond the start of a pod',
          value: all - podMs,
          unit: 'ms',
          budget: { limit: 1000, kind: 'at most' },
          how: `medians of ${RUNS}: ${all.toFixed(0)} ms from the request to the first task, less ${podMs.toFixed(0)} ms from the request for a pod of the same image and size until its program runs; kubelet and containerd on this machine, the image is there`,
        },
      ]
    } finally {
      for (const close of closing.reverse()) await close()
    }
  },
}

/** From the request for a pod until its program runs, and says so by calling this process. */
async function barePodMilliseconds(
  plane: ControlPlane,
  { gateway }: KubernetesNode,
  namespace: string,
): Promise<number> {
  let called: () => void = () => undefined
  const call = new Promise<void>((resolve) => {
    called = resolve
  })
  const server = createServer((socket) => {
    called()
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const program = `require('net').connect(${port}, '${gateway}').on('error', () => {}).on('close', () => process.exit(0))`
  const options = { namespace, image: IMAGE, controlUrl: '', command: () => ['/usr/local/bin/node', '-e', program] }
  const kind = { engine: 'builtin', memoryMebibytes: DEFAULT_LIMITS.memoryMebibytes, owner: '', priority: 0 }
  const spec = jobManifest(options, { jobId: 'bare', slots: 1, ...kind }).spec!.template.spec!
  // The token's Secret comes from control.
  for (const container of spec.containers) container.env = container.env!.filter(({ valueFrom }) => !valueFrom)
  const pods = `/api/v1/namespaces/${namespace}/pods`
  try {
    const started = performance.now()
    await plane.api.send('POST', pods, { body: { metadata: { name: 'bare' }, spec } })
    await call
    return performance.now() - started
  } finally {
    server.close()
    await plane.api.send('DELETE', `${pods}/bare`, { query: { gracePeriodSeconds: 1 } })
  }
}
