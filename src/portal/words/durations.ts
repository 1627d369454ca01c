/** Times as a person says them. */

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/**
 * Length of time in words of at most two units: `340 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`.
 * @param milliseconds length; negative lengths count as 0.
 */
export function duration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'unknown'
  const ms = Math.max(0, milliseconds)
  if (ms < 1) return '0 s'
  if (ms < 999.5) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 9.95) return `${trimmed(seconds.toFixed(1))} s`
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  if (seconds < HOUR - 0.5) return pair(Math.round(seconds), MINUTE, 'min', 1, 's')
  if (seconds < DAY - 30) return pair(Math.round(seconds / MINUTE) * MINUTE, HOUR, 'h', MINUTE, 'min')
  return pair(Math.round(seconds / HOUR) * HOUR, DAY, 'd', HOUR, 'h')
}

const trimmed = (text: string): string => text.replace(/\.0$/, '')

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(seconds / large)
  const rest = Math.round((seconds - whole * large) / small)
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`
}

/** How long ago, in one unit: `now`, `40 s ago`, `3 min ago`, `5 h ago`, `12 d ago`; older than 60 days: the date. */
export function age(thenMs: number, nowMs: number): string {
  const seconds = (nowMs - thenMs) / 1000
  if (seconds < 5) return 'now'
  if (seconds < 60) return `${Math.floor(seconds)} s ago`
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`
  if (seconds < 60 * DAY) return `${Math.floor(seconds / DAY)} d ago`
  return isoDay(thenMs)
}

/** Calendar day in UTC, `2026-08-24`. */
export const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Moment in UTC to the second, `2026-08-24 13:05:09 UTC`. */
export const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** Time left as a promise that is not too exact: rounded up to 5 s, 1 min, 5 min. */
export function remaining(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000)
  if (seconds < 5) return 'a few seconds left'
  if (seconds < 60) return `about ${Math.ceil(seconds / 5) * 5} s left`
  if (seconds < HOUR) return `about ${Math.ceil(seconds / MINUTE)} min left`
  return `about ${duration(Math.ceil(seconds / 300) * 300_000)} left`
}
