import { afterEach, describe, expect, it, vi } from 'vitest'
import { listen } from './stream.ts'

/** Locks as a browser gives them: what was granted reaches the page a moment later, whatever the page did meanwhile. */
class LateLocks {
  readonly #line: { readonly callback: () => unknown; readonly done: (value: unknown) => void }[] = []
  #isHeld = false

  request(_name: string, _options: object, callback: () => unknown): Promise<unknown> {
    return new Promise((done) => this.#line.push({ callback, done }))
  }

  /** Whether there was somebody to give it to. */
  async grantNext(): Promise<boolean> {
    const next = this.#isHeld ? undefined : this.#line.shift()
    if (!next) return false
    this.#isHeld = true
    const held = Promise.resolve(next.callback())
    void held.then((value) => {
      this.#isHeld = false
      next.done(value)
    })
    await Promise.resolve()
    await Promise.resolve()
    return true
  }
}

class QuietSource {
  static readonly CLOSED = 2
  static open = 0
  constructor() {
    QuietSource.open += 1
  }
  addEventListener() {}
  close() {
    QuietSource.open -= 1
  }
}

const nobody = { onEvent() {}, onGap() {}, onState() {} }

describe('the event stream of a browser', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is not kept from a page by one that gave up in the moment in which its turn came', async () => {
    const locks = new LateLocks()
    vi.stubGlobal('document', new EventTarget())
    vi.stubGlobal('navigator', { locks })
    vi.stubGlobal('EventSource', QuietSource)
    const endFirst = listen('/events', nobody)
    endFirst()
    const endSecond = listen('/events', nobody)
    expect(await locks.grantNext()).toBe(true)
    expect(await locks.grantNext()).toBe(true)
    expect(QuietSource.open).toBe(1)
    endSecond()
    expect(QuietSource.open).toBe(0)
  })
})
