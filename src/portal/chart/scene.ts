/**
 * What is to be drawn: every cell with its colours, marks and words for the chosen mode, ready made, so that a frame
 * of a zoom only places rectangles. Built when data or choices change; no size and no pixel in it.
 */

import { elementSymbol } from '#nuclides/elements.ts'
import type { HalfLife } from '#nuclides/half-life.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { NuclideState } from '#nuclides/states.ts'
import type { Residual } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import { type CellCondition, type Finding, findingOf } from './cell-condition.ts'
import { CellFills, type ColourLimits, type Fill } from './cell-fill.ts'
import { type CellWords, cellHalfLife, cellWords, rateWord } from './cell-words.ts'
import type { ChartData, Place } from './chart-data.ts'
import type { Hex } from './contrast.ts'
import { decayColour, decayLetter } from './decay-families.ts'
import { type FamilyShare, familiesOf } from './family-shares.ts'
import type { Layout } from './layout.ts'
import { type ChartSettings, limitsOfData, rateOf, relativeError } from './settings.ts'
import type { Theme } from './theme.ts'

/** The sub-cell of an isomer. */
export interface SceneStripe {
  readonly zai: Zai
  readonly fill: Fill
  readonly condition: CellCondition
  /** `m`, `m2`. */
  readonly label: string
  /** What the mode says of it, short. */
  readonly value: string
}

export interface SceneCell extends CellWords {
  readonly zai: Zai
  readonly n: number
  readonly z: number
  readonly a: number
  readonly symbol: string
  readonly fill: Fill
  readonly condition: CellCondition
  /** Upper half in the colour of stable nuclides: a radioactive nuclide that occurs in nature. */
  readonly primordial: boolean
  /** White ring around black in the dark theme. */
  readonly ring: Hex | null
  /** Second decay mode as a corner triangle; large above 5 %. */
  readonly triangle: { readonly colour: Hex; readonly large: boolean } | null
  /** Statistical error above the limit: dotted corner. */
  readonly uncertain: boolean
  /** Known from systematics only: thin inner border. */
  readonly onlyEstimated: boolean
  /** Produced, but not in the table of nuclides. */
  readonly foreign: boolean
  /** Put back by a filter. */
  readonly faded: boolean
  /** Letter of the decay family; empty in the other modes. */
  readonly letter: string
  readonly stripes: readonly SceneStripe[]
}

export interface Scene {
  readonly layout: Layout
  readonly cells: readonly SceneCell[]
  /** Indices of the cells, equal colours beside each other: a canvas is slow in changing its mind. */
  readonly order: Uint16Array
  readonly settings: ChartSettings
  /** Colour limits in use, in the unit of the normalisation; `null` without produced nuclides. */
  readonly limits: ColourLimits | null
  readonly floor: number | null
  readonly hasResult: boolean
}

/** Builds the scene. Pure: the same arguments give the same scene. */
export function buildScene(atlas: Atlas, data: ChartData, settings: ChartSettings, theme: Theme): Scene {
  const limits = settings.limits ?? limitsOfData(data.result?.residuals ?? [], settings)
  const floor = settings.floor ?? limits?.min ?? null
  const painter = new Painter(atlas, data, settings, theme, limits, floor)
  const cells = data.places.map((place) => painter.cell(place))
  const order = Uint16Array.from(cells.keys())
  order.sort((a, b) => (cells[a]!.fill.colour < cells[b]!.fill.colour ? -1 : 1) || a - b)
  return { layout: data.layout, cells, order, settings, limits, floor, hasResult: data.result !== null }
}

class Painter {
  readonly #atlas: Atlas
  readonly #data: ChartData
  readonly #settings: ChartSettings
  readonly #theme: Theme
  readonly #floor: number | null
  readonly #fills: CellFills

  constructor(
    atlas: Atlas,
    data: ChartData,
    settings: ChartSettings,
    theme: Theme,
    limits: ColourLimits | null,
    floor: number | null,
  ) {
    this.#atlas = atlas
    this.#data = data
    this.#settings = settings
    this.#theme = theme
    this.#floor = floor
    this.#fills = new CellFills(settings, theme, limits)
  }

