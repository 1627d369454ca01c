/**
 * Builds an image of Isolario without a container engine:
 *   node bin/run.mjs deploy/images/build.ts control --base BASE.tar --out control.tar
 * README.md in this folder says what a base is and how the archive gets into a registry.
 */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Base, baseOf, baseOfThisMachine } from './base.ts'
import { type Content, contentOf, HOME, type ImageKind, USER } from './content.ts'
import { flukaIn } from './fluka-files.ts'
import { type Image, imageOf, layerOf, sha256 } from './oci.ts'
import type { TarEntry } from './tar.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The FLUKA in the base of a site. */
export interface FlukaOfBase {
  /** Absolute path of its folder in the image. */
  readonly folder: string
  /** Flavour and version as ISOLARIO_FLUKA_VERSION takes them: `cern 4-4.1`. */
  readonly version: string
}

export interface BuildRequest {
  readonly kind: ImageKind
  /** The clone to take from. Default: the one that this file lies in. */
  readonly root?: string
  /** OCI archive, folder, or `undefined` for the libraries of this machine. */
  readonly base?: string
  /** What the base is called, for the label. */
  readonly baseName?: string
  /** Of a worker for FLUKA. The base brings it; nothing of it comes from here. */
  readonly fluka?: FlukaOfBase
  readonly name: string
  readonly created: string
  readonly revision?: string
  readonly compress: boolean
  readonly architecture: 'amd64' | 'arm64'
  readonly bundle: string
  readonly portal: string
}

export interface Built extends Image {
  readonly sbom: string
}

export function buildImage(request: BuildRequest): Built {
  const { kind, architecture, compress, name, created, root = ROOT } = request
  const content = contentOf({ root, kind, architecture, bundle: request.bundle, portal: request.portal })
  const base =
    request.base === undefined
      ? baseOfThisMachine(nodeOf(architecture), compress)
      : baseOf(request.base, architecture, compress)
  if (request.fluka) refuseWithoutFluka(request, request.fluka, base)
  const labels = labelsOf(request, content, base)
  const image = imageOf(
    [...base.layers, ...content.layers.map(({ entries, comment }) => layerOf(entries, comment, compress))],
    {
      name,
      architecture,
      created,
      user: `${USER}:${USER}`,
      environment: environmentOver(base.environment, request.fluka ? flukaVariables(request.fluka) : {}),
      entrypoint: ['/usr/local/bin/isolario'],
      workingFolder: '/tmp',
      labels,
      annotations: labels,
    },
  )
  return { ...image, sbom: content.sbom }
}

/** Nothing is written beside the program, where a clone would keep its data. The Containerfiles set the same. */
export const OURS: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  HOME: '/tmp',
  ISOLARIO_DATA: '/tmp/isolario',
}

/** What the base sets stays; its search path comes after the place of our command. */
function environmentOver(base: readonly string[], more: Readonly<Record<string, string>>): readonly string[] {
  const set = new Map(base.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]))
  const search = ['/usr/local/bin', ...(set.get('PATH') ?? '/usr/bin:/bin').split(':')]
  const ours = { PATH: [...new Set(search)].join(':'), ...OURS, ...more }
  return Object.entries({ ...Object.fromEntries(set), ...ours }).map(([name, value]) => `${name}=${value}`)
}

/** What tells the worker where FLUKA is and what it is. `Containerfile.fluka` sets the same. */
const flukaVariables = ({ folder, version }: FlukaOfBase): Readonly<Record<string, string>> => ({
  ISOLARIO_FLUKA: folder,
  ISOLARIO_FLUKA_VERSION: version,
})

/** @throws Error in a sentence */
function refuseWithoutFluka({ kind, base: place }: BuildRequest, { folder, version }: FlukaOfBase, base: Base): void {
  if (kind !== 'worker') throw new Error('FLUKA runs in workers: build "worker", not "control".')
  if (place === undefined)
    throw new Error("An image with FLUKA needs --base: an image of the site's own with FLUKA in it.")
  if (!path.posix.isAbsolute(folder)) throw new Error(`--fluka takes an absolute path in the base, not "${folder}".`)
  if (!/^(cern|infn) \d[A-Za-z0-9.-]{0,20}$/.test(version)) {
    throw new Error(`--fluka-version takes flavour and version, as "cern 4-4.1" or "infn 2024.1.3", not "${version}".`)
  }
  flukaIn(base.layers, folder)
}

