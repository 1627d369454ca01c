/** The adapter on a real control plane without a node: the ends of workers are written into the status of their pods. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWith, KUBERNETES } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { livePods, play } from '#test/servers/kubernetes-pods.ts'
import type { Cluster } from './cluster.ts'
import { type KubernetesClusterOptions, kubernetesCluster } from './kubernetes.ts'
import { jobManifest } from './kubernetes-job.ts'
import type { WireJob } from './kubernetes-wire.ts'

const PATIENCE = { timeout: 15_000, interval: 30 }
const request = (jobId: string, slots = 1, owner = 'ada', priority = 0) => ({
  ...{ jobId, slots, memoryMebibytes: 64, engine: 'builtin', owner, priority },
})

describeWith(KUBERNETES, 'the adapter on a real API server', (bin) => {
  let plane: ControlPlane
  let namespace: string
  let cluster: Cluster
  const open: Cluster[] = []
  beforeAll(async () => {
    plane = await startControlPlane(bin)
  })
  afterAll(() => plane?.stop())
  const replica = (more: Partial<KubernetesClusterOptions> = {}): Cluster => {
    const made = kubernetesCluster({
      config: plane.config,
      namespace,
      image: 'localhost/toy:1',
      controlUrl: 'http://control.example',
      capacity: 8,
      tokenFor: (jobId) => `token of ${jobId}`,
      clock: Date.now,
      retries: 0,
      ...more,
    })
    open.push(made)
    return made
  }
  beforeEach(async () => {
    namespace = await plane.namespace()
    cluster = replica()
  })
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })

  const jobsOf = async () => {
    const { items } = await plane.api.send<{ items: WireJob[] }>('GET', `/apis/batch/v1/namespaces/${namespace}/jobs`)
    return items
  }
  const pods = async (count: number) => {
    await expect.poll(async () => (await livePods(plane, namespace)).length, PATIENCE).toBe(count)
    return livePods(plane, namespace)
  }
  const state = (jobId: string, of = cluster) => expect.poll(async () => (await of.status(jobId)).state, PATIENCE)
  const reason = (jobId: string) => expect.poll(async () => (await cluster.status(jobId)).reason, PATIENCE)

  it('makes one Job for a job, however many replicas start it at once', async () => {
    const second = replica()
    await Promise.all([cluster, second, cluster, second].map((each) => each.start(request('j', 2))))
    expect(await jobsOf()).toHaveLength(1)
    expect(await cluster.status('j')).toMatchObject({ state: 'waiting', wanted: 2, running: 0 })
    expect(await second.jobs()).toEqual(['j'])
    const third = replica()
    expect(await third.status('j')).toMatchObject({ state: 'waiting', wanted: 2 })
    await third.stop('j', 1000)
    expect(await third.jobs()).toEqual([])
    await state('j').toBe('absent')
    await state('j', second).toBe('absent')
    expect(await jobsOf()).toEqual([])
  })

  it('says that no machine has room', async () => {
    await cluster.start(request('j'))
    await reason('j').toBe('No machine of the cluster has room: no nodes available to schedule pods.')
  })

  it('hands the token over in a Secret that goes with the Job', async () => {
    await cluster.start(request('j'))
    const [job] = await jobsOf()
    type Secret = { data: { token: string }; metadata: { ownerReferences: { uid: string }[] } }
    const secret = await plane.api.send<Secret>('GET', `/api/v1/namespaces/${namespace}/secrets/isolario-j`)
    expect(Buffer.from(secret.data.token, 'base64').toString()).toBe('token of j')
    expect(secret.metadata.ownerReferences.map(({ uid }) => uid)).toEqual([job!.metadata.uid])
    await cluster.stop('j', 1000)
    const secrets = await plane.api.send<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/secrets`)
    expect(secrets.items).toEqual([])
  })

  it('counts who runs, and ends when every place is drained', async () => {
    await cluster.start(request('j', 2))
    const [first, other] = await pods(2)
    await play(plane, namespace, first!, { phase: 'Running' })
    await state('j').toBe('running')
    expect(await cluster.status('j')).toMatchObject({ wanted: 2, running: 1 })
    await play(plane, namespace, other!, { phase: 'Running' })
    await reason('j').toBe(null)
    for (const pod of await pods(2)) await play(plane, namespace, pod, { phase: 'Succeeded' })
    await state('j').toBe('ended')
    expect(await cluster.status('j')).toEqual({
      jobId: 'j',
      state: 'ended',
      wanted: 0,
      running: 0,
      priority: 0,
      reason: null,
      failures: [],
    })
    expect(await cluster.jobs()).toEqual([])
  })

  it('starts a job again that has ended', async () => {
    await cluster.start(request('j'))
    const [before] = await jobsOf()
    await play(plane, namespace, (await pods(1))[0]!, { phase: 'Succeeded' })
    await state('j').toBe('ended')
    await Promise.all([cluster.start(request('j', 3)), replica().start(request('j', 3))])
    const after = await jobsOf()
    expect(after).toHaveLength(1)
    expect(after[0]!.metadata.uid).not.toBe(before!.metadata.uid)
    expect(await cluster.status('j')).toMatchObject({ state: 'waiting', wanted: 3 })
  })

  it('ends a job that can work nowhere, with what its worker said', async () => {
    await cluster.start(request('j', 2))
    const [pod] = await pods(2)
    await play(plane, namespace, pod!, { phase: 'Failed', exitCode: 10, message: 'the engine "toy" is unknown\n' })
    await state('j').toBe('ended')
    await reason('j').toBe(
      'The workers of this job cannot work. A worker ended with exit code 10; it said last: the engine "toy" is unknown.',
    )
  })

  it('gives up a place whose workers keep ending badly, and adds one while others work', async () => {
    await cluster.start(request('j', 2))
    const [first, second] = await pods(2)
    await play(plane, namespace, first!, { phase: 'Running' })
    await play(plane, namespace, second!, { phase: 'Failed', exitCode: 1, message: 'the toy broke its spring' })
    await expect.poll(async () => (await cluster.status('j')).wanted, PATIENCE).toBe(1)
    expect((await cluster.status('j')).failures).toMatchObject([{ exitCode: 1, signal: null }])
    await cluster.start(request('j', 2))
    expect((await jobsOf())[0]!.spec).toMatchObject({ completions: 3, parallelism: 3 })
    expect(await cluster.status('j')).toMatchObject({ wanted: 2, running: 1 })
    for (const pod of await pods(2)) await play(plane, namespace, pod, { phase: 'Failed', exitCode: 1 })
    await state('j').toBe('ended')
    await reason('j').toMatch(/^No more workers are started: they keep ending badly\. A worker ended with exit code 1/)
  })

  it('replaces a worker that left in order without counting it', async () => {
    await cluster.start(request('j'))
    const [pod] = await pods(1)
    await play(plane, namespace, pod!, { phase: 'Failed', exitCode: 143 })
    await expect
      .poll(async () => (await livePods(plane, namespace)).map(({ metadata }) => metadata.name), PATIENCE)
      .not.toContain(pod!.metadata.name)
    await pods(1)
    expect(await cluster.status('j')).toMatchObject({ state: 'waiting', wanted: 1, failures: [] })
  })

  it('wants more workers and fewer while they work', async () => {
    await cluster.start(request('j', 2))
    for (const pod of await pods(2)) await play(plane, namespace, pod, { phase: 'Running' })
    await cluster.start(request('j', 4))
    await pods(4)
    expect(await cluster.status('j')).toMatchObject({ state: 'running', wanted: 4, running: 2 })
    // One of them finds nothing to do and another one comes for it.
    await play(plane, namespace, (await pods(4))[0]!, { phase: 'Succeeded' })
    await expect.poll(async () => (await cluster.status('j')).wanted, PATIENCE).toBe(3)
    await cluster.start(request('j', 1))
    const [left] = await pods(1)
    expect(left!.metadata.labels).toHaveProperty(['batch.kubernetes.io/job-completion-index'], '1')
    expect(await cluster.status('j')).toMatchObject({ wanted: 1, running: 1, failures: [] })
  })

  it('says which quota holds workers back, and has no more capacity than it allows', async () => {
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`
    await plane.api.send('POST', quotas, { body: { metadata: { name: 'small' }, spec: { hard: { pods: '2' } } } })
    await expect
      .poll(async () => {
        const { status } = await plane.api.send<{ status: { hard?: object } }>('GET', `${quotas}/small`)
        return status.hard
      }, PATIENCE)
      .toEqual({ pods: '2' })
    expect(await cluster.capacity()).toBe(2)
    await cluster.start(request('j', 5))
    for (const pod of await pods(2)) await play(plane, namespace, pod, { phase: 'Running' })
    await reason('j').toBe(
      '5 workers are wanted, 2 run: no more workers may start: the quota small of the namespace is used up (used pods=2, at most pods=2); they start when others end.',
    )
  })

  it('has as many places for a kind of worker as the quota has memory for', async () => {
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`
    const hard = { 'requests.memory': '4Gi' }
    await plane.api.send('POST', quotas, { body: { metadata: { name: 'small' }, spec: { hard } } })
    await expect
      .poll(async () => {
        const { status } = await plane.api.send<{ status: { hard?: object } }>('GET', `${quotas}/small`)
        return status.hard
      }, PATIENCE)
      .toEqual(hard)
    const engines = { fluka: { image: 'localhost/fluka:1', seccompProfile: null } }
    const both = replica({ engines })
    // 128 MiB of the agent beside the engine; with a container for programs 512 MiB more and the agent twice.
    expect(await both.capacity({ engine: 'builtin', memoryMebibytes: 896 })).toBe(4)
    expect(await both.capacity({ engine: 'fluka', memoryMebibytes: 896 })).toBe(2)
    expect(await both.capacity({ engine: 'builtin', memoryMebibytes: 8192 })).toBe(0)
    expect(await both.capacity()).toBe(8)
  })

  it('leaves no Secret of a Job that was refused', async () => {
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`
    const body = { metadata: { name: 'no-jobs' }, spec: { hard: { 'count/jobs.batch': '0' } } }
    await plane.api.send('POST', quotas, { body })
    await expect
      .poll(async () => {
        const { status } = await plane.api.send<{ status: { hard?: object } }>('GET', `${quotas}/no-jobs`)
        return status.hard
      }, PATIENCE)
      .toEqual({ 'count/jobs.batch': '0' })
    await expect(cluster.start(request('j'))).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' })
    const secrets = await plane.api.send<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/secrets`)
    expect(secrets.items).toEqual([])
  })

  it('shares its places among jobs, and says so', async () => {
    const small = replica({ capacity: 3 })
    const wanted = async () => (await jobsOf()).map(({ spec }) => spec.completions).sort()
    await small.start(request('a', 3))
    for (const pod of await pods(3)) await play(plane, namespace, pod, { phase: 'Running' })
    await small.start(request('b', 3))
    expect(await wanted()).toEqual([1, 2])
    expect(await small.status('a')).toMatchObject({
      wanted: 2,
      reason: 'It would use 3 workers and has 2: the 3 places are shared with other jobs.',
    })
    await small.start(request('c', 3))
    await small.start(request('d', 3))
    expect(await wanted()).toEqual([1, 1, 1])
    expect(await small.status('d')).toMatchObject({
      state: 'waiting',
      wanted: 0,
      reason: 'All 3 places for workers are given to other jobs; this job is next.',
    })
    expect(await small.jobs()).toContain('d')
    await small.stop('a', 1000)
    await small.start(request('b', 3))
    await small.start(request('d', 3))
    expect(await small.status('d')).toMatchObject({ wanted: 1 })
    expect(await wanted()).toEqual([1, 1, 1])
    await small.stop('d', 1000)
    expect(await small.status('d')).toMatchObject({ state: 'absent', reason: null })
    expect(await small.jobs()).toEqual(['b', 'c'])
  })

  it('shares its places among users: many jobs of one are no more than a single job of another', async () => {
    const small = replica({ capacity: 4 })
    const wanted = async () => {
      const jobs = (await jobsOf()).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      return Object.fromEntries(
        jobs.map(({ metadata, spec }) => [metadata.annotations!['isolario/job-id'], spec.completions]),
      )
    }
    const many = ['a1', 'a2', 'a3', 'a4', 'a5']
    for (const jobId of many) await small.start(request(jobId, 4))
    expect(await wanted()).toEqual({ a1: 1, a2: 1, a3: 1, a4: 1 })
    // Each asks again about once a second, as whoever lacks something does.
    for (let round = 0; round < 3; round++)
      for (const jobId of ['b', ...many]) await small.start(request(jobId, 4, jobId === 'b' ? 'bea' : 'ada'))
    expect(await wanted()).toMatchObject({ b: 2 })
    const places = Object.entries(await wanted())
    expect(places.filter(([jobId]) => jobId !== 'b').reduce((sum, [, own]) => sum + Number(own), 0)).toBe(2)
    // Another replica finds whose they are in the Jobs.
    const second = replica({ capacity: 4 })
    await second.start(request('c', 4, 'cy'))
    await second.start(request('c', 4, 'cy'))
    expect(await wanted()).toMatchObject({ c: 1 })
  })

  it('gives the places of a user to her more urgent job, and tells the other where it stands', async () => {
    const small = replica({ capacity: 2 })
    const ask = async (jobId: string, priority: number) => {
      await small.start(request(jobId, 2, 'ada', priority))
      return small.status(jobId)
    }
    expect(await ask('calm', 0)).toMatchObject({ wanted: 2, priority: 0 })
    for (let round = 0; round < 2; round++) {
      await ask('hurry', 1)
      await ask('calm', 0)
    }
    expect(await small.status('hurry')).toMatchObject({ wanted: 2, priority: 1 })
    expect(await small.status('calm')).toMatchObject({
      state: 'waiting',
      wanted: 0,
      reason: 'All 2 places for workers are given to other jobs; this job is next.',
    })
    const minute = { ms: 60_000, isDivisible: true }
    expect((await small.outlook((jobId) => (jobId === 'hurry' ? minute : null))).get('calm')).toEqual({
      ...{ position: 1, waitMs: 30_000, unknown: null },
    })
    // The user thinks better of it.
    for (let round = 0; round < 2; round++) {
      await ask('hurry', -1)
      await ask('calm', 0)
    }
    expect(await small.status('calm')).toMatchObject({ wanted: 2, priority: 0 })
  })

  it('leaves nothing behind wherever it dies, and who leads next finishes the start', async () => {
    const secrets = `/api/v1/namespaces/${namespace}/secrets`
    const names = async () => {
      const { items } = await plane.api.send<{ items: { metadata: { name: string } }[] }>('GET', secrets)
      return items.map(({ metadata }) => metadata.name)
    }
    // As it is when control died after its first write: the Job is there, and nothing else.
    const image = { namespace, image: 'localhost/toy:1', controlUrl: 'http://control.example' }
    const body = jobManifest(image, request('j', 2))
    await plane.api.send('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, { body })
    expect(await names()).toEqual([])
    const next = replica()
    expect(await next.status('j')).toMatchObject({ wanted: 0 })
    await next.start(request('j', 2))
    expect(await names()).toEqual(['isolario-j'])
    expect(await next.status('j')).toMatchObject({ wanted: 2 })
    // Ended by somebody who knows of no Secret: it goes with the Job that owns it.
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/isolario-j`
    await plane.api.send('DELETE', path, { body: { propagationPolicy: 'Background' } })
    await expect.poll(names, { timeout: 60_000, interval: 200 }).toEqual([])
  }, 90_000)

  it('is not complete when it was suspended after its first place was drained', async () => {
    await cluster.start(request('j', 3))
    for (const pod of await pods(3)) await play(plane, namespace, pod, { phase: 'Running' })
    await play(plane, namespace, (await pods(3))[0]!, { phase: 'Succeeded' })
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/isolario-j`
    await expect.poll(async () => (await jobsOf())[0]!.status?.completedIndexes, PATIENCE).toBe('0')
    const suspend = (is: boolean) =>
      plane.api.send('PATCH', path, { body: { spec: { suspend: is } }, type: 'application/merge-patch+json' })
    await suspend(true)
    await pods(0)
    await reason('j').toBe('Held: somebody has suspended the job on the cluster.')
    expect(await cluster.status('j')).toMatchObject({ state: 'waiting', wanted: 2, failures: [] })
    await suspend(false)
    for (const pod of await pods(2)) await play(plane, namespace, pod, { phase: 'Succeeded' })
    await state('j').toBe('ended')
  })

  it('goes on watching after the API server was killed', async () => {
    const troubles: (string | null)[] = []
    const watcher = replica({ onTrouble: (error) => troubles.push(error?.code ?? null) })
    await watcher.start(request('j'))
    const [pod] = await pods(1)
    await plane.apiServer.kill('SIGKILL')
    await expect.poll(() => troubles, PATIENCE).toEqual(['CLUSTER_UNAVAILABLE'])
    expect(await watcher.status('j')).toMatchObject({ state: 'waiting', wanted: 1 })
    expect((await watcher.status('j')).reason).toMatch(/does not answer.*is from before/)
    expect(await watcher.capacity()).toBe(8)
    await expect(watcher.start(request('other'))).rejects.toMatchObject({ code: 'CLUSTER_UNAVAILABLE' })
    plane.apiServer.start()
    await plane.answering()
    await play(plane, namespace, pod!, { phase: 'Running' })
    await state('j', watcher).toBe('running')
    // Jobs and pods are watched apart: one may be heard again before the other.
    await expect.poll(() => troubles, PATIENCE).toEqual(['CLUSTER_UNAVAILABLE', null])
    expect(await watcher.status('j')).toMatchObject({ running: 1, reason: null })
  }, 90_000)

  it('leaves a Job alone that was not made for the job', async () => {
    await cluster.start(request('j'))
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/isolario-j`
    const body = { metadata: { annotations: { 'isolario/job-id': 'another' } } }
    await plane.api.send('PATCH', path, { body, type: 'application/merge-patch+json' })
    await expect(replica().start(request('j'))).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' })
  })

  it('leaves the workers to the other replicas when it is closed', async () => {
    const second = replica()
    await cluster.start(request('j'))
    await cluster.close()
    await expect(cluster.start(request('j'))).rejects.toThrow('closed')
    await state('j', second).toBe('waiting')
    expect(await jobsOf()).toHaveLength(1)
  })

  it('says that a namespace or the right to it is missing', async () => {
    const lost = replica({ namespace: 'nowhere' })
    await expect(lost.start(request('j'))).rejects.toMatchObject({
      code: 'CLUSTER_REFUSED',
      message: expect.stringContaining('namespaces "nowhere" not found'),
    })
  })
})
