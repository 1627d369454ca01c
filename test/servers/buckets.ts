/** Fresh buckets on a test's own S3 server, and what only a client that goes behind the storage's back can do. */

import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Options } from '#storage/s3.ts'
import { bucketPolicy } from '#storage/s3-policy.ts'
import { CEPH, type Need, VERSITYGW } from '#test/needs.ts'
import { startCeph } from './ceph.ts'
import type { S3Server } from './s3-server.ts'
import { startVersitygw } from './versitygw.ts'

/** The two servers that everything about S3 is tried on. */
export const S3_SERVERS: readonly {
  readonly need: Need
  readonly start: (program: string) => Promise<S3Server>
  /** Objects are files there, and a file is no folder. */
  readonly refusesNestedKeys: boolean
}[] = [
  { need: CEPH, start: startCeph, refusesNestedKeys: false },
  { need: VERSITYGW, start: startVersitygw, refusesNestedKeys: true },
]

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

/** Gives a bucket the policy that its owner should give it; a server that refuses unsigned headers by itself needs none. */
export async function refuseUnsignedHeaders(server: S3Server, bucket: string): Promise<void> {
  if (server.refusesUnsignedHeaders) return
  const raw = rawClient(server)
  await raw.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(bucketPolicy(bucket, null)) }))
  raw.destroy()
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
