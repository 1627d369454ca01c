/**
 * Workers as pods of Kubernetes Jobs, one Job for each of our jobs.
 *
 * The cluster is the memory: nothing is kept here that another replica could not read there. Names follow from ids, so
 * what one replica made the others find, and making it again is success. Replaced, delayed and ended are the pods by the
 * Job controller; queues, shares and preemption are Kueue's. Without Kueue the jobs of this installation share its places
 * as `kubernetes-share.ts` says.
 */

import type { KubeConfig } from '@kubernetes/client-node'
import {
  type Cluster,
  ClusterError,
  type Outlook,
  type WorkerKind,
  type WorkerRequest,
  type WorkersStatus,
  type WorkLeft,
} from './cluster.ts'
import { isRefusal, type KubernetesApi, kubernetesApi } from './kubernetes-api.ts'
import {
  askedByWorker,
  type JobMarks,
  jobManifest,
  MOST_PLACES,
  marksOf,
  tokenSecret,
  type WorkerPodOptions,
} from './kubernetes-job.ts'
import { INSTANCE_LABEL, JOB_ID_ANNOTATION, JOB_LABEL, nameOfJob, TOKEN_ANNOTATION } from './kubernetes-names.ts'
import { completionsFor } from './kubernetes-places.ts'
import { asksForGroups, type ProjectQueue, projectOf } from './kubernetes-projects.ts'
import { workersWithin } from './kubernetes-quota.ts'
import { isInadmissible, neverFits } from './kubernetes-sentences.ts'
import { grantFor, type Wish, Wishes } from './kubernetes-share.ts'
import {
  closedPlaces,
  hasEnded,
  isFixed,
  isGoing,
  jobIdOf,
  lacksPods,
  ownerOf,
  priorityOf,
  type WishStanding,
  wantedOf,
  withWish,
  workersStatus,
} from './kubernetes-status.ts'
import { type WatchedObjects, watchObjects } from './kubernetes-watch.ts'
import {
  conditionOf,
  isTrue,
  type WireEvent,
  type WireJob,
  type WirePod,
  type WireQuota,
  type WireWorkload,
} from './kubernetes-wire.ts'
import { outlookOfQueue, outlookOfShares } from './outlook.ts'
import { type Claim, lineOf, sharesOf } from './shares.ts'

export interface KubernetesClusterOptions extends WorkerPodOptions {
  /** From a kubeconfig file, or `loadFromCluster()` in a pod. */
  readonly config: KubeConfig
  /**
   * Most workers at the same time over all jobs; with a LocalQueue of Kueue most workers of one job, and the sum is the
   * queue's. A ResourceQuota of the namespace may lower it.
   */
  readonly capacity: number
  /** Queues of Kueue beside `localQueue`, for jobs of those who belong to a project. Needs `localQueue`. */
  readonly projects?: readonly ProjectQueue[]
  /** Groups that a user was last known to be in; asked for only where a project names one. */
  readonly groupsOf?: (owner: string) => Promise<readonly string[]>
  /** The token with which the workers of a job come to the control service. */
  readonly tokenFor: (jobId: string) => string | Promise<string>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Told when the API server stops answering, and `null` when it answers again. */
  readonly onTrouble?: (error: ClusterError | null) => void
}

const FIRST_LIST_WITHIN_MS = 10_000
const EVENTS_KEPT_MS = 3000
const QUOTA_KEPT_MS = 30_000
/** No engine has it as its id: the image of all, and no memory beside the agent's own. */
const SMALLEST: WorkerKind = { engine: '', memoryMebibytes: 0 }
/** After the grace that workers get: time for the news of their end to come here. */
const NEWS_OF_THE_END_MS = 5000
const MANY_ENDED_WITHIN_MS = 60_000
/** Other replicas may start, end and stop the same job meanwhile. */
const TRIES = 5

/** A cluster of Kubernetes Jobs. Starts to watch at once; `close` ends only the watching. */
export function kubernetesCluster(options: KubernetesClusterOptions): Cluster {
  if (!Number.isSafeInteger(options.capacity) || options.capacity < 1) {
    throw new RangeError(`A cluster needs at least one place for a worker, got ${options.capacity}.`)
  }
  return new KubernetesCluster(options)
}

