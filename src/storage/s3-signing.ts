/** Addresses signed for single objects: what a worker without credentials is lent. */

import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import type { S3Access } from './s3-access.ts'
import { refusalError, refusalFrom } from './s3-errors.ts'
import type { PutRequest, SignedPut } from './storage.ts'

/** Left alone, the presigner moves it into the address, where Ceph does not look for metadata. */
const DIGEST_HEADER = 'x-amz-meta-sha256'

/**
 * Signs one request itself. The SDK's way from a command to an address takes ten times as long, because it goes through
 * everything that sending the command would need; one is signed for every task. Calls nobody.
 * @param name key with the bucket's prefix; of the characters of keys none needs an escape in an address
 * @param headers that must be sent as they are
 */
export async function signedAddress(
  access: S3Access,
  presigner: S3RequestPresigner,
  method: 'GET' | 'PUT',
  name: string,
  headers: Readonly<Record<string, string>>,
  validForSeconds: number,
): Promise<string> {
  const { protocol, hostname, port, host, pathname } = new URL(access.options.endpoint)
  const request = {
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    method,
    // The address of the server may have a path of its own.
    path: `${pathname.replace(/\/+$/, '')}/${access.bucket}/${name}`,
    query: {},
    headers: { ...headers, host },
  }
  const { query = {} } = await presigner.presign(request, {
    expiresIn: validForSeconds,
    signingDate: access.now(),
    unhoistableHeaders: new Set([DIGEST_HEADER]),
  })
  const signed = Object.entries(query).map(([key, value]) => `${escaped(key)}=${escaped(String(value))}`)
  return `${protocol}//${host}${request.path}?${signed.join('&')}`
}

export class PutSigner {
  readonly #access: S3Access
  readonly #presigner: S3RequestPresigner

  constructor(access: S3Access) {
    this.#access = access
    this.#presigner = new S3RequestPresigner(access.client.config)
  }

  /**
   * An address for one object.
   * @param name key with the bucket's prefix
   * @throws StorageError where there are no keys to sign with
   */
  async put(name: string, object: PutRequest, validForSeconds: number): Promise<SignedPut> {
    // The length is signed too; it is left out of the answer because whatever sends the content sets it from the content.
    const headers = { 'content-md5': object.md5, 'if-none-match': '*', [DIGEST_HEADER]: object.sha256 }
    const all = { ...headers, 'content-length': String(object.bytes) }
    try {
      const url = await signedAddress(this.#access, this.#presigner, 'PUT', name, all, validForSeconds)
      return { kind: 'put', url, headers }
    } catch (error) {
      throw refusalError(refusalFrom(error), `sign an address for ${object.key}`, this.#access.options, object.key)
    }
  }
}

/** As RFC 3986 and the signature have it: also what `encodeURIComponent` leaves alone. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
