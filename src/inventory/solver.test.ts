import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decayBranches } from '#nuclides/decay.ts'
import { readHalfLife } from '#nuclides/half-life.ts'
import { formatZai, zai } from '#nuclides/names.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { groundStates, stateOf } from '#nuclides/states.ts'
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from '#quantities/conversions.ts'
import type { PerSecond, Seconds } from '#quantities/units.ts'
import reference from '../../testdata/decay/uranium-series.json' with { type: 'json' }
import { multiply } from './column-matrix.ts'
import type { DecayData } from './decay-data.ts'
import { type DecayConstants, decayNetwork } from './decay-network.ts'
import { evolve } from './evolution.ts'
import { InventoryError } from './inventory-error.ts'
import { propagator } from './solver.ts'

const seconds = (value: number): Seconds => value as Seconds
const hours = (value: number): Seconds => seconds(value * SECONDS_PER_HOUR)
const years = (value: number): Seconds => seconds(value * SECONDS_PER_YEAR)

interface Listed {
  readonly nuclide: string
  readonly halfLifeSeconds: number | null
  readonly branches: readonly (readonly [string, number])[]
}

/** A network exactly as listed, branchings not normalised, as the reference values were made. */
function listedNetwork(listed: readonly Listed[], lossConstants?: readonly number[]) {
  const names = listed.map((entry) => entry.nuclide)
  const transitions = listed.flatMap(({ branches }, from) =>
    branches.map(([to, share]) => ({ from, to: names.indexOf(to), share })),
  )
  const constants: DecayConstants = {
    size: names.length,
    decayConstants: Float64Array.from(listed, (entry) =>
      entry.halfLifeSeconds === null ? 0 : Math.LN2 / entry.halfLifeSeconds,
    ),
    lossConstants: Float64Array.from(lossConstants ?? names.map(() => 0)),
    from: Uint32Array.from(transitions, (transition) => transition.from),
    to: Uint32Array.from(transitions, (transition) => transition.to),
    shares: Float64Array.from(transitions, (transition) => transition.share),
  }
  const vector = (amounts: Readonly<Record<string, number>>): Float64Array =>
    Float64Array.from(names, (name) => amounts[name] ?? 0)
  return { names, constants, vector }
}

/** A straight chain of the given half-lives; each decay makes one atom of the next. */
const chain = (halfLives: readonly (number | null)[], lossConstants?: readonly number[]) =>
  listedNetwork(
    halfLives.map((halfLifeSeconds, at) => ({
      nuclide: String(at),
      halfLifeSeconds,
      branches: at + 1 < halfLives.length ? [[String(at + 1), 1] as const] : [],
    })),
    lossConstants,
  )

const relative = (value: number, expected: number): number =>
  value === expected ? 0 : Math.abs(value - expected) / Math.abs(expected)

type Network = ReturnType<typeof listedNetwork>

const series = listedNetwork(reference.network as unknown as Listed[])

/** Activities after a time from activities, Bq. */
function decayed(
  { names, constants, vector }: Network,
  activities: Readonly<Record<string, number>>,
  time: Seconds,
): (name: string) => number {
  const initialAtoms = vector(activities).map((value, at) => (value === 0 ? 0 : value / constants.decayConstants[at]!))
  const [end] = evolve(constants, [{ duration: time, ratesPerSecond: null }], { initialAtoms })
  return (name) => end!.atoms[names.indexOf(name)]! * constants.decayConstants[names.indexOf(name)]!
}

