/**
 * Who gets how many of the places for workers where no queue shares them out: as equal as can be, nobody more than he
 * wants. Nothing here speaks to a cluster.
 */

/** A job that has workers or wants some. */
export interface Claim {
  readonly jobId: string
  /** Workers wanted at the same time. */
  readonly wants: number
  /** Workers that its Job tries to have now; 0: it has no Job. */
  readonly has: number
}

export interface Grant {
  /** Places for the one who asked; 0: it has to wait. */
  readonly places: number
  /** Jobs that have more than their share, and how many places each should have so that the one who asked gets its own. */
  readonly fewer: readonly { readonly jobId: string; readonly places: number }[]
}

/** How long it counts that a job asked for more than it got. Whoever still wants it asks about once a second. */
const WISH_KEPT_MS = 30_000

/**
 * Shares of all jobs: no job has more than another that lacks one, but for places that cannot be divided.
 * @param claims oldest first: what is left over goes to them in this order, and so does everything where there are more
 *   jobs than places
 */
export function sharesOf(capacity: number, claims: readonly Claim[]): ReadonlyMap<string, number> {
  const shares = new Map(claims.map(({ jobId }) => [jobId, 0]))
  let left = capacity
  for (;;) {
    const open = claims.filter(({ jobId, wants }) => shares.get(jobId)! < wants)
    const each = Math.floor(left / open.length)
    if (open.length === 0 || left === 0) return shares
    for (const { jobId, wants } of open) {
      const has = shares.get(jobId)!
      const more = Math.min(Math.max(each, 1), wants - has, left)
      shares.set(jobId, has + more)
      left -= more
    }
  }
}

/**
 * What the job that asks gets now. The sum over all jobs never grows beyond the capacity; others are asked to have fewer
 * only for places of its share, those with the most above their own first. What it has above its share it keeps until
 * another one needs it.
 */
export function grantFor(capacity: number, claims: readonly Claim[], jobId: string): Grant {
  const shares = sharesOf(capacity, claims)
  const own = claims.find((claim) => claim.jobId === jobId)!
  const share = shares.get(jobId)!
  const others = claims.filter((claim) => claim !== own)
  const free = capacity - others.reduce((sum, { has }) => sum + has, 0)
  const places = Math.min(own.wants, Math.max(own.has, Math.min(share, Math.max(free, 0))))
  let lacking = share - Math.max(places, own.has)
  const fewer: { jobId: string; places: number }[] = []
  const over = ({ jobId: id, has }: Claim) => has - shares.get(id)!
  for (const claim of others.toSorted((a, b) => over(b) - over(a))) {
    const gives = Math.min(over(claim), lacking)
    if (gives <= 0) break
    fewer.push({ jobId: claim.jobId, places: claim.has - gives })
    lacking -= gives
  }
  return { places, fewer }
}

/** What jobs asked for and did not get, for a while. Another replica hears of it within a second: they ask again. */
export class Wishes {
  readonly #clock: () => number
  readonly #wishes = new Map<string, { readonly slots: number; readonly got: number; readonly atMs: number }>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** @param got places given to it */
  note(jobId: string, slots: number, got: number): void {
    this.#wishes.set(jobId, { slots, got, atMs: this.#clock() })
  }

  /** @returns workers that the job asked for and did not all get; 0: nothing is known of it */
  of(jobId: string): number {
    const wish = this.#wishes.get(jobId)
    if (wish && this.#clock() - wish.atMs > WISH_KEPT_MS) this.#wishes.delete(jobId)
    return this.#wishes.get(jobId)?.slots ?? 0
  }

  drop(jobId: string): void {
    this.#wishes.delete(jobId)
  }

  /** The job has no place at all. */
  waits(jobId: string): boolean {
    return this.of(jobId) > 0 && this.#wishes.get(jobId)?.got === 0
  }

  /** Jobs without a place, in the order of asking first. */
  waiting(): string[] {
    return [...this.#wishes.keys()].filter((jobId) => this.waits(jobId))
  }
}
