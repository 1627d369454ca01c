/**
 * An image in the OCI format (image-spec 1.1) as one archive, made of nothing but tar, SHA-256 and JSON. The same content
 * gives the same digest on every machine, as long as it is compressed by the same version of zlib (that is, of Node).
 */

import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type TarEntry, tar, untar } from './tar.ts'

export interface Layer {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Uint8Array
  /** Digest of the tar inside. */
  readonly diffId: string
  /** What a person reads in the history of the image. */
  readonly comment: string
}

export interface ImageSettings {
  /** Name with tag, as tools show it after an import. */
  readonly name: string
  readonly architecture: 'amd64' | 'arm64'
  /** ISO 8601; a fixed one keeps the digest. */
  readonly created: string
  readonly user: string
  readonly environment: readonly string[]
  readonly entrypoint: readonly string[]
  readonly workingFolder: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface Image {
  /** Digest of the manifest: what a chart or a pod names. */
  readonly digest: string
  readonly archive: Uint8Array
}

const TYPE = 'application/vnd.oci.image'

export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export function layerOf(entries: Iterable<TarEntry>, comment: string, compress: boolean): Layer {
  const plain = Buffer.concat([...tar(entries)])
  const diffId = sha256(plain)
  if (!compress) return { mediaType: `${TYPE}.layer.v1.tar`, digest: diffId, bytes: plain, diffId, comment }
  const bytes = gzipSync(plain, { level: 6 })
  // RFC 1952: byte 9 names the operating system that compressed. 255 is "unknown", and the same everywhere.
  bytes[9] = 255
  return { mediaType: `${TYPE}.layer.v1.tar+gzip`, digest: sha256(bytes), bytes, diffId, comment }
}

export function imageOf(layers: readonly Layer[], settings: ImageSettings): Image {
  const blobs = new Map<string, Uint8Array>()
  const put = (mediaType: string, bytes: Uint8Array) => {
    const digest = sha256(bytes)
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const { created, architecture } = settings
  const config = put(
    `${TYPE}.config.v1+json`,
    json({
      created,
      architecture,
      os: 'linux',
      config: {
        User: settings.user,
        Env: settings.environment,
        Entrypoint: settings.entrypoint,
        WorkingDir: settings.workingFolder,
        Labels: settings.labels,
      },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map(({ comment }) => ({ created, created_by: comment })),
    }),
  )
  const manifest = put(
    `${TYPE}.manifest.v1+json`,
    json({
      schemaVersion: 2,
      mediaType: `${TYPE}.manifest.v1+json`,
      config,
      layers: layers.map(({ mediaType, digest, bytes }) => {
        blobs.set(digest, bytes)
        return { mediaType, digest, size: bytes.length }
      }),
      annotations: settings.annotations,
    }),
  )
  const index = {
    schemaVersion: 2,
    mediaType: `${TYPE}.index.v1+json`,
    manifests: [
      {
        ...manifest,
        platform: { architecture, os: 'linux' },
        annotations: { 'io.containerd.image.name': settings.name, 'org.opencontainers.image.ref.name': settings.name },
      },
    ],
  }
  const file = (path: string, bytes: Uint8Array): TarEntry => ({
    kind: 'file',
    path,
    mode: 0o644,
    content: () => bytes,
  })
  const folder = (path: string): TarEntry => ({ kind: 'folder', path, mode: 0o755 })
  const archive = Buffer.concat([
    ...tar([
      file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
      file('index.json', json(index)),
      folder('blobs'),
      folder('blobs/sha256'),
      ...[...blobs]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([digest, bytes]) => file(`blobs/${digest.replace(':', '/')}`, bytes)),
    ]),
  ])
  return { digest: manifest.digest, archive }
}

export interface OpenedImage {
  readonly digest: string
  readonly layers: readonly Layer[]
  readonly config: {
    readonly architecture: string
    readonly config: {
      readonly User?: string
      readonly Env?: readonly string[]
      readonly Entrypoint?: readonly string[]
      readonly Labels?: Readonly<Record<string, string>>
    }
    readonly history?: readonly { readonly created_by?: string }[]
  }
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * Reads an OCI archive of one platform and checks every digest on the way.
 * @throws Error when a blob lacks or is not what its digest says.
 */
export function openImage(archive: Uint8Array): OpenedImage {
  const files = new Map<string, Uint8Array>()
  for (const entry of untar(archive)) if (entry.kind === 'file') files.set(entry.path, entry.content())
  const take = (path: string): Uint8Array => {
    const bytes = files.get(path)
    if (bytes === undefined)
      throw new Error(`The archive has no ${path}: it is no OCI image archive, or not all of it.`)
    return bytes
  }
  const blob = (digest: string): Uint8Array => {
    const bytes = take(`blobs/${digest.replace(':', '/')}`)
    if (sha256(bytes) !== digest) throw new Error(`The blob ${digest} has other content than its name says.`)
    return bytes
  }
  const read = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString('utf8'))
  const { manifests } = read(take('index.json'))
  if (manifests.length !== 1) throw new Error(`The archive holds ${manifests.length} images; one is expected.`)
  const manifest = read(blob(manifests[0].digest))
  const config = read(blob(manifest.config.digest))
  const said = (config.history ?? []).filter((one: { empty_layer?: boolean }) => one.empty_layer !== true)
  const layers = manifest.layers.map(({ mediaType, digest }: Layer, at: number): Layer => {
    const bytes = blob(digest)
    const diffId = config.rootfs.diff_ids[at]
    return { mediaType, digest, bytes, diffId, comment: said[at]?.created_by ?? 'base' }
  })
  return { digest: manifests[0].digest, layers, config, annotations: manifest.annotations ?? {} }
}

/** What a layer holds, unpacked if it has to be. @throws Error when its content is not what the image says. */
export function entriesOf(layer: Layer, others: 'refuse' | 'skip' = 'refuse'): Iterable<TarEntry> {
  if (/zstd/.test(layer.mediaType)) throw new Error('Layers compressed by zstd are not read here; use gzip.')
  const plain = layer.mediaType.endsWith('gzip') ? gunzipSync(layer.bytes) : layer.bytes
  if (sha256(plain) !== layer.diffId) throw new Error(`The layer ${layer.digest} unpacks to other content than said.`)
  return untar(plain, others)
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
