/**
 * What S3 servers do otherwise than one would think, each shown on the servers themselves.
 */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import {
  type BucketLifecycleConfiguration,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { bytesOf, textOf } from '#test/contracts/object-sink.ts'
import { CEPH, describeWith } from '#test/needs.ts'
import { freshBucket, rawClient, S3_SERVERS } from '#test/servers/buckets.ts'
import { type CephServer, startCeph } from '#test/servers/ceph.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { digestOf, md5Of } from './digest.ts'
import { type S3Options, s3Storage } from './s3.ts'
import { checkS3 } from './s3-check.ts'
import { bucketPolicy } from './s3-policy.ts'
import type { SigningStorage } from './storage.ts'

const MEBIBYTE = 2 ** 20
const inParts = { partsFromBytes: 6 * MEBIBYTE, partBytes: 5 * MEBIBYTE }
const patterned = (bytes: number, seed = 31) => new Uint8Array(bytes).map((_, i) => (i * seed + (i >> 12)) % 251)

for (const { need, start } of S3_SERVERS) {
  describeWith(need, `traps of S3 on ${need.name}`, (program) => {
    let server: S3Server
    let options: S3Options
    let storage: SigningStorage
    let raw: S3Client
    beforeAll(async () => {
      server = await start(program)
      raw = rawClient(server)
    })
    afterAll(async () => {
      raw?.destroy()
      await server?.stop()
    })
    beforeEach(async () => {
      options = { ...(await freshBucket(server)), ...inParts }
      storage = s3Storage(options)
    })
    afterEach(() => storage.close())
    const uploads = async () =>
      (await raw.send(new ListMultipartUploadsCommand({ Bucket: options.bucket }))).Uploads ?? []

    it('keeps prefixes of one bucket apart', async () => {
      const [one, two] = ['one/', 'two/x/'].map((prefix) => s3Storage({ ...options, prefix }))
      await one!.put('a/1', bytesOf('first'))
      await two!.put('a/1', bytesOf('second'))
      expect(textOf(await one!.get('a/1'))).toBe('first')
      expect(textOf(await two!.get('a/1'))).toBe('second')
      const keys: string[] = []
      for await (const key of one!.list('')) keys.push(key)
      expect(keys).toEqual(['a/1'])
      await one!.delete('a/1')
      expect(await two!.head('a/1')).toMatchObject({ bytes: 6 })
      for (const each of [one, two]) await each!.close()
    })

    it('lists more than one page, from anywhere on', async () => {
      const keys = Array.from({ length: 1050 }, (_, i) => `many/${String(i).padStart(5, '0')}`)
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => storage.put(key, bytesOf(key))))
      }
      const found: string[] = []
      for await (const key of storage.list('many/')) found.push(key)
      expect(found).toEqual(keys)
      for (const first of [11, 1045]) {
        const later: string[] = []
        for await (const key of storage.list('many/', keys[first - 1])) later.push(key)
        expect(later).toEqual(keys.slice(first))
      }
    })

    it('makes so many calls at a time, however many are asked for, and none is lost', async () => {
      const narrow = s3Storage({ ...options, connections: 3, connectMs: 1000 })
      const keys = Array.from({ length: 120 }, (_, i) => `narrow/${i}`)
      await Promise.all(keys.map((key) => narrow.put(key, bytesOf(key))))
      const contents = await Promise.all(keys.map((key) => narrow.get(key)))
      expect(contents.map(textOf)).toEqual(keys)
      await narrow.close()
    })

    it('does not list what is no key of ours', async () => {
      await storage.put('ours/a', bytesOf('x'))
      for (const Key of ['ours/with blank', 'ours/folder/']) {
        await raw.send(new PutObjectCommand({ Bucket: options.bucket, Key, Body: bytesOf('') }))
      }
      const found: string[] = []
      for await (const key of storage.list('ours/')) found.push(key)
      expect(found).toEqual(['ours/a'])
    })

    it('calls an object without digest damaged instead of trusting it', async () => {
      await raw.send(new PutObjectCommand({ Bucket: options.bucket, Key: 'foreign', Body: 'x' }))
      const attempts = [
        () => storage.get('foreign'),
        () => storage.get('foreign', { start: 0, end: 1 }),
        () => storage.head('foreign'),
        () => storage.put('foreign', bytesOf('x')),
      ]
      for (const attempt of attempts) {
        const attempted = attempt()
        await expect(attempted).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
        await expect(attempted).rejects.toThrow('not stored by Isolario')
      }
    })

    it('has bytes that changed on the way refused by the server', async () => {
      const content = bytesOf('as it arrived')
      const put = raw.send(
        new PutObjectCommand({
          Bucket: options.bucket,
          Key: 'changed',
          Body: content,
          ContentMD5: md5Of(bytesOf('as it was sent')),
        }),
      )
      await expect(put).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } })
      expect(await storage.head('changed')).toBeUndefined()
    })

    it('sends large objects in parts, whole or not at all, and leaves no parts behind', async () => {
      const content = patterned(11 * MEBIBYTE)
      const info = { key: 'large', bytes: content.length, digest: digestOf(content) }
      expect(await storage.put('large', content)).toEqual(info)
      expect(await storage.head('large')).toEqual(info)
      expect(digestOf((await storage.get('large'))!)).toBe(info.digest)
      const range = await storage.get('large', { start: 5 * MEBIBYTE - 10, end: 5 * MEBIBYTE + 10 })
      expect(Buffer.compare(range!, content.subarray(5 * MEBIBYTE - 10, 5 * MEBIBYTE + 10))).toBe(0)
      expect(await storage.put('large', content)).toEqual(info)
      await expect(storage.put('large', patterned(11 * MEBIBYTE, 7))).rejects.toMatchObject({ code: 'STORAGE_EXISTS' })
      await expect(storage.put('large', bytesOf('small'))).rejects.toMatchObject({ code: 'STORAGE_EXISTS' })
      expect(await storage.head('large')).toEqual(info)
      expect(await uploads()).toEqual([])
    })

    it('lets writers of the same large object all succeed', async () => {
      const content = patterned(6 * MEBIBYTE)
      const infos = await Promise.all([1, 2, 3].map(() => storage.put('large', content)))
      expect(new Set(infos.map(({ digest }) => digest)).size).toBe(1)
      expect(digestOf((await storage.get('large'))!)).toBe(infos[0]!.digest)
      expect(await uploads()).toEqual([])
    })

    it('removes uploads that dead writers never finished, and no younger ones', async () => {
      const mine = s3Storage({ ...options, prefix: 'mine/' })
      const begin = async (Key: string) => {
        const { UploadId } = await raw.send(new CreateMultipartUploadCommand({ Bucket: options.bucket, Key }))
        await raw.send(
          new UploadPartCommand({ Bucket: options.bucket, Key, UploadId, PartNumber: 1, Body: 'some of it' }),
        )
      }
      await begin('mine/a')
      await begin('mine/b')
      await begin('other/c')
      expect(await mine.removeUnfinished(3_600_000)).toBe(0)
      expect(await uploads()).toHaveLength(3)
      const later = s3Storage({ ...options, prefix: 'mine/', clock: () => Date.now() + 7_200_000 })
      expect(await later.removeUnfinished(3_600_000)).toBe(2)
      expect((await uploads()).map(({ Key }) => Key)).toEqual(['other/c'])
      expect(await later.removeUnfinished(3_600_000)).toBe(0)
      for (const each of [mine, later]) await each.close()
    })

    it('shows neither keys nor signatures in any error', async () => {
      const strange = s3Storage({ ...options, secretKey: 'wrong-secret', attempts: 1 })
      const calls = [
        strange.put('a', bytesOf('x')),
        strange.get('a'),
        strange.head('a'),
        strange.delete('a'),
        strange.put('large', patterned(6 * MEBIBYTE)),
        strange.removeUnfinished(0),
        strange.signPut([{ key: 'j/a', bytes: 1, sha256: digestOf(bytesOf('x')), md5: md5Of(bytesOf('x')) }], 60, 'j/'),
      ]
      for (const end of await Promise.allSettled(calls)) {
        const error = end.status === 'rejected' ? (end.reason as unknown) : undefined
        expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: false })
        const shown = inspect(error, { depth: 12, showHidden: true })
        for (const secret of [server.accessKey, 'wrong-secret', 'AWS4-HMAC', 'Signature=', 'Authorization']) {
          expect(shown).not.toContain(secret)
        }
      }
      await strange.close()
    })
  })
}

