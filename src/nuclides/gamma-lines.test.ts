import { describe, expect, it } from 'vitest'
import type { KeV } from '#quantities/units.ts'
import { GAMMA_FLOOR_PERCENT, gammaLines, gammaLinesOf } from './gamma-lines.ts'
import { formatZai, zai } from './names.ts'
import { nuclideStates, stateOf } from './states.ts'

const line = (name: string, energy: number) =>
  gammaLinesOf(zai(name)).find((one) => Math.abs(one.energy - energy) < 0.1)

describe('gamma lines of JEFF-3.1.1', () => {
  it('has the lines everybody knows', () => {
    expect(line('Co-60', 1173.23)!.percent).toBeCloseTo(99.85, 2)
    expect(line('Sb-124', 602.73)!.percent).toBeCloseTo(97.89, 1)
    expect(line('Ag-111', 342.13)).toMatchObject({ energyUncertainty: 0.02, percent: 6.68, percentUncertainty: 0.33 })
    expect(line('I-131', 364.49)!.percent).toBeCloseTo(81.2, 1)
  })

  it('keeps a line with the state that decays: 661.7 keV is of Ba-137m', () => {
    expect(line('Ba-137m', 661.657)!.percent).toBeCloseTo(90.07, 2)
    expect(line('Cs-137', 661.657)).toBeUndefined()
  })

  it('has the lines of the 250 d isomer of 110Ag under the right rank', () => {
    expect(line('Ag-110m2', 657.76)!.percent).toBeGreaterThan(90)
    expect(gammaLinesOf(zai('Ag-110m'))).toEqual([])
  })

  it('has 28,900 lines above 0.1 %, all of existing states', () => {
    let lines = 0
    for (const state of nuclideStates) {
      const list = gammaLinesOf(state.zai)
      if (list.length > 0) expect(state.exists, formatZai(state.zai)).toBe(true)
      lines += list.length
      for (const [at, one] of list.entries()) {
        expect(one.percent).toBeGreaterThanOrEqual(GAMMA_FLOOR_PERCENT)
        if (at > 0) expect(one.energy).toBeGreaterThanOrEqual(list[at - 1]!.energy)
      }
    }
    expect(lines).toBeGreaterThan(28_800)
    expect(lines).toBeLessThan(28_950)
  })

  it('finds by energy exactly the lines within the tolerance', () => {
    const hits = gammaLines.near(342 as KeV, 0.5 as KeV)
    const expected = nuclideStates.flatMap((state) =>
      gammaLinesOf(state.zai).filter((one) => one.energy >= 341.5 && one.energy <= 342.5),
    )
    expect(hits).toHaveLength(expected.length)
    expect(hits.map((hit) => hit.percent)).toEqual([...hits.map((hit) => hit.percent)].sort((p, q) => q - p))
    for (const hit of hits) expect(stateOf(hit.zai)).toBeDefined()
    expect(gammaLines.near(1e6 as KeV, 1 as KeV)).toEqual([])
  })
})
