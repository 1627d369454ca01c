/**
 * Writes testdata/fluka: small files of each estimator as FLUKA's runs and summing programs lay them out, made by our own
 * writer of invented numbers. A fresh clone reads them where the real files are not at hand; src/engines/fluka/output
 * /fixtures.test.ts holds reader and writer to these bytes.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import { fixtures } from '#test/fluka/fixtures.ts'

const folder = path.resolve(import.meta.dirname, '../testdata/fluka')
mkdirSync(folder, { recursive: true })
for (const { name, file } of fixtures()) writeFileSync(path.join(folder, name), writeFlukaFile(file))
