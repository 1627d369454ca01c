/** Fresh buckets on a test's own S3 server, and what only a client that goes behind the storage's back can do. */

import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Options } from '#storage/s3.ts'
import type { S3Server } from './s3-server.ts'

let count = 0

export const rawClient = (server: S3Server): S3Client =>
  new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })

/** Options for a storage in a fresh, empty bucket. */
export async function freshBucket(server: S3Server): Promise<S3Options> {
  const bucket = `test-${++count}`
  const raw = rawClient(server)
  await raw.send(new CreateBucketCommand({ Bucket: bucket }))
  raw.destroy()
  const { endpoint, region, accessKey, secretKey } = server
  return { endpoint, region, bucket, accessKey, secretKey, clock: Date.now }
}

/** Flips a bit of an object and keeps what is written about it. */
export async function damageObject(server: S3Server, bucket: string, key: string): Promise<void> {
  const raw = rawClient(server)
  const found = await raw.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const content = Buffer.from(await found.Body!.transformToByteArray())
  content[0]! ^= 1
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, Metadata: found.Metadata }))
  raw.destroy()
}
