/**
 * How an object lies in a file: its content, then a footer with the digest of the content.
 *
 * One file holds both, so that they appear in one step and can never be of different versions, and the length of the
 * object is known without reading it.
 */

import type { FileHandle } from 'node:fs/promises'

/** First bytes of the footer: tells a whole object from a file that was cut or is not ours. */
const FOOTER_MARK = Buffer.from('isolobj1', 'latin1')
const DIGEST_BYTES = 32
export const FOOTER_BYTES = FOOTER_MARK.length + DIGEST_BYTES

/** The footer of an object with this digest. */
export function footer(digest: string): Uint8Array {
  return Buffer.concat([FOOTER_MARK, Buffer.from(digest, 'hex')])
}

/** Length of the content and its digest as the footer tells them, or what is wrong with the file. */
export interface FooterFound {
  readonly bytes: number
  readonly digest: string
}

/** Reads the footer of an open object file; a text says what is wrong. */
export async function readFooter(handle: FileHandle): Promise<FooterFound | string> {
  const { size } = await handle.stat()
  if (size < FOOTER_BYTES) return `the file has ${size} bytes, fewer than the ${FOOTER_BYTES} of its end mark`
  const found = await readExactly(handle, size - FOOTER_BYTES, FOOTER_BYTES)
  if (!found?.subarray(0, FOOTER_MARK.length).equals(FOOTER_MARK)) return 'the file does not end with its end mark'
  return { bytes: size - FOOTER_BYTES, digest: found.subarray(FOOTER_MARK.length).toString('hex') }
}

/** The bytes `position .. position + length`, or `undefined` if the file ends before. */
export async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) return undefined
    done += bytesRead
  }
  return buffer
}
