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
import { type Image, imageOf, layerOf, sha256 } from './oci.ts'
import type { TarEntry } from './tar.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

export interface BuildRequest {
  readonly kind: ImageKind
  /** The clone to take from. Default: the one that this file lies in. */
  readonly root?: string
  /** OCI archive, folder, or `undefined` for the libraries of this machine. */
  readonly base?: string
  /** What the base is called, for the label. */
  readonly baseName?: string
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
  const labels = labelsOf(request, content, base)
  const image = imageOf(
    [...base.layers, ...content.layers.map(({ entries, comment }) => layerOf(entries, comment, compress))],
    {
      name,
      architecture,
      created,
      user: `${USER}:${USER}`,
      environment: environmentOver(base.environment),
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
function environmentOver(base: readonly string[]): readonly string[] {
  const set = new Map(base.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]))
  const search = ['/usr/local/bin', ...(set.get('PATH') ?? '/usr/bin:/bin').split(':')]
  const ours = { PATH: [...new Set(search)].join(':'), ...OURS }
  return Object.entries({ ...Object.fromEntries(set), ...ours }).map(([name, value]) => `${name}=${value}`)
}

/** Names of https://github.com/opencontainers/image-spec/blob/main/annotations.md, and where the bill of materials lies. */
function labelsOf(request: BuildRequest, content: Content, base: Base): Record<string, string> {
  return {
    'org.opencontainers.image.title': `Isolario ${request.kind}`,
    'org.opencontainers.image.description':
      request.kind === 'control' ? 'Control service and portal' : 'Worker with the built-in engine',
    'org.opencontainers.image.version': content.version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.created': request.created,
    ...(request.revision ? { 'org.opencontainers.image.revision': request.revision } : {}),
    ...(request.baseName ? { 'org.opencontainers.image.base.name': request.baseName } : {}),
    ...(base.digest ? { 'org.opencontainers.image.base.digest': base.digest } : {}),
    'isolario.sbom.path': `/${HOME}/sbom.cdx.json`,
    'isolario.sbom.digest': sha256(content.sbom),
  }
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
    ...(values.revision ? { revision: values.revision } : {}),
  })
  writeFileSync(out, built.archive)
  writeFileSync(out.replace(/\.tar$/, '') + '.cdx.json', built.sbom)
  process.stdout.write(`${built.digest}\n`)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main()
