/** What a cluster says in its own terms, in words for a person who submitted a simulation. */

import type { WorkersStatus } from './cluster.ts'
import { WORKER_EXIT } from './exit-codes.ts'
import { WORKER_CONTAINER } from './kubernetes-names.ts'
import {
  conditionOf,
  isTrue,
  type WireCondition,
  type WireContainerStatus,
  type WireEvent,
  type WirePod,
  type WireWorkload,
} from './kubernetes-wire.ts'

type Failure = WorkersStatus['failures'][number]

const SAID_CHARACTERS = 500

/** How the worker of a pod ended badly, or `undefined` when it did not. */
export function failureOf(pod: WirePod): Failure | undefined {
  const { status, metadata } = pod
  const ended = workerStatus(pod)?.state?.terminated
  const at = ended?.finishedAt ?? conditionOf(status?.conditions, 'DisruptionTarget')?.lastTransitionTime
  const atMs = Date.parse(at ?? metadata.deletionTimestamp ?? metadata.creationTimestamp ?? '') || 0
  const taken = takenAway(pod)
  if (taken && (status?.phase === 'Failed' || metadata.deletionTimestamp)) {
    return { atMs, exitCode: null, signal: null, message: taken }
  }
  if (!ended) {
    if (status?.phase !== 'Failed') return undefined
    return {
      atMs,
      exitCode: null,
      signal: null,
      message: `A worker was lost${because(status.message ?? status.reason)}.`,
    }
  }
  if (ended.exitCode === WORKER_EXIT.drained) return undefined
  if (ended.exitCode === WORKER_EXIT.released) {
    // Asked to leave by ourselves, by Kueue or by a person.
    return undefined
  }
  const lastWords = said(ended.message?.trim().split('\n').at(-1))
  if (ended.reason === 'OOMKilled') {
    const message = `A worker needed more memory than it was given and was killed${lastWords}. A larger memory or a smaller simulation helps.`
    return { atMs, exitCode: null, signal: 'SIGKILL', message }
  }
  if (ended.exitCode === 137) {
    const message = `A worker was killed (SIGKILL): by somebody, or by the system for want of memory${lastWords}.`
    return { atMs, exitCode: null, signal: 'SIGKILL', message }
  }
  const how =
    ended.exitCode === WORKER_EXIT.machine
      ? `found that its machine${pod.spec?.nodeName ? ` (${pod.spec.nodeName})` : ''} cannot work now`
      : ended.reason === 'ContainerCannotRun' || ended.reason === 'StartError'
        ? 'could not be started'
        : `ended with exit code ${ended.exitCode}`
  return { atMs, exitCode: ended.exitCode, signal: null, message: `A worker ${how}${lastWords}.` }
}

/** Why the cluster took a pod away, or `undefined`. */
function takenAway({ status, spec }: WirePod): string | undefined {
  const node = spec?.nodeName ? ` (${spec.nodeName})` : ''
  if (status?.reason === 'Evicted') {
    const storage = /ephemeral|emptyDir|disk/i.test(status.message ?? '')
    const cause = storage ? 'wrote more to its scratch folder than it may' : 'was evicted from its machine'
    return `A worker ${cause}${node}${because(status.message)}.`
  }
  const disruption = conditionOf(status?.conditions, 'DisruptionTarget')
  if (disruption?.status !== 'True') return undefined
  switch (disruption.reason) {
    case 'PreemptionByScheduler':
      return `A worker had to make room for something more urgent${node}; another one is started.`
    case 'DeletionByTaintManager':
      return `The machine of a worker${node} does not answer or was taken out of use; its tasks go to other workers.`
    case 'EvictionByEvictionAPI':
      return `The machine of a worker${node} is being emptied for maintenance; another worker is started.`
    case 'DeletionByPodGC':
      return `The machine of a worker${node} is gone; its tasks go to other workers.`
    default:
      return `The cluster took a worker away${node}${because(disruption.message)}.`
  }
}

/** Why a pod does not run yet, or `undefined` when it runs, has ended or is only being started. */
export function waitOf(pod: WirePod): string | undefined {
  const { status } = pod
  if (pod.metadata.deletionTimestamp || (status?.phase !== undefined && status.phase !== 'Pending')) return undefined
  const scheduled = conditionOf(status?.conditions, 'PodScheduled')
  if (scheduled?.status === 'False') {
    if (scheduled.reason === 'SchedulingGated')
      return 'No machine has been chosen yet: something holds the workers back.'
    return `No machine of the cluster has room${unschedulable(scheduled.message)}`
  }
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const waiting = container.state?.waiting
    const sentence = waiting && containerWait(container.name, waiting)
    if (sentence) return sentence
  }
  return undefined
}

function containerWait(name: string, { reason, message }: { reason?: string; message?: string }): string | undefined {
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull':
    case 'InvalidImageName':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
      return `The image of the ${name} cannot be had${because(message ?? reason)}. An administrator can put that right.`
    case 'CreateContainerConfigError':
      return `The ${name} cannot be set up${because(message)}. It is tried again.`
    case 'CreateContainerError':
    case 'RunContainerError':
    case 'StartError':
      return `The ${name} cannot be started${because(message ?? reason)}. It is tried again.`
    case 'CrashLoopBackOff':
      return `The ${name} keeps ending and is started again after a pause that grows.`
    default:
      return undefined
  }
}

