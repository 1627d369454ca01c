/** Plays the kubelet where there is none: a test says how the worker of a pod is. */

import type { WirePod } from '#cluster/kubernetes-wire.ts'
import type { ControlPlane } from './kubernetes.ts'

export type PlayedState =
  | { readonly phase: 'Running' }
  | { readonly phase: 'Succeeded' }
  | { readonly phase: 'Failed'; readonly exitCode: number; readonly reason?: string; readonly message?: string }
  | { readonly phase: 'Pending'; readonly waiting: { readonly reason: string; readonly message: string } }

/** Pods of a namespace that have not ended, by place. */
export async function livePods(plane: ControlPlane, namespace: string): Promise<WirePod[]> {
  const { items } = await plane.api.send<{ items: WirePod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)
  const place = (pod: WirePod) => Number(pod.metadata.labels?.['batch.kubernetes.io/job-completion-index'])
  return items
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .sort((a, b) => place(a) - place(b))
}

export async function play(plane: ControlPlane, namespace: string, pod: WirePod, state: PlayedState): Promise<void> {
  const now = new Date().toISOString()
  const container =
    state.phase === 'Running'
      ? { running: { startedAt: now } }
      : state.phase === 'Pending'
        ? { waiting: state.waiting }
        : {
            terminated: {
              exitCode: state.phase === 'Succeeded' ? 0 : state.exitCode,
              reason: state.phase === 'Succeeded' ? 'Completed' : (state.reason ?? 'Error'),
              message: state.phase === 'Failed' ? (state.message ?? '') : '',
              startedAt: now,
              finishedAt: now,
            },
          }
  const image = 'localhost/toy:1'
  const containerStatuses = [
    { name: 'worker', image, imageID: '', ready: false, restartCount: 0, state: container, lastState: {} },
  ]
  // The scheduler writes the same conditions; a list by its own manager would be merged with them.
  await plane.api.send('PATCH', `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`, {
    body: { status: { phase: state.phase, containerStatuses } },
    type: 'application/merge-patch+json',
  })
}
