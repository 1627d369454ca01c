/** An image unpacked into a folder and entered: read-only, as its user, in a mount namespace that leaves nothing behind. */

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { entriesOf, type OpenedImage } from '../../deploy/images/oci.ts'
import { ROOT } from './render.ts'

/** @throws Error for a link: our own images have none. */
export function unpackImage({ layers }: OpenedImage, root: string): void {
  for (const entry of layers.flatMap((layer) => [...entriesOf(layer)])) {
    const place = path.join(root, entry.path)
    if (entry.kind === 'folder') {
      mkdirSync(place, { recursive: true })
      chmodSync(place, entry.mode)
    } else if (entry.kind === 'file') {
      writeFileSync(place, entry.content())
      chmodSync(place, entry.mode)
    } else throw new Error(`${entry.path} is a link`)
  }
}

/**
 * Program and arguments that run `command` inside. The process that is started becomes the command: a signal reaches it.
 * @param chroot of the need CHROOT
 * @param hasTemporaryFolder `/tmp` is a fresh one in memory, as the chart and the compose file give it; else nothing can be written
 * @param hasDevices `/dev` and `/proc` as every container has them; the image has these folders
 */
export function entering(
  chroot: string,
  root: string,
  command: readonly string[],
  hasTemporaryFolder: boolean,
  hasDevices = false,
): readonly [program: string, args: readonly string[]] {
  const script = [
    'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"',
    ...(hasTemporaryFolder ? ['mount -t tmpfs -o mode=1777 none "$1/tmp"'] : []),
    ...(hasDevices ? ['mount --bind /dev "$1/dev" && mount --bind /proc "$1/proc"'] : []),
    'shift && exec "$@"',
  ].join(' && ')
  return ['unshare', ['--mount', 'sh', '-c', script, 'sh', root, chroot, '--userspec=10001:10001', root, ...command]]
}

/** The bundle that the package and the images carry, made of the sources as they are. */
export function makeBundle(outDir: string): void {
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js')
  const args = ['build', '--config', 'vite.node.config.ts', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error']
  execFileSync(process.execPath, [vite, ...args], { cwd: ROOT })
}
