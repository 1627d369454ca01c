import { expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { type ChartState, DEFAULT_STATE } from '#portal/chart/chart.ts'
import { addressOfState, OPENING_STATE, stateOfAddress } from './chart-address.ts'

it('opens with cumulative particles and 111Ag, and an empty address', () => {
  expect(stateOfAddress({})).toBe(OPENING_STATE)
  expect(addressOfState(OPENING_STATE)).toEqual({})
})

it('brings every state back, also the default of the chart itself', () => {
  const states: readonly ChartState[] = [
    DEFAULT_STATE,
    { ...OPENING_STATE, selected: null },
    { ...OPENING_STATE, camera: { centre: { n: 64, z: 47 }, edge: 30 } },
    { ...DEFAULT_STATE, selected: zaiOf(46, 111), settings: { ...DEFAULT_STATE.settings, mode: 'error', floor: 1e6 } },
  ]
  for (const state of states) expect(stateOfAddress(addressOfState(state))).toEqual(state)
})

it('refuses what the chart does not know', () => {
  expect(() => stateOfAddress({ colour: 'red' })).toThrow('colour')
})
