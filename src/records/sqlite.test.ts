import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { describeRecordsContract, newSimulation } from '#test/contracts/records.ts'
import { describeSeedsContract } from '#test/contracts/records-seeds.ts'
import { recordsOver } from './kysely-records.ts'
import { migrate } from './migrate.ts'
import { OLDEST_PROGRAM } from './migrations.ts'
import { openSqlite, openSqliteRecords } from './sqlite.ts'
import { SEEDS_GIVEN } from './tables.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'isolario-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = () => path.join(folder, `records${++files}.sqlite`)

describeRecordsContract('SQLite', async () => {
  const records = await openSqliteRecords(fresh())
  return { records, done: () => records.close() }
})

describeSeedsContract('SQLite', async () => {
  const backend = openSqlite(fresh())
  await migrate(backend.db as never)
  const records = recordsOver(backend)
  const spend = async (given: number) =>
    void (await sql`update counters set value = ${given} where name = ${SEEDS_GIVEN}`.execute(backend.db))
  return { records, other: records, spend, done: () => records.close() }
})

describe('SQLite file', () => {
  it('keeps everything over close and open', async () => {
    const file = fresh()
    const before = await openSqliteRecords(file)
    await before.accept(newSimulation('one'), 1)
    await before.close()
    const after = await openSqliteRecords(file)
    expect(await after.simulation('one')).toMatchObject({ id: 'one', tasks: 4 })
    await after.close()
  })

  it('refuses records of a newer version by name', async () => {
    const file = fresh()
    await (await openSqliteRecords(file)).close()
    const { db } = openSqlite(file)
    await sql.raw(`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '2030')`).execute(db)
    await sql.raw(`update counters set value = 9999 where name = '${OLDEST_PROGRAM}'`).execute(db)
    await db.destroy()
    await expect(openSqliteRecords(file)).rejects.toMatchObject({
      code: 'RECORDS_TOO_NEW',
      message: expect.stringContaining('9999-of-the-future'),
    })
  })

  it('says that a file is no database', async () => {
    const file = fresh()
    writeFileSync(
      file,
      'this is a shopping list, and a rather long one at that, so that SQLite sees a whole header of it',
    )
    await expect(openSqliteRecords(file)).rejects.toMatchObject({
      code: 'RECORDS_REFUSED',
      message: expect.stringContaining(file),
    })
  })

  it('says that a folder cannot be written', async () => {
    await expect(openSqliteRecords(path.join(folder, 'no', 'such', 'folder.sqlite'))).rejects.toMatchObject({
      code: 'RECORDS_UNAVAILABLE',
    })
  })
})
