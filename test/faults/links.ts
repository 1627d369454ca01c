/**
 * Calls between machines: every call is a message there, an effect, and a message back. A link may lose either message,
 * bring the first one twice and late, and be slow; a service may be away. What the caller then sees is what a real
 * client of that service would show it.
 */

import type { Actor, World } from './world.ts'

/** How bad a link is: probabilities for every call. */
export interface Noise {
  /** The call never arrives. */
  readonly lost: number
  /** It has its effect, and nobody hears of it. */
  readonly answerLost: number
  /** It arrives a second time, later. */
  readonly repeated: number
  /** It takes long. */
  readonly slow: number
}

export const QUIET: Noise = { lost: 0, answerLost: 0, repeated: 0, slow: 0 }

/** One machine that answers calls. */
export interface Service {
  readonly name: string
  readonly host: Actor
  awayUntilMs: number
  noise: Noise
  /** How often the client asks again by itself before it gives up. */
  readonly resends: number
  /** What the client throws when it gives up. */
  readonly unavailable: (method: string) => Error
}

const ORDINARY_MS = 4
const LONG_MS = 4000
const RESEND_AFTER_MS = 300

/** A caller that dies at one of its next calls. */
export interface Doom {
  calls: number
  /** Only calls of this name count; `null`: all do. */
  readonly method: string | null
  readonly when: 'before' | 'after'
  readonly die: () => void
}

export class Links {
  readonly #world: World
  readonly dooms = new Map<Actor, Doom>()

  constructor(world: World) {
    this.#world = world
  }

  latencyMs(noise: Noise): number {
    const { dice } = this.#world
    return dice.chance(noise.slow) ? dice.below(LONG_MS) : 1 + dice.below(ORDINARY_MS)
  }

  /**
   * Calls a service. @param execute the effect; runs as a step of the service's host
   */
  call<T>(caller: Actor, service: Service, method: string, execute: () => Promise<T>, args?: unknown): Promise<T> {
    const { dice } = this.#world
    return new Promise<T>((resolve, reject) => {
      const send = (tries: number) => {
        const { noise } = service
        const giveUp = () => {
          if (tries >= service.resends) return reject(service.unavailable(method))
          this.#world.after(RESEND_AFTER_MS << tries, caller, `resends ${method}`, () => send(tries + 1))
        }
        const doom = this.#doomOf(caller, method)
        if (doom?.when === 'before') return doom.die()
        const notThere = dice.chance(noise.lost)
        const unheard = !notThere && dice.chance(noise.answerLost)
        if (notThere) return void this.#later(noise, caller, `lost: ${method}`, giveUp)
        const deliver = () => {
          if (service.awayUntilMs > this.#world.nowMs) {
            this.#later(noise, caller, `refused: ${method}`, giveUp)
            return
          }
          const answered = execute()
          if (doom) {
            answered.catch(() => undefined)
            return doom.die()
          }
          const answer = (what: string, act: () => void, value?: unknown) =>
            this.#later(noise, caller, `${unheard ? 'unheard ' : ''}${what}: ${method}`, unheard ? giveUp : act, value)
          answered.then(
            (value) => answer('answer', () => resolve(value), value),
            (error: unknown) => answer('error', () => reject(error)),
          )
        }
        this.#later(noise, service.host, method, deliver, args)
        if (!dice.chance(noise.repeated)) return
        this.#world.after(
          dice.below(LONG_MS),
          service.host,
          `repeated: ${method}`,
          () => {
            if (service.awayUntilMs <= this.#world.nowMs) execute().catch(() => undefined)
          },
          args,
        )
      }
      send(0)
    })
  }

  #later(noise: Noise, actor: Actor, what: string, action: () => void, note?: unknown) {
    this.#world.after(this.latencyMs(noise), actor, what, action, note)
  }

  /** The doom of a caller whose last call this is. */
  #doomOf(caller: Actor, method: string): Doom | undefined {
    const doom = this.dooms.get(caller)
    if (!doom || (doom.method !== null && doom.method !== method) || --doom.calls > 0) return undefined
    this.dooms.delete(caller)
    return doom
  }
}
