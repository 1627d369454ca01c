/**
 * Time, and the order of everything that happens. Nothing in a simulated run waits for the real clock: timers, messages
 * and the work of engines are events of this world, taken one by one in the order of virtual time. Between two events
 * all promises settle, so an event is a step of exactly one actor.
 */

import { Dice } from './dice.ts'

/** Milliseconds since the epoch at which every run begins. */
export const BEGINNING_MS = 1_700_000_000_000

/** Something that runs by itself and may die: a replica, a worker, a server. A restart is a new actor. */
export interface Actor {
  readonly name: string
  readonly number: number
  alive: boolean
  /** Nothing of it happens before this time. */
  frozenUntilMs: number
  /** How far its clock is from the world's, in milliseconds. */
  clockOffsetMs: number
}

export interface Event {
  atMs: number
  order: number
  readonly actor: Actor
  readonly what: string
  readonly action: () => void
  /** Shown in a replay. */
  readonly note: unknown
  cancelled: boolean
}

/** A promise that was broken, seen by the simulator. */
export class Violation extends Error {
  override readonly name = 'Violation'
  /** Which promise. */
  readonly promise: string
  constructor(promise: string, message: string) {
    super(`${promise}: ${message}`)
    this.promise = promise
  }
}

/** The real one: the world replaces the global. */
const turn = globalThis.setImmediate

export class World {
  nowMs = BEGINNING_MS
  steps = 0
  /** A digest of all that happened, in order: equal for equal runs. */
  trace = 0x811c9dc5
  readonly dice: Dice
  /** The actor whose step this is. */
  current: Actor
  readonly violations: Violation[] = []
  /** Told every step; for replays. */
  onStep: ((event: Event) => void) | null = null
  readonly #heap: Event[] = []
  #orders = 0
  #actors = 0
  /** Steps may belong to nobody else: faults, users. */
  readonly fate: Actor

  constructor(seed: number) {
    this.dice = new Dice(seed)
    this.fate = this.actor('fate')
    this.current = this.fate
  }

  actor(name: string): Actor {
    return { name, number: this.#actors++, alive: true, frozenUntilMs: 0, clockOffsetMs: 0 }
  }

  /** Records a broken promise; the run ends after this step. */
  violated(promise: string, message: string): void {
    this.violations.push(new Violation(promise, message))
  }

  /** The wall clock as the actor at work sees it. */
  readonly clock = (): number => this.nowMs + this.current.clockOffsetMs

  /** A clock that only goes forward. */
  monotonicMs(): number {
    return this.nowMs - BEGINNING_MS
  }

  /** Lets something happen to an actor after a while. */
  after(delayMs: number, actor: Actor, what: string, action: () => void, note?: unknown): Event {
    const event = { atMs: this.nowMs + delayMs, order: this.#orders++, actor, what, action, note, cancelled: false }
    this.#push(event)
    return event
  }

  /**
   * Runs until the condition holds, a promise is broken or nothing is left to happen.
   * @param mostSteps a run that needs more is broken by itself
   */
  run(over: () => boolean, mostSteps: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = () => {
        try {
          for (;;) {
            if (this.violations.length > 0 || over()) return resolve()
            if (this.steps >= mostSteps) {
              this.violated('ends', `it is not over after ${mostSteps} steps`)
              return resolve()
            }
            const event = this.#pop()
            if (!event) return resolve()
            if (event.cancelled || !event.actor.alive) continue
            this.nowMs = Math.max(this.nowMs, event.atMs)
            if (event.actor.frozenUntilMs > this.nowMs) {
              event.atMs = event.actor.frozenUntilMs
              event.order = this.#orders++
              this.#push(event)
              continue
            }
            this.#take(event)
            turn(next)
            return
          }
        } catch (error) {
          reject(error)
        }
      }
      turn(next)
    })
  }

  #take(event: Event) {
    this.steps++
    const { actor, what } = event
    this.trace = Math.imul(this.trace ^ (actor.number * 65_537 + what.length * 257 + what.charCodeAt(0)), 0x01000193)
    this.trace = Math.imul(this.trace ^ (this.nowMs - BEGINNING_MS), 0x01000193)
    this.onStep?.(event)
    this.current = event.actor
    event.action()
  }

  #push(event: Event) {
    const heap = this.#heap
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
