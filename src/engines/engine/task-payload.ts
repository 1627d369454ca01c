/**
 * What a worker needs to know of a task: written by control (or for a job folder), carried by the queue as a text that
 * the queue does not look into, read by the worker. Both ends read this file, so they cannot differ.
 */

import type { ResultIdentity } from '#results/pool.ts'
import type { Batch } from '#results/tally.ts'
import type { Setup } from '#simulation/document.ts'
import { routinesDigest, routinesOf } from '#simulation/routines.ts'
import { LARGEST_SEED } from '#simulation/seeds.ts'
import type { EngineTask } from './engine.ts'

export interface TaskLimits {
  /** Wall time after which the task is ended as failed, in seconds. */
  readonly timeSeconds: number
  /** Resident memory of the engine with all its children, in MiB. */
  readonly memoryMebibytes: number
}

/** What all tasks of one scan point have in common. */
export interface PointPayload {
  /** Id of the engine. */
  readonly engine: string
  /** Its version when the job was accepted: results of different versions are never added up. */
  readonly engineVersion: string
  readonly setup: Setup
  readonly setupDigest: string
  /** 16 hexadecimal digits. */
  readonly jobKey: string
  /** Index of the scan point; 0 without a scan. */
  readonly point: number
  /** True where the job repeats the random numbers of another one. */
  readonly replay: boolean
  readonly limits: TaskLimits
  /** Objects of this task are stored under keys that begin so, for example `jobs/<job>/`. */
  readonly objectKeyPrefix: string
}

export interface TaskPayload extends PointPayload {
  /** Whole batches, ascending, contiguous in histories; at least one. */
  readonly batches: readonly Batch[]
  /** Seed of the task, for an engine that asks for seeds. */
  readonly seed?: number
}

/** What the raw outputs of a task may have together, packed, to be stored beside its tally. */
export const LARGEST_RAW_BYTES = 256 * 1024 * 1024

/** Thrown when a text is no task payload: control and worker are of different versions, or it was damaged. */
export class TaskPayloadError extends Error {
  override readonly name = 'TaskPayloadError'
  readonly code = 'TASK_PAYLOAD_INVALID'
}

/** Version of the text; a worker refuses any other. */
const VERSION = 1

/**
 * Gives a function that writes the payloads of a point's tasks: the common part is made once, because a job of ten
 * thousand tasks is accepted within a second.
 */
export function taskPayloadWriter(point: PointPayload): (batches: readonly Batch[], seed?: number | null) => string {
  const { engine, engineVersion, setup, setupDigest, jobKey, replay, limits, objectKeyPrefix } = point
  const identity = { engine, engineVersion, setupDigest, jobKey, point: point.point, replay }
  const head = JSON.stringify({ version: VERSION, ...identity, limits, objectKeyPrefix, setup }).slice(0, -1)
  return (batches, seed = null) => {
    const rows = batches.map(({ ordinal, first, histories }) => [ordinal, first, histories])
    return `${head},"batches":${JSON.stringify(rows)}${seed === null ? '' : `,"seed":${seed}`}}`
  }
}

/** The task as an engine is given it. @param setup the payload's, checked */
export const engineTaskOf = ({ jobKey, point, batches, seed }: TaskPayload, setup: Setup): EngineTask => ({
  setup,
  stream: { jobKey, point },
  batches,
  ...(seed === undefined ? {} : { seed }),
})

/** The part of an identity that names the user routines of a setup; empty without any. */
export function routinesIdentity(setup: Setup): Pick<ResultIdentity, 'routines'> {
  const routines = routinesDigest(routinesOf(setup))
  return routines === null ? {} : { routines }
}

/** Whose sums a task's tally holds. */
export const resultIdentityOf = (payload: PointPayload): ResultIdentity => ({
  ...routinesIdentity(payload.setup),
  setupDigest: payload.setupDigest,
  engine: { id: payload.engine, version: payload.engineVersion },
  jobKey: payload.jobKey,
  point: payload.point,
  replay: payload.replay,
})

