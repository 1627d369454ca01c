/** Who used an engine that has a licence of its own, with which version: written with the simulation, kept when it is deleted. */

import type { Database, Tx } from './database.ts'
import type { EngineUse, NewSimulation } from './records.ts'

export async function recordUse(tx: Tx, simulation: NewSimulation, atMs: number): Promise<void> {
  const { id, owner, engineId, engineVersion } = simulation
  await tx
    .insertInto('engine_uses')
    .values({ simulation_id: id, owner, engine_id: engineId, engine_version: engineVersion, at_ms: atMs })
    .execute()
}

export function engineUses(
  database: Database,
  query: { engineId?: string; owner?: string; offset: number; limit: number },
): Promise<{ items: readonly EngineUse[]; total: number }> {
  const { engineId, owner, offset, limit } = query
  return database.read(async (db) => {
    let wanted = db.selectFrom('engine_uses')
    if (engineId !== undefined) wanted = wanted.where('engine_id', '=', engineId)
    if (owner !== undefined) wanted = wanted.where('owner', '=', owner)
    const rows = await wanted
      .selectAll()
      .orderBy('at_ms', 'desc')
      .orderBy('simulation_id')
      .offset(offset)
      .limit(limit)
      .execute()
    const { total } = await wanted.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const items = rows.map((row) => ({
      simulationId: row.simulation_id,
      owner: row.owner,
      engineId: row.engine_id,
      engineVersion: row.engine_version,
      atMs: row.at_ms,
    }))
    return { items, total }
  })
}
