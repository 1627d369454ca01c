import { describe, expect, it } from 'vitest'
import { presetById } from '#simulation/presets.ts'
import { card } from '../deck/card.ts'
import { readDeck } from '../deck/read-deck.ts'
import { writeDeck } from '../deck/write-deck.ts'
import { checkedDeck } from './checked-deck.ts'
import { checkLines, checkLosses } from './written-text.ts'

const CHOICES = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
const RUN = { seed: 1, primaries: 1000 } as const
const { setup } = presetById('spes-uc4')!.document
const titled = (title: string) => checkedDeck(setup, CHOICES, RUN, title)

describe('the text of a deck', () => {
  const { text } = titled('SPES')

  it('has lines that fit, in plain ASCII; comments may hold anything', () => {
    expect(checkLines(text)).toEqual([])
    const long = text.replace(/^VOID .*$/m, (line) => line.padEnd(130) + ' -disc1')
    expect(checkLines(long)).toMatchObject([{ code: 'DECK_LINE_TOO_LONG', place: { line: 24 } }])
    expect(checkLines(text.replace('GRAPHITE', 'GRAPHÏTE'))).toMatchObject([{ code: 'DECK_NOT_ASCII' }])
    expect(checkLines(`* ${'é'.repeat(200)}\n`)).toEqual([])
  })

  it('says which number lost digits, and by how much', () => {
    const { losses } = writeDeck({ nodes: [card('RESNUCLE', [3, -25, 96, 64, 'DISC1', 1 / 3], 'A')] }, { tolerance: 1 })
    // Six or seven digits are left: nobody must hear of it.
    expect(losses.length).toBe(1)
    expect(checkLosses(losses)).toEqual([])
    const rough = losses.map((loss) => ({ ...loss, written: 0.33, relativeLoss: 0.01 }))
    expect(checkLosses(rough)).toMatchObject([{ code: 'DECK_NUMBER_LOST', severity: 'error' }])
  })

  it('gets no line from a title, whatever it is', () => {
    const lines = text.split('\n').length
    for (const title of [
      'a\nSTOP',
      'a\r\nSTART         1.',
      'a\u2028STOP',
      'a\u0085STOP',
      '* comment',
      '#define A 1',
      '!x',
      '\u0000\u0007',
      'é'.repeat(300),
      '',
    ]) {
      const deck = titled(title)
      expect(deck.findings, JSON.stringify(title)).toEqual([])
      expect(deck.text.split('\n').length, JSON.stringify(title)).toBe(lines)
      expect(/^[\t\n -~]*$/.test(deck.text)).toBe(true)
      const read = readDeck(deck.text)
      expect(read.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })
})
