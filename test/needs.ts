/**
 * What some suites need beyond Node: a browser, a database server. A suite whose need is missing says aloud that it is
 * skipped and how to get what it needs; test/required.json names the needs that may not be missing in CI.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
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

/** Built by `.ci/run`, apart or with the test cluster. */
export const HELM: Need = {
  name: 'helm',
  how: 'Build Helm 4 as .ci/run does (Go is needed), or put it into /usr/local/bin.',
  find() {
    const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'isolario')
    const built = ['helm-4.2.4', 'kubernetes-1.37.2'].map((folder) => path.join(cache, folder, 'helm'))
    return [...built, '/usr/local/bin/helm'].find((file) => existsSync(file))
  },
}

export const PROMTOOL: Need = {
  name: 'promtool',
  how: 'Install promtool, on Debian: apt-get install prometheus.',
  find: () => ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((file) => existsSync(file)),
}

/** A root file system can be entered: root, and a mount namespace of one's own. */
export const CHROOT: Need = {
  name: 'chroot',
  how: 'Run the tests as root where mount namespaces are allowed.',
  find: () =>
    process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0 ? '/usr/sbin/chroot' : undefined,
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
