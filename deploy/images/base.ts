/** What lies below an image of Isolario: the C and C++ libraries that Node needs, names of users, a place for temporary files. */

import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { ordered, USER } from './content.ts'
import { type Layer, layerOf, openImage } from './oci.ts'
import type { TarEntry } from './tar.ts'

export interface Base {
  readonly layers: readonly Layer[]
  /** Of an image; absent where the base is none. */
  readonly digest?: string
  /** `NAME=value`: an engine's image says there where its data lie. */
  readonly environment: readonly string[]
}

/**
 * The layers of an OCI archive, untouched; or a folder with a root file system as one layer.
 * @throws Error when it is neither, or for another processor.
 */
export function baseOf(place: string, architecture: string, compress: boolean): Base {
  if (statSync(place).isDirectory()) {
    const layer = layerOf(ordered([...below(place, ''), ...users()]), 'base folder', compress)
    return { layers: [layer], environment: [] }
  }
  const { layers, digest, config } = openImage(readFileSync(place))
  if (config.architecture !== architecture) {
    throw new Error(`The base is for ${config.architecture}, and the image is made for ${architecture}.`)
  }
  const user = layerOf(ordered(users()), 'user of isolario', compress)
  return { layers: [...layers, user], digest, environment: config.config.Env ?? [] }
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
  const layer = layerOf(ordered([...entries, ...users()]), 'libraries of the building machine', compress)
  return { layers: [layer], environment: [] }
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
