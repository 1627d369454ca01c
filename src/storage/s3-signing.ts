/** Addresses signed for single objects: what a worker without credentials is lent. */

import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import type { S3Access } from './s3-access.ts'
import { refusalError, refusalFrom } from './s3-errors.ts'
import type { PutRequest, SignedPut } from './storage.ts'

/** Left alone, the presigner moves it into the address, where Ceph does not look for metadata. */
const DIGEST_HEADER = 'x-amz-meta-sha256'

/**
 * Signs the request itself. The SDK's way from a command to an address takes ten times as long, because it goes through
 * everything that sending the command would need; one is signed for every task.
 */
export class PutSigner {
  readonly #access: S3Access
  readonly #presigner: S3RequestPresigner
  readonly #server: URL
  /** In front of the names of objects: the address of the server may have a path of its own. */
  readonly #path: string

  constructor(access: S3Access) {
    this.#access = access
    this.#presigner = new S3RequestPresigner(access.client.config)
    this.#server = new URL(access.options.endpoint)
    this.#path = `${this.#server.pathname.replace(/\/+$/, '')}/${access.bucket}/`
  }

  /**
   * An address for one object. Calls nobody.
   * @param name key with the bucket's prefix; of the characters of keys none needs an escape in an address
   * @throws StorageError where there are no keys to sign with
   */
  async put(name: string, object: PutRequest, validForSeconds: number): Promise<SignedPut> {
    const { protocol, hostname, port, host } = this.#server
    // The length is signed too; it is left out of the answer because whatever sends the content sets it from the content.
    const headers = { 'content-md5': object.md5, 'if-none-match': '*', [DIGEST_HEADER]: object.sha256 }
    const request = {
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      method: 'PUT',
      path: this.#path + name,
      query: {},
      headers: { ...headers, host, 'content-length': String(object.bytes) },
    }
    try {
      const { query = {} } = await this.#presigner.presign(request, {
        expiresIn: validForSeconds,
        signingDate: this.#access.now(),
        unhoistableHeaders: new Set([DIGEST_HEADER]),
      })
      const signed = Object.entries(query).map(([key, value]) => `${escaped(key)}=${escaped(String(value))}`)
      return { kind: 'put', url: `${protocol}//${host}${request.path}?${signed.join('&')}`, headers }
    } catch (error) {
      throw refusalError(refusalFrom(error), `sign an address for ${object.key}`, this.#access.options, object.key)
    }
  }
}

/** As RFC 3986 and the signature have it: also what `encodeURIComponent` leaves alone. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
