import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zai } from '#nuclides/names.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { groundStates } from '#nuclides/states.ts'
import { secondsFromDays, secondsFromHours } from '#quantities/conversions.ts'
import type { Days, Hours, Seconds } from '#quantities/units.ts'
import { activitiesAfter, activityMatrices, type Irradiation } from './activity.ts'
import { applyFeeding } from './cumulative.ts'
import { InventoryError } from './inventory-error.ts'

const days = (value: number): Seconds => secondsFromDays(value as Days)
const hours = (value: number): Seconds => secondsFromHours(value as Hours)

/** Activities in Bq at both moments of one nuclide, for independent production by name. */
function activities(
  produced: Readonly<Record<string, number>>,
  of: string,
  irradiation: Seconds,
  cooling = 0 as Seconds,
  dutyCycle = 1,
): { end: number; cooled: number } {
  const answer = activitiesAfter({
    nuclides: Object.keys(produced).map(zai),
    ratesPerSecond: Object.values(produced),
    irradiation,
    dutyCycle,
    cooling,
  })
  const at = answer.nuclides.indexOf(zai(of))
  return { end: answer.endOfIrradiation.activities[at]!, cooled: answer.afterCooling.activities[at]! }
}

describe('activities of 111Ag (target and beam, section 5)', () => {
  const CHAIN = 2.0e11

  it('grows to 74 GBq in 5 d and towards 200 GBq, as the table of the chain rate says', () => {
    // The table was made with 7.45 d; NUBASE2020 says 7.433 d, 0.2 % apart.
    const table = { 1: 17.7, 3: 48.6, 5: 74, 7: 96, 10: 121, 15: 150 }
    for (const [length, gigabecquerels] of Object.entries(table)) {
      const { end } = activities({ 'Ag-111': CHAIN }, 'Ag-111', days(Number(length)))
      expect(Math.abs(end / 1e9 - gigabecquerels) / gigabecquerels, `${length} d`).toBeLessThan(0.008)
    }
    expect(activities({ 'Ag-111': CHAIN }, 'Ag-111', days(1000)).end / 1e9).toBeCloseTo(200, 6)
  })

  it('waits for 111Pd of 23 min: 23 % are missing after 2.4 h, 4.6 % after 12 h, 0.4 % after 5 d', () => {
    const missing = { 0.1: 0.23, 0.5: 0.046, 5: 0.004 }
    for (const [length, share] of Object.entries(missing)) {
      const direct = activities({ 'Ag-111': CHAIN }, 'Ag-111', days(Number(length))).end
      const late = activities({ 'Pd-111': CHAIN }, 'Ag-111', days(Number(length))).end
      // 0.7 % of 111mAg goes to cadmium without passing through 111Ag.
      const followed = 0.0070304 + 0.9929696 * 0.993
      expect(Math.abs(1 - late / (direct * followed) - share), `${length} d`).toBeLessThan(0.1 * share)
    }
  })

  it('halves in 7.433 d of cooling, and grows at first where palladium still decays', () => {
    const { end, cooled } = activities({ 'Ag-111': 1e9 }, 'Ag-111', days(5), days(7.433))
    expect(cooled / end).toBeCloseTo(0.5, 14)
    const fed = activities({ 'Pd-111': 1e9 }, 'Ag-111', hours(1), hours(1))
    expect(fed.cooled).toBeGreaterThan(1.5 * fed.end)
  })
})

