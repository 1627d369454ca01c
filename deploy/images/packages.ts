/** The npm packages that the bundle needs when it runs, as the lock file names them. */

import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface InstalledPackage {
  /** Below the root: `node_modules/a/node_modules/b`. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** As npm gives it, `sha512-...`. */
  readonly integrity: string
  readonly license: string
}

interface Locked {
  readonly version: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly os?: readonly string[]
}

/** Without those of development, and without Node itself, which the image carries apart. Sorted by folder. */
export function runtimePackages(root: string): readonly InstalledPackage[] {
  return Object.entries(lockFile(root))
    .filter(([folder, one]) => folder !== '' && !one.dev && !one.devOptional && !isNode(folder))
    .map(([folder, one]) => packageAt(folder, one))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

/** The package that carries Node for an architecture. */
export function nodePackage(root: string, architecture: 'amd64' | 'arm64'): InstalledPackage {
  const folder = `node_modules/node-linux-${architecture === 'amd64' ? 'x64' : 'arm64'}`
  return packageAt(folder, lockFile(root)[folder]!)
}

const lockFile = (root: string): Readonly<Record<string, Locked>> =>
  JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages

function packageAt(folder: string, { version, integrity = '', license = '' }: Locked): InstalledPackage {
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
  return { folder, name, version, integrity, license }
}

const isNode = (folder: string) => /^node_modules\/node-(linux|win)-/.test(folder)