  cell(place: Place): SceneCell {
    const { state, z, a, n } = place
    const zai = zaiOf(z, a)
    const residual = this.#data.byZai.get(zai)
    const { condition, certainty } = this.#finding(z, a, 0, state, residual)
    const rate = residual && RATED.has(condition) ? rateOf(residual, this.#settings.yield) : null
    const error = rate ? relativeError(rate) : null
    const faded = this.#isFadedOut(state?.halfLife ?? null, condition, error)
    const modes = state ? this.#atlas.modes(state) : []
    const families = familiesOf(state, modes)
    const fill = this.#fills.of(state?.halfLife ?? null, families[0]!.family, condition, rate, error)
    const inDecayMode = this.#settings.mode === 'decay'
    const stable = state?.halfLife.kind === 'stable'
    const showsNature = this.#settings.mode === 'half-life' || inDecayMode
    return {
      zai,
      n,
      z,
      a,
      symbol: symbolOf(z),
      fill: faded ? this.#fills.faded(fill) : fill,
      condition,
      primordial: inDecayMode && !stable && (state?.abundancePercent ?? 0) > 0,
      ring: showsNature && stable ? this.#theme.stableRing : null,
      triangle: inDecayMode && !faded ? triangleOf(families) : null,
      uncertain:
        (certainty === 'above-limit' || certainty === 'not-a-fact' || certainty === 'not-known') &&
        (this.#settings.mode === 'particles' || this.#settings.mode === 'error'),
      onlyEstimated: state !== null && !state.observed,
      foreign: state === null,
      faded,
      letter: inDecayMode ? decayLetter(families[0]?.family ?? (stable ? 'stable' : 'unknown')) : '',
      ...cellWords(
        state,
        modes,
        condition,
        rate,
        error,
        rateWord(condition, rate, this.#data.result, this.#settings),
        this.#settings.mode,
      ),
      stripes: this.#stripes(z, a, faded),
    }
  }

  #finding(z: number, a: number, m: number, state: NuclideState | null, residual: Residual | undefined): Finding {
    const existence = state === null ? 'not-listed' : state.observed ? 'observed' : 'estimated'
    return findingOf(this.#data.result, { z, a, m }, existence, residual, this.#settings, this.#floor)
  }

  #isFadedOut(halfLife: HalfLife | null, condition: CellCondition, error: number | null): boolean {
    const { onlyScored, largestError, shortestHalfLife } = this.#settings
    const scored = condition === 'above-floor' || condition === 'below-floor'
    if (onlyScored && !scored) return true
    // An estimate has no statistical error and is not measured against one.
    if (
      largestError !== null &&
      this.#data.result?.mode === 'monte-carlo' &&
      !(error !== null && error <= largestError)
    ) {
      return true
    }
    if (shortestHalfLife === null || !halfLife) return false
    return halfLife.kind !== 'stable' && !((halfLife.seconds ?? 0) >= shortestHalfLife)
  }

  #stripes(z: number, a: number, faded: boolean): SceneStripe[] {
    const stripes: SceneStripe[] = []
    for (const state of this.#atlas.isomers(z, a)) {
      const { halfLife } = state
      // A scored isomer is shown however short it lives: what was produced is never dropped.
      const scored = this.#data.byZai.get(state.zai)?.state === 'scored'
      const lasting = halfLife.kind === 'stable' || (halfLife.seconds ?? 0) >= this.#settings.isomersFromSeconds
      if (scored || lasting) stripes.push(this.#stripe(z, a, state.m, state, faded))
    }
    for (const residual of this.#data.foreignIsomers.get(zaiOf(z, a)) ?? []) {
      stripes.push(this.#stripe(z, a, residual.m, null, faded))
    }
    return stripes
  }

  #stripe(z: number, a: number, m: number, state: NuclideState | null, faded: boolean): SceneStripe {
    const zai = zaiOf(z, a, m)
    const residual = this.#data.byZai.get(zai)
    const { condition } = this.#finding(z, a, m, state, residual)
    const rate = residual && RATED.has(condition) ? rateOf(residual, this.#settings.yield) : null
    const { family } = familiesOf(state, state ? this.#atlas.modes(state) : [])[0]!
    const fill = this.#fills.of(state?.halfLife ?? null, family, condition, rate, rate ? relativeError(rate) : null)
    const aboutNature = this.#settings.mode === 'half-life' || this.#settings.mode === 'decay'
    return {
      zai,
      fill: faded ? this.#fills.faded(fill) : fill,
      condition,
      label: m === 1 ? 'm' : `m${m}`,
      value: aboutNature
        ? state
          ? cellHalfLife(state.halfLife)
          : 'not in table'
        : condition === 'isomer-not-resolved'
          ? 'not resolved'
          : rateWord(condition, rate, this.#data.result, this.#settings),
    }
  }
}

/** Conditions in which a state has a rate or a limit of its own. */
const RATED: ReadonlySet<CellCondition> = new Set(['above-floor', 'below-floor', 'zero'])

function symbolOf(z: number): string {
  try {
    return elementSymbol(z)
  } catch {
    // A product beyond the named elements is drawn with its charge number.
    return `Z${z}`
  }
}

/** A triangle for the second family, large above 5 %; none for families that are merely possible. */
function triangleOf(families: readonly FamilyShare[]): SceneCell['triangle'] {
  const second = families[1]
  if (!second || second.percent === null || second.percent <= 0) return null
  return { colour: decayColour(second.family), large: second.percent >= 5 }
}
