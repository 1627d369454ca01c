/** The HTTP side of the control service: guards, sessions, routes, the portal's files, errors as problem documents. */

import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import { type FastifyInstance, fastify } from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { API_PREFIX, ROUTES } from '#protocol/routes.ts'
import type { Records } from '#records/records.ts'
import type { Traces } from '#traces/traces.ts'
import type { Handlers } from './ask.ts'
import { checkHost, checkOrigin, type OwnNames } from './guard.ts'
import { type Health, isHealthAddress, registerHealth } from './health-routes.ts'
import { addJsonBodies } from './json-body.ts'
import type { ControlLimits } from './limits.ts'
import type { Log } from './log.ts'
import { addLogin } from './login-routes.ts'
import type { Metrics } from './metrics.ts'
import { openApiOf } from './open-api.ts'
import { errorHandler, problemOf, sendProblem } from './problem-reply.ts'
import { registerRoutes, type Senders } from './register-routes.ts'
import { REQUEST_ID, requestId } from './request-id.ts'
import { beginRequest, endRequest, jobOf } from './request-trace.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { addressOf, exchangeToken } from './session.ts'
import { addStaticFiles, type StaticFiles } from './static-files.ts'

export interface ServerOptions extends Senders {
  readonly version: string
  readonly limits: ControlLimits
  readonly log: Log
  readonly staticFiles: StaticFiles | null
  /** Address of the service for browsers, or `null` where it has none but the loopback's own. */
  readonly publicUrl: string | null
  readonly records: Pick<Records, 'ping'>
  readonly health: Health
  readonly metrics: Metrics
  readonly traces: Traces
  /** @param openApi gives the API document once all routes are registered */
  readonly handlers: (openApi: () => unknown) => Handlers
}

/** Answers below this many bytes are not worth compressing. */
const COMPRESS_FROM_BYTES = 16 * 1024
const EVENTS_ROUTE = `${API_PREFIX}${ROUTES.events.path}`

export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { version, identity, limits, log, health, metrics, traces } = options
  const publicAddress = options.publicUrl === null ? null : new URL(options.publicUrl)
  const names: OwnNames = {
    hostNames: [
      ...limits.hostNames.map((name) => name.toLowerCase()),
      ...(publicAddress ? [publicAddress.hostname] : []),
    ],
    publicOrigin: publicAddress?.origin ?? null,
  }
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: 60_000,
    // Requests in flight are answered when the service ends; streams are ended by the hub before.
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: requestId,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => errorHandler(log)(error, request, reply),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(errorHandler(log))
  app.decorateRequest('user', null)
  app.decorateRequest('jobId', null)
  app.decorateRequest('refusal', null)
  app.decorateRequest('span', null)
  addJsonBodies(app)

  await app.register(cookie)
  await app.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    encodings: ['gzip', 'identity'],
    zlibOptions: { level: 1 },
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS)
    reply.header(REQUEST_ID, request.id)
    if (health.draining) reply.header('connection', 'close')
    beginRequest(traces, request)
    if (isHealthAddress(request.url)) return undefined
    checkHost(request.headers, names)
    checkOrigin(request.method, request.headers, names)
    if (await exchangeToken(identity, request, reply)) return reply
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    return undefined
  })
  app.addHook('onResponse', async (request, reply) => {
    // The pattern of the route and never the address as it came: that may hold a token.
    const { method, routeOptions, id } = request
    const route = routeOptions.url ?? '(no route)'
    const { statusCode: status, elapsedTime: ms } = reply
    if (request.refusal) metrics.refusal(request.refusal)
    // A stream lasts as long as somebody reads it.
    if (route !== EVENTS_ROUTE) metrics.request(route, method, status, ms / 1000)
    endRequest(traces, request, reply)
    const level = isHealthAddress(route) ? 'debug' : 'info'
    const place = request.span?.place
    const job = request.jobId ?? jobOf(request)
    const about = { ...(place?.sampled ? { trace: place.traceId } : {}), ...(job === null ? {} : { job }) }
    log[level]({ request: id, ...about, method, route, status, ms: Math.round(ms) }, 'request')
  })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Isolario', version, description: 'Simulations of radioactive ion beams by the ISOL technique.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  })
  registerHealth(app, health, options.records)
  await app.register(async (api) => {
    registerRoutes(
      api,
      options,
      options.handlers(() => openApiOf(app.swagger())),
    )
  })

  const { login } = identity
  if (login) await app.register(async (pages) => addLogin(pages, login, log))

  const hasPortal = await addStaticFiles(app, options.staticFiles)
  app.setNotFoundHandler(async (request, reply) => {
    const path = addressOf(request).pathname
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !path.startsWith('/api/') &&
      !/\.[a-z0-9]+$/i.test(path)
    // A page's address inside the portal: the portal reads it and shows the page.
    if (hasPortal && isPage) return reply.sendFile('index.html')
    const where = path.startsWith('/api/') ? ` The API is described at ${API_PREFIX}/openapi.json.` : ''
    return sendProblem(
      reply,
      problemOf('NOT_FOUND', `There is nothing at ${request.method} ${path.slice(0, 200)}.${where}`),
    )
  })
  await app.ready()
  return app
}
