/**
 * Stands in for Kueue on a real API server: the same labels, the same Workloads with the same conditions and words, the
 * same writes to the Job, as seen of Kueue 0.19 with `kueue.x-k8s.io/v1beta2`. Quota is counted in places for one worker
 * instead of cores. It holds what this project relies on; Kueue's own program is tried nowhere yet.
 */

import { createHash } from 'node:crypto'
import { isRefusal } from '#cluster/kubernetes-api.ts'
import { placesOf } from '#cluster/kubernetes-places.ts'
import { watchObjects } from '#cluster/kubernetes-watch.ts'
import { isTrue, type WireCondition, type WireJob, type WireWorkload } from '#cluster/kubernetes-wire.ts'
import type { ControlPlane } from './kubernetes.ts'
import { untilReady } from './parts.ts'

export interface KueueOptions {
  readonly namespace: string
  /** Places for workers of each queue, which stands for a LocalQueue with a ClusterQueue of its own. */
  readonly queues: Readonly<Record<string, number>>
  /**
   * Queues of one cohort: each lends what it does not need, and takes its own back (`reclaimWithinCohort: Any`). As Kueue's
   * manual says; not seen of Kueue itself. Default: no queue lends anything.
   */
  readonly cohort?: readonly string[]
  /** Values of priority classes; a higher one takes the places of lower ones. */
  readonly priorities?: Readonly<Record<string, number>>
}

export interface KueueStandIn {
  /** What went wrong in it; a test ends by looking. */
  readonly errors: readonly string[]
  close(): Promise<void>
}

const GROUP = 'kueue.x-k8s.io'
const VERSION = 'v1beta2'
const MERGE = 'application/merge-patch+json'

