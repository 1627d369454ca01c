/**
 * The token of a job: what a worker elsewhere shows to control (decisions/0004). It says which job and until when, signed
 * with HMAC-SHA256 (RFC 2104). Any replica with the installation's secret checks it, none has to remember it.
 *
 * Form: `isj1.BODY.SIGNATURE`, both base64url; BODY is `END JOB` with the end in milliseconds since the epoch. The signature is
 * over the text before it, version included, so that no second spelling of a token passes.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'

const VERSION = 'isj1'
const FORM = /^isj1\.[A-Za-z0-9_-]{1,400}\.[A-Za-z0-9_-]{43}$/
const KEY_BYTES = 32
const LONGEST_JOB = 200

/** `malformed`: no such token. `forged`: of another secret, or changed. `expired`: was good once. */
export type JobTokenRefusal = 'malformed' | 'forged' | 'expired'

export type JobTokenCheck =
  | { readonly ok: true; readonly jobId: string; readonly validUntilMs: number }
  | { readonly ok: false; readonly reason: JobTokenRefusal }

/**
 * A token for the workers of one job.
 * @param key of the purpose `job-token`, of the current secret
 * @param validUntilMs milliseconds since the epoch
 */
export function mintJobToken(key: Uint8Array, jobId: string, validUntilMs: number): string {
  if (jobId === '' || jobId.length > LONGEST_JOB || !/^[!-~]+$/.test(jobId)) {
    throw new TypeError(`a job is named by 1 to ${LONGEST_JOB} printable characters`)
  }
  if (!Number.isSafeInteger(validUntilMs) || validUntilMs < 0) {
    throw new TypeError('the end of validity is a whole number of milliseconds since the epoch')
  }
  const signed = `${VERSION}.${Buffer.from(`${validUntilMs} ${jobId}`).toString('base64url')}`
  return `${signed}.${signatureOf(key, signed)}`
}

/** @param keys of the purpose `job-token`: that of the current secret and those of earlier ones. */
export function checkJobToken(keys: readonly Uint8Array[], token: string, nowMs: number): JobTokenCheck {
  if (!FORM.test(token)) return { ok: false, reason: 'malformed' }
  const end = token.lastIndexOf('.')
  const signed = token.slice(0, end)
  const shown = Buffer.from(token.slice(end + 1))
  let isGood = false
  // Every key is tried, so that the time does not tell which one fits.
  for (const key of keys) isGood = timingSafeEqual(Buffer.from(signatureOf(key, signed)), shown) || isGood
  if (!isGood) return { ok: false, reason: 'forged' }
  const [, until, jobId] = /^(\d+) (.+)$/.exec(Buffer.from(signed.slice(VERSION.length + 1), 'base64url').toString())!
  const validUntilMs = Number(until)
  if (nowMs >= validUntilMs) return { ok: false, reason: 'expired' }
  return { ok: true, jobId: jobId!, validUntilMs }
}

function signatureOf(key: Uint8Array, signed: string): string {
  if (key.length < KEY_BYTES) throw new TypeError(`a key has at least ${KEY_BYTES} bytes`)
  return createHmac('sha256', key).update(signed).digest('base64url')
}
