/**
 * The functions as one library of Redis (7.0 or newer), as control loads it.
 *
 * The name of the library and of every function ends with a digest of the text: two releases that run beside each other
 * during an upgrade each call their own functions, and none of them replaces the other's. A library is part of the data:
 * it is in the append-only file and on every replica, so it outlives a restart and a failover. Scripts sent with EVAL
 * would not, and who may send one may also send one that never ends; see decisions/0006.
 */

import { createHash } from 'node:crypto'
import { BEGIN, FILL, FINISH } from './filling.ts'
import { SHARED } from './shared.ts'
import { CONFIRM, COUNTS, LEASES_OF, ORDER, REAP, REPORTS_OF, STANDING, TRY_AGAIN } from './steering.ts'
import { EXTEND, RELEASE, REPORT, TAKE } from './working.ts'

/**
 * Every function with what Redis may assume of it. `allow-oom`: it runs although the memory is full, because what it does
 * is what makes room again, or is needed by a worker to end what it holds. `no-writes`: it changes nothing.
 */
const FUNCTIONS = {
  begin: { text: BEGIN, flags: [] },
  fill: { text: FILL, flags: [] },
  finish: { text: FINISH, flags: ['allow-oom'] },
  take: { text: TAKE, flags: ['allow-oom'] },
  extend: { text: EXTEND, flags: ['allow-oom'] },
  report: { text: REPORT, flags: ['allow-oom'] },
  release: { text: RELEASE, flags: ['allow-oom'] },
  reap: { text: REAP, flags: ['allow-oom'] },
  confirm: { text: CONFIRM, flags: ['allow-oom'] },
  try_again: { text: TRY_AGAIN, flags: [] },
  order: { text: ORDER, flags: ['allow-oom'] },
  counts: { text: COUNTS, flags: ['no-writes'] },
  standing: { text: STANDING, flags: ['no-writes'] },
  reports_of: { text: REPORTS_OF, flags: ['no-writes'] },
  leases_of: { text: LEASES_OF, flags: ['no-writes'] },
} as const satisfies Readonly<Record<string, { text: string; flags: readonly string[] }>>

export type FunctionName = keyof typeof FUNCTIONS

const NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[]
const BODY = SHARED + NAMES.map((name) => FUNCTIONS[name].text).join('')
const DIGEST = createHash('sha256').update(BODY).update(JSON.stringify(FUNCTIONS)).digest('hex').slice(0, 10)

/** Name under which Redis knows a function. */
export const functionName = (name: FunctionName): string => `isolario_${DIGEST}_${name}`

export const LIBRARY_NAME = `isolario_${DIGEST}`

/** The text for `FUNCTION LOAD`. */
export const LIBRARY = `#!lua name=${LIBRARY_NAME}
${BODY}
${NAMES.map(registration).join('\n')}
`

function registration(name: FunctionName): string {
  const flags = FUNCTIONS[name].flags.map((flag) => `'${flag}'`).join(', ')
  return `redis.register_function{ function_name = '${functionName(name)}', callback = ${name}, flags = { ${flags} } }`
}
