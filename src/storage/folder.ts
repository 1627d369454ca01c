/**
 * Objects in a folder of one machine.
 *
 * An object is written under a temporary name, made durable, and then given its own name by a hard link: the link either
 * appears with the whole object behind it or not at all, and it never replaces another. What a dead writer left under
 * temporary names is collected at the next start.
 */

import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { digestOf } from './digest.ts'
import { DirectorySync } from './directory-sync.ts'
import { checkKey, checkPrefix, nestedKey, otherContent } from './key-rules.ts'
import { footer, readExactly, readFooter } from './object-file.ts'
import { type ByteRange, type ObjectInfo, type Storage, StorageError } from './storage.ts'

export interface FolderStorageOptions {
  /** Made if it is not there, for the owner only. The file system must know hard links (all usual local ones do). */
  readonly folder: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Temporary files older than this belong to a dead writer. Default one hour: no object takes that long to write. */
  readonly temporaryFileAgeMs?: number
}

/** Times a directory may vanish (emptied by a delete) between making it and linking into it. */
const DIRECTORY_TRIES = 20

/** Opens the folder, making it if need be, and collects the temporary files of dead writers. */
export async function folderStorage(options: FolderStorageOptions): Promise<Storage> {
  const objects = path.join(options.folder, 'objects')
  const temporary = path.join(options.folder, 'temporary')
  try {
    await mkdir(objects, { recursive: true, mode: 0o700 })
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    await collect(temporary, options.clock() - (options.temporaryFileAgeMs ?? 3_600_000))
  } catch (error) {
    throw storageErrorOf(error, `open the storage folder ${options.folder}`)
  }
  return new FolderStorage(objects, temporary, options.clock)
}

class FolderStorage implements Storage {
  readonly #objects: string
  readonly #temporary: string
  readonly #clock: () => number
  readonly #directories = new DirectorySync()
  #closed = false

  constructor(objects: string, temporary: string, clock: () => number) {
    this.#objects = objects
    this.#temporary = temporary
    this.#clock = clock
  }

  async put(key: string, content: Uint8Array): Promise<ObjectInfo> {
    const file = this.#fileOf(key)
    const info: ObjectInfo = { key, bytes: content.byteLength, digest: digestOf(content) }
    const temporary = path.join(this.#temporary, randomUUID())
    try {
      await writeDurably(temporary, [content, footer(info.digest)])
      if (!(await this.#giveName(temporary, file, key))) await this.#sameOrThrow(info)
      // Also when it was there already: its writer may have died before the name was durable.
      await this.#directories.sync(path.dirname(file))
    } catch (error) {
      throw storageErrorOf(error, `store the object ${key}`)
    } finally {
      await unlink(temporary).catch(() => {})
    }
    return info
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    const file = this.#fileOf(key)
    return this.#reading(key, file, async (handle) => {
      const found = await readFooter(handle)
      if (typeof found === 'string') throw damaged(key, file, found)
      const start = Math.min(range?.start ?? 0, found.bytes)
      const end = Math.max(start, Math.min(range?.end ?? found.bytes, found.bytes))
      const content = await readExactly(handle, start, end - start)
      if (!content) throw damaged(key, file, 'the file became shorter while it was read')
      if (content.length === found.bytes) {
        const digest = digestOf(content)
        if (digest !== found.digest) {
          throw damaged(key, file, `its content has the digest ${digest} and was stored with ${found.digest}`)
        }
      }
      return new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    })
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const file = this.#fileOf(key)
    return this.#reading(key, file, async (handle) => {
      const found = await readFooter(handle)
      if (typeof found === 'string') throw damaged(key, file, found)
      return { key, ...found }
    })
  }

  async *list(prefix: string, after = ''): AsyncIterable<string> {
    this.#checkOpen()
    checkPrefix(prefix)
    const slash = prefix.lastIndexOf('/')
    yield* this.#walk(prefix.slice(0, slash + 1), prefix, after)
  }

  async delete(key: string): Promise<void> {
    const file = this.#fileOf(key)
    try {
      await unlink(file)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR' && code !== 'EPERM') {
        throw storageErrorOf(error, `delete the object ${key}`)
      }
      if (code === 'EPERM' && !(await isDirectory(file))) throw storageErrorOf(error, `delete the object ${key}`)
      return
    }
    await this.#pruneFrom(path.dirname(file))
  }

  async removeUnfinished(olderThanMs: number): Promise<number> {
    this.#checkOpen()
    try {
      return await collect(this.#temporary, this.#clock() - olderThanMs)
    } catch (error) {
      throw storageErrorOf(error, 'remove old temporary files')
    }
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #checkOpen() {
    if (this.#closed) throw new StorageError('STORAGE_UNAVAILABLE', 'The storage is closed: this process is ending.')
  }

  #fileOf(key: string): string {
    this.#checkOpen()
    checkKey(key)
    return path.join(this.#objects, key)
  }

  /** Links the temporary file to its name. False where the name is taken by an object. */
  async #giveName(temporary: string, file: string, key: string): Promise<boolean> {
    const directory = path.dirname(file)
    for (let tries = 1; ; tries++) {
      try {
        await link(temporary, file)
        return true
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EEXIST') {
          if (!(await isDirectory(file))) return false
          // A directory that a delete emptied and is about to remove is no object's folder.
          if (tries < DIRECTORY_TRIES && (await removedEmpty(file))) continue
          throw nestedKey(key, 'is a folder of other objects')
        }
        if (code === 'ENOTDIR') throw nestedKey(key, 'would lie below another object')
        if (code !== 'ENOENT' || tries >= DIRECTORY_TRIES) throw error
        await this.#makeDirectory(directory, key)
      }
    }
  }

  /** Makes a directory and its parents, and makes their names durable. */
  async #makeDirectory(directory: string, key: string) {
    let first: string | undefined
    try {
      first = await mkdir(directory, { recursive: true, mode: 0o700 })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST' || code === 'ENOTDIR') throw nestedKey(key, 'would lie below another object')
      throw error
    }
    if (first === undefined) return
    for (let made = directory; ; made = path.dirname(made)) {
      await this.#directories.sync(path.dirname(made)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
      if (made === first) return
    }
  }

  async #sameOrThrow(wanted: ObjectInfo) {
    const there = await this.head(wanted.key)
    if (there?.digest === wanted.digest) return
    throw otherContent(wanted.key, there)
  }

  async #reading<T>(key: string, file: string, read: (handle: Awaited<ReturnType<typeof open>>) => Promise<T>) {
    let handle: Awaited<ReturnType<typeof open>>
    try {
      handle = await open(file, 'r')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw storageErrorOf(error, `read the object ${key}`)
    }
    try {
      if ((await handle.stat()).isDirectory()) return undefined
      return await read(handle)
    } catch (error) {
      throw storageErrorOf(error, `read the object ${key}`)
    } finally {
      await handle.close()
    }
  }

  /** Keys below `folder` (a key prefix that ends in "/" or is empty) that begin with `prefix`, in order, from the first after `after` on. */
  async *#walk(folder: string, prefix: string, after: string): AsyncIterable<string> {
    let entries: readonly string[]
    try {
      const found = await readdir(path.join(this.#objects, folder), { withFileTypes: true })
      // A folder's keys go on with "/", and that decides where they stand among the others: "a-b" < "a/b" < "a0".
      entries = found.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(byCodeUnits)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return
      throw storageErrorOf(error, `list the objects below ${folder || 'the root'}`)
    }
    for (const entry of entries) {
      const key = folder + entry
      if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue
      // Of a folder, all keys come before `after` unless that lies in it.
      if (key <= after && !(entry.endsWith('/') && after.startsWith(key))) continue
      if (entry.endsWith('/')) yield* this.#walk(key, prefix, after)
      else if (key.startsWith(prefix)) yield key
    }
  }

  /** Removes directories that have become empty, so that their names are free for objects. */
  async #pruneFrom(directory: string) {
    let current = directory
    while (current !== this.#objects && (await removedEmpty(current))) current = path.dirname(current)
  }
}