class KubernetesCluster implements Cluster {
  readonly #options: KubernetesClusterOptions
  readonly #api: KubernetesApi
  readonly #jobs: WatchedObjects<WireJob>
  readonly #pods: WatchedObjects<WirePod>
  readonly #workloads: WatchedObjects<WireWorkload> | undefined
  readonly #listeners = new Set<(jobId: string) => void>()
  readonly #podListeners = new Set<() => void>()
  readonly #events = new Map<string, { readonly atMs: number; readonly events: readonly WireEvent[] }>()
  readonly #toAnnounce = new Set<string>()
  readonly #wishes: Wishes
  /** Places granted to jobs whose Job is just being made or changed. */
  readonly #granted = new Map<string, Wish & { readonly places: number }>()
  #granting: Promise<unknown> = Promise.resolve()
  #quotas: { readonly atMs: number; readonly items: readonly WireQuota[] } | undefined
  #closed = false

  constructor(options: KubernetesClusterOptions) {
    this.#options = options
    this.#api = kubernetesApi(options.config)
    this.#wishes = new Wishes(options.clock)
    const ours = { api: this.#api, labelSelector: `${INSTANCE_LABEL}=${this.#instance}` }
    this.#jobs = watchObjects<WireJob>({
      ...ours,
      path: this.#path('batch/v1', 'jobs'),
      onChange: (job) => this.#announce(jobIdOf(job)),
      ...(options.onTrouble ? { onTrouble: options.onTrouble } : {}),
    })
    this.#pods = watchObjects<WirePod>({
      ...ours,
      path: this.#path('v1', 'pods'),
      onChange: (pod) => {
        this.#announce(pod.metadata.annotations?.[JOB_ID_ANNOTATION])
        for (const listener of this.#podListeners) listener()
      },
    })
    if (options.localQueue) {
      this.#workloads = watchObjects<WireWorkload>({
        api: this.#api,
        path: this.#path('kueue.x-k8s.io/v1beta2', 'workloads'),
        onChange: (workload) => {
          const job = this.#jobs.values().find(({ metadata }) => owns(metadata.uid, workload))
          if (job) this.#announce(jobIdOf(job))
        },
      })
    }
  }

  async capacity(kind: WorkerKind = SMALLEST): Promise<number> {
    const { capacity, clock } = this.#options
    if (!this.#quotas || clock() - this.#quotas.atMs > QUOTA_KEPT_MS) {
      const items = await this.#api
        .send<{ items: WireQuota[] }>('GET', this.#path('v1', 'resourcequotas'))
        .then((answer) => answer.items)
        // Who may not read the quotas, or cannot now, is told of them by the refusal of pods.
        .catch(() => this.#quotas?.items ?? [])
      this.#quotas = { atMs: clock(), items }
    }
    return Math.min(capacity, workersWithin(this.#quotas.items, askedByWorker(this.#options, kind)))
  }

  async start(request: WorkerRequest): Promise<void> {
    if (this.#closed) throw new Error('The cluster is closed: this process is ending.')
    if (!Number.isSafeInteger(request.slots) || request.slots < 1 || request.slots > MOST_PLACES) {
      throw new RangeError(`A job needs 1 to ${MOST_PLACES} workers, got ${request.slots}.`)
    }
    await this.#ready()
    if (this.#options.localQueue) return this.#isAllThatCanBeWritten(request) ? undefined : this.#want(request)
    const turn = this.#granting.then(() => this.#grant(request))
    this.#granting = turn.catch(() => {})
    const slots = await turn
    try {
      const job = this.#active(this.#name(request.jobId))
      const isSo =
        job !== undefined &&
        this.#wants(job) === slots &&
        slots < request.slots &&
        marksOf(this.#options, request, job) === undefined &&
        hasToken(job)
      if (slots > 0 && !isSo) await this.#want({ ...request, slots })
    } finally {
      this.#granted.delete(request.jobId)
    }
  }

  /** Kueue let the Job in, perhaps with fewer workers than are asked for: it stays as it is, however often one asks. */
  #isAllThatCanBeWritten(request: WorkerRequest): boolean {
    const job = this.#active(this.#name(request.jobId))
    if (!job || jobIdOf(job) !== request.jobId) return false
    return isFixed(job) && hasToken(job) && marksOf(this.#options, request, job) === undefined
  }

  /** The Job and its Secret, with as many places as are asked for. */
  async #want(request: WorkerRequest): Promise<void> {
    const token = await this.#options.tokenFor(request.jobId)
    let known = this.#jobs.get(this.#name(request.jobId))
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (!known || isGoing(known) || hasEnded(known)) {
        const made = await this.#make(request, token)
        if (made) return
        known = await this.#read(request.jobId)
        if (!known) continue
        if (hasEnded(known) && !isGoing(known)) {
          await this.#delete(known)
          continue
        }
        if (isGoing(known)) break
      }
      this.#insistOn(known, request.jobId)
      if (await this.#adjust(known, request.slots, marksOf(this.#options, request, known))) {
        await this.#bringToken(known, request.jobId, token)
        return
      }
      known = await this.#read(request.jobId)
    }
    throw new ClusterError(
      'CLUSTER_UNAVAILABLE',
      `The workers of job ${request.jobId} are just being ended or changed by somebody else. They are started when that is done.`,
    )
  }

  async status(jobId: string): Promise<WorkersStatus> {
    await this.#ready()
    const job = this.#jobs.get(this.#name(jobId))
    const pods = job ? this.#podsOf(job) : []
    const { workload, ahead } = this.#queued(job)
    const events = job && lacksPods(job, pods) ? await this.#eventsOf(job) : []
    const known = workersStatus({ jobId, job, pods, events, workload, ahead, nowMs: this.#options.clock() })
    const status = this.#workloads ? known : withWish(known, this.#wish(jobId), this.#options.capacity)
    // A start that was broken off: who asks again finishes it.
    if (job && !hasToken(job) && !isGoing(job) && !hasEnded(job)) return { ...status, wanted: 0 }
    const trouble = this.#jobs.trouble() ?? this.#pods.trouble()
    return trouble ? { ...status, reason: `${trouble.message} What is known of the workers is from before.` } : status
  }

  async jobs(): Promise<readonly string[]> {
    await this.#ready()
    const active = [...this.#jobs.values()].filter((job) => !isGoing(job) && !hasEnded(job))
    active.sort((a, b) => bornMs(a) - bornMs(b) || a.metadata.name.localeCompare(b.metadata.name))
    const known = active.map(jobIdOf).filter((jobId) => jobId !== undefined)
    return [...new Set([...known, ...this.#wishes.waiting()])]
  }

  async outlook(workLeft: WorkLeft): Promise<ReadonlyMap<string, Outlook>> {
    await this.#ready()
    if (!this.#workloads) return outlookOfShares(this.#options.capacity, this.#claims(), workLeft)
    const workloads = [...this.#workloads.values()]
    const { localQueue, projects = [] } = this.#options
    const queues = new Set([localQueue, ...projects.map((project) => project.localQueue)])
    // Each queue has a line of its own. What another project runs is not in the way of this one: the shares are apart.
    const isBeside = ({ spec }: WireWorkload, queue: string | undefined) =>
      spec?.queueName === queue || !queues.has(spec?.queueName)
    return new Map(
      [...queues].flatMap((queue) => {
        const admitted = workloads.filter((one) => isAdmitted(one) && isBeside(one, queue))
        const line = workloads.filter((one) => mayStart(one) && one.spec?.queueName === queue)
        line.sort((a, b) => (comesBefore(a, b) ? -1 : 1))
        const claims = [...admitted, ...line].map((one) => this.#claimOf(one))
        return [...outlookOfQueue(claims, workLeft)]
      }),
    )
  }

  async stop(jobId: string, graceMs: number): Promise<void> {
    this.#wishes.drop(jobId)
    await this.#ready()
    const name = this.#name(jobId)
    const known = this.#jobs.get(name)
    if (known) {
      // The Job first: it makes no more pods. Kubernetes then ends its pods with the grace of their template, and this
      // shortens it to the one asked for; with a thousand pods the server is at it for a while.
      await this.#delete(known)
      const query = {
        labelSelector: `${JOB_LABEL}=${name}`,
        gracePeriodSeconds: Math.max(1, Math.ceil(graceMs / 1000)),
      }
      await this.#api.send('DELETE', this.#path('v1', 'pods'), { query, withinMs: MANY_ENDED_WITHIN_MS })
    }
    await this.#api.send('DELETE', this.#path('v1', 'secrets', name)).catch(ignoring(404))
    // Pods of a machine that does not answer stay: nobody waits for them for longer than the grace.
    await this.#untilPodsEnd(name, graceMs + NEWS_OF_THE_END_MS)
  }

  onChange(listener: (jobId: string) => void): () => void {
    const own = (jobId: string) => listener(jobId)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    for (const watched of [this.#jobs, this.#pods, this.#workloads]) watched?.close()
    this.#api.close()
  }

  /**
   * One after the other, so that two do not get the same places.
   * @returns the places of this job; 0: there is none, and it is remembered that it waits
   */
  async #grant({ jobId, slots, owner, priority }: WorkerRequest): Promise<number> {
    const wish = { slots, owner, priority }
    const known = this.#active(this.#name(jobId))
    // One that was made for something else under the same name is no place of ours; the start says so.
    const before = known && jobIdOf(known) === jobId ? known : undefined
    this.#wishes.note(jobId, wish, before ? this.#wants(before) : 0)
    for (const { jobId: other, places } of grantFor(this.#options.capacity, this.#claims(), jobId).fewer) {
      let job = this.#active(this.#name(other))
      if (!job) continue
      // It asks for them again by itself, and until then it is known that it wants them.
      const theirs = this.#wishes.of(other) ?? { slots: 0, owner: ownerOf(job), priority: priorityOf(job) }
      this.#wishes.note(other, { ...theirs, slots: Math.max(theirs.slots, this.#wants(job)) }, places)
      if (places === 0) {
        // Another job of its owner goes first: its workers give their tasks back within their grace.
        await this.#delete(job)
        this.#announce(other)
        continue
      }
      // Its controller may just have written into it: then what it is now is what is changed.
      for (let attempt = 0; attempt < TRIES && job && !(await this.#adjust(job, places)); attempt++) {
        await this.#read(other)
        job = this.#active(this.#name(other))
      }
      this.#announce(other)
    }
    const { places } = grantFor(this.#options.capacity, this.#claims(), jobId)
    if (places === slots) this.#wishes.drop(jobId)
    else this.#wishes.note(jobId, wish, places)
    if (places > 0 && !before) this.#wishes.serve(owner)
    if (places > 0) this.#granted.set(jobId, { ...wish, places })
    return places
  }

  /** All jobs of this installation that have workers or want some: those with workers, the oldest first, then the others. */
  #claims(): Claim[] {
    const active = [...this.#jobs.values()].filter((job) => !isGoing(job) && !hasEnded(job))
    active.sort((a, b) => bornMs(a) - bornMs(b) || a.metadata.name.localeCompare(b.metadata.name))
    const claims = new Map<string, Claim>()
    const claim = (jobId: string, has: number, known: Omit<Wish, 'slots'>): void => {
      const { slots, owner, priority } = this.#wishes.of(jobId) ?? { slots: has, ...known }
      claims.set(jobId, { jobId, owner, priority, has, wants: slots })
    }
    for (const job of active) {
      const known = { owner: ownerOf(job), priority: priorityOf(job) }
      claim(jobIdOf(job) ?? job.metadata.name, this.#wants(job), known)
    }
    for (const [jobId, granted] of this.#granted)
      claim(jobId, Math.max(granted.places, claims.get(jobId)?.has ?? 0), granted)
    for (const jobId of this.#wishes.waiting()) if (!claims.has(jobId)) claim(jobId, 0, this.#wishes.of(jobId)!)
    return [...claims.values()]
  }

  /** What a Workload of Kueue holds or wants; one of somebody else in the same namespace has no work that we know of. */
  #claimOf(workload: WireWorkload): Claim {
    const job = [...this.#jobs.values()].find(({ metadata }) => owns(metadata.uid, workload))
    const wants = job ? this.#wants(job) : (workload.spec?.podSets ?? []).reduce((sum, { count = 0 }) => sum + count, 0)
    const has = !isAdmitted(workload) ? 0 : Math.max(1, Math.min(wants, job?.spec.parallelism ?? wants))
    const jobId = (job && jobIdOf(job)) ?? `workload ${workload.metadata.name}`
    return { jobId, owner: '', priority: 0, wants: Math.max(1, wants), has }
  }

  #wish(jobId: string): WishStanding {
    const wish = this.#wishes.of(jobId)
    if (!wish) return { slots: 0, priority: 0, waits: false, position: 0 }
    const waits = this.#wishes.waits(jobId)
    if (!waits) return { slots: wish.slots, priority: wish.priority, waits, position: 0 }
    const claims = this.#claims()
    const position = lineOf(this.#options.capacity, claims).indexOf(jobId) + 1
    const share = sharesOf(this.#options.capacity, claims).get(jobId) ?? 0
    return { slots: wish.slots, priority: wish.priority, waits, position: share > 0 ? 0 : position }
  }

  #active(name: string): WireJob | undefined {
    const job = this.#jobs.get(name)
    return job && !isGoing(job) && !hasEnded(job) ? job : undefined
  }

  #wants(job: WireJob): number {
    return wantedOf(job, this.#podsOf(job), this.#options.clock())
  }

  /**
   * The Job first, and then its Secret, which it owns from the beginning: so nothing is ever left without somebody who
   * takes it away, wherever this process dies. A pod that is faster waits for the Secret; a Job whose Secret never came
   * says so (`TOKEN_ANNOTATION`), and whoever leads next brings it.
   * @returns false when a Job of this name exists already
   */
  async #make(request: WorkerRequest, token: string): Promise<boolean> {
    const body = jobManifest(await this.#optionsFor(request.owner), request)
    try {
      const made = await this.#api.send<WireJob>('POST', this.#path('batch/v1', 'jobs'), { body })
      this.#jobs.note(made)
      await this.#bringToken(made, request.jobId, token)
      return true
    } catch (error) {
      if (isRefusal(error, 409)) return false
      throw error
    }
  }

  /** A job stays in the queue that it was put into, also when its owner changes the project. */
  async #optionsFor(owner: string): Promise<WorkerPodOptions> {
    const { projects = [], groupsOf } = this.#options
    if (projects.length === 0) return this.#options
    const groups = groupsOf && asksForGroups(projects) ? await groupsOf(owner) : []
    const project = projectOf(projects, owner, groups)
    return project ? { ...this.#options, localQueue: project.localQueue } : this.#options
  }

  async #bringToken(job: WireJob, jobId: string, token: string): Promise<void> {
    const { name, uid } = job.metadata
    await this.#api.send('PATCH', this.#path('v1', 'secrets', name), {
      body: tokenSecret(this.#options, jobId, token, uid),
      type: 'application/apply-patch+yaml',
      query: { fieldManager: 'isolario', force: true },
    })
    if (hasToken(job)) return
    const body = { metadata: { uid, annotations: { [TOKEN_ANNOTATION]: 'written' } } }
    const type = 'application/merge-patch+json'
    // It may have been ended meanwhile, and then its Secret goes as well.
    await this.#api
      .send<WireJob>('PATCH', this.#path('batch/v1', 'jobs', name), { body, type })
      .then((marked) => this.#jobs.note(marked), ignoring(404, 409))
  }

  /** @throws ClusterError when somebody else has made a Job of this name */
  #insistOn(job: WireJob, jobId: string): void {
    if (jobIdOf(job) === jobId) return
    throw new ClusterError(
      'CLUSTER_REFUSED',
      `The namespace has a Job ${job.metadata.name} that was not made for job ${jobId}; expected the annotation ${JOB_ID_ANNOTATION}. Delete it, or give this installation another name.`,
    )
  }

  /** @returns false when the Job has changed meanwhile */
  async #adjust(job: WireJob, slots: number, marks?: JobMarks): Promise<boolean> {
    const pods = this.#podsOf(job)
    const isSo = wantedOf(job, pods, this.#options.clock()) === slots || isFixed(job)
    if (isSo && !marks) return true
    const completions = completionsFor(slots, closedPlaces(job, pods, this.#options.clock()))
    const body = {
      metadata: { resourceVersion: job.metadata.resourceVersion, ...marks },
      ...(isSo ? {} : { spec: { completions, parallelism: completions } }),
    }
    try {
      const type = 'application/merge-patch+json'
      const path = this.#path('batch/v1', 'jobs', job.metadata.name)
      this.#jobs.note(await this.#api.send<WireJob>('PATCH', path, { body, type }))
      return true
    } catch (error) {
      if (isRefusal(error, 404, 409)) return false
      throw error
    }
  }

  async #read(jobId: string): Promise<WireJob | undefined> {
    try {
      const job = await this.#api.send<WireJob>('GET', this.#path('batch/v1', 'jobs', this.#name(jobId)))
      this.#jobs.note(job)
      return job
    } catch (error) {
      if (isRefusal(error, 404)) return undefined
      throw error
    }
  }

  /** This very Job and no other of the same name. */
  async #delete(job: WireJob): Promise<void> {
    const body = { propagationPolicy: 'Background', preconditions: { uid: job.metadata.uid } }
    const path = this.#path('batch/v1', 'jobs', job.metadata.name)
    await this.#api.send('DELETE', path, { body }).catch(ignoring(404, 409))
    this.#jobs.drop(job)
  }

  async #untilPodsEnd(name: string, withinMs: number): Promise<void> {
    const lives = (pod: WirePod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'
    const isEmpty = () => !this.#pods.values().some((pod) => pod.metadata.labels?.[JOB_LABEL] === name && lives(pod))
    if (isEmpty()) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#podListeners.delete(look)
        resolve()
      }
      const look = () => {
        if (isEmpty()) done()
      }
      const timer = setTimeout(done, withinMs)
      this.#podListeners.add(look)
    })
  }

  #podsOf(job: WireJob): WirePod[] {
    return [...this.#pods.values().filter((pod) => owns(job.metadata.uid, pod))]
  }

  /** The Workload of a Job, and how many of its queue come before it. */
  #queued(job: WireJob | undefined): { workload: WireWorkload | undefined; ahead: number } {
    if (!job || !this.#workloads) return { workload: undefined, ahead: 0 }
    const all = [...this.#workloads.values()]
    const workload = all.find((one) => owns(job.metadata.uid, one))
    if (!workload) return { workload, ahead: 0 }
    const before = all.filter((other) => other !== workload && mayStart(other) && comesBefore(other, workload))
    return { workload, ahead: before.length }
  }

  async #eventsOf({ metadata: { uid } }: WireJob): Promise<readonly WireEvent[]> {
    const now = this.#options.clock()
    const known = this.#events.get(uid)
    if (known && now - known.atMs < EVENTS_KEPT_MS) return known.events
    const query = { fieldSelector: `involvedObject.uid=${uid}` }
    // Without its events a Job still has a status.
    const events = await this.#api
      .send<{ items: WireEvent[] }>('GET', this.#path('v1', 'events'), { query })
      .then(({ items }) => items)
      .catch(() => [])
    for (const [old, { atMs }] of this.#events) if (now - atMs >= EVENTS_KEPT_MS) this.#events.delete(old)
    this.#events.set(uid, { atMs: now, events })
    return events
  }

  async #ready(): Promise<void> {
    await Promise.all([this.#jobs.ready(FIRST_LIST_WITHIN_MS), this.#pods.ready(FIRST_LIST_WITHIN_MS)])
  }

  #announce(jobId: string | undefined): void {
    if (jobId === undefined || this.#listeners.size === 0) return
    // A worker that ends changes pod, Job and Workload within milliseconds.
    if (this.#toAnnounce.size === 0) {
      setImmediate(() => {
        const ids = [...this.#toAnnounce]
        this.#toAnnounce.clear()
        for (const id of ids) for (const listener of this.#listeners) listener(id)
      })
    }
    this.#toAnnounce.add(jobId)
  }

  get #instance(): string {
    return this.#options.instance ?? 'isolario'
  }
  #name(jobId: string): string {
    return nameOfJob(this.#instance, jobId)
  }
  #path(version: string, resource: string, name?: string): string {
    const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`
    return `${root}/namespaces/${this.#options.namespace}/${resource}${name === undefined ? '' : `/${name}`}`
  }
}

const owns = (uid: string, { metadata }: WirePod | WireWorkload): boolean =>
  metadata.ownerReferences?.some((owner) => owner.uid === uid) === true

const isPending = ({ spec, status }: WireWorkload): boolean =>
  spec?.active !== false && !isTrue(status?.conditions, 'Admitted') && !isTrue(status?.conditions, 'Finished')

const isAdmitted = ({ status }: WireWorkload): boolean =>
  isTrue(status?.conditions, 'Admitted') && !isTrue(status?.conditions, 'Finished')

/** Waits, and starts when others have ended: not held, and neither too large for its queue nor in one that is unknown. */
const mayStart = (workload: WireWorkload): boolean => {
  if (!isPending(workload)) return false
  const reserved = conditionOf(workload.status?.conditions, 'QuotaReserved')
  return !neverFits(reserved?.reason, reserved?.message) && !isInadmissible(reserved)
}

const comesBefore = (other: WireWorkload, one: WireWorkload): boolean => {
  if (other.spec?.queueName !== one.spec?.queueName) return false
  const [theirs, ours] = [other.spec?.priority ?? 0, one.spec?.priority ?? 0]
  if (theirs !== ours) return theirs > ours
  return bornMs(other) - bornMs(one) < 0 || (bornMs(other) === bornMs(one) && other.metadata.name < one.metadata.name)
}

const bornMs = ({ metadata }: WireJob | WireWorkload): number => Date.parse(metadata.creationTimestamp ?? '') || 0

const hasToken = ({ metadata }: WireJob): boolean => metadata.annotations?.[TOKEN_ANNOTATION] !== undefined

const ignoring =
  (...statuses: readonly number[]) =>
  (error: unknown): void => {
    if (!isRefusal(error, ...statuses)) throw error
  }
