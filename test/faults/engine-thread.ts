/**
 * The thread of an engine, as the worker's real runner sees it: says that it is ready, takes tasks, answers tallies.
 * Its work takes virtual time. Some tasks go wrong, as the run's fate has it.
 */

import { RunCells, type SimulateMessage, type ThreadAnswer, type ThreadReady } from '#worker/engine-thread-messages.ts'
import { payloadOf, tallyOf } from './toy-tallies.ts'
import type { Actor, World } from './world.ts'

/** How engines behave in this run. */
export interface EngineManners {
  /** Shortest and longest time that a task takes. */
  readonly taskMs: readonly [number, number]
  /** Tasks whose input is bad: they fail for good. By their first batch. */
  readonly bad: ReadonlySet<number>
  /** Of any try: a failure that may be retried, or the death of the thread. */
  readonly stumbles: number
}

let world: World
let manners: EngineManners

/** Threads made from now on belong to this run. */
export function mannersOfThreads(next: World, how: EngineManners): void {
  world = next
  manners = how
}

type Listener = (value: unknown) => void

const READY_AFTER_MS = 40

export class EngineThread {
  readonly #listeners = new Map<string, Listener[]>()
  readonly #line: SimulateMessage[] = []
  readonly #actor: Actor = world.current
  #isBusy = true
  #isOver = false

  constructor() {
    this.#after(READY_AFTER_MS, 'engine is ready', () => {
      this.#isBusy = false
      this.#tell('message', { kind: 'ready' } satisfies ThreadReady)
      this.#next()
    })
  }

  on(what: string, listener: Listener): this {
    this.#listeners.set(what, [...(this.#listeners.get(what) ?? []), listener])
    return this
  }

  postMessage(message: SimulateMessage): void {
    this.#line.push(message)
    this.#next()
  }

  async terminate(): Promise<number> {
    this.#end()
    return 1
  }

  #end() {
    if (this.#isOver) return
    this.#isOver = true
    world.after(0, this.#actor, 'thread ends', () => {
      for (const listener of this.#listeners.get('exit') ?? []) listener(1)
    })
  }

  #next() {
    if (this.#isBusy || this.#isOver) return
    const message = this.#line.shift()
    if (!message) return
    this.#isBusy = true
    const [shortest, longest] = manners.taskMs
    const engineMs = world.dice.between(shortest, longest)
    this.#after(engineMs, 'engine is done', () => {
      this.#isBusy = false
      if (world.dice.chance(manners.stumbles) && world.dice.chance(0.3)) return this.#end()
      this.#tell('message', this.#outcome(message, engineMs))
      this.#next()
    })
  }

  #outcome({ id, payload: text, cells: buffer }: SimulateMessage, engineMs: number): ThreadAnswer {
    const cells = new RunCells(buffer)
    if (cells.stopped) return { id, kind: 'abandoned' }
    const payload = payloadOf(text)
    const fail = (retriable: boolean, message: string): ThreadAnswer => ({
      id,
      kind: 'failed',
      failure: { code: retriable ? 'ENGINE_STUMBLED' : 'INPUT_BAD', message, retriable },
      log: null,
    })
    if (manners.bad.has(payload.batches[0]!.ordinal)) return fail(false, 'The input of this task is bad.')
    if (world.dice.chance(manners.stumbles)) return fail(true, 'The engine stumbled.')
    const { tally, content } = tallyOf(payload)
    cells.historiesDone = tally.histories
    return { id, kind: 'tally', content, histories: tally.histories, engineMs }
  }

  #after(delayMs: number, what: string, action: () => void) {
    world.after(delayMs, this.#actor, what, () => {
      if (!this.#isOver) action()
    })
  }

  #tell(what: string, value: unknown) {
    for (const listener of this.#listeners.get(what) ?? []) listener(value)
  }
}
