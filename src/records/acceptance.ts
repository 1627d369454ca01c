/** A new simulation: all of its rows or none, and once only for an idempotency key. */

import type { Database, Tx } from './database.ts'
import { recordUse } from './engine-uses.ts'
import { writeEvent } from './events.ts'
import type { AcceptAnswer, NewSimulation } from './records.ts'
import { insertTasks } from './segments.ts'
import { rowOfNew } from './simulation-rows.ts'
import { existing } from './simulations.ts'
import { ROWS_PER_INSERT, slices } from './statement-size.ts'
import { rowOfResult } from './task-ends.ts'

export function accept(database: Database, simulation: NewSimulation, atMs: number): Promise<AcceptAnswer> {
  return database.change(async (tx, tell) => {
    const { idempotency } = simulation
    if (idempotency) {
      const taken = await tx
        .insertInto('idempotency')
        .values({
          owner: simulation.owner,
          key: idempotency.key,
          request_digest: idempotency.requestDigest,
          simulation_id: simulation.id,
        })
        .onConflict((c) => c.columns(['owner', 'key']).doNothing())
        .returning('key')
        .executeTakeFirst()
      if (!taken) return await repeatedOrConflict(tx, simulation.owner, idempotency)
    }
    await tx.insertInto('simulations').values(rowOfNew(simulation, atMs)).execute()
    for (const rows of slices(simulation.points, ROWS_PER_INSERT)) {
      await tx
        .insertInto('points')
        .values(
          rows.map((p) => ({
            simulation_id: simulation.id,
            point: p.point,
            value: p.value,
            setup_digest: p.setupDigest,
          })),
        )
        .execute()
    }
    await insertTasks(tx, simulation, simulation.tasks)
    for (const rows of slices(simulation.imported?.results ?? [], ROWS_PER_INSERT)) {
      await tx
        .insertInto('accepted')
        .values(rows.map((result) => rowOfResult(simulation.id, result)))
        .execute()
    }
    if (simulation.licensed) await recordUse(tx, simulation, atMs)
    await writeEvent(tx, tell, simulation.id, simulation.owner, 'changed', atMs)
    return { kind: 'created', simulation: await existing(tx, simulation.id) }
  })
}

async function repeatedOrConflict(
  tx: Tx,
  owner: string,
  wanted: { key: string; requestDigest: string },
): Promise<AcceptAnswer> {
  const row = await tx
    .selectFrom('idempotency')
    .selectAll()
    .where('owner', '=', owner)
    .where('key', '=', wanted.key)
    .executeTakeFirstOrThrow()
  if (row.request_digest !== wanted.requestDigest) return { kind: 'conflict' }
  return { kind: 'repeated', simulation: await existing(tx, row.simulation_id) }
}
