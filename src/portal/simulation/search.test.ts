import { expect, it } from 'vitest'
import { fromTexts, type SimulationSearch, toTexts } from './search.ts'

it('comes back from the address as it went in, the chart parameters untouched', () => {
  const state: SimulationSearch = { tab: 'scan', point: 3, region: 'disc2', chart: { mode: 'particles', at: '47,64' } }
  expect(fromTexts(toTexts(state))).toEqual(state)
})

it('leaves defaults out of the address', () => {
  expect(toTexts({ tab: 'chart', point: 0, region: 'total', chart: {} })).toEqual({})
})

it('falls back where the address makes no sense', () => {
  expect(fromTexts({ tab: 'nonsense', point: '-2' })).toMatchObject({ tab: 'chart', point: 0 })
})