describe('published reference values', () => {
  it('decays 99mTc and 123I for 20 h (tests of radioactivedecay)', () => {
    // The five numbers of ICRP Publication 107 that these published values were made with: 6.015 h, 13.27 h, 119.25 d
    // and the two shares. The half-life of 99Tc is that of NUBASE2020 too, in the years of radioactivedecay.
    const listed: Listed[] = [
      { nuclide: 'Tc-99m', halfLifeSeconds: hours(6.015), branches: [['Tc-99', 0.99996]] },
      { nuclide: 'Tc-99', halfLifeSeconds: 2.111e5 * 365.2422 * SECONDS_PER_DAY, branches: [] },
      { nuclide: 'I-123', halfLifeSeconds: hours(13.27), branches: [['Te-123m', 4.442e-5]] },
      { nuclide: 'Te-123m', halfLifeSeconds: 119.25 * SECONDS_PER_DAY, branches: [] },
    ]
    const activityOf = decayed(listedNetwork(listed), { 'Tc-99m': 2.3, 'I-123': 5.8 }, hours(20))
    const expected = {
      'Tc-99m': 0.22950748010063513,
      'I-123': 2.040459244534774,
      'Tc-99': 6.729944738772211e-9,
      'Te-123m': 7.721174031572363e-7,
    }
    for (const [name, value] of Object.entries(expected)) {
      expect(relative(activityOf(name), value), name).toBeLessThan(1e-14)
    }
  })

  it('halves tritium in 12.32 y', () => {
    expect(relative(decayed(series, { 'H-3': 10 }, years(12.32))('H-3'), 5)).toBeLessThan(1e-14)
  })

  it('counts 10 decays of 90Y from 10 atoms of 90Sr after a million years', () => {
    const [end] = evolve(series.constants, [{ duration: years(1e6), ratesPerSecond: null }], {
      initialAtoms: series.vector({ 'Sr-90': 10 }),
      counters: true,
    })
    for (const name of ['Sr-90', 'Y-90']) {
      expect(relative(end!.decays![series.names.indexOf(name)]!, 10), name).toBeLessThan(1e-14)
    }
  })

  it('is the matrix exponential of OpenMC, whose decay takes away two where ours adds two', () => {
    const network: DecayConstants = {
      size: 2,
      decayConstants: Float64Array.of(1, 3),
      lossConstants: new Float64Array(2),
      from: Uint32Array.of(0),
      to: Uint32Array.of(1),
      shares: Float64Array.of(2),
    }
    const { transfer } = propagator(network, seconds(0.1))
    const [first, fed] = multiply(transfer, [1, 0])
    const [, second] = multiply(transfer, [0, 1])
    expect(first).toBeCloseTo(0.90483741803596, 15)
    expect(second! - fed!).toBeCloseTo(0.576799023327476, 15)
  })

  it('breaks up 5Li of 3.07e-22 s within a day without loss (test of OpenMC)', () => {
    const { constants, vector } = listedNetwork([
      { nuclide: 'Li-5', halfLifeSeconds: 3.07e-22, branches: [['He-4', 1] as const, ['H-1', 1] as const] },
      { nuclide: 'He-4', halfLifeSeconds: null, branches: [] },
      { nuclide: 'H-1', halfLifeSeconds: null, branches: [] },
    ])
    const [end] = evolve(constants, [{ duration: seconds(86_400), ratesPerSecond: null }], {
      initialAtoms: vector({ 'Li-5': 1e24 }),
    })
    expect(end!.atoms[0]).toBe(0)
    for (const at of [1, 2]) expect(relative(end!.atoms[at]!, 1e24)).toBeLessThan(1e-14)
  })

  it('changes nothing in no time, also for 153Lu and 149Tm of equal half-lives (PyNE issue 1342)', () => {
    const network = decayNetwork([zai('Lu-153'), zai('Tm-149')])
    const initialAtoms = Float64Array.from(network.nuclides, (_, at) => at + 1)
    const segments = [{ duration: seconds(0), ratesPerSecond: new Float64Array(network.size).fill(1e9) }]
    const [end] = evolve(network, segments, { initialAtoms, counters: true })
    expect(end!.atoms).toEqual(initialAtoms)
    expect(end!.decays!.every((value) => value === 0)).toBe(true)
    const equal = chain([0.9, 0.9, null])
    expect([...multiply(propagator(equal.constants, seconds(0)).transfer, [1, 0, 0])]).toEqual([1, 0, 0])
    const [, daughter] = multiply(propagator(equal.constants, seconds(0.9)).transfer, [1, 0, 0])
    expect(relative(daughter!, Math.LN2 / 2)).toBeLessThan(1e-15)
  })

  it('leads from 238U to 206Pb in 14 steps and from 232Th to 208Pb in 10', () => {
    const mainBranch = (name: string): string[] => {
      const steps = [name]
      for (let at = zai(name); decayBranches(at).length > 0 && stateOf(at)?.halfLife.kind !== 'stable'; ) {
        at = decayBranches(at)[0]!.daughter!
        steps.push(formatZai(at))
      }
      return steps
    }
    // The isomer of 234Pa is a stop of its own in the table of branches, as it is in nature.
    expect(mainBranch('U-238').at(-1)).toBe('Pb-206')
    expect(mainBranch('U-238')).toHaveLength(15)
    expect(mainBranch('Th-232').at(-1)).toBe('Pb-208')
    expect(mainBranch('Th-232')).toHaveLength(11)
    const network = decayNetwork([zai('U-238'), zai('Th-232')])
    const initialAtoms = Float64Array.from(network.nuclides, (of) =>
      Number(of === zai('U-238') || of === zai('Th-232')),
    )
    const [end] = evolve(network, [{ duration: years(1e13), ratesPerSecond: null }], { initialAtoms })
    for (const lead of ['Pb-206', 'Pb-208']) {
      expect(end!.atoms[network.nuclides.indexOf(zai(lead))], lead).toBeCloseTo(1, 5)
    }
  })

  it('builds up 111Ag at 1e9/s for 5 d to the last digit', () => {
    // In 20 digits: 345273179674562.09813 atoms, 372657983.87569406058 Bq, with a half-life of 642211.2 s.
    const network = decayNetwork([zai('Ag-111')])
    const at = network.nuclides.indexOf(zai('Ag-111'))
    const ratesPerSecond = new Float64Array(network.size)
    ratesPerSecond[at] = 1e9
    const [end] = evolve(network, [{ duration: seconds(5 * 86_400), ratesPerSecond }])
    expect(relative(end!.atoms[at]!, 345273179674562.1)).toBeLessThan(1e-15)
    expect(relative(end!.atoms[at]! * network.decayConstants[at]!, 372657983.87569404)).toBeLessThan(1e-15)
  })
})

