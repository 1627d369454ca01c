import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHalfLife } from '#nuclides/half-life.ts'
import { formatZai, zai } from '#nuclides/names.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { groundStates, stateOf } from '#nuclides/states.ts'
import { SECONDS_PER_YEAR, secondsFromDays } from '#quantities/conversions.ts'
import type { Days, Seconds } from '#quantities/units.ts'
import { applyFeeding, cumulativeFeeding, DEFAULT_CUT, feedersOf } from './cumulative.ts'
import type { DecayData } from './decay-data.ts'
import { InventoryError } from './inventory-error.ts'

const days = (value: number): Seconds => secondsFromDays(value as Days)

/** Cumulative production of one nuclide for independent production by name. */
function cumulative(independent: Record<string, number>, target: string, cut: Seconds = DEFAULT_CUT): number {
  const matrix = cumulativeFeeding(Object.keys(independent).map(zai), cut)
  const at = matrix.nuclides.indexOf(zai(target))
  return at < 0 ? 0 : applyFeeding(matrix, Object.values(independent))[at]!
}

describe('cumulative production', () => {
  it('sums the A = 111 chain into 111Ag, less what the isomer of silver loses to cadmium', () => {
    // All of Rh goes through 111Pd; 99.297 % of that through 111mAg, of which 0.7 % goes to 111Cd directly.
    const direct = 0.0070304 + 0.9929696 * 0.993
    expect(cumulative({ 'Rh-111': 1, 'Pd-111': 1, 'Ag-111': 1 }, 'Ag-111')).toBeCloseTo(1 + 2 * direct, 12)
    expect(direct).toBeGreaterThan(0.99)
    // The chain upstream: Ru, Tc, Mo lose a little to delayed neutrons and nothing else.
    const chain = cumulative({ 'Tc-111': 1, 'Ru-111': 1, 'Rh-111': 1, 'Pd-111': 1, 'Ag-111': 1 }, 'Ag-111')
    expect(chain).toBeGreaterThan(4.95)
    expect(chain).toBeLessThan(5)
  })

  it('goes through the isomers of palladium and silver', () => {
    expect(cumulative({ 'Pd-111': 1 }, 'Ag-111m')).toBeCloseTo(0.9929696, 12)
    expect(cumulative({ 'Pd-111': 1 }, 'Ag-111')).toBeCloseTo(0.0070304 + 0.9929696 * 0.993, 12)
    expect(cumulative({ 'Ag-111m': 1 }, 'Ag-111')).toBe(0.993)
    const fromIsomer = 0.0789123 + 0.1910876 * 0.993 + 0.7300001 * (0.0070304 + 0.9929696 * 0.993)
    expect(cumulative({ 'Pd-111m': 1 }, 'Ag-111')).toBeCloseTo(fromIsomer, 9)
  })

  it('feeds only isomers of 126Sb from 126Sn, and only when the cut allows 230 ky', () => {
    expect(cumulative({ 'Sn-126': 1 }, 'Sb-126m')).toBe(0)
    const cut = (1e6 * SECONDS_PER_YEAR) as Seconds
    expect(cumulative({ 'Sn-126': 1 }, 'Sb-126m2', cut)).toBeCloseTo(0.6699501, 12)
    expect(cumulative({ 'Sn-126': 1 }, 'Sb-126m', cut), 'directly, and through the second isomer').toBeCloseTo(1, 12)
    expect(cumulative({ 'Sn-126': 1 }, 'Sb-126', cut)).toBeCloseTo(0.14, 12)
  })

  it('cuts at the half-life of the precursor, not of the product', () => {
    // 103Pd (17 d) feeds stable 103Rh; 102Rh lives 207 d; 109Pd lives 13.6 h.
    expect(cumulative({ 'Pd-103': 1 }, 'Rh-103')).toBeCloseTo(1, 9)
    expect(cumulative({ 'Pd-103': 1 }, 'Rh-103', days(10))).toBe(0)
    expect(cumulative({ 'Rh-102': 1 }, 'Pd-102')).toBe(0)
    expect(cumulative({ 'Rh-102': 1 }, 'Pd-102', days(300))).toBeGreaterThan(0.1)
    expect(cumulative({ 'Ag-110m2': 1 }, 'Ag-110'), '249.863 d').toBe(0)
    expect(cumulative({ 'Ag-110m2': 1 }, 'Ag-110', days(250))).toBeCloseTo(0.0136, 12)
    expect(cumulative({ 'Ag-111': 3 }, 'Ag-111', 1e-30 as Seconds)).toBe(3)
  })

  it('says what feeds a nuclide', () => {
    const matrix = cumulativeFeeding(['Ag-111', 'Pd-111', 'Rh-111', 'Cd-112'].map(zai))
    expect(feedersOf(matrix, zai('Ag-111')).map((feeder) => formatZai(feeder.zai))).toEqual([
      'Ag-111',
      'Rh-111',
      'Pd-111',
    ])
    expect(feedersOf(matrix, zai('Xe-135'))).toEqual([])
  })

  it('reports what has no data and leaves its atoms where they are', () => {
    const unlisted = zaiOf(47, 150)
    const matrix = cumulativeFeeding([unlisted, zai('Li-3'), zai('Ag-133'), zai('Be-8i')])
    const kinds = matrix.notes.map((note) => `${formatZai(note.zai)} ${note.kind}`)
    expect(kinds).toContain('Ag-150 not-listed')
    expect(kinds).toContain('Ag-133 half-life-not-known')
    expect(kinds).toContain('Li-3 assumed-branching')
    expect(matrix.ends[matrix.nuclides.indexOf(unlisted)]).toBe(1)
    for (const note of matrix.notes) expect(note.message).toContain(formatZai(note.zai))
    // 248Bk is only known to live longer than 9 y: against a cut of 100 y nothing decides.
    const doubtful = cumulativeFeeding([zai('Bk-248')], (100 * SECONDS_PER_YEAR) as Seconds)
    expect(doubtful.notes[0]).toMatchObject({
      kind: 'half-life-doubtful',
      message: expect.stringMatching(/longer than 9 y/),
    })
    expect(cumulativeFeeding([zai('Ag-111')]).notes).toEqual([])
  })

  it('counts atoms that fission as lost', () => {
    const matrix = cumulativeFeeding([zai('Cf-254'), zai('Ag-111')])
    expect(matrix.lost[0]).toBeCloseTo(0.9969, 3)
    expect(matrix.lost[1]).toBe(0)
  })

  it('refuses questions without an answer', () => {
    const code = (act: () => unknown): string => {
      try {
        act()
      } catch (error) {
        if (error instanceof InventoryError) return error.code
        throw error
      }
      return 'none'
    }
    expect(code(() => cumulativeFeeding([zai('Ag-111')], 0 as Seconds))).toBe('cut-not-positive')
    expect(code(() => cumulativeFeeding([zai('Ag-111')], Number.NaN as Seconds))).toBe('cut-not-positive')
    expect(code(() => cumulativeFeeding([zai('Ag-111'), zai('Ag-111')]))).toBe('nuclide-twice')
    expect(code(() => applyFeeding(cumulativeFeeding([zai('Ag-111')]), [1, 2]))).toBe('vector-length')
    const loop: DecayData = {
      halfLifeOf: () => readHalfLife('1 s'),
      branchesOf: (of) => [
        { daughter: of === zai('Ag-111') ? zai('Cd-111') : zai('Ag-111'), branching: 1, assumed: false },
      ],
    }
    expect(code(() => cumulativeFeeding([zai('Ag-111')], days(1), loop))).toBe('decay-cycle')
  })

  it('drops a decay into itself and shares it among the others', () => {
    const selfLoop: DecayData = {
      halfLifeOf: (of) => readHalfLife(of === zai('Es-258') ? '3 m' : 'stbl'),
      branchesOf: (of) => [
        { daughter: of, branching: 0.5, assumed: false },
        { daughter: zai('Bk-254'), branching: 0.3, assumed: false },
        { daughter: null, branching: 0.2, assumed: false },
      ],
    }
    const matrix = cumulativeFeeding([zai('Es-258')], days(1), selfLoop)
    expect(feedersOf(matrix, zai('Bk-254'))[0]!.fraction).toBeCloseTo(0.6, 12)
    expect(matrix.lost[0]).toBeCloseTo(0.4, 12)
    expect(feedersOf(matrix, zai('Es-258'))[0]!.fraction).toBe(1)
  })

  it('handles an empty run', () => {
    const matrix = cumulativeFeeding([])
    expect(matrix.nuclides).toEqual([])
    expect(applyFeeding(matrix, [])).toEqual(new Float64Array(0))
  })
})

