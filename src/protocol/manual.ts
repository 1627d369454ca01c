/** Two pages of the manual, written from the tables themselves: docs/errors.md and docs/api.md. */

import { z } from 'zod'
import { PROBLEMS, WARNINGS } from '#simulation/problem.ts'
import { ERRORS } from './errors.ts'
import { API_PREFIX, ROUTES, type Route } from './routes.ts'
import { eventSchema, problemSchema } from './shapes.ts'
import { TASK_FAILURES } from './task-failures.ts'

/** What stands in the pages instead of a hand's care. */
export const WRITTEN_BY = 'node bin/run.mjs tools/write-api-manual.ts'
const GENERATED = `<!-- Written by ${WRITTEN_BY}; a test compares. -->`

/** The page docs/errors.md. */
export function errorsPage(): string {
  return (
    [
      '# Errors',
      GENERATED,
      `Every answer of the service that is no success is a problem document (RFC 9457, \`application/problem+json\`) with
these fields: \`code\`, stable, for programs; \`title\`, the same for every occurrence; \`detail\`, what was expected,
what came and where; \`advice\`; \`problems\`, all findings at once with path, unit and allowed range; \`instance\`, a
reference that also stands in the log of the service.`,
      '## Answers of the service',
      table(
        ['code', 'status', 'title', 'what to do'],
        Object.entries(ERRORS).map(([code, { status, title, advice }]) => [
          `\`${code}\``,
          String(status),
          title,
          advice,
        ]),
      ),
      'The client adds `UNREACHABLE` (no answer came) and `UNEXPECTED_ANSWER` (an answer that is not ours, for example of a proxy).',
      '## Problems of a document',
      'In the field `problems` of `DOCUMENT_INVALID` and `DOCUMENT_TOO_NEW`, and in the answer of `validate`.',
      codes(PROBLEMS, 'cause'),
      '## Warnings',
      'The document is accepted; the value is probably not meant.',
      codes(WARNINGS, 'cause'),
      '## Failed tasks',
      'Beside a failed task, and as the cause of a simulation of which no task succeeded. Engines have further codes of their own.',
      codes(TASK_FAILURES, 'what it means and what to do'),
    ].join('\n\n') + '\n'
  )
}

/** The page docs/api.md. */
export function apiPage(): string {
  return (
    [
      '# The API of the control service',
      GENERATED,
      `All routes stand under \`${API_PREFIX}\`; the service describes itself at \`${API_PREFIX}/openapi.json\` (OpenAPI 3.1).
Programs send \`Authorization: Bearer TOKEN\`; a browser exchanges the token of the printed address for a cookie, or
signs in at the provider that the installation has ([sign-in.md](sign-in.md)). Bodies are JSON in UTF-8 of at most 1 MiB. Errors: [errors.md](errors.md). Parameters of a document: [parameters.md](parameters.md).
Results: [results.md](results.md).`,
      `Requests that change something are refused when a browser says that another site sent them, and every request is
refused under a host name that is not the service's own.`,
      '## Routes',
      table(
        ['route', 'what it does', 'needs', 'success'],
        routes().map(([, { method, path, summary, permission, status, produces }]) => [
          `\`${method} ${path}\``,
          summary,
          permission ?? 'nothing',
          produces ? `${status}, \`${produces}\`` : String(status),
        ]),
      ),
      ...routes().flatMap(([name, route]) => routeSection(name, route)),
      '## Asking once',
      `${keyedRoutes()} read the header \`Idempotency-Key\`: the same request under the same key is done once, however
often it is sent, and answered with the simulation as it is then; with another request the key is refused
(\`IDEMPOTENCY_CONFLICT\`). So a request whose answer was lost is sent again as it was, and nothing happens twice.`,
      '## Results that did not change',
      `\`result\` sends an \`ETag\`; the same in \`If-None-Match\` gets 304 without a body. \`?format=csv\` gives a table.`,
      '## Events',
      `One stream a browser. Changes of state and deletions carry an id, given in the order of their commits: who sends the
last one seen as \`Last-Event-ID\` misses none, also over a restart of the service. Progress comes without an id, at most
four times a second for each simulation, and each picture replaces the one before. \`{"kind":"gap"}\` says that events
are missing for good, and that everything shown must be asked for again. Data of an event:`,
      schemaBlock(eventSchema),
      '## Problem document',
      schemaBlock(problemSchema),
    ].join('\n\n') + '\n'
  )
}

const keyedRoutes = (): string => {
  const names = routes().flatMap(([name, { takesKey }]) => (takesKey ? [`\`${name}\``] : []))
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const routes = (): [string, Route][] => Object.entries(ROUTES)

function routeSection(name: string, route: Route): string[] {
  const lines = [`### ${name}`, `\`${route.method} ${API_PREFIX}${route.path}\`: ${route.summary}.`]
  const fields = route.query ? fieldsOf(route.query) : []
  if (fields.length > 0) lines.push('Query:', table(['name', 'type', 'default'], fields))
  if (route.body) {
    const body = fieldsOf(route.body)
    lines.push(
      ...(body.length > 0 ? ['Body:', table(['name', 'type', 'default'], body)] : ['Body: a simulation document.']),
    )
  }
  return lines
}

interface JsonSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

/** Fields of an object schema as rows: name, type with range, default. */
function fieldsOf(schema: z.ZodType): string[][] {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const output = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonSchema
  return Object.entries(properties ?? {}).map(([name, field]) => {
    // Numbers of a query come as text: what they become says more.
    const meant = output.properties?.[name] ?? field
    return [`\`${name}\``, typeOf(meant), meant.default === undefined ? '' : `\`${String(meant.default)}\``]
  })
}

function typeOf(field: JsonSchema): string {
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ')
  const below = field.minimum ?? field.exclusiveMinimum
  const range = [
    below === undefined || below <= -Number.MAX_SAFE_INTEGER
      ? ''
      : `${field.minimum === undefined ? 'above' : 'from'} ${below}`,
    field.maximum === undefined || field.maximum >= Number.MAX_SAFE_INTEGER ? '' : `to ${field.maximum}`,
    field.maxLength === undefined ? '' : `at most ${field.maxLength} characters`,
  ].filter((part) => part !== '')
  return [field.type ?? 'any', ...range].join(' ')
}

const codes = (words: Readonly<Record<string, string>>, heading: string): string =>
  table(
    ['code', heading],
    Object.entries(words).map(([code, text]) => [`\`${code}\``, text]),
  )

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const schemaBlock = (schema: z.ZodType): string =>
  `\`\`\`json\n${JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }), null, 2)}\n\`\`\``