describe('the uranium series against 400 digits', () => {
  it('keeps relative accuracy for every member at every time', () => {
    let compared = 0
    for (const { time, seconds: duration, atoms } of reference.uraniumSeries) {
      const [end] = evolve(series.constants, [{ duration: seconds(duration), ratesPerSecond: null }], {
        initialAtoms: series.vector({ 'U-238': 1 }),
      })
      for (const [name, expected] of Object.entries(atoms as Record<string, number>)) {
        if (expected < 1e-250) continue
        compared++
        const value = end!.atoms[series.names.indexOf(name)]!
        expect(relative(value, expected), `${name} after ${time}`).toBeLessThan(1e-13)
      }
    }
    expect(compared).toBeGreaterThan(100)
  })

  it('carries natural uranium through a thousand million years', () => {
    const { becquerel, seconds: duration, becquerelAfter } = reference.naturalUranium
    const activityOf = decayed(series, becquerel, seconds(duration))
    expect(Object.keys(becquerelAfter)).toEqual(expect.arrayContaining(['Ra-226', 'Pb-210', 'Tl-210', 'At-215']))
    for (const [name, value] of Object.entries(becquerelAfter)) {
      expect(relative(activityOf(name), value), name).toBeLessThan(1e-13)
    }
  })

  it('comes to rest with 226Ra and 210Pb as active as 238U, but for what is lost and what lags behind', () => {
    const { becquerel, seconds: duration } = reference.naturalUranium
    const activityOf = decayed(series, becquerel, seconds(duration))
    const entryOf = (name: string) => reference.network.find((entry) => entry.nuclide === name)!
    const halfLifeOf = (name: string): number => entryOf(name).halfLifeSeconds!
    const shareOf = (name: string): number =>
      entryOf(name).branches.reduce((total, [, share]) => total + (share as number), 0)
    // A daughter in equilibrium decays lambda / (lambda - lambda of 238U) times as often as it is made.
    const lag = (name: string): number => 1 / (1 - halfLifeOf(name) / halfLifeOf('U-238'))
    // 234Pa is a detour of 0.16 % of the decays; what it adds is below 1e-15.
    const toRadium = ['Th-234', 'Pa-234m', 'U-234', 'Th-230', 'Ra-226'].reduce(
      (product, name) => product * lag(name),
      1,
    )
    const radium = activityOf('Ra-226') / activityOf('U-238')
    expect(relative(radium, toRadium * shareOf('U-238') * shareOf('U-234'))).toBeLessThan(1e-13)
    expect(relative(radium, 1)).toBeLessThan(1e-4)

    // On the way to 210Pb only 210Tl, after 214Bi, loses atoms: to 209Pb, with a delayed neutron.
    const toTl210 = entryOf('Bi-214').branches.find(([daughter]) => daughter === 'Tl-210')![1] as number
    const toPb209 = entryOf('Tl-210').branches.find(([daughter]) => daughter === 'Pb-209')![1] as number
    const toLead = ['Rn-222', 'Po-218', 'Pb-214', 'Bi-214', 'Pb-210'].reduce((product, name) => product * lag(name), 1)
    const lead = activityOf('Pb-210') / activityOf('Ra-226')
    expect(relative(lead, toLead * (1 - toTl210 * toPb209))).toBeLessThan(1e-13)
    expect(relative(lead, 1)).toBeLessThan(2e-8)
  })
})

