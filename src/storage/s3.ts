/**
 * Objects in a bucket of an S3 server.
 *
 * An object is put with `If-None-Match: *`, so the server itself keeps it from being overwritten; with `Content-MD5`, so the
 * server refuses bytes that changed on the way; and with its SHA-256 as metadata, against which it is compared when it is
 * read whole.
 */

import type { IncomingMessage } from 'node:http'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { digestOf, md5Of } from './digest.ts'
import { checkKey, checkPrefix, otherContent } from './key-rules.ts'
import { S3Access, type S3Options } from './s3-access.ts'
import { refusalOf, statusOf } from './s3-errors.ts'
import { abandonOldUploads, putInParts } from './s3-parts.ts'
import { ShortReader } from './s3-reading.ts'
import { PutSigner } from './s3-signing.ts'
import {
  type ByteRange,
  KEY_PATTERN,
  type ObjectInfo,
  type PutRequest,
  type SignedPut,
  type SigningStorage,
  StorageError,
  type Tries,
} from './storage.ts'

export type { S3Options } from './s3-access.ts'

/** Calls nobody yet: `checkS3` proves that the bucket can be used. */
export function s3Storage(options: S3Options): SigningStorage {
  return new S3Bucket(new S3Access(options))
}

const PARTS_FROM_BYTES = 64 * 2 ** 20
/** Times a put is tried again because another writer of the same key was in the middle of it. */
const CONFLICT_TRIES = 5
/** More is of no use, and S3 allows no more than seven days. */
const LONGEST_VALIDITY_SECONDS = 86_400
/** What S3 takes in one put. */
const MOST_BYTES = 5 * 2 ** 30
const MD5_PATTERN = /^[A-Za-z0-9+/]{22}==$/
const DIGEST_PATTERN = /^[0-9a-f]{64}$/

class S3Bucket implements SigningStorage {
  readonly #access: S3Access
  readonly #prefix: string
  readonly #signer: PutSigner
  readonly #reader: ShortReader
  #closed = false

  constructor(access: S3Access) {
    this.#access = access
    this.#prefix = access.options.prefix ?? ''
    this.#signer = new PutSigner(access)
    this.#reader = new ShortReader(access)
  }

  async put(key: string, content: Uint8Array): Promise<ObjectInfo> {
    const name = this.#nameOf(key)
    const info: ObjectInfo = { key, bytes: content.byteLength, digest: digestOf(content) }
    if (info.bytes >= (this.#access.options.partsFromBytes ?? PARTS_FROM_BYTES)) {
      await this.#putLarge(name, info, content)
      return info
    }
    const input = {
      Bucket: this.#access.bucket,
      Key: name,
      Body: content,
      ContentLength: content.byteLength,
      ContentMD5: md5Of(content),
      IfNoneMatch: '*',
      Metadata: { sha256: info.digest },
    }
    for (let tries = 1; ; tries++) {
      try {
        await this.#access.call(`store the object ${key}`, info.bytes, key, (options) =>
          this.#access.client.send(new PutObjectCommand(input), options),
        )
        return info
      } catch (error) {
        if (statusOf(error) === 412) return this.#sameOrThrow(info)
        if (refusalOf(error)?.code !== 'ConditionalRequestConflict' || tries >= CONFLICT_TRIES) throw error
      }
    }
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    const name = this.#nameOf(key)
    if (range && range.end <= range.start) return (await this.head(key)) && new Uint8Array()
    const wanted = range ? `bytes=${range.start}-${range.end - 1}` : undefined
    const input = { Bucket: this.#access.bucket, Key: name, ...(wanted ? { Range: wanted } : {}) }
    try {
      return await this.#access.call(`read the object ${key}`, 0, key, async (options, receives) => {
        const short = await this.#reader.get(name, wanted, options.abortSignal)
        const answer = short
          ? givenBy(short)
          : givenTo(await this.#access.client.send(new GetObjectCommand(input), options))
        receives(answer.bytes ?? 0)
        return this.#contentOf(key, range, answer, options.abortSignal)
      })
    } catch (error) {
      // A 404 without that code is of something before the storage, which knows nothing of objects.
      if (refusalOf(error)?.code === 'NoSuchKey') return undefined
      // The range begins behind the end.
      if (statusOf(error) === 416) return (await this.head(key)) && new Uint8Array()
      throw error
    }
  }

