import { describe, expect, it } from 'vitest'
import { type Card, whatText } from './card.ts'
import { activeCards, activeGeometries, cardsIn } from './deck.ts'
import { problemText } from './deck-problem.ts'
import type { Geometry } from './geometry.ts'
import { type ReadDeckOptions, readDeck } from './read-deck.ts'
import { regionTree } from './region-expression.ts'
import { writeDeck } from './write-deck.ts'

const cardsOf = (text: string, options?: ReadDeckOptions): Card[] => activeCards(readDeck(text, options).deck)
const problemsOf = (text: string, options?: ReadDeckOptions): string[] =>
  readDeck(text, options).problems.map(problemText)
const fields = (card: Card | undefined): string =>
  [card?.command, ...(card?.whats ?? []).map(whatText), card?.sdum].join('|')

const BOX = `GEOBEGIN                                                              COMBNAME
    0    0          a box
SPH out 0 0 0 100
RPP box -1 1, -1 1
        -1 1
END
OUT          5 +out -box
BOX          5 +box
END
GEOEND
`
const geometryOf = (text: string): Geometry => activeGeometries(readDeck(text).deck)[0] as Geometry

describe('cards are read', () => {
  it('in fixed form by their columns, names and numbers beside one another', () => {
    const [usrbin, randomiz] = cardsOf(
      'USRBIN           10.    ENERGY      -26.       90.       7.5       7.5edepprompt\n' +
        'USRBIN          -10.      -7.5      -7.5      200.       30.       30.  &\n' +
        'RANDOMIZE        1.0   1234567  ! one seed for each task\nSTOP\n',
    )
    expect(fields(usrbin)).toBe('USRBIN|10|ENERGY|-26|90|7.5|7.5|-10|-7.5|-7.5|200|30|30|edepprompt')
    expect(usrbin?.place).toEqual({ line: 1, card: 1, active: true, file: null })
    expect(fields(randomiz)).toBe('RANDOMIZ|1|1234567|||||')
    expect(randomiz?.remark).toBe('one seed for each task')
  })

  it('in free form between FREE and FIXED, with any separator', () => {
    const text =
      'FREE\nBEAM, -0.04 , , ; 0.0/3.4 -1. PROTON\nUSRBIN 10 ENERGY -41 1 1 1 mesh\nUSRBIN 0 0 0 2 2 2 &\nFIXED\nSTOP\n'
    const [beam, mesh] = cardsOf(text)
    expect(fields(beam)).toBe('BEAM|-0.04|||0|3.4|-1|PROTON')
    expect(fields(mesh)).toBe('USRBIN|10|ENERGY|-41|1|1|1|0|0|0|2|2|2|mesh')
    expect(problemsOf(text)).toEqual([])
    expect(problemsOf('FREE\nBEAM 1 2 3 4 5 6 PROTON again\nSTOP\n')).toEqual([
      'card 2, line 2, BEAM: "again" is too much: a line has a command, six fields and a text.',
    ])
  })

  it('in free form after GLOBAL WHAT(4) = 2', () => {
    const [, beam] = cardsOf(
      'GLOBAL                                          2.        1.\nBEAM -0.04,,,,,,PROTON\nSTOP\n',
    )
    expect(fields(beam)).toBe('BEAM|-0.04||||||PROTON')
  })

  it('with a comment between a card and its & line, and with formulas of flair', () => {
    const text =
      '!@what.4=-beam_sigma*fwhm\nUSRBDX            99.    PROTON      -61.         A         B          x\n' +
      '* between\nUSRBDX            1.                                                   &\nSTOP\n'
    const [card] = cardsOf(text)
    expect(card?.whats.length).toBe(12)
    expect([...(card?.formulas ?? [])]).toEqual([[4, '-beam_sigma*fwhm']])
  })

  it('TITLE takes the next line whatever it is, and OPEN the name of a file', () => {
    const { deck, problems } = readDeck(
      'TITLE\nSTOP\nOPEN            -99.                                                  OLD\n/tmp/x.dat\nSTOP\nBEAM\n',
    )
    expect(deck.nodes.map((node) => node.kind)).toEqual(['title', 'card', 'card', 'after-stop'])
    expect(cardsIn(deck)[0]?.below).toEqual(['/tmp/x.dat'])
    expect(problems.map((one) => one.code)).toEqual(['TITLE_IS_COMMENT', 'TEXT_AFTER_STOP'])
  })

  it('in a time that grows with the text only, whatever stands in it', () => {
    const blanks = ' '.repeat(200_000)
    const digits = '1'.repeat(200_000)
    const separator = String.fromCodePoint(0x2028)
    const text = [
      `#${blanks}${separator}x`,
      `#define a${blanks}${separator}x`,
      `FREE`,
      `BEAM, ${digits}x`,
      `BEAM${blanks}1`,
      'FIXED',
      'GEOBEGIN                                                              COMBNAME',
      `${blanks}${separator}x`,
      `SPH a ${digits}x`,
      'END',
      `A 5 +a${blanks}${separator}`,
      `$start_translat${blanks}${separator}`,
      'END',
      'GEOEND',
      'STOP',
    ]
    // Any quadratic search in a line of 200,000 characters would take minutes and end this test.
    expect(readDeck(text.join('\n')).deck.nodes.length).toBeGreaterThan(3)
  })

  it('with everything that is wrong named at once, by line, card, command and field', () => {
    const text =
      'BEAMM          -0.04                                                  PROTON\n' +
      'BEAM            fast                                                  PROTON\n' +
      'START     20\n' +
      'START        1.2.3\n' +
      'USRBIN           -5.       -5.                                         &\n' +
      'BEAM\t-0.04\n' +
      'BEAM           $half                                                  PROTON                    more\n'
    expect(problemsOf(text)).toEqual([
      'card 1, line 1, BEAMM: "BEAMM" is not a command known here; it is kept as it is. Did you mean BEAM?',
      'card 2, line 2, BEAM WHAT(1): "fast" stands where a number belongs: above 0: momentum in GeV/c; below 0: kinetic energy in GeV (HEAVYION: per nuclear mass unit).',
      'card 3, line 3, START WHAT(1): "20" has no decimal point and does not end in column 20: Fortran may read the blanks behind it as zeros. Read here as 20; write 20. to be sure.',
      'card 4, line 4, START WHAT(1): "1.2.3" is neither a number nor a name. Look at the columns.',
      'card 5, line 5, USRBIN: The & asks to go on with a USRBIN, but the card above is none, or stands in another branch of an #if.',
      'card 6, line 6, BEAM: A tab counts as one column. Put blanks in its place, so that each field has its ten columns.',
      'card 7, line 7, BEAM: "more" stands beyond column 80 and is not read.',
      'card 7, line 7, BEAM WHAT(1): No #define before this line gives "$half" a number. Nothing is defined here.',
      'The deck does not end with STOP. FLUKA reads to the end of the file.',
    ])
    const many = readDeck('NOCARD\n'.repeat(1000)).problems
    expect([many.length, many.at(-1)?.message]).toEqual([
      501,
      '501 more problems are not listed. Mend these first, and see whether this is a deck at all.',
    ])
    expect(problemsOf('')).toEqual(['The text holds no card.'])
    expect(readDeck('x'.repeat(9_000_000)).problems.map((one) => one.code)).toEqual(['DECK_TOO_LARGE'])
  })
})

