/**
 * What some suites need beyond Node: a browser, a database server. A suite whose need is missing says aloud that it is
 * skipped and how to get what it needs; test/required.json names the needs that may not be missing in CI.
 */

import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'

export interface Need {
  /** Key of test/required.json. */
  readonly name: string
  /** How to get it, in a sentence. */
  readonly how: string
  /** Path of the thing, or `undefined`. */
  find(): string | undefined
}

export const CHROMIUM: Need = {
  name: 'chromium',
  how: 'Install Chromium, on Debian: apt-get install chromium fonts-liberation.',
  find: () =>
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file)),
}

/** A browser without a window, as any user, that asks nothing of the network by itself. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const POSTGRESQL: Need = {
  name: 'postgresql',
  how: 'Install the PostgreSQL server (15 or newer), on Debian: apt-get install postgresql.',
  find() {
    const root = '/usr/lib/postgresql'
    if (!existsSync(root)) return undefined
    const newestFirst = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return newestFirst
      .map((version) => path.join(root, version, 'bin'))
      .find((bin) => existsSync(path.join(bin, 'initdb')))
  },
}

export const REDIS: Need = {
  name: 'redis',
  how: 'Install the Redis server (7.0 or newer), on Debian: apt-get install redis-server.',
  find: () => ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((file) => existsSync(file)),
}

/** A suite that needs something: runs with its path, or is skipped aloud. */
export function describeWith(need: Need, title: string, body: (found: string) => void): void {
  const found = need.find()
  if (found !== undefined) {
    describe(title, () => body(found))
    return
  }
  process.stdout.write(`SKIPPED (needs ${need.name}): ${title}. ${need.how}\n`)
  describe.skip(`${title} [needs ${need.name}]`, () => body(''))
}
