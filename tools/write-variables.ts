/** Writes the table of variables in docs/cluster.md from src/main/variables.ts. test/deploy/manual.test.ts compares. */

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { clusterVariableRows } from '#main/variables.ts'

const file = path.resolve(import.meta.dirname, '../docs/cluster.md')
const table = /(?:^\| `[A-Z]\w+` \|.*\n)+/m
const page = readFileSync(file, 'utf8')
if (!table.test(page)) throw new Error('docs/cluster.md has no table of variables')
writeFileSync(file, page.replace(table, `${clusterVariableRows().join('\n')}\n`))
