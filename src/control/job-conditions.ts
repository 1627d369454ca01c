/**
 * What is known of active jobs beside their rows: why one waits, what holds it up, how far its goal is. Only words and
 * bars are made of it; it is gone at a restart and comes back with the next look at the job.
 */

export interface JobCondition {
  /** Why it waits, from the cluster, or `null`. */
  readonly waiting: string | null
  /** What stopped control from going on with it, and that it goes on by itself; `null` when nothing did. */
  readonly hold: string | null
  /** Tasks in the hands of workers. */
  readonly leased: number
  /** Workers at it now. */
  readonly workers: number
  /** How far an open-ended goal is, 0 to 1; `null` when not known. Never falls. */
  readonly goalFraction: number | null
  /** When the cluster gave up replacing workers that end badly; `null` while it has not. */
  readonly givenUpAtMs: number | null
}

const NOTHING: JobCondition = {
  waiting: null,
  hold: null,
  leased: 0,
  workers: 0,
  goalFraction: null,
  givenUpAtMs: null,
}

export class JobConditions {
  readonly #known = new Map<string, JobCondition>()

  of(id: string): JobCondition {
    return this.#known.get(id) ?? NOTHING
  }

  /** @returns whether anything changed */
  set(id: string, change: Partial<JobCondition>): boolean {
    const before = this.of(id)
    const after = { ...before, ...change }
    if (before.goalFraction !== null && after.goalFraction !== null) {
      Object.assign(after, { goalFraction: Math.max(before.goalFraction, after.goalFraction) })
    }
    this.#known.set(id, after)
    return (Object.keys(after) as (keyof JobCondition)[]).some((key) => after[key] !== before[key])
  }

  /** Jobs that wait for workers, those that have waited longest first. */
  waiting(): readonly string[] {
    return [...this.#known].filter(([, { waiting }]) => waiting !== null).map(([id]) => id)
  }

  forget(id: string): void {
    this.#known.delete(id)
  }
}