/** Names of https://github.com/opencontainers/image-spec/blob/main/annotations.md, and where the bill of materials lies. */
function labelsOf(request: BuildRequest, content: Content, base: Base): Record<string, string> {
  return {
    'org.opencontainers.image.title': `Isolario ${request.kind}${request.fluka ? ' for FLUKA' : ''}`,
    'org.opencontainers.image.description': descriptionOf(request),
    'org.opencontainers.image.version': content.version,
    // FLUKA below is the site's, under FLUKA's own licence, which forbids passing it on.
    'org.opencontainers.image.licenses': request.fluka ? 'Apache-2.0 AND LicenseRef-FLUKA' : 'Apache-2.0',
    ...(request.fluka ? { 'isolario.engine': 'fluka', 'isolario.engine.version': request.fluka.version } : {}),
    'org.opencontainers.image.created': request.created,
    ...(request.revision ? { 'org.opencontainers.image.revision': request.revision } : {}),
    ...(request.baseName ? { 'org.opencontainers.image.base.name': request.baseName } : {}),
    ...(base.digest ? { 'org.opencontainers.image.base.digest': base.digest } : {}),
    'isolario.sbom.path': `/${HOME}/sbom.cdx.json`,
    'isolario.sbom.digest': sha256(content.sbom),
  }
}

function descriptionOf({ kind, fluka }: BuildRequest): string {
  if (kind === 'control') return 'Control service and portal'
  if (fluka) return "Worker above a site's own FLUKA; not to be passed on"
  return 'Worker with the built-in engine'
}

/** Writes the content above the base as a folder: what Containerfile copies. */
export function writeTree(content: Content, folder: string): void {
  for (const entry of content.layers.flatMap(({ entries }): readonly TarEntry[] => entries)) {
    const place = path.join(folder, entry.path)
    if (entry.kind === 'folder') mkdirSync(place, { recursive: true, mode: entry.mode })
    else if (entry.kind === 'link') symlinkSync(entry.target, place)
    else writeFileSync(place, entry.content(), { mode: entry.mode })
  }
}

const nodeOf = (architecture: 'amd64' | 'arm64') =>
  path.join(ROOT, 'node_modules', `node-linux-${architecture === 'amd64' ? 'x64' : 'arm64'}`, 'bin/node')

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: 'string' },
      'base-name': { type: 'string' },
      'this-machine': { type: 'boolean', default: false },
      out: { type: 'string' },
      tree: { type: 'string' },
      fluka: { type: 'string' },
      'fluka-version': { type: 'string', default: '' },
      name: { type: 'string' },
      created: { type: 'string', default: '1970-01-01T00:00:00Z' },
      revision: { type: 'string' },
      plain: { type: 'boolean', default: false },
      bundle: { type: 'string', default: path.join(ROOT, 'dist/isolario') },
      portal: { type: 'string', default: path.join(ROOT, 'dist/portal') },
    },
  })
  const kind = positionals[0]
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const out = values.out ?? values.tree
  if (
    (kind !== 'control' && kind !== 'worker') ||
    out === undefined ||
    (values.out && !values.base === !values['this-machine'])
  ) {
    process.stderr.write(
      'usage: build.ts control|worker --out FILE.tar (--base ARCHIVE|FOLDER [--base-name NAME] | --this-machine)\n' +
        '                [--fluka FOLDER --fluka-version "FLAVOUR VERSION"]\n' +
        '                [--name NAME:TAG] [--created TIME] [--revision COMMIT] [--plain]\n' +
        '       build.ts control|worker --tree FOLDER\n',
    )
    process.exit(2)
  }
  const places = { bundle: values.bundle, portal: values.portal }
  if (values.tree !== undefined) {
    writeTree(contentOf({ root: ROOT, kind, architecture, ...places }), values.tree)
    return
  }
  const built = buildImage({
    kind,
    architecture,
    ...places,
    name: values.name ?? `localhost/isolario/${kind}:latest`,
    created: values.created,
    compress: !values.plain,
    ...(values.base ? { base: values.base } : {}),
    ...(values['base-name'] ? { baseName: values['base-name'] } : {}),
    ...(values.fluka ? { fluka: { folder: values.fluka, version: values['fluka-version'] } } : {}),
    ...(values.revision ? { revision: values.revision } : {}),
  })
  writeFileSync(out, built.archive)
  writeFileSync(out.replace(/\.tar$/, '') + '.cdx.json', built.sbom)
  process.stdout.write(`${built.digest}\n`)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main()
