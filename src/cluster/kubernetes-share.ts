/**
 * What a job that asks for places is given, where no queue shares them out: its share (`shares.ts`), as far as places are
 * free, and who has to give some back. Nothing here speaks to a cluster.
 */

import { type Claim, sharesOf } from './shares.ts'

export interface Grant {
  /** Places for the one who asked; 0: it has to wait. */
  readonly places: number
  /**
   * Jobs that have more than their share, and how many places each should have so that the one who asked gets its own: 0
   * where a job of the same owner with a higher priority needs them all.
   */
  readonly fewer: readonly { readonly jobId: string; readonly places: number }[]
}

/** How long it counts that a job asked for more than it got. Whoever still wants it asks about once a second. */
const WISH_KEPT_MS = 30_000
const MOST_OWNERS_REMEMBERED = 10_000

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

/** What a job asked for. */
export interface Wish {
  readonly slots: number
  readonly owner: string
  readonly priority: number
}

/** What jobs asked for and did not get, for a while. Another replica hears of it within a second: they ask again. */
export class Wishes {
  readonly #clock: () => number
  readonly #wishes = new Map<string, { readonly wish: Wish; readonly got: number; readonly atMs: number }>()
  /** When each owner was last given a place, in turns. */
  readonly #served = new Map<string, number>()
  #turn = 0

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** @param got places given to it */
  note(jobId: string, wish: Wish, got: number): void {
    this.#wishes.set(jobId, { wish, got, atMs: this.#clock() })
  }

  /** What the job asked for and did not all get; `undefined`: nothing is known of it. */
  of(jobId: string): Wish | undefined {
    const known = this.#wishes.get(jobId)
    if (known && this.#clock() - known.atMs > WISH_KEPT_MS) this.#wishes.delete(jobId)
    return this.#wishes.get(jobId)?.wish
  }

  drop(jobId: string): void {
    this.#wishes.delete(jobId)
  }

  /** The job has no place at all. */
  waits(jobId: string): boolean {
    return this.of(jobId) !== undefined && this.#wishes.get(jobId)?.got === 0
  }

  /** A job of this owner was given its first place: the others who wait come before its next one. */
  serve(owner: string): void {
    this.#served.delete(owner)
    this.#served.set(owner, ++this.#turn)
    if (this.#served.size > MOST_OWNERS_REMEMBERED) this.#served.delete(this.#served.keys().next().value!)
  }

  /**
   * Jobs without a place: of the owners who had to wait longest first, and of one owner in the order of asking first. So
   * whoever has many jobs does not get every place that becomes free.
   */
  waiting(): string[] {
    const waits = [...this.#wishes.keys()].filter((jobId) => this.waits(jobId))
    const turnOf = (jobId: string) => this.#served.get(this.#wishes.get(jobId)!.wish.owner) ?? 0
    return waits.sort((a, b) => turnOf(a) - turnOf(b))
  }
}