const anyNuclides = fc.uniqueArray(fc.constantFrom(...groundStates().map((state) => state.zai)), {
  minLength: 1,
  maxLength: 40,
})
const anyCut = fc.constantFrom(1e-6, 1, 3600, 86_400, 8_640_000, 1e12).map((cut) => cut as Seconds)

describe('properties of feeding', () => {
  it('is linear', () => {
    fc.assert(
      fc.property(
        anyNuclides,
        anyCut,
        fc.infiniteStream(fc.double({ min: 0, max: 1e6, noNaN: true })),
        (produced, cut, stream) => {
          const matrix = cumulativeFeeding(produced, cut)
          const take = (): number[] => produced.map(() => stream.next().value as number)
          const [p, q] = [take(), take()]
          const both = applyFeeding(
            matrix,
            p.map((value, at) => 3 * value + q[at]!),
          )
          const [fp, fq] = [applyFeeding(matrix, p), applyFeeding(matrix, q)]
          both.forEach((value, at) => {
            const expected = 3 * fp[at]! + fq[at]!
            expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, expected))
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps every atom: what ends somewhere and what is lost to fission is what was produced', () => {
    fc.assert(
      fc.property(anyNuclides, anyCut, (produced, cut) => {
        const matrix = cumulativeFeeding(produced, cut)
        const kept = Float64Array.from(matrix.lost)
        for (let row = 0; row < matrix.nuclides.length; row++) {
          if (matrix.ends[row] === 0) continue
          for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++)
            kept[matrix.columns[at]!]! += matrix.fractions[at]!
        }
        for (const fraction of kept) expect(fraction).toBeCloseTo(1, 9)
      }),
      { numRuns: 100 },
    )
  })

  it('does not depend on the order of the nuclides, not in one bit', () => {
    fc.assert(
      fc.property(anyNuclides, anyCut, fc.infiniteStream(fc.nat()), (produced, cut, stream) => {
        const shuffled = produced
          .map((nuclide) => [stream.next().value as number, nuclide] as const)
          .sort(([p], [q]) => p - q)
          .map(([, nuclide]) => nuclide)
        const [one, other] = [cumulativeFeeding(produced, cut), cumulativeFeeding(shuffled, cut)]
        expect(other.nuclides).toEqual(one.nuclides)
        expect(other.notes).toEqual(one.notes)
        for (const nuclide of one.nuclides) expect(feedersOf(other, nuclide)).toEqual(feedersOf(one, nuclide))
      }),
      { numRuns: 60 },
    )
  })

  it('never gives less than what was produced, and fractions between 0 and 1', () => {
    const matrix = cumulativeFeeding(groundStates().map((state) => state.zai))
    for (const fraction of matrix.fractions) {
      expect(fraction).toBeGreaterThan(0)
      expect(fraction).toBeLessThanOrEqual(1 + 1e-12)
    }
    const row = new Map(matrix.nuclides.map((nuclide, at) => [nuclide, at]))
    const all = applyFeeding(matrix, new Float64Array(matrix.produced.length).fill(1))
    for (const state of groundStates()) expect(all[row.get(state.zai)!]!).toBeGreaterThanOrEqual(1)
    // The whole chart at once; every end is a state that stays or has no data.
    matrix.nuclides.forEach((nuclide: Zai, at) => {
      const halfLife = stateOf(nuclide)?.halfLife
      if (halfLife?.kind === 'stable') expect(matrix.ends[at], formatZai(nuclide)).toBe(1)
    })
  })
})
