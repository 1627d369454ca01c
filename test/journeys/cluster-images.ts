/** The images that are shipped, built from a clone and taken in by a node without a registry. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { forProduction } from '#test/portal/portal-stage.ts'
import type { KubernetesNode } from '#test/servers/kubernetes-node.ts'
import { buildImage } from '../../deploy/images/build.ts'
import type { ImageKind } from '../../deploy/images/content.ts'

export const ROOT = path.resolve(import.meta.dirname, '../..')
const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js')

export interface ReleaseImages {
  /** Name with tag of each image to build. */
  readonly names: Readonly<Partial<Record<ImageKind, string>>>
  /** The clone. Default: this one. Its portal is that of this one, whatever it says. */
  readonly root?: string
}

export function importImages(node: KubernetesNode, ...releases: readonly ReleaseImages[]): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-images-'))
  const portal = path.join(folder, 'portal')
  const build = (cwd: string, out: string, ...more: string[]) =>
    execFileSync(process.execPath, [VITE, 'build', ...more, '--outDir', out, '--emptyOutDir', '--logLevel', 'error'], {
      cwd,
      env: forProduction(),
    })
  if (releases.some(({ names }) => names.control)) build(ROOT, portal)
  for (const { names, root = ROOT } of releases) {
    const bundle = path.join(folder, 'bundle')
    build(root, bundle, '--config', 'vite.node.config.ts')
    for (const [kind, name] of Object.entries(names) as [ImageKind, string][]) {
      const { archive } = buildImage({
        kind,
        root,
        name,
        created: '1970-01-01T00:00:00Z',
        compress: false,
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        bundle,
        portal,
      })
      const file = path.join(folder, `${kind}.tar`)
      writeFileSync(file, archive)
      node.importImage(file)
      rmSync(file)
    }
  }
  rmSync(folder, { recursive: true, force: true })
}
