/** The merge and the document made from it: what stands between the last task and the picture. */

import { cumulativeFeeding } from '#inventory/cumulative.ts'
import { describeResult } from '#inventory/report.ts'
import { mergeMany, RunMerge } from '#results/merge.ts'
import { decodeTallyFile, encodeMerge, encodeTaskTally } from '#results/tally-file.ts'
import { CONTEXT, FISSION_PRODUCTS } from '#test/tallies/made-documents.ts'
import { IDENTITY, madeTally } from '#test/tallies/made-tallies.ts'
import { type Benchmark, type Measurement, median, times } from './measurement.ts'

const TASKS = 1000
const regions = ['total', ...Array.from({ length: 7 }, (_, i) => `Disc${i + 1}`)]

async function run(): Promise<readonly Measurement[]> {
  const nuclides = FISSION_PRODUCTS.slice(0, 500)
  const tallies = Array.from({ length: TASKS }, (_, ordinal) => madeTally([ordinal], { regions, nuclides, mean: 2 }))
  const fold = median(await times(5, () => mergeMany(tallies)))
  const backwards = tallies.toReversed()
  const foldBackwards = median(await times(5, () => mergeMany(backwards)))

  const files = tallies.map((tally) => encodeTaskTally(IDENTITY, tally))
  const bytes = files.reduce((sum, file) => sum + file.length, 0)
  const read = median(
    await times(3, () => {
      for (const file of files) decodeTallyFile(file)
    }),
  )

  const merge = mergeMany(tallies)
  const stored = encodeMerge(IDENTITY, merge.toSnapshot())
  const resume = median(
    await times(3, () => {
      const file = decodeTallyFile(stored)
      if (file.kind === 'merge') RunMerge.fromSnapshot(file.result)
    }),
  )
  const store = median(await times(3, () => encodeMerge(IDENTITY, merge.toSnapshot())))

  const full = mergeMany(
    Array.from({ length: 256 }, (_, ordinal) => madeTally([ordinal], { regions, nuclides: FISSION_PRODUCTS, mean: 2 })),
  )
  const document = median(await times(30, () => describeResult({ ...CONTEXT, merge: full })))
  // Few counts in every cell: each rate has an interval of its own.
  const sparse = mergeMany(
    Array.from({ length: 256 }, (_, ordinal) =>
      madeTally([ordinal], { regions, nuclides: FISSION_PRODUCTS, mean: 0.02 }),
    ),
  )
  const sparseDocument = median(await times(30, () => describeResult({ ...CONTEXT, merge: sparse })))
  const feeding = median(await times(10, () => cumulativeFeeding([...full.nuclides])))

  const what = `${TASKS} tasks x ${nuclides.length} nuclides x ${regions.length} regions`
  return [
    { name: 'fold tasks', value: fold, unit: 'ms', budget: { limit: 300, kind: 'at most' }, how: what },
    { name: 'fold tasks, last one first', value: foldBackwards, unit: 'ms', how: what },
    { name: 'read and check their files', value: read, unit: 'ms', how: `${(bytes / 1e6).toFixed(1)} MB` },
    { name: 'store a running merge', value: store, unit: 'ms', how: `${(stored.length / 1e6).toFixed(1)} MB` },
    { name: 'read it back', value: resume, unit: 'ms', how: 'file to running merge' },
    {
      name: 'result document',
      value: document,
      unit: 'ms',
      budget: { limit: 15, kind: 'at most' },
      how: '600 nuclides, 256 groups',
    },
    { name: 'result document, few counts', value: sparseDocument, unit: 'ms', how: 'an interval for every rate' },
    { name: 'feeding matrix, first time', value: feeding, unit: 'ms', how: '600 nuclides' },
  ]
}

export const benchmark: Benchmark = { name: 'merge', run }