  async #contentOf(
    key: string,
    range: ByteRange | undefined,
    { body, digest: stored, bytes: sent, range: sentRange }: Given,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    if (!stored || sent === undefined) {
      body.destroy()
      throw damaged(key, 'it has no digest, so it was not stored by Isolario')
    }
    const content = await this.#access.read(body, sent, signal)
    const whole = sentRange ? Number(sentRange.split('/')[1]) : sent
    const wanted = range ? Math.max(0, Math.min(range.end, whole) - range.start) : whole
    if (content.length !== wanted && content.length !== whole) {
      throw damaged(key, `the server sent ${content.length} bytes of a range of ${wanted}`)
    }
    if (content.length < whole) return content
    const digest = digestOf(content)
    if (digest !== stored) throw damaged(key, `its content has the digest ${digest} and was stored with ${stored}`)
    // A server may answer a range with everything.
    return range ? content.subarray(range.start, Math.min(range.end, whole)) : content
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const name = this.#nameOf(key)
    try {
      const answer = await this.#access.call(`look at the object ${key}`, 0, key, (options) =>
        this.#access.client.send(new HeadObjectCommand({ Bucket: this.#access.bucket, Key: name }), options),
      )
      const digest = answer.Metadata?.sha256
      if (!digest) throw damaged(key, 'it has no digest, so it was not stored by Isolario')
      return { key, bytes: answer.ContentLength ?? 0, digest }
    } catch (error) {
      // The answer has no body, and so no code.
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async *list(prefix: string, after = ''): AsyncIterable<string> {
    checkPrefix(prefix)
    const start = after >= prefix && after !== '' ? { StartAfter: this.#prefix + after } : {}
    const place = { Bucket: this.#access.bucket, Prefix: this.#prefix + prefix, ...start }
    let token: string | undefined
    do {
      this.#checkOpen()
      const page = await this.#access.call(`list the objects below ${prefix || 'the root'}`, 0, undefined, (options) =>
        this.#access.client.send(new ListObjectsV2Command({ ...place, ContinuationToken: token }), options),
      )
      for (const { Key } of page.Contents ?? []) {
        const key = Key!.slice(this.#prefix.length)
        // Somebody else's objects ("folders" that a tool made) are none of ours.
        if (KEY_PATTERN.test(key)) yield key
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (token)
  }

  async delete(key: string): Promise<void> {
    const name = this.#nameOf(key)
    try {
      await this.#access.call(`delete the object ${key}`, 0, key, (options) =>
        this.#access.client.send(new DeleteObjectCommand({ Bucket: this.#access.bucket, Key: name }), options),
      )
    } catch (error) {
      if (refusalOf(error)?.code !== 'NoSuchKey') throw error
    }
  }

  async signPut(
    objects: readonly PutRequest[],
    validForSeconds: number,
    within: string,
    tries: Tries = 'further',
  ): Promise<readonly SignedPut[]> {
    this.#checkOpen()
    if (!(validForSeconds >= 1 && validForSeconds <= LONGEST_VALIDITY_SECONDS)) {
      throw new RangeError(`An address is valid for 1 s to ${LONGEST_VALIDITY_SECONDS} s, not ${validForSeconds}.`)
    }
    for (const object of objects) checkRequest(object, within)
    const found = tries === 'first' ? [] : await Promise.all(objects.map(({ key }) => this.head(key)))
    return Promise.all(
      objects.map((object, i): Promise<SignedPut> | SignedPut => {
        const there = found[i]
        if (there) return { kind: 'exists', bytes: there.bytes, digest: there.digest }
        return this.#signer.put(this.#prefix + object.key, object, validForSeconds)
      }),
    )
  }

  async removeUnfinished(olderThanMs: number, prefix = ''): Promise<number> {
    this.#checkOpen()
    return abandonOldUploads(this.#access, this.#prefix + prefix, this.#access.options.clock() - olderThanMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#reader.close()
    this.#access.close()
  }

  /** Ceph ignores the condition when an upload in parts is completed, so we look before it begins and before it ends. */
  async #putLarge(name: string, info: ObjectInfo, content: Uint8Array) {
    if (await this.head(info.key)) return void (await this.#sameOrThrow(info))
    let trouble: unknown
    try {
      await putInParts(this.#access, name, info, content, async () => {
        if (await this.head(info.key)) await this.#sameOrThrow(info)
      })
    } catch (error) {
      trouble = error
    }
    // Also after a failure: completing may have succeeded although its answer was lost.
    const there = await this.head(info.key)
    if (there?.digest === info.digest && there.bytes === info.bytes) return
    throw there ? otherContent(info.key, there) : (trouble ?? otherContent(info.key, undefined))
  }

  async #sameOrThrow(wanted: ObjectInfo): Promise<ObjectInfo> {
    const there = await this.head(wanted.key)
    if (there?.digest === wanted.digest) return wanted
    throw otherContent(wanted.key, there)
  }

  #nameOf(key: string): string {
    this.#checkOpen()
    checkKey(key)
    return this.#prefix + key
  }

  #checkOpen() {
    if (this.#closed) throw new StorageError('STORAGE_UNAVAILABLE', 'The storage is closed: this process is ending.')
  }
}

/** An object on its way, whoever asked for it. */
interface Given {
  readonly body: Parameters<S3Access['read']>[0]
  readonly digest: string | undefined
  readonly bytes: number | undefined
  /** `bytes 0-9/100`, where a part was sent. */
  readonly range: string | undefined
}

function givenTo({ Body, Metadata, ContentLength, ContentRange }: GetObjectCommandOutput): Given {
  const body = Body as unknown as Given['body']
  return { body, digest: Metadata?.sha256, bytes: ContentLength, range: ContentRange }
}

function givenBy(answer: IncomingMessage): Given {
  const { 'x-amz-meta-sha256': digest, 'content-length': length, 'content-range': range } = answer.headers
  const bytes = length === undefined ? undefined : Number(length)
  return { body: answer, digest: typeof digest === 'string' ? digest : undefined, bytes, range }
}

function checkRequest({ key, bytes, sha256, md5 }: PutRequest, within: string) {
  checkKey(key)
  checkPrefix(within)
  if (!within.endsWith('/') || !key.startsWith(within)) {
    throw new StorageError('STORAGE_KEY_INVALID', `No address is signed for ${key}: only keys below ${within} are.`)
  }
  if (
    !Number.isSafeInteger(bytes) ||
    bytes < 0 ||
    bytes > MOST_BYTES ||
    !DIGEST_PATTERN.test(sha256) ||
    !MD5_PATTERN.test(md5)
  ) {
    throw new StorageError(
      'STORAGE_KEY_INVALID',
      `No address is signed for ${key}: its length (at most ${MOST_BYTES} bytes), SHA-256 (hexadecimal) and MD5 (base64) are needed.`,
    )
  }
}

const damaged = (key: string, what: string) =>
  new StorageError(
    'STORAGE_DAMAGED',
    `The object ${key} is damaged: ${what}. Restore it from a backup, or delete it and run its task again.`,
  )