/** Turns an error of the file system into a storage error that says what was tried and what to do. */
export function storageErrorOf(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error
  const cause = error as NodeJS.ErrnoException
  switch (cause.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageError(
        'STORAGE_FULL',
        `Cannot ${doing}: ${FULL[cause.code]} Free some space; what is stored already is safe.`,
        { cause },
      )
    case 'ENAMETOOLONG':
      return new StorageError(
        'STORAGE_KEY_INVALID',
        `Cannot ${doing}: a part of its name is too long for this file system.`,
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StorageError(
        'STORAGE_UNAVAILABLE',
        `Cannot ${doing}: the folder may not be written (${cause.code}). Check its owner and rights.`,
        { retriable: false, cause },
      )
    default:
      return new StorageError('STORAGE_UNAVAILABLE', `Cannot ${doing}: ${cause.message}.`, { cause })
  }
}

const FULL = { ENOSPC: 'the disk is full.', EDQUOT: "the user's disk quota is used up." } as const

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

async function writeDurably(file: string, parts: readonly Uint8Array[]) {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writev(parts.filter((part) => part.byteLength > 0))
    await handle.datasync()
    const { size } = await handle.stat()
    const expected = parts.reduce((sum, part) => sum + part.byteLength, 0)
    // A full disk may show as a short write instead of an error.
    if (size !== expected) throw Object.assign(new Error(`wrote ${size} of ${expected} bytes`), { code: 'ENOSPC' })
  } finally {
    await handle.close()
  }
}

/** Removes temporary files that were last written before `beforeMs`. */
async function collect(temporary: string, beforeMs: number): Promise<number> {
  let removed = 0
  for (const name of await readdir(temporary)) {
    const file = path.join(temporary, name)
    const found = await stat(file).catch(() => undefined)
    if (!found || found.mtimeMs >= beforeMs) continue
    await unlink(file).catch(() => {})
    removed++
  }
  return removed
}

async function isDirectory(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isDirectory() ?? false
}

async function removedEmpty(directory: string): Promise<boolean> {
  return rmdir(directory).then(
    () => true,
    () => false,
  )
}

const damaged = (key: string, file: string, what: string) =>
  new StorageError(
    'STORAGE_DAMAGED',
    `The object ${key} is damaged: ${what}. Restore ${file} from a backup, or delete it and run its task again.`,
  )
