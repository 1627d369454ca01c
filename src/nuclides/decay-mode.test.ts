import { describe, expect, it } from 'vitest'
import { readAbundance, readModes, residueOfMode } from './decay-mode.ts'
import { nuclideStates } from './states.ts'

describe('decay modes of NUBASE2020', () => {
  it('reads shares with uncertainties in the last digits', () => {
    expect(readModes('B-=98.67 8;IT=1.33 8')).toMatchObject([
      { mode: 'B-', sense: '=', percent: 98.67, uncertainty: 0.08 },
      { mode: 'IT', percent: 1.33, uncertainty: 0.08 },
    ])
    expect(readModes('B-=99.3 2')[0]!.uncertainty).toBeCloseTo(0.2, 12)
    expect(readModes('A=1.3e-5 2')[0]!.uncertainty).toBeCloseTo(2e-6, 18)
    expect(readModes('B+3p=0.13 +18-8')[0]!.uncertainty).toBeCloseTo(0.18, 12)
    expect(readModes('A~7.7e-9#')[0]).toMatchObject({
      sense: '~',
      percent: 7.7e-9,
      fromSystematics: true,
      uncertainty: null,
    })
  })

  it('keeps limits and mere possibilities apart from numbers', () => {
    expect(readModes('B+<97;A>3;SF ?;p=?;n= ?').map(({ sense, percent }) => [sense, percent])).toEqual([
      ['<', 97],
      ['>', 3],
      ['?', null],
      ['?', null],
      ['?', null],
    ])
  })

  it('reads which state is fed where the table knows', () => {
    expect(readModes('IT=98.6 3[gs=0,m=98.6];B-=1.4 3')[0]!.feeding).toEqual([
      { m: 0, percent: 0 },
      { m: 1, percent: 98.6 },
    ])
    const withFeeding = nuclideStates.filter((state) => readModes(state.modes).some((mode) => mode.feeding))
    expect(withFeeding).toHaveLength(11)
  })

  it('keeps abundances apart from decay', () => {
    expect(readModes('IS=18.84 25')).toEqual([])
    expect(readAbundance('IS=18.84 25')).toBe(18.84)
    expect(readAbundance('IS=0.01201 32;B- ?')).toBe(0.01201)
    expect(readAbundance('B-=100')).toBeNull()
  })

  it('refuses what it does not understand', () => {
    expect(() => readModes('B-=lots')).toThrow(/percent/)
    expect(() => readModes('B-')).toThrow(/decay mode/)
    expect(() => readModes('IT=100[u=100]')).toThrow(/gs, m, n or p/)
  })

  it('has a rule for every mode of the whole table', () => {
    let seen = 0
    for (const state of nuclideStates) {
      for (const { mode } of readModes(state.modes)) {
        const residue = residueOfMode(mode)
        if (residue === null) expect(mode).toMatch(/SF$/)
        else expect(state.z + residue[0]).toBeGreaterThanOrEqual(0)
        seen++
      }
    }
    expect(seen).toBeGreaterThan(8000)
  })

  it.each([
    ['B-', [1, 0]],
    ['2B-', [2, 0]],
    ['B+', [-1, 0]],
    ['EC', [-1, 0]],
    ['e+', [-1, 0]],
    ['IT', [0, 0]],
    ['A', [-2, -4]],
    ['2p', [-2, -2]],
    ['B-n', [1, -1]],
    ['B-4n', [1, -4]],
    ['B+pA', [-4, -5]],
    ['B+3p', [-4, -3]],
    ['B-t', [0, -3]],
    ['3He', [-2, -3]],
    ['14C', [-6, -14]],
    ['24Ne+26Ne', [-10, -24]],
    ['SF', null],
    ['B+SF', null],
  ] as const)('after %s remains %j', (mode, residue) => {
    expect(residueOfMode(mode)).toEqual(residue)
  })

  it('refuses a mode without a rule', () => {
    for (const mode of ['X', 'B', 'B-k', '']) expect(() => residueOfMode(mode), mode).toThrow(RangeError)
  })
})
