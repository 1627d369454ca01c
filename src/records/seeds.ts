/**
 * Seeds of tasks, for engines that take one number a run: handed out in blocks, in the transaction that plans the tasks,
 * and never one twice in an installation. A block belongs to a job key and to batches of a point, so that a replay of a
 * job gets the seeds of its original, also when the original is gone.
 */

import { LARGEST_SEED } from '#simulation/seeds.ts'
import type { Tx } from './database.ts'
import { RecordsError, type TaskPlan } from './records.ts'
import { ROWS_PER_INSERT, slices } from './statement-size.ts'
import { SEEDS_GIVEN } from './tables.ts'

/** Batches of a point, from and up to but not including. */
interface Block {
  readonly point: number
  readonly from: number
  readonly to: number
  /** Seed of the first one. */
  readonly seed: number
}

/**
 * Seeds of planned tasks, by task: each that of its first batch.
 * @throws RecordsError `RECORDS_NO_SEEDS` when the range is used up
 */
export async function seedsOf(
  tx: Tx,
  jobKey: string,
  tasks: readonly TaskPlan[],
): Promise<ReadonlyMap<number, number>> {
  // The row of the counter first: of two submissions the second one sees the blocks of the first.
  const given = await countSeeds(tx, 0)
  const rows = await tx.selectFrom('seed_blocks').selectAll().where('job_key', '=', jobKey).execute()
  const known = rows.map((row): Block => {
    const { point, first_batch: from, batches, first_seed: seed } = row
    return { point, from, to: from + batches, seed }
  })
  const fresh: Block[] = []
  let next = given + 1
  for (const [point, { from, to }] of rangesOf(tasks)) {
    for (const gap of gapsIn(
      from,
      to,
      known.filter((block) => block.point === point),
    )) {
      fresh.push({ point, ...gap, seed: next })
      next += gap.to - gap.from
    }
  }
  if (next - 1 > LARGEST_SEED) {
    throw new RecordsError(
      'RECORDS_NO_SEEDS',
      `The job needs ${next - 1 - given} seeds and ${LARGEST_SEED - given} of the ${LARGEST_SEED} of this installation are left. ` +
        'A seed is never given out twice, because results with the same seed are the same histories. Ask for fewer or larger batches, or begin with new records.',
    )
  }
  if (fresh.length > 0) {
    await countSeeds(tx, next - 1 - given)
    for (const blocks of slices(fresh, ROWS_PER_INSERT)) {
      await tx
        .insertInto('seed_blocks')
        .values(
          blocks.map(({ point, from, to, seed }) => ({
            job_key: jobKey,
            point,
            first_batch: from,
            batches: to - from,
            first_seed: seed,
          })),
        )
        .execute()
    }
  }
  const blocks = [...known, ...fresh]
  return new Map(
    tasks.map(({ task, point, firstBatch }) => {
      const block = blocks.find((one) => one.point === point && one.from <= firstBatch && firstBatch < one.to)!
      return [task, block.seed + firstBatch - block.from]
    }),
  )
}

/** Counts seeds as handed out, and holds the counter until the transaction ends. @returns how many there are now */
async function countSeeds(tx: Tx, more: number): Promise<number> {
  const { value } = await tx
    .updateTable('counters')
    .set((eb) => ({ value: eb('value', '+', more) }))
    .where('name', '=', SEEDS_GIVEN)
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}

/** The batches that the tasks of each point begin with, as one range. */
function rangesOf(tasks: readonly TaskPlan[]): ReadonlyMap<number, { readonly from: number; readonly to: number }> {
  const ranges = new Map<number, { from: number; to: number }>()
  for (const { point, firstBatch } of tasks) {
    const range = ranges.get(point) ?? { from: firstBatch, to: firstBatch + 1 }
    ranges.set(point, { from: Math.min(range.from, firstBatch), to: Math.max(range.to, firstBatch + 1) })
  }
  return ranges
}

/** What of a range no block covers. */
function gapsIn(from: number, to: number, blocks: readonly Block[]): readonly { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = []
  let at = from
  for (const block of [...blocks].sort((a, b) => a.from - b.from)) {
    if (block.to <= at || block.from >= to) continue
    if (block.from > at) gaps.push({ from: at, to: block.from })
    at = block.to
  }
  if (at < to) gaps.push({ from: at, to })
  return gaps
}