/** @throws TaskPayloadError that names the field. The setup itself is left to whoever uses it. */
export function parseTaskPayload(text: string): TaskPayload {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new TaskPayloadError(`A task's payload must be JSON: ${(error as Error).message}.`)
  }
  const fields = objectOf(value, 'payload')
  if (fields['version'] !== VERSION) {
    throw new TaskPayloadError(
      `A task's payload of version ${VERSION} was expected, got ${show(fields['version'])}. ` +
        'Worker and control service must be of the same release.',
    )
  }
  const limits = objectOf(fields['limits'], 'limits')
  return {
    engine: textOf(fields, 'engine', /^[a-z][a-z0-9-]{0,31}$/),
    engineVersion: textOf(fields, 'engineVersion', /^[A-Za-z0-9.+_-]{1,64}$/),
    setup: objectOf(fields['setup'], 'setup') as unknown as Setup,
    setupDigest: textOf(fields, 'setupDigest', /^[0-9a-z:-]{1,128}$/),
    jobKey: textOf(fields, 'jobKey', /^[0-9a-f]{16}$/),
    point: wholeOf(fields, 'point', 0),
    replay: truthOf(fields, 'replay'),
    limits: {
      timeSeconds: positiveOf(limits, 'timeSeconds'),
      memoryMebibytes: positiveOf(limits, 'memoryMebibytes'),
    },
    objectKeyPrefix: textOf(fields, 'objectKeyPrefix', /^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)*$/),
    batches: batchesOf(fields['batches']),
    ...(fields['seed'] === undefined ? {} : { seed: seedOf(fields) }),
  }
}

function seedOf(fields: Fields): number {
  const seed = wholeOf(fields, 'seed', 1)
  if (seed <= LARGEST_SEED) return seed
  throw new TaskPayloadError(`"seed" of a task's payload must be at most ${LARGEST_SEED}, got ${seed}.`)
}

function batchesOf(value: unknown): readonly Batch[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new TaskPayloadError(
      `"batches" of a task's payload must be a list with at least one batch, got ${show(value)}.`,
    )
  }
  const batches: Batch[] = []
  for (const row of value as readonly unknown[]) {
    const numbers = Array.isArray(row) ? (row as readonly unknown[]) : []
    const [ordinal, first, histories] = numbers
    if (numbers.length !== 3 || !isWhole(ordinal, 0) || !isWhole(first, 0) || !isWhole(histories, 1)) {
      throw new TaskPayloadError(`A batch must be [ordinal, first history, histories], got ${show(row)}.`)
    }
    const before = batches.at(-1)
    if (before && (ordinal !== before.ordinal + 1 || first !== before.first + before.histories)) {
      throw new TaskPayloadError(`Batch ${ordinal} does not go on where batch ${before.ordinal} ends.`)
    }
    batches.push({ ordinal, first, histories })
  }
  return batches
}

type Fields = Readonly<Record<string, unknown>>

const isWhole = (value: unknown, min: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min

function objectOf(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new TaskPayloadError(`"${name}" of a task's payload must be an object, got ${show(value)}.`)
}

function textOf(fields: Fields, name: string, pattern: RegExp): string {
  const value = fields[name]
  if (typeof value === 'string' && value.length <= 300 && pattern.test(value)) return value
  throw new TaskPayloadError(`"${name}" of a task's payload must be a text like ${pattern.source}, got ${show(value)}.`)
}

function wholeOf(fields: Fields, name: string, min: number): number {
  const value = fields[name]
  if (isWhole(value, min)) return value
  throw new TaskPayloadError(`"${name}" of a task's payload must be a whole number from ${min}, got ${show(value)}.`)
}

function truthOf(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (typeof value === 'boolean') return value
  throw new TaskPayloadError(`"${name}" of a task's payload must be true or false, got ${show(value)}.`)
}

function positiveOf(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value
  throw new TaskPayloadError(`"${name}" of a task's payload must be a number above 0, got ${show(value)}.`)
}

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)
