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
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  return Object.entries(lock.packages)
    .filter(([folder, one]) => folder !== '' && !one.dev && !one.devOptional && !isNode(folder))
    .map(([folder, { version, integrity = '', license = '' }]) => ({
      folder,
      name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      integrity,
      license,
    }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

/** The package that carries Node for an architecture. */
export function nodePackage(root: string, architecture: 'amd64' | 'arm64'): InstalledPackage {
  const name = `node-linux-${architecture === 'amd64' ? 'x64' : 'arm64'}`
  const folder = `node_modules/${name}`
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  const { version, integrity = '', license = '' } = lock.packages[folder]!
  return { folder, name, version, integrity, license }
}

const isNode = (folder: string) => /^node_modules\/node-(linux|win)-/.test(folder)
