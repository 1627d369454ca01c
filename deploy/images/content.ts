/** What an image of Isolario holds above its base, in the layers that change together. */

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { flukaFilesAmong } from './fluka-files.ts'
import { type InstalledPackage, nodePackage, runtimePackages } from './packages.ts'
import { cycloneDx } from './sbom.ts'
import type { TarEntry } from './tar.ts'

export type ImageKind = 'control' | 'worker'

export interface ContentRequest {
  /** The clone, with `node_modules`. */
  readonly root: string
  readonly kind: ImageKind
  readonly architecture: 'amd64' | 'arm64'
  /** Folder of the bundle that `vite.node.config.ts` made. */
  readonly bundle: string
  /** Folder of the built portal; of control only. */
  readonly portal: string
}

export interface Content {
  readonly layers: readonly { readonly comment: string; readonly entries: readonly TarEntry[] }[]
  readonly sbom: string
  readonly version: string
}

/** Below /: where the application lies in every image. */
export const HOME = 'opt/isolario'
export const USER = 10001

/** @throws Error when the bundle, the portal or a package is not there, or a file is named as one of FLUKA. */
export function contentOf(request: ContentRequest): Content {
  const { root, kind, architecture, bundle, portal } = request
  const manifest = path.join(root, 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const node = nodePackage(root, architecture)
  const packages = runtimePackages(root)
  const sbom = cycloneDx({ version, packages: [...packages, node] })
  wants(path.join(bundle, 'isolario.mjs'), 'the bundle; make it with "node bin/pack.mjs"')

  const application = [
    file(`${HOME}/package.json`, manifest),
    file(`${HOME}/LICENSE`, path.join(root, 'LICENSE')),
    text(`${HOME}/sbom.cdx.json`, sbom),
    ...filesBelow(bundle, `${HOME}/dist/isolario`),
  ]
  if (kind === 'control') {
    wants(path.join(portal, 'index.html'), 'the built portal; make it with "node bin/pack.mjs"')
    application.push(
      ...filesBelow(portal, `${HOME}/dist/portal`),
      ...filesBelow(path.join(root, 'examples'), `${HOME}/examples`),
    )
  }
  const layers = [
    { comment: `Node.js ${node.version}`, entries: ordered([nodeBinary(root, node), LAUNCHER]) },
    {
      comment: 'npm packages of package-lock.json',
      entries: ordered(packages.flatMap((one) => packageFiles(root, one))),
    },
    { comment: `isolario ${kind} ${version}`, entries: ordered(application) },
  ]
  refuseFluka(layers.flatMap(({ entries }) => entries))
  return { version, sbom, layers }
}

function refuseFluka(entries: readonly TarEntry[]): void {
  const files = flukaFilesAmong(entries.flatMap((entry) => (entry.kind === 'folder' ? [] : [entry.path])))
  if (files.length === 0) return
  throw new Error(
    `${files.join(', ')}: named as a file of FLUKA is, and no image of Isolario may bring any. FLUKA comes with the base of a site.`,
  )
}

/**
 * The command `isolario`: a file with Node's path in its first line, because there is no shell. It lies apart from the package,
 * so it is CommonJS, and the bundle is loaded by import().
 */
const LAUNCHER: TarEntry = {
  kind: 'file',
  path: 'usr/local/bin/isolario',
  mode: 0o755,
  content: () => Buffer.from(`#!/usr/local/bin/node\nimport('/${HOME}/dist/isolario/isolario.mjs')\n`),
}

function nodeBinary(root: string, node: InstalledPackage): TarEntry {
  const binary = path.join(root, node.folder, 'bin/node')
  wants(binary, `the npm package ${node.name}; npm installs it on that architecture only`)
  return { kind: 'file', path: 'usr/local/bin/node', mode: 0o755, content: () => readFileSync(binary) }
}

/** Code and licences of a package. Its own nested packages stand in the lock file by themselves. */
function packageFiles(root: string, { folder }: InstalledPackage): readonly TarEntry[] {
  const there = path.join(root, folder)
  wants(there, `the package ${folder}; run "npm ci"`)
  return filesBelow(there, `${HOME}/${folder}`, (name) => name !== 'node_modules' && !UNUSED.test(name))
}

/** Source maps, types and prose weigh more than the code; licences stay. */
const UNUSED = /\.(map|[cm]?tsx?|tsbuildinfo)$|^(?!licen[cs]e|notice|copying).*\.(md|markdown)$/i

function filesBelow(from: string, to: string, takes: (name: string) => boolean = () => true): TarEntry[] {
  return readdirSync(from)
    .filter(takes)
    .flatMap((name) => {
      const source = path.join(from, name)
      const found = lstatSync(source)
      if (found.isSymbolicLink()) throw new Error(`${source} is a link, and packages hold none.`)
      return found.isDirectory() ? filesBelow(source, `${to}/${name}`, takes) : [file(`${to}/${name}`, source)]
    })
}

/** Readable by all and writable by nobody; executable where the owner may execute it: masks of the builder do not show. */
function file(to: string, from: string): TarEntry {
  const mode = lstatSync(from).mode & 0o100 ? 0o755 : 0o644
  return { kind: 'file', path: to, mode, content: () => readFileSync(from) }
}

const text = (to: string, content: string): TarEntry => ({
  kind: 'file',
  path: to,
  mode: 0o644,
  content: () => Buffer.from(content),
})

/** Sorted by path, with every folder before what lies in it. */
export function ordered(entries: readonly TarEntry[]): readonly TarEntry[] {
  const all = new Map(entries.map((entry) => [entry.path, entry]))
  for (const { path: at } of entries) {
    for (let above = path.posix.dirname(at); above !== '.' && !all.has(above); above = path.posix.dirname(above)) {
      all.set(above, { kind: 'folder', path: above, mode: 0o755 })
    }
  }
  const key = (entry: TarEntry) => entry.path.replaceAll('/', '\u0000')
  return [...all.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function wants(place: string, what: string): void {
  if (!existsSync(place)) throw new Error(`${place} is not there: it should be ${what}.`)
}