describe('build-up in segments', () => {
  const halfLife = 1000
  const lambda = Math.LN2 / halfLife

  it('follows irradiation, pause, irradiation and cooling', () => {
    const { constants } = chain([halfLife, null])
    const on = { duration: seconds(500), ratesPerSecond: [7, 0] }
    const off = { duration: seconds(500), ratesPerSecond: null }
    const ends = evolve(constants, [on, off, on, off], { counters: true })
    const built = (7 / lambda) * -Math.expm1(-lambda * 500)
    const fade = Math.exp(-lambda * 500)
    const expected = [built, built * fade, built * fade * fade + built, (built * fade * fade + built) * fade]
    ends.forEach((end, at) => {
      expect(relative(end.atoms[0]!, expected[at]!)).toBeLessThan(1e-14)
      const made = at < 2 ? 3500 : 7000
      expect(relative(end.atoms[0]! + end.atoms[1]!, made)).toBeLessThan(1e-14)
      expect(relative(end.decays![0]!, end.atoms[1]!)).toBeLessThan(1e-13)
    })
  })

  it('counts what an element loses to release apart from what decays', () => {
    const loss = 3 * lambda
    const { constants } = chain([halfLife, 77, null], [loss, 0, 0])
    const [end] = evolve(constants, [{ duration: seconds(1e7), ratesPerSecond: [5, 0, 0] }], { counters: true })
    // Long after saturation three of four atoms have left.
    expect(relative(end!.atoms[0]!, 5 / (4 * lambda))).toBeLessThan(1e-14)
    expect(end!.released![0]! / end!.decays![0]!).toBeCloseTo(3, 12)
    expect(relative(end!.atoms[0]! + end!.decays![0]! + end!.released![0]!, 5e7)).toBeLessThan(1e-13)
    expect([...end!.released!.slice(1)]).toEqual([0, 0])
    const byElement = decayNetwork(['Pd-111', 'Ag-111'].map(zai), {
      lossOf: (z) => (z === 47 ? 1e-3 : 0) as PerSecond,
    })
    byElement.nuclides.forEach((nuclide, at) => {
      expect(byElement.lossConstants[at]).toBe(Math.floor(nuclide / 10_000) === 47 ? 1e-3 : 0)
    })
  })

  it('is right at both ends of the scale: lambda t of 1e-26 and of 1e21', () => {
    const slow = chain([1e30, null])
    const [, fed] = multiply(propagator(slow.constants, seconds((1e4 * 1) / Math.LN2)).transfer, [1, 0])
    expect(relative(fed!, 1e-26)).toBeLessThan(1e-14)
    const fast = chain([Math.LN2 * 1e-21, 1, null])
    const step = propagator(fast.constants, seconds(1), { integral: true })
    const [none, half, half2] = multiply(step.transfer, [1, 0, 0])
    expect(none).toBe(0)
    expect(relative(half!, 0.5)).toBeLessThan(1e-14)
    expect(relative(half2!, 0.5)).toBeLessThan(1e-14)
    expect(relative(multiply(step.build, [1, 0, 0])[0]!, 1e-21)).toBeLessThan(1e-14)
    expect(relative(multiply(step.integral!, [1, 0, 0])[0]!, 1e-21)).toBeLessThan(1e-14)
    // A fast nuclide fed by a slow one: neither the norm of the matrix nor the span may cost digits.
    const both = chain([1e30, 1e-20, null])
    const [, middle, last] = multiply(propagator(both.constants, seconds(1)).transfer, [1, 0, 0])
    expect(relative(middle!, 1e-50)).toBeLessThan(1e-13)
    expect(relative(last!, Math.LN2 / 1e30)).toBeLessThan(1e-13)
  })

  it('needs no special case where half-lives are equal, or nearly', () => {
    const times = [1e-6, 0.3, 1, 40]
    for (const time of times) {
      const { constants } = chain([Math.LN2, Math.LN2, Math.LN2, Math.LN2, null])
      const atoms = multiply(propagator(constants, seconds(time)).transfer, [1, 0, 0, 0, 0])
      let term = Math.exp(-time)
      for (let at = 0; at < 4; at++) {
        expect(relative(atoms[at]!, term), `${at} after ${time}`).toBeLessThan(1e-13)
        term *= time / (at + 1)
      }
      const near = chain([Math.LN2, Math.LN2 * (1 + 1e-9), Math.LN2 * (1 - 1e-9), null])
      const close = multiply(propagator(near.constants, seconds(time)).transfer, [1, 0, 0, 0])
      expect(relative(close[2]!, (Math.exp(-time) * time * time) / 2)).toBeLessThan(1e-7)
    }
  })

  it('refuses questions without an answer', () => {
    const { constants } = chain([1, null])
    const code = (act: () => unknown): string => {
      try {
        act()
      } catch (error) {
        if (error instanceof InventoryError) return error.code
        throw error
      }
      return 'none'
    }
    const changed = (change: Partial<DecayConstants>): DecayConstants => ({ ...constants, ...change })
    expect(code(() => propagator(constants, seconds(-1)))).toBe('duration-not-valid')
    expect(code(() => propagator(constants, seconds(Number.NaN)))).toBe('duration-not-valid')
    expect(code(() => propagator(changed({ decayConstants: Float64Array.of(-1, 0) }), seconds(1)))).toBe(
      'network-not-valid',
    )
    expect(code(() => propagator(changed({ shares: Float64Array.of(Number.NaN) }), seconds(1)))).toBe(
      'network-not-valid',
    )
    expect(code(() => propagator(changed({ to: Uint32Array.of(9) }), seconds(1)))).toBe('network-not-valid')
    const cycle = { from: Uint32Array.of(0, 1), to: Uint32Array.of(1, 0), shares: Float64Array.of(1, 1) }
    expect(code(() => propagator(changed(cycle), seconds(1)))).toBe('decay-cycle')
    expect(code(() => evolve(constants, [{ duration: seconds(1), ratesPerSecond: [-1, 0] }]))).toBe('amount-not-valid')
    expect(code(() => evolve(constants, [{ duration: seconds(1), ratesPerSecond: [1] }]))).toBe('vector-length')
    expect(code(() => evolve(constants, [], { initialAtoms: [1] }))).toBe('vector-length')
    expect(code(() => decayNetwork([zai('Ag-111'), zai('Ag-111')]))).toBe('nuclide-twice')
  })
})

