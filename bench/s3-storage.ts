/** Storing through S3: on a Ceph of this machine, which shares the cores with us. What the way costs, not what disks do. */

import { randomBytes } from 'node:crypto'
import { type S3Options, s3Storage } from '#storage/s3.ts'
import { signedSink } from '#storage/signed-sink.ts'
import type { ObjectSink, PutRequest, SigningStorage } from '#storage/storage.ts'
import { CEPH } from '#test/needs.ts'
import { freshBucket } from '#test/servers/buckets.ts'
import { startCeph } from '#test/servers/ceph.ts'
import { type Benchmark, type Measurement, median, times } from './measurement.ts'

const TALLY_BYTES = 30_000
const TALLIES = 600
const AT_ONCE = 32
const LARGE_BYTES = 64 * 2 ** 20

export const benchmark: Benchmark = {
  name: 's3-storage',
  unavailable: () => (CEPH.find() ? null : CEPH.how),
  async run(): Promise<readonly Measurement[]> {
    const server = await startCeph(CEPH.find()!)
    try {
      return await measure(await freshBucket(server))
    } finally {
      await server.stop()
    }
  },
}

async function measure(options: S3Options): Promise<readonly Measurement[]> {
  const storage = s3Storage(options)
  const signed = signedSink({ ask: (objects) => storage.signPut(objects, 300, 'jobs/') })
  // The first object of a bucket makes its pool.
  await storage.put('jobs/warm/1', new Uint8Array(TALLY_BYTES))
  await signed.put('jobs/warm/2', new Uint8Array(TALLY_BYTES))

  const direct = await putMany(storage, 'jobs/direct')
  const lent = await putMany(signed, 'jobs/lent')
  const read = await inHands(TALLIES, (i) => storage.get(`jobs/direct/${i}`))
  const oneByOne = (sink: ObjectSink, folder: string) => {
    let i = 0
    return times(100, () => sink.put(`${folder}/${i++}`, new Uint8Array(randomBytes(TALLY_BYTES))))
  }
  const directMs = median(await oneByOne(storage, 'jobs/one'))
  const lentMs = median(await oneByOne(signed, 'jobs/two'))
  const signing = await signOnly(storage)

  const whole = new Uint8Array(randomBytes(LARGE_BYTES - 1))
  const large = new Uint8Array(randomBytes(LARGE_BYTES))
  const wholeSeconds = median(await secondsOf(3, (i) => storage.put(`large/whole${i}`, whole)))
  const partsSeconds = median(await secondsOf(3, (i) => storage.put(`large/parts${i}`, large)))
  const readSeconds = median(await secondsOf(3, (i) => storage.get(`large/parts${i}`)))
  await storage.close()
  const mebibytes = LARGE_BYTES / 2 ** 20
  const tallies = `${TALLIES} objects of ${TALLY_BYTES / 1000} kB, ${AT_ONCE} at a time, Ceph 16 in memory on the same cores`
  return [
    { name: 'put, with keys', value: direct, unit: 'objects/s', how: tallies },
    {
      name: 'put, with signed addresses',
      value: lent,
      unit: 'objects/s',
      how: `${tallies}; asked for in this process`,
    },
    { name: 'get, compared with its digest', value: read, unit: 'objects/s', how: tallies },
    { name: 'one put, with keys', value: directMs, unit: 'ms', how: 'median of 100 of 30 kB, one after the other' },
    {
      name: 'one put, with a signed address',
      value: lentMs,
      unit: 'ms',
      // The share of a task's budget on Redis and S3 that storing may take.
      budget: { limit: 15, kind: 'at most' },
      how: 'median of 100 of 30 kB, the question included; of the 20 ms that a task may cost',
    },
    { name: 'addresses signed', value: signing, unit: 'addresses/s', how: '64 in a question, each looked for first' },
    { name: 'put of 64 MiB, whole', value: mebibytes / wholeSeconds, unit: 'MiB/s', how: 'median of 3' },
    { name: 'put of 64 MiB, in parts', value: mebibytes / partsSeconds, unit: 'MiB/s', how: 'median of 3' },
    { name: 'get of 64 MiB', value: mebibytes / readSeconds, unit: 'MiB/s', how: 'median of 3, digest compared' },
  ]
}

const putMany = (sink: ObjectSink, folder: string): Promise<number> => {
  const contents = Array.from({ length: TALLIES }, () => new Uint8Array(randomBytes(TALLY_BYTES)))
  return inHands(TALLIES, (i) => sink.put(`${folder}/${i}`, contents[i]!))
}

/** How many calls a second, with a fixed number of them at a time. */
async function inHands(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0
  const started = performance.now()
  const hand = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, hand))
  return count / ((performance.now() - started) / 1000)
}

async function signOnly(storage: SigningStorage): Promise<number> {
  const bundle = Array.from(
    { length: 64 },
    (_, i): PutRequest => ({ key: `jobs/s/${i}`, bytes: 1, sha256: '0'.repeat(64), md5: `${'A'.repeat(22)}==` }),
  )
  const taken = await times(5, () => storage.signPut(bundle, 300, 'jobs/'))
  return (1000 * bundle.length) / median(taken)
}

async function secondsOf(runs: number, work: (run: number) => Promise<unknown>): Promise<number[]> {
  let run = 0
  return (await times(runs, () => work(run++))).map((taken) => taken / 1000)
}
