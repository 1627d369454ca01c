import { afterAll, beforeAll } from 'vitest'
import { describeStorageContract } from '#test/contracts/storage.ts'
import { describeWith } from '#test/needs.ts'
import { damageObject, freshBucket, S3_SERVERS } from '#test/servers/buckets.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { s3Storage } from './s3.ts'

for (const { need, start, refusesNestedKeys } of S3_SERVERS) {
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
