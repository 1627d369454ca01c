/**
 * What goes over the queue's socket: one JSON object a line, both ways.
 *
 * The first line of a connection says who speaks: `{"hello":1,"jobId":…,"secret":…}`; it has no answer unless it is
 * wrong. Then requests `{"id":7,"verb":"take","worker":…,"max":5}` and, in the same order, answers
 * `{"id":7,"ok":…}` or `{"id":7,"error":{"code":…,"message":…}}`. A line that cannot be read as a request is answered
 * with `QUEUE_BAD_REQUEST` and, where it has none, the id `null`.
 */

import { type Progress, QueueError, type Report } from './queue.ts'

/** Version of this protocol; the first line of a connection names it. */
export const SOCKET_PROTOCOL = 1
/** Longest request; reports of a few thousand tasks fit. */
export const MAX_REQUEST_CHARACTERS = 4 * 2 ** 20
/** Longest answer; some hundred tasks with their payload fit. */
export const MAX_ANSWER_CHARACTERS = 64 * 2 ** 20
/** The server gives no more tasks in one answer, so that answers stay within bounds. */
export const MAX_TASKS_PER_ANSWER = 512

export interface Hello {
  readonly jobId: string
  readonly secret: string
}

export type SocketRequest = { readonly id: number; readonly worker: string } & (
  | { readonly verb: 'take'; readonly max: number }
  | { readonly verb: 'extend' | 'release'; readonly held: readonly Progress[] }
  | { readonly verb: 'report'; readonly reports: readonly Report[] }
)

export type SocketAnswer =
  | { readonly id: number; readonly ok: unknown }
  | { readonly id: number | null; readonly error: { readonly code: string; readonly message: string } }

type Fields = Readonly<Record<string, unknown>>

/** The id of a request that may be wrong in every other way. */
export function idOf(line: unknown): number | null {
  const id = typeof line === 'object' && line !== null ? (line as Fields)['id'] : undefined
  return Number.isSafeInteger(id) ? (id as number) : null
}

/** @throws QueueError `QUEUE_BAD_REQUEST` that says what is missing. */
export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw bad(`the line is not JSON (${(error as Error).message})`)
  }
}

/** @throws QueueError `QUEUE_BAD_REQUEST`. */
export function parseHello(value: unknown): Hello {
  const fields = object(value, 'the first line')
  if (fields['hello'] !== SOCKET_PROTOCOL) {
    throw bad(`the first line must be {"hello":${SOCKET_PROTOCOL},…}, got hello = ${show(fields['hello'])}`)
  }
  return { jobId: text(fields, 'jobId', 200), secret: text(fields, 'secret', 200) }
}

/** @throws QueueError `QUEUE_BAD_REQUEST` that names the field. */
export function parseRequest(value: unknown): SocketRequest {
  const fields = object(value, 'the request')
  const common = { id: whole(fields, 'id'), worker: text(fields, 'worker', 200) }
  const verb = fields['verb']
  switch (verb) {
    case 'take':
      return { ...common, verb, max: whole(fields, 'max') }
    case 'extend':
    case 'release':
      return { ...common, verb, held: array(fields, 'held').map(parseProgress) }
    case 'report':
      return { ...common, verb, reports: array(fields, 'reports').map(parseReport) }
    default:
      throw bad(`"verb" must be take, extend, release or report, got ${show(verb)}`)
  }
}

function parseFence(fields: Fields) {
  return { task: whole(fields, 'task'), generation: whole(fields, 'generation'), attempt: whole(fields, 'attempt') }
}

function parseProgress(value: unknown): Progress {
  const fields = object(value, 'an entry of "held"')
  return { ...parseFence(fields), historiesDone: whole(fields, 'historiesDone') }
}

/** @throws QueueError `QUEUE_BAD_REQUEST` that names the field. */
export function parseReport(value: unknown): Report {
  const fields = object(value, 'an entry of "reports"')
  const kind = fields['kind']
  if (kind === 'finished') {
    const digest = text(fields, 'digest', 64)
    if (!/^[0-9a-f]{64}$/.test(digest)) throw bad(`"digest" must be 64 hexadecimal digits, got ${show(digest)}`)
    return {
      kind,
      ...parseFence(fields),
      objectKey: text(fields, 'objectKey', 512),
      ...(fields['objectStart'] === undefined ? {} : { objectStart: whole(fields, 'objectStart') }),
      digest,
      bytes: whole(fields, 'bytes'),
      histories: whole(fields, 'histories'),
      startedAtMs: real(fields, 'startedAtMs'),
      endedAtMs: real(fields, 'endedAtMs'),
    }
  }
  if (kind === 'failed') {
    const retriable = fields['retriable']
    if (typeof retriable !== 'boolean') throw bad(`"retriable" must be true or false, got ${show(retriable)}`)
    return {
      kind,
      ...parseFence(fields),
      code: text(fields, 'code', 100),
      message: text(fields, 'message', 20_000),
      retriable,
      logKey: fields['logKey'] === null ? null : text(fields, 'logKey', 512),
    }
  }
  throw bad(`"kind" of a report must be finished or failed, got ${show(kind)}`)
}

function object(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw bad(`${what} must be a JSON object, got ${show(value)}`)
}

function array(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name]
  if (Array.isArray(value)) return value
  throw bad(`"${name}" must be a list, got ${show(value)}`)
}

function text(fields: Fields, name: string, maxLength: number): string {
  const value = fields[name]
  if (typeof value === 'string' && value.length > 0 && value.length <= maxLength) return value
  throw bad(`"${name}" must be a text of 1 to ${maxLength} characters, got ${show(value)}`)
}

function whole(fields: Fields, name: string): number {
  const value = fields[name]
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw bad(`"${name}" must be a whole number from 0, got ${show(value)}`)
}

function real(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw bad(`"${name}" must be a number, got ${show(value)}`)
}

const show = (value: unknown) => {
  const shown = JSON.stringify(value) ?? 'nothing'
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
}

const bad = (what: string) => new QueueError('QUEUE_BAD_REQUEST', `The queue cannot read a request: ${what}.`)
