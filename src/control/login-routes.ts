/**
 * Signing in and out with a browser, where users are known by a provider elsewhere. These are pages, not part of the API: they
 * answer with redirects and, where something went wrong, with a page that says what to do.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { IdentityError, type IdentityErrorCode, type LoginFlow, type LoginStep } from '#identity/identity.ts'
import type { Log } from './log.ts'
import { type LoginPage, loginPage } from './login-page.ts'
import { addressOf, setCookies } from './session.ts'

const LOGIN = '/login'
const CALLBACK = '/login/callback'
const LOGOUT = '/logout'
/** Every sign-in that is being finished asks the provider; more at once than this are no people. */
const MOST_AT_ONCE = 32

interface Trouble {
  readonly status: number
  readonly title: string
  readonly advice: string
}

const TROUBLES: Partial<Record<IdentityErrorCode, Trouble>> = {
  IDENTITY_UNAVAILABLE: {
    status: 503,
    title: 'The sign-in does not work at the moment',
    advice: 'Try again in a minute. Who is signed in already stays so, and simulations go on.',
  },
  NOT_ADMITTED: {
    status: 403,
    title: 'You may not use this service',
    advice: 'After you were made a member of a group, sign in once more.',
  },
  LOGIN_LOST: { status: 400, title: 'This sign-in cannot be finished', advice: 'Begin once more.' },
  LOGIN_REFUSED: {
    status: 403,
    title: 'You were not signed in',
    advice: 'Begin once more, or ask whoever runs the service.',
  },
  LOGIN_NOT_TRUSTED: {
    status: 502,
    title: 'The sign-in was stopped',
    advice: 'Begin once more; if it happens twice, tell whoever runs the service.',
  },
}

export function addLogin(app: FastifyInstance, login: LoginFlow, log: Log): void {
  const { providerName } = login
  let finishing = 0

  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  // The button "Sign out" is a form without fields; its body is not looked at.
  app.addContentTypeParser('application/x-www-form-urlencoded', { bodyLimit: 1024 }, async () => null)

  const go = (reply: FastifyReply, { redirect, cookies }: LoginStep) => {
    setCookies(reply, cookies)
    return reply.code(303).header('location', redirect).send()
  }
  const show = (reply: FastifyReply, status: number, page: LoginPage) =>
    reply.code(status).type('text/html; charset=utf-8').send(loginPage(page))

  /** What went wrong with a sign-in, as a page. What is not known goes to the handler of all errors. */
  const sorry = async (reply: FastifyReply, error: unknown, returnTo: string) => {
    const trouble = error instanceof IdentityError ? TROUBLES[error.code] : undefined
    if (!(error instanceof IdentityError) || !trouble) throw error
    // Not the error itself: what lies below it may repeat what the other side wrote.
    log.warn({ code: error.code, detail: error.message, cause: reasonOf(error.cause) }, 'a sign-in was not finished')
    if (trouble.status === 503) reply.header('retry-after', '30')
    const again = { label: `Sign in with ${providerName}`, href: `${LOGIN}?returnTo=${encodeURIComponent(returnTo)}` }
    const { providerLogout } = error.code === 'NOT_ADMITTED' ? await login.end() : { providerLogout: null }
    return show(reply, trouble.status, {
      title: trouble.title,
      sentences: [error.message, trouble.advice],
      links: [
        again,
        ...(providerLogout === null ? [] : [{ label: `Sign out of ${providerName} first`, href: providerLogout }]),
      ],
    })
  }

  app.get(LOGIN, { exposeHeadRoute: false, schema: { hide: true } }, async (request, reply) => {
    const returnTo = addressOf(request).searchParams.get('returnTo') ?? '/'
    try {
      return go(reply, await login.begin(returnTo, request.cookies))
    } catch (error) {
      return sorry(reply, error, '/')
    }
  })

  app.get(CALLBACK, { exposeHeadRoute: false, schema: { hide: true } }, async (request, reply) => {
    const query = addressOf(request).search.slice(1)
    const returnTo = login.returnToOf(query, request.cookies)
    if (finishing >= MOST_AT_ONCE) {
      const busy = new IdentityError('IDENTITY_UNAVAILABLE', 'Too many people are signing in at this moment.')
      return sorry(reply, busy, returnTo)
    }
    finishing++
    try {
      return go(reply, await login.finish(query, request.cookies))
    } catch (error) {
      return await sorry(reply, error, returnTo)
    } finally {
      finishing--
    }
  })

  // Who types the address is asked: a picture on another site's page can make a browser open it.
  app.get(LOGOUT, { exposeHeadRoute: false, schema: { hide: true } }, async (_request, reply) =>
    show(reply, 200, {
      title: 'Sign out of Isolario?',
      sentences: [],
      links: [],
      post: { label: 'Sign out', action: LOGOUT },
    }),
  )

  // A change, so that the guard of origins has looked at it before.
  app.post(LOGOUT, { schema: { hide: true } }, async (_request: FastifyRequest, reply) => {
    const { cookies, providerLogout } = await login.end()
    setCookies(reply, cookies)
    // Not sent there at once: browsers let a form lead to this service only, and who signs out here may stay signed in there.
    const there = providerLogout === null ? [] : [{ label: `Sign out of ${providerName} too`, href: providerLogout }]
    return show(reply, 200, {
      title: 'You are signed out of Isolario',
      sentences: [
        `This browser may still be signed in at ${providerName}: whoever uses it next could then come in here without a password.`,
      ],
      links: [...there, { label: 'Sign in again', href: LOGIN }],
    })
  })
}

/** The reason below a sentence, for the log: type and code, and nothing that the other side wrote. */
function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const { code, error } = cause as { code?: unknown; error?: unknown }
  return [cause.name, error, code]
    .filter((part) => typeof part === 'string')
    .join(' ')
    .slice(0, 200)
}
