/** Registers the route table: path, checks of what comes in, description for the API document, permission. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity, Permission, User } from '#identity/identity.ts'
import { API_PREFIX, ROUTES, type Route, type RouteName } from '#protocol/routes.ts'
import { problemSchema } from '#protocol/shapes.ts'
import type { Ask, Handlers } from './ask.ts'
import { ControlError } from './control-error.ts'
import { bearerOf, renewSession, signedIn } from './session.ts'
import { jobOfWorker, type WorkerDesk } from './worker-desk.ts'

export interface Senders {
  /** Of people and their programs. */
  readonly identity: Identity
  /** Of workers on other machines; `null` where there are none. */
  readonly workers: WorkerDesk | null
  readonly clock: () => number
  /** Told of whoever may submit and asks to, before it is done; `null` where nobody needs the groups. */
  readonly noteGroups: ((user: User) => Promise<void>) | null
}

export function registerRoutes(app: FastifyInstance, senders: Senders, handlers: Handlers): void {
  const { workers, clock } = senders
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const handle = handlers[name] as (ask: Ask<RouteName>) => Promise<unknown>
    app.route({
      method: route.method,
      url: `${API_PREFIX}${route.path}`,
      schema: schemaOf(name, route),
      ...(route.bodyBytes === undefined ? {} : { bodyLimit: route.bodyBytes }),
      onRequest: async (request, reply) => {
        if (route.permission === 'job') request.jobId = jobOfWorker(workers, bearerOf(request), clock())
        else if (route.permission !== null) request.user = await permitted(senders, request, reply, route.permission)
      },
      handler: async (request, reply) => {
        const { params, query, body } = request
        const ask = {
          params,
          query,
          body,
          user: request.user,
          jobId: request.jobId,
          request,
          reply,
        } as unknown as Ask<RouteName>
        const answer = await handle(ask)
        if (reply.sent || answer === reply) return reply
        reply.code(route.status)
        return answer
      },
    })
  }
}

/** What belongs to somebody is looked at again by the handler, which knows whose it is. */
async function permitted(senders: Senders, request: FastifyRequest, reply: FastifyReply, permission: Permission) {
  const { identity, noteGroups } = senders
  const user = await signedIn(identity, request)
  await renewSession(identity, request, reply)
  const isForAll = permission === 'submit' || permission === 'administer'
  if (isForAll && !identity.may(user, permission, null)) {
    const what = permission === 'submit' ? 'submit simulations' : 'administer this service'
    throw new ControlError('NOT_ALLOWED', `${user.displayName} may not ${what}.`)
  }
  if (permission === 'submit') await noteGroups?.(user)
  return user
}

function schemaOf(name: RouteName, route: Route): Record<string, unknown> {
  return {
    operationId: name,
    summary: route.summary,
    ...(route.permission === null ? { security: [] } : {}),
    ...(route.produces === undefined ? {} : { produces: [route.produces] }),
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    response: {
      ...(route.response ? { [route.status]: route.response } : {}),
      default: problemSchema,
    },
  }
}
