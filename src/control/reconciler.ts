/**
 * Looks at every active job, about once a second and whenever something happens. One look at a job at a time; a job
 * that cannot go on (disk full, records away) says so and is looked at again, more slowly.
 */

import type { Cluster } from '#cluster/cluster.ts'
import { type Queue, QueueError } from '#queue/queue.ts'
import type { Records, SimulationRecord } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { AcceptedRates } from './accepted-rate.ts'
import { asControlError, isPassing } from './control-error.ts'
import { inParallel } from './in-parallel.ts'
import { differ, type JobConditions } from './job-conditions.ts'
import type { Leadership } from './leadership.ts'
import type { ControlLimits } from './limits.ts'
import type { Log } from './log.ts'
import type { QueuePicture } from './metrics.ts'
import { type ReconcileParts, reconcileJob } from './reconcile-job.ts'
import { standingsInLine } from './waiting-line.ts'
import { WorkerSpeeds } from './work-left.ts'

export interface ReconcilerOptions extends Omit<ReconcileParts, 'release' | 'isReleasing'> {
  readonly records: Records
  readonly queue: Queue
  readonly cluster: Cluster
  readonly conditions: JobConditions
  readonly rates: AcceptedRates
  readonly limits: ControlLimits
  readonly log: Log
  readonly leadership: Leadership
  /** Called when this replica begins to lead and when it ends. */
  readonly onLeading?: (leading: boolean) => void
  /** Called when the progress or the condition of a job changed without a change of state. */
  readonly onProgress: (id: string) => void
  /** Told of every look at a job that succeeded (`null`) or that failed, with the error. */
  readonly onLook?: (error: unknown) => void
}

export interface Reconciler {
  start(): void
  /** Looks at a job soon, if this replica leads; the one that leads hears of the change by itself. */
  kick(id: string): void
  /** Looks at everything soon: changes may have been missed. */
  kickAll(): void
  /** The queues of active jobs; `null` when another replica leads. */
  queues(): Promise<QueuePicture | null>
  /** Resolves when the job was looked at from now on and nothing more can be done at once. */
  settle(id: string): Promise<void>
  /** Ends the looks under way, then lets another replica lead. */
  close(): Promise<void>
}

/** Pause after the first failed look; doubles up to the longest. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** Looks in a row that a job may ask for before others get their turn. */
const LOOKS_IN_A_ROW = 20

/** Waiting jobs that are looked at when workers come or go; the others have their turn with the next round. */
const WAITING_LOOKED_AT = 8

/** Jobs whose queue is asked at the same time. */
const QUEUES_AT_ONCE = 16

