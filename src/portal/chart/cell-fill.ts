/** How cells are filled: the colour, hatching and border that the mode gives to what is known of a state. */

import type { HalfLife } from '#nuclides/half-life.ts'
import type { Rate } from '#results/document.ts'
import type { CellCondition } from './cell-condition.ts'
import { colourRamp, rampColour } from './colour-maps.ts'
import { type Hex, inkOn, mix } from './contrast.ts'
import { type DecayFamily, decayColour } from './decay-families.ts'
import { errorColour, modelErrorColour } from './error-scale.ts'
import { halfLifeClass, halfLifeColour } from './half-life-scale.ts'
import { type ChartSettings, meanOf } from './settings.ts'
import type { Hatching } from './surface.ts'
import type { Theme } from './theme.ts'

/** How a cell or the stripe of an isomer is filled. */
export interface Fill {
  /** The ground. */
  readonly colour: Hex
  readonly hatching: Hatching | null
  /** Border, drawn inside; `null` for none. */
  readonly line: Hex | null
  /** True for a wide border around an empty ground: a value with an error so large that it is not shown as a fact. */
  readonly hollow: boolean
  /** Text on it: at least 4.5 : 1. */
  readonly ink: Hex
}

/** Between these the colours run. */
export interface ColourLimits {
  readonly min: number
  readonly max: number
}

/** Share of a cell's colour left when a filter puts it back. */
const FADED_SHARE = 0.13

/** Above this relative error a value is not coloured as a fact: one count, or less. */
const NOT_A_FACT = 0.99

/** Fills for one choice of settings, each made once: a scene has thousands of cells and some tens of fills. */
export class CellFills {
  readonly #settings: ChartSettings
  readonly #theme: Theme
  readonly #ramp: readonly Hex[]
  readonly #logMin: number
  readonly #logSpan: number
  readonly #fills = new Map<string, Fill>()

  /** @param limits of the colours, in the unit of the normalisation; `null` without produced nuclides */
  constructor(settings: ChartSettings, theme: Theme, limits: ColourLimits | null) {
    this.#settings = settings
    this.#theme = theme
    this.#ramp = colourRamp(settings.colourMap, theme.name, settings.reversed)
    this.#logMin = limits ? Math.log10(limits.min) : 0
    this.#logSpan = limits ? Math.max(1e-9, Math.log10(limits.max) - this.#logMin) : 1
  }

  /**
   * @param halfLife `null` for a state that the table does not list
   * @param family main decay family
   * @param error relative statistical error
   */
  of(
    halfLife: HalfLife | null,
    family: DecayFamily,
    condition: CellCondition,
    rate: Rate | null,
    error: number | null,
  ): Fill {
    switch (this.#settings.mode) {
      case 'half-life':
        return this.#halfLifeFill(halfLife)
      case 'decay':
        return this.#solid(decayColour(family))
      case 'particles':
        return condition === 'above-floor' ? this.#particleFill(rate!, error) : this.#conditionFill(condition)
      case 'error':
        if (condition !== 'above-floor' && condition !== 'below-floor') return this.#conditionFill(condition)
        if (error === null) return this.#hatched('unknown', this.#theme.unknown)
        return error >= NOT_A_FACT
          ? this.#hollow(errorColour(error, this.#settings, this.#theme))
          : this.#solid(errorColour(error, this.#settings, this.#theme))
      case 'model-error':
        if (condition !== 'above-floor' && condition !== 'below-floor') return this.#conditionFill(condition)
        return rate?.model
          ? this.#solid(modelErrorColour(rate.model.class, this.#settings, this.#theme))
          : this.#hatched('unknown', this.#theme.unknown)
    }
  }

  #halfLifeFill(halfLife: HalfLife | null): Fill {
    const kind = halfLife ? halfLifeClass(halfLife) : 'unknown'
    if (kind === 'stable') return this.#solid(this.#theme.stable)
    if (kind === 'unknown') return this.#hatched('unknown', this.#theme.unknown)
    return this.#solid(halfLifeColour(kind, this.#theme))
  }

  #particleFill(rate: Rate, error: number | null): Fill {
    const value = meanOf(rate, this.#settings.per)!
    // Without beam current every rate is zero and has no logarithm; it is the least of the scale.
    const share = value > 0 ? (Math.log10(value) - this.#logMin) / this.#logSpan : 0
    const colour = rampColour(this.#ramp, share)
    return error !== null && error >= NOT_A_FACT ? this.#hollow(colour) : this.#solid(colour)
  }

  #conditionFill(condition: CellCondition): Fill {
    const theme = this.#theme
    switch (condition) {
      case 'below-floor':
        return this.#made(`below`, () => ({
          colour: theme.belowFloor,
          hatching: null,
          line: theme.belowFloorLine,
          hollow: false,
          ink: inkOn(theme.belowFloor),
        }))
      case 'zero':
      case 'above-floor':
        return this.#made('zero', () => ({
          colour: theme.paper,
          hatching: null,
          line: theme.zeroLine,
          hollow: false,
          ink: theme.softInk,
        }))
      case 'not-scored':
      case 'no-result':
        return this.#hatched('not-scored', theme.hatchGround)
      case 'isomer-not-resolved':
        return this.#hatched('isomer-not-resolved', theme.hatchGround)
    }
  }

  #solid(colour: Hex): Fill {
    return this.#made(colour, () => ({ colour, hatching: null, line: null, hollow: false, ink: inkOn(colour) }))
  }

  #hollow(line: Hex): Fill {
    const { paper, ink } = this.#theme
    return this.#made(`hollow ${line}`, () => ({ colour: paper, hatching: null, line, hollow: true, ink }))
  }

  #hatched(hatching: Hatching, colour: Hex): Fill {
    const ink = hatching === 'unknown' ? inkOn(colour) : this.#theme.softInk
    return this.#made(`${hatching} ${colour}`, () => ({ colour, hatching, line: null, hollow: false, ink }))
  }

  faded(fill: Fill): Fill {
    const { paper, softInk } = this.#theme
    return this.#made(`faded ${fill.colour}`, () => ({
      colour: mix(paper, fill.hatching ? this.#theme.hatchGround : fill.colour, FADED_SHARE),
      hatching: null,
      line: null,
      hollow: false,
      ink: softInk,
    }))
  }

  #made(key: string, make: () => Fill): Fill {
    let fill = this.#fills.get(key)
    if (!fill) {
      fill = make()
      this.#fills.set(key, fill)
    }
    return fill
  }
}
