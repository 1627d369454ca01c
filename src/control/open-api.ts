/** The API document as it is served: what the generator cannot know is put right. */

import { ROUTES, type Route } from '#protocol/routes.ts'

interface Responses {
  [status: string]: { content?: Record<string, unknown> } | undefined
}
interface Document {
  paths?: Record<string, Record<string, { operationId?: string; responses?: Responses; parameters?: unknown[] }>>
}

const IDEMPOTENCY_KEY = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 200 },
  description:
    'The same request under the same key is done once, however often it is sent; the answer is the job as it is now.',
}
const LAST_EVENT_ID = {
  in: 'header',
  name: 'Last-Event-ID',
  required: false,
  schema: { type: 'string' },
  description: 'Number of the last event that was seen; the stream goes on after it.',
}
const keyed = Object.entries<Route>(ROUTES).filter(([, { takesKey }]) => takesKey)
const HEADERS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(keyed.map(([name]) => [name, IDEMPOTENCY_KEY])),
  events: LAST_EVENT_ID,
}

/** Errors are problem documents whatever a route produces, and headers that routes read are listed. */
export function openApiOf(generated: unknown): unknown {
  const document = structuredClone(generated) as Document
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      const problem = operation.responses?.['default']
      const schema = problem?.content && Object.values(problem.content)[0]
      if (problem && schema) problem.content = { 'application/problem+json': schema }
      const header = HEADERS[operation.operationId ?? '']
      if (header) operation.parameters = [...(operation.parameters ?? []), header]
    }
  }
  return document
}
