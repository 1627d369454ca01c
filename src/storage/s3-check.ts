/** Whether a bucket can be used, proved by using it: for the start of the service and for whoever sets it up. */

import { randomUUID } from 'node:crypto'
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { digestOf, md5Of } from './digest.ts'
import type { PutFetch } from './put-request.ts'
import { s3Storage } from './s3.ts'
import { S3Access, type S3Options } from './s3-access.ts'
import { statusOf } from './s3-errors.ts'
import { signedSink } from './signed-sink.ts'
import { type PutRequest, type SigningStorage, StorageError } from './storage.ts'

/** A clock that is off by more makes signed addresses run out early, or not be valid yet. */
const MOST_SKEW_MS = 60_000
const VALID_SECONDS = 60
const FOLDER = 'isolario-check/'
/** A check takes seconds: older trial objects are those of a process that was killed in the middle of one. */
const LEFT_OVER_MS = 3_600_000

/** What is wrong with a bucket. */
export interface S3Problem {
  /** A sentence: what is so and what to do. */
  readonly message: string
  /** Whether it may go away by itself (nobody answers, too busy, full); else somebody has to set something right. */
  readonly passing: boolean
}

const lasting = (message: string): S3Problem => ({ message, passing: false })

/**
 * Stores a trial object, reads, lists and deletes it; tries what must be refused: overwriting it, and bytes that changed on
 * the way. Leaves nothing behind, and removes what an earlier one left that was killed.
 * @param leftOverMs age from which trial objects are nobody's any more
 * @returns what is wrong; empty when everything is as it must be
 */
export async function checkS3(options: S3Options, leftOverMs = LEFT_OVER_MS): Promise<readonly S3Problem[]> {
  const problems: S3Problem[] = []
  let access: S3Access
  try {
    access = new S3Access(options)
  } catch (error) {
    return [problemOf(error)]
  }
  const storage = s3Storage(options)
  try {
    await tryOut(options, access, storage, leftOverMs, problems)
  } finally {
    await storage.close()
    access.close()
  }
  return problems
}

async function tryOut(
  options: S3Options,
  access: S3Access,
  storage: SigningStorage,
  leftOverMs: number,
  problems: S3Problem[],
): Promise<void> {
  const trial = `${FOLDER}${randomUUID()}/`
  const names = { put: `${trial}put`, signed: `${trial}signed`, wrong: `${trial}wrong`, copy: `${trial}copy` }
  const content = Buffer.from(`A trial object of Isolario, which may be deleted: ${trial}`)
  const server = `The S3 server at ${options.endpoint}`
  let hasWritten = false
  try {
    await storage.put(names.put, content)
    hasWritten = true
    const read = await storage.get(names.put)
    if (!read || Buffer.compare(read, content) !== 0) {
      problems.push(
        lasting(`${server} does not give back what was stored a moment ago: it must be consistent at once.`),
      )
    }
    let isListed = false
    for await (const key of storage.list(trial)) isListed ||= key === names.put
    if (!isListed) problems.push(lasting(`${server} does not list what was stored a moment ago.`))
    // Of no weight for whether the bucket can be used: the next start tries again.
    await removeLeftOvers(access, storage, names.put, leftOverMs).catch(() => undefined)
    if (await overwrites(storage, names.put)) {
      problems.push(
        lasting(
          `${server} ignores the condition "If-None-Match: *" and overwrites objects. Results would not be safe there: ` +
            'a newer server is needed (Ceph 16 and later heed it).',
        ),
      )
    }
    if (await takesWrongSum(access, (options.prefix ?? '') + names.wrong)) {
      problems.push(
        lasting(`${server} does not compare "Content-MD5" with what arrives, so damage on the way would go unseen.`),
      )
    }
    problems.push(...(await trySigning(options, storage, names.signed, content)))
    if (problems.length === 0 && (await copies(options, storage, names.put, names.copy))) {
      problems.push(
        lasting(
          `${server} takes headers that were not signed: a worker that is allowed to store one object could copy any other ` +
            'or make it public. Give the bucket the policy of docs/storage.md, which refuses such headers.',
        ),
      )
    }
  } catch (error) {
    problems.push(problemOf(error))
  } finally {
    for (const name of hasWritten ? Object.values(names) : []) {
      await storage.delete(name).catch((error: unknown) => {
        // One sentence is enough where more cannot be done than that.
        if (problems.length === 0) problems.push(problemOf(error))
      })
    }
  }
}

