/**
 * Older documents become documents of today, one step per version.
 *
 * A step checks the old form with the old form's own schema, so that its problems carry the paths that the user wrote,
 * and then turns it into the next version. Each step has a pair of fixtures in `testdata/simulation/upgrade`.
 */

import type { z } from 'zod'
import { DOCUMENT_VERSION } from './document.ts'
import { fieldProblems } from './field-problems.ts'
import { jsonSchema } from './json-schema.ts'
import { type Problem, quoted } from './problem.ts'
import { flatFormSchema, fromFlatForm } from './version-0.ts'

export type Upgraded =
  | { readonly ok: true; readonly value: unknown; readonly from: number }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** One step: from version `from` to `from + 1`. */
interface Upgrader<Old> {
  readonly from: number
  readonly schema: z.ZodType<Old>
  upgrade(
    old: Old,
  ): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly Problem[] }
}

const step = <Old>(upgrader: Upgrader<Old>): Upgrader<unknown> => upgrader as Upgrader<unknown>

/** In order, without holes: the step at index n leads from version n to n + 1. */
export const UPGRADERS: readonly Upgrader<unknown>[] = [
  step({ from: 0, schema: flatFormSchema, upgrade: fromFlatForm }),
]

/**
 * Brings a document to the version of this program.
 * @param value anything; a document says its version in the field `isolario`.
 * @returns the document in today's form, not yet checked against today's schema, or what is wrong.
 */
export function upgradeDocument(value: unknown): Upgraded {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = `A simulation document is a JSON object with the field "isolario"; this is ${quoted(value)}.`
    return refused({ code: 'DOCUMENT_NOT_OBJECT', path: '', message, received: quoted(value) })
  }
  if (!Object.hasOwn(value, 'isolario')) {
    const message = `The field "isolario" is missing: it holds the version of the document, now ${DOCUMENT_VERSION}. Add "isolario": ${DOCUMENT_VERSION}.`
    return refused({ code: 'DOCUMENT_VERSION_MISSING', path: 'isolario', message, allowed: `0 to ${DOCUMENT_VERSION}` })
  }
  const version = (value as { readonly isolario: unknown }).isolario
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    const message = `The field "isolario" is ${quoted(version)}; expected the version of the document, a whole number 0 to ${DOCUMENT_VERSION}.`
    return refused({
      code: 'DOCUMENT_VERSION_INVALID',
      path: 'isolario',
      message,
      allowed: `0 to ${DOCUMENT_VERSION}`,
      received: quoted(version),
    })
  }
  if (version > DOCUMENT_VERSION) {
    const message = `The document is of version ${version}; this program reads versions up to ${DOCUMENT_VERSION}. Update Isolario, or save the document with the older version.`
    return refused({
      code: 'DOCUMENT_TOO_NEW',
      path: 'isolario',
      message,
      allowed: `0 to ${DOCUMENT_VERSION}`,
      received: String(version),
    })
  }
  let current: unknown = value
  for (const upgrader of UPGRADERS.slice(version)) {
    const checked = upgrader.schema.safeParse(current)
    if (!checked.success) {
      return { ok: false, problems: fieldProblems(checked.error.issues, jsonSchema(upgrader.schema), current) }
    }
    const next = upgrader.upgrade(checked.data)
    if (!next.ok) return next
    current = next.value
  }
  return { ok: true, value: current, from: version }
}

const refused = (problem: Problem): Upgraded => ({ ok: false, problems: [problem] })
