/**
 * A replica is started while Redis and S3 are away, as after a power cut: it serves, and goes on when they are back. Told to
 * end, it says so to the load balancer before it closes.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createClient, type Fetch } from '#protocol/client.ts'
import { migratePostgresRecords } from '#records/postgres.ts'
import { describeWith, POSTGRESQL, REDIS, VERSITYGW } from '#test/needs.ts'
import { freshBucket } from '#test/servers/buckets.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { startPart, untilReady } from '#test/servers/parts.ts'
import { startPostgres } from '#test/servers/postgres.ts'
import { startRedis } from '#test/servers/redis.ts'
import { startVersitygw } from '#test/servers/versitygw.ts'
import { primaries } from './control-bench.ts'

const ENTRY = path.resolve(import.meta.dirname, '../../src/main/isolario.ts')
const TOKEN = '0123456789abcdef0123456789abcdef'
const PATIENCE = { timeout: 60_000, interval: 100 }

describeWith(
  [POSTGRESQL, REDIS, VERSITYGW],
  'a replica that starts in an outage',
  (postgresql, redisServer, gateway) => {
    it('serves, says what is away, and works when it is back; what is wrong for good ends it', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'isolario-away-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const postgres = await startPostgres(postgresql)
      onTestFinished(() => postgres.stop())
      const redis = await startRedis(redisServer)
      onTestFinished(() => redis.stop())
      const s3 = await startVersitygw(gateway)
      onTestFinished(() => s3.stop())
      const bucket = await freshBucket(s3)
      const url = await postgres.database()
      await migratePostgresRecords({ url })
      const port = await freePort()
      const address = `http://127.0.0.1:${port}`
      const environment = {
        PATH: process.env['PATH'] ?? '',
        TMPDIR: folder,
        ISOLARIO_DATABASE_URL: url,
        ISOLARIO_REDIS_URL: redis.url,
        ISOLARIO_S3_ENDPOINT: bucket.endpoint,
        ISOLARIO_S3_REGION: bucket.region,
        ISOLARIO_S3_BUCKET: bucket.bucket,
        ISOLARIO_S3_ACCESS_KEY: bucket.accessKey,
        ISOLARIO_S3_SECRET_KEY: bucket.secretKey,
        ISOLARIO_SECRET: '3f9a1c5e7b2d4f6081a3c5e7f9b1d3e5f70819a2b3c4d5e6f708192a3b4c5d6e',
        ISOLARIO_TOKEN: TOKEN,
        ISOLARIO_LISTEN: `127.0.0.1:${port}`,
        ISOLARIO_CLUSTER: 'processes',
        ISOLARIO_WORKER_SLOTS: '1',
        ISOLARIO_DRAIN_SECONDS: '5',
      }
      const control = (name: string, changed: Readonly<Record<string, string>> = {}) => {
        const part = startPart(folder, name, process.execPath, [ENTRY, 'control'], {
          environment: { ...environment, ...changed },
        })
        onTestFinished(() => part.kill('SIGKILL'))
        return part
      }

      const wrong = control('wrong', { ISOLARIO_S3_BUCKET: 'nonesuch' })
      await expect.poll(() => wrong.exitCode(), PATIENCE).toBe(1)
      expect(wrong.log()).toMatch(/there is no bucket "nonesuch"/)

      await redis.kill()
      await s3.killGateway()
      const replica = control('replica')
      const isReady = () =>
        fetch(`${address}/healthz/ready`).then(
          ({ ok }) => ok,
          () => false,
        )
      await untilReady('the replica', [replica], isReady)
      // Lines of the log are written behind the answers.
      for (const code of ['STORAGE_UNUSABLE', 'QUEUE_UNUSABLE'])
        await expect
          .poll(() => replica.log(), PATIENCE)
          .toMatch(new RegExp(`"level":40.*"code":"${code}".*looked at again`))
      const client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: address, token: TOKEN })
      const { id } = await client.call('submit', { body: primaries(2000, 4) })

      await redis.restart()
      await s3.restartGateway()
      for (const code of ['STORAGE_UNUSABLE', 'QUEUE_UNUSABLE'])
        await expect
          .poll(() => replica.log(), PATIENCE)
          .toMatch(new RegExp(`"level":30.*"code":"${code}".*can be used`))
      await expect
        .poll(() => client.call('show', { params: { id } }), PATIENCE)
        .toMatchObject({ state: 'done', progress: { tasksDone: 4, tasksFailed: 0 } })
    }, 170_000)
  },
)
