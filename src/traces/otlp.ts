/**
 * Traces by OpenTelemetry, sent as OTLP over HTTP in JSON. Spans wait in a bounded buffer and leave in batches; what does
 * not fit or cannot be sent is dropped, and the work goes on.
 */

import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  isSpanContextValid,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SamplingDecision,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Place, Span, SpanOptions, Traces } from './traces.ts'

export interface OtlpOptions {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string
  readonly serviceName: string
  readonly version: string
  /** Part of the traces that is kept, 0 to 1, chosen by their ids: the same ones in every process. */
  readonly ratio: number
  /** Told once when the collector does not take spans, and `null` when it takes them again. */
  readonly onTrouble: (sentence: string | null) => void
  /** Default 2048; more are dropped. */
  readonly mostWaiting?: number
  /** How long spans are gathered before they are sent. Default 1 s. */
  readonly gatherMs?: number
}

/** One sending, with its tries. It also bounds how long a process that ends is held. */
const SEND_WITHIN_MS = 3000
const MOST_WAITING = 2048
const GATHER_MS = 1000
const TOGETHER = 512

/** Version 00 and any later one, which begins alike (W3C Trace Context, section 3.2). */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/

/** Never throws for a collector that is away. @throws Error for an endpoint that is no address */
export function otlpTraces(options: OtlpOptions): Traces {
  const ids = new Ids()
  let isInTrouble = false
  const ratio = new TraceIdRatioBasedSampler(options.ratio)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName, 'service.version': options.version }),
    sampler: new ParentBasedSampler({ root: ratio }),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: tellingOfTrouble(
          new OTLPTraceExporter({
            url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
            timeoutMillis: SEND_WITHIN_MS,
          }),
          (sentence) => {
            isInTrouble = sentence !== null
            options.onTrouble(sentence)
          },
        ),
        maxQueueSize: options.mostWaiting ?? MOST_WAITING,
        maxExportBatchSize: Math.min(TOGETHER, options.mostWaiting ?? MOST_WAITING),
        scheduledDelayMillis: options.gatherMs ?? GATHER_MS,
        exportTimeoutMillis: 2 * SEND_WITHIN_MS,
      }),
    ],
  })
  const tracer = provider.getTracer('isolario', options.version)

  const start = (name: string, { under, links = [], attributes = {}, startMs, kind }: SpanOptions): Span => {
    const context = under === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(under))
    const linked = links.filter((link) => link !== null).map((link): Link => ({ context: contextOf(link) }))
    return spanOf(
      tracer.startSpan(
        name,
        {
          kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
          attributes: { ...attributes },
          links: linked,
          // A number below the age of this process would be read as counted from its start.
          ...(startMs === undefined ? {} : { startTime: new Date(startMs) }),
        },
        context,
      ),
    )
  }
  const job = (id: string): Place => {
    const { traceId, spanId } = idsOfJob(id)
    const { decision } = ratio.shouldSample(ROOT_CONTEXT, traceId)
    return { traceId, spanId, sampled: decision === SamplingDecision.RECORD_AND_SAMPLED }
  }
  return {
    isOn: true,
    start,
    job,
    startJob: (id, rest) => ids.with(idsOfJob(id), () => start('job', { ...rest, under: null })),
    continued(traceparent) {
      const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || []
      if (!traceId || !spanId || !flags) return null
      const place = { traceId, spanId, sampled: (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0 }
      return isSpanContextValid(contextOf(place)) ? place : null
    },
    async close(withinMs) {
      const late = new AbortController()
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        // Who did not take the last ones will hardly take these.
        pause(isInTrouble ? Math.min(withinMs, 100) : withinMs, undefined, { signal: late.signal }).catch(
          () => undefined,
        ),
      ])
      late.abort()
    },
  }
}

/** Trace and root of a job: the first 16 and the next 8 bytes of the SHA-256 of its id. */
export function idsOfJob(id: string): { readonly traceId: string; readonly spanId: string } {
  const digest = createHash('sha256').update(id).digest('hex')
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) }
}

const contextOf = ({ traceId, spanId, sampled }: Place): SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
})

function spanOf(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    place: { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
    set: (attributes) => void span.setAttributes({ ...attributes }),
    link: (place) => void (place && span.addLink({ context: contextOf(place) })),
    fail: (code) => void span.setStatus({ code: SpanStatusCode.ERROR, message: code }),
    end: () => span.isRecording() && span.end(),
  }
}

/** Random ids, but for a span whose ids are known. */
class Ids implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  #given: { readonly traceId: string; readonly spanId: string } | null = null

  generateTraceId = (): string => this.#given?.traceId ?? this.#random.generateTraceId()
  generateSpanId = (): string => this.#given?.spanId ?? this.#random.generateSpanId()

  with<T>(given: { readonly traceId: string; readonly spanId: string }, work: () => T): T {
    this.#given = given
    try {
      return work()
    } finally {
      this.#given = null
    }
  }
}

function tellingOfTrouble(exporter: SpanExporter, onTrouble: OtlpOptions['onTrouble']): SpanExporter {
  let inTrouble = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // 0 is success; the name of it lives in another package.
        const failed = result.code !== 0
        if (failed !== inTrouble) {
          inTrouble = failed
          onTrouble(failed ? `Traces are lost: ${result.error?.message ?? 'the collector does not take them'}.` : null)
        }
        done(result)
      })
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}
