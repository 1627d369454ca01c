/** From what a cluster knows of a job to the status of its workers: a pure function of Job, pods, events and Workload. */

import type { WorkersState, WorkersStatus } from './cluster.ts'
import {
  INDEX_LABEL,
  JOB_ID_ANNOTATION,
  OWNER_ANNOTATION,
  PRIORITY_ANNOTATION,
  QUEUE_LABEL,
} from './kubernetes-names.ts'
import { placesOf } from './kubernetes-places.ts'
import { failureOf, queueWaitOf, refusalOf, waitOf, workerStatus } from './kubernetes-sentences.ts'
import {
  conditionOf,
  isTrue,
  type WireEvent,
  type WireJob,
  type WirePod,
  type WireWorkload,
} from './kubernetes-wire.ts'
import { waitInLine } from './line-sentence.ts'

/** Everything that is known of a job. */
export interface JobView {
  readonly jobId: string
  readonly job: WireJob | undefined
  /** Pods that the Job controls. */
  readonly pods: readonly WirePod[]
  /** Of the Job itself; needed only when `lacksPods`. */
  readonly events: readonly WireEvent[]
  readonly workload: WireWorkload | undefined
  /** Jobs of the same queue that Kueue looks at before this one. */
  readonly ahead: number
  readonly nowMs: number
}

const MOST_FAILURES = 20
/** Places given up, each after all its retries, up to which new ones are made for them. */
const MOST_GIVEN_UP = 8
/** A pod that should be gone for this long is not waited for any more: its machine does not answer. */
const LOST_AFTER_MS = 15_000

export function workersStatus(view: JobView): WorkersStatus {
  const { jobId, job, nowMs } = view
  if (!job || isGoing(job)) {
    return { jobId, state: 'absent', wanted: 0, running: 0, priority: null, reason: null, failures: [] }
  }
  const priority = priorityOf(job)
  const failures = view.pods
    .map(failureOf)
    .filter((failure) => failure !== undefined)
    .sort((a, b) => a.atMs - b.atMs)
  const told = failures.slice(-MOST_FAILURES)
  const end = endOf(job, told.at(-1)?.message ?? null)
  const running = view.pods.filter(isRunning).length
  if (end) return { jobId, state: 'ended', wanted: 0, running, priority, reason: end.reason, failures: told }
  const wanted = wantedOf(job, view.pods, nowMs)
  const state: WorkersState = running > 0 ? 'running' : 'waiting'
  const why = running < wanted ? whyFewer(view, told) : null
  const reason = why && running > 0 ? `${wanted} workers are wanted, ${running} run: ${lowered(why)}` : why
  return { jobId, state, wanted, running, priority, reason: reason ? raised(reason) : null, failures: told }
}

/** What a job asked for where the jobs of an installation share its places. */
export interface WishStanding {
  /** Workers that it asked for and did not all get; 0: it has them. */
  readonly slots: number
  readonly priority: number
  /** It has no place at all. */
  readonly waits: boolean
  /** Its place among those that wait for their first worker, from 1; 0 where one is just being made free for it. */
  readonly position: number
}

/** The status where the jobs of an installation share its places. */
export function withWish(status: WorkersStatus, wish: WishStanding, capacity: number): WorkersStatus {
  const { state, wanted, reason } = status
  if (wish.slots <= wanted) return status
  const { priority } = wish
  if (state === 'absent' || state === 'ended') {
    if (!wish.waits) return status
    return { ...status, state: 'waiting', priority, reason: waitInLine(capacity, wish.position) }
  }
  if (reason !== null) return { ...status, priority }
  const shared = `It would use ${wish.slots} workers and has ${wanted}: the ${capacity} places are shared with other jobs.`
  return { ...status, priority, reason: shared }
}

/** Its deletion was asked for; what is left of it ends by itself. */
export const isGoing = (job: WireJob): boolean => job.metadata.deletionTimestamp !== undefined

/** Complete or failed, or about to be: no new worker will be started. */
export function hasEnded(job: WireJob): boolean {
  const conditions = job.status?.conditions
  return ['Complete', 'Failed', 'SuccessCriteriaMet', 'FailureTarget'].some((type) => isTrue(conditions, type))
}

/** There are fewer pods than the Job may have, and nothing says why: its events do. */
export function lacksPods(job: WireJob, pods: readonly WirePod[]): boolean {
  if (isGoing(job) || hasEnded(job) || job.spec.suspend === true) return false
  const live = pods.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded').length
  const open = (job.spec.completions ?? 0) - drainedPlaces(job) - givenUpPlaces(job)
  return live < Math.min(job.spec.parallelism ?? 0, open)
}

export const ownerOf = (job: WireJob): string => job.metadata.annotations?.[OWNER_ANNOTATION] ?? ''
export const priorityOf = (job: WireJob): number => Number(job.metadata.annotations?.[PRIORITY_ANNOTATION]) || 0

export const jobIdOf = (job: WireJob): string | undefined => job.metadata.annotations?.[JOB_ID_ANNOTATION]

