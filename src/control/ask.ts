/** What a handler is handed and what it is: derived from the table of routes. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { User } from '#identity/identity.ts'
import type { ROUTES, RouteName } from '#protocol/routes.ts'

type Part<R extends RouteName, K extends 'params' | 'query' | 'body'> =
  (typeof ROUTES)[R] extends Record<K, infer S> ? (S extends z.ZodType ? z.output<S> : undefined) : undefined

/** A request whose parts the route table has checked. */
export interface Ask<R extends RouteName> {
  readonly params: Part<R, 'params'>
  readonly query: Part<R, 'query'>
  readonly body: Part<R, 'body'>
  /** The sender; set on every route with a permission. */
  readonly user: User
  /** Job of the worker that asks; set on every route for workers. */
  readonly jobId: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export type Handlers = { readonly [R in RouteName]: (ask: Ask<R>) => Promise<unknown> }
