/**
 * The secrets of an installation. Every replica is given the same text; each purpose has a key of its own, derived by
 * HKDF (RFC 5869), so that what one key signed means nothing under another. Several secrets make a rotation possible:
 * the first seals and signs, all of them open and check.
 */

import { hkdfSync } from 'node:crypto'
import { IdentityError } from './identity.ts'

/** What a derived key is for. */
export type KeyPurpose = 'session' | 'login' | 'job-token' | 'redis-worker'

/** 256 bits as hexadecimal digits, as base64, or as words that somebody typed. */
const SHORTEST_HEX = 64
const SHORTEST_OTHER = 43
/** Random digits of this length never have fewer; `aaaa...` and `12341234...` do. */
const FEWEST_DIFFERENT = 8
const KEY_BYTES = 32

/**
 * The master secrets in a text, separated by commas or line ends; the first is the current one.
 * @throws IdentityError `SECRET_WEAK` with a sentence that does not hold the secret
 */
export function readSecrets(text: string): readonly Uint8Array[] {
  const secrets = text
    .split(/[,\r\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (secrets.length === 0) throw weak('There is no secret.')
  for (const [index, secret] of secrets.entries()) {
    const which = secrets.length === 1 ? 'The secret' : `Secret ${index + 1} of ${secrets.length}`
    const isHex = /^[0-9a-f]+$/i.test(secret)
    const shortest = isHex ? SHORTEST_HEX : SHORTEST_OTHER
    if (secret.length < shortest) {
      throw weak(
        `${which} has ${secret.length} characters; ${shortest} ${isHex ? 'hexadecimal digits' : 'characters'} are expected.`,
      )
    }
    if (new Set(secret).size < FEWEST_DIFFERENT) throw weak(`${which} repeats a few characters, so it can be guessed.`)
  }
  // The text itself, never what it decodes to: which of several codings was meant could be read in two ways.
  return [...new Set(secrets)].map((secret) => Buffer.from(secret, 'utf8'))
}

const weak = (what: string) =>
  new IdentityError(
    'SECRET_WEAK',
    `${what} Make one with "openssl rand -base64 32", and give every replica the same; several are separated by commas, the current one first.`,
  )

/** The key for one purpose, 32 bytes. */
export function subKey(master: Uint8Array, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', master, 'isolario', `isolario ${purpose} 1`, KEY_BYTES))
}

/** The keys for one purpose, in the order of the secrets. */
export const subKeys = (masters: readonly Uint8Array[], purpose: KeyPurpose): readonly Buffer[] =>
  masters.map((master) => subKey(master, purpose))
