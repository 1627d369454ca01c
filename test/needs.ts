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

export const CEPH: Need = {
  name: 'ceph',
  how: 'Install a monitor, an OSD and a RADOS Gateway, on Debian: apt-get install ceph-mon ceph-osd radosgw.',
  find: () =>
    ['ceph-mon', 'ceph-osd', 'radosgw'].every((program) => existsSync(`/usr/bin/${program}`)) ? '/usr/bin' : undefined,
}

export const VERSITYGW: Need = {
  name: 'versitygw',
  how: 'Build the Versity S3 Gateway (needs Go, two minutes, once): test/servers/build-versitygw.sh.',
  find() {
    const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache')
    const program = path.join(cache, 'isolario', 'versitygw-1.8.0', 'versitygw')
    return existsSync(program) ? program : undefined
  },
}

export const HAPROXY: Need = {
  name: 'haproxy',
  how: 'Install HAProxy, on Debian: apt-get install haproxy.',
  find: () => ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'].find((file) => existsSync(file)),
}

/** Where test/servers/kubernetes/build.sh puts the programs, outside the clone. */
const KUBERNETES_FOLDER = path.join(
  process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'),
  'isolario/kubernetes-1.37.2',
)

export const KUBERNETES: Need = {
  name: 'kubernetes',
  how: 'Build it from Go modules (8 minutes, Go 1.26 or newer): test/servers/kubernetes/build.sh.',
  find: () => (existsSync(path.join(KUBERNETES_FOLDER, 'stamp')) ? KUBERNETES_FOLDER : undefined),
}

/** A node that runs containers. */
export const KUBERNETES_NODE: Need = {
  name: 'kubernetes-node',
  how: 'As root, beside kubernetes: apt-get install --no-install-recommends containerd runc containernetworking-plugins iptables busybox-static.',
  find() {
    const programs = [
      '/usr/bin/containerd',
      '/usr/sbin/runc',
      '/usr/lib/cni/bridge',
      '/usr/sbin/iptables',
      '/bin/busybox',
    ]
    const isThere = process.getuid?.() === 0 && programs.every((file) => existsSync(file))
    return isThere ? KUBERNETES.find() : undefined
  },
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

export const KUBECTL: Need = {
  name: 'kubectl',
  how: 'Install kubectl, on Debian: apt-get install kubernetes-client.',
  find: () => ['/usr/bin/kubectl', '/usr/local/bin/kubectl'].find((file) => existsSync(file)),
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

export const OPENSSL: Need = {
  name: 'openssl',
  how: 'Install openssl, on Debian: apt-get install openssl.',
  find: () => ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((file) => existsSync(file)),
}

/** Compiles the source routine of the wobbled beam. */
export const GFORTRAN: Need = {
  name: 'gfortran',
  how: 'Install GNU Fortran, on Debian: apt-get install gfortran.',
  find: () => ['/usr/bin/gfortran', '/usr/local/bin/gfortran'].find((file) => existsSync(file)),
}

/** A Python that reads decks of FLUKA with a parser that is not ours. */
export const PYG4OMETRY: Need = {
  name: 'pyg4ometry',
  how: 'Install it (needs Python 3.11 to 3.13 with venv): test/fluka/install-parsers.sh.',
  find() {
    const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache')
    const folder = path.join(cache, 'isolario', 'pyg4ometry-1.4.6')
    return existsSync(path.join(folder, 'stamp')) ? path.join(folder, 'bin', 'python') : undefined
  },
}

/**
 * Input and output files of real FLUKA, which may not be kept in this repository: the folder that
 * `ISOLARIO_FLUKA_SAMPLES` names.
 */
export const FLUKA_SAMPLES: Need = {
  name: 'fluka-samples',
  how: 'Set ISOLARIO_FLUKA_SAMPLES to the folder with the sample files of FLUKA.',
  find() {
    const folder = process.env.ISOLARIO_FLUKA_SAMPLES
    return folder && existsSync(path.join(folder, 'decks')) ? folder : undefined
  },
}

/** A suite that needs something, or several things: runs with their paths, or is skipped aloud. */
export function describeWith(need: Need | readonly Need[], title: string, body: (...found: string[]) => void): void {
  const needs = Array.isArray(need) ? (need as readonly Need[]) : [need as Need]
  const found = needs.map((one) => one.find())
  const missing = needs.filter((_, n) => found[n] === undefined)
  if (missing.length === 0) {
    describe(title, () => body(...(found as string[])))
    return
  }
  const names = missing.map(({ name }) => name).join(', ')
  process.stdout.write(`SKIPPED (needs ${names}): ${title}. ${missing.map(({ how }) => how).join(' ')}\n`)
  describe.skip(`${title} [needs ${names}]`, () => body(...needs.map(() => '')))
}
