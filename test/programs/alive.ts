import { readFileSync } from 'node:fs'

/**
 * Whether a process runs. `kill -0` is not asked: it succeeds for a process that is dead but was not reaped yet, and
 * orphans can stay so for long.
 */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