interface Turn {
  /** Somebody asked for another look while this one is on. */
  again: boolean
  done: Promise<void>
}

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { records, queue, cluster, conditions, rates, limits, log, clock, leadership } = options
  const turns = new Map<string, Turn>()
  const releasing = new Map<string, Promise<void>>()
  const pauses = new Map<string, { untilMs: number; nextMs: number }>()
  const revisions = new Map<string, number>()
  const lookedAtMs = new Map<string, number>()
  const due = new Map<string, NodeJS.Timeout>()
  const endings: (() => void)[] = []
  const speeds = new WorkerSpeeds()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const leads = (): boolean => !closed && leadership.isLeading()

  /** Nothing is kept of a job that has ended. */
  const forget = (id: string): void => {
    rates.forget(id)
    pauses.delete(id)
    revisions.delete(id)
    lookedAtMs.delete(id)
    conditions.forget(id)
  }

  const release = async (id: string, unseen?: 'unseen'): Promise<void> => {
    await queue.drop(id)
    if (releasing.has(id) || ((await cluster.status(id)).state === 'absent' && !unseen)) return
    const ending = cluster
      .stop(id, limits.workerGraceMs)
      .catch((error: unknown) => log.error({ err: error, job: id }, 'the workers of a job could not be ended'))
      .finally(() => releasing.delete(id))
    releasing.set(id, ending)
  }
  const parts: ReconcileParts = { ...options, release, isReleasing: (id) => releasing.has(id) }

  const look = async (id: string): Promise<void> => {
    try {
      for (let looks = 0; looks < LOOKS_IN_A_ROW && leads(); looks++) {
        if ((await reconcileJob(parts, id)) === 'settled') break
      }
      pauses.delete(id)
      options.onLook?.(null)
    } catch (error) {
      if (!leads()) return
      options.onLook?.(error)
      // Another replica has ended the job meanwhile: the next look sees it.
      if (error instanceof QueueError && error.code === 'QUEUE_UNKNOWN_JOB') log.info({ job: id }, error.message)
      else hold(id, error)
    }
    await noteProgress(id)
    await writeCondition(id)
  }

  const hold = (id: string, error: unknown) => {
    const pauseMs = pauses.get(id)?.nextMs ?? FIRST_PAUSE_MS
    pauses.set(id, { untilMs: clock() + pauseMs, nextMs: Math.min(LONGEST_PAUSE_MS, 2 * pauseMs) })
    const known = asControlError(error)
    const code = known?.code ?? 'INTERNAL'
    const said = known?.message ?? 'Something went wrong inside Isolario.'
    conditions.set(id, { hold: said, holdCode: code })
    if (isPassing(code)) log.warn({ job: id, code }, said)
    else log.error({ err: error, job: id, code }, 'a job cannot go on; it is tried again')
    options.onProgress(id)
  }

  const noteProgress = async (id: string): Promise<void> => {
    const record = await records.simulation(id).catch(() => undefined)
    if (!record || FINAL_STATES.has(record.state)) {
      forget(id)
      return
    }
    rates.note(id, record.historiesDone, clock())
    const pace = rates.pace(id)
    if (pace) conditions.set(id, { pace })
    if (revisions.get(id) === record.revision) return
    revisions.set(id, record.revision)
    options.onProgress(id)
  }

  const writeCondition = async (id: string): Promise<void> => {
    const condition = conditions.due(id, clock())
    if (!condition || !leads()) return
    try {
      await records.setCondition(id, JSON.stringify(condition), leadership.fence)
      conditions.wrote(id, condition, clock())
    } catch (error) {
      log.warn({ err: error, job: id }, 'what a job waits for could not be written; it is tried again')
    }
  }

  const kick = (id: string): void => {
    if (!leads()) return
    const turn = turns.get(id)
    if (turn) {
      turn.again = true
      return
    }
    const made: Turn = { again: false, done: Promise.resolve() }
    turns.set(id, made)
    made.done = (async () => {
      do {
        made.again = false
        if (!conditions.knows(id)) {
          const record = await records.simulation(id).catch(() => undefined)
          if (record && !FINAL_STATES.has(record.state)) conditions.adopt(record)
        }
        const before = conditions.of(id)
        lookedAtMs.set(id, clock())
        await look(id)
        if (differ(conditions.of(id), before)) options.onProgress(id)
      } while (made.again && leads())
    })().finally(() => turns.delete(id))
  }

  /** The first report is taken at once; those that come right after it are taken together. */
  const kickForReports = (id: string): void => {
    if (!leads() || due.has(id)) return
    const waitMs = (lookedAtMs.get(id) ?? 0) + limits.acceptEveryMs - clock()
    if (waitMs <= 0) {
      kick(id)
      return
    }
    due.set(
      id,
      setTimeout(() => {
        due.delete(id)
        kick(id)
      }, waitMs),
    )
  }

  /** Tells those that wait where they stand and about when it is their turn. */
  const lookAtLine = async (active: readonly SimulationRecord[]): Promise<void> => {
    const known = active.filter(({ id }) => conditions.knows(id))
    const waits = known.some(({ id }) => conditions.of(id).waiting !== null && conditions.of(id).workers === 0)
    const standings = waits
      ? await standingsInLine(active, {
          documents: options.documents,
          speeds,
          conditionOf: (id) => conditions.of(id),
          nowMs: clock(),
          outlook: (workLeft) => cluster.outlook(workLeft),
        })
      : new Map()
    for (const { id } of known) {
      if (!conditions.knows(id) || !conditions.set(id, { line: standings.get(id) ?? null })) continue
      await writeCondition(id)
      options.onProgress(id)
    }
  }

  const tick = async (): Promise<void> => {
    try {
      const active = await records.active()
      const now = clock()
      const ids = new Set(active.map(({ id }) => id))
      for (const id of ids) if ((pauses.get(id)?.untilMs ?? 0) <= now) kick(id)
      for (const id of await cluster.jobs()) if (!ids.has(id)) kick(id)
      await lookAtLine(active)
    } catch (error) {
      log.warn({ err: error }, 'the active jobs could not be read; they are looked for again')
    }
  }
  let ticking = false
  const loop = (): void => {
    clearTimeout(timer)
    if (!leads() || ticking) return
    ticking = true
    void tick().finally(() => {
      ticking = false
      if (leads()) timer = setTimeout(loop, limits.reconcileEveryMs)
    })
  }

  /** Everything in memory is of a term: the next one begins with what the rows say. */
  const clear = (): void => {
    clearTimeout(timer)
    for (const waiting of due.values()) clearTimeout(waiting)
    for (const map of [due, pauses, revisions, lookedAtMs]) map.clear()
    rates.clear()
    speeds.clear()
    conditions.clear()
  }

  return {
    start() {
      leadership.start((leading) => {
        clear()
        if (leading) loop()
        options.onLeading?.(leading)
      })
      endings.push(
        queue.onReports(kickForReports),
        cluster.onChange((id) => {
          if (!leads()) return
          kick(id)
          // A place that one job leaves goes to another at once, whose sentence would still say that it waits.
          for (const other of conditions.waiting().slice(0, WAITING_LOOKED_AT)) if (other !== id) kick(other)
        }),
      )
    },
    kick,
    kickAll: loop,
    async queues() {
      if (!leads()) return null
      const sum = { waiting: 0, leased: 0, reported: 0, mergeLagMs: 0 }
      await inParallel(await records.active(), QUEUES_AT_ONCE, async ({ id }) => {
        const counts = await queue.counts(id)
        if (!counts) return
        for (const state of ['waiting', 'leased', 'reported'] as const) sum[state] += counts[state]
        const oldest = counts.reported > 0 ? (await queue.reports(id, 1))[0] : undefined
        if (oldest?.kind === 'finished') sum.mergeLagMs = Math.max(sum.mergeLagMs, clock() - oldest.endedAtMs)
      })
      return sum
    },
    async settle(id) {
      kick(id)
      while (turns.has(id)) await turns.get(id)!.done
    },
    async close() {
      closed = true
      clearTimeout(timer)
      for (const waiting of due.values()) clearTimeout(waiting)
      for (const end of endings) end()
      await Promise.all([...turns.values()].map((turn) => turn.done))
      await leadership.close()
      await Promise.all(releasing.values())
    },
  }
}