describe('the preprocessor', () => {
  const branches =
    '#define A\n#define n -2.5\n#if A\n#if B\nBEAM              1.\n#elif C\nBEAM              2.\n#else\nBEAM             -$n\n#endif\n#else\nBEAM              4.\n#endif\n#undef A\n#if A\nBEAM              5.\n#endif\nSTOP\n'

  it('takes one branch of each #if, nested ones too', () => {
    const values = (defined: string[]) =>
      cardsOf(branches, { defined: new Map(defined.map((name) => [name, ''])) })
        .filter((card) => card.command === 'BEAM')
        .map((card) => (card.whats[0]?.kind === 'blank' ? null : card.whats[0]))
    expect(values([])).toEqual([{ kind: 'variable', text: '-$n', value: 2.5 }])
    expect(values(['C'])).toEqual([{ kind: 'number', value: 2 }])
    expect(values(['B', 'C'])).toEqual([{ kind: 'number', value: 1 }])
    expect(problemsOf(branches)).toEqual([])
  })

  it('names what does not fit together', () => {
    expect(problemsOf('#endif\n#if A\n#else\n#else\n#pragma x\nSTOP\n')).toEqual([
      'line 1: #endif has no #if before it.',
      'line 2: The #if has no #endif. Close it.',
      'line 4: #else stands behind the #else of its #if.',
      'line 5: "#pragma x" is none of #define, #undef, #if, #elif, #else, #endif and #include.',
    ])
    expect(problemsOf('#define A\n#if A\n#pragma x\n#endif\n#else\nSTOP\n')).toEqual([
      'line 3: "#pragma x" is none of #define, #undef, #if, #elif, #else, #endif and #include.',
      'line 5: #else has no #if before it.',
    ])
  })

  it('follows an #include whose text is given and names one whose text is not', () => {
    const text = '#include beam.inc\nSTOP\n'
    expect(problemsOf(text)).toEqual(['line 1: The text of "beam.inc" was not given. What it holds is not looked at.'])
    const includes = new Map([['beam.inc', 'BEAM           -0.04\n#include beam.inc\n']])
    expect(cardsOf(text, { includes }).map(fields)).toEqual(['BEAM|-0.04||||||', 'STOP|||||||'])
    expect(problemsOf(text, { includes })).toEqual([
      'line 2 of beam.inc: "beam.inc" includes itself, or more than 8 files deep.',
    ])
  })

  it('finds no number in definitions that go round in circles', () => {
    expect(problemsOf('#define a $b\n#define b $a\nBEAM              $a\nSTOP\n')).toEqual([
      'card 1, line 3, BEAM WHAT(1): No #define before this line gives "$a" a number. Defined here: $a, $b.',
    ])
  })
})

