/** Decks that others wrote for real FLUKA, of both flavours: all of them are read, and what is written from them is the same. */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { activeCards, activeGeometries, cardsIn } from './deck.ts'
import { problemText } from './deck-problem.ts'
import { readDeck } from './read-deck.ts'
import { canonicalLines } from './same-deck.ts'
import { writeDeck } from './write-deck.ts'

/**
 * Cards (without the title and `&` lines), bodies, regions, problems. The first three were counted from the texts by a
 * line-pattern script of its own that knows nothing of this reader.
 */
const DECKS: Readonly<Record<string, readonly [number, number, number, readonly string[]]>> = {
  'decks/EnergyDep_and_DPA.inp': [78, 3, 3, []],
  'decks/MOLLER-hallA_water_activity.inp': [839, 1037, 747, ['line 4406: 36 lines behind STOP are not read by FLUKA.']],
  'decks/XPRcolli.inp': [190, 12, 8, []],
  'decks/bragg_peak.inp': [12, 3, 3, []],
  'decks/kaon_production_target.inp': [19, 3, 3, []],
  'decks/mc-tools_test.inp': [
    26,
    4,
    4,
    [
      'card 13, line 44, USRBDX WHAT(5): "0       4." is read as 4. Fortran takes blanks in a number for nothing or for zeros; both give the same here. Look at the columns.',
      'card 13, line 44, USRBDX WHAT(6): "0     400." is read as 400. Fortran takes blanks in a number for nothing or for zeros; both give the same here. Look at the columns.',
    ],
  ],
  'decks/muons_XeLS.inp': [44, 3, 3, []],
  'decks/nEXO_2024.inp': [76, 42, 17, []],
  'decks/neutron_bpe.inp': [
    17,
    3,
    3,
    ['card 15, line 50, USRBDX WHAT(5): The & stands in a number field; it continues a card only in columns 71 to 78.'],
  ],
  'decks/pymchelper_example.inp': [19, 4, 4, []],
  'decks/pymchelper_exfixed.inp': [20, 4, 4, []],
  'decks/pymchelper_exmixed.inp': [19, 4, 4, []],
  'decks/pymchelper_proton.inp': [
    17,
    3,
    3,
    [
      'card 1, line 1, TITLE: TITLE takes the next line whatever it is: "* Set the defaults for precision simulations" is the title, and nothing else.',
    ],
  ],
  'hpge-detect/es1.inp': [30, 3, 3, []],
  'minimal-fluka4-3.2/minimal.inp': [
    13,
    3,
    3,
    [
      'card 1, line 1, TITLE: TITLE takes the next line whatever it is: "* Minimal fluka file with 20 particles, two res..." is the title, and nothing else.',
    ],
  ],
  'pyne-usrbin/fluka_usrbin_test_input.inp': [17, 2, 3, []],
  'tepc-fluka4-3.1/fwt_tepc_01.inp': [43, 6, 6, []],
  'tepc-fluka4-3.1/fwt_tepc_02.inp': [43, 6, 6, []],
  'ucn-2017-08/ucn.inp': [156, 34, 18, []],
  'ucn-2020-09/ucn.inp': [
    250,
    187,
    44,
    [
      'card 14, line 26, RANDOMIZ WHAT(2): "MYSEED" stands where a number belongs: seed: a whole number of 1 to 900 000 000; runs with different seeds are independent.',
    ],
  ],
}

describeWith(FLUKA_SAMPLES, 'decks of others', (folder) => {
  const text = (name: string) => readFileSync(path.join(folder, name), 'utf8')

  it('are all in the list', () => {
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.inp'))
    expect(found.sort()).toEqual(Object.keys(DECKS).sort())
  })

  it.each(Object.entries(DECKS))('%s is read', (name, [cards, bodies, regions, problems]) => {
    const read = readDeck(text(name))
    const [block, ...more] = activeGeometries(read.deck)
    expect(more).toEqual([])
    expect({
      cards: cardsIn(read.deck).length,
      bodies: block?.bodies.filter((item) => item.kind === 'body').length,
      regions: block?.regions.filter((item) => item.kind === 'region').length,
      problems: read.problems.map(problemText),
    }).toEqual({ cards, bodies, regions, problems })
  })

  it.each(Object.keys(DECKS))('%s is written as an equivalent deck, twice the same text', (name) => {
    const first = readDeck(text(name))
    const written = writeDeck(first.deck, { tolerance: 0 })
    expect(written.losses).toEqual([])
    const again = readDeck(written.text)
    expect(canonicalLines(again.deck)).toEqual(canonicalLines(first.deck))
    expect(writeDeck(again.deck, { tolerance: 0 }).text).toBe(written.text)
    const tooLong = written.text.split('\n').filter((line) => line.length > 80 && !/^[*!]/u.test(line))
    // Lines behind STOP and names of files stay as they are.
    expect(tooLong).toEqual([])
  })

  it('in branches of #if: what is switched off is not seen', () => {
    const { deck } = readDeck(text('ucn-2020-09/ucn.inp'))
    const seeds = cardsIn(deck).filter((card) => card.command === 'RANDOMIZ')
    expect(seeds.map((card) => card.place?.active)).toEqual([true, false])
    expect(activeCards(deck).length).toBe(248)
    const other = readDeck(text('decks/XPRcolli.inp'), { defined: new Map([['pBeam', '']]) })
    const beams = activeCards(other.deck).filter((card) => card.command === 'BEAM')
    expect(beams.map((card) => [card.sdum, card.whats[0]])).toEqual([['PROTON', { kind: 'number', value: -0.23 }]])
    const mesh = activeCards(other.deck).find((card) => card.sdum === 'ENDEPU')
    expect(mesh?.whats[5]).toEqual({ kind: 'variable', text: '$zMaxU', value: -53.25 })
    expect(mesh?.whats.length).toBe(12)
  })
})
