/** What the worker and its engine thread say to each other. */

import type { EngineFailure } from '#engines/engine/engine.ts'

export interface EngineThreadData {
  /** URL of a module that exports `createEngines(): readonly Engine[]`. */
  readonly engineModule: string
}

export interface SimulateMessage {
  readonly id: number
  readonly payload: string
  /** See `RunCells`. */
  readonly cells: SharedArrayBuffer
}

/** Said once, when the engines are loaded: until then no task's time runs. */
export type ThreadReady = { readonly kind: 'ready' }

export type ThreadAnswer = { readonly id: number } & (
  | {
      readonly kind: 'tally'
      readonly content: Uint8Array
      readonly distributions?: Uint8Array
      readonly histories: number
      readonly engineMs: number
    }
  | { readonly kind: 'failed'; readonly failure: EngineFailure; readonly log: string | null }
  | { readonly kind: 'abandoned' }
)

/**
 * Memory that both threads see: a synchronous engine reads no messages while it computes, but it can look here.
 * Byte 0: not 0 when the run should end. Byte 8: histories done.
 */
export class RunCells {
  readonly buffer: SharedArrayBuffer
  readonly #stop: Int32Array
  readonly #done: Float64Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer
    this.#stop = new Int32Array(buffer, 0, 1)
    this.#done = new Float64Array(buffer, 8, 1)
  }

  get stopped(): boolean {
    return Atomics.load(this.#stop, 0) !== 0
  }

  stop(): void {
    Atomics.store(this.#stop, 0, 1)
  }

  get historiesDone(): number {
    return this.#done[0]!
  }

  set historiesDone(value: number) {
    this.#done[0] = value
  }
}
