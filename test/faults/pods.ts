/**
 * The cluster of a simulated run: keeps workers as a cluster's own control plane does, apart from any replica of ours.
 * A worker that ended well found its queue drained; one that ended badly, or whose machine is gone, is replaced after a
 * while; after several that never got anything done nobody is started any more. What runs in a pod is the real worker.
 */

import type { Cluster, WorkerRequest, WorkersStatus } from '#cluster/cluster.ts'
import { runWorker, type WorkerEnd } from '#worker/loop.ts'
import { type Links, QUIET, type Service } from './links.ts'
import type { WorkerPorts } from './mutants.ts'
import type { QueueHost } from './queue-host.ts'
import type { StorageHost } from './storage-host.ts'
import { toyBuiltin } from './toy-tallies.ts'
import type { Actor, World } from './world.ts'

export interface Pod {
  readonly actor: Actor
  readonly jobId: string
  readonly release: AbortController
  isProgressed: boolean
}

interface Job {
  request: WorkerRequest
  phase: 'wanted' | 'drained' | 'given-up' | 'stopping'
  readonly pods: Set<Pod>
  badInARow: number
  reason: string | null
  stopped: (() => void)[]
}

export class ClusterAway extends Error {
  override readonly name = 'ClusterAway'
}

const GIVE_UP_AFTER = 6
const START_MS = 30
const NOTICED_MS = 200
const REPLACED_MS = 500

export class Pods {
  readonly service: Service
  readonly #world: World
  readonly #links: Links
  readonly #queue: QueueHost
  readonly #storage: StorageHost
  readonly #capacity: number
  readonly #mutation: (ports: WorkerPorts) => WorkerPorts
  readonly #jobs = new Map<string, Job>()
  readonly #listeners = new Map<Actor, (jobId: string) => void>()
  /** Told how every worker ended. */
  onWorkerEnd: (pod: Pod, end: WorkerEnd) => void = () => {}

  constructor(
    world: World,
    links: Links,
    queue: QueueHost,
    storage: StorageHost,
    capacity: number,
    mutation: (ports: WorkerPorts) => WorkerPorts = (ports) => ports,
  ) {
    this.#mutation = mutation
    this.#world = world
    this.#links = links
    this.#queue = queue
    this.#storage = storage
    this.#capacity = capacity
    this.service = {
      name: 'cluster',
      host: world.actor('cluster'),
      awayUntilMs: 0,
      noise: QUIET,
      resends: 1,
      unavailable: (method) => new ClusterAway(`The cluster does not answer (${method}).`),
    }
  }

