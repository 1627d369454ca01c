/**
 * What a replica looks at before it serves: whether storage and queue can be used. What is wrong for good ends the start;
 * what may pass (nobody answers, too busy) does not: a replica that is started in the middle of an outage serves the
 * portal, tells of the outage and goes on by itself, as one that was there before.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { CliError } from '#cli/exit-codes.ts'
import type { Log } from '#control/log.ts'
import { QueueError } from '#queue/queue.ts'
import type { RedisQueue } from '#queue/redis/redis-queue.ts'
import type { S3Options } from '#storage/s3-access.ts'
import { checkS3 } from '#storage/s3-check.ts'

export interface Findings {
  /** Why it cannot be used; empty when it can. */
  readonly problems: readonly { readonly message: string; readonly passing: boolean }[]
  /** What an operator should know of one that can be used. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[]
}

export interface StartLook {
  /** Of the error, and of the lines in the log. */
  readonly code: 'STORAGE_UNUSABLE' | 'QUEUE_UNUSABLE'
  look(): Promise<Findings>
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** Of the look at the bucket: a start does not wait for a server that swallows everything as long as a job would. */
const SILENCE_MS = 5000

export const lookAtStorage = (options: S3Options): StartLook => ({
  code: 'STORAGE_UNUSABLE',
  look: async () => ({ problems: await checkS3({ ...options, attempts: 1, silenceMs: SILENCE_MS }) }),
})

export const lookAtQueue = (queue: Pick<RedisQueue, 'ready'>): StartLook => ({
  code: 'QUEUE_UNUSABLE',
  async look() {
    try {
      return { problems: [], warnings: await queue.ready() }
    } catch (error) {
      if (!(error instanceof QueueError)) throw error
      return { problems: [{ message: error.message, passing: error.code === 'QUEUE_UNAVAILABLE' }] }
    }
  },
})

/**
 * Looks at everything at once. What is away is looked at again in the background, with growing pauses, until it is found
 * usable; what is then found wrong for good is logged as an error each time, because a service that runs is not ended for it.
 * @param closing takes what ends the looking
 * @throws CliError for what is wrong for good
 */
export async function usableOrAway(
  looks: readonly StartLook[],
  log: Log,
  closing: (() => unknown)[],
  firstPauseMs = FIRST_PAUSE_MS,
): Promise<void> {
  const found = await Promise.all(looks.map(({ look }) => look()))
  for (const [n, { problems }] of found.entries()) {
    if (problems.some(({ passing }) => !passing)) throw new CliError('FAILED', looks[n]!.code, sentence(problems))
  }
  const away = looks.filter((look, n) => !tell(look, found[n]!, log))
  const ending = new AbortController()
  const looking = away.map((look) => lookAgain(look, log, ending.signal, firstPauseMs))
  closing.push(() => ending.abort())
  for (const one of looking) one.catch((error: unknown) => log.error({ err: error }, 'a look at the start failed'))
}

async function lookAgain(look: StartLook, log: Log, signal: AbortSignal, firstPauseMs: number): Promise<void> {
  for (let waitMs = firstPauseMs; ; waitMs = Math.min(LONGEST_PAUSE_MS, 2 * waitMs)) {
    await pause(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return
    const findings = await look.look()
    if (signal.aborted) return
    if (tell(look, findings, log)) {
      log.info({ code: look.code }, 'what was away at the start is there, and can be used')
      return
    }
  }
}

/** @returns whether it can be used */
function tell({ code }: StartLook, { problems, warnings = [] }: Findings, log: Log): boolean {
  for (const warning of warnings) log.warn({ code: warning.code }, warning.message)
  if (problems.length === 0) return true
  if (problems.every(({ passing }) => passing)) log.warn({ code }, `${sentence(problems)} It is looked at again.`)
  else log.error({ code }, `${sentence(problems)} Nothing that needs it will work until this is set right.`)
  return false
}

const sentence = (problems: Findings['problems']): string => problems.map(({ message }) => message).join(' ')