describe('the network of the evaluated tables', () => {
  it('goes through the isomers of silver and drops decays into themselves', () => {
    const network = decayNetwork([zai('Pd-111')])
    expect(network.nuclides.map(formatZai)).toEqual(['Pd-111', 'Ag-111', 'Ag-111m', 'Cd-111'])
    const selfLoop: DecayData = {
      halfLifeOf: (of) => readHalfLife(of === zai('Es-258') ? '3 m' : 'stbl'),
      branchesOf: (of) => [
        { daughter: of, branching: 0.5, assumed: false },
        { daughter: zai('Bk-254'), branching: 0.3, assumed: false },
        { daughter: null, branching: 0.2, assumed: false },
      ],
    }
    const looped = decayNetwork([zai('Es-258')], { data: selfLoop })
    const at = looped.nuclides.indexOf(zai('Es-258'))
    expect(looped.decayConstants[at]).toBeCloseTo(Math.LN2 / 360, 15)
    expect([...looped.shares]).toEqual([0.6])
    expect(looped.notFollowed[at]).toBeCloseTo(0.4, 12)
  })

  it('says what has no data, and never gives an activity for it', () => {
    const unlisted = zaiOf(47, 150)
    const network = decayNetwork([unlisted, zai('Ag-133'), zai('Ag-111')])
    const noteOf = (of: Zai): string[] => network.notes.filter((note) => note.zai === of).map((note) => note.kind)
    expect(noteOf(unlisted)).toEqual(['not-listed'])
    expect(noteOf(zai('Ag-133'))).toContain('half-life-not-known')
    expect(noteOf(zai('Ag-111'))).toEqual([])
    expect(network.known[network.nuclides.indexOf(unlisted)]).toBe(0)
    expect(network.known[network.nuclides.indexOf(zai('Ag-133'))]).toBe(0)
    expect(network.known[network.nuclides.indexOf(zai('Ag-111'))]).toBe(1)
    for (const note of network.notes) expect(note.message).toContain(formatZai(note.zai))
  })
})

