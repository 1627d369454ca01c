import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from '#quantities/conversions.ts'
import { NUBASE_CORRECTIONS } from '../../tools/nuclides/corrections.ts'
import { readNubase } from '../../tools/nuclides/nubase.ts'
import { readCsv } from '../../tools/nuclides/text.ts'
import { chargeOfElement, elementSymbol } from './elements.ts'
import { zai } from './names.ts'
import { decayModesOf, groundStateOf, groundStates, isomersOf, isotopeRange, nuclideStates, stateOf } from './states.ts'

const raw = (file: string): string => readFileSync(new URL(`../../nuclear-data/${file}`, import.meta.url), 'utf8')
const state = (name: string) => stateOf(zai(name))!

describe('NUBASE2020 as compiled', () => {
  it('has the counts that the table has', () => {
    expect(nuclideStates).toHaveLength(5843)
    expect(groundStates()).toHaveLength(3558)
    const count = (m: number): number => nuclideStates.filter((s) => s.m === m).length
    expect([1, 2, 3, 4, 5, 6, 8, 9].map(count)).toEqual([1378, 463, 201, 42, 11, 4, 162, 24])
    const grounds = groundStates()
    const kind = (k: string): number => grounds.filter((s) => s.halfLife.kind === k).length
    expect(kind('stable')).toBe(253)
    expect(kind('particle-unbound')).toBe(3)
    // 369 estimates: 367 plain ones and two that are limits at the same time (170Re, 237Cm).
    expect(grounds.filter((s) => s.halfLife.fromSystematics)).toHaveLength(369)
    // 84 without a half-life, of which 38 hold an upper limit, ...
    const bare = grounds.filter((s) => s.halfLife.kind === 'unknown').length
    expect(bare).toBe(46)
    expect(nuclideStates.filter((s) => s.abundancePercent !== null)).toHaveLength(289)
    expect(nuclideStates.filter((s) => !s.exists)).toHaveLength(16)
    expect(grounds.filter((s) => !s.observed)).toHaveLength(218)
  })

  it('spans Z 0-118, N 0-177, A 1-295 and 54 decades', () => {
    const grounds = groundStates()
    expect([
      Math.max(...grounds.map((s) => s.z)),
      Math.max(...grounds.map((s) => s.n)),
      Math.max(...grounds.map((s) => s.a)),
    ]).toEqual([118, 177, 295])
    const lives = grounds.flatMap((s) => (s.halfLife.kind === 'measured' ? [s.halfLife.seconds as number] : []))
    expect(Math.min(...lives) / 8.6e-23).toBeCloseTo(1, 6)
    expect(Math.max(...lives) / (2.25e24 * SECONDS_PER_YEAR)).toBeCloseTo(1, 12)
    const existing = nuclideStates.filter((s) => s.m > 0 && s.m < 8 && s.exists && s.halfLife.kind !== 'stable')
    const atLeast = (seconds: number): number => existing.filter((s) => (s.halfLife.seconds ?? 0) >= seconds).length
    expect(atLeast(3600)).toBeGreaterThanOrEqual(116)
    expect(atLeast(3600)).toBeLessThanOrEqual(118)
    expect(atLeast(1)).toBeGreaterThan(600)
  })

  it('has the half-lives asked for', () => {
    const seconds = (name: string): number => state(name).halfLife.seconds!
    expect(seconds('Ag-111')).toBeCloseTo(7.433 * SECONDS_PER_DAY, 6)
    expect(state('Ag-111').halfLife.uncertainty).toBeCloseTo(0.01 * SECONDS_PER_DAY, 6)
    expect(seconds('Pd-111m')).toBeCloseTo(5.563 * 3600, 6)
    expect(seconds('Te-128') / (2.25e24 * SECONDS_PER_YEAR)).toBeCloseTo(1, 12)
    expect(seconds('Sn-126') / (230e3 * SECONDS_PER_YEAR)).toBeCloseTo(1, 12)
    expect(seconds('Sb-124')).toBeCloseTo(60.2 * SECONDS_PER_DAY, 6)
    expect(seconds('Sn-132')).toBe(39.7)
    expect(seconds('U-238') / (4.463e9 * SECONDS_PER_YEAR)).toBeCloseTo(1, 12)
    expect(seconds('Po-219')).toBe(618)
    expect(seconds('Ho-166m') / (1132.6 * SECONDS_PER_YEAR)).toBeCloseTo(1, 12)
    expect(seconds('Ag-110m')).toBeCloseTo(660e-9, 15)
    expect(seconds('Ag-110m2')).toBeCloseTo(249.863 * SECONDS_PER_DAY, 3)
    // Ground state and isomer change places between evaluations: here they are NUBASE2020's.
    expect([seconds('Ta-178'), seconds('Ta-178m')]).toEqual([
      expect.closeTo(2.36 * 3600, 6),
      expect.closeTo(9.31 * 60, 6),
    ])
    expect([seconds('Rf-261'), seconds('Rf-261m')]).toEqual([2.1, 74])
    expect([seconds('Pm-140'), seconds('Pm-140m')]).toEqual([9.2, expect.closeTo(5.95 * 60, 6)])
    expect(state('Ta-180m').halfLife.kind).toBe('stable')
  })

  it('keeps the values that stand in the wrong field of the table', () => {
    expect(state('Br-68').halfLife).toMatchObject({ kind: 'about', seconds: expect.closeTo(40e-9, 16) })
    expect(state('Zr-113').halfLife).toMatchObject({ kind: 'estimated', seconds: 0.015, limit: { sense: '>' } })
    expect(state('Zr-113').spinParity).toBe('3/2+')
    expect(state('S-26').halfLife).toMatchObject({ kind: 'upper-limit', seconds: expect.closeTo(79e-9, 16) })
    expect(state('B-11i').halfLife.kind, 'T=3/2 is an isospin').toBe('unknown')
  })

  it('has the mended rows', () => {
    expect(state('Te-126').abundancePercent).toBe(18.84)
    expect(decayModesOf(state('Pd-90')).map((mode) => mode.mode)).toEqual(['B+', 'B+p', '2p'])
    expect(decayModesOf(state('Np-235')).map((mode) => mode.mode)).toEqual(['EC', 'A'])
    expect(decayModesOf(state('Pd-126m3')).map((mode) => mode.mode)).toEqual(['B-', 'IT'])
    expect(decayModesOf(state('Tl-204')).map((mode) => mode.mode)).toEqual(['B-', 'B+'])
  })

  it('has abundances that add up to 100 for every element', () => {
    const sums = new Map<number, number>()
    for (const s of nuclideStates) if (s.abundancePercent) sums.set(s.z, (sums.get(s.z) ?? 0) + s.abundancePercent)
    expect(sums.size).toBe(84)
    for (const [z, sum] of sums) expect(Math.abs(sum - 100), elementSymbol(z)).toBeLessThan(0.02)
  })

  it('keeps excitation energies, their order and what is not certain', () => {
    expect(state('Ag-110m2')).toMatchObject({ excitation: 117.59, excitationUncertainty: 0.05, order: 'certain' })
    expect(state('Ta-178m')).toMatchObject({ excitation: 100, excitationFromSystematics: true, order: 'uncertain' })
    expect(state('Ag-111').excitation).toBe(0)
    expect(state('Pm-138m')).toMatchObject({ exists: false, excitation: null })
    expect(state('Rf-261').order).toBe('uncertain-and-reversed')
    expect(state('Li-3').observed).toBe(false)
  })

  it('lists isomers without analogue states and without those that do not exist', () => {
    expect(isomersOf(47, 110).map((s) => s.m)).toEqual([1, 2])
    expect(isomersOf(4, 8)).toEqual([])
    expect(isomersOf(61, 138)).toEqual([])
    expect(isomersOf(47, 1111)).toEqual([])
    expect(isotopeRange(47)).toEqual({ first: 92, last: 133 })
    expect(isotopeRange(119)).toBeUndefined()
    expect(groundStateOf(47, 1111), '10000 Z + 10 A of a four-digit A is another nuclide').toBeUndefined()
    expect(groundStateOf(1, 0)).toBeUndefined()
  })

  it('loses nothing on the way from the raw table', () => {
    const rows = readNubase(raw('nubase_3.mas20.txt'), NUBASE_CORRECTIONS)
    rows.forEach((row, at) => {
      const compiled = nuclideStates[at]!
      expect([compiled.z, compiled.a, compiled.m]).toEqual([row.z, row.a, row.m])
      expect(compiled.modes).toBe(row.modes)
      expect(compiled.spinParity).toBe(row.spinParity)
    })
  })

  it('stops when a correction no longer finds its error', () => {
    const mended = raw('nubase_3.mas20.txt').replace('IS=8.84 25', 'IS=18.84 25')
    expect(() => readNubase(mended, NUBASE_CORRECTIONS)).toThrow(/126 0520/)
  })

  it('agrees with ENSDF (LiveChart) on the half-lives of ground states', () => {
    const rows = readCsv(raw('iaea-livechart-ground-states-2023-10-18.csv'))
    let compared = 0
    const apart: string[] = []
    for (const row of rows) {
      const [z, n, seconds] = [Number(row['z']), Number(row['n']), Number(row['half_life_sec'])]
      if (row['operator_hl'] !== '' || !(seconds > 0.001)) continue
      const compiled = groundStateOf(z, z + n)
      if (compiled?.halfLife.kind !== 'measured') continue
      compared++
      const ratio = compiled.halfLife.seconds! / seconds
      if (ratio > 3 || ratio < 1 / 3) apart.push(`${elementSymbol(z)}-${z + n}`)
    }
    expect(compared).toBeGreaterThan(2500)
    // Units mixed up would put hundreds here. Up to fermium these are the ones measured anew between the two evaluations,
    // or with ground state and isomer in the other order.
    const known =
      'Co-70 Kr-99 Nb-104 Mo-83 Te-128 Pm-138 Re-172 Hg-208 Hg-209 At-192 Ra-202 Ac-205 Ac-236 U-217 Bk-234 Es-256'
    expect(apart.filter((name) => chargeOfElement(name.split('-')[0]!)! <= 100)).toEqual(known.split(' '))
    expect(apart.length).toBeLessThan(40)
  })
})
