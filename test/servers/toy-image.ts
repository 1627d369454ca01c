/** An image whose containers do what test/programs/toy-worker.sh is told, on a node of tests. */

import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { behaviourOf } from '#test/contracts/cluster.ts'
import type { KubernetesNode } from './kubernetes-node.ts'
import { packImage, shellFolder } from './oci-image.ts'

export const TOY_IMAGE = 'localhost/toy:1'

export function importToyImage(node: KubernetesNode): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'isok-toy-'))
  const rootFolder = path.join(folder, 'root')
  const archive = path.join(folder, 'toy.tar')
  shellFolder(rootFolder)
  copyFileSync(path.join(import.meta.dirname, '../programs/toy-worker.sh'), path.join(rootFolder, 'toy'))
  packImage({ name: TOY_IMAGE, rootFolder, entrypoint: ['/bin/sh', '/toy'], archive })
  node.importImage(archive)
  rmSync(folder, { recursive: true })
}

/** The toy does what its job's name says; the namespace tells its processes from those of others. */
export const toyCommand =
  (namespace: string) =>
  (jobId: string): string[] => ['/bin/sh', '/toy', behaviourOf(jobId), namespace]

/** Processes of a namespace's toys on this machine, by their command line. */
export function toyPids(namespace: string, behaviour: string): number[] {
  const isToy = (pid: string): boolean => {
    try {
      const [, toy, does, whose] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return toy === '/toy' && does!.startsWith(behaviour) && whose === namespace
    } catch {
      // It ended while we looked.
      return false
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isToy(name))
    .map(Number)
}