describe('activities after irradiation and cooling', () => {
  it('takes the duty cycle as a mean rate', () => {
    const whole = activities({ 'Ag-111': 1e9, 'Pd-111': 1e8 }, 'Ag-111', days(5), hours(3))
    const half = activities({ 'Ag-111': 1e9, 'Pd-111': 1e8 }, 'Ag-111', days(5), hours(3), 0.5)
    expect(half.end / whole.end).toBeCloseTo(0.5, 14)
    expect(half.cooled / whole.cooled).toBeCloseTo(0.5, 14)
    expect(activities({ 'Ag-111': 1e9 }, 'Ag-111', days(5), hours(3), 0)).toEqual({ end: 0, cooled: 0 })
  })

  it('gives 0 Bq for what is stable, and nothing for what nothing is known of', () => {
    const unlisted = zaiOf(47, 150)
    const nuclides = [unlisted, zai('Ag-133'), zai('Cd-112')]
    const answer = activitiesAfter({
      nuclides,
      ratesPerSecond: [1, 1, 1],
      irradiation: days(1),
      dutyCycle: 1,
      cooling: hours(1),
    })
    const of = (nuclide: Zai) => answer.afterCooling.activities[answer.nuclides.indexOf(nuclide)]
    expect(of(unlisted)).toBeNull()
    expect(of(zai('Ag-133'))).toBeNull()
    expect(of(zai('Cd-112'))).toBe(0)
    expect(answer.endOfIrradiation.atoms[answer.nuclides.indexOf(unlisted)]).toBe(86_400)
    expect(answer.network.notes.map((note) => note.kind)).toContain('not-listed')
  })

  it('saturates: long irradiation gives one decay a second for every atom a second that passes through', () => {
    const { end } = activities({ 'Te-132': 5e8 }, 'I-132', days(365))
    expect(end / 5e8).toBeCloseTo(1, 9)
  })

  it('handles an empty run, no irradiation and no cooling', () => {
    const nothing: Irradiation = { irradiation: days(0), dutyCycle: 1, cooling: hours(0) }
    expect(activitiesAfter({ nuclides: [], ratesPerSecond: [], ...nothing }).nuclides).toEqual([])
    expect(activities({ 'Ag-111': 1e9 }, 'Ag-111', days(0), hours(5))).toEqual({ end: 0, cooled: 0 })
  })

  it('remembers the matrices of equal questions, and of no others', () => {
    const when: Irradiation = { irradiation: days(5), dutyCycle: 1, cooling: hours(2) }
    const nuclides = ['Ag-111', 'Pd-111'].map(zai)
    const first = activityMatrices(nuclides, when)
    expect(activityMatrices([...nuclides], { ...when })).toBe(first)
    expect(activityMatrices(nuclides, { ...when, cooling: hours(3) })).not.toBe(first)
    expect(activityMatrices(nuclides.toReversed(), when)).not.toBe(first)
    expect(activityMatrices([zai('Ag-111')], when)).not.toBe(first)
    for (let length = 1; length <= 8; length++) activityMatrices(nuclides, { ...when, irradiation: days(length + 10) })
    expect(activityMatrices(nuclides, when), 'forgotten after eight others').not.toBe(first)
  })

  it('refuses questions without an answer', () => {
    const question = {
      nuclides: [zai('Ag-111')],
      ratesPerSecond: [1],
      irradiation: days(1),
      dutyCycle: 1,
      cooling: hours(0),
    }
    const code = (change: object): string => {
      try {
        activitiesAfter({ ...question, ...change })
      } catch (error) {
        if (error instanceof InventoryError) return error.code
        throw error
      }
      return 'none'
    }
    expect(code({})).toBe('none')
    expect(code({ dutyCycle: 1.1 })).toBe('duty-cycle-not-valid')
    expect(code({ dutyCycle: Number.NaN })).toBe('duty-cycle-not-valid')
    expect(code({ irradiation: -1 })).toBe('duration-not-valid')
    expect(code({ cooling: Number.POSITIVE_INFINITY })).toBe('duration-not-valid')
    expect(code({ ratesPerSecond: [-1] })).toBe('amount-not-valid')
    expect(code({ ratesPerSecond: [1, 2] })).toBe('vector-length')
    expect(code({ nuclides: [zai('Ag-111'), zai('Ag-111')], ratesPerSecond: [1, 2] })).toBe('nuclide-twice')
  })

  it('is linear, so that the vector of every batch can be carried through', () => {
    const anyNuclides = fc.uniqueArray(fc.constantFrom(...groundStates().map((state) => state.zai)), {
      minLength: 1,
      maxLength: 20,
    })
    const amounts = fc.infiniteStream(fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
    fc.assert(
      fc.property(anyNuclides, amounts, (nuclides, stream) => {
        const take = (): number[] => nuclides.map(() => stream.next().value as number)
        const [p, q] = [take(), take()]
        const { afterCooling } = activityMatrices(nuclides, { irradiation: days(5), dutyCycle: 0.7, cooling: hours(8) })
        const both = applyFeeding(
          afterCooling,
          p.map((value, at) => 3 * value + q[at]!),
        )
        const [fromP, fromQ] = [applyFeeding(afterCooling, p), applyFeeding(afterCooling, q)]
        both.forEach((value, at) => {
          expect(Math.abs(value - (3 * fromP[at]! + fromQ[at]!))).toBeLessThanOrEqual(1e-12 * value)
        })
      }),
      { numRuns: 40 },
    )
  })
})
