/** Programs that make up a test server: started, killed and started again as they were; none outlives the tests. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Whatever kills the tests, -9 included, kills their servers too: setpriv asks the kernel for it, becomes the program and
 * keeps its process id.
 */
const BOUND_TO_THE_TESTS = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'SIGKILL', '--'] : []

export interface Part {
  readonly pid: number
  /** Sends a signal; with SIGKILL, SIGTERM and SIGINT it waits for the end (after 10 s by force). */
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Starts it again with the same arguments, after it was killed. */
  start(): void
  /** Throws, with the end of its log, when it has ended by itself. */
  check(): void
  /** Exit code, once it has ended by itself or by a signal that it obeyed. */
  exitCode(): number | null
  /** All that it wrote. */
  log(): string
}

/** One listener for all parts: the process warns of many. */
const endings = new Set<() => void>()
process.once('exit', () => {
  for (const end of endings) end()
})

export interface PartOptions {
  /** Of the program; left out: that of the tests. */
  readonly environment?: NodeJS.ProcessEnv
  /** Whom the program runs as; left out: whoever runs the tests. */
  readonly user?: { readonly uid?: number; readonly gid?: number }
}

/** @param folder where the program runs and `NAME.log` is written */
export function startPart(
  folder: string,
  name: string,
  program: string,
  args: readonly string[],
  { environment = process.env, user }: PartOptions = {},
): Part {
  const log = path.join(folder, `${name}.log`)
  let child: ChildProcess
  let killed = false
  const start = () => {
    const out = openSync(log, 'a')
    // A group of its own: Ctrl-C in a terminal reaches the tests, which end their servers in order.
    const [first, ...rest] = [...BOUND_TO_THE_TESTS, program, ...args]
    child = spawn(first!, rest, { stdio: ['ignore', out, out], detached: true, cwd: folder, env: environment, ...user })
    child.on('error', () => undefined)
    closeSync(out)
    killed = false
  }
  const ended = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  endings.add(() => {
    if (!ended()) child.kill('SIGKILL')
  })
  start()
  return {
    get pid() {
      return child.pid!
    },
    async kill(signal) {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
        child.kill(signal)
        return
      }
      killed = true
      if (ended()) return
      const end = new Promise<void>((done) => child.once('exit', () => done()))
      child.kill(signal)
      child.kill('SIGCONT')
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await end
      clearTimeout(force)
    },
    start,
    exitCode: () => child.exitCode,
    log: () => readFileSync(log, 'utf8'),
    check() {
      if (!ended() || killed) return
      const tail = readFileSync(log, 'utf8').split('\n').slice(-12).join('\n')
      throw new Error(`${name} ended by itself (exit code ${child.exitCode}):\n${tail}`)
    },
  }
}

/** Waits until `isReady` is true; a part that ends meanwhile is an error at once. */
export async function untilReady(
  what: string,
  parts: readonly Part[],
  isReady: () => Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    for (const part of parts) part.check()
    if (await isReady().catch(() => false)) return
    if (Date.now() > deadline) throw new Error(`${what} was not ready within ${withinMs / 1000} s`)
    await new Promise((next) => setTimeout(next, 50))
  }
}
