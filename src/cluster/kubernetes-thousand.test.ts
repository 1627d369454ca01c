/**
 * A thousand workers of one job on a real API server with its controllers and scheduler; their machines are imaginary. The
 * adapter's figures agree with the cluster's, and what it asks of the API server does not grow with the workers.
 */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, KUBERNETES } from '#test/needs.ts'
import { type AskedOnce, type CountedApi, isWrite, startCountedApi } from '#test/servers/counted-api.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { livePods } from '#test/servers/kubernetes-pods.ts'
import { type ImaginaryNodes, startImaginaryNodes } from '#test/servers/kwok.ts'
import type { Cluster } from './cluster.ts'
import { kubernetesCluster } from './kubernetes.ts'
import { INDEX_LABEL } from './kubernetes-names.ts'

const WORKERS = 1000
const FEWER = 250
const PATIENCE = { timeout: 60_000, interval: 100 }
const request = (slots: number) => ({
  jobId: 'large',
  slots,
  memoryMebibytes: 2048,
  engine: 'builtin',
  owner: 'ada',
  priority: 0,
})

describeWith(KUBERNETES, 'a job of a thousand workers', (bin) => {
  let plane: ControlPlane
  let nodes: ImaginaryNodes
  let namespace: string
  let counted: CountedApi
  let cluster: Cluster
  const adapter = () =>
    kubernetesCluster({
      config: counted.config,
      namespace,
      image: 'localhost/toy:1',
      controlUrl: 'http://control.example',
      capacity: WORKERS,
      graceSeconds: 1,
      tokenFor: () => 'a token',
      clock: Date.now,
    })
  beforeAll(async () => {
    const quick = ['--kube-api-qps=300', '--kube-api-burst=600']
    plane = await startControlPlane(bin, { schedulerFlags: quick })
    nodes = await startImaginaryNodes(plane, WORKERS)
    namespace = await plane.namespace()
    counted = await startCountedApi(plane)
    cluster = adapter()
  }, 60_000)
  afterAll(async () => {
    await cluster?.close()
    await counted?.stop()
    await nodes?.stop()
    await plane?.stop()
  })

  const status = () => cluster.status('large')
  const running = () => expect.poll(async () => (await status()).running, PATIENCE)
  const places = async () =>
    (await livePods(plane, namespace))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => Number(metadata.labels![INDEX_LABEL]))
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
  const writes = () => counted.asked.filter(isWrite).map(({ method, path }) => `${method} ${resourceOf(path)}`)
  /** Does it, and tells what it cost. */
  const measured = async (what: string, doing: () => Promise<unknown>) => {
    counted.forget()
    const began = performance.now()
    await doing()
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const told = `${seconds} s, ${counted.asked.length} requests (${counted.asked.filter(isWrite).length} write), ${(counted.bytes() / 1e6).toFixed(1)} MB received`
    process.stdout.write(`${what}: ${told}\n`)
  }

  it('has every place filled, and as many as the cluster says', { timeout: 90_000 }, async () => {
    await measured(`${WORKERS} workers, from the start of the job until the last one runs`, async () => {
      await cluster.start(request(WORKERS))
      await running().toBe(WORKERS)
    })
    expect(await status()).toMatchObject({ state: 'running', wanted: WORKERS, reason: null, failures: [] })
    expect(await places()).toEqual(upTo(WORKERS))
    // One Job, its Secret, and the mark that the Secret is there; the pods are Kubernetes' own work.
    expect(writes()).toEqual(['POST jobs', 'PATCH secrets', 'PATCH jobs'])
  })

  it('costs nothing to look at', async () => {
    await measured('100 looks at it', async () => {
      for (let look = 0; look < 100; look++) {
        await cluster.status('large')
        await cluster.jobs()
        await cluster.outlook(() => ({ ms: 1000, isDivisible: true }))
      }
    })
    expect(counted.asked).toEqual([])
  })

  it('is known to another replica after one list of each kind', { timeout: 30_000 }, async () => {
    const other = adapter()
    try {
      await measured('a replica that comes later knows them', async () => {
        expect(await other.status('large')).toMatchObject({ state: 'running', wanted: WORKERS, running: WORKERS })
      })
      // Lists come in pages of 500.
      expect(
        counted.asked
          .filter((one) => !isWatch(one))
          .map(({ path }) => resourceOf(path))
          .sort(),
      ).toEqual(['jobs', 'pods', 'pods'])
    } finally {
      await other.close()
    }
  })

  it('becomes smaller, the highest places first, and larger again', { timeout: 90_000 }, async () => {
    await measured(`from ${WORKERS} to ${FEWER}`, async () => {
      await cluster.start(request(FEWER))
      await running().toBe(FEWER)
      await expect.poll(places, PATIENCE).toEqual(upTo(FEWER))
    })
    expect(await status()).toMatchObject({ wanted: FEWER, reason: null, failures: [] })
    await measured(`from ${FEWER} to ${2 * FEWER}`, async () => {
      await cluster.start(request(2 * FEWER))
      await running().toBe(2 * FEWER)
    })
    expect(await places()).toEqual(upTo(2 * FEWER))
    expect(await status()).toMatchObject({ wanted: 2 * FEWER, reason: null, failures: [] })
  })

  it('leaves nothing when it is stopped', { timeout: 90_000 }, async () => {
    await measured(`${2 * FEWER} workers stopped`, async () => {
      await cluster.stop('large', 1000)
      await expect.poll(places, PATIENCE).toEqual([])
    })
    expect(writes()).toEqual(['DELETE jobs', 'DELETE pods', 'DELETE secrets'])
    await expect.poll(async () => (await status()).state, PATIENCE).toBe('absent')
    for (const [api, kind] of [
      ['/apis/batch/v1', 'jobs'],
      ['/api/v1', 'pods'],
      ['/api/v1', 'secrets'],
    ]) {
      const left = async () =>
        (await plane.api.send<{ items: unknown[] }>('GET', `${api}/namespaces/${namespace}/${kind}`)).items
      await expect.poll(left, PATIENCE).toEqual([])
    }
  })
})

const resourceOf = (path: string): string => /\/namespaces\/[^/]+\/([a-z]+)/.exec(path)![1]!
const isWatch = ({ path }: AskedOnce): boolean => /[?&]watch=/.test(path)
