import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileNuclides } from '../../tools/nuclides/compile.ts'
import { modeOfLibrary, readDecayLibrary } from '../../tools/nuclides/decay-library.ts'
import { decayBranches, decayConstant, decayParents } from './decay.ts'
import { formatZai, zai } from './names.ts'
import { zaiOf } from './nuclide.ts'
import { nuclideStates, stateOf } from './states.ts'

const raw = (file: string): string => readFileSync(new URL(`../../nuclear-data/${file}`, import.meta.url), 'utf8')

const branches = (name: string): Record<string, number> =>
  Object.fromEntries(
    decayBranches(zai(name)).map(({ mode, daughter, branching }) => [
      `${mode} ${daughter === null ? '-' : formatZai(daughter)}`,
      branching,
    ]),
  )

describe('branching into isomers', () => {
  it('leads 111Pd to the isomer of 111Ag', () => {
    expect(branches('Pd-111')).toEqual({ 'B- Ag-111m': 0.9929696, 'B- Ag-111': 0.0070304 })
    expect(branches('Pd-111m')).toEqual({ 'IT Pd-111': 0.7300001, 'B- Ag-111m': 0.1910876, 'B- Ag-111': 0.0789123 })
    expect(branches('Ag-111m')).toEqual({ 'IT Ag-111': 0.993, 'B- Cd-111': 0.007 })
    expect(branches('Ag-111')).toEqual({ 'B- Cd-111': 1 })
  })

  it('leads 126Sn only into isomers of 126Sb, 52Fe into the isomer of 52Mn', () => {
    expect(branches('Sn-126')).toEqual({ 'B- Sb-126m2': 0.6699501, 'B- Sb-126m': 0.3300499 })
    expect(branches('Fe-52')).toEqual({ 'B+ Mn-52m': 1 })
    expect(branches('Cs-137')['B- Ba-137m']).toBeCloseTo(0.947, 3)
  })

  it('finds the 250 d isomer of 110Ag, which other libraries number first, as the second', () => {
    expect(branches('Ag-110m2')).toEqual({ 'B- Cd-110': 0.9864, 'IT Ag-110': 0.0136 })
    expect(branches('Ag-110m')).toEqual({ 'IT Ag-110': 1 })
    expect(decayBranches(zai('Ag-110m'))[0]).toMatchObject({ source: 'nubase2020', assumed: false })
  })

  it('uses the brackets of NUBASE2020 where only it knows the fed state', () => {
    expect(branches('In-116m2')).toEqual({ 'IT In-116m': 1 })
  })
})

describe('errors of the libraries', () => {
  it('matches ground state and isomer by half-life where evaluations have swapped them', () => {
    // 178W (21.6 d) decays to the 9.3 min state, which ENDF/B-VII.1 calls the ground state and NUBASE2020 the isomer.
    expect(branches('W-178')).toEqual({ 'B+ Ta-178m': 1 })
    expect(stateOf(zai('Ta-178m'))!.halfLife.text).toBe('9.31 min')
    // The entry of 2.1 s wins over the 65 s one that stands for the ground state in ENDF/B-VII.1.
    expect(branches('Rf-261')).toEqual({ 'SF -': 0.82, 'A No-257': 0.18 })
    expect(branches('Pm-140')).toEqual({ 'B+ Nd-140': 1 })
    expect(decayBranches(zai('Pm-140'))[0]!.source, 'ENDF/B-VII.1 gives it the half-life of the isomer').toBe('jeff311')
  })

  it('passes over an isomer that does not exist', () => {
    expect(decayBranches(zai('Pm-138m'))).toEqual([])
    expect(branches('Sm-138')).toEqual({ 'B+ Pm-138': 1 })
    for (const { zai: parent } of nuclideStates) {
      for (const { daughter } of decayBranches(parent)) {
        if (daughter !== null) expect(stateOf(daughter)?.exists, formatZai(daughter)).not.toBe(false)
      }
    }
  })

  it('passes over placeholders: Po-219 has 10.3 min, not 3e-7 s, and its measured modes', () => {
    expect(branches('Po-219')).toEqual({ 'B- At-219': 0.718, 'A Pb-215': 0.282 })
    expect(decayConstant(zai('Po-219'))! * 618).toBeCloseTo(Math.LN2, 12)
    expect(decayBranches(zai('Hg-208'))[0]).toMatchObject({ source: 'nubase2020' })
    expect(decayBranches(zai('Te-128'))[0]).toMatchObject({ source: 'jeff311', mode: '2B-', branching: 1 })
  })

  it('has no self-loop and no cycle: Es-258 does not decay into itself', () => {
    expect(Object.keys(branches('Es-258'))).toEqual(['A Bk-254', 'B- Fm-258'])
    const state = new Map<number, 'open' | 'done'>()
    const visit = (key: number): void => {
      if (state.get(key) === 'done') return
      if (state.get(key) === 'open') throw new Error(`cycle at ${key}`)
      state.set(key, 'open')
      for (const { daughter } of decayBranches(key as never)) if (daughter !== null) visit(daughter)
      state.set(key, 'done')
    }
    for (const { zai: key } of nuclideStates) visit(key)
    expect(state.size).toBeGreaterThanOrEqual(5843)
  })

  it('has fission without a daughter, not as a decay into itself', () => {
    const fission = decayBranches(zai('Cf-252')).find((branch) => branch.mode === 'SF')!
    expect(fission.daughter).toBeNull()
    expect(fission.branching).toBeCloseTo(0.03092, 4)
  })

  it('has branchings that add up to 1: 17 entries of JEFF do not', () => {
    const jeff = readDecayLibrary(raw('decay-jeff311.csv'))
    const off = jeff.filter((entry) => {
      const sum = entry.branches.reduce((total, branch) => total + branch.branching, 0)
      return entry.branches.length > 0 && Math.abs(sum - 1) > 5e-4
    })
    expect(off.length).toBeGreaterThan(10)
    let decaying = 0
    for (const { zai: key } of nuclideStates) {
      const list = decayBranches(key)
      if (list.length === 0) continue
      decaying++
      const sum = list.reduce((total, branch) => total + branch.branching, 0)
      expect(Math.abs(sum - 1), formatZai(key)).toBeLessThan(1e-9)
      for (const branch of list) expect(branch.branching).toBeGreaterThan(0)
    }
    expect(decaying).toBeGreaterThan(5300)
  })

  it('keeps parents and daughters of exactly equal half-life as they are', () => {
    const endf = readDecayLibrary(raw('decay-endfb71.csv'))
    const halfLives = new Map(endf.map((entry) => [`${entry.z} ${entry.a} ${entry.index}`, entry.halfLife]))
    const pairs = new Set<string>()
    for (const entry of endf) {
      for (const branch of entry.branches) {
        if (!branch.listedDaughter) continue
        const [z, a] = branch.listedDaughter
        if (halfLives.get(`${z} ${a} ${branch.daughterIndex}`) === entry.halfLife) pairs.add(`${entry.name} ${z}-${a}`)
      }
    }
    expect(pairs.has('Lu-153 69-149')).toBe(true)
    expect(pairs.has('Sm-136 61-136')).toBe(true)
    expect(decayConstant(zai('Lu-153'))).toBe(decayConstant(zai('Tm-149')))
  })
})

