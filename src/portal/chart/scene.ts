/**
 * What is to be drawn: every cell with its colours, marks and words for the chosen mode, ready made, so that a frame
 * of a zoom only places rectangles. Built when data or choices change; no size and no pixel in it.
 */

import { elementSymbol } from '#nuclides/elements.ts'
import { formatHalfLife, type HalfLife } from '#nuclides/half-life.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { NuclideState } from '#nuclides/states.ts'
import { formatNumber } from '#results/display.ts'
import type { Rate, Residual, ResultDocument } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import { type CellCondition, type Finding, findingOf, inNormalisation } from './cell-condition.ts'
import { colourRamp, rampColour } from './colour-maps.ts'
import { type Hex, inkOn, mix } from './contrast.ts'
import { type DecayFamily, decayColour, decayLetter, familyOfMode, formatMode } from './decay-families.ts'
import { errorColour, modelErrorColour } from './error-scale.ts'
import { halfLifeClass, halfLifeColour } from './half-life-scale.ts'
import { buildLayout, type Layout } from './layout.ts'
import { type ChartSettings, limitsOfData, meanOf, rateOf, relativeError } from './settings.ts'
import type { Hatching } from './surface.ts'
import { shortPercent } from './text.ts'
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

export interface SceneCell {
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
  /** What the mode is about, from 60 px on. */
  readonly primary: string
  /** The same with three digits, from 40 px on: equal lengths give equal letters. */
  readonly primaryShort: string
  /** Further lines from 60 px on. */
  readonly secondary: readonly string[]
  /** Further lines from 90 px on. */
  readonly detail: readonly string[]
  readonly stripes: readonly SceneStripe[]
}

export interface Scene {
  readonly layout: Layout
  readonly cells: readonly SceneCell[]
  /** Indices of the cells, equal colours beside each other: a canvas is slow in changing its mind. */
  readonly order: Uint16Array
  readonly settings: ChartSettings
  /** Colour limits in use, in the unit of the normalisation; `null` without produced nuclides. */
  readonly limits: { readonly min: number; readonly max: number } | null
  readonly floor: number | null
  readonly hasResult: boolean
}

/** The result as the chart needs it, indexed once for every result and not for every mode. */
export interface ChartData {
  readonly result: ResultDocument | null
  readonly byZai: ReadonlyMap<Zai, Residual>
  /** Isomers that were produced and that the table does not list, by the key of their ground state. */
  readonly foreignIsomers: ReadonlyMap<Zai, readonly Residual[]>
  readonly layout: Layout
  readonly places: readonly Place[]
}

interface Place {
  readonly n: number
  readonly z: number
  readonly a: number
  /** `null` for a product that the table does not list. */
  readonly state: NuclideState | null
}

const placesOfAtlas = new WeakMap<Atlas, { places: readonly Place[]; layout: Layout }>()

/** Ties a result to the atlas. Products unknown to the atlas get a cell of their own: they are never dropped. */
export function chartData(atlas: Atlas, result: ResultDocument | null): ChartData {
  let known = placesOfAtlas.get(atlas)
  if (!known) {
    const places = atlas.groundStates.map((state) => ({ n: state.a - state.z, z: state.z, a: state.a, state }))
    known = { places, layout: buildLayout(places) }
    placesOfAtlas.set(atlas, known)
  }
  const byZai = new Map<Zai, Residual>()
  const foreign = new Map<Zai, Place>()
  const foreignIsomers = new Map<Zai, Residual[]>()
  for (const residual of result?.residuals ?? []) {
    const { z, a, m } = residual
    byZai.set(zaiOf(z, a, m), residual)
    const ground = zaiOf(z, a)
    // What the table does not list is there only because it was made; an engine may also name what it never made.
    if (!wasMade(residual)) continue
    if (known.layout.indexAt(a - z, z) === -1) foreign.set(ground, { n: a - z, z, a, state: null })
    if (m > 0 && !atlas.state(zaiOf(z, a, m))) {
      foreignIsomers.set(ground, [...(foreignIsomers.get(ground) ?? []), residual])
    }
  }
  if (foreign.size === 0) return { result, byZai, foreignIsomers, ...known }
  const places = [...known.places, ...foreign.values()]
  return { result, byZai, foreignIsomers, places, layout: buildLayout(places) }
}

const wasMade = ({ independent, cumulative }: Residual): boolean =>
  (independent.perPrimary ?? 0) > 0 || (cumulative.perPrimary ?? 0) > 0

