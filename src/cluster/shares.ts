/**
 * Who gets how many of the places for workers where no queue shares them out: as equal as can be among owners, nobody
 * more than the jobs want, and each owner's places among the own jobs by priority. A function of what jobs want and
 * have; nothing here speaks to a cluster. Decision: decisions/0011-waiting-in-line.md.
 */

/** A job that has workers or wants some. */
export interface Claim {
  readonly jobId: string
  /** Whose job it is; shares are equal among owners, however many jobs each has. */
  readonly owner: string
  /** Orders the jobs of one owner, the higher first; between owners it says nothing. */
  readonly priority: number
  /** Workers wanted at the same time. */
  readonly wants: number
  /** Workers that it has now. */
  readonly has: number
}

/**
 * Shares of all jobs. Of two owners none has two places more than another who lacks one; within an owner a job of lower
 * priority has places only when all of higher priority have what they want, and jobs of equal priority are shared among
 * as owners are. What is left over goes to those who hold places already, so that nothing changes hands without need,
 * then to those who stand first.
 * @param claims in the order of their turn: what cannot be divided goes to the first
 */
export function sharesOf(capacity: number, claims: readonly Claim[]): ReadonlyMap<string, number> {
  const shares = new Map(claims.map(({ jobId }) => [jobId, 0]))
  const owners = holdersFirst(grouped(claims, ({ owner }) => owner))
  const ofOwners = evenly(
    capacity,
    owners.map((jobs) => sum(jobs, ({ wants }) => wants)),
  )
  for (const [index, jobs] of owners.entries()) {
    let left = ofOwners[index]!
    const urgency = grouped(jobs, ({ priority }) => priority).sort((a, b) => b[0]!.priority - a[0]!.priority)
    for (const equals of urgency) {
      const ordered = holdersFirst(equals.map((claim) => [claim])).flat()
      const given = evenly(
        left,
        ordered.map(({ wants }) => wants),
      )
      for (const [n, { jobId }] of ordered.entries()) shares.set(jobId, given[n]!)
      left -= sum(given, (places) => places)
    }
  }
  return shares
}

/**
 * Jobs that want places and have no share, in the order in which they would get one if there were more and more places.
 */
export function lineOf(capacity: number, claims: readonly Claim[]): readonly string[] {
  const waiting = new Set(claims.filter(({ wants, has }) => wants > 0 && has === 0).map(({ jobId }) => jobId))
  const line: string[] = []
  const most = sum(claims, ({ wants }) => wants)
  // Exact where people look, and few steps where a job of low priority waits behind thousands of places.
  for (let places = capacity; waiting.size > 0; places += 1 + ((places - capacity) >> 4)) {
    for (const [jobId, share] of sharesOf(Math.min(places, most), claims)) {
      if (share > 0 && waiting.delete(jobId) && places > capacity) line.push(jobId)
    }
    if (places >= most) break
  }
  return line
}

/** Divides evenly, nobody more than is wanted; what cannot be divided goes to the first. */
function evenly(capacity: number, wants: readonly number[]): number[] {
  const given = wants.map(() => 0)
  let left = Math.max(0, capacity)
  for (;;) {
    const open = wants.flatMap((wanted, index) => (given[index]! < wanted ? [index] : []))
    if (open.length === 0 || left === 0) return given
    const each = Math.max(1, Math.floor(left / open.length))
    for (const index of open) {
      const more = Math.min(each, wants[index]! - given[index]!, left)
      given[index]! += more
      left -= more
    }
  }
}

function grouped<K>(claims: readonly Claim[], keyOf: (claim: Claim) => K): Claim[][] {
  const groups = new Map<K, Claim[]>()
  for (const claim of claims) {
    const group = groups.get(keyOf(claim))
    if (group) group.push(claim)
    else groups.set(keyOf(claim), [claim])
  }
  return [...groups.values()]
}

/** Whoever has a place keeps it while there are not enough for all. */
const holdersFirst = (groups: readonly Claim[][]): Claim[][] => {
  const holds = (jobs: readonly Claim[]) => jobs.some(({ has }) => has > 0)
  return [...groups.filter(holds), ...groups.filter((jobs) => !holds(jobs))]
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0)
