import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setupDigest } from './digest.ts'
import { applyFlags, flagsFrom } from './flags.ts'
import { documentFromLink, linkQuery } from './link.ts'
import { parseDocument } from './parse.ts'
import { presetById } from './presets.ts'
import { LONGEST_ROUTINES, routineProblems, routinesDigest, routinesOf } from './routines.ts'

const base = presetById('spes-uc4')!.document
const withRoutines = (routines?: readonly { name: string; text: string }[]) => {
  const template = { name: 'mine', version: 1, text: 'TITLE\n', ...(routines ? { routines } : {}) }
  const parsed = parseDocument({ ...base, setup: { ...base.setup, engine: { id: 'fluka', template } } })
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join(' '))
  return parsed.document
}
const SOURCE = { name: 'source.f', text: '      SUBROUTINE SOURCE ( NOMORE )\n      END\n' }
const DRAW = { name: 'mgdraw.f', text: '      SUBROUTINE MGDRAW\n      END\n' }

/** Words of a command line as flags with their values. */
const paired = (words: readonly string[]) =>
  words.flatMap((word, index) => (index % 2 === 0 ? [{ flag: word.replace(/^--/, ''), value: words[index + 1]! }] : []))

const files = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9_]{0,8}\.f$/),
    text: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }),
  }),
  { minLength: 1, maxLength: 8, selector: ({ name }) => name },
)

describe('the digest of routines', () => {
  it('does not depend on the order in which they were added', () => {
    fc.assert(
      fc.property(files, fc.nat(), (some, turn) => {
        const at = turn % some.length
        expect(routinesDigest([...some.slice(at), ...some.slice(0, at)])).toBe(routinesDigest(some))
      }),
    )
  })

  it('is another one for every change of a name or a text', () => {
    fc.assert(
      fc.property(files, fc.nat(), (some, turn) => {
        const at = turn % some.length
        const change = (what: object) => some.map((one, index) => (index === at ? { ...one, ...what } : one))
        const digests = [
          some,
          change({ text: `${some[at]!.text} ` }),
          change({ name: `x${some[at]!.name}yz` }),
          some.slice(1),
        ].map(routinesDigest)
        expect(new Set(digests).size).toBe(4)
      }),
    )
  })

  it('keeps names and texts apart: what moves from one to the other is another set', () => {
    expect(routinesDigest([{ name: 'a.f', text: 'b.f' }])).not.toBe(routinesDigest([{ name: 'a.fb', text: '.f' }]))
    expect(routinesDigest([])).toBeNull()
    expect(routinesDigest([SOURCE])).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('routines in a document', () => {
  it('are part of the setup, in any order; none of them leaves the digest of before', () => {
    const digest = (...args: Parameters<typeof withRoutines>) => setupDigest(withRoutines(...args).setup)
    expect(digest([])).toBe(digest())
    expect(digest([SOURCE, DRAW])).toBe(digest([DRAW, SOURCE]))
    expect(new Set([digest(), digest([SOURCE]), digest([SOURCE, DRAW])]).size).toBe(3)
    expect(routinesOf(withRoutines([SOURCE, DRAW]).setup)).toEqual([DRAW, SOURCE])
    expect(routinesOf(base.setup)).toEqual([])
  })

  it('can be written as flags and as a link, and taken away again', () => {
    const document = withRoutines([SOURCE, DRAW])
    const flags = flagsFrom(document, base)
    expect(flags.join(' ')).toContain('--engine-routines source.f,mgdraw.f --engine-routine source.f.text=')
    const again = applyFlags(base, paired(flags))
    expect(again.ok && again.document).toEqual(document)
    const link = documentFromLink(linkQuery(document))
    expect(link.ok && link.document).toEqual(document)
    for (const other of [base, withRoutines()]) {
      const back = applyFlags(document, paired(flagsFrom(other, document)))
      expect(back.ok && setupDigest(back.document.setup)).toBe(setupDigest(other.setup))
    }
  })
})

describe('what a set of routines may be', () => {
  const said = (some: Parameters<typeof routineProblems>[0]) =>
    routineProblems(some, 'here').map(({ code, path }) => [code, path])

  it('is told all at once, with the place of each', () => {
    expect(
      said([
        { name: 'beam.f90', text: 'x' },
        { name: 'a/b.f', text: '' },
        { name: 'ok.inc', text: 'x\u0007' },
        { name: 'OK.inc', text: 'x' },
      ]),
    ).toEqual([
      ['ROUTINE_NAME', 'here.0.name'],
      ['ROUTINE_NAME', 'here.1.name'],
      ['ROUTINE_EMPTY', 'here.1.text'],
      ['ROUTINE_NOT_TEXT', 'here.2.text'],
      ['ROUTINE_NAME_REPEATED', 'here.3.name'],
    ])
  })

  it('says what to do with endings that people try', () => {
    for (const [name, words] of [
      ['beam.for', /rename it to end in \.f/],
      ['beam.f90', /free form/],
      ['beam.c', /is C/],
      ['beam.cc', /C\+\+/],
      ['beam.o', /give its source/],
      ['beam.txt', /ends in \.txt; taken are \.f \(compiled\) and \.inc \(included\)/],
      ['.f', /a letter/],
      ['..\\x.f', /path/],
    ] as const) {
      const [problem] = routineProblems([{ name, text: 'x' }, SOURCE], 'here')
      expect(problem?.message).toMatch(words)
    }
    expect(said([SOURCE, { name: 'common.inc', text: '* è\r\n\tx\n' }])).toEqual([])
  })

  it('has an end', () => {
    const half = 'x'.repeat(LONGEST_ROUTINES / 2)
    expect(
      said([
        { ...SOURCE, text: half },
        { ...DRAW, text: half },
      ]),
    ).toEqual([])
    expect(
      said([
        { ...SOURCE, text: `${half}x` },
        { ...DRAW, text: half },
      ]),
    ).toEqual([['ROUTINES_TOO_LARGE', 'here']])
    const many = Array.from({ length: 17 }, (_, i) => ({ name: `r${i}.f`, text: 'x' }))
    expect(said(many)).toEqual([['ROUTINES_TOO_LARGE', 'here']])
  })
})
