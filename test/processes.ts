/** Processes of this machine as tests that kill them see them. */

import { readdirSync, readFileSync } from 'node:fs'

/** Children that live: a dead one stays visible for a while as a zombie, and signal 0 still reaches it. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const status = statusOf(pid)
      return status !== undefined && status.parent === parent && status.isAlive
    })
}

/** False for a zombie: it only waits for its parent to look. */
export const isAlive = (pid: number): boolean => statusOf(pid)?.isAlive === true

function statusOf(pid: number): { readonly parent: number; readonly isAlive: boolean } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return { parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), isAlive: !/^State:\s*[ZX]/m.test(status) }
  } catch {
    // It ended while we looked.
    return undefined
  }
}