/** Places whose worker was drained. */
const drainedPlaces = (job: WireJob): number => placesOf(job.status?.completedIndexes).length
/** Places whose workers ended badly too often. */
const givenUpPlaces = (job: WireJob): number => placesOf(job.status?.failedIndexes).length

/** The pod should be gone and is not, because nobody on its machine answers. Its place is not filled before it is. */
const isLost = ({ metadata, status }: WirePod, nowMs: number): boolean =>
  Date.parse(metadata.deletionTimestamp ?? '') + LOST_AFTER_MS < nowMs &&
  status?.phase !== 'Failed' &&
  status?.phase !== 'Succeeded'

/** Places that get no worker any more, as numbers: drained, given up, or lost with a machine. */
export const closedPlaces = (job: WireJob, pods: readonly WirePod[], nowMs: number): number[] => [
  ...placesOf(job.status?.completedIndexes),
  ...placesOf(job.status?.failedIndexes),
  ...pods.filter((pod) => isLost(pod, nowMs)).map(({ metadata }) => Number(metadata.labels?.[INDEX_LABEL])),
]

/** Kueue stops a Job whose number of pods changes after it was admitted. */
export const isFixed = (job: WireJob): boolean =>
  job.metadata.labels?.[QUEUE_LABEL] !== undefined && job.spec.suspend !== true

/** Workers that this Job still tries to have. Where Kueue admitted only a part, parallelism is lower. */
export function wantedOf(job: WireJob, pods: readonly WirePod[], nowMs: number): number {
  const open = (job.spec.completions ?? 0) - drainedPlaces(job)
  if (isFixed(job)) return open
  // Places that were lost or given up get no worker any more; whoever asks for workers again gets new places for them.
  // For those given up only while somebody works, and not for ever: if nobody can work, it is the job that is broken.
  const lost = pods.filter((pod) => isLost(pod, nowMs)).length
  const givenUp = givenUpPlaces(job)
  const replaced = pods.some(isRunning) && givenUp <= MOST_GIVEN_UP ? givenUp : 0
  return Math.max(0, open - lost - replaced)
}

const isRunning = (pod: WirePod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.phase === 'Running' &&
  workerStatus(pod)?.state?.running !== undefined

function endOf(job: WireJob, lastFailure: string | null): { reason: string | null } | undefined {
  if (!hasEnded(job)) return undefined
  const conditions = job.status?.conditions
  const failed = [conditionOf(conditions, 'Failed'), conditionOf(conditions, 'FailureTarget')].find(
    (condition) => condition?.status === 'True',
  )
  if (!failed) return { reason: null }
  const last = lastFailure ? ` ${lastFailure}` : ''
  switch (failed.reason) {
    case 'PodFailurePolicy':
      return { reason: `The workers of this job cannot work.${last || ` ${failed.message ?? ''}`}` }
    case 'DeadlineExceeded':
      return { reason: `Its workers were ended: they may run for ${job.spec.activeDeadlineSeconds} s at most.` }
    default:
      // Where a worker found nothing left to do, workers can work, and a place that was given up is not the job's end.
      if (drainedPlaces(job) > 0) return { reason: null }
      return { reason: `No more workers are started: they keep ending badly.${last}` }
  }
}

/** Why fewer workers run than are wanted, most telling cause first. */
function whyFewer({ job, pods, events, workload, ahead, nowMs }: JobView, failures: WorkersStatus['failures']): string {
  const queue = job!.metadata.labels?.[QUEUE_LABEL]
  if (job!.spec.suspend) {
    if (!queue) return 'Held: somebody has suspended the job on the cluster.'
    return queueWaitOf(workload, queue, ahead) ?? `The queue ${queue} lets it start now.`
  }
  const lost = pods.find((pod) => isLost(pod, nowMs))
  if (lost) {
    return `The machine ${lost.spec?.nodeName ?? 'of a worker'} does not answer; the tasks of its workers go to others.`
  }
  const waits = pods.map(waitOf).find((wait) => wait !== undefined)
  if (waits) return waits
  const refusal = lacksPods(job!, pods) ? refusalOf(events) : undefined
  if (refusal) return `No more workers may start: ${refusal}`
  if (pods.some((pod) => pod.status?.phase === 'Pending' && !pod.metadata.deletionTimestamp)) {
    return 'Workers are being started.'
  }
  const { parallelism = 0 } = job!.spec
  const wanted = wantedOf(job!, pods, nowMs)
  if (queue && parallelism < wanted) return `The queue ${queue} has room for ${parallelism} of them.`
  const last = failures.at(-1)
  if (last && lacksPods(job!, pods)) {
    return `${last.message} A new worker starts after a pause that grows with every failure.`
  }
  return 'Workers are being started.'
}

/** A sentence goes on after a colon, unless it begins with a name that is written so. */
const lowered = (sentence: string): string => sentence.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase())
const raised = (sentence: string): string => sentence.replace(/^[a-z]/, (letter) => letter.toUpperCase())
