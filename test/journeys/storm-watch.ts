/** What a storm looks at: what is in flight, and whether there is still a job to storm over. */

import type { Queue } from '#queue/queue.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { ReplicatedProduct } from './replicated-product.ts'
import { persistently } from './replicated-product.ts'

export const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

export class StormWatch {
  readonly id: string
  readonly queue: Queue
  readonly #client: ReplicatedProduct['client']
  readonly #begunMs = Date.now()
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

  /** Remembers: what is over stays over. */
  async isOver(): Promise<boolean> {
    this.#over ||= FINAL_STATES.has((await this.show()).state)
    return this.#over
  }

  /** As last seen. */
  get wasOver(): boolean {
    return this.#over
  }

  /** @throws Error when the job ends before it is so: a storm that came too late shows nothing. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 120_000
    while (!(await isSo().catch(() => false))) {
      if (await this.isOver()) throw new Error(`The job was over before: ${what}.`)
      if (Date.now() > deadline) throw new Error(`Not within 120 s: ${what}.`)
      await pause(100)
    }
  }

  /** Whether a worker has tasks in hand, by its name or by how the name begins. */
  async holds(worker: string): Promise<boolean> {
    return (await this.queue.leases(this.id)).some((lease) => lease.worker.startsWith(worker))
  }

  /** A sentence for the moment of a kill. */
  async inFlight(worker?: string): Promise<string> {
    try {
      const [leases, counts] = await Promise.all([this.queue.leases(this.id), this.queue.counts(this.id)])
      if (!counts) return 'in flight: the queue is not there'
      const own = leases.filter((lease) => worker !== undefined && lease.worker.startsWith(worker))
      const tasks = own.map(({ task }) => task).sort((a, b) => a - b)
      const ofIt = worker === undefined ? '' : `${tasks.length} tasks of it (${tasks.join(' ')}), `
      const others = new Set(leases.filter((lease) => !own.includes(lease)).map((lease) => lease.worker))
      const ofOthers = `${leases.length - own.length} of ${others.size} ${worker === undefined ? '' : 'other '}workers`
      return `in flight: ${ofIt}${ofOthers}, ${counts.reported} reports not taken in, ${counts.waiting} tasks wait`
    } catch {
      return 'in flight: nobody can tell, Redis does not answer'
    }
  }
}
