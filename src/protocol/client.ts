/**
 * The typed client of the control service, for command line, portal and tests alike. It is handed a `fetch`, so that it
 * runs wherever one exists.
 */

import type { z } from 'zod'
import { API_PREFIX, ROUTES, type Route, type RouteName } from './routes.ts'
import type { Problem, ProblemItem } from './shapes.ts'

/** What the client needs of an answer; browsers and Node give more. */
export interface FetchAnswer {
  readonly ok: boolean
  readonly status: number
  json(): Promise<unknown>
  text(): Promise<string>
}

export interface FetchOptions {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly credentials?: 'same-origin'
  // biome-ignore lint/suspicious/noExplicitAny: AbortSignal is a type of Node and the DOM, and this room knows neither.
  readonly signal?: any
}

export type Fetch = (address: string, options: FetchOptions) => Promise<FetchAnswer>

export interface ClientOptions {
  readonly fetch: Fetch
  /** `http://127.0.0.1:7411` without a slash at the end; empty in a browser, where the page's own origin is meant. */
  readonly baseUrl: string
  /** Sent as `Authorization: Bearer`; a browser has its cookie instead. */
  readonly token?: string
  /** Makes the `traceparent` header of actions: submit, stop and the like. Left out, none is sent. */
  readonly traceparent?: () => string
}

export interface CallInput {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** An AbortSignal. */
  readonly signal?: FetchOptions['signal']
}

/** Body of a route's success; `null` where it has none. */
export type Answer<R extends RouteName> = (typeof ROUTES)[R]['response'] extends z.ZodType
  ? z.output<(typeof ROUTES)[R]['response']>
  : null

export interface Client {
  /** Calls a route and gives the body of its success. @throws ApiError in every other case. */
  call<R extends RouteName>(name: R, input?: CallInput): Promise<Answer<R>>
  /** Address of a route, for links and downloads. */
  address(name: RouteName, input?: CallInput): string
}

/** Why a call failed, in words for a person. Callers compare `code`, never the message. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** Code of `ERRORS`, or `UNREACHABLE`, or `UNEXPECTED_ANSWER`. */
  readonly code: string
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly title: string
  readonly advice: string
  readonly problems: readonly ProblemItem[]
  /** To quote in a report. */
  readonly reference: string | null

  constructor(problem: Problem, cause?: unknown) {
    super(problem.detail, { cause })
    this.code = problem.code
    this.status = problem.status
    this.title = problem.title
    this.advice = problem.advice
    this.problems = problem.problems ?? []
    this.reference = problem.instance ?? null
  }
}

export function createClient(options: ClientOptions): Client {
  const address = (name: RouteName, input: CallInput = {}) => `${options.baseUrl}${pathOf(name, input)}`
  return {
    address,
    async call<R extends RouteName>(name: R, input: CallInput = {}): Promise<Answer<R>> {
      const route = ROUTES[name]
      const headers: Record<string, string> = { accept: 'application/json, application/problem+json', ...input.headers }
      if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`
      if (options.traceparent && isAction(route)) headers['traceparent'] = options.traceparent()
      if (input.body !== undefined) headers['content-type'] = 'application/json'
      let answer: FetchAnswer
      try {
        answer = await options.fetch(address(name, input), {
          method: route.method,
          headers,
          credentials: 'same-origin',
          ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
          ...(input.signal === undefined ? {} : { signal: input.signal }),
        })
      } catch (error) {
        if (input.signal?.aborted) throw error
        throw unreachable(options.baseUrl, error)
      }
      if (!answer.ok) throw new ApiError(await problemOf(answer))
      if (answer.status === 204) return null as Answer<R>
      if ('produces' in route) return (await answer.text()) as Answer<R>
      return (await checked(name, answer)) as Answer<R>
    },
  }
}

/** Checks and estimates are sent with every key that is pressed: nobody means one of them. */
const isAction = ({ method, permission }: Route): boolean => method !== 'GET' && permission !== 'read'

/**
 * The body of a success, if it is one of ours. It is given as it came, so that fields which a newer service adds pass.
 * @throws ApiError `UNEXPECTED_ANSWER`: a proxy's page, or a service of another version
 */
async function checked(name: RouteName, answer: FetchAnswer): Promise<unknown> {
  const { response } = ROUTES[name]
  let body: unknown
  try {
    body = await answer.json()
  } catch (error) {
    // A call that was given up says so itself.
    if ((error as Error | null)?.name === 'AbortError') throw error
    throw new ApiError(unexpected(answer.status, `Status ${answer.status} came with a body that is not JSON.`), error)
  }
  const found = response?.safeParse(body)
  if (!found || found.success) return body
  const [issue] = found.error.issues
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  const detail = `The answer to "${name}" does not have the form that is expected: ${where}${issue?.message ?? ''}.`
  throw new ApiError(unexpected(answer.status, detail), found.error)
}

/** Path and query of a route below the service's address. */
export function pathOf(name: RouteName, { params = {}, query = {} }: CallInput = {}): string {
  const path = ROUTES[name].path.replace(/:(\w+)/g, (_, key: string) => {
    const value = params[key]
    if (value === undefined) throw new TypeError(`route ${name} needs the parameter ${key}`)
    return encodeURIComponent(String(value))
  })
  const search = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&')
  return `${API_PREFIX}${path}${search === '' ? '' : `?${search}`}`
}

function unreachable(baseUrl: string, cause: unknown): ApiError {
  const where = baseUrl === '' ? 'the address of this page' : baseUrl
  return new ApiError(
    {
      type: 'about:blank',
      title: 'The service does not answer',
      status: 0,
      code: 'UNREACHABLE',
      detail: `No answer came from ${where}.`,
      advice: 'Check that "isolario serve" is running there.',
    },
    cause,
  )
}

/** Problem document of an answer that is no success. */
export async function problemOf(answer: Pick<FetchAnswer, 'status' | 'json'>): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) return body as Problem
  return unexpected(answer.status, `Status ${answer.status} without an explanation.`)
}

const unexpected = (status: number, detail: string): Problem => ({
  type: 'about:blank',
  title: 'The service answered in an unexpected way',
  status,
  code: 'UNEXPECTED_ANSWER',
  detail,
  advice:
    'Try again; if a proxy stands between you and the service, look there, and see that both are of the same version.',
})
