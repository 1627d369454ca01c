/**
 * What is known of active jobs beside their rows: why one waits, what holds it up, how far its goal is, how fast it goes.
 * Only words and bars are made of it. Whoever reconciles keeps it here while it works and writes it into the job's row,
 * where every replica reads it; the next one to reconcile goes on from there.
 */

import type { ErrorCode } from '#protocol/errors.ts'
import type { SimulationRecord } from '#records/records.ts'
import type { Pace } from './accepted-rate.ts'

/** Where a job stands that waits for its first worker. */
export interface LineStanding {
  /** 1: the next free place is its. */
  readonly position: number
  /** When it is about its turn, milliseconds since the epoch; `null` where that cannot be told. */
  readonly startsAtMs: number | null
  /** Why it cannot be told, in words that go on after a colon; `null` where it can. */
  readonly why: string | null
}

export interface JobCondition {
  /** Why it waits, from the cluster, or `null`. */
  readonly waiting: string | null
  /** Its place in line; `null` for a job that has workers, or that none will come to as things stand. */
  readonly line: LineStanding | null
  /** What stopped control from going on with it; `null` when nothing did. */
  readonly hold: string | null
  /** Code of what did (protocol/errors.ts); `null` when nothing did, or where another version of control held it. */
  readonly holdCode: ErrorCode | null
  /** Tasks in the hands of workers. */
  readonly leased: number
  /** Workers at it now. */
  readonly workers: number
  /** How far an open-ended goal is, 0 to 1; `null` when not known. Never falls. */
  readonly goalFraction: number | null
  /** When the cluster gave up replacing workers that end badly; `null` while it has not. */
  readonly givenUpAtMs: number | null
  /** How fast results come in. */
  readonly pace: Pace | null
}

const NOTHING: JobCondition = {
  waiting: null,
  line: null,
  hold: null,
  holdCode: null,
  leased: 0,
  workers: 0,
  goalFraction: null,
  givenUpAtMs: null,
  pace: null,
}

/** Numbers alone are written so often at most; what changes a sentence is written at once. */
const NUMBERS_EVERY_MS = 1000

/** What the row says. A field that another version of control does not know or leaves out reads as nothing known. */
export function conditionOf({ condition }: Pick<SimulationRecord, 'condition'>): JobCondition {
  if (condition === null) return NOTHING
  try {
    return { ...NOTHING, ...(JSON.parse(condition) as Partial<JobCondition>) }
  } catch {
    return NOTHING
  }
}

interface Known {
  condition: JobCondition
  written: JobCondition
  writtenAtMs: number
}

export class JobConditions {
  readonly #known = new Map<string, Known>()

  of(id: string): JobCondition {
    return this.#known.get(id)?.condition ?? NOTHING
  }

  knows(id: string): boolean {
    return this.#known.has(id)
  }

  /** Goes on from what the row says. */
  adopt(record: Pick<SimulationRecord, 'id' | 'condition'>): void {
    const condition = conditionOf(record)
    this.#known.set(record.id, { condition, written: condition, writtenAtMs: 0 })
  }

  /** @returns whether anything changed */
  set(id: string, change: Partial<JobCondition>): boolean {
    const before = this.of(id)
    const after = { ...before, ...change }
    if (after.hold === null) Object.assign(after, { holdCode: null })
    if (before.goalFraction !== null && after.goalFraction !== null) {
      Object.assign(after, { goalFraction: Math.max(before.goalFraction, after.goalFraction) })
    }
    const known = this.#known.get(id)
    if (known) known.condition = after
    else this.#known.set(id, { condition: after, written: NOTHING, writtenAtMs: 0 })
    return differ(before, after)
  }

  /** What is to be written into the row now, or `null`. */
  due(id: string, nowMs: number): JobCondition | null {
    const known = this.#known.get(id)
    if (!known || !differ(known.written, known.condition)) return null
    const { written, condition, writtenAtMs } = known
    return saysOther(written, condition) || nowMs - writtenAtMs >= NUMBERS_EVERY_MS ? condition : null
  }

  wrote(id: string, condition: JobCondition, nowMs: number): void {
    const known = this.#known.get(id)
    if (known) Object.assign(known, { written: condition, writtenAtMs: nowMs })
  }

  /** Jobs that wait for workers, those that have waited longest first. */
  waiting(): readonly string[] {
    return [...this.#known].filter(([, { condition }]) => condition.waiting !== null).map(([id]) => id)
  }

  /** Jobs that are held up, counted by the code of the cause. */
  held(): ReadonlyMap<ErrorCode, number> {
    const counts = new Map<ErrorCode, number>()
    for (const { condition } of this.#known.values()) {
      if (condition.hold === null) continue
      const code = condition.holdCode ?? 'INTERNAL'
      counts.set(code, (counts.get(code) ?? 0) + 1)
    }
    return counts
  }

  forget(id: string): void {
    this.#known.delete(id)
  }

  clear(): void {
    this.#known.clear()
  }
}

/** Whether two conditions say something different, if only a number. */
export function differ(one: JobCondition, other: JobCondition): boolean {
  return (Object.keys(NOTHING) as (keyof JobCondition)[]).some((key) =>
    key === 'pace' || key === 'line'
      ? JSON.stringify(one[key]) !== JSON.stringify(other[key])
      : one[key] !== other[key],
  )
}

/** Whether a person reads another sentence. */
function saysOther(one: JobCondition, other: JobCondition): boolean {
  return (
    one.waiting !== other.waiting ||
    one.line?.position !== other.line?.position ||
    one.line?.why !== other.line?.why ||
    (one.line?.startsAtMs == null) !== (other.line?.startsAtMs == null) ||
    one.hold !== other.hold ||
    one.holdCode !== other.holdCode ||
    one.givenUpAtMs !== other.givenUpAtMs ||
    (one.workers === 0) !== (other.workers === 0) ||
    (one.leased === 0) !== (other.leased === 0) ||
    (one.pace === null) !== (other.pace === null)
  )
}
