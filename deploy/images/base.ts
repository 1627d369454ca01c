/** What lies below an image of Isolario: the C and C++ libraries that Node needs, names of users, a place for temporary files. */

import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { ordered, USER } from './content.ts'
import { type Layer, layerOf, openImage } from './oci.ts'
import type { TarEntry } from './tar.ts'

export interface Base {
  readonly layers: readonly Layer[]
  /** Of an image; `undefined` where the base is none. */
  readonly digest?: string
}

/**
 * The layers of an OCI archive, untouched; or a folder with a root file system as one layer.
 * @throws Error when it is neither.
 */
export function baseOf(place: string, compress: boolean): Base {
  if (statSync(place).isDirectory()) {
    return { layers: [layerOf(ordered([...below(place, ''), ...users()]), 'base folder', compress)] }
  }
  const { layers, digest } = openImage(readFileSync(place))
  return { layers: [...layers, layerOf(ordered(users()), 'user of isolario', compress)], digest }
}

/**
 * The libraries of this machine that a program needs, as `ldd` finds them. The digest then depends on the machine: for tests
 * and trials, not for production (decisions/0008-images.md).
 */
export function baseOfThisMachine(program: string, compress: boolean): Base {
  const said = execFileSync('ldd', [program], { encoding: 'utf8' })
  const libraries = [...said.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((found) => found[1]!)
  const entries = libraries.map((library): TarEntry => {
    const from = realpathSync(library)
    return { kind: 'file', path: library.slice(1), mode: 0o755, content: () => readFileSync(from) }
  })
  return { layers: [layerOf(ordered([...entries, ...users()]), 'libraries of the building machine', compress)] }
}

/** Names for the numeric user, and /tmp, over whatever the base had. */
function users(): TarEntry[] {
  const text = (at: string, content: string): TarEntry => ({
    kind: 'file',
    path: at,
    mode: 0o644,
    content: () => Buffer.from(content),
  })
  return [
    text('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\nisolario:x:${USER}:${USER}:isolario:/tmp:/sbin/nologin\n`),
    text('etc/group', `root:x:0:\nisolario:x:${USER}:\n`),
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
  ]
}

function below(root: string, at: string): TarEntry[] {
  return readdirSync(path.join(root, at)).flatMap((name): TarEntry[] => {
    const place = path.posix.join(at, name)
    const from = path.join(root, place)
    const found = lstatSync(from)
    if (found.isSymbolicLink()) return [{ kind: 'link', path: place, target: readlinkSync(from) }]
    const mode = found.mode & 0o7777
    if (found.isDirectory()) return [{ kind: 'folder', path: place, mode }, ...below(root, place)]
    if (found.isFile()) return [{ kind: 'file', path: place, mode, content: () => readFileSync(from) }]
    throw new Error(`${from} is neither file, folder nor link.`)
  })
}
