/** The machine of the queue: forgets, goes back, and for a while is two. */

import { type Queue, QueueError, type QueueSettings } from '#queue/queue.ts'
import { CheckedQueue, type QueueMutation, type QueueNews, type Verb } from './checked-queue.ts'
import { type Links, QUIET, type Service } from './links.ts'
import type { Actor, World } from './world.ts'

const VERBS: readonly Verb[] = [
  'open',
  'add',
  'take',
  'extend',
  'report',
  'release',
  'reports',
  'confirm',
  'tryAgain',
  'reap',
  'order',
  'counts',
  'standing',
  'leases',
  'drop',
]

export class QueueHost {
  readonly service: Service
  readonly seen = { 'late reports refused': 0, 'leases lost': 0, 'leases run out': 0, 'lost results tried again': 0 }
  readonly #world: World
  readonly #links: Links
  readonly #news: QueueNews
  readonly #mutation: QueueMutation | undefined
  #main: CheckedQueue
  /** The second copy, and who speaks to it, while the network is cut. */
  #other: { readonly queue: CheckedQueue; readonly callers: ReadonlySet<Actor> } | null = null
  #failure: { readonly verb: Verb; calls: number; readonly lost: number | 'all' } | null = null
  /** Generations under which control has opened, as `job generation`. */
  readonly #opened = new Set<string>()
  readonly #toldDrained = new Set<Actor>()
  readonly #listeners = new Map<Actor, (jobId: string) => void>()

  constructor(world: World, links: Links, news: Omit<QueueNews, 'reported'>, mutation?: QueueMutation) {
    this.#world = world
    this.#links = links
    this.#news = { ...news, reported: (jobId) => this.#announce(jobId) }
    this.#mutation = mutation
    this.service = {
      name: 'queue',
      host: world.actor('queue'),
      awayUntilMs: 0,
      noise: QUIET,
      resends: 4,
      unavailable: (method) => new QueueError('QUEUE_UNAVAILABLE', `The queue does not answer (${method}).`),
    }
    this.#main = this.#fresh()
  }

  /** The queue as one machine sees it. */
  port(caller: Actor): Queue {
    const execute = async (verb: Verb, args: readonly unknown[]) => {
      const answer = await this.#copyOf(caller).execute(verb, args)
      this.#failIfDue(verb)
      this.#count(verb, args, answer)
      if ((answer as { reason?: string } | undefined)?.reason === 'drained') this.#toldDrained.add(caller)
      return answer
    }
    const call =
      (verb: Verb) =>
      (...args: unknown[]) => {
        if (verb === 'open') this.#checkGeneration(args[0] as string, (args[1] as QueueSettings).generation)
        return this.#links.call(caller, this.service, verb, () => execute(verb, args), args)
      }
    const verbs = Object.fromEntries(VERBS.map((verb) => [verb, call(verb)]))
    return {
      ...verbs,
      onReports: (listener: (jobId: string) => void) => {
        this.#listeners.set(caller, listener)
        return () => this.#listeners.delete(caller)
      },
      close: async () => undefined,
    } as unknown as Queue
  }

  /** Whether a worker was told that nothing waits and nothing is leased. */
  hasToldDrained(caller: Actor): boolean {
    return this.#toldDrained.has(caller)
  }

  /** It lost everything. */
  lose(): void {
    this.#main = this.#fresh()
    this.#other = null
  }

  /** A replica took over that had not heard the last writes. */
  async goBack(writes: number): Promise<void> {
    this.#main = await this.#main.copyWithout(writes)
  }

  /** It acknowledges a verb and then loses its last writes, that one among them. */
  failAt(verb: Verb, calls: number, lost: number | 'all'): void {
    this.#failure = { verb, calls, lost }
  }

  /** The network is cut: some still speak to a copy that lacks the last writes. */
  async split(writes: number, callers: ReadonlySet<Actor>): Promise<void> {
    if (this.#other) return
    this.#other = { queue: await this.#main.copyWithout(writes), callers }
  }

  /** The cut is over; one of the two copies is thrown away. */
  join(keep: 'main' | 'other'): void {
    if (this.#other && keep === 'other') this.#main = this.#other.queue
    this.#other = null
  }

  /** Whether a job still has a queue, for whoever checks. */
  async has(jobId: string): Promise<boolean> {
    return (await this.#main.execute('counts', [jobId])) !== undefined
  }

  #fresh(): CheckedQueue {
    return new CheckedQueue(this.#world, this.#news, this.#mutation)
  }

  #count(verb: Verb, args: readonly unknown[], answer: unknown) {
    if (verb === 'tryAgain') {
      const final = answer as readonly unknown[]
      this.seen['lost results tried again'] += (args[1] as readonly unknown[]).length - final.length
    }
    const { refused, lost, dead, returned } = (answer ?? {}) as Record<string, number[] & number>
    if (verb === 'report') this.seen['late reports refused'] += refused!.length
    if (verb === 'extend') this.seen['leases lost'] += lost!.length
    if (verb === 'reap') this.seen['leases run out'] += dead! + returned!
  }

  #failIfDue(verb: Verb) {
    const failure = this.#failure
    if (failure?.verb !== verb || --failure.calls > 0) return
    this.#failure = null
    this.#world.after(this.#world.dice.below(30), this.service.host, 'queue fails', () => {
      if (failure.lost === 'all') this.lose()
      else void this.goBack(failure.lost)
    })
  }

  /** Whoever opens a queue does it under a generation that nobody else has had. */
  #checkGeneration(jobId: string, generation: number) {
    const opened = `${jobId} ${generation}`
    if (this.#opened.has(opened)) {
      this.#world.violated('generation', `the queue of ${jobId} is opened under generation ${generation} again`)
    }
    this.#opened.add(opened)
  }

  #copyOf(caller: Actor): CheckedQueue {
    return this.#other?.callers.has(caller) ? this.#other.queue : this.#main
  }

  /** A hint: it may get lost, and whoever missed it looks at the job anyway. */
  #announce(jobId: string) {
    const { noise } = this.service
    for (const [caller, listener] of this.#listeners) {
      if (!caller.alive) this.#listeners.delete(caller)
      else if (!this.#world.dice.chance(noise.lost)) {
        this.#world.after(this.#links.latencyMs(noise), caller, 'hears of reports', () => listener(jobId))
      }
    }
  }
}
