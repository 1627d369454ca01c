/**
 * The contract of object storage: put once, get (a range), list, delete. Implementations: a folder, S3.
 * Writes are atomic and verified, and an object is never overwritten. Suite: test/contracts/storage.ts.
 */

export interface ObjectInfo {
  readonly key: string
  readonly bytes: number
  /** SHA-256 of the content, 64 hexadecimal digits. */
  readonly digest: string
}

/** Half-open: first byte .. last byte + 1. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a worker needs of storage, and all that one on a cluster is given: it only ever writes. */
export interface ObjectSink {
  /**
   * Stores an object and returns when it is durable. The same content under the same key again is success.
   * @throws StorageError `STORAGE_EXISTS` when other content is there, `STORAGE_FULL` when no space is left.
   */
  put(key: string, content: Uint8Array): Promise<ObjectInfo>
}

export interface Storage extends ObjectSink {
  /**
   * Content of an object or of a range of it, clipped to its length; `undefined` when there is none. A whole object is
   * compared with its digest; of a range only the object's length and end are.
   * @throws StorageError `STORAGE_DAMAGED`.
   */
  get(key: string, range?: ByteRange): Promise<Uint8Array | undefined>
  head(key: string): Promise<ObjectInfo | undefined>
  /**
   * Keys that begin with the prefix, in code-unit order. What is put or deleted meanwhile may be among them or not.
   * @param after only keys that come after this text
   */
  list(prefix: string, after?: string): AsyncIterable<string>
  /** Deleting what is not there is success. */
  delete(key: string): Promise<void>
  /**
   * Removes what dead writers left half-written (temporary files, uploads in parts) that began longer ago than this.
   * No key ever led to it. Answers how many there were.
   * @param prefix only what was meant for keys that begin so, where that can be told: a bucket may have other users
   */
  removeUnfinished(olderThanMs: number, prefix?: string): Promise<number>
  close(): Promise<void>
}

/** An object that somebody without credentials wants to put. */
export interface PutRequest {
  readonly key: string
  readonly bytes: number
  /** SHA-256 of the content, 64 hexadecimal digits: kept with the object as its digest. */
  readonly sha256: string
  /** MD5 of the content in base64 (`Content-MD5`): the server compares it with the bytes that arrive. */
  readonly md5: string
}

export type SignedPut =
  | {
      readonly kind: 'put'
      readonly url: string
      /** To be sent as they are; they are part of what was signed, as is the length of the content. */
      readonly headers: Readonly<Record<string, string>>
    }
  /** An object lies under this key already: the same one if the digest is equal. */
  | { readonly kind: 'exists'; readonly bytes: number; readonly digest: string }

/** A storage that can lend the right to put one object to somebody who holds no credentials. */
export interface SigningStorage extends Storage {
  /**
   * An answer for each object, in the same order. An address works once, for this key and this content, and for no longer
   * than it is valid.
   * @param within beginning of keys, ending in "/": nothing outside it is ever signed
   * @param tries `first`: the asker has not sent any of these objects yet, so nothing is looked for under their keys. Where
   *   something lies there all the same, the server refuses the put (412), and asking again as `further` tells what it is.
   * @throws StorageError `STORAGE_KEY_INVALID` when a key lies outside, and then nothing is signed.
   */
  signPut(
    objects: readonly PutRequest[],
    validForSeconds: number,
    within: string,
    tries?: Tries,
  ): Promise<readonly SignedPut[]>
}

/** Whether something may lie under the keys already: an earlier try may have succeeded although its answer was lost. */
export type Tries = 'first' | 'further'

export type StorageErrorCode =
  | 'STORAGE_EXISTS'
  | 'STORAGE_FULL'
  | 'STORAGE_DAMAGED'
  | 'STORAGE_KEY_INVALID'
  | 'STORAGE_UNAVAILABLE'

export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  /** Whether the same call may succeed later. */
  readonly retriable: boolean
  constructor(code: StorageErrorCode, message: string, options: { retriable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.retriable = options.retriable ?? (code === 'STORAGE_FULL' || code === 'STORAGE_UNAVAILABLE')
  }
}

/**
 * Keys: segments of `[A-Za-z0-9._-]`, separated by `/`, none empty, `.` or `..`; never one key as a folder of another
 * (S3 servers on file systems refuse `a` beside `a/1`). At most 512 characters.
 */
export const KEY_PATTERN = /^(?!.*(^|\/)\.{1,2}(\/|$))[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/
