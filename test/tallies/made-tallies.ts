/** Tallies made for tests: a small, known process whose batches are a function of their ordinal alone. */

import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { BatchTableBuilder } from '#results/batch-table.ts'
import type { ResultIdentity } from '#results/pool.ts'
import { type Batch, type TaskTally, TOTAL_REGION } from '#results/tally.ts'

/** A fast generator of even numbers in [0, 1) (Steele and Vigna, splitmix32 in the form of mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A Poisson number, by counting exponential steps (fine for small means). */
export function poisson(mean: number, random: () => number): number {
  if (mean > 30) return poisson(mean / 2, random) + poisson(mean / 2, random)
  const limit = Math.exp(-mean)
  let k = 0
  for (let product = random(); product > limit; product *= random()) k++
  return k
}

export const IDENTITY: ResultIdentity = {
  setupDigest: 'd1',
  engine: { id: 'made', version: '1' },
  jobKey: '00000000000000aa',
  point: 0,
  replay: false,
}

export interface MadeOptions {
  readonly regions?: readonly string[]
  readonly nuclides?: readonly Zai[]
  readonly counts?: boolean
  readonly moments?: boolean
  /** Mean of a cell per batch. */
  readonly mean?: number
  readonly maxWeight?: number | null
}

export const MADE_NUCLIDES: readonly Zai[] = [zaiOf(44, 111), zaiOf(45, 111), zaiOf(46, 111), zaiOf(47, 111)]

/** Histories of batch `ordinal`: every fourth one is short, as at the end of a segment. */
export const historiesOf = (ordinal: number): number => (ordinal % 4 === 3 ? 700 : 1000)

export function batchOf(ordinal: number): Batch {
  const fours = Math.floor(ordinal / 4)
  return { ordinal, first: fours * 3700 + (ordinal % 4) * 1000, histories: historiesOf(ordinal) }
}

/** A task with the given batches (ascending). The content of a batch depends on its ordinal only. */
export function madeTally(ordinals: readonly number[], options: MadeOptions = {}): TaskTally {
  const {
    regions = [TOTAL_REGION, 'Disc1'],
    nuclides = MADE_NUCLIDES,
    counts = true,
    moments = true,
    mean = 3,
  } = options
  const names = ['reactions', 'fissions']
  const residuals = new BatchTableBuilder(regions.length * nuclides.length, moments)
  const counters = new BatchTableBuilder(regions.length * names.length, moments)
  for (const ordinal of ordinals) {
    const random = generator(1000 + ordinal)
    for (const [builder, columns] of [
      [residuals, regions.length * nuclides.length],
      [counters, regions.length * names.length],
    ] as const) {
      for (let column = 0; column < columns; column++) {
        const n = poisson(mean, random)
        const weight = counts ? 1 : random() * 0.1
        if (n > 0) builder.add(column, n * weight, n * weight * weight)
      }
      builder.endBatch(batchOf(ordinal))
    }
  }
  return {
    histories: ordinals.reduce((sum, ordinal) => sum + historiesOf(ordinal), 0),
    residuals: { regions, nuclides, table: residuals.build() },
    counters: { regions, names, table: counters.build() },
    counts,
    maxWeight: options.maxWeight === undefined ? (counts ? 1 : 0.1) : options.maxWeight,
  }
}
