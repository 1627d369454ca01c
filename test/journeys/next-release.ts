/**
 * The release after this one, as far as an upgrade can see it: a clone of this repository with another version and one
 * more migration, which adds and takes nothing away, as docs of the records ask of every migration.
 */

import { appendFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { MIGRATIONS } from '#records/migrations.ts'
import { ROOT } from './cluster-images.ts'

export interface NextRelease {
  /** The clone. */
  readonly root: string
  readonly version: string
  /** Name of the migration that it brings. */
  readonly migration: string
}

/** What the images are made of, beside the packages and the portal. */
const FILES = [
  'src',
  'examples',
  'package.json',
  'package-lock.json',
  'LICENSE',
  'vite.node.config.ts',
  'tsconfig.base.json',
  'tsconfig.node.json',
]

/** @param root an empty folder */
export function makeNextRelease(root: string): NextRelease {
  for (const name of FILES) cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'))
  const manifest = path.join(root, 'package.json')
  const now = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const [major, minor] = now.version.split('.')
  const version = `${major}.${Number(minor) + 1}.0`
  writeFileSync(manifest, JSON.stringify({ ...now, version }))
  const known = Object.keys(MIGRATIONS).length
  const migration = `${String(known + 1).padStart(4, '0')}-of-the-next-release`
  appendFileSync(path.join(root, 'src/records/migrations.ts'), migrationText(migration, known))
  return { root, version, migration }
}

/** A column of every simulation, with a value for whoever does not know of it, a table and an index. */
const migrationText = (name: string, known: number): string => `
const next: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('simulations')
      .addColumn('next_note', 'text', (c) => c.notNull().defaultTo('of the next release'))
      .execute()
    await db.schema.createTable('next_things').addColumn('id', 'text', (c) => c.primaryKey()).execute()
    await db.schema.createIndex('next_notes').on('simulations').columns(['next_note', 'id']).execute()
  },
}
Object.assign(MIGRATIONS, { '${name}': { migration: next, oldestProgram: ${known} } })
`
