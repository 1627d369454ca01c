import { describe, expect, it } from 'vitest'
import { mergeMany } from '#results/merge.ts'
import { presetById } from '#simulation/presets.ts'
import { createEngines, toyTally } from '#test/programs/toy-engines.ts'
import { describeMerge } from './describe-result.ts'
import type { Engine } from './engine.ts'

const { setup, operation } = presetById('thin-uc4')!.document
const toy = createEngines()[0]!
/** What a site has after it got the real program in the place of the stand-in. */
const real: Engine = {
  ...toy,
  identity: { id: 'fluka', version: '1.0+cern.4-4.1', label: 'FLUKA 4-4.1 (CERN)', standIn: false },
  citations: ['Somebody, Some Journal 1 (2020)'],
  remarks: (_setup, merge) => [`after ${merge.histories} histories`],
}
const batch = { ordinal: 0, first: 0, histories: 100 }
const merge = mergeMany([toyTally({ setup, stream: { jobKey: '0123456789abcdef', point: 0 }, batches: [batch] })])
const made = (engineVersion?: string) =>
  describeMerge(
    merge,
    real,
    setup,
    operation,
    { region: 'total' },
    {
      ...{ version: '1', setupDigest: 'd', jobKey: '0123456789abcdef', replay: false },
      ...(engineVersion === undefined ? {} : { engineVersion }),
    },
    ['a note of the setup'],
  )

describe('the result of an engine', () => {
  it('has its notes, what its sums say, and what to cite', () => {
    const result = made('1.0+cern.4-4.1')
    expect(result.engine).toEqual({ id: 'fluka', version: '1.0+cern.4-4.1', standIn: false })
    expect(result.notes.slice(0, 2)).toEqual(['a note of the setup', 'after 100 histories'])
    expect(result.provenance.citations).toEqual(['Somebody, Some Journal 1 (2020)'])
  })

  it('names the version that made it, also when another one is here now', () => {
    expect(made('1.0+cern.4-3.1').engine).toEqual({ id: 'fluka', version: '1.0+cern.4-3.1', standIn: false })
  })

  it('stays that of a stand-in when the real engine takes its place', () => {
    const result = made('1.0+STAND-IN.cern.4-STAND-IN')
    expect(result.engine.standIn).toBe(true)
    expect(result.notes[0]).toMatch(/^STAND-IN: .*a stand-in for FLUKA/)
    expect(result.provenance).not.toHaveProperty('citations')
  })
})
