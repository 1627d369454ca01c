/** What a storm looks at: what is in flight, and whether there is still a job to storm over. */

import type { Queue } from '#queue/queue.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { ReplicatedProduct } from './replicated-product.ts'
import { persistently } from './replicated-product.ts'

export const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

/** Of workers in a storm. */
export const LEASE_SECONDS = 4

export class StormWatch {
  readonly id: string
  readonly queue: Queue
  readonly #client: ReplicatedProduct['client']
  readonly #begunMs = Date.now()
  #tasksDone = 0
  #over = false

  constructor(product: ReplicatedProduct, queue: Queue, id: string) {
    this.#client = product.client
    this.queue = queue
    this.id = id
  }

  say(line: string): void {
    process.stdout.write(`storm, ${((Date.now() - this.#begunMs) / 1000).toFixed(1)} s: ${line}\n`)
  }

  show() {
    return persistently(() => this.#client.call('show', { params: { id: this.id } }))
  }

  /** Looks at the job for everybody here, until it has ended. */
  async untilOver(): Promise<void> {
    while (!this.#over) {
      const { state, progress } = await this.show()
      this.#over = FINAL_STATES.has(state)
      // Reports that no replica lived long enough to take in are work that was done: troubles must not wait for them.
      const counts = await this.queue.counts(this.id).catch(() => undefined)
      this.#tasksDone = Math.max(this.#tasksDone, progress.tasksDone + (counts?.reported ?? 0))
      await pause(200)
    }
  }

  /** As last seen. */
  get isOver(): boolean {
    return this.#over
  }

  /** Reported or accepted, as last seen. */
  get tasksDone(): number {
    return this.#tasksDone
  }

  /** @throws Error when the job ends before it is so: a storm that came too late shows nothing. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 240_000
    while (!(await isSo().catch(() => false))) {
      if (this.#over) throw new Error(`The job was over before: ${what}.`)
      if (Date.now() > deadline) throw new Error(`Not within 240 s: ${what}.`)
      await pause(100)
    }
  }

  /** Waits until so many tasks are done: troubles are spread over the work, however quick the machine is. */
  untilDone(tasks: number, what: string): Promise<void> {
    return this.until(what, async () => this.#tasksDone >= tasks)
  }

  /**
   * Whether a worker has tasks in hand, by its name or by how the name begins.
   * @param sinceMs of leases that were taken or kept up after this moment
   */
  async holds(worker: string, sinceMs = 0): Promise<boolean> {
    return (await this.queue.leases(this.id)).some(
      (lease) => lease.worker.startsWith(worker) && lease.expiresAtMs > sinceMs + LEASE_SECONDS * 1000,
    )
  }

  /** A sentence for the moment of a kill. */
  async inFlight(worker?: string): Promise<string> {
    try {
      const [leases, counts] = await Promise.all([this.queue.leases(this.id), this.queue.counts(this.id)])
      if (!counts) return 'in flight: the queue is not there'
      const own = leases.filter((lease) => worker !== undefined && lease.worker.startsWith(worker))
      const tasks = own.map(({ task }) => task).sort((a, b) => a - b)
      const which = tasks.length > 3 ? `${tasks.slice(0, 3).join(', ')} ... ${tasks.at(-1)}` : tasks.join(', ')
      const ofIt = worker === undefined ? '' : `${tasks.length} tasks of it (${which}), `
      const others = new Set(leases.filter((lease) => !own.includes(lease)).map((lease) => lease.worker))
      const ofOthers = `${leases.length - own.length} of ${others.size} ${worker === undefined ? '' : 'other '}workers`
      return `in flight: ${ofIt}${ofOthers}, ${counts.reported} reports not taken in, ${counts.waiting} tasks wait`
    } catch {
      return 'in flight: nobody can tell, Redis does not answer'
    }
  }
}
