import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CellQuestion, cellState, cellStateWords } from './cell-state.ts'
import type { Coverage, Rate, Residual } from './document.ts'
import { NO_ESTIMATE, NO_RATE } from './rate.ts'

const coverage: Coverage = { boxes: [{ zMin: 30, zMax: 60, aMin: 80, aMax: 150 }], isomers: 'not-resolved' }
const rate = (perSecond: number, relative: number | null): Rate => ({
  ...NO_RATE,
  perPrimary: perSecond / 1e15,
  perSecond,
  statisticalErrorKind: relative === null ? 'not-known' : 'sampled',
  statisticalError: relative === null ? null : (relative * perSecond) / 1e15,
})
const residual = (cumulative: Rate, state: Residual['state'] = 'scored'): Residual => ({
  nuclide: 'Ag-111',
  z: 47,
  a: 111,
  m: 0,
  state,
  inNubase: true,
  independent: NO_RATE,
  cumulative,
})
const question: CellQuestion = {
  z: 47,
  a: 111,
  m: 0,
  residual: residual(rate(1e9, 0.1)),
  coverage,
  existence: 'observed',
  mode: 'particles',
  kind: 'cumulative',
  floorPerSecond: 1e6,
  errorLimit: 0.3,
}

describe('seven states of a cell', () => {
  it.each<[string, Partial<CellQuestion>, object]>([
    ['1 scored, above the floor', {}, { fill: 'above-floor', certainty: 'within-limit', value: 1e9 }],
    ['2 scored, below the floor', { floorPerSecond: 1e10 }, { fill: 'below-floor', value: 1e9 }],
    ['3 scored, nothing counted', { residual: residual({ ...NO_RATE, limit95: 3e-7 }, 'zero') }, { fill: 'zero' }],
    ['3 without a row of its own', { residual: undefined }, { fill: 'zero', certainty: 'none', value: null }],
    ['4 outside the scoring', { residual: undefined, z: 70, a: 170 }, { fill: 'not-scored' }],
    ['4 before there is a result', { residual: undefined, coverage: null }, { fill: 'not-scored' }],
    ['isomer not resolved', { residual: undefined, m: 1 }, { fill: 'isomer-not-resolved' }],
    ['5 from systematics only', { existence: 'estimated' }, { fill: 'above-floor', existence: 'estimated' }],
    ['6 produced, not listed', { existence: 'not-listed' }, { fill: 'above-floor', existence: 'not-listed' }],
    ['no cell at all', { existence: 'not-listed', residual: undefined }, { fill: 'absent' }],
    [
      '7 error above the limit',
      { residual: residual(rate(1e9, 0.5)) },
      { fill: 'above-floor', certainty: 'above-limit' },
    ],
    ['7 an error as large as the number', { residual: residual(rate(1e9, 1)) }, { certainty: 'not-a-fact' }],
    ['7 error not known', { residual: residual(rate(1e9, null)) }, { certainty: 'not-known' }],
    ['fed, but not scored itself', { residual: residual(rate(1e9, 0.1), 'not-scored') }, { fill: 'above-floor' }],
    ['the other kind', { kind: 'independent' }, { fill: 'zero' }],
    ['an estimate', { residual: residual({ ...rate(1e9, 0), statisticalErrorKind: 'none' }) }, { certainty: 'none' }],
    ['not made by a model', { residual: residual(NO_ESTIMATE, 'zero') }, { fill: 'zero' }],
  ])('%s', (_, change, expected) => expect(cellState({ ...question, ...change })).toMatchObject(expected))

  it('show nuclear data in the other modes, and errors in theirs', () => {
    expect(cellState({ ...question, mode: 'half-life' })).toMatchObject({ fill: 'data', value: null })
    expect(cellState({ ...question, mode: 'decay-mode', residual: undefined }).fill).toBe('data')
    expect(cellState({ ...question, mode: 'half-life', existence: 'not-listed' }).fill).toBe('not-scored')
    const relative = cellState({ ...question, mode: 'relative-error', floorPerSecond: 1e12 })
    expect(relative.fill).toBe('above-floor')
    expect(relative.value).toBeCloseTo(0.1, 12)
  })

  it('have words that tell them apart', () => {
    const words = (change: Partial<CellQuestion>): string => cellStateWords(cellState({ ...question, ...change }))
    expect(words({})).toBe('')
    expect(words({ floorPerSecond: 1e10, existence: 'estimated', residual: residual(rate(1e9, 0.4)) })).toBe(
      'below the floor of the colour scale; known from systematics only; statistical error above the limit',
    )
    const said = [{ residual: undefined }, { z: 80, a: 200, residual: undefined }, { m: 1, residual: undefined }].map(
      words,
    )
    expect(new Set(said).size).toBe(3)
  })

  it('never colour a cell that has no number, nor lose one that has', () => {
    fc.assert(
      fc.property(
        fc.option(fc.double({ min: 1e-20, max: 1e20, noNaN: true }), { nil: null }),
        fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: null }),
        fc.constantFrom('scored', 'zero', 'not-scored', 'isomer-not-resolved'),
        fc.constantFrom('observed', 'estimated', 'not-listed'),
        fc.constantFrom('particles', 'relative-error'),
        (perSecond, relative, state, existence, mode) => {
          const of = residual(perSecond === null ? NO_RATE : rate(perSecond, relative), state)
          const { fill } = cellState({ ...question, residual: of, existence, mode })
          expect(fill === 'above-floor' || fill === 'below-floor').toBe(perSecond !== null)
          expect(fill).not.toBe('absent')
        },
      ),
    )
  })
})
