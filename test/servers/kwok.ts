/**
 * Imaginary nodes for a control plane of tests, played by kwok: a pod that lands there is running at once and gone at once
 * when it is told to go; nothing runs. For more pods than this machine has room for.
 */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from './free-ports.ts'
import type { ControlPlane } from './kubernetes.ts'
import { startPart, untilReady } from './parts.ts'

export interface ImaginaryNodes {
  stop(): Promise<void>
}

const MARK = 'kwok.x-k8s.io/node'
/** The kubelet's own default. */
const PODS_OF_A_NODE = 110
const ROOM = { cpu: '128', memory: '1Ti', 'ephemeral-storage': '1Ti', pods: String(PODS_OF_A_NODE) }

/** What kwok does, in its own words: an object that fits a selector is given the next status. */
const STAGES = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: node-ready }
spec:
  resourceRef: { apiGroup: v1, kind: Node }
  selector:
    matchExpressions:
      - { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: NotIn, values: ['True'] }
  next:
    statusTemplate: |
      {{ $now := Now }}
      phase: Running
      conditions:
      {{ range NodeConditions }}
      - { type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }} }
      {{ end }}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: pod-running }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
      - { key: '.metadata.deletionTimestamp', operator: DoesNotExist }
      - { key: '.status.phase', operator: In, values: [Pending] }
  next:
    statusTemplate: |
      {{ $now := Now }}
      phase: Running
      startTime: {{ $now | Quote }}
      conditions:
      - { type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }} }
      containerStatuses:
      {{ range .spec.containers }}
      - { name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: true, restartCount: 0, state: { running: { startedAt: {{ $now | Quote }} } } }
      {{ end }}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: pod-gone }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
      - { key: '.metadata.deletionTimestamp', operator: Exists }
  next: { delete: true }
`

/** @param pods that have room on them */
export async function startImaginaryNodes(plane: ControlPlane, pods: number): Promise<ImaginaryNodes> {
  const stages = path.join(plane.folder, 'stages.yaml')
  writeFileSync(stages, STAGES)
  const count = Math.ceil(pods / PODS_OF_A_NODE)
  for (let n = 1; n <= count; n++) {
    const metadata = { name: `imaginary${n}`, annotations: { [MARK]: 'fake' }, labels: { type: 'imaginary' } }
    const body = { metadata, status: { allocatable: ROOM, capacity: ROOM } }
    await plane.api.send('POST', '/api/v1/nodes', { body })
  }
  const kwok = startPart(plane.folder, 'kwok', path.join(plane.bin, 'kwok'), [
    `--kubeconfig=${plane.kubeconfig('admin')}`,
    `--config=${stages}`,
    '--manage-all-nodes=false',
    `--manage-nodes-with-annotation-selector=${MARK}=fake`,
    '--node-lease-duration-seconds=40',
    `--server-address=127.0.0.1:${await freePort()}`,
  ])
  interface Node {
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
  }
  await untilReady('the imaginary nodes', [kwok], async () => {
    const query = { labelSelector: 'type=imaginary' }
    const { items } = await plane.api.send<{ items: Node[] }>('GET', '/api/v1/nodes', { query })
    const isReady = ({ status }: Node) =>
      status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')
    return items.length === count && items.every(isReady)
  })
  return { stop: () => kwok.kill('SIGKILL') }
}
