/** The chart's state in the address of the page, with the picture that a simulation opens with. */

import { zaiOf } from '#nuclides/nuclide.ts'
import { type ChartState, DEFAULT_STATE, stateFromParameters, stateToParameters } from '#portal/chart/chart.ts'

/** What a physicist comes for: rates after the decay of the short-lived precursors, with 111Ag selected. */
export const OPENING_STATE: ChartState = {
  ...DEFAULT_STATE,
  settings: { ...DEFAULT_STATE.settings, mode: 'particles', yield: 'cumulative' },
  selected: zaiOf(47, 111),
}

/** Parameters of a state; none for the opening one. The mode is always written beside others, so that none is lost. */
export function addressOfState(state: ChartState): Readonly<Record<string, string>> {
  const parameters = written(state)
  return same(parameters, written(OPENING_STATE)) ? {} : parameters
}

function written(state: ChartState): Readonly<Record<string, string>> {
  return { mode: state.settings.mode, yield: state.settings.yield, ...stateToParameters(state) }
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => a[key] === b[key])
}

/** The state that an address asks for. @throws ChartStateError for a parameter that the chart does not know. */
export function stateOfAddress(parameters: Readonly<Record<string, string>>): ChartState {
  return Object.keys(parameters).length === 0 ? OPENING_STATE : stateFromParameters(parameters)
}
