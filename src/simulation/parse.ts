/** From anything to a checked document, or to all that is wrong with it. */

import type { z } from 'zod'
import { catalogueOf } from './catalogue.ts'
import { relationProblems, withCanonicalNuclides } from './checks.ts'
import { documentSchema, type SimulationDocument } from './document.ts'
import { fieldProblems } from './field-problems.ts'
import { type DocumentJsonSchema, jsonSchema } from './json-schema.ts'
import { readJsonText } from './json-text.ts'
import { listProblems, type Problem } from './problem.ts'
import { upgradeDocument } from './upgrade.ts'

/** A simulation document of 200 layers is below 100 kB; what is larger is something else. Bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024

export type Parsed =
  | { readonly ok: true; readonly document: SimulationDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Schemas whose documents are simulation documents, perhaps with more in them. */
export type DocumentSchema = z.ZodType<SimulationDocument>

let productSchema: DocumentJsonSchema | undefined

/**
 * Checks a document of any version, fills in defaults and upgrades it. All problems come at once, each with code, path,
 * unit and allowed range; nothing is thrown and nothing is mended in silence. Warnings: `warningsOf` (warnings.ts).
 * @param value what `JSON.parse` gave, or an object of the same form.
 * @param schema for tests of the derivations; the product's by default.
 */
export function parseDocument(value: unknown, schema: DocumentSchema = documentSchema): Parsed {
  const upgraded = upgradeDocument(value)
  if (!upgraded.ok) return { ok: false, problems: listProblems(upgraded.problems) }
  const checked = schema.safeParse(upgraded.value)
  if (!checked.success) {
    const described = schema === documentSchema ? (productSchema ??= jsonSchema()) : jsonSchema(schema)
    return { ok: false, problems: listProblems(fieldProblems(checked.error.issues, described, upgraded.value)) }
  }
  const problems = relationProblems(checked.data, catalogueOf(schema))
  if (problems.length > 0) return { ok: false, problems: listProblems(problems) }
  return { ok: true, document: withCanonicalNuclides(checked.data) }
}

/**
 * The same for JSON text. A byte order mark is skipped.
 * @returns problems with line and column where the text is not JSON.
 */
export function parseDocumentText(text: string, schema: DocumentSchema = documentSchema): Parsed {
  const bytes = utf8Length(text)
  if (bytes > MAX_DOCUMENT_BYTES) {
    const message = `The document has ${bytes} bytes; at most ${MAX_DOCUMENT_BYTES} (1 MiB) are read. Is this the right file?`
    const allowed = `at most ${MAX_DOCUMENT_BYTES} bytes`
    return {
      ok: false,
      problems: [{ code: 'DOCUMENT_TOO_LARGE', path: '', message, allowed, received: `${bytes} bytes` }],
    }
  }
  const read = readJsonText(text)
  if (!read.ok) {
    const { code, line, column, path, message } = read.error
    return { ok: false, problems: [{ code, path, message: `Line ${line}, column ${column}: ${message}` }] }
  }
  return parseDocument(read.value, schema)
}

/** Bytes of a text in UTF-8. The encoder of the host is not used: this room knows none. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x80) bytes++
    // A pair of surrogates is two units here and four bytes there, a lone unit of the rest three.
    if (code >= 0x800 && (code < 0xd800 || code > 0xdfff)) bytes++
  }
  return bytes
}