/** Share of a cell's colour left when a filter puts it back. */
const FADED_SHARE = 0.13

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
  readonly #ramp: readonly Hex[]
  readonly #logMin: number
  readonly #logSpan: number
  readonly #fills = new Map<string, Fill>()

  constructor(
    atlas: Atlas,
    data: ChartData,
    settings: ChartSettings,
    theme: Theme,
    limits: Scene['limits'],
    floor: number | null,
  ) {
    this.#atlas = atlas
    this.#data = data
    this.#settings = settings
    this.#theme = theme
    this.#floor = floor
    this.#ramp = colourRamp(settings.colourMap, theme.name, settings.reversed)
    this.#logMin = limits ? Math.log10(limits.min) : 0
    this.#logSpan = limits ? Math.max(1e-9, Math.log10(limits.max) - this.#logMin) : 1
  }

  cell(place: Place): SceneCell {
    const { state, z, a, n } = place
    const zai = zaiOf(z, a)
    const residual = this.#data.byZai.get(zai)
    const { condition, certainty } = this.#finding(z, a, 0, state, residual)
    const rate = residual && RATED.has(condition) ? rateOf(residual, this.#settings.yield) : null
    const error = rate ? relativeError(rate) : null
    const faded = this.#isFadedOut(state?.halfLife ?? null, condition, error)
    const fill = this.#fill(state, condition, rate, error)
    const modes = state ? this.#atlas.modes(state) : []
    const families = familiesOf(state, modes)
    const inDecayMode = this.#settings.mode === 'decay'
    const stable = state?.halfLife.kind === 'stable'
    const showsNature = this.#settings.mode === 'half-life' || inDecayMode
    return {
      zai,
      n,
      z,
      a,
      symbol: symbolOf(z),
      fill: faded ? this.#fadedFill(fill) : fill,
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
      ...this.#words(state, modes, condition, rate, error),
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

  #fill(state: NuclideState | null, condition: CellCondition, rate: Rate | null, error: number | null): Fill {
    switch (this.#settings.mode) {
      case 'half-life':
        return this.#halfLifeFill(state?.halfLife ?? null)
      case 'decay':
        return this.#solid(decayColour(familiesOf(state, state ? this.#atlas.modes(state) : [])[0]!.family))
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

  #fadedFill(fill: Fill): Fill {
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
    const fill = this.#fill(state, condition, rate, rate ? relativeError(rate) : null)
    const aboutNature = this.#settings.mode === 'half-life' || this.#settings.mode === 'decay'
    return {
      zai,
      fill: faded ? this.#fadedFill(fill) : fill,
      condition,
      label: m === 1 ? 'm' : `m${m}`,
      value: aboutNature
        ? state
          ? cellHalfLife(state.halfLife)
          : 'not in table'
        : condition === 'isomer-not-resolved'
          ? 'not resolved'
          : this.#rateWord(condition, rate),
    }
  }

  #rateWord(condition: CellCondition, rate: Rate | null): string {
    switch (condition) {
      case 'above-floor':
      case 'below-floor':
        return `${rate!.lowerBound ? '≥ ' : ''}${formatNumber(meanOf(rate!, this.#settings.per)!)}`
      case 'zero':
        return zeroWord(this.#data.result!, rate, this.#settings)
      default:
        return ''
    }
  }

  #words(
    state: NuclideState | null,
    modes: ReturnType<Atlas['modes']>,
    condition: CellCondition,
    rate: Rate | null,
    error: number | null,
  ): Pick<SceneCell, 'primary' | 'primaryShort' | 'secondary' | 'detail'> {
    const halfLife = state ? cellHalfLife(state.halfLife) : 'not in table'
    const rateWord = this.#rateWord(condition, rate)
    const scored = condition === 'above-floor' || condition === 'below-floor'
    const errorWord = !scored
      ? ''
      : error !== null
        ? `± ${shortPercent(error)}`
        : rate?.statisticalErrorKind === 'not-known'
          ? '± not known'
          : ''
    const modelWord = scored && rate?.model ? `model ×÷ ${formatNumber(rate.model.factor)}` : ''
    const conditionWord = condition === 'not-scored' ? 'not scored' : ''
    const detail = modes.slice(0, 3).map((mode) => modeWord(mode))
    if (state?.abundancePercent) detail.push(`nat. ${trimPercent(state.abundancePercent)}`)
    if (!state) detail.push('not in NUBASE2020')
    const kept = (...lines: string[]): string[] => lines.filter((line) => line !== '')
    switch (this.#settings.mode) {
      case 'half-life':
      case 'decay':
        return { primary: halfLife, primaryShort: threeDigits(halfLife), secondary: kept(rateWord, errorWord), detail }
      case 'particles':
        return {
          primary: rateWord,
          primaryShort: rateWord,
          secondary: kept(errorWord || modelWord, conditionWord, halfLife),
          detail,
        }
      case 'error':
        return {
          primary: errorWord,
          primaryShort: errorWord,
          secondary: kept(rateWord, conditionWord, halfLife),
          detail,
        }
      case 'model-error': {
        const factor = scored && rate?.model ? `×÷ ${formatNumber(rate.model.factor)}` : ''
        return { primary: factor, primaryShort: factor, secondary: kept(rateWord, conditionWord, halfLife), detail }
      }
    }
  }
}

/** Conditions in which a state has a rate or a limit of its own. */
const RATED: ReadonlySet<CellCondition> = new Set(['above-floor', 'below-floor', 'zero'])

/** Above this relative error a value is not coloured as a fact: one count, or less. */
const NOT_A_FACT = 0.99

/** Zero counts are a limit where there is one, and otherwise said in words. */
function zeroWord(result: ResultDocument, rate: Rate | null, settings: ChartSettings): string {
  const limit = rate?.limit95 ?? null
  if (limit === null) return result.mode === 'estimate' ? '0' : '0 counts'
  return `< ${formatNumber(inNormalisation(limit, result, settings.per))}`
}

function symbolOf(z: number): string {
  try {
    return elementSymbol(z)
  } catch {
    // A product beyond the named elements is drawn with its charge number.
    return `Z${z}`
  }
}

interface FamilyShare {
  readonly family: DecayFamily
  readonly percent: number | null
}

/** Decay families of a state, the main one first. Never empty. */
function familiesOf(state: NuclideState | null, modes: ReturnType<Atlas['modes']>): FamilyShare[] {
  if (state?.halfLife.kind === 'stable') return [{ family: 'stable', percent: null }]
  const shares = new Map<DecayFamily, number | null>()
  for (const { mode, percent } of modes) {
    const family = familyOfMode(mode)
    const before = shares.get(family)
    // Delayed emission (B-n) is part of its beta decay in the list: the larger number already holds the smaller one.
    if (before === undefined || (percent ?? -1) > (before ?? -1)) shares.set(family, percent)
  }
  const sorted = [...shares].map(([family, percent]) => ({ family, percent }))
  // With no number at all the evaluators' order stands: the first is the likeliest.
  sorted.sort((a, b) => (b.percent ?? -1) - (a.percent ?? -1))
  return sorted.length > 0 ? sorted : [{ family: 'unknown', percent: null }]
}

/** A triangle for the second family, large above 5 %; none for families that are merely possible. */
function triangleOf(families: readonly FamilyShare[]): SceneCell['triangle'] {
  const second = families[1]
  if (!second || second.percent === null || second.percent <= 0) return null
  return { colour: decayColour(second.family), large: second.percent >= 5 }
}

/** Half-life short enough for a cell: `7.433 d`, `> 550 ns`, `stable`. */
export function cellHalfLife(halfLife: HalfLife): string {
  switch (halfLife.kind) {
    case 'measured':
      return halfLife.text
    case 'estimated':
    case 'about':
      return `~ ${halfLife.text}`
    case 'lower-limit':
      return `> ${halfLife.text}`
    case 'upper-limit':
      return `< ${halfLife.text}`
    case 'particle-unbound':
      return 'unbound'
    case 'unknown':
      return '?'
    default:
      return formatHalfLife(halfLife)
  }
}

/** `2.0650 y` as `2.07 y`; what has few digits stays as the evaluators wrote it. */
const threeDigits = (text: string): string =>
  text.replace(/\d[\d.]{4,}/, (number) => String(Number(Number(number).toPrecision(3))))

const trimPercent = (percent: number): string => `${Number(percent.toPrecision(3))} %`

/** One decay mode with its share: `β⁻ 100 %`, `α ?`. */
export function modeWord(mode: {
  readonly mode: string
  readonly sense: string
  readonly percent: number | null
}): string {
  const name = formatMode(mode.mode)
  if (mode.percent === null) return `${name} ?`
  return `${name} ${mode.sense === '=' ? '' : `${mode.sense} `}${trimPercent(mode.percent)}`
}
