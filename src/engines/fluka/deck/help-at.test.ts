import { describe, expect, it } from 'vitest'
import { helpAt } from './help-at.ts'

const LINES = [
  'TITLE',
  'BEAM           -0.04                           0.0       3.4       -1.PROTON',
  'USRBIN           10.    ENERGY      -41.        2.        2.       10.edep',
  '* between',
  'USRBIN           -2.       -2.       0.0       40.       40.      100. &',
  'PHYSICS           3.                                                  EVAPORAT',
  'LOW-PWXS            -1.',
  'SPH blkbody    0.0 0.0 0.0 1000.',
]

describe('help at a place of a deck', () => {
  it('knows the field by its column, on the & line too', () => {
    expect(helpAt(LINES, 2, 3)).toMatchObject({ command: 'BEAM', part: 'command', columns: [1, 10] })
    expect(helpAt(LINES, 2, 18)).toMatchObject({ part: 'what', what: 1, field: { unit: 'GeV' }, columns: [11, 20] })
    expect(helpAt(LINES, 2, 74)).toMatchObject({ part: 'sdum', what: null, columns: [71, 80] })
    expect(helpAt(LINES, 3, 11)?.field?.meaning).toMatch(/^0 Cartesian/u)
    expect(helpAt(LINES, 5, 70)).toMatchObject({ what: 12, field: { meaning: 'bins in z' } })
    expect(helpAt(LINES, 5, 11)).toMatchObject({ what: 7 })
  })

  it('depends on the text field and the line of FLUKA', () => {
    expect(helpAt(LINES, 6, 15)?.field?.meaning).toContain('heavy fragments')
    expect(helpAt(LINES, 7, 15, 'cern4')?.field?.meaning).toContain('-1: off')
    expect(helpAt(LINES, 7, 15, 'infn')?.field?.meaning).toBe('1: on')
  })

  it('has nothing to say about comments, bodies and the end of the text', () => {
    expect([helpAt(LINES, 4, 3), helpAt(LINES, 8, 3), helpAt(LINES, 99, 3), helpAt(LINES, 2, 81)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
