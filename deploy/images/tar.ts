/**
 * Tar archives whose bytes depend on names, modes and contents only: fixed times and owners, entries in the order given.
 * Format: POSIX.1-2001 ustar, with a pax header where a path is too long for it.
 */

export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: () => Uint8Array }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

export interface TarSettings {
  /** Owner of everything, numeric. */
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970 of everything. */
  readonly mtime: number
}

const BLOCK = 512
const ROOT_OWNED: TarSettings = { uid: 0, gid: 0, mtime: 0 }

/** The archive piece by piece. Paths are relative, without `./`; folders come before what lies in them. */
export function* tar(entries: Iterable<TarEntry>, settings: TarSettings = ROOT_OWNED): Generator<Uint8Array> {
  for (const entry of entries) {
    const content = entry.kind === 'file' ? entry.content() : new Uint8Array()
    const long = paxRecords(entry)
    if (long.length > 0) yield* block('x', 'PaxHeader', 0o644, '', long, settings)
    const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path
    const type = entry.kind === 'file' ? '0' : entry.kind === 'folder' ? '5' : '2'
    const mode = entry.kind === 'link' ? 0o777 : entry.mode
    yield* block(type, path, mode, entry.kind === 'link' ? entry.target : '', content, settings)
  }
  yield new Uint8Array(2 * BLOCK)
}

function* block(
  type: string,
  path: string,
  mode: number,
  target: string,
  content: Uint8Array,
  { uid, gid, mtime }: TarSettings,
): Generator<Uint8Array> {
  const header = Buffer.alloc(BLOCK)
  const [prefix, name] = split(path)
  header.write(name, 0, 100)
  const octal = (value: number, at: number, width: number) =>
    header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, width, 'latin1')
  octal(mode, 100, 8)
  octal(uid, 108, 8)
  octal(gid, 116, 8)
  octal(content.length, 124, 12)
  octal(mtime, 136, 12)
  // The sum counts its own field as blanks.
  header.write(' '.repeat(8), 148, 8, 'latin1')
  header.write(type, 156, 1, 'latin1')
  header.write(target, 157, 100)
  header.write('ustar\0' + '00', 257, 8, 'latin1')
  header.write(prefix, 345, 155)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1')
  yield header
  if (content.length === 0) return
  yield content
  const rest = content.length % BLOCK
  if (rest > 0) yield new Uint8Array(BLOCK - rest)
}

/** At a slash such that both parts fit; a path that cannot be split stands in the pax header, and here cut. */
function split(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  for (let at = path.indexOf('/'); at > 0 && at < path.length - 1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name]
  }
  return ['', path.slice(-100)]
}

function paxRecords(entry: TarEntry): Uint8Array {
  const records: string[] = []
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path
  const [prefix, name] = split(path)
  if ((prefix === '' ? name : `${prefix}/${name}`) !== path) records.push(paxRecord('path', path))
  if (entry.kind === 'link' && Buffer.byteLength(entry.target) > 100) records.push(paxRecord('linkpath', entry.target))
  return Buffer.from(records.join(''))
}

/** "LENGTH key=value\n", where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  length += String(length + String(length).length).length
  return `${length}${rest}`
}

/**
 * Reads an archive that is in memory: what `tar` writes, and what other builders write as layers and OCI archives.
 * @param others what to do with hard links, devices and the like, which are not read here
 */
export function* untar(archive: Uint8Array, others: 'refuse' | 'skip' = 'refuse'): Generator<TarEntry> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  let pax: Record<string, string> = {}
  let longName: string | undefined
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header[0] === 0) break
    const text = (from: number, length: number) => {
      const field = header.subarray(from, from + length)
      const end = field.indexOf(0)
      return field.subarray(0, end < 0 ? length : end).toString('utf8')
    }
    const size = Number.parseInt(text(124, 12).trim() || '0', 8)
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = text(156, 1)
    if (type === 'x') {
      pax = readPax(content.toString('utf8'))
      continue
    }
    if (type === 'L') {
      longName = content.toString('utf8').replace(/\0.*$/s, '')
      continue
    }
    if (type === 'g') continue
    // Only ustar has the prefix; GNU's magic ends in a blank.
    const prefix = text(257, 6) === 'ustar' ? text(345, 155) : ''
    const path = (pax['path'] ?? longName ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)))
      .replace(/^(\.?\/)+/, '')
      .replace(/\/$/, '')
    const mode = Number.parseInt(text(100, 8).trim() || '0', 8)
    if (type === '5') yield { kind: 'folder', path, mode }
    else if (type === '2') yield { kind: 'link', path, target: pax['linkpath'] ?? text(157, 100) }
    else if (type === '0' || type === '') yield { kind: 'file', path, mode, content: () => content }
    else if (others === 'refuse')
      throw new Error(`The archive holds an entry of type "${type}" at ${path}, which is not read here.`)
    pax = {}
    longName = undefined
  }
}

function readPax(text: string): Record<string, string> {
  const records: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const found = /^\d+ ([^=]+)=(.*)$/s.exec(line)
    if (found) records[found[1]!] = found[2]!
  }
  return records
}
