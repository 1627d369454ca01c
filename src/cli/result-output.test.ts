import { describe, expect, it } from 'vitest'
import { fakeContext } from '#test/cli/fake-context.ts'
import { estimateDocument } from '#test/tallies/made-documents.ts'
import { writeResult } from './result-output.ts'

describe('table of a result', () => {
  it('says the fissions of a primary, and that they are not known where yields are refused', async () => {
    const known = fakeContext()
    await writeResult(known, estimateDocument(), { top: 3 })
    expect(known.printed.out).toContain('Fissions per primary: 7.00e-3.')
    const refused = fakeContext()
    await writeResult(refused, { ...estimateDocument(), fissionsPerPrimary: null, residuals: [] }, { top: 3 })
    expect(refused.printed.out).toContain('Fissions per primary: not known.')
  })
})
