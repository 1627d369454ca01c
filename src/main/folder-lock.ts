/**
 * A lock on a data folder that survives nothing: it names the process that holds it and when that process began, so a
 * lock left by a killed one is recognised, also when its process id was given to another program.
 */

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { CliError } from '#cli/exit-codes.ts'

/** Takes the lock. @returns a function that gives it back. @throws CliError `FOLDER_IN_USE`. */
export function lockFolder(file: string, folder: string): () => void {
  const mine = JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) })
  for (let tries = 0; tries < 5; tries++) {
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeSync(handle, mine)
      closeSync(handle)
      return () => {
        if (readOwner(file) === mine) rmSync(file, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = readOwner(file)
    const held = owner === null ? null : holder(owner)
    if (held !== null) {
      throw new CliError(
        'FAILED',
        'FOLDER_IN_USE',
        `The data folder ${folder} is in use by process ${held}. End that service, or start this one with another folder: --data.`,
      )
    }
    rmSync(file, { force: true })
  }
  throw new CliError(
    'FAILED',
    'FOLDER_IN_USE',
    `The data folder ${folder} is being taken by another process at this moment. Try again.`,
  )
}

const readOwner = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Process that still holds a lock with this content, or `null`. */
function holder(content: string): number | null {
  try {
    const { pid, began } = JSON.parse(content) as { pid: number; began: string | null }
    if (!alive(pid)) return null
    const now = beginningOf(pid)
    return began === null || now === null || began === now ? pid : null
  } catch {
    // Cut off while it was written: its writer is gone.
    return null
  }
}

/** A dead process stays visible until its parent has noticed: its state says Z or X (man 5 proc). */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    // No /proc (macOS): the signal has answered.
    return true
  }
}

/** When a process began, in clock ticks since the machine started (field 22 of /proc/PID/stat); `null` without /proc. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
