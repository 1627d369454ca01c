import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemText } from './deck-problem.ts'
import { readDeck } from './read-deck.ts'
import { definedRoutines, missingRoutines, routineNeeds } from './user-routines.ts'

const line = (command: string, whats: readonly (number | string)[] = [], sdum = ''): string => {
  const fields = [0, 1, 2, 3, 4, 5].map((at) => {
    const one = whats[at] ?? ''
    return (typeof one === 'number' ? one.toFixed(1) : one).padStart(10)
  })
  return `${command.padEnd(10)}${fields.join('')}${sdum}`
}
const deckOf = (...cards: readonly string[]) => readDeck(['TITLE', 'routines', ...cards, 'STOP', ''].join('\n')).deck
const needed = (...cards: readonly string[]) =>
  routineNeeds(deckOf(...cards)).map(({ card, routines }) => `${card.command} ${routines.join('|')}`)

describe('cards that call code', () => {
  it.each([
    [line('SOURCE', [1]), ['SOURCE SOURCE']],
    [line('USRICALL'), ['USRICALL USRINI']],
    [line('USROCALL'), ['USROCALL USROUT']],
    [line('USRGCALL'), ['USRGCALL USRGLO']],
    [line('USERWEIG', [0, 0, 1]), ['USERWEIG FLUSCW']],
    [line('USERWEIG', [0, 0, 4]), ['USERWEIG FLUSCW', 'USERWEIG FLDSCP']],
    [line('USERWEIG', [0, 0, 0, 0, 1, 2]), ['USERWEIG USRRNC', 'USERWEIG COMSCW', 'USERWEIG ENDSCP']],
    [line('USERWEIG', [0, 0, -1, 0, 0, -1]), []],
    [line('USERDUMP', [100, 49, 7, 1]), ['USERDUMP MGDRAW|USDRAW']],
    // The dump of FLUKA's own routine is what the card says.
    [line('USERDUMP', [100, 49, 0]), []],
    [line('USERDUMP', [-1, 0, 0, 1]), []],
    [line('MGNFIELD', [10, 0.01, 0.1]), ['MGNFIELD MAGFLD']],
    [line('MGNFIELD', [10, 0.01, 0.1, 0, 1.5, 0]), []],
    [line('ELCFIELD', [10, 0.01, 0.1]), ['ELCFIELD ELEFLD']],
    [line('BIASING', [0, 1, 1], 'USER'), ['BIASING USIMBS']],
    [line('BIASING', [0, 1, 1]), []],
    [line('SPECSOUR', [1]), []],
  ])('%s', (card, routines) => {
    expect(needed(card)).toEqual(routines)
  })

  it('are not those of a field that MGNCREAT makes, nor of a lattice with a rotation', () => {
    expect(needed(line('MGNFIELD', [10]), line('MGNCREAT', [1]))).toEqual([])
    const geometry = (lattice: string) => [
      line('GEOBEGIN', [], 'COMBNAME'),
      '    0    0          Ball',
      'SPH black      0.0 0.0 0.0 100.',
      'SPH ball       0.0 0.0 0.0 1.',
      'END',
      'BLKBODY      5 +black -ball',
      'BALL         5 +ball',
      'END',
      lattice,
      line('GEOEND'),
    ]
    expect(needed(...geometry(line('LATTICE', ['BALL', '', '', 1])))).toEqual(['LATTICE LATTIC'])
    expect(needed(...geometry(line('LATTICE', ['BALL', '', '', 1], 'rot')))).toEqual([])
  })

  it('are named with card and line where nobody brings the code', () => {
    const deck = deckOf(line('BEAM', [-0.04], 'PROTON'), line('SOURCE', [0.7]), line('USERWEIG', [0, 0, 0, 0, 0, 1]))
    const said = (files: Parameters<typeof missingRoutines>[1], served?: readonly string[]) =>
      missingRoutines(deck, files, served).map(problemText)
    expect(said([])).toEqual([
      expect.stringMatching(/^card 3.*line 4, SOURCE: It calls the user routine SOURCE, and no source file comes/),
      expect.stringMatching(/^card 4.*line 5, USERWEIG WHAT\(6\): It calls the user routine COMSCW/),
    ])
    expect(said([], ['SOURCE'])).toHaveLength(1)
    const source = { name: 'beam.f', text: '      SUBROUTINE SOURCE ( NOMORE )\n' }
    expect(said([source])).toEqual([expect.stringMatching(/COMSCW, and none of beam\.f defines it/)])
    const weight = { name: 'comscw.f', text: '      DOUBLE PRECISION FUNCTION COMSCW ( IJ, XA )\n' }
    expect(said([source, weight])).toEqual([])
    // What is only included is compiled by nobody.
    expect(said([source, { ...weight, name: 'comscw.inc' }])).toHaveLength(1)
  })
})

describe('what sources define', () => {
  it('is read from subroutines, functions and entries, not from comments and ends', () => {
    const text = [
      '*     SUBROUTINE NOT1',
      'C     FUNCTION NOT2 ( X )',
      '      subroutine mgdraw(icode, mreg)',
      '      ENTRY USDRAW ( ICODE, MREG, XSCO, YSCO, ZSCO )',
      '      real*8 function fluscw ( ij )',
      '      LOGICAL FUNCTION LUSRBL ( X ) ! SUBROUTINE NOT3',
      '      CALL SUBROUTINEX ( X )',
      '      END SUBROUTINE NOT4',
      '      X = FUNCTION1 ( 3 )',
      '',
    ].join('\r\n')
    expect([...definedRoutines([{ name: 'a.f', text }])]).toEqual(['MGDRAW', 'USDRAW', 'FLUSCW', 'LUSRBL'])
  })

  it('costs no time and throws nothing, whatever the text is', () => {
    const long = [' '.repeat(100_000), `      ${'real '.repeat(20_000)}`, `      ${'a '.repeat(50_000)}function x`]
    for (const text of long) expect(definedRoutines([{ name: 'a.f', text }]).size).toBe(0)
    fc.assert(
      fc.property(fc.string({ maxLength: 2000, unit: 'binary' }), (text) => {
        for (const name of definedRoutines([{ name: 'a.f', text }])) expect(name).toMatch(/^[A-Z]\w*$/)
      }),
    )
  })
})
