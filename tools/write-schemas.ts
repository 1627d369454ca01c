/** Writes the JSON Schemas of the simulation document and of the result into docs/. test/schemas.test.ts compares. */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { resultJsonSchema } from '#results/json-schema.ts'
import { jsonSchema } from '#simulation/json-schema.ts'

const DOCS = path.resolve(import.meta.dirname, '../docs')

/** File name and content of each schema. */
export const SCHEMAS: Readonly<Record<string, string>> = {
  'simulation.schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
  'result.schema.json': `${JSON.stringify(resultJsonSchema, null, 2)}\n`,
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, content] of Object.entries(SCHEMAS)) writeFileSync(path.join(DOCS, name), content)
}
