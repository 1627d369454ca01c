/**
 * One run: machines, users and faults as the plan has them, then calm, then the end; and what must hold at the end.
 * The process must have been given to the world's time before (`virtual-host.ts`).
 */

import { ControlError } from '#control/control-error.ts'
import { resultKey } from '#control/object-keys.ts'
import type { Records, SimulationRecord } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { WorkerEnd } from '#worker/loop.ts'
import { Dice } from './dice.ts'
import { mannersOfThreads } from './engine-thread.ts'
import { Links, QUIET } from './links.ts'
import { MemoryRecords } from './memory-records.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { Mutant } from './mutants.ts'
import type { Fault, FaultKind, PlannedJob, RunPlan } from './plan-of-run.ts'
import { type Pod, Pods } from './pods.ts'
import { QueueHost } from './queue-host.ts'
import { RecordsHost } from './records-watch.ts'
import { type Order, Replica } from './replica.ts'
import { StorageHost } from './storage-host.ts'
import { expectedMerge, identityOfPoint } from './toy-tallies.ts'
import { inhabit } from './virtual-host.ts'
import { BEGINNING_MS, type Event, type Violation, World } from './world.ts'

export interface RunOptions {
  readonly mutant?: Mutant
  /** In memory unless others are given. */
  readonly records?: Records
  readonly onStep?: (event: Event, world: World) => void
}

export interface Outcome {
  readonly seed: number
  readonly steps: number
  /** Virtual time from the calm to the end of the last job. */
  readonly endedAfterMs: number
  readonly trace: number
  readonly violations: readonly Violation[]
  readonly states: readonly SimulationRecord['state'][]
  readonly accepted: number
  /** Faults that were made. */
  readonly struck: readonly FaultKind[]
  /** How often the protocol had to deal with what. */
  readonly seen: Readonly<Record<string, number>>
}

/** Virtual time after the last fault in which every job must end: longest lease, clock jump, pauses, patience of 60 s. */
const ENDS_WITHIN_MS = 240_000
/** A run has some thousands of steps; this many are a loop. */
const MOST_STEPS = 300_000
/** How long everything must be at rest before a run is over. */
const REST_MS = 4000
const USER_PATIENCE_MS = 4000
const GRACE_MS = 500

export async function simulatedRun(plan: RunPlan, options: RunOptions = {}): Promise<Outcome> {
  return new SimulatedRun(plan, options).go()
}

class SimulatedRun {
  readonly #plan: RunPlan
  readonly #options: RunOptions
  readonly #world: World
  readonly #links: Links
  readonly #storage = new MemoryStorage()
  readonly #records: RecordsHost
  readonly #ownRecords: Records
  readonly #queueHost: QueueHost
  readonly #storageHost: StorageHost
  readonly #pods: Pods
  readonly #replicas: Replica[] = []
  #openRequests = 0
  /** Jobs that were submitted and whose orders are on their way. */
  readonly #followed = new Set<number>()
  /** How often the user of a job wants more as soon as it is done. */
  readonly #eager = new Map<string, number>()
  /** Of each job, how many wishes for more primaries were granted, and of how many that is not known. */
  readonly #additions = new Map<string, { granted: number; unsure: number }>()
  #wishes = 0
  /** Jobs that may end with less than was asked for. */
  readonly #struck: FaultKind[] = []
  readonly #shortened = new Set<string>()
  /** The queue forgot that it was told to forget: nobody looks for queues of ended jobs. */
  #mayLeaveQueues = false
  #isAsked = false
  #restSinceMs = Number.POSITIVE_INFINITY

  constructor(plan: RunPlan, options: RunOptions) {
    this.#plan = plan
    this.#options = options
    const world = new World(plan.seed)
    const records = options.records ?? new MemoryRecords(world.clock)
    this.#world = world
    this.#links = new Links(world)
    this.#ownRecords = records
    const { mutant } = options
    this.#records = new RecordsHost(world, this.#links, mutant?.records?.(records) ?? records, this.#storage)
    const news = {
      acknowledged: (jobId: string, report: { task: number; generation: number; attempt: number }) =>
        this.#records.acknowledged(jobId, report),
      isSettled: (jobId: string, task: number) => this.#records.isSettled(jobId, task),
    }
    this.#queueHost = new QueueHost(world, this.#links, news, mutant?.queue)
    this.#storageHost = new StorageHost(world, this.#links, this.#storage)
    this.#pods = new Pods(world, this.#links, this.#queueHost, this.#storageHost, plan.capacity, mutant?.worker)
  }

