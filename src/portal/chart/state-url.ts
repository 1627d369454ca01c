/**
 * The chart's state in a link: a link restores the same picture. Parameters that are not understood are refused, not
 * ignored: a link that silently shows something else is worse than one that says what is wrong.
 */

import { formatZai, readCanonicalName } from '#nuclides/names.ts'
import { type Zai, zaiOfNuclide } from '#nuclides/nuclide.ts'
import { COLOUR_MAPS } from './colour-maps.ts'
import type { CellPoint } from './layout.ts'
import { CHART_MODES, type ChartSettings, DEFAULT_SETTINGS, NORMALISATIONS, YIELD_KINDS } from './settings.ts'
import { LARGEST_EDGE } from './view.ts'

/** All that a link carries. */
export interface ChartState {
  readonly settings: ChartSettings
  readonly selected: Zai | null
  /** Place in the middle (with fractions) and edge of a cell in CSS pixels; `null` shows the whole chart. */
  readonly camera: { readonly centre: CellPoint; readonly edge: number } | null
}

export const DEFAULT_STATE: ChartState = { settings: DEFAULT_SETTINGS, selected: null, camera: null }

export type ChartStateErrorCode = 'CHART_PARAMETER_UNKNOWN' | 'CHART_PARAMETER_INVALID'

/** Thrown for a link that cannot be shown as it was meant. */
export class ChartStateError extends Error {
  readonly code: ChartStateErrorCode
  /** Name of the parameter. */
  readonly parameter: string

  constructor(code: ChartStateErrorCode, parameter: string, message: string) {
    super(message)
    this.name = 'ChartStateError'
    this.code = code
    this.parameter = parameter
  }
}

/** Names of all parameters, in the order in which they are written. */
export const CHART_PARAMETERS = [
  'mode',
  'yield',
  'per',
  'min',
  'max',
  'floor',
  'map',
  'reversed',
  'isomers',
  'errormark',
  'scored',
  'maxerror',
  'minhalflife',
  'n',
  'z',
  'zoom',
  'sel',
] as const
export type ChartParameter = (typeof CHART_PARAMETERS)[number]

/** The parameters of a state; what is at its default is left out. */
export function stateToParameters(state: ChartState): Partial<Record<ChartParameter, string>> {
  const { settings: s, camera, selected } = state
  const d = DEFAULT_SETTINGS
  const out: Partial<Record<ChartParameter, string>> = {}
  if (s.mode !== d.mode) out.mode = s.mode
  if (s.yield !== d.yield) out.yield = s.yield
  if (s.per !== d.per) out.per = s.per
  if (s.limits) {
    out.min = String(s.limits.min)
    out.max = String(s.limits.max)
  }
  if (s.floor !== null) out.floor = String(s.floor)
  if (s.colourMap !== d.colourMap) out.map = s.colourMap
  if (s.reversed) out.reversed = '1'
  if (s.isomersFromSeconds !== d.isomersFromSeconds) out.isomers = String(s.isomersFromSeconds)
  if (s.errorLimit !== d.errorLimit) out.errormark = String(s.errorLimit)
  if (s.onlyScored) out.scored = '1'
  if (s.largestError !== null) out.maxerror = String(s.largestError)
  if (s.shortestHalfLife !== null) out.minhalflife = String(s.shortestHalfLife)
  if (camera) {
    out.n = shorter(camera.centre.n)
    out.z = shorter(camera.centre.z)
    out.zoom = shorter(camera.edge)
  }
  if (selected !== null) out.sel = formatZai(selected)
  return out
}

/** A hundredth of a cell is finer than a pixel; more digits only make a link longer. */
const shorter = (value: number): string => String(Math.round(value * 100) / 100)