describe('the network as a whole', () => {
  it('reads the tables to the last record', () => {
    const endf = readDecayLibrary(raw('decay-endfb71.csv'))
    const jeff = readDecayLibrary(raw('decay-jeff311.csv'))
    expect([endf.length, jeff.length]).toEqual([3819, 3852])
    const stable = (states: typeof endf): number => states.filter((s) => s.halfLife === Number.POSITIVE_INFINITY).length
    expect([stable(endf), stable(jeff)]).toEqual([259, 226])
    const grounds = new Set(nuclideStates.filter((s) => s.m === 0).map((s) => s.zai as number))
    expect(endf.filter((s) => s.index === 0 && grounds.has(zaiOf(s.z, s.a)))).toHaveLength(3081)
    expect(() => modeOfLibrary('beta-,muon')).toThrow(/muon/)
    expect(modeOfLibrary('ec/beta+,p,p')).toBe('B+2p')
  })

  it('keeps nuclides without an entry in ENDF/B-VII.1, with what NUBASE2020 says', () => {
    expect(branches('Rh-126')).not.toEqual({})
    expect(decayBranches(zai('Rh-126'))[0]!.source).toBe('nubase2020')
    expect(decayBranches(zaiOf(47, 150))).toEqual([])
  })

  it('states the source of each branch, and which are assumed', () => {
    const bySource: Record<string, number> = {}
    for (const { zai: key } of nuclideStates) {
      const first = decayBranches(key)[0]
      if (first) bySource[first.source] = (bySource[first.source] ?? 0) + 1
    }
    expect(bySource['endfb71']).toBeGreaterThan(3300)
    expect(bySource['jeff311']).toBeGreaterThan(80)
    expect(bySource['nubase2020']).toBeGreaterThan(1500)
    expect(decayBranches(zai('Zr-113'))).toEqual([
      { source: 'nubase2020', assumed: true, mode: 'B-', daughter: zai('Nb-113'), branching: 1 },
    ])
  })

  it('knows parents', () => {
    expect(decayParents(zai('Ag-111')).map(formatZai)).toEqual(['Pd-111', 'Pd-111m', 'Ag-111m'])
    expect(decayParents(zai('Ag-111m')).map(formatZai)).toEqual(['Pd-111', 'Pd-111m'])
    expect(decayParents(zaiOf(118, 400))).toEqual([])
  })

  it('gives decay constants, none where there is no number', () => {
    expect(decayConstant(zai('Ag-111'))).toBeCloseTo(Math.LN2 / 642_211.2, 18)
    expect(decayConstant(zai('Ag-107'))).toBe(0)
    expect(decayConstant(zai('Li-3'))).toBeUndefined()
    expect(decayConstant(zaiOf(47, 150))).toBeUndefined()
  })

  it('follows uranium to lead and thorium to lead', () => {
    const steps = (from: string): [number, string] => {
      let at = zai(from)
      let count = 0
      while (decayBranches(at).length > 0) {
        const next = decayBranches(at)[0]!.daughter!
        // An isomeric transition ends where it began; the textbook counts alpha and beta decays.
        if (decayBranches(at)[0]!.mode !== 'IT') count++
        at = next
      }
      return [count, formatZai(at)]
    }
    expect(steps('U-238')).toEqual([14, 'Pb-206'])
    expect(steps('Th-232')).toEqual([10, 'Pb-208'])
  })

  it('reports what the compiler passed over', { timeout: 30_000 }, () => {
    const { report } = compileNuclides(raw)
    expect(report.distrusted.some((line) => line.startsWith('E Te-128: half-life'))).toBe(true)
    expect(report.distrusted.some((line) => line.startsWith('E Po-219: half-life'))).toBe(true)
    expect(report.distrusted.length).toBeLessThan(260)
    expect(report.unmatchedDaughters).toEqual([])
    expect(new Set(report.unmatchedStates).size).toBeLessThan(20)
  })
})
