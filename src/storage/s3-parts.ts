/**
 * Large objects, sent in parts: a lost connection costs a part, not the whole. Either all parts become the object in one
 * step, or the upload is given up and its parts are removed.
 */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { md5Of } from './digest.ts'
import type { S3Access } from './s3-access.ts'
import type { ObjectInfo } from './storage.ts'

const MOST_PARTS = 10_000
const LEAST_PART_BYTES = 5 * 2 ** 20
/** Parts on their way at the same time. */
const HANDS = 4

/**
 * @param name key with the prefix of the storage
 * @param beforeCompletion called when all parts are there, right before they become the object; its failure gives up
 */
export async function putInParts(
  access: S3Access,
  name: string,
  info: ObjectInfo,
  content: Uint8Array,
  beforeCompletion: () => Promise<void>,
): Promise<void> {
  const { client, bucket } = access
  const doing = `store the object ${info.key}`
  const object = { Bucket: bucket, Key: name }
  const { UploadId } = await access.call(doing, 0, info.key, (options) =>
    client.send(new CreateMultipartUploadCommand({ ...object, Metadata: { sha256: info.digest } }), options),
  )
  const upload = { ...object, UploadId }
  try {
    const parts = partsOf(content, access.options.partBytes ?? 16 * 2 ** 20)
    const tags: { PartNumber: number; ETag: string | undefined }[] = []
    let next = 0
    let failed = false
    const hand = async () => {
      while (!failed && next < parts.length) {
        const index = next++
        const part = parts[index]!
        const input = { ...upload, PartNumber: index + 1, Body: part, ContentMD5: md5Of(part) }
        const { ETag } = await access
          .call(doing, part.length, info.key, (options) => client.send(new UploadPartCommand(input), options))
          .catch((error: unknown) => {
            failed = true
            throw error
          })
        tags[index] = { PartNumber: index + 1, ETag }
      }
    }
    // All hands must have ended before the upload is given up: a part that arrives later would stay for ever.
    const ends = await Promise.allSettled(Array.from({ length: HANDS }, hand))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    await beforeCompletion()
    await access.call(doing, 0, info.key, (options) =>
      client.send(
        new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: '*', MultipartUpload: { Parts: tags } }),
        options,
      ),
    )
  } catch (error) {
    await access
      .call(doing, 0, info.key, (options) => client.send(new AbortMultipartUploadCommand(upload), options))
      .catch(() => undefined)
    throw error
  }
}

function partsOf(content: Uint8Array, wantedBytes: number): readonly Uint8Array[] {
  const bytes = Math.max(wantedBytes, LEAST_PART_BYTES, Math.ceil(content.length / MOST_PARTS))
  return Array.from({ length: Math.ceil(content.length / bytes) }, (_, i) =>
    content.subarray(i * bytes, (i + 1) * bytes),
  )
}

/**
 * Gives up uploads that began before `beforeMs`: their writers are dead, and their parts fill the bucket unseen.
 * @param prefix of the storage
 * @returns how many
 */
export async function abandonOldUploads(access: S3Access, prefix: string, beforeMs: number): Promise<number> {
  const { client, bucket } = access
  let marks: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}
  let abandoned = 0
  for (;;) {
    const page = await access.call('look for uploads that were never finished', 0, undefined, (options) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marks }), options),
    )
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (!Key?.startsWith(prefix) || !Initiated || Initiated.getTime() >= beforeMs) continue
      await access.call('give up an upload that was never finished', 0, undefined, (options) =>
        client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), options),
      )
      abandoned++
    }
    if (!page.IsTruncated || !page.NextKeyMarker) return abandoned
    marks = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}