  port(caller: Actor): Cluster {
    const call = <T>(method: string, work: () => Promise<T>) => this.#links.call(caller, this.service, method, work)
    return {
      capacity: () => call('capacity', async () => this.#capacity),
      start: (request) => call('start', async () => this.#start(request)),
      status: (jobId) => call('status', async () => this.#status(jobId)),
      jobs: () => call('jobs', async () => [...this.#jobs].filter(([, job]) => isAtWork(job)).map(([id]) => id)),
      outlook: () => call('outlook', async () => new Map()),
      stop: (jobId, graceMs) => call('stop', () => this.#stop(jobId, graceMs)),
      onChange: (listener) => {
        this.#listeners.set(caller, listener)
        return () => this.#listeners.delete(caller)
      },
      close: async () => undefined,
    }
  }

  /** Workers that live. */
  living(): readonly Pod[] {
    return [...this.#jobs.values()].flatMap(({ pods }) => [...pods]).filter(({ actor }) => actor.alive)
  }

  /** The end of a worker's process. @param noticedMs until the cluster knows */
  kill(pod: Pod, noticedMs = NOTICED_MS): void {
    if (!pod.actor.alive) return
    pod.actor.alive = false
    this.#world.after(noticedMs, this.service.host, 'notices a dead worker', () => this.#ended(pod, 'bad'))
  }

  #start(request: WorkerRequest) {
    const job = this.#jobs.get(request.jobId)
    if (job?.phase === 'stopping') throw new ClusterAway(`The workers of ${request.jobId} are being stopped.`)
    if (job) {
      job.request = request
      if (job.phase !== 'wanted') Object.assign(job, { phase: 'wanted', badInARow: 0, reason: null })
    } else {
      const made: Job = { request, phase: 'wanted', pods: new Set(), badInARow: 0, reason: null, stopped: [] }
      this.#jobs.set(request.jobId, made)
    }
    this.#fill()
  }

  #status(jobId: string): WorkersStatus {
    const job = this.#jobs.get(jobId)
    if (!job) return { jobId, state: 'absent', wanted: 0, running: 0, priority: null, reason: null, failures: [] }
    const running = job.pods.size
    const state = running > 0 ? 'running' : job.phase === 'wanted' ? 'waiting' : 'ended'
    const wanted = job.phase === 'wanted' ? job.request.slots : 0
    const { priority } = job.request
    return { jobId, state, wanted, running, priority, reason: job.reason, failures: [] }
  }

  #stop(jobId: string, graceMs: number): Promise<void> {
    const job = this.#jobs.get(jobId)
    if (!job) return Promise.resolve()
    job.phase = 'stopping'
    for (const pod of job.pods) this.preempt(pod, graceMs)
    return new Promise((resolve) => {
      job.stopped.push(resolve)
      this.#forgetIfStopped(jobId, job)
    })
  }

  /** A worker is told to end, and ended by force after its grace. */
  preempt(pod: Pod, graceMs: number): void {
    this.#world.after(1, pod.actor, 'is told to end', () => pod.release.abort())
    this.#world.after(graceMs, this.service.host, 'grace is over', () => this.kill(pod))
  }

  #fill() {
    for (;;) {
      const jobs = [...this.#jobs.values()]
      if (jobs.reduce((sum, { pods }) => sum + pods.size, 0) >= this.#capacity) return
      const next = jobs.find((job) => job.phase === 'wanted' && job.pods.size < job.request.slots)
      if (!next) return
      this.#spawn(next)
    }
  }

  #spawn(job: Job) {
    const { jobId } = job.request
    const actor = this.#world.actor('worker')
    const pod: Pod = { actor, jobId, release: new AbortController(), isProgressed: false }
    job.pods.add(pod)
    this.#world.after(START_MS, actor, 'starts', () => {
      runWorker({
        ...this.#mutation({ queue: this.#queue.port(actor), storage: this.#storage.port(actor) }),
        jobId,
        workerId: `${actor.name}-${actor.number}`,
        engines: [toyBuiltin],
        engineModule: 'none',
        bundleTallies: actor.number % 2 === 0,
        scratchFolder: 'none',
        clock: this.#world.clock,
        log: () => {},
        release: pod.release.signal,
        onReported: () => (pod.isProgressed = true),
        storageGiveUpMs: 20_000,
      }).then(
        (end) => {
          this.onWorkerEnd(pod, end)
          this.#endsBy(pod, 'well')
        },
        () => this.#endsBy(pod, 'bad'),
      )
    })
    this.#announce(jobId)
  }

  #endsBy(pod: Pod, how: 'well' | 'bad') {
    pod.actor.alive = false
    this.#world.after(NOTICED_MS, this.service.host, 'notices the end of a worker', () => this.#ended(pod, how))
  }

  #ended(pod: Pod, how: 'well' | 'bad') {
    const job = this.#jobs.get(pod.jobId)
    if (!job?.pods.delete(pod)) return
    if (pod.isProgressed) job.badInARow = 0
    if (job.phase === 'wanted') {
      if (how === 'well') job.phase = 'drained'
      else if (!pod.isProgressed && ++job.badInARow >= GIVE_UP_AFTER) {
        job.phase = 'given-up'
        job.reason = 'Workers end before they get anything done.'
      } else this.#world.after(REPLACED_MS, this.service.host, 'replaces a worker', () => this.#fill())
    }
    this.#forgetIfStopped(pod.jobId, job)
    if (how === 'well') this.#fill()
    this.#announce(pod.jobId)
  }

  #forgetIfStopped(jobId: string, job: Job) {
    if (job.phase !== 'stopping' || job.pods.size > 0) return
    this.#jobs.delete(jobId)
    for (const stopped of job.stopped) stopped()
    this.#fill()
    this.#announce(jobId)
  }

  #announce(jobId: string) {
    for (const [caller, listener] of this.#listeners) {
      if (!caller.alive) this.#listeners.delete(caller)
      else
        this.#world.after(this.#links.latencyMs(this.service.noise), caller, 'hears of workers', () => listener(jobId))
    }
  }
}

const isAtWork = ({ pods, phase }: Job): boolean => pods.size > 0 || phase === 'wanted'
