/** A container image as an OCI archive, packed from a folder with nothing but `tar`: no registry, no engine. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface ImageOptions {
  /** For example `localhost/toy:1`. */
  readonly name: string
  /** What the image's file system holds. */
  readonly rootFolder: string
  readonly entrypoint: readonly string[]
  /** Archive to write. */
  readonly archive: string
  /** `uid:gid`. Default 10001:10001. */
  readonly user?: string
}

const LAYOUT = 'application/vnd.oci.image'

export function packImage({ name, rootFolder, entrypoint, archive, user = '10001:10001' }: ImageOptions): void {
  const work = mkdtempSync(path.join(tmpdir(), 'isok-image-'))
  const blobs = path.join(work, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const put = (bytes: Buffer) => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(path.join(blobs, digest), bytes)
    return { digest: `sha256:${digest}`, size: bytes.length }
  }
  const putJson = (value: unknown) => put(Buffer.from(JSON.stringify(value)))

  const layerFile = path.join(work, 'layer')
  execFileSync('tar', [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '-C',
    rootFolder,
    '-cf',
    layerFile,
    '.',
  ])
  const layer = put(readFileSync(layerFile))
  rmSync(layerFile)
  const config = putJson({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { User: user, Env: ['PATH=/bin:/usr/bin'], Entrypoint: entrypoint },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  const manifest = putJson({
    schemaVersion: 2,
    mediaType: `${LAYOUT}.manifest.v1+json`,
    config: { mediaType: `${LAYOUT}.config.v1+json`, ...config },
    layers: [{ mediaType: `${LAYOUT}.layer.v1.tar`, ...layer }],
  })
  writeFileSync(path.join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name }
  const manifests = [{ mediaType: `${LAYOUT}.manifest.v1+json`, ...manifest, annotations }]
  writeFileSync(path.join(work, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  execFileSync('tar', ['-C', work, '-cf', archive, 'oci-layout', 'index.json', 'blobs'])
  rmSync(work, { recursive: true, force: true })
}

/** A root folder with a static shell and its usual commands, about 2 MB. */
export function shellFolder(folder: string): void {
  const bin = path.join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  mkdirSync(path.join(folder, 'tmp'))
  copyFileSync('/bin/busybox', path.join(bin, 'busybox'))
  const commands = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const command of commands) if (command !== 'busybox') symlinkSync('busybox', path.join(bin, command))
}
