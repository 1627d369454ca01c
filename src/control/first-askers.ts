/**
 * Lets those who wait for a complete result have it before its final merge is written: writing it keeps this process busy
 * for a moment, and they would stand behind it.
 */

export class FirstAskers {
  readonly #waiting = new Map<string, { readonly tasks: number; readonly letGo: () => void }>()

  /** @returns when somebody was given a result of the simulation with so many tasks in it, or when the time is over */
  async asked(id: string, tasks: number, withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => letGo(), withinMs)
      const waiting = { tasks, letGo: () => letGo() }
      const letGo = () => {
        clearTimeout(timer)
        if (this.#waiting.get(id) === waiting) this.#waiting.delete(id)
        resolve()
      }
      this.#waiting.set(id, waiting)
    })
  }

  /** A result with so many tasks in it is about to be sent. */
  given(id: string, tasks: number): void {
    const waiting = this.#waiting.get(id)
    // After what is sent now.
    if (waiting && tasks >= waiting.tasks) setImmediate(waiting.letGo)
  }
}
