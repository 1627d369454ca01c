/** The images that are shipped, built from a clone and taken in by a node without a registry. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { builtPortal } from '#test/portal/portal-stage.ts'
import type { KubernetesNode } from '#test/servers/kubernetes-node.ts'
import { buildImage } from '../../deploy/images/build.ts'
import type { ImageKind } from '../../deploy/images/content.ts'

export const ROOT = path.resolve(import.meta.dirname, '../..')
const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js')

/**
 * @param names name with tag of each image to build
 * @param root the clone; its portal is that of this one, whatever it says
 */
export function importImages(
  node: KubernetesNode,
  names: Readonly<Partial<Record<ImageKind, string>>>,
  root = ROOT,
): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-images-'))
  const bundle = path.join(folder, 'bundle')
  const build = ['build', '--config', 'vite.node.config.ts', '--outDir', bundle, '--emptyOutDir', '--logLevel', 'error']
  execFileSync(process.execPath, [VITE, ...build], { cwd: root })
  for (const [kind, name] of Object.entries(names) as [ImageKind, string][]) {
    const { archive } = buildImage({
      kind,
      root,
      name,
      created: '1970-01-01T00:00:00Z',
      compress: false,
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      bundle,
      portal: kind === 'control' ? builtPortal() : '',
    })
    const file = path.join(folder, `${kind}.tar`)
    writeFileSync(file, archive)
    node.importImage(file)
    rmSync(file)
  }
  rmSync(folder, { recursive: true, force: true })
}
