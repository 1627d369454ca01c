import { describe, expect, it } from 'vitest'
import { card } from './card.ts'
import { comments, title } from './deck.ts'
import { allOf, anyOf, body, geometry, inside, outside, region } from './geometry.ts'
import { writeDeck } from './write-deck.ts'

describe('a deck is written', () => {
  it('with each field in its ten columns', () => {
    const { text, losses } = writeDeck({
      nodes: [
        title('SPES target'),
        card('DEFAULTS', [], 'PRECISIO'),
        card('BEAM', [-0.04, null, null, 0, 3.4, -1], 'PROTON'),
        card('RESNUCLE', [3, -25, 96, 64, 'DISC01', 1], 'D01YIELD'),
        card('USRBIN', [10, 'ENERGY', -41, 2, 2, 10, -2, -2, 0, 40, 40, 100], 'edepprompt'),
        card('ASSIGNMA', ['TUNGSTEN', 'DISC01', '@LASTREG']),
        card('STOP'),
      ],
    })
    expect(text.split('\n')).toEqual([
      'TITLE',
      'SPES target',
      'DEFAULTS                                                              PRECISIO',
      'BEAM           -0.04                           0.0       3.4       -1.PROTON',
      'RESNUCLE          3.      -25.       96.       64.    DISC01        1.D01YIELD',
      'USRBIN           10.    ENERGY      -41.        2.        2.       10.edepprompt',
      'USRBIN           -2.       -2.       0.0       40.       40.      100. &',
      'ASSIGNMA    TUNGSTEN    DISC01  @LASTREG',
      'STOP',
      '',
    ])
    expect(losses).toEqual([])
  })

  it('with geometry by names, wrapped at 80 columns', () => {
    const { text } = writeDeck({
      nodes: [
        geometry({
          begin: card('GEOBEGIN', [], 'COMBNAME'),
          title: 'two discs',
          bodies: [
            body('SPH', 'blkbody', [0, 0, 0, 1000]),
            body('RCC', 'disc1', [0, 0, 1 / 3, 0, 0, 0.123456789012345, 2]),
          ],
          regions: [
            region('BLACK', allOf(inside('blkbody'), outside('disc1'))),
            region(
              'DISCS',
              anyOf(inside('disc1'), allOf(inside('blkbody'), outside(anyOf(inside('disc1'), inside('blkbody'))))),
            ),
          ],
          volumes: [1, 2.5],
          end: card('GEOEND'),
        }),
      ],
    })
    expect(text.split('\n')).toEqual([
      'GEOBEGIN                                                              COMBNAME',
      '    3    0          two discs',
      'SPH blkbody    0.0 0.0 0.0 1000.',
      'RCC disc1      0.0 0.0 0.3333333333333333 0.0 0.0 0.123456789012345 2.',
      'END',
      'BLACK        5 +blkbody -disc1',
      'DISCS        5 | +disc1',
      '               | +blkbody -(+disc1 | +blkbody)',
      'END',
      '        1.       2.5',
      'GEOEND',
      '',
    ])
  })

  it('in free form where ten columns would lose too much, and says what is lost', () => {
    const nodes = [
      card('IRRPROFI', [432000, 1.2483015e15]),
      card('USRBDX', [99, 'PROTON', -61, 'A', 'B', 1.23456789012], 'x'),
    ]
    const usual = writeDeck({ nodes })
    expect(usual.text).not.toContain('FREE')
    expect(usual.losses.map((loss) => [loss.command, loss.node, loss.what])).toEqual([
      ['IRRPROFI', 0, 2],
      ['USRBDX', 1, 6],
    ])
    const exact = writeDeck({ nodes }, { tolerance: 0 })
    expect(exact.losses).toEqual([])
    expect(exact.text.split('\n')).toEqual([
      'FREE',
      'IRRPROFI, 432000., 1248301500000000., , , , ,',
      'FIXED',
      'FREE',
      'USRBDX, 99., PROTON, -61., A, B, 1.23456789012, x',
      'FIXED',
      '',
    ])
  })

  it('and no text can add a line, a card or a directive', () => {
    const evil = '#include /etc/passwd\nSTOP\r\n* x\u2028BEAM é µ\u0000'
    const { text } = writeDeck({ nodes: [title(evil), ...comments(evil), card('STOP', [], '', { remark: evil })] })
    const lines = text.split('\n')
    expect(lines[0]).toBe('TITLE')
    expect(lines[1]).toBe('include /etc/passwd STOP * x BEAM e u')
    expect(lines.slice(2, 6).every((line) => line.startsWith('* '))).toBe(true)
    expect(lines.slice(6)).toEqual(['* #include /etc/passwd STOP * x BEAM é µ', 'STOP', ''])
    expect(() => card('BEAM', ['A B'])).toThrow(/cannot be a name/)
    expect(() => card('BEAM', [], 'A\nSTOP')).toThrow(/text field/)
    expect(() => card('BEAM\n', [])).toThrow(/no command/)
    expect(() => body('SPH', 'x\nSTOP', [0, 0, 0, 1])).toThrow(/name of a body/)
    expect(() => region('', inside('a'))).toThrow(/name of a region/)
  })
})
