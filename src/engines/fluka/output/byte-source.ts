/** Bytes that are there, or that are fetched as they are wanted: a reader never needs to hold a file twice. */

export interface ByteSource {
  /** Length of the file, bytes. */
  readonly size: number
  /**
   * The bytes from `offset` on, exactly `length` of them, valid until the next call. Never asked for what lies beyond
   * `size`.
   */
  read(offset: number, length: number): Uint8Array
  /** Fills `target` with the bytes from `offset` on: large values are brought to their place without a detour. */
  fill(offset: number, target: Uint8Array): void
}

/** A file that is in memory. */
export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    fill: (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
  }
}

export const asByteSource = (file: ByteSource | Uint8Array): ByteSource =>
  file instanceof Uint8Array ? bytesInMemory(file) : file