  #workerEnded({ actor, jobId }: Pod, { reason }: WorkerEnd) {
    if (reason === 'drained' && !this.#queueHost.hasToldDrained(actor)) {
      this.#world.violated('drained', `a worker of ${jobId} left as if it was drained, and nobody had told it so`)
    }
  }

  async go(): Promise<Outcome> {
    const { onStep } = this.#options
    const { calmAtMs, jobs, faults, replicas, taskMs, bad, stumbles } = this.#plan
    const world = this.#world
    this.#pods.onWorkerEnd = (pod, end) => this.#workerEnded(pod, end)
    this.#records.onDone = (id) => this.#wantMore(id)
    inhabit(world)
    if (onStep) world.onStep = (event) => onStep(event, world)
    mannersOfThreads(world, { taskMs, bad, stumbles })
    for (let n = 0; n < replicas; n++) this.#startReplica(n)
    for (const [n, job] of jobs.entries()) world.after(job.atMs, world.fate, 'submits', () => this.#submit(job, n))
    for (const fault of faults) world.after(fault.atMs, world.fate, fault.kind, () => this.#strike(fault))
    world.after(calmAtMs, world.fate, 'calm', () => this.#calm())
    const endMs = BEGINNING_MS + calmAtMs + ENDS_WITHIN_MS
    const onRejection = (error: unknown) =>
      world.violated('no surprises', `an error that nobody waits for: ${(error as Error)?.stack ?? String(error)}`)
    process.on('unhandledRejection', onRejection)
    await world.run(() => this.#isOver() || world.nowMs > endMs, MOST_STEPS)
    const endedAfterMs = Math.max(0, Math.min(this.#restSinceMs, world.nowMs) - BEGINNING_MS - calmAtMs)
    if (world.violations.length === 0) {
      if (world.nowMs > endMs) this.#tellWhatIsNotOver()
      else await this.#checkEnd()
    }
    process.off('unhandledRejection', onRejection)
    inhabit(null)
    const records = this.#records.jobs()
    return {
      seed: this.#plan.seed,
      steps: world.steps,
      endedAfterMs,
      trace: world.trace >>> 0,
      violations: world.violations,
      states: records.map(({ state }) => state),
      accepted: records.reduce((sum, { tasksDone }) => sum + tasksDone, 0),
      struck: this.#struck,
      seen: {
        ...this.#queueHost.seen,
        'queues opened anew': records.reduce((sum, r) => sum + Math.max(0, r.generation - 1), 0),
      },
    }
  }

  #startReplica(n: number) {
    const world = this.#world
    const actor = world.actor(`replica-${n}`)
    const ports = {
      records: this.#records.port(actor),
      queue: this.#queueHost.port(actor),
      storage: this.#storageHost.port(actor),
      cluster: this.#pods.port(actor),
    }
    const { leaseMs, maxAttempts } = this.#plan
    const limits = { leaseMs, maxAttempts, workerGraceMs: GRACE_MS, reconcileEveryMs: 1000 }
    const replica = new Replica(world, actor, this.#options.mutant?.ports?.(ports) ?? ports, limits, !this.#plan.isLed)
    this.#replicas[n] = replica
    world.after(1, actor, 'starts', () => replica.start())
  }

  #killReplica(n: number, forMs: number) {
    const { actor } = this.#replicas[n]!
    if (!actor.alive) return
    actor.alive = false
    this.#world.after(forMs, this.#world.fate, 'restarts a replica', () => this.#startReplica(n))
  }

  // ---- users ------------------------------------------------------------------------------------------------------

  /** Asks a replica, and another one when no answer comes: what a user at a browser would do. */
  #ask(
    what: string,
    request: (replica: Replica) => Promise<void>,
    onAnswer: (isGranted: boolean, attempts: number) => void = () => {},
  ) {
    const world = this.#world
    this.#openRequests++
    let attempts = 0
    const attempt = () => {
      attempts++
      const living = this.#replicas.filter(({ actor }) => actor.alive)
      const again = () => void world.after(1000, world.fate, `asks again: ${what}`, attempt)
      if (living.length === 0) return again()
      const replica = world.dice.pick(living)
      let isAnswered = false
      const answered = (isDone: boolean) => {
        if (isAnswered) return
        isAnswered = true
        if (isDone) this.#openRequests--
        else again()
      }
      world.after(1, replica.actor, what, () => {
        request(replica).then(
          () => {
            if (!isAnswered) onAnswer(true, attempts)
            answered(true)
          },
          (error: unknown) => {
            const isRefused = error instanceof ControlError
            if (!isAnswered && isRefused) onAnswer(false, attempts)
            answered(isRefused)
          },
        )
      })
      world.after(USER_PATIENCE_MS, world.fate, 'patience', () => answered(false))
    }
    attempt()
  }

  #submit(job: PlannedJob, n: number) {
    this.#ask('submit', async (replica) => {
      const { id } = await replica.submit(job.document, `job ${n}`)
      if (this.#followed.has(n)) return
      this.#followed.add(n)
      for (const { atMs, order, primaries } of job.orders) {
        const inMs = Math.max(0, BEGINNING_MS + atMs - this.#world.nowMs)
        this.#world.after(inMs, this.#world.fate, `wants ${order}`, () => {
          if (order !== 'add-primaries') this.#shortened.add(id)
          this.#order(order, id, primaries)
        })
      }
      this.#eager.set(id, job.eager)
      if ((job.document.job as { goal?: { kind?: string } }).goal?.kind === 'time') this.#shortened.add(id)
    })
  }

  /** Some want more in the very moment in which their job is done. */
  #wantMore(id: string) {
    const left = this.#eager.get(id) ?? 0
    if (left === 0) return
    this.#eager.set(id, left - 1)
    const { dice, fate } = this.#world
    this.#world.after(dice.below(60), fate, 'wants more', () => this.#order('add-primaries', id, 4))
  }

  /** Each wish has a key of its own, under which it is asked again until it is answered. */
  #order(order: Order, id: string, primaries: number) {
    const key = `wish ${++this.#wishes}`
    this.#ask(
      order,
      (asked) => asked.order(order, id, primaries, key),
      (isGranted, attempts) => {
        if (order !== 'add-primaries') return
        const answers = this.#additions.get(id) ?? { granted: 0, unsure: 0 }
        this.#additions.set(id, answers)
        if (isGranted) answers.granted++
        // One that was refused may still be on its way from before.
        else if (attempts > 1) answers.unsure++
      },
    )
  }

  // ---- faults -----------------------------------------------------------------------------------------------------

  #strike(fault: Fault) {
    const { kind, forMs, which, size } = fault
    this.#struck.push(kind)
    const world = this.#world
    const dice = new Dice(which)
    const until = world.nowMs + forMs
    const pods = this.#pods.living()
    const n = which % this.#replicas.length
    const replica = this.#replicas[n]!
    const pod = pods[which % Math.max(1, pods.length)]
    const { service: records } = this.#records
    const { service: queue } = this.#queueHost
    const { service: storage } = this.#storageHost
    const { service: cluster } = this.#pods
    const services = [records, queue, storage, cluster]
    switch (kind) {
      case 'worker killed':
        if (pod) this.#pods.kill(pod, dice.chance(0.3) ? forMs : undefined)
        break
      case 'worker frozen':
        if (pod) pod.actor.frozenUntilMs = until
        break
      case 'worker told to end':
        if (pod) this.#pods.preempt(pod, GRACE_MS)
        break
      case 'replica killed':
        this.#killReplica(n, forMs)
        break
      case 'replica killed at a call': {
        const { actor } = replica
        const method = dice.chance(0.6) ? dice.pick(DEADLY_CALLS) : null
        const calls = 1 + (size % (method ? 3 : 24))
        const when = dice.chance(0.5) ? 'before' : 'after'
        this.#links.dooms.set(actor, { calls, method, when, die: () => this.#killReplica(n, forMs) })
        break
      }
      case 'replica frozen':
        replica.actor.frozenUntilMs = until
        break
      case 'queue lost':
        this.#queueHost.lose()
        break
      case 'queue went back':
        void this.#queueHost.goBack(1 + (size % 12))
        break
      case 'queue fails at a call': {
        const verb = dice.pick(['open', 'add', 'take', 'extend', 'report', 'confirm', 'order', 'drop'] as const)
        this.#queueHost.failAt(verb, 1 + (size % 3), dice.chance(0.25) ? 'all' : dice.between(1, 4))
        break
      }
      case 'queue split': {
        const actors = [...pods.map(({ actor }) => actor), ...this.#replicas.map(({ actor }) => actor)]
        void this.#queueHost.split(size % 8, new Set(actors.filter(() => dice.chance(0.5))))
        const keep = dice.chance(0.5) ? 'main' : 'other'
        world.after(forMs, world.fate, 'queue is one again', () => this.#queueHost.join(keep))
        break
      }
      case 'queue away':
        queue.awayUntilMs = until
        break
      case 'queue repeats':
        queue.noise = { lost: 0, answerLost: 0.2, repeated: 0.3, slow: 0.1 }
        break
      case 'storage away':
        storage.awayUntilMs = until
        break
      case 'storage slow':
        storage.noise = { lost: 0.05, answerLost: 0.2, repeated: 0.1, slow: 0.5 }
        break
      case 'storage loses':
      case 'storage damages':
        this.#storage.harm(kind === 'storage loses' ? 'lose' : 'damage', 1 + (size % 5))
        break
      case 'records away':
        records.awayUntilMs = until
        break
      case 'records unsure':
        records.noise = { lost: 0.1, answerLost: 0.25, repeated: 0, slow: 0.1 }
        break
      case 'cluster away':
        cluster.awayUntilMs = until
        break
      case 'network bad':
        for (const service of services) {
          service.noise = { lost: 0.05, answerLost: 0.05, repeated: service === queue ? 0.05 : 0, slow: 0.15 }
        }
        break
      case 'clock jumped': {
        const actors = [queue.host, ...this.#replicas.map(({ actor }) => actor), ...pods.map(({ actor }) => actor)]
        dice.pick(actors).clockOffsetMs += (size % 60_000) - 30_000
        break
      }
    }
    if (LEAVES_QUEUES.has(kind)) this.#mayLeaveQueues = true
    if (!NOISES.has(kind)) return
    world.after(forMs, world.fate, 'quiet again', () => {
      for (const service of services) service.noise = QUIET
    })
  }

  #calm() {
    const now = this.#world.nowMs
    this.#links.dooms.clear()
    this.#queueHost.join('main')
    this.#storage.heal()
    for (const { service } of [this.#records, this.#queueHost, this.#storageHost, this.#pods]) {
      service.noise = QUIET
      service.awayUntilMs = Math.min(service.awayUntilMs, now)
    }
    const actors = [...this.#pods.living(), ...this.#replicas].map(({ actor }) => actor)
    for (const actor of actors) actor.frozenUntilMs = Math.min(actor.frozenUntilMs, now)
  }

  // ---- the end ----------------------------------------------------------------------------------------------------

  #isOver(): boolean {
    const { nowMs } = this.#world
    const isAtRest =
      nowMs >= BEGINNING_MS + this.#plan.calmAtMs &&
      this.#openRequests === 0 &&
      this.#followed.size === this.#plan.jobs.length &&
      this.#pods.living().length === 0 &&
      this.#replicas.every(({ actor }) => actor.alive) &&
      this.#records.jobs().every(({ state }) => FINAL_STATES.has(state))
    if (!isAtRest) {
      // While the results are asked for it stays at rest.
      if (!this.#isAsked) this.#restSinceMs = Number.POSITIVE_INFINITY
      return false
    }
    this.#restSinceMs = Math.min(this.#restSinceMs, nowMs)
    if (!this.#isAsked && nowMs - this.#restSinceMs > REST_MS / 2) {
      this.#isAsked = true
      this.#askAllReplicas()
    }
    return nowMs - this.#restSinceMs > REST_MS
  }

  #tellWhatIsNotOver() {
    const open = this.#records.jobs().map(({ id, state, tasks, tasksDone }) => `${id} ${state} ${tasksDone}/${tasks}`)
    this.#world.violated(
      'ends',
      `${ENDS_WITHIN_MS} ms after the last fault: ${open.join(', ')}; ${this.#pods.living().length} workers, ${this.#openRequests} requests`,
    )
  }

  async #checkEnd() {
    await this.#records.checkWhole()
    if (
      (await this.#ownRecords.list({ sort: 'name', order: 'asc', offset: 0, limit: 100 })).total >
      this.#plan.jobs.length
    ) {
      this.#world.violated('counted once', 'a repeated submission became two simulations')
    }
    for (const record of this.#records.jobs()) await this.#checkJob(record)
  }

  async #checkJob(record: SimulationRecord) {
    const { id, state, batchHistories } = record
    const broken = (promise: string, message: string) => this.#world.violated(promise, `${id}: ${message}`)
    // One of several replicas that opens a queue late, and dies then, leaves it behind: on Redis it expires.
    const mayLeaveQueue = this.#mayLeaveQueues || this.#plan.replicas > 1
    if (!mayLeaveQueue && (await this.#queueHost.has(id))) broken('released', `it is ${state} and has a queue still`)
    const { items } = await this.#ownRecords.tasks(id, { offset: 0, limit: 1e6 })
    for (const { task, state: of, accepted, failure } of items) {
      if (of === 'waiting' || of === 'leased') broken('lost', `task ${task} is still open`)
      if (of === 'dropped' && !this.#shortened.has(id))
        broken('lost', `task ${task} was dropped, and nobody asked for it`)
      if (accepted && !this.#storage.peek(accepted.objectKey) && state !== 'cancelled') {
        broken('stored first', `the accepted result of task ${task} is no longer in storage`)
      }
      if (failure && !KNOWN_FAILURES.has(failure.code))
        broken('no surprises', `task ${task} failed: ${failure.message}`)
      if (failure && LOST_RESULTS.has(failure.code) && failure.attempt < this.#plan.maxAttempts) {
        broken('lost', `task ${task} failed at try ${failure.attempt} because the storage lost its result`)
      }
    }
    const { granted, unsure } = this.#additions.get(id) ?? { granted: 0, unsure: 0 }
    const additions = this.#records.additionsTo(id)
    if (additions < granted || additions > granted + unsure) {
      broken('asked once', `${granted} wishes for more primaries were granted, and ${additions} times some were added`)
    }
    if (state === 'failed' && (record.tasksDone > 0 || record.tasksFailed === 0)) {
      broken('no surprises', `it failed: ${record.failure?.message}`)
    }
    if (state === 'cancelled' && !this.#shortened.has(id))
      broken('life cycle', 'it was cancelled, and nobody asked for it')
    if (state !== 'done') return
    for (const { point } of await this.#ownRecords.points(id)) {
      const done = items.filter((task) => task.point === point && task.accepted !== null)
      if (done.length === 0) continue
      const stored = this.#storage.peek(resultKey(id, point, done.length))
      const expected = expectedMerge(identityOfPoint(record, point), done, batchHistories)
      if (!stored) broken('bit-identical', `the result of point ${point} is not in storage`)
      else if (Buffer.compare(stored, expected) !== 0) {
        broken('bit-identical', `the result of point ${point} is not that of a calm run`)
      }
    }
  }

  /** At the end every replica shows the same result, made from rows and objects or kept along. */
  #askAllReplicas() {
    for (const record of this.#records.jobs()) {
      if (record.state !== 'done') continue
      for (const replica of this.#replicas) {
        this.#openRequests++
        this.#world.after(1, replica.actor, 'show', () => {
          replica.results(record.id).then(
            (shown) => this.#checkShown(record, shown),
            (error: Error) => this.#world.violated('bit-identical', `${record.id} cannot be shown: ${error.message}`),
          )
        })
      }
    }
  }

  async #checkShown({ id, batchHistories }: SimulationRecord, shown: readonly Uint8Array[]) {
    this.#openRequests--
    const record = (await this.#ownRecords.simulation(id))!
    const { items } = await this.#ownRecords.tasks(id, { offset: 0, limit: 1e6 })
    for (const [point, merge] of shown.entries()) {
      const done = items.filter((task) => task.point === point && task.accepted !== null)
      const expected = expectedMerge(identityOfPoint(record, point), done, batchHistories)
      if (Buffer.compare(merge, expected) !== 0) {
        this.#world.violated('bit-identical', `a replica shows another result of point ${point} of ${id}`)
      }
    }
  }
}

/** Faults that make links bad for a while. */
const NOISES: ReadonlySet<FaultKind> = new Set(['queue repeats', 'storage slow', 'records unsure', 'network bad'])

/** Calls at which the death of a replica is most instructive. */
const DEADLY_CALLS = ['acceptResults', 'confirm', 'open', 'nextGeneration', 'changeState', 'addTasks', 'drop', 'order']

/** After these an order to forget a queue, or to open one, may come back from the past. */
const LEAVES_QUEUES: ReadonlySet<FaultKind> = new Set([
  'queue went back',
  'queue split',
  'queue repeats',
  'network bad',
])

/** Why a task may fail in a run: its own input, its engine, or workers that went away too often. */
const LOST_RESULTS: ReadonlySet<string> = new Set(['RESULT_MISSING', 'RESULT_DAMAGED'])
const KNOWN_FAILURES: ReadonlySet<string> = new Set([
  ...['INPUT_BAD', 'ENGINE_STUMBLED', 'ENGINE_CRASHED', 'TASK_LOST'],
  ...LOST_RESULTS,
])
