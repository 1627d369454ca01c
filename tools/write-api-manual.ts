/** Writes docs/errors.md and docs/api.md from the tables of the protocol. src/protocol/manual.test.ts compares. */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { apiPage, errorsPage } from '#protocol/manual.ts'

const docs = path.resolve(import.meta.dirname, '../docs')
writeFileSync(path.join(docs, 'errors.md'), errorsPage())
writeFileSync(path.join(docs, 'api.md'), apiPage())