/** The scheduler counts the machines that lack something: `0/3 nodes are available: 3 Insufficient cpu. preemption: ...`. */
function unschedulable(message: string | undefined): string {
  if (!message) return '.'
  const plain = message.split(/\.?\s*preemption:/)[0]!.trim()
  const lacks = [...plain.matchAll(/Insufficient ([\w./-]+)/g)].map(([, what]) => what)
  const advice = lacks.length > 0 ? '; it starts when others end' : ''
  return `: ${clipped(plain)}${advice}.`
}

/** Why the Job may not make more pods: the newest refusal that was not followed by a success. */
export function refusalOf(events: readonly WireEvent[]): string | undefined {
  const at = (event: WireEvent) =>
    Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '') || 0
  const newest = (reason: string) =>
    events
      .filter((event) => event.reason === reason)
      .sort((a, b) => at(a) - at(b))
      .at(-1)
  const refused = newest('FailedCreate')
  if (!refused) return undefined
  const created = newest('SuccessfulCreate')
  // In the same second both may happen: some pods were allowed, the others not.
  if (created && at(created) > at(refused)) return undefined
  return refusalSentence(refused.message ?? '')
}

function refusalSentence(message: string): string {
  const quota = /exceeded quota: (\S+), requested: (.+), used: (.+), limited: (.+)$/.exec(message)
  if (quota) {
    const [, name, , used, limited] = quota
    return `the quota ${name} of the namespace is used up (used ${used}, at most ${limited}); they start when others end.`
  }
  const because = clipped(message.replace(/^Error creating: /, '').replace(/^pods "[^"]*" is forbidden: /, ''))
  if (/must specify|PodSecurity|maximum .* usage per|minimum .* usage per|service ?account/i.test(message)) {
    return `the rules of the namespace refuse the workers: ${because}. An administrator can put that right.`
  }
  return `the cluster refuses the workers: ${because}. It is tried again.`
}

/** Why Kueue holds a job back, or `undefined` when it lets it run. */
export function queueWaitOf(workload: WireWorkload | undefined, queue: string, ahead: number): string | undefined {
  if (!workload) return `Waiting for the queue ${queue}: Kueue has not looked at this job yet.`
  const conditions = workload.status?.conditions
  if (workload.spec?.active === false) {
    return `Held: an administrator has deactivated this job in the queue ${queue}.`
  }
  if (isTrue(conditions, 'Admitted') && !isTrue(conditions, 'Evicted')) return undefined
  const reserved = conditionOf(conditions, 'QuotaReserved')
  const place = ahead === 0 ? 'it is next' : `${ahead} ${ahead === 1 ? 'job is' : 'jobs are'} before it`
  if (neverFits(reserved?.reason, reserved?.message)) {
    return `This job can never start in the queue ${queue}: one worker asks for more than the whole queue has (${clipped(reserved?.message ?? '')}). Ask for less memory, or for a larger queue.`
  }
  if (reserved?.status === 'True')
    return `Room is reserved in the queue ${queue}; it starts when the last check is done.`
  if (isInadmissible(reserved)) {
    return `The queue ${queue} cannot take this job: ${clipped(reserved?.message ?? reserved?.reason ?? '')}. An administrator can put that right.`
  }
  const preempted = conditionOf(conditions, 'Preempted')
  const evicted = conditionOf(conditions, 'Evicted')
  if (isTrue(conditions, 'Evicted') && (evicted?.reason === 'Preempted' || preempted?.status === 'True')) {
    return `Its workers made room for ${preemptedFor(preempted?.reason)}; nothing is lost, and it goes on when the queue ${queue} has room (${place}).`
  }
  if (isTrue(conditions, 'Evicted') && evicted?.reason === 'PodsReadyTimeout') {
    return `Its workers were not ready in time; it waits in the queue ${queue} again (${place}).`
  }
  return `Waiting in the queue ${queue}, ${place}${shortOf(reserved?.message)}.`
}

const preemptedFor = (reason: string | undefined): string =>
  reason === 'InClusterQueue'
    ? 'a more urgent job of the same project'
    : reason?.startsWith('InCohort')
      ? 'another project, which takes back its share'
      : 'a more urgent job'

/** Its queue cannot take it as things stand: no end of another job changes that. */
export const isInadmissible = (reserved: WireCondition | undefined): boolean =>
  reserved?.reason === 'Inadmissible' ||
  reserved?.reason === 'Misconfigured' ||
  reserved?.reason === 'NoMatchingFlavor' ||
  // Seen as "Pending".
  /unavailable in ClusterQueue/.test(reserved?.message ?? '')

/** Kueue itself lets such a job wait for ever. */
export const neverFits = (reason: string | undefined, message: string | undefined): boolean =>
  reason === 'ExceedsMaxQuota' || /> maximum capacity/.test(message ?? '')

/** `... insufficient unused quota for cpu in flavor default, 100m more needed`: what is short, in a few words. */
function shortOf(message: string | undefined): string {
  const short = /insufficient (?:unused )?quota for (\S+) in flavor (\S+?), (\S+) more needed/.exec(message ?? '')
  return short ? `: ${short[3]} of ${short[1]} more are needed` : ''
}

export const workerStatus = (pod: WirePod): WireContainerStatus | undefined =>
  pod.status?.containerStatuses?.find(({ name }) => name === WORKER_CONTAINER)

const said = (words: string | undefined): string => (words?.trim() ? `; it said last: ${clipped(words.trim())}` : '')
const because = (words: string | undefined): string => (words?.trim() ? `: ${clipped(words.trim())}` : '')
const clipped = (text: string): string => text.slice(0, SAID_CHARACTERS).replace(/[.\s]+$/, '')
