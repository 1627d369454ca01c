/** Packs files into one object that everybody's `tar` reads (POSIX.1-1988 ustar), without names or times of this machine. */

const BLOCK = 512

const text = (header: Buffer, at: number, value: string): void => void header.write(value, at, 'latin1')
const octal = (header: Buffer, at: number, digits: number, value: number): void =>
  text(header, at, value.toString(8).padStart(digits, '0'))

/** The same files give the same bytes. @param files by name; names of at most 100 characters, `/` allowed */
export function packFiles(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const name of [...files.keys()].sort()) {
    const content = files.get(name)!
    if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new Error(`"${name}" is no name for a packed file.`)
    const header = Buffer.alloc(BLOCK)
    text(header, 0, name)
    octal(header, 100, 7, 0o644)
    octal(header, 108, 7, 0)
    octal(header, 116, 7, 0)
    octal(header, 124, 11, content.byteLength)
    octal(header, 136, 11, 0)
    text(header, 148, '        ')
    text(header, 156, '0')
    text(header, 257, 'ustar\x0000')
    // The sum of all bytes of the header, taken with blanks where the sum itself stands.
    octal(
      header,
      148,
      6,
      header.reduce((sum, byte) => sum + byte, 0),
    )
    header[154] = 0
    parts.push(header, content, Buffer.alloc((BLOCK - (content.byteLength % BLOCK)) % BLOCK))
  }
  parts.push(Buffer.alloc(2 * BLOCK))
  return Buffer.concat(parts)
}
