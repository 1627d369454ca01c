/**
 * Turns whatever was thrown into a problem document (RFC 9457) with a stable code. What is not known becomes INTERNAL
 * with a reference that stands in the log: a stack or a path of this machine never reaches a user.
 */

import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'
import { ERRORS, type ErrorCode } from '#protocol/errors.ts'
import type { Problem, ProblemItem } from '#protocol/shapes.ts'
import { asControlError, ControlError } from './control-error.ts'
import type { Log } from './log.ts'
import { REQUEST_ID } from './request-id.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

export const PROBLEM_TYPE = 'application/problem+json'

export function problemOf(code: ErrorCode, detail: string, problems?: readonly ProblemItem[] | null): Problem {
  const { status, title, advice } = ERRORS[code]
  return {
    type: `urn:isolario:error:${code}`,
    title,
    status,
    code,
    detail,
    advice,
    ...(problems ? { problems: [...problems] } : {}),
  }
}

/** `connection: close` is set by the framework where a body was refused before it was read. */
const KEPT_HEADERS: ReadonlySet<string> = new Set([...Object.keys(SECURITY_HEADERS), 'connection', REQUEST_ID])

/** Sends a problem. May be called from hooks and handlers alike. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // What a handler had set for its success does not belong to the problem, and must not be able to break it.
  for (const name of Object.keys(reply.getHeaders())) if (!KEPT_HEADERS.has(name)) reply.removeHeader(name)
  reply.header('cache-control', 'no-store')
  reply.request.refusal = problem.code
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem)
}

/** The error handler of the service: the one place where errors become answers. */
export function errorHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const known = asControlError(error) ?? ofRequest(error)
    if (known) {
      const problem = problemOf(known.code, known.message, known.problems)
      if (problem.status >= 500)
        log.warn({ err: error, request: request.id, route: request.routeOptions.url }, known.message)
      return sendProblem(reply, problem)
    }
    const instance = randomUUID()
    log.error(
      { err: error, reference: instance, request: request.id, route: request.routeOptions.url },
      'a request failed inside',
    )
    return sendProblem(reply, {
      ...problemOf(
        'INTERNAL',
        'The service met an error it does not know. Its log holds the details under the reference.',
      ),
      instance,
    })
  }
}

/** Errors of the HTTP layer about what the sender did; `undefined` for everything that is ours. */
function ofRequest(error: unknown): ControlError | undefined {
  if (isResponseSerializationError(error)) return undefined
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = (error as unknown as FastifyError).validationContext ?? 'request'
    const problems = error.validation.map((issue): ProblemItem => {
      const path = issue.instancePath.split('/').filter(Boolean).join('.')
      return { code: 'REQUEST_INVALID', path: [where, path].filter(Boolean).join('.'), message: issue.message ?? '' }
    })
    const first = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
    return new ControlError('BAD_REQUEST', `The ${where} does not fit: ${first}.`, { problems })
  }
  const { code, statusCode, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ControlError('BODY_TOO_LARGE', 'The body is larger than this service reads.')
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new ControlError('BAD_REQUEST', 'A body must be sent as Content-Type: application/json.')
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new ControlError(
      statusCode === 404 ? 'NOT_FOUND' : 'BAD_REQUEST',
      `${message ?? 'The request is malformed'}.`,
    )
  }
  return undefined
}