/** Reads the parameters of a link. Throws {@link ChartStateError} for an unknown name or a value out of range. */
export function stateFromParameters(parameters: Readonly<Record<string, string>>): ChartState {
  for (const name of Object.keys(parameters)) {
    if (!(CHART_PARAMETERS as readonly string[]).includes(name)) {
      throw new ChartStateError(
        'CHART_PARAMETER_UNKNOWN',
        name,
        `The link has a parameter "${name}" that the chart does not know; it knows ${CHART_PARAMETERS.join(', ')}.`,
      )
    }
  }
  const read = new Reader(parameters)
  const min = read.number('min', { above: 0 })
  const max = read.number('max', { above: 0 })
  if ((min === null) !== (max === null))
    invalid(min === null ? 'min' : 'max', 'nothing', 'both min and max, or neither')
  if (min !== null && max !== null && min >= max) invalid('max', String(max), `more than min, which is ${min}`)
  const n = read.number('n', { from: -50, to: 400 })
  const z = read.number('z', { from: -50, to: 300 })
  const edge = read.number('zoom', { above: 0, to: LARGEST_EDGE })
  const cameraParts = [n, z, edge].filter((part) => part !== null).length
  if (cameraParts !== 0 && cameraParts !== 3) invalid('zoom', 'an incomplete view', 'n, z and zoom together')
  const d = DEFAULT_SETTINGS
  return {
    settings: {
      mode: read.choice('mode', CHART_MODES) ?? d.mode,
      yield: read.choice('yield', YIELD_KINDS) ?? d.yield,
      per: read.choice('per', NORMALISATIONS) ?? d.per,
      limits: min !== null && max !== null ? { min, max } : null,
      floor: read.number('floor', { from: 0 }),
      colourMap: read.choice('map', COLOUR_MAPS) ?? d.colourMap,
      reversed: read.choice('reversed', ['0', '1'] as const) === '1',
      isomersFromSeconds: read.number('isomers', { from: 0 }) ?? d.isomersFromSeconds,
      errorLimit: read.number('errormark', { above: 0 }) ?? d.errorLimit,
      onlyScored: read.choice('scored', ['0', '1'] as const) === '1',
      largestError: read.number('maxerror', { above: 0 }),
      shortestHalfLife: read.number('minhalflife', { above: 0 }),
    },
    camera: n !== null && z !== null && edge !== null ? { centre: { n, z }, edge } : null,
    selected: read.nuclide('sel'),
  }
}

/** The state as a query string without `?`. */
export function stateToQuery(state: ChartState): string {
  const parameters = stateToParameters(state)
  return CHART_PARAMETERS.flatMap((name) => {
    const value = parameters[name]
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  }).join('&')
}

/** Reads a query string, with or without `?`. A parameter given twice is refused: which one was meant? */
export function stateFromQuery(query: string): ChartState {
  // Without a prototype, so that a parameter may have any name and still be seen.
  const parameters: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(parameters, name)) invalid(name, 'two values', 'one')
    parameters[name] = value
  }
  return stateFromParameters(parameters)
}

function invalid(parameter: string, came: string, expected: string): never {
  throw new ChartStateError(
    'CHART_PARAMETER_INVALID',
    parameter,
    `The link's parameter "${parameter}" is ${came}; expected ${expected}.`,
  )
}

interface Range {
  readonly above?: number
  readonly from?: number
  readonly to?: number
}

class Reader {
  readonly #parameters: Readonly<Record<string, string>>

  constructor(parameters: Readonly<Record<string, string>>) {
    this.#parameters = parameters
  }

  #value(name: ChartParameter): string | null {
    return Object.hasOwn(this.#parameters, name) ? this.#parameters[name]! : null
  }

  choice<T extends string>(name: ChartParameter, choices: readonly T[]): T | null {
    const value = this.#value(name)
    if (value === null) return null
    const choice = choices.find((candidate) => candidate === value)
    return choice ?? invalid(name, `"${value}"`, `one of ${choices.join(', ')}`)
  }

  number(name: ChartParameter, range: Range): number | null {
    const value = this.#value(name)
    if (value === null) return null
    const number = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN
    const { above, from, to } = range
    const limits = [
      above === undefined ? '' : `above ${above}`,
      from === undefined ? '' : `from ${from}`,
      to === undefined ? '' : `up to ${to}`,
    ]
    const inRange =
      Number.isFinite(number) &&
      (above === undefined || number > above) &&
      (from === undefined || number >= from) &&
      (to === undefined || number <= to)
    if (!inRange) invalid(name, `"${value}"`, `a number ${limits.filter((text) => text !== '').join(' ')}`.trim())
    return number
  }

  nuclide(name: ChartParameter): Zai | null {
    const value = this.#value(name)
    if (value === null) return null
    const nuclide = readCanonicalName(value)
    return nuclide ? zaiOfNuclide(nuclide) : invalid(name, `"${value}"`, 'a nuclide such as Ag-111 or Ag-111m')
  }
}
