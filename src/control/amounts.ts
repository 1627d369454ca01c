/** Numbers and spans of time as people read them in a sentence. */

/** `850`, `12,000`, `1.2e6`: exact where it is short, two digits beyond. */
export function amount(value: number): string {
  if (value < 100_000) return Math.round(value).toLocaleString('en')
  const [digits, power] = value.toExponential(1).split('e+') as [string, string]
  return `${digits}e${power}`
}

/** `8 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. */
export function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** `8 s`, `20 min`, `2.1 h`, `14 h`, `5 d`: of what is only known about, two digits at most. */
export function about(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = minutes / 60
  if (hours < 9.95) return `${Number(hours.toFixed(1))} h`
  if (hours < 99.5) return `${Math.round(hours)} h`
  const days = Math.round(hours / 24)
  return days < 100 ? `${days} d` : 'more than 99 d'
}

/** `1 task`, `3 tasks`. */
export const counted = (count: number, noun: string): string => `${amount(count)} ${noun}${count === 1 ? '' : 's'}`
