/** Starts processes that simulate runs, from tests whose own time must stay real. */

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface SeedsAsked {
  readonly first: number
  readonly count: number
  /** Every run is made over SQLite as well, and must take the same steps. */
  readonly sqlite?: boolean
}

export interface SeedsAnswer {
  runs: number
  steps: number
  ms: number
  readonly failures: { readonly seed: number; readonly broken: readonly string[] }[]
  /** Seeds that went another way over SQLite. */
  readonly differing: number[]
  /** How often jobs ended so. */
  readonly states: Record<string, number>
  /** Faults that were made. */
  readonly struck: Record<string, number>
  /** What happened because of them. */
  readonly seen: Record<string, number>
  accepted: number
  /** Longest virtual time from the last fault to the end of the last job. */
  slowestEndMs: number
}

export interface MutantsAsked {
  /** Their places in the list. */
  readonly mutants: readonly number[]
  /** For each of them. */
  readonly mostRuns: number
}

export interface MutantFound {
  readonly number: number
  /** Of the run that broke a promise; `null` when none did. */
  readonly seed: number | null
  readonly runs: number
  readonly steps: number
  readonly broken: string
}

/** Simulates in a process of its own. */
export const simulateSeeds = (asked: SeedsAsked): Promise<SeedsAnswer> => answerOf('run-seeds.ts', asked)

export const findMutants = (asked: MutantsAsked): Promise<readonly MutantFound[]> => answerOf('run-mutants.ts', asked)

async function answerOf<T>(program: string, asked: object): Promise<T> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const child = spawn(process.execPath, [file, JSON.stringify(asked)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)])
  const last = out.trim().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(last) as T
  } catch {
    throw new Error(`The simulation of ${JSON.stringify(asked)} ended without an answer: ${said.slice(-2000)}`)
  }
}

/** Divides consecutive seeds among so many processes at once. */
export function simulateInParallel(asked: SeedsAsked, processes: number): Promise<SeedsAnswer[]> {
  const share = Math.ceil(asked.count / processes)
  return Promise.all(
    Array.from({ length: processes }, (_, n) =>
      simulateSeeds({ ...asked, first: asked.first + n * share, count: Math.min(share, asked.count - n * share) }),
    ),
  )
}
