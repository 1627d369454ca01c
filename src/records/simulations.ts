/** Simulations as they stand: one, a page of a list, all that are not over; the points of one. */

import { type ExpressionBuilder, sql } from 'kysely'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { Database, Db } from './database.ts'
import { type ListFilter, type PointRecord, RecordsError, type SimulationRecord } from './records.ts'
import { simulationOfRow } from './simulation-rows.ts'
import type { Tables } from './tables.ts'

export function simulation(database: Database, id: string): Promise<SimulationRecord | undefined> {
  return database.read((db) => find(db, id))
}

async function find(db: Db, id: string): Promise<SimulationRecord | undefined> {
  const row = await db.selectFrom('simulations').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? simulationOfRow(row) : undefined
}

/** @throws RecordsError `RECORDS_REFUSED` when it is not there */
export async function existing(db: Db, id: string): Promise<SimulationRecord> {
  const found = await find(db, id)
  if (!found) throw new RecordsError('RECORDS_REFUSED', `There is no simulation ${id}.`)
  return found
}

export function list(
  database: Database,
  filter: ListFilter,
): Promise<{ items: readonly SimulationRecord[]; total: number }> {
  return database.read(async (db) => {
    const wanted = (eb: ExpressionBuilder<Tables, 'simulations'>) => {
      const conditions = []
      if (filter.state) conditions.push(eb('state', '=', filter.state))
      if (filter.owner) conditions.push(eb('owner', '=', filter.owner))
      if (filter.search) {
        const pattern = `%${filter.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
        conditions.push(sql<boolean>`${sql.ref('search_text')} like ${pattern} escape '\\'`)
      }
      return eb.and(conditions)
    }
    const column = ({ createdAt: 'created_at_ms', name: 'name', state: 'state', primaries: 'histories_done' } as const)[
      filter.sort
    ]
    const rows = await db
      .selectFrom('simulations')
      .selectAll()
      .where(wanted)
      .orderBy(column, filter.order)
      .orderBy('id', filter.order)
      .limit(filter.limit)
      .offset(filter.offset)
      .execute()
    const { total } = await db
      .selectFrom('simulations')
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .where(wanted)
      .executeTakeFirstOrThrow()
    return { items: rows.map(simulationOfRow), total }
  })
}

export function active(database: Database): Promise<readonly SimulationRecord[]> {
  return database.read(async (db) => {
    const rows = await db
      .selectFrom('simulations')
      .selectAll()
      .where('state', 'not in', [...FINAL_STATES])
      .orderBy('created_at_ms')
      .orderBy('id')
      .execute()
    return rows.map(simulationOfRow)
  })
}

export function points(database: Database, id: string): Promise<readonly PointRecord[]> {
  return database.read(async (db) => {
    const rows = await db.selectFrom('points').selectAll().where('simulation_id', '=', id).orderBy('point').execute()
    return rows.map((row) => ({ point: row.point, value: row.value, setupDigest: row.setup_digest }))
  })
}