const anyNuclides = fc.uniqueArray(fc.constantFrom(...groundStates().map((state) => state.zai)), {
  minLength: 1,
  maxLength: 25,
})
const anyTime = fc.double({ min: -9, max: 18, noNaN: true }).map((power) => seconds(10 ** power))
const anyAmount = fc.infiniteStream(fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
const take = (stream: Iterator<number>, length: number): number[] =>
  Array.from({ length }, () => stream.next().value as number)

describe('properties of decay', () => {
  it('keeps every atom: present, released, or decayed into what is not followed', () => {
    fc.assert(
      fc.property(anyNuclides, anyTime, anyTime, anyAmount, fc.boolean(), (produced, first, second, stream, lossy) => {
        const network = decayNetwork(produced, lossy ? { lossOf: (z) => (z * 1e-7) as PerSecond } : {})
        const initialAtoms = take(stream, network.size)
        const ratesPerSecond = take(stream, network.size)
        const segments = [
          { duration: first, ratesPerSecond },
          { duration: second, ratesPerSecond: null },
        ]
        const end = evolve(network, segments, { initialAtoms, counters: true }).at(-1)!
        const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0)
        const made = sum(initialAtoms) + sum(ratesPerSecond) * first
        const left = sum(end.decays!.map((count, at) => count * network.notFollowed[at]!))
        expect(relative(sum(end.atoms) + sum(end.released!) + left, made)).toBeLessThan(1e-12)
      }),
      { numRuns: 80 },
    )
  })

  it('arrives at the same inventory in one step and in two, each nuclide to its own accuracy', () => {
    fc.assert(
      fc.property(anyNuclides, anyTime, anyTime, anyAmount, (produced, first, second, stream) => {
        const network = decayNetwork(produced)
        const initialAtoms = take(stream, network.size)
        const ratesPerSecond = take(stream, network.size)
        const options = { initialAtoms, counters: true }
        const segment = (duration: number) => ({ duration: seconds(duration), ratesPerSecond })
        const whole = evolve(network, [segment(first + second)], options).at(-1)!
        const parts = evolve(network, [segment(first), segment(second)], options).at(-1)!
        for (let at = 0; at < network.size; at++) {
          if (whole.atoms[at]! > 1e-200) expect(relative(parts.atoms[at]!, whole.atoms[at]!)).toBeLessThan(1e-11)
          if (whole.decays![at]! > 1e-200) expect(relative(parts.decays![at]!, whole.decays![at]!)).toBeLessThan(1e-11)
        }
      }),
      { numRuns: 80 },
    )
  })

  it('never makes a number negative or undefined, for half-lives and times of any size', () => {
    const halfLife = fc.option(
      fc.double({ min: -24, max: 32, noNaN: true }).map((power) => 10 ** power),
      { nil: null },
    )
    fc.assert(
      fc.property(
        fc.array(halfLife, { minLength: 2, maxLength: 12 }),
        fc.double({ min: -6, max: 18, noNaN: true }),
        (halfLives, power) => {
          const { constants } = chain(halfLives)
          const step = propagator(constants, seconds(10 ** power), { integral: true })
          for (const matrix of [step.transfer, step.build, step.integral!]) {
            for (const value of matrix.values) expect(value >= 0 && value < Number.POSITIVE_INFINITY).toBe(true)
          }
          // One atom stays one atom, wherever it is: the last of the chain decays out of it.
          const end = multiply(
            step.transfer,
            halfLives.map((_, at) => Number(at === 0)),
          )
          const gone =
            multiply(
              step.build,
              halfLives.map((_, at) => Number(at === 0)),
            ).at(-1)! * constants.decayConstants.at(-1)!
          expect(end.reduce((total, value) => total + value, 0) + gone).toBeCloseTo(1, 12)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('does not depend on the order of the nuclides, not in one bit', () => {
    fc.assert(
      fc.property(anyNuclides, anyTime, (produced, time) => {
        const [one, other] = [decayNetwork(produced), decayNetwork([...produced].reverse())]
        expect(other.nuclides).toEqual(one.nuclides)
        expect(propagator(other, time).build).toEqual(propagator(one, time).build)
      }),
      { numRuns: 40 },
    )
  })
})
