/**
 * Who is asking. A token in the address is exchanged at once for a cookie that scripts cannot read, and the browser is
 * sent to the clean address, so that the token stays in no history, bookmark or referrer.
 */

import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Credentials, Identity, User } from '#identity/identity.ts'
import { ControlError } from './control-error.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the route asks for a permission. */
    user: User | null
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
  const { name, value, maxAgeSeconds } = await identity.session(user)
  address.searchParams.delete('token')
  reply.setCookie(name, value, { path: '/', httpOnly: true, sameSite: 'strict', maxAge: maxAgeSeconds })
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
    'This address is for signed-in users; the request shows no valid cookie or token.',
  )
}

function credentialsOf(request: FastifyRequest, cookieName: string): Credentials {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return { cookie: request.cookies[cookieName], bearer, query: undefined }
}