describeWith(CEPH, 'Ceph by itself', (bin) => {
  let server: CephServer
  let raw: S3Client
  beforeAll(async () => {
    server = await startCeph(bin)
    raw = rawClient(server)
  })
  afterAll(async () => {
    raw?.destroy()
    await server?.stop()
  })

  it('overwrites when an upload in parts is completed, whatever the condition: so we look before', async () => {
    const { bucket } = await freshBucket(server)
    const object = { Bucket: bucket, Key: 'k' }
    await raw.send(new PutObjectCommand({ ...object, Body: 'first' }))
    const { UploadId } = await raw.send(new CreateMultipartUploadCommand(object))
    const { ETag } = await raw.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'second' }))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
    const done = await raw.send(
      new CompleteMultipartUploadCommand({ ...object, UploadId, IfNoneMatch: '*', MultipartUpload }),
    )
    expect(done.$metadata.httpStatusCode).toBe(200)
    // Nor does it tell what it made; looking afterwards does.
    expect(done.ETag?.replaceAll('"', '')).toBe('')
  })

  it('takes a wrong CRC32: so we send Content-MD5', async () => {
    const { bucket } = await freshBucket(server)
    const put = new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: bytesOf('x'), ChecksumCRC32: 'AAAAAA==' })
    expect((await raw.send(put)).$metadata.httpStatusCode).toBe(200)
  })

  it("does not know the trailers of the SDK's own checksums: so they are off", async () => {
    const { bucket, endpoint, region, accessKey, secretKey } = await freshBucket(server)
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey }
    const logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }
    const byDefault = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, logger })
    const stream = new PutObjectCommand({
      Bucket: bucket,
      Key: 'k',
      Body: Readable.from([Buffer.from('abc')]),
      ContentLength: 3,
    })
    await expect(byDefault.send(stream)).rejects.toMatchObject({ $metadata: { httpStatusCode: 411 } })
    byDefault.destroy()
  })

  it('lets a user do everything that Isolario needs with the rights of the policy, and nothing without', async () => {
    const options = await freshBucket(server)
    const keys = { accessKey: 'isolario-access', secretKey: 'isolario-secret' }
    const named = ['--uid=isolario', '--display-name=isolario']
    await server.admin('user', 'create', ...named, '--access-key', keys.accessKey, '--secret-key', keys.secretKey)
    const asIsolario = { ...options, ...keys, prefix: 'isolario/', ...inParts }
    expect(await checkS3(asIsolario)).toMatchObject([
      { message: expect.stringMatching(/does not allow it.*Check the bucket's policy/), passing: false },
    ])
    const policy = bucketPolicy(options.bucket, 'arn:aws:iam:::user/isolario', 'isolario/')
    await raw.send(new PutBucketPolicyCommand({ Bucket: options.bucket, Policy: JSON.stringify(policy) }))
    expect(await checkS3(asIsolario)).toEqual([])
    const storage = s3Storage(asIsolario)
    await storage.put('large', patterned(11 * MEBIBYTE))
    expect(await storage.removeUnfinished(0)).toBe(0)
    await storage.delete('large')
    await storage.close()
    const elsewhere = s3Storage({ ...asIsolario, prefix: 'other/' })
    await expect(elsewhere.put('a', bytesOf('x'))).rejects.toThrow('does not allow it')
    await elsewhere.close()
  })

  it('says that the quota is used up, keeps what is stored, and goes on when it is raised', async () => {
    const options = await freshBucket(server)
    const storage = s3Storage(options)
    await storage.put('first', new Uint8Array(5000))
    const quota = (kilobytes: number) =>
      server.admin('quota', 'set', '--quota-scope=bucket', '--uid=test', `--max-size=${kilobytes}K`)
    await quota(8)
    await server.admin('quota', 'enable', '--quota-scope=bucket', '--uid=test')
    try {
      const full = storage.put('second', new Uint8Array(50_000))
      await expect(full).rejects.toMatchObject({ code: 'STORAGE_FULL', retriable: true })
      await expect(full).rejects.toThrow(/quota.*what is stored already is safe/)
      expect(await storage.head('second')).toBeUndefined()
      expect((await storage.get('first'))?.length).toBe(5000)
    } finally {
      await server.admin('quota', 'disable', '--quota-scope=bucket', '--uid=test')
    }
    await storage.put('second', new Uint8Array(50_000))
    await storage.close()
  })

  it('gives up unfinished uploads by the lifecycle rule of the manual, and leaves objects alone', async () => {
    const { bucket, ...options } = await freshBucket(server)
    const storage = s3Storage({ ...options, bucket })
    await storage.put('a', bytesOf('stays'))
    const manual = await readFile(path.join(import.meta.dirname, '../../docs/storage.md'), 'utf8')
    const rule = JSON.parse([...manual.matchAll(/```json\n(.*?)```/gs)][1]![1]!) as BucketLifecycleConfiguration
    await raw.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: rule }))
    const begun = new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'b' })
    await raw.send(begun)
    const uploads = async () => (await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? []
    expect(await uploads()).toHaveLength(1)
    const uploadsLater = async () => {
      // For this look alone a day of a rule lasts a second: a gateway with such days does nothing else any more.
      await server.admin('lc', 'process', '--rgw-lc-debug-interval=1')
      return uploads()
    }
    await expect.poll(uploadsLater, { timeout: 20_000, interval: 300 }).toEqual([])
    expect(textOf(await storage.get('a'))).toBe('stays')
    await storage.close()
  })
})
