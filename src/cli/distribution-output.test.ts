import { describe, expect, it } from 'vitest'
import { distributionLayouts } from '#engines/engine/distribution-layouts.ts'
import { localDistributions } from '#main/local-distributions.ts'
import { mergeMany } from '#results/merge.ts'
import { setupSchema } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { fakeContext } from '#test/cli/fake-context.ts'
import { createEngines, toyTally } from '#test/programs/toy-engines.ts'
import { estimateDocument } from '#test/tallies/made-documents.ts'
import { distributionsText, writeDistribution } from './distribution-output.ts'
import { checkResultOptions, writeResults } from './result-output.ts'

const setup = setupSchema.parse({
  ...presetById('spes-uc4')!.document.setup,
  scoring: {
    meshes: [{ name: 'heat', zBins: 4, rBins: 3 }],
    spectra: [{ name: 'behind', layer: 'disc7', energyBins: 5 }],
  },
})
const merge = mergeMany(
  [0, 1, 2].map((ordinal) =>
    toyTally({
      setup,
      stream: { jobKey: '0123456789abcdef', point: 0 },
      batches: [{ ordinal, first: ordinal * 500, histories: 500 }],
    }),
  ),
)
const engine = createEngines()[0]!
const origin = { version: '1', setupDigest: 'd', jobKey: null }
const { distributions } = localDistributions(merge, setup, engine, origin)

describe('meshes and spectra at the command line', () => {
  it('stand behind the nuclides: a line for a mesh, a table for a spectrum', async () => {
    const context = fakeContext()
    const points = [{ point: 0, value: null, result: estimateDocument(), distributions: distributions! }]
    await writeResults(context, { parameter: null, points }, { top: 3 })
    const { out } = context.printed
    expect(out).toMatch(/Mesh heat: deposited energy; bins 3 r x 4 z; 3 batches; total 0\.\d+ MeV\/primary ±\d/)
    expect(out).toMatch(/Spectrum behind: current of neutrons at the back of disc7, forward; bins 5 energy/)
    expect(out).toContain('ENERGY FROM (MeV)')
    expect(out.indexOf('NUCLIDE')).toBeLessThan(out.indexOf('Mesh heat'))
    expect(await distributionsText(undefined, 100)).toBe('')
  })

  it('one by its name: a profile for people, every bin for programs', async () => {
    const people = fakeContext()
    await writeDistribution(people, distributions, { distribution: 'heat' })
    expect(people.printed.out).toContain('Profile along the beam')
    expect(people.printed.out.trimEnd().split('\n').length).toBe(3 + 4)
    const csv = fakeContext()
    await writeDistribution(csv, distributions, { distribution: 'heat', csv: true })
    const rows = csv.printed.out
      .trimEnd()
      .split('\r\n')
      .filter((row) => !row.startsWith('#'))
    expect(rows.length).toBe(1 + 12)
    const json = fakeContext()
    await writeDistribution(json, distributions, { distribution: 'heat', json: true, axes: 'z', at: 'r:1' })
    expect(JSON.parse(json.printed.out)).toMatchObject({ name: 'heat', cut: [{ name: 'r', bin: 1 }] })
  })

  it('says what is not there', async () => {
    const of = (options: object) =>
      writeDistribution(fakeContext(), distributions, { distribution: 'heat', ...options })
    await expect(of({ distribution: 'cold' })).rejects.toMatchObject({ code: 'DISTRIBUTION_UNKNOWN' })
    await expect(of({ axes: 'x' })).rejects.toThrow(/axis "x"; it has r, z/)
    await expect(checkResultOptions(fakeContext(), { top: 1, axes: 'z' }, false)).rejects.toMatchObject({
      code: 'DISTRIBUTION_MISSING',
    })
    await expect(checkResultOptions(fakeContext(), { top: 1, distribution: 'heat' }, true)).rejects.toMatchObject({
      code: 'DISTRIBUTION_OF_SCAN',
    })
    const none = localDistributions(mergeMany([]), setup, engine, origin)
    expect(await distributionsText(none.distributions, 200)).toContain(
      'No mesh heat: Toy engine "toy" did not score it',
    )
    expect(distributionLayouts(setup).length).toBe(2)
  })
})