/**
 * Removes trial objects that are so much older than a new one, by the clock of the server that dates them all: those of a
 * replica that is just starting as well are left alone.
 * @param newest key of the new one
 */
async function removeLeftOvers(
  access: S3Access,
  storage: SigningStorage,
  newest: string,
  leftOverMs: number,
): Promise<void> {
  const prefix = access.options.prefix ?? ''
  const listed = async (name: string) => {
    const place = { Bucket: access.bucket, Prefix: prefix + name }
    const { Contents = [] } = await access.call('list trial objects', 0, undefined, (options) =>
      access.client.send(new ListObjectsV2Command(place), options),
    )
    return Contents
  }
  const now = (await listed(newest))[0]?.LastModified?.getTime() ?? Number.NEGATIVE_INFINITY
  // A page of them; where there are more, another start goes on.
  for (const { Key, LastModified } of await listed(FOLDER)) {
    if (Key && LastModified && LastModified.getTime() + leftOverMs < now) await storage.delete(Key.slice(prefix.length))
  }
}

async function overwrites(storage: SigningStorage, key: string): Promise<boolean> {
  try {
    await storage.put(key, Buffer.from('other content'))
    return true
  } catch (error) {
    if (error instanceof StorageError && error.code === 'STORAGE_EXISTS') return false
    throw error
  }
}

/** Puts an object as a worker does, and compares the clocks while it is at it. */
async function trySigning(
  options: S3Options,
  storage: SigningStorage,
  key: string,
  content: Uint8Array,
): Promise<readonly S3Problem[]> {
  let skewMs = 0
  const watched: PutFetch = async (...request) => {
    const answer = await fetch(...request)
    const told = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(told)) skewMs = options.clock() - told
    return answer
  }
  const ask = (objects: readonly PutRequest[]) => storage.signPut(objects, VALID_SECONDS, FOLDER)
  let problem: S3Problem | undefined
  try {
    await signedSink({ ask, fetch: watched, attempts: 2 }).put(key, content)
  } catch (error) {
    const { message, passing } = problemOf(error)
    problem = { message: `A worker could not store anything. ${message}`, passing }
  }
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return problem ? [problem] : []
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  return [lasting(`The clocks of this machine and of ${options.endpoint} are ${seconds} s apart. Set them by NTP.`)]
}

/** Whether an address that was signed for one object can be turned into a copy of another. */
async function copies(options: S3Options, storage: SigningStorage, from: string, to: string): Promise<boolean> {
  const content = Buffer.from('my own')
  const request = { key: to, bytes: content.length, sha256: digestOf(content), md5: md5Of(content) }
  const [answer] = await storage.signPut([request], VALID_SECONDS, FOLDER)
  if (answer?.kind !== 'put') return false
  const source = `/${options.bucket}/${options.prefix ?? ''}${from}`
  const headers = { ...answer.headers, 'x-amz-copy-source': source }
  const noAnswer = (status: number, cause?: unknown) => {
    const what = `The S3 server at ${options.endpoint} did not answer the last trial${status > 0 ? ` (${status})` : ''}.`
    return new StorageError('STORAGE_UNAVAILABLE', what, { cause })
  }
  let told: Response
  try {
    told = await fetch(answer.url, { method: 'PUT', headers, body: content, signal: AbortSignal.timeout(20_000) })
    await told.arrayBuffer()
  } catch (error) {
    throw noAnswer(0, error)
  }
  // A server in trouble has refused nothing.
  if (told.status >= 500) throw noAnswer(told.status)
  return told.ok
}

function problemOf(error: unknown): S3Problem {
  if (error instanceof StorageError) return { message: error.message, passing: error.retriable }
  throw error
}

async function takesWrongSum(access: S3Access, name: string): Promise<boolean> {
  const content = Buffer.from('sent')
  const input = {
    Bucket: access.bucket,
    Key: name,
    Body: content,
    ContentLength: content.length,
    ContentMD5: md5Of(Buffer.from('meant')),
    Metadata: { sha256: digestOf(content) },
  }
  try {
    await access.call('store a trial object', content.length, undefined, (options) =>
      access.client.send(new PutObjectCommand(input), options),
    )
    return true
  } catch (error) {
    if (statusOf(error) === 400) return false
    throw error
  }
}
