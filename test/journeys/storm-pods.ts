/**
 * A storm over the workers of a job in pods, on a real node: pods are killed, an order that comes late sends some home as if
 * nothing were left to do, and then a more urgent job takes the place of the one that is still at work.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { placesOf } from '#cluster/kubernetes-places.ts'
import type { WireJob, WirePod } from '#cluster/kubernetes-wire.ts'
import { isTrue } from '#cluster/kubernetes-wire.ts'
import type { ControlPlane } from '#test/servers/kubernetes.ts'
import type { StormWatch } from './storm-watch.ts'

/** Places for workers in the queue of Kueue, all of which the job gets. */
export const PLACES = 3
export const LOCAL_QUEUE = 'simulations'
export const URGENT = 'urgent'
/** Of the more urgent job. */
const URGENT_SECONDS = 3

export interface PodStorm {
  readonly plane: ControlPlane
  readonly namespace: string
  readonly image: string
  readonly watch: StormWatch
}

/** @returns how many pods were killed; @throws Error when the job is over before the end of it */
export async function podsThatDie({ plane, namespace, image, watch }: PodStorm): Promise<number> {
  const { id, queue } = watch
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`
  const job = () => plane.api.send<WireJob>('GET', `${jobs}/isolario-${id}`)
  const drained = async () => placesOf((await job()).status?.completedIndexes)
  const livePods = async () => {
    const { items } = await plane.api.send<{ items: WirePod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)
    return items.filter(
      ({ metadata, status }) =>
        metadata.annotations?.['isolario/job-id'] === id && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
    )
  }
  /** The beginning of a worker's name: the pod's host name. */
  const nameAt = (place: number) => `isolario-${id}-${place}-`

  const killed: number[] = []
  for (let place = 0; place < PLACES; place++) {
    await watch.until(`a pod at work at place ${place}`, () => watch.holds(nameAt(place)))
    const inFlight = await watch.inFlight(nameAt(place))
    killed.push(pidAt(id, place))
    process.kill(killed[place]!, 'SIGKILL')
    watch.say(`pod at place ${place} killed; ${inFlight}`)
  }
  // Its successor has the same name, and for a while the tasks in its name are still those of the dead one.
  for (let place = 0; place < PLACES; place++) {
    await watch.until(`a new pod at place ${place}`, async () => pidAt(id, place) !== killed[place])
    const seenAtMs = Date.now()
    await watch.until('it is at work', () => watch.holds(nameAt(place), seenAtMs))
  }

  // An order to stop that no row knows of, as a replica that slept for long may still give it: workers that ask just then
  // go home, and their places count as drained although the job is far from it. One does not ask: it is frozen.
  const left = PLACES - 1
  const frozen = pidAt(id, left)
  process.kill(frozen, 'SIGSTOP')
  watch.say(`pod at place ${left} frozen, then orders to stop that come late; ${await watch.inFlight(nameAt(left))}`)
  await watch.until('places that are drained', async () => {
    await queue.order(id, 'stop').catch(() => undefined)
    return (await drained()).length === PLACES - 1
  })
  await watch.until('the queue is opened again', async () => (await queue.standing(id))?.order === 'go-on')
  const thawedAtMs = Date.now()
  process.kill(frozen, 'SIGCONT')
  watch.say(`places ${(await drained()).join(' and ')} are drained; ${await watch.inFlight()}`)
  await watch.until(`the pod at place ${left} is at work again`, () => watch.holds(nameAt(left), thawedAtMs))

  const inFlight = await watch.inFlight(nameAt(left))
  await plane.api.send('POST', jobs, { body: urgentJob(image) })
  await watch.until('the job is suspended, its pods are gone', async () => {
    return (await job()).spec.suspend === true && (await livePods()).length === 0
  })
  const preemptedAtMs = Date.now()
  watch.say(`pod at place ${left} preempted; ${inFlight}; afterwards ${await watch.inFlight()}`)
  // The trap of a Job that is suspended after its first success: it must not be complete.
  const { status } = await job()
  for (const type of ['Complete', 'SuccessCriteriaMet', 'Failed'])
    if (isTrue(status?.conditions, type)) throw new Error(`The preempted Job is ${type}.`)
  await watch.until('the urgent job has ended', async () => {
    const urgent = await plane.api.send<WireJob>('GET', `${jobs}/${URGENT}`)
    return isTrue(urgent.status?.conditions, 'Complete')
  })
  await plane.api.send('DELETE', `${jobs}/${URGENT}`, { body: { propagationPolicy: 'Background' } })
  await watch.until('pods are at work again after the preemption', () => watch.holds(`isolario-${id}-`, preemptedAtMs))
  watch.say(`pods are at work again; ${await watch.inFlight(`isolario-${id}-`)}`)
  return PLACES
}

/** The process of the worker at a place, as this machine sees it. @throws Error when there is none */
function pidAt(id: string, place: number): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const isWorker = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`worker\0--job\0${id}`)
      if (isWorker && readFileSync(`/proc/${name}/environ`, 'utf8').includes(`HOSTNAME=isolario-${id}-${place}\0`))
        return Number(name)
    } catch {
      // It has just ended.
    }
  }
  throw new Error(`No process of the worker at place ${place} was found.`)
}

/** Takes every place of the queue for a moment. */
const urgentJob = (image: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: URGENT,
    labels: { 'kueue.x-k8s.io/queue-name': LOCAL_QUEUE, 'kueue.x-k8s.io/priority-class': URGENT },
  },
  spec: {
    suspend: true,
    parallelism: PLACES,
    completions: PLACES,
    template: {
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'urgent',
            image,
            command: ['/usr/local/bin/node', '-e', `setTimeout(() => undefined, ${URGENT_SECONDS * 1000})`],
            resources: { requests: { cpu: '10m' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
})
