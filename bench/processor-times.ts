/**
 * Processor time of this process and of everything that it started, by what it is. Unlike wall time it says what something
 * costs also where others use the machine. From /proc, so on Linux only.
 */

import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds by part. */
export type ProcessorTimes = ReadonlyMap<string, number>

/** First match of a command line. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/isolario\.ts worker/, 'worker'],
  [/isolario\.ts control/, 'control'],
  [/radosgw|ceph-/, 'Ceph'],
  [/redis/, 'Redis'],
  [/postgres/, 'PostgreSQL'],
  [/haproxy/, 'HAProxy'],
]
const NAMELESS = 'other'
/** The kernel counts in hundredths of a second. */
const TICK_MS = 10
const LOOK_EVERY_MS = 50

interface Seen {
  readonly parent: number
  readonly part: string
  readonly ms: number
}

/** Workers end before anybody asks for what they used, so processes are looked at all the while. */
export class ProcessorWatch {
  readonly #seen = new Map<number, Seen>()
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY_MS)

  /** What was used until now, also by processes that have ended since. */
  now(): ProcessorTimes {
    this.#look()
    const sums = new Map<string, number>()
    for (const { part, ms } of this.#seen.values()) sums.set(part, (sums.get(part) ?? 0) + ms)
    return sums
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look() {
    const all = new Map<number, Seen>()
    for (const name of readdirSync('/proc')) {
      const seen = /^\d+$/.test(name) ? seenNow(Number(name)) : undefined
      if (seen) all.set(Number(name), seen)
    }
    for (const [pid, seen] of all) {
      // One that is ending has no command line any more.
      const part = seen.part === NAMELESS ? (this.#seen.get(pid)?.part ?? NAMELESS) : seen.part
      if (isOurs(all, pid)) this.#seen.set(pid, { ...seen, part })
    }
  }
}

/** "worker 1.2, control 0.8": milliseconds for each of so many tasks, the largest first; and their sum. */
export function usedBetween(from: ProcessorTimes, to: ProcessorTimes, tasks: number): { sum: number; words: string } {
  const each = [...to].map(([part, ms]) => [part, (ms - (from.get(part) ?? 0)) / tasks] as const)
  const words = each
    .filter(([, ms]) => ms >= 0.05)
    .sort(([, a], [, b]) => b - a)
    .map(([part, ms]) => `${part} ${ms.toPrecision(2)}`)
    .join(', ')
  return { sum: each.reduce((sum, [, ms]) => sum + ms, 0), words }
}

function seenNow(pid: number): Seen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const part = pid === process.pid ? 'client' : PARTS.find(([pattern]) => pattern.test(command))?.[1]
    return {
      parent: Number(fields[1]),
      part: part ?? NAMELESS,
      ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    }
  } catch {
    // It has ended.
    return undefined
  }
}

function isOurs(all: ReadonlyMap<number, Seen>, pid: number): boolean {
  for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === process.pid) return true
  return false
}
