import { afterAll, beforeAll } from 'vitest'
import { describeStorageContract } from '#test/contracts/storage.ts'
import { CEPH, describeWith, type Need, VERSITYGW } from '#test/needs.ts'
import { damageObject, freshBucket } from '#test/servers/buckets.ts'
import { startCeph } from '#test/servers/ceph.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { startVersitygw } from '#test/servers/versitygw.ts'
import { s3Storage } from './s3.ts'

const SERVERS: readonly [Need, (program: string) => Promise<S3Server>, { readonly refusesNestedKeys: boolean }][] = [
  [CEPH, startCeph, { refusesNestedKeys: false }],
  [VERSITYGW, startVersitygw, { refusesNestedKeys: true }],
]

for (const [need, start, { refusesNestedKeys }] of SERVERS) {
  describeWith(need, `S3 storage on ${need.name}`, (program) => {
    let server: S3Server
    beforeAll(async () => {
      server = await start(program)
    })
    afterAll(() => server?.stop())

    describeStorageContract(need.name, async () => {
      const options = { ...(await freshBucket(server)), prefix: 'isolario/' }
      const storage = s3Storage(options)
      return {
        storage,
        refusesNestedKeys,
        another: async () => s3Storage(options),
        damage: (key) => damageObject(server, options.bucket, `isolario/${key}`),
        close: () => storage.close(),
      }
    })
  })
}
