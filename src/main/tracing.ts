/** Traces as the environment has them: off, and then nothing of OpenTelemetry is loaded, or sent to a collector. */

import { CliError } from '#cli/exit-codes.ts'
import { NO_TRACES, type Traces } from '#traces/traces.ts'
import { VERSION } from './root.ts'
import { given, type VariableName } from './variables.ts'

/** Names of OpenTelemetry's own (its specification of environment variables), so that a platform's settings hold. */
const HANDED_ON = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_SERVICE_NAME', 'OTEL_TRACES_SAMPLER_ARG'] as const

export type Tell = (sentence: string) => void

/** @throws CliError `CONFIGURATION_INVALID` */
export async function openTraces(variables: NodeJS.ProcessEnv, tell: Tell): Promise<Traces> {
  const endpoint = given(variables, 'OTEL_EXPORTER_OTLP_ENDPOINT')
  if (endpoint === null) return NO_TRACES
  const url = URL.parse(endpoint)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw invalid('OTEL_EXPORTER_OTLP_ENDPOINT', 'Expected the address of a collector, as http://collector:4318.')
  }
  const ratio = Number(given(variables, 'OTEL_TRACES_SAMPLER_ARG') ?? '1')
  if (!(ratio >= 0 && ratio <= 1)) {
    throw invalid('OTEL_TRACES_SAMPLER_ARG', 'Expected the part of the traces that is kept, a number from 0 to 1.')
  }
  const { otlpTraces } = await import('#traces/otlp.ts')
  return otlpTraces({
    endpoint,
    serviceName: given(variables, 'OTEL_SERVICE_NAME') ?? 'isolario',
    version: VERSION,
    ratio,
    onTrouble: (sentence) => tell(sentence ?? 'Traces are taken again.'),
  })
}

/** What workers need to make theirs. Headers are not handed on: they may hold a token. */
export function tracesEnvironment(variables: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const endpoint = given(variables, 'OTEL_EXPORTER_OTLP_ENDPOINT')
  if (endpoint === null) return {}
  return Object.fromEntries(
    HANDED_ON.flatMap((name) => {
      const value = given(variables, name)
      return value === null ? [] : [[name, value]]
    }),
  )
}

/** Of a job's trace, for log lines; `null` where none is kept. */
export function traceOfJob(traces: Traces, jobId: string): string | null {
  const place = traces.job(jobId)
  return place?.sampled ? place.traceId : null
}

function invalid(path: VariableName, message: string): CliError {
  return new CliError('BAD_INPUT', 'CONFIGURATION_INVALID', 'The environment is not what it must be:', [
    { path, message },
  ])
}
