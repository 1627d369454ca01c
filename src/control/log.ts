/**
 * The log of the service. Nothing secret reaches it: requests are logged by method, route and status, never with
 * headers or the query of an address; what other code might hand over by accident is blanked here.
 */

import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'

export type Log = Logger

/** Words that a log's level may be. */
export const LOG_LEVELS: readonly string[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Fields that are blanked wherever they stand, at the top or one level down. */
const SECRET_FIELDS = ['token', 'cookie', 'authorization', 'set-cookie', 'password', 'databaseUrl']

/**
 * Tokens and signatures in an address, and passwords in that of a server, with a user or without. People put passwords
 * with "/" and "@" into an address although they belong there encoded, so what is blanked goes to the last "@". Only a web
 * address that goes on with a port and a path has none.
 */
const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/([?&][\w-]*token=)[^&\s"'<>]+/gi, '$1[hidden]'],
  [/(\b(?:X-Amz-)?(?:Signature|Credential|Security-Token)=)[^&,\s"'<>]+/gi, '$1[hidden]'],
  [/(bearer\s+)[A-Za-z0-9._~+/=-]+/gi, '$1[hidden]'],
  [/(\b(?!https?:\/\/[^:/\s"]*:\d{1,5}[/?#])\w[\w+.-]*:\/\/[^:/\s"]*:)[^\s"]+@/gi, '$1[hidden]@'],
]

/** Blanks secrets inside a text. */
export function withoutSecrets(text: string): string {
  return SECRETS_IN_TEXT.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text)
}

/**
 * @param level of pino: `warn` hides single requests, `info` shows them.
 * @param traceOf the trace of a job: then lines about a job (`job`) say it as `trace`
 */
export function createLog(
  level: string,
  destination?: DestinationStream,
  traceOf: (job: string) => string | null = () => null,
): Log {
  const options = {
    level,
    mixin(fields: object): object {
      const { job } = fields as { job?: unknown }
      const trace = typeof job === 'string' ? traceOf(job) : null
      return trace === null ? {} : { trace }
    },
    redact: {
      paths: SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.headers["${name}"]`]),
      censor: '[hidden]',
    },
    // Sentences of other code come as they are: each line is looked through once more as a whole.
    hooks: { streamWrite: withoutSecrets },
    serializers: {
      err: (error: unknown) => {
        if (!(error instanceof Error)) return { message: withoutSecrets(String(error)) }
        const { type, message, stack } = stdSerializers.err(error)
        const code = (error as { code?: unknown }).code
        return { type, code, message: withoutSecrets(message), stack: withoutSecrets(stack ?? '') }
      },
    },
  }
  return destination ? pino(options, destination) : pino(options)
}
