/** What tooltip, panel and screen reader say of a nuclide: plain data and words, for any page to show. */

import { elementName } from '#nuclides/elements.ts'
import { formatHalfLife, formatSpan, type HalfLife } from '#nuclides/half-life.ts'
import { formatZai, nuclideLabel, spokenNuclide } from '#nuclides/names.ts'
import { nuclideOfZai, type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { NuclideState } from '#nuclides/states.ts'
import { formatNumber, formatRate, type RateUnit } from '#results/display.ts'
import type { Rate, Residual, ResultDocument, ScoreState } from '#results/document.ts'
import { NO_ESTIMATE, NO_RATE } from '#results/rate.ts'
import type { Atlas, AtlasBranch } from './atlas.ts'
import { type CellCondition, type Finding, findingOf } from './cell-condition.ts'
import { modeWord } from './cell-words.ts'
import type { ChartData } from './chart-data.ts'
import { decayLabel, familyOfMode, formatMode } from './decay-families.ts'
import { type ChartSettings, relativeError, UNIT_LABELS, YIELD_KINDS, type YieldKind } from './settings.ts'
import { shortPercent } from './text.ts'

/** One rate in words. */
export interface RateWords {
  /** `3.2e8 /s`, an upper limit, or why there is no number. */
  readonly value: string
  /** `±4.0 %`, or that it is not known; empty where there is none. */
  readonly statistical: string
  /** `×/÷1.5 (B)`; empty where the engine states none. */
  readonly model: string
  /** Counts behind it, in words; empty for an estimate. */
  readonly counts: string
  /** Everything of it for a screen reader. */
  readonly spoken: string
  /** True where `value` is an upper limit at 95 %. */
  readonly isLimit: boolean
}

/** A daughter or a parent. */
export interface Relative {
  /** `null` for fission. */
  readonly zai: Zai | null
  /** Canonical name for links; empty for fission. */
  readonly name: string
  readonly label: string
  readonly mode: string
  /** Share of the parent's decays. */
  readonly share: string
  /** Evaluation the share comes from. */
  readonly source: string
  /** True where the share is not measured but what the measured modes leave over. */
  readonly assumed: boolean
  readonly halfLife: string
  /** Rate of the relative in this run, in the chosen kind and unit; empty without a result. */
  readonly rate: string
}

export interface IsomerWords {
  readonly zai: Zai
  readonly name: string
  readonly label: string
  readonly halfLife: string
  readonly excitation: string
  readonly rate: string
}

/** Everything the panel shows of one state. */
export interface CellDescription {
  readonly zai: Zai
  /** Canonical name, `Ag-111`. */
  readonly name: string
  /** `¹¹¹Ag`. */
  readonly label: string
  /** `silver-111`. */
  readonly title: string
  readonly z: number
  readonly n: number
  readonly a: number
  /** False for a product that the table of nuclides does not list. */
  readonly listed: boolean
  readonly halfLife: { readonly text: string; readonly source: string; readonly remark: string }
  readonly spinParity: string
  /** Excitation energy of an isomer; empty for a ground state. */
  readonly excitation: string
  /** `Pd-111`-like modes as people write them, with percentages. */
  readonly modes: readonly string[]
  readonly daughters: readonly Relative[]
  readonly parents: readonly Relative[]
  readonly isomers: readonly IsomerWords[]
  /** Per 100 atoms of the natural element; empty where it does not occur. */
  readonly abundance: string
  /** `null` without a result. */
  readonly rates: Readonly<Record<YieldKind, RateWords>> | null
  /** What the rates belong to: time, current, cut of the cumulative yield. */
  readonly circumstances: string
  readonly condition: CellCondition
  /** The state of the cell as a sentence. */
  readonly conditionSentence: string
  /** What a reader must know beside the numbers. */
  readonly remarks: readonly string[]
}

/** The panel's content for a state; also for one that the table does not list. */
export function describeCell(
  atlas: Atlas,
  data: ChartData,
  zai: Zai,
  settings: ChartSettings,
  floor: number | null,
): CellDescription {
  const { z, a, m } = nuclideOfZai(zai)
  const state = atlas.state(zai)
  const { result } = data
  const residual = data.byZai.get(zai)
  const { condition } = finding(atlas, data, zai, settings, floor)
  const unit = UNIT_LABELS[settings.per]
  const rateOfRelative = (other: Zai | null): string => (other === null ? '' : runRate(atlas, data, other, settings))
  const relative = (other: Zai | null, branch: AtlasBranch): Relative => ({
    zai: other,
    name: other === null ? '' : nameOf(other),
    label: other === null ? 'fission fragments' : labelOf(other),
    mode: formatMode(branch.mode),
    share: percentWord(branch.share),
    source: branch.source,
    assumed: branch.assumed,
    halfLife: other === null ? '' : halfLifeWord(atlas.state(other)),
    rate: rateOfRelative(other),
  })
  return {
    zai,
    name: nameOf(zai),
    label: labelOf(zai),
    title: `${elementOf(z)}-${a}${m === 0 ? '' : m === 1 ? 'm' : `m${m}`}`,
    z,
    n: a - z,
    a,
    listed: state !== undefined,
    halfLife: {
      text: state ? halfLifeWithError(state.halfLife) : 'not known',
      source: state ? atlas.source : '',
      remark: state ? limitRemark(state.halfLife) : '',
    },
    spinParity: state?.spinParity ?? '',
    excitation: m > 0 && state?.excitation != null ? `${energyWord(state.excitation)} above the ground state` : '',
    modes: state ? atlas.modes(state).map(modeWord) : [],
    daughters: atlas.daughters(zai).map((branch) => relative(branch.daughter, branch)),
    parents: atlas.parents(zai).map((branch) => relative(branch.parent, branch)),
    isomers: atlas
      .isomers(z, a)
      .filter((isomer) => isomer.zai !== zai)
      .map((isomer) => ({
        zai: isomer.zai,
        name: nameOf(isomer.zai),
        label: labelOf(isomer.zai),
        halfLife: formatHalfLife(isomer.halfLife),
        excitation: isomer.excitation === null ? '' : energyWord(isomer.excitation),
        rate: runRate(atlas, data, isomer.zai, settings),
      })),
    abundance: state?.abundancePercent ? `${Number(state.abundancePercent.toPrecision(5))} %` : '',
    rates: result
      ? (Object.fromEntries(
          YIELD_KINDS.map((kind) => [
            kind,
            rateWords(
              result,
              residual?.[kind] ?? null,
              finding(atlas, data, zai, { ...settings, yield: kind }, null).condition,
              settings,
            ),
          ]),
        ) as Record<YieldKind, RateWords>)
      : null,
    circumstances: result
      ? `${result.time}; at ${formatNumber(result.currentMicroampere, 3)} µA; cumulative: precursors up to ` +
        `${formatNumber(result.cumulativeCutDays, 3)} d`
      : '',
    condition,
    conditionSentence: conditionSentence(condition, result, floor, unit),
    remarks: remarksOf(state, data, zai, settings),
  }
}

/** A few lines for the tooltip: name, half-life, the rate with both errors. */
export interface TooltipContent {
  readonly zai: Zai
  readonly label: string
  readonly title: string
  readonly lines: readonly string[]
}

export function describeTooltip(
  atlas: Atlas,
  data: ChartData,
  zai: Zai,
  settings: ChartSettings,
  floor: number | null,
): TooltipContent {
  const cell = describeCell(atlas, data, zai, settings, floor)
  const lines: string[] = []
  const family = cell.modes.length > 0 ? ` · ${cell.modes.slice(0, 2).join(', ')}` : ''
  lines.push(`${cell.halfLife.text}${family}`)
  if (cell.rates) {
    const rate = cell.rates[settings.yield]
    lines.push(`${settings.yield}: ${rate.value}`)
    const errors = [rate.statistical && `statistical ${rate.statistical}`, rate.model && `model ${rate.model}`]
    const known = errors.filter((text) => text !== '')
    if (known.length > 0) lines.push(known.join(' · '))
  }
  if (!cell.listed) lines.push(`not in ${atlas.source}`)
  return { zai, label: cell.label, title: cell.title, lines }
}

/** One sentence for a screen reader: `silver 111, half-life 7.433 days, 3.2e8 per second, plus or minus 4 percent`. */
export function announcement(
  atlas: Atlas,
  data: ChartData,
  zai: Zai,
  settings: ChartSettings,
  floor: number | null,
): string {
  const state = atlas.state(zai)
  const parts = [spoken(zai)]
  parts.push(state ? spokenHalfLife(state.halfLife) : `not in ${atlas.source}`)
  if (settings.mode === 'decay' && state) {
    const first = atlas.modes(state)[0]
    if (first) parts.push(`decays by ${decayLabel(familyOfMode(first.mode))}`)
  }
  const { result } = data
  if (result) {
    const { condition } = finding(atlas, data, zai, settings, floor)
    const words = rateWords(result, data.byZai.get(zai)?.[settings.yield] ?? null, condition, settings)
    const scored = condition === 'above-floor' || condition === 'below-floor'
    parts.push(scored ? `${settings.yield} ${words.spoken}` : words.spoken)
    if (condition === 'below-floor') parts.push('below the floor')
  }
  return parts.join(', ')
}

const SPOKEN_TIME_UNITS: Readonly<Record<string, string>> = {
  s: 'seconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
  y: 'years',
  ms: 'milliseconds',
  µs: 'microseconds',
  ns: 'nanoseconds',
  ky: 'thousand years',
  My: 'million years',
  Gy: 'billion years',
}

function spokenHalfLife(halfLife: HalfLife): string {
  const words = formatHalfLife(halfLife)
  if (halfLife.text === '') return words === 'not known' ? 'half-life not known' : words
  const [number, unit] = halfLife.text.split(' ') as [string, string]
  return `half-life ${words.replace(halfLife.text, `${number} ${SPOKEN_TIME_UNITS[unit] ?? unit}`)}`
}

/** Rate of another state in this run, short. */
function runRate(atlas: Atlas, data: ChartData, zai: Zai, settings: ChartSettings): string {
  const { result } = data
  if (!result) return ''
  const { condition } = finding(atlas, data, zai, settings, null)
  return rateWords(result, data.byZai.get(zai)?.[settings.yield] ?? null, condition, settings).value
}

function finding(atlas: Atlas, data: ChartData, zai: Zai, settings: ChartSettings, floor: number | null): Finding {
  const state = atlas.state(zai)
  const existence = state === undefined ? 'not-listed' : state.observed ? 'observed' : 'estimated'
  return findingOf(data.result, nuclideOfZai(zai), existence, data.byZai.get(zai), settings, floor)
}

function rateWords(
  result: ResultDocument,
  rate: Rate | null,
  condition: CellCondition,
  settings: ChartSettings,
): RateWords {
  const state = SCORE_STATES[condition]
  const unit = unitOf(result, settings)
  const words = formatRate(rate ?? (result.mode === 'estimate' ? NO_ESTIMATE : NO_RATE), unit, state)
  return {
    value: words.value,
    statistical: words.statistical,
    model: words.model,
    spoken: words.spoken,
    counts: rate?.counts == null ? '' : rate.counts === 1 ? '1 count' : `${rate.counts.toLocaleString('en-GB')} counts`,
    isLimit: rate != null && rate.perPrimary === null && rate.limit95 !== null,
  }
}

const SCORE_STATES: Readonly<Record<CellCondition, ScoreState>> = {
  'above-floor': 'scored',
  'below-floor': 'scored',
  zero: 'zero',
  'not-scored': 'not-scored',
  'isomer-not-resolved': 'isomer-not-resolved',
  'no-result': 'not-scored',
}

const unitOf = (result: ResultDocument, { per }: ChartSettings): RateUnit =>
  per === 'second' ? { per, currentMicroampere: result.currentMicroampere } : { per }

/** The state of a cell as a sentence. */
export function conditionSentence(
  condition: CellCondition,
  result: ResultDocument | null,
  floor: number | null,
  unit: string,
): string {
  switch (condition) {
    case 'above-floor':
      return result?.mode === 'estimate' ? 'Estimated.' : 'Scored.'
    case 'below-floor':
      return `Scored, below the floor of ${floor === null ? '0' : formatNumber(floor)} ${unit}.`
    case 'zero':
      return result?.mode === 'estimate'
        ? 'Within what the engine scores; this model does not make it.'
        : 'Scored, nothing counted: an upper limit, not zero.'
    case 'not-scored':
      return 'Not scored: outside the charge and mass numbers that this engine counts.'
    case 'isomer-not-resolved':
      return 'This engine does not tell isomers apart: the number of the ground state holds them all.'
    case 'no-result':
      return 'No result is loaded.'
  }
}

function remarksOf(state: NuclideState | undefined, data: ChartData, zai: Zai, settings: ChartSettings): string[] {
  const remarks: string[] = []
  if (!state) remarks.push('Produced in this run, but not listed in NUBASE2020: no half-life, no decay.')
  else {
    if (!state.observed) remarks.push('Nobody has seen this nuclide: NUBASE2020 lists it from systematics.')
    if (state.order !== 'certain')
      remarks.push(`The order of this state and its neighbour is ${state.order.replaceAll('-', ' ')}.`)
  }
  const residual: Residual | undefined = data.byZai.get(zai)
  const error = residual ? relativeError(residual[settings.yield]) : null
  if (error !== null && error > 0.99) remarks.push('A single count or less stands behind this number.')
  else if (error !== null && error > settings.errorLimit) {
    remarks.push(`The statistical error is above ${shortPercent(settings.errorLimit)}.`)
  }
  return remarks
}

/** `7.433 ± 0.010 d`, in the evaluators' own unit. */
function halfLifeWithError(halfLife: HalfLife): string {
  if (halfLife.kind !== 'measured' || halfLife.uncertainty === null || halfLife.seconds === null) {
    return formatHalfLife(halfLife)
  }
  const [number, unit] = halfLife.text.split(' ') as [string, string]
  const inUnit = (halfLife.uncertainty / halfLife.seconds) * Number(number)
  const decimals = number.includes('.') ? number.length - number.indexOf('.') - 1 : 0
  return `${number} ± ${inUnit < 1e-3 && decimals === 0 ? formatNumber(inUnit) : inUnit.toFixed(decimals)} ${unit}`
}

function limitRemark(halfLife: HalfLife): string {
  if (!halfLife.limit) return ''
  const sense = { '<': 'below', '>': 'above', '~': 'about' }[halfLife.limit.sense]
  return `experiment: ${sense} ${formatSpan(halfLife.limit.seconds)}`
}

const halfLifeWord = (state: NuclideState | undefined): string =>
  state ? formatHalfLife(state.halfLife) : 'not in table'

const percentWord = (share: number): string => `${Number((share * 100).toPrecision(4))} %`

const energyWord = (keV: number): string => (keV >= 1e4 ? `${Number((keV / 1000).toPrecision(5))} MeV` : `${keV} keV`)

/** Products beyond the named elements are possible in principle; they keep their numbers. */
const orNumbers = (zai: Zai, say: () => string): string => {
  const { z, a, m } = nuclideOfZai(zai)
  return z <= 118 ? say() : `Z${z}-${a}${m > 0 ? `m${m}` : ''}`
}

const nameOf = (zai: Zai): string => orNumbers(zai, () => formatZai(zai))
const labelOf = (zai: Zai): string => orNumbers(zai, () => nuclideLabel(nuclideOfZai(zai)))
const spoken = (zai: Zai): string => orNumbers(zai, () => spokenNuclide(nuclideOfZai(zai)))
const elementOf = (z: number): string => (z <= 118 ? elementName(z) : `Z${z}`)

/** The key of the ground state of a state. */
export const groundOf = (zai: Zai): Zai => {
  const { z, a } = nuclideOfZai(zai)
  return zaiOf(z, a)
}