/** Makes the kind Workload known; once for a control plane. */
export async function installKueueKinds(plane: ControlPlane): Promise<void> {
  const names = { kind: 'Workload', listKind: 'WorkloadList', plural: 'workloads', singular: 'workload' }
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } }
  const versions = [{ name: VERSION, served: true, storage: true, subresources: { status: {} }, schema }]
  const body = {
    metadata: {
      name: `workloads.${GROUP}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in for tests' },
    },
    spec: { group: GROUP, scope: 'Namespaced', names, versions },
  }
  await plane.api.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body })
  await untilReady('the kind Workload', [], async () => {
    await plane.api.send('GET', `/apis/${GROUP}/${VERSION}/workloads`)
    return true
  })
}

interface Entry {
  readonly job: WireJob
  readonly workload: WireWorkload
  readonly priority: number
  /** Places asked for, and the fewest that it starts with. */
  readonly count: number
  readonly least: number
}

export function startKueueStandIn(plane: ControlPlane, options: KueueOptions): KueueStandIn {
  const { api } = plane
  const { namespace, queues, priorities = {}, cohort = [] } = options
  const errors: string[] = []
  let closed = false
  let again = false
  let running: Promise<void> | undefined
  const jobsPath = `/apis/batch/v1/namespaces/${namespace}/jobs`
  const workloadsPath = `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/workloads`
  const jobs = watchObjects<WireJob>({ api, path: jobsPath, onChange: () => kick() })
  const workloads = watchObjects<WireWorkload>({ api, path: workloadsPath, onChange: () => kick() })

  function kick(): void {
    again = true
    running ??= (async () => {
      while (again && !closed) {
        again = false
        await lookAtAll().catch((error: unknown) => {
          // Somebody else wrote meanwhile: the watch tells of it, and it is looked at again.
          if (!isRefusal(error, 404, 409) && !closed) errors.push(String(error))
        })
      }
      running = undefined
    })()
  }

  const workloadOf = (job: WireJob) =>
    workloads.values().find(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid))

  async function lookAtAll(): Promise<void> {
    const entries: Entry[] = []
    for (const job of [...jobs.values()]) {
      const queueName = job.metadata.labels?.[`${GROUP}/queue-name`]
      if (queueName === undefined || job.metadata.deletionTimestamp) continue
      const workload = workloadOf(job) ?? (await makeWorkload(job, queueName))
      const entry = entryOf(job, workload)
      if (isTrue(job.status?.conditions, 'Complete') || isTrue(job.status?.conditions, 'Failed')) {
        await say(entry, { Finished: ['True', 'JobFinished', 'Job finished'] })
        continue
      }
      if (workload.spec?.active === false) await evict(entry, 'Deactivated', undefined)
      else if (queues[queueName] === undefined) {
        await say(entry, { QuotaReserved: ['False', 'Inadmissible', `LocalQueue ${queueName} doesn't exist`] })
      } else entries.push(entry)
    }
    entries.sort((a, b) => b.priority - a.priority || born(a) - born(b) || nameOrder(a, b))
    const alone = Object.keys(queues).filter((queue) => !cohort.includes(queue))
    for (const queue of alone)
      await admit(
        entries.filter((entry) => queueOf(entry) === queue),
        [queue],
      )
    if (cohort.length > 0)
      await admit(
        entries.filter((entry) => cohort.includes(queueOf(entry))),
        cohort,
      )
  }

  async function makeWorkload(job: WireJob, queueName: string): Promise<WireWorkload> {
    const { name, uid } = job.metadata
    const suffix = createHash('sha256').update(uid).digest('hex').slice(0, 5)
    const body = {
      apiVersion: `${GROUP}/${VERSION}`,
      kind: 'Workload',
      metadata: {
        name: `job-${name}-${suffix}`,
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: {
        queueName,
        active: true,
        priority: priorities[job.metadata.labels?.[`${GROUP}/priority-class`] ?? ''] ?? 0,
        podSets: [{ name: 'main', count: job.spec.parallelism }],
      },
    }
    const made = await api.send<WireWorkload>('POST', workloadsPath, { body })
    workloads.note(made)
    return made
  }

  const entryOf = (job: WireJob, workload: WireWorkload): Entry => {
    const podSets = (workload.spec as { podSets?: { count: number }[] }).podSets
    const count = podSets?.[0]?.count ?? 1
    const least = Number(job.metadata.annotations?.[`${GROUP}/job-min-parallelism`] ?? count)
    return { job, workload, priority: workload.spec?.priority ?? 0, count, least }
  }

  /** @param entries of queues that lend each other their places, the most urgent first */
  async function admit(entries: readonly Entry[], lenders: readonly string[]): Promise<void> {
    const admitted = entries.filter(({ workload }) => isTrue(workload.status?.conditions, 'Admitted'))
    const usedBy = (queue: string) =>
      admitted.filter((entry) => queueOf(entry) === queue).reduce((sum, { job }) => sum + openPlaces(job), 0)
    const used = new Map(lenders.map((queue) => [queue, usedBy(queue)]))
    const places = lenders.reduce((sum, queue) => sum + queues[queue]!, 0)
    const free = () => places - [...used.values()].reduce((sum, each) => sum + each, 0)
    const add = (queue: string, more: number) => used.set(queue, used.get(queue)! + more)
    /** Places of its own that a queue does not use, whoever uses them. */
    const own = (queue: string) => Math.max(0, queues[queue]! - used.get(queue)!)
    const borrows = (queue: string) => used.get(queue)! > queues[queue]!
    const takeFrom = async (victim: Entry, why: string) => {
      admitted.splice(admitted.indexOf(victim), 1)
      add(queueOf(victim), -openPlaces(victim.job))
      await evict(victim, 'Preempted', why)
    }
    // A queue that stays within its own comes before one that would borrow.
    const waiting = entries.filter((entry) => !admitted.includes(entry))
    for (const entry of [...waiting.filter(isOwn), ...waiting.filter((each) => !isOwn(each))]) {
      const { least, count, priority } = entry
      const queue = queueOf(entry)
      if (least > places) {
        const message = `couldn't assign flavors to pod set main: insufficient quota for cpu in flavor default, previously considered podsets requests (0) + current podset request (${least}) > maximum capacity (${places})`
        await say(entry, { QuotaReserved: ['False', 'Pending', message] })
        continue
      }
      // The whole by preemption comes before a part without.
      if (free() < count) {
        const lower = admitted.filter((other) => queueOf(other) === queue && other.priority < priority).reverse()
        for (const victim of lower) if (free() < count) await takeFrom(victim, 'InClusterQueue')
      }
      // What was lent comes back, as far as it is its own; to borrow more nobody is ended.
      const wanted = Math.min(count, own(queue))
      const reclaims = free() < wanted
      for (const victim of [...admitted].reverse()) {
        if (free() >= wanted) break
        if (queueOf(victim) !== queue && borrows(queueOf(victim))) await takeFrom(victim, 'InCohortReclamation')
      }
      if (free() < least) {
        const message = `couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor default, ${least - free()} more needed`
        await say(entry, { QuotaReserved: ['False', 'Pending', message] })
        continue
      }
      // As much as fits; after a preemption no more than is its own.
      const given = Math.min(count, reclaims ? wanted : free())
      add(queue, given)
      await start(entry, given)
    }

    function isOwn(entry: Entry): boolean {
      return own(queueOf(entry)) > 0
    }
  }

  async function start(entry: Entry, given: number): Promise<void> {
    const { job } = entry
    await say(entry, {
      QuotaReserved: ['True', 'QuotaReserved', 'Quota reserved in ClusterQueue simulations'],
      Admitted: ['True', 'Admitted', 'The workload is admitted'],
      ...(isTrue(entry.workload.status?.conditions, 'Evicted')
        ? { Evicted: ['False', 'QuotaReserved', 'Previously: Preempted'] as const }
        : {}),
    })
    const follows = job.metadata.annotations?.[`${GROUP}/job-completions-equal-parallelism`] === 'true'
    const spec = { suspend: false, parallelism: given, ...(follows ? { completions: given } : {}) }
    jobs.note(await api.send<WireJob>('PATCH', `${jobsPath}/${job.metadata.name}`, { body: { spec }, type: MERGE }))
  }

  async function evict(entry: Entry, reason: string, preempted: string | undefined): Promise<void> {
    const { job, workload, count } = entry
    if (!isTrue(workload.status?.conditions, 'Admitted')) return
    await say(entry, {
      Evicted: ['True', reason, `Evicted: ${reason}`],
      ...(preempted ? { Preempted: ['True', preempted, 'Preempted to accommodate a workload'] as const } : {}),
      QuotaReserved: ['False', 'Pending', `Evicted: ${reason}`],
      Admitted: ['False', 'NoReservation', 'The workload has no reservation'],
      Requeued: ['True', reason, ''],
    })
    const follows = job.metadata.annotations?.[`${GROUP}/job-completions-equal-parallelism`] === 'true'
    const spec = { suspend: true, parallelism: count, ...(follows ? { completions: count } : {}) }
    jobs.note(await api.send<WireJob>('PATCH', `${jobsPath}/${job.metadata.name}`, { body: { spec }, type: MERGE }))
  }

  /** Writes the conditions that differ. */
  async function say(
    { workload }: Entry,
    said: Readonly<Record<string, readonly [status: string, reason: string, message: string]>>,
  ): Promise<void> {
    const before = workloads.get(workload.metadata.name)?.status?.conditions ?? []
    const conditions = new Map(before.map((condition) => [condition.type, condition]))
    let changed = false
    for (const [type, [status, reason, message]] of Object.entries(said)) {
      const old = conditions.get(type)
      if (old?.status === status && old.reason === reason && old.message === message) continue
      changed = true
      const made: WireCondition = { type, status, reason, message, lastTransitionTime: new Date().toISOString() }
      conditions.set(type, made)
    }
    if (!changed) return
    const body = { status: { conditions: [...conditions.values()] } }
    const path = `${workloadsPath}/${workload.metadata.name}/status`
    workloads.note(await api.send<WireWorkload>('PATCH', path, { body, type: MERGE }))
  }

  return {
    errors,
    async close() {
      closed = true
      jobs.close()
      workloads.close()
      await running
    },
  }
}

const queueOf = ({ workload }: Entry): string => workload.spec?.queueName ?? ''

const born = ({ workload }: Entry): number => Date.parse(workload.metadata.creationTimestamp ?? '')

const nameOrder = (a: Entry, b: Entry): number => (a.workload.metadata.name < b.workload.metadata.name ? -1 : 1)

/** Places whose worker has drained are free for others. */
const openPlaces = ({ spec, status }: WireJob): number =>
  (spec.parallelism ?? 0) - placesOf(status?.completedIndexes).length
