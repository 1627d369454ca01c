/**
 * One replica of control: the real reconciler, the real merges, the real orders of users, over ports to services that
 * it shares with the other replicas. It shares no memory with them; a restart is a new replica.
 */

import type { Cluster } from '#cluster/cluster.ts'
import { AcceptedRates } from '#control/accepted-rate.ts'
import { ControlError } from '#control/control-error.ts'
import { createHousekeeping } from '#control/housekeeping.ts'
import { JobConditions } from '#control/job-conditions.ts'
import { identityOf, JobDocuments } from '#control/job-documents.ts'
import { type Leadership, leadingAlone, leadingByLease, RECONCILER_LEASE } from '#control/leadership.ts'
import { type ControlLimits, DEFAULT_LIMITS } from '#control/limits.ts'
import { LiveMerges } from '#control/live-merges.ts'
import type { Log } from '#control/log.ts'
import { createReconciler, type Reconciler } from '#control/reconciler.ts'
import { createRemovals, type Removals } from '#control/removals.ts'
import { addPrimaries, cancelJob, deleteJob, type SteerParts, stopJob } from '#control/steer.ts'
import { submit } from '#control/submit.ts'
import { type Queue, QueueError } from '#queue/queue.ts'
import { type Hint, type Records, RecordsError, type SimulationRecord } from '#records/records.ts'
import { encodeMerge } from '#results/tally-file.ts'
import { type Storage, StorageError } from '#storage/storage.ts'
import { NO_TRACES } from '#traces/traces.ts'
import { ClusterAway } from './pods.ts'
import { toyBuiltin } from './toy-tallies.ts'
import type { Actor, World } from './world.ts'

/** The services of a replica, as it reaches them. */
export interface Ports {
  readonly records: Records
  readonly queue: Queue
  readonly storage: Storage
  readonly cluster: Cluster
}

export type Order = 'stop' | 'cancel' | 'add-primaries' | 'delete'

const WORKERS = 2
const ENGINES = new Map([[toyBuiltin.identity.id, toyBuiltin]])

export class Replica {
  readonly actor: Actor
  readonly #world: World
  readonly #parts: SteerParts & Ports
  readonly #merges: LiveMerges
  readonly #leadership: Leadership
  readonly #reconciler: Reconciler
  readonly #removals: Removals

  /** @param isAlone whether it moves the jobs on without asking the others, who may do the same */
  constructor(world: World, actor: Actor, ports: Ports, limits: Partial<ControlLimits>, isAlone: boolean) {
    this.#world = world
    this.actor = actor
    const all: ControlLimits = { ...DEFAULT_LIMITS, ...limits }
    const documents = new JobDocuments()
    const { clock } = world
    this.#parts = {
      ...ports,
      documents,
      limits: all,
      clock,
      engines: ENGINES,
      workersAtOnce: async () => ({ workers: WORKERS, isKnown: true }),
      traces: NO_TRACES,
    }
    // Jobs of a simulated run are small: nearly every merge that is broken off has been stored in part.
    const checkpoints = { everyTasks: 2, everyMs: 0, clock }
    this.#merges = new LiveMerges(ports.records, ports.storage, documents, all.merges, checkpoints)
    const log = this.#log()
    const { records, storage } = ports
    this.#removals = createRemovals({ storage, log })
    this.#leadership = isAlone ? leadingAlone() : leadingByLease({ records, leaseMs: all.leadMs, log })
    // The sweep of the storage has tests of its own (control/orphan-sweep.test.ts).
    const sweep = { sweep: async () => 0, close: () => undefined }
    const housekeeping = createHousekeeping({ records, sweep, limits: all, clock, log })
    this.#reconciler = createReconciler({
      ...ports,
      version: '0.0.0-simulated',
      engines: ENGINES,
      documents,
      merges: this.#merges,
      conditions: new JobConditions(),
      rates: new AcceptedRates(),
      limits: all,
      clock,
      log,
      traces: NO_TRACES,
      leadership: this.#leadership,
      onLeading: (leads) => (leads ? housekeeping.begin() : housekeeping.cease()),
      onChange: () => {},
      onProgress: () => {},
      onComplete: () => {},
    })
  }

  /** As the service does when it starts. */
  start(): void {
    this.#parts.records.listen((hint) => this.#hear(hint))
    this.#reconciler.start()
  }

  #hear(hint: Hint) {
    if (hint.kind === 'changed') this.#reconciler.kick(hint.simulationId)
    if (hint.kind === 'missed') this.#reconciler.kickAll()
    if (hint.kind === 'missed' || (hint.kind === 'lease' && hint.name === RECONCILER_LEASE)) this.#leadership.notice()
  }

  async submit(document: unknown, idempotencyKey: string): Promise<SimulationRecord> {
    const { simulation } = await submit(this.#parts, { owner: 'anna', document, idempotencyKey })
    this.#reconciler.kick(simulation.id)
    return simulation
  }

  /** An order as the request's handler carries it out. */
  async order(order: Order, id: string, primaries: number, key: string | null): Promise<void> {
    const asking = { user: 'anna', key }
    const record = await this.#parts.records.simulation(id)
    if (!record) return
    if (order === 'stop') await stopJob(this.#parts, record, asking)
    if (order === 'cancel') await cancelJob(this.#parts, record, asking)
    if (order === 'add-primaries') await addPrimaries(this.#parts, record, primaries, asking)
    if (order === 'delete') {
      await deleteJob(this.#parts, record)
      this.#removals.remove(id)
    }
    this.#reconciler.kick(id)
  }

  /** What this replica shows of an ended job, point by point. */
  async results(id: string): Promise<readonly Uint8Array[]> {
    const record = (await this.#parts.records.simulation(id))!
    const { points } = this.#parts.documents.of(record)
    const shown: Uint8Array[] = []
    for (const { point } of points) {
      const { merge } = await this.#merges.current(record, point)
      shown.push(encodeMerge(identityOf(record, this.#parts.documents.of(record), point), merge.toSnapshot()))
    }
    return shown
  }

  /** Only what a fault explains may go wrong. */
  readonly #expected = (error: unknown): void => {
    const isExplained =
      error instanceof RecordsError ||
      error instanceof StorageError ||
      error instanceof QueueError ||
      error instanceof ClusterAway ||
      error instanceof ControlError
    if (!isExplained) this.#world.violated('no surprises', (error as Error)?.stack ?? String(error))
  }

  #log(): Log {
    const look = (what: { err?: unknown } | undefined) => {
      if (what?.err !== undefined) this.#expected(what.err)
    }
    return { trace() {}, debug() {}, info() {}, warn: look, error: look } as unknown as Log
  }
}
