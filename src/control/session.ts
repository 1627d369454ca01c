/**
 * Who is asking. A token in the address is exchanged at once for a cookie that scripts cannot read, and the browser is
 * sent to the clean address, so that the token stays in no history, bookmark or referrer.
 */

import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Credentials, type Identity, IdentityError, type SessionCookie, type User } from '#identity/identity.ts'
import { ControlError } from './control-error.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the route asks for a permission. */
    user: User | null
    /** Job of the worker that asks; set where the route is for workers. */
    jobId: string | null
    /** Code of the error it was answered with. */
    refusal: string | null
  }
}

/**
 * The address that was asked for; its host means nothing. A path that begins with two slashes stays a path.
 * @throws ControlError `BAD_REQUEST`
 */
export function addressOf(request: Pick<FastifyRequest, 'url'>): URL {
  const { url } = request
  const address = URL.parse(url.startsWith('/') ? `http://here${url}` : url, 'http://here')
  if (address) return address
  throw new ControlError('BAD_REQUEST', 'The address of the request cannot be read; expected a path and a query.')
}

/** @returns true when the answer was sent: the token was good and the browser goes to the clean address. */
export async function exchangeToken(
  identity: Identity,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const address = addressOf(request)
  const token = address.searchParams.get('token')
  if (token === null || (request.method !== 'GET' && request.method !== 'HEAD')) return false
  const user = await identity.authenticate({ cookie: undefined, bearer: undefined, query: token })
  if (!user) {
    throw new ControlError(
      'NOT_SIGNED_IN',
      'The token in the address is not the one of this service. It may be of an earlier start or another data folder.',
    )
  }
  setCookies(reply, [await identity.session(user)])
  address.searchParams.delete('token')
  // Only the path goes into the answer: `//evil.example` would be read as another host.
  reply
    .code(303)
    .header('location', `${address.pathname.replace(/^\/+/, '/')}${address.search}`)
    .send()
  return true
}

/** @throws ControlError `NOT_SIGNED_IN` */
export async function signedIn(identity: Identity, request: FastifyRequest): Promise<User> {
  const user = await identity.authenticate(credentialsOf(request, identity.cookieName))
  if (user) return user
  throw new ControlError(
    'NOT_SIGNED_IN',
    request.headers.authorization === undefined
      ? 'This address is for signed-in users; the request shows no valid cookie or token.'
      : 'The token of the request is not valid here: it may have expired, or be of another service, provider or audience.',
  )
}

/** A session in use gets a longer-lived cookie from time to time; which one is the identity's business. */
export async function renewSession(identity: Identity, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const cookie = request.cookies[identity.cookieName]
  const renewed = cookie === undefined ? null : await identity.login?.renew(cookie)
  if (renewed) setCookies(reply, [renewed])
}

/** Whether what a request showed is still good. A provider that cannot be asked ends nothing. */
export async function isStillSignedIn(identity: Identity, request: FastifyRequest): Promise<boolean> {
  try {
    return (await identity.authenticate(credentialsOf(request, identity.cookieName))) !== undefined
  } catch (error) {
    return error instanceof IdentityError && error.retriable
  }
}

/** Cookies for the whole site that no script reads. */
export function setCookies(reply: FastifyReply, cookies: readonly SessionCookie[]): void {
  for (const { name, value, maxAgeSeconds, secure = false, sameSite = 'strict' } of cookies) {
    reply.setCookie(name, value, { path: '/', httpOnly: true, secure, sameSite, maxAge: maxAgeSeconds })
  }
}

function credentialsOf(request: FastifyRequest, cookieName: string): Credentials {
  return { cookie: request.cookies[cookieName], bearer: bearerOf(request), query: undefined }
}

/** Token of the header `Authorization: Bearer`. */
export const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
