/**
 * The span of a request: what a person or a program asked for. It continues the trace that came with the request, so
 * that a click and what follows from it are one picture. Workers' requests, streams and health checks have none: they
 * are many, and the tasks' own spans say what workers do.
 */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { API_PREFIX, ROUTES } from '#protocol/routes.ts'
import { ATTRIBUTE, NO_SPAN, type Span, type Traces } from '#traces/traces.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null
  }
}

/** Patterns of the routes that have spans. */
const TRACED = new Set(
  Object.entries(ROUTES)
    .filter(([name, { permission }]) => permission !== 'job' && permission !== null && name !== 'events')
    .map(([, { path }]) => `${API_PREFIX}${path}`),
)
/** What an id of a simulation can look like; anything else that stands in an address is not written down. */
const JOB_ID = /^[a-z0-9]{1,24}$/

export function beginRequest(traces: Traces, request: FastifyRequest): void {
  const { method, routeOptions, headers, id } = request
  const route = routeOptions.url
  if (!traces.isOn || route === undefined || !TRACED.has(route)) return
  request.span = traces.start(`${method} ${route}`, {
    under: traces.continued(headers['traceparent']),
    kind: 'server',
    attributes: { 'http.request.method': method, 'http.route': route, [ATTRIBUTE.request]: id },
  })
  const job = jobOf(request)
  if (job !== null) request.span.set({ [ATTRIBUTE.job]: job })
}

export function endRequest(traces: Traces, request: FastifyRequest, reply: FastifyReply): void {
  const span = request.span ?? NO_SPAN
  if (span.place === null) return
  const { statusCode: status } = reply
  span.set({ 'http.response.status_code': status })
  const job = jobOf(request)
  // Of what was done to a job, not of looking at it.
  if (job !== null && request.method !== 'GET' && status < 400) span.link(traces.job(job))
  // A refusal is the sender's matter, as the conventions of OpenTelemetry have it.
  if (status >= 500) span.fail(request.refusal ?? String(status))
  span.end()
}

/** The job that the address names; `null` where it names none. */
export function jobOf(request: FastifyRequest): string | null {
  const { id } = (request.params ?? {}) as { id?: unknown }
  return typeof id === 'string' && JOB_ID.test(id) ? id : null
}
