/** The images that are shipped, built from this clone and taken in by a node without a registry. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KubernetesNode } from '#test/servers/kubernetes-node.ts'
import { buildImage } from '../../deploy/images/build.ts'
import type { ImageKind } from '../../deploy/images/content.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js')

/** @param names name with tag of each image to build */
export function importImages(node: KubernetesNode, names: Readonly<Partial<Record<ImageKind, string>>>): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-images-'))
  const [bundle, portal] = [path.join(folder, 'bundle'), path.join(folder, 'portal')]
  const build = (out: string, ...more: string[]) =>
    execFileSync(process.execPath, [VITE, 'build', ...more, '--outDir', out, '--emptyOutDir', '--logLevel', 'error'], {
      cwd: ROOT,
    })
  build(bundle, '--config', 'vite.node.config.ts')
  if (names.control) build(portal)
  for (const [kind, name] of Object.entries(names) as [ImageKind, string][]) {
    const { archive } = buildImage({
      kind,
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
  rmSync(folder, { recursive: true, force: true })
}
