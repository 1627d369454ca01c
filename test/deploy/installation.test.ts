/**
 * The image of control as an installation runs it: read-only, as its user, with PostgreSQL, Redis and S3 beside it. Tables
 * are made, a simulation is worked off by the image's own workers, metrics are told, and the end is orderly.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHROOT, describeWith, POSTGRESQL, REDIS, VERSITYGW } from '#test/needs.ts'
import { freshBucket } from '#test/servers/buckets.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { startVersitygw } from '#test/servers/versitygw.ts'
import { buildImage, OURS } from '../../deploy/images/build.ts'
import { openImage } from '../../deploy/images/oci.ts'
import { entering, makeBundle, unpackImage } from './entered-image.ts'
import { METRICS } from './names.ts'

describeWith(
  [CHROOT, POSTGRESQL, REDIS, VERSITYGW],
  'the image of control',
  (chroot, postgresql, redisServer, gateway) => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-installation-'))
    const root = path.join(scratch, 'root')
    const token = randomBytes(32).toString('hex')
    const inside = { PATH: '/usr/local/bin:/usr/bin:/bin', ...OURS }
    let postgres: PostgresServer
    let redis: RedisServer
    let s3: S3Server
    let control: ChildProcess | undefined
    let environment: Record<string, string>
    let [port, metricsPort] = [0, 0]
    const command = (env: Readonly<Record<string, string>>, ...words: readonly string[]) => {
      const [program, args] = entering(chroot!, root, ['/usr/local/bin/isolario', ...words], true)
      return spawnSync(program, args, { encoding: 'utf8', env: { ...inside, ...env } })
    }

    beforeAll(async () => {
      const [bundle, portal] = [path.join(scratch, 'bundle'), path.join(scratch, 'portal')]
      makeBundle(bundle)
      mkdirSync(portal)
      writeFileSync(path.join(portal, 'index.html'), '<!doctype html>\n')
      const image = buildImage({
        kind: 'control',
        name: 'localhost/isolario/control:test',
        created: '1970-01-01T00:00:00Z',
        compress: false,
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        bundle,
        portal,
      })
      unpackImage(openImage(image.archive), root)
      postgres = await startPostgres(postgresql!)
      redis = await startRedis(redisServer!)
      s3 = await startVersitygw(gateway!)
      const { bucket } = await freshBucket(s3)
      ;[port, metricsPort] = [await freePort(), await freePort()]
      environment = {
        ISOLARIO_LISTEN: `127.0.0.1:${port}`,
        ISOLARIO_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
        ISOLARIO_PUBLIC_URL: `http://127.0.0.1:${port}`,
        ISOLARIO_DATABASE_URL: await postgres.database(),
        ISOLARIO_REDIS_URL: redis.url,
        ISOLARIO_S3_ENDPOINT: s3.endpoint,
        ISOLARIO_S3_BUCKET: bucket,
        ISOLARIO_S3_ACCESS_KEY: s3.accessKey,
        ISOLARIO_S3_SECRET_KEY: s3.secretKey,
        ISOLARIO_SECRET: randomBytes(32).toString('hex'),
        ISOLARIO_TOKEN: token,
        ISOLARIO_CLUSTER: 'processes',
        ISOLARIO_WORKER_SLOTS: '2',
      }
    }, 180_000)

    afterAll(async () => {
      control?.kill('SIGKILL')
      for (const server of [redis, s3, postgres]) await server?.stop()
      rmSync(scratch, { recursive: true, force: true })
    })

    it('makes the tables, and finds them made', () => {
      const { ISOLARIO_DATABASE_URL } = environment as { ISOLARIO_DATABASE_URL: string }
      const first = command({ ISOLARIO_DATABASE_URL }, 'migrate')
      expect(first, first.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Done: /) })
      expect(command({ ISOLARIO_DATABASE_URL }, 'migrate').stdout).toBe('The records are up to date.\n')
    })

    it('serves, answers probes, and works a simulation off', { timeout: 120_000 }, async () => {
      const [program, args] = entering(chroot!, root, ['/usr/local/bin/isolario', 'control'], true)
      control = spawn(program, args, { env: { ...inside, ...environment }, stdio: 'ignore' })
      const answer = async (at: string) => (await fetch(at).catch(() => null))?.status
      const base = `http://127.0.0.1:${port}`
      await expect.poll(() => answer(`${base}/healthz/ready`), { timeout: 60_000, interval: 100 }).toBe(200)
      expect(await answer(`${base}/healthz/live`)).toBe(200)

      const client = { ISOLARIO_SERVER: base, ISOLARIO_TOKEN: token }
      const done = command(client, 'submit', 'spes-uc4', '--primaries', '1e5', '--watch', '--json')
      expect(done.status, done.stderr).toBe(0)
      expect(command(client, 'list').stdout).toMatch(/ done +100 %/)
    })

    it('tells exactly the metrics that alerts and dashboard ask for', async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      const told = [...text.matchAll(/^# TYPE (isolario_\w+) /gm)].map(([, name]) => name!)
      expect(told.sort()).toEqual(Object.keys(METRICS).sort())
      for (const name of told) {
        const sample = new RegExp(`^${name}(?:_bucket|_count)?\\{(.*?)\\} `, 'm').exec(text)?.[1] ?? ''
        const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le')
        // A counter of what has not happened yet has no sample, and so no labels.
        if (labels.length > 0) expect(labels.sort(), name).toEqual([...METRICS[name]!].sort())
      }
      expect(text).toMatch(/^isolario_primaries_total\{engine="builtin"\} 100000$/m)
      expect(text).toMatch(/^isolario_reconciler_leader 1$/m)
    })

    it('ends in order when it is told to', async () => {
      const ended = once(control!, 'exit')
      control!.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    })
  },
)
