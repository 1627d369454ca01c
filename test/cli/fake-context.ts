/** A context for tests: no outside world; what is printed is kept. */

import type { CliContext } from '#cli/context.ts'
import { CliError } from '#cli/exit-codes.ts'

export interface FakeContext extends CliContext {
  readonly printed: { out: string; err: string }
}

export function fakeContext(changes: Partial<CliContext> = {}): FakeContext {
  const printed = { out: '', err: '' }
  const never = (what: string) => () => {
    throw new Error(`${what} was not expected`)
  }
  return {
    version: '0.0.0',
    out: (text) => {
      printed.out += text
    },
    err: (text) => {
      printed.err += text
    },
    terminal: false,
    columns: 100,
    color: false,
    readText: () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    writeText: never('writing a file'),
    openBytes: never('opening a file'),
    writeBytes: never('writing a file'),
    filesOf: never('listing a folder'),
    readStandardInput: () => Promise.resolve(''),
    signal: new AbortController().signal,
    freshKey: () => 'key',
    pause: () => Promise.resolve(),
    connection: () => Promise.reject(new CliError('NO_SERVER', 'NO_SERVER', 'No service runs here.')),
    estimate: never('an estimate'),
    local: { run: never('a run'), merge: never('a merge') },
    serve: never('serving'),
    control: never('a replica'),
    migrate: never('a migration'),
    worker: never('a worker'),
    doctor: () => Promise.resolve([]),
    payload: () => Promise.resolve(),
    ...changes,
    printed,
  }
}
