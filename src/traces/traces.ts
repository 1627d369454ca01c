/**
 * What traces are to the processes that make them: spans under a place, in a trace that all processes agree on. Off by
 * default, and then nothing is kept, sent or loaded. A trace is never needed: nothing here throws, waits or fails work.
 *
 * Every job has a trace of its own, whose id follows from the job's id, so nothing is handed on for it. A request has
 * the trace that came with it, or a new one; the two are linked.
 */

/** Ids and numbers; never a document, a token or the name of a person. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Where a span stands: enough to put others under it, in any process. */
export interface Place {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** Whether the trace is kept. */
  readonly sampled: boolean
}

export interface SpanOptions {
  /** `null`: it begins a trace. */
  readonly under: Place | null
  readonly links?: readonly (Place | null)[]
  readonly attributes?: Attributes
  /** Milliseconds since the epoch; left out, now. */
  readonly startMs?: number
  /** `server`: somebody else waits for the answer. */
  readonly kind?: 'server' | 'internal'
}

export interface Span {
  /** `null` when traces are off. */
  readonly place: Place | null
  set(attributes: Attributes): void
  link(place: Place | null): void
  /** @param code stable code of the error, never its message: that may quote a document */
  fail(code: string): void
  /** Once; what comes after it is dropped. */
  end(): void
}

export interface Traces {
  readonly isOn: boolean
  start(name: string, options: SpanOptions): Span
  /** The root of a job's trace, the same in every process; `null` when traces are off. */
  job(id: string): Place | null
  /** Makes that root, once: by whoever accepts the job. */
  startJob(id: string, options: Omit<SpanOptions, 'under'>): Span
  /** The place that a W3C `traceparent` header names; `null` when it names none or traces are off. */
  continued(traceparent: unknown): Place | null
  /** Sends what is left, for so long at most. */
  close(withinMs: number): Promise<void>
}

/** Names of attributes: `isolario.` and the field of the logs. */
export const ATTRIBUTE = {
  job: 'isolario.job',
  task: 'isolario.task',
  tasks: 'isolario.tasks',
  attempt: 'isolario.attempt',
  generation: 'isolario.generation',
  worker: 'isolario.worker',
  engine: 'isolario.engine',
  histories: 'isolario.histories',
  bytes: 'isolario.bytes',
  request: 'isolario.request',
  state: 'isolario.state',
  outcome: 'isolario.outcome',
} as const

export const NO_SPAN: Span = { place: null, set() {}, link() {}, fail() {}, end() {} }

export const NO_TRACES: Traces = {
  isOn: false,
  start: () => NO_SPAN,
  job: () => null,
  startJob: () => NO_SPAN,
  continued: () => null,
  close: async () => {},
}

/** All of so many first tasks, then half as many of every doubling. */
const ALL_OF_FIRST = 64

/**
 * Whether a task has spans: all of the first 64, then 32 of every doubling, so that a job of a million tasks has about
 * 500. The same in every process, without knowing how many tasks there are.
 */
export function isTracedTask(task: number): boolean {
  if (task < ALL_OF_FIRST) return true
  const step = 2 ** (Math.floor(Math.log2(task)) - 5)
  return task % step === 0
}

/** Does something inside a span; an error passes, and its code stays with the span. */
export async function inSpan<T>(
  traces: Traces,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  if (!traces.isOn) return work(NO_SPAN)
  const span = traces.start(name, options)
  try {
    return await work(span)
  } catch (error) {
    span.fail(codeOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** The same in the trace of a job. */
export function inJobSpan<T>(
  traces: Traces,
  name: string,
  jobId: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return inSpan(traces, name, { under: traces.job(jobId), attributes: { [ATTRIBUTE.job]: jobId, ...attributes } }, work)
}

/** Stable code of an error, or the name of its class. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.name
}
