import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffHunks, lineDiff } from './line-diff.ts'

const marks = { same: ' ', removed: '-', added: '+' } as const
const short = (before: string, after: string) => lineDiff(before, after).map((line) => marks[line.kind] + line.text)

describe('the difference of two texts', () => {
  it('is small and in order', () => {
    expect(short('a\nb\nc\nd', 'a\nB\nc\nd\ne')).toEqual([' a', '-b', '+B', ' c', ' d', '+e'])
    expect(short('a', 'a')).toEqual([' a'])
    expect(short('', 'x')).toEqual(['-', '+x'])
    expect(lineDiff('a\nc', 'a\nb\nc')).toEqual([
      { kind: 'same', before: 1, after: 1, text: 'a' },
      { kind: 'added', before: null, after: 2, text: 'b' },
      { kind: 'same', before: 2, after: 3, text: 'c' },
    ])
  })

  it('gives back both texts, with the right line numbers, and is as small as the longest common part allows', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after)
        const left = lines.filter((line) => line.kind !== 'added')
        const right = lines.filter((line) => line.kind !== 'removed')
        expect(left.map((line) => line.text).join('\n')).toBe(before)
        expect(right.map((line) => line.text).join('\n')).toBe(after)
        expect(left.map((line) => line.before)).toEqual(left.map((_, index) => index + 1))
        expect(right.map((line) => line.after)).toEqual(right.map((_, index) => index + 1))
        const same = lines.filter((line) => line.kind === 'same').length
        expect(same).toBe(longestCommon(before.split('\n'), after.split('\n')))
      }),
    )
  })

  it('of texts with nothing in common is all of both', () => {
    const many = (letter: string) => Array.from({ length: 2500 }, (_, n) => letter + n).join('\n')
    const lines = lineDiff(`x\n${many('a')}`, `x\n${many('b')}`)
    expect(lines.length).toBe(5001)
    expect(lines[0]?.kind).toBe('same')
  })

  it('can be cut to what changed and its neighbourhood', () => {
    const before = Array.from({ length: 30 }, (_, n) => String(n)).join('\n')
    const after = before.replace('\n5\n', '\nfive\n').replace('\n20\n', '\ntwenty\n')
    const hunks = diffHunks(lineDiff(before, after), 1).map((line) =>
      line === null ? '...' : marks[line.kind] + line.text,
    )
    expect(hunks).toEqual([' 4', '-5', '+five', ' 6', '...', ' 19', '-20', '+twenty', ' 21'])
  })
})

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!)
    }
  }
  return table[a.length]![b.length]!
}
