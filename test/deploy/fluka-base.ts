/** A site's image with FLUKA in it, as tests can have one: the stand-in lies where FLUKA would. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ordered } from '../../deploy/images/content.ts'
import { imageOf, layerOf } from '../../deploy/images/oci.ts'
import type { TarEntry } from '../../deploy/images/tar.ts'

export interface SiteFluka {
  /** Absolute path in the image. */
  readonly folder: string
  readonly files: readonly string[]
}

export const REQUEST = {
  name: 'localhost/site/isolario-fluka:1',
  created: '1970-01-01T00:00:00Z',
  compress: false,
  architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
} as const

export const file = (at: string, content: string | Buffer, mode = 0o644): TarEntry => ({
  kind: 'file',
  path: at,
  mode,
  content: () => Buffer.from(content),
})

const STAND_IN = '#!/bin/sh\nexec /usr/local/bin/node /opt/isolario/dist/isolario/stand-in.mjs "$@"\n'

/** A site's image: a shell, the libraries of this machine, and FLUKA's place. */
export function baseOfSite(folderOf: string, { folder, files }: SiteFluka, more: readonly TarEntry[] = []) {
  const libraries = [process.execPath, '/bin/sh'].flatMap((program) =>
    [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((one) => one[1]!),
  )
  const copied = ['/bin/sh', ...libraries].map((one) => file(one.slice(1), readFileSync(realpathSync(one)), 0o755))
  const places = ['dev', 'proc', 'root'].map((one): TarEntry => ({ kind: 'folder', path: one, mode: 0o755 }))
  const fluka = files.map((one) =>
    file(`${folder.slice(1)}/${one}`, one.endsWith('rfluka') ? STAND_IN : 'stands for a file of FLUKA', 0o755),
  )
  const layers = [
    layerOf(ordered([...copied, ...places]), 'system', false),
    layerOf(ordered(fluka), 'FLUKA of the site', false),
    layerOf(ordered(more), 'of the site', false),
  ]
  const archive = path.join(mkdtempSync(path.join(folderOf, 'base-')), 'base.tar')
  const settings = { ...REQUEST, user: '0:0', environment: ['PATH=/usr/bin:/bin', `FLUPRO=${folder}`] }
  writeFileSync(
    archive,
    imageOf(layers, { ...settings, entrypoint: ['/bin/sh'], workingFolder: '/', labels: {}, annotations: {} }).archive,
  )
  return { archive, layers }
}
