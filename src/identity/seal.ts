/**
 * Values that only this installation can read or make, for cookies: AES-256-GCM (NIST SP 800-38D) with a random 96-bit
 * nonce. `purpose` is bound to the value, so that a cookie of one kind is worth nothing as another.
 *
 * Form: base64url of nonce, ciphertext and tag after `isc1.`.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const VERSION = 'isc1.'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Browsers keep cookies of about 4096 bytes. */
const LONGEST = 4000

export interface Opened {
  readonly value: unknown
  /** Which of the keys opened it; 0 is the current one. */
  readonly keyIndex: number
}

/** @param key 32 bytes */
export function seal(key: Uint8Array, purpose: string, value: unknown): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(purpose))
  const bytes = [nonce, cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]
  return `${VERSION}${Buffer.concat([...bytes, cipher.getAuthTag()]).toString('base64url')}`
}

/** What was sealed, or `undefined` where it was changed, is of another purpose, or of no known key. */
export function open(keys: readonly Uint8Array[], purpose: string, sealed: string | undefined): Opened | undefined {
  const bytes =
    sealed?.startsWith(VERSION) && sealed.length <= LONGEST ? canonicalBytes(sealed.slice(VERSION.length)) : undefined
  if (!bytes || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
  for (const [keyIndex, key] of keys.entries()) {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      return { value: JSON.parse(text), keyIndex }
    } catch {
      // Of another key, or changed.
    }
  }
  return undefined
}

/**
 * Bytes of base64url without padding in its only spelling: the last character of most texts holds bits that decoders
 * ignore, so that a changed text would pass.
 */
export function canonicalBytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