describe('the geometry is read', () => {
  it('with bodies over several lines', () => {
    const block = geometryOf(`${BOX}STOP\n`)
    expect(block.title).toBe('a box')
    expect(block.bodies.map((item) => (item.kind === 'body' ? item.parameters.map(whatText).join(' ') : ''))).toEqual([
      '0 0 0 100',
      '-1 1 -1 1 -1 1',
    ])
  })

  it('with transformations, volumes and lattices', () => {
    const text = BOX.replace('    0    0', '    3    0')
      .replace('RPP box', '$start_translat 0 0 1.5\n$start_transform rot\nRPP box')
      .replace('        -1 1\nEND', '        -1 1\n$end_transform\n$end_translat\nEND')
      .replace(
        'GEOEND',
        'LATTICE          BOX                           1.                            rot\n  1.  2.\nGEOEND',
      )
    const { deck, problems } = readDeck(`${text}STOP\n`)
    expect(problems).toEqual([])
    const block = activeGeometries(deck)[0]
    expect(block?.bodies.map((item) => item.kind)).toEqual([
      'body',
      'transform',
      'transform',
      'body',
      'transform',
      'transform',
    ])
    expect(block?.afterRegions.map((item) => item.kind)).toEqual(['card', 'volumes'])
  })

  it('with a VOXELS card before its title', () => {
    const text = BOX.replace(
      'COMBNAME\n',
      'COMBNAME\nVOXELS           -1.       -1.       -1.                              head\n',
    )
    const block = geometryOf(`${text}STOP\n`)
    expect([fields(block.voxels), block.title]).toEqual(['VOXELS|-1|-1|-1||||head', 'a box'])
    expect(problemsOf(`${text}STOP\n`)).toEqual([
      'card 2, line 2, VOXELS: Voxels stand in a file of their own, which was not read: their regions are not known here.',
    ])
    expect(writeDeck(readDeck(text).deck).text.split('\n')[1]).toMatch(/^VOXELS/u)
  })

  it('with regions over several lines, the further ones beginning with a blank or a sign', () => {
    const block = geometryOf(`${BOX.replace('OUT          5 +out -box', 'OUT 5\n     +out\n-box | +box')}STOP\n`)
    const out = block.regions[0]
    expect(out?.kind === 'region' && out.points).toEqual(regionTree('+out -box | +box'))
  })

  it('with GEOEND DEBUG and its & line', () => {
    const text = BOX.replace(
      'GEOEND',
      `GEOEND    ${'10.'.padStart(10).repeat(3)}${'-10.'.padStart(10).repeat(3)}DEBUG\nGEOEND    ${'20.'.padStart(10).repeat(3).padEnd(61)}&`,
    )
    expect(fields(geometryOf(`${text}STOP\n`).end)).toBe('GEOEND|10|10|10|-10|-10|-10|20|20|20||||DEBUG')
  })

  it('with what is wrong in it', () => {
    const text = BOX.replace('RPP box', 'RPPP odd 1 2\nSPH out 1 2\nRPP box')
      .replace('BOX          5 +box', 'BOX          5 +bax -(+out\nOUT          5 +box\nlast +box')
      .replace('    0    0', '    3    0')
    expect(problemsOf(`${text}STOP\n`)).toEqual([
      'card 1, line 1, GEOBEGIN: 0 volumes are given for 2 regions.',
      'line 4: "RPPP odd 1 2" is no body: a known code, a name and numbers are expected.',
      'line 5: A body out exists already (line 3).',
      'line 5: SPH out has 2 numbers; it needs 4.',
      'line 10: Region BOX: a bracket is not closed.',
      'line 11: A region OUT exists already (line 9).',
      'line 12: "last +box" is no region: a name, a number and bodies are expected, and further lines begin with a blank or a sign.',
    ])
    expect(problemsOf(`${BOX.replace('-box', '-bax')}STOP\n`)).toEqual([
      'line 7: Region OUT uses the body bax, which does not exist.',
    ])
    expect(problemsOf(BOX.replace(/END\nOUT[\s\S]*/u, 'GEOEND\nSTOP\n'))).toEqual([
      'card 2, line 6, GEOEND: GEOEND comes before the END of the bodies. END stands alone on a line after the bodies and after the regions.',
    ])
    expect(problemsOf(BOX.replace('GEOEND\n', ''))).toEqual([
      'card 1, line 1, GEOBEGIN: The geometry has no GEOEND.',
      'The deck does not end with STOP. FLUKA reads to the end of the file.',
    ])
  })
})
