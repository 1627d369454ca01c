/** Which keys there are, and how every implementation says that one is refused. */

import { KEY_PATTERN, type ObjectInfo, StorageError } from './storage.ts'

const MAX_KEY_CHARACTERS = 512

/** @throws StorageError `STORAGE_KEY_INVALID` */
export function checkKey(key: string): void {
  if (key.length <= MAX_KEY_CHARACTERS && KEY_PATTERN.test(key)) return
  throw new StorageError(
    'STORAGE_KEY_INVALID',
    `"${key.slice(0, 80)}" is not a key: use segments of letters, digits, ".", "_" and "-", separated by "/", ` +
      `at most ${MAX_KEY_CHARACTERS} characters.`,
  )
}

/** @throws StorageError `STORAGE_KEY_INVALID` for what no key can begin with */
export function checkPrefix(prefix: string): void {
  if (prefix === '' || KEY_PATTERN.test(prefix) || (prefix.endsWith('/') && KEY_PATTERN.test(prefix.slice(0, -1))))
    return
  throw new StorageError('STORAGE_KEY_INVALID', `"${prefix.slice(0, 80)}" cannot be the beginning of a key.`)
}

export const nestedKey = (key: string, why: string): StorageError =>
  new StorageError(
    'STORAGE_KEY_INVALID',
    `Cannot store the object ${key}: it ${why}. A key cannot be a folder of another.`,
  )

/** @param there what lies under the key; `undefined` when it has gone since it was seen */
export const otherContent = (key: string, there: Pick<ObjectInfo, 'bytes' | 'digest'> | undefined): StorageError =>
  new StorageError(
    'STORAGE_EXISTS',
    there
      ? `There is another object under ${key} already (${there.bytes} bytes, ${there.digest.slice(0, 12)}…); objects are never overwritten.`
      : `The object ${key} was deleted while it was stored again.`,
    { retriable: !there },
  )
