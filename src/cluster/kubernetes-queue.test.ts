/** The adapter beside Kueue, whose part a stand-in plays on a real API server; workers' ends are written into pods. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith, KUBERNETES } from '#test/needs.ts'
import { isWrite, startCountedApi } from '#test/servers/counted-api.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { livePods, play } from '#test/servers/kubernetes-pods.ts'
import {
  installKueueKinds,
  type KueueOptions,
  type KueueStandIn,
  startKueueStandIn,
} from '#test/servers/kueue-stand-in.ts'
import type { Cluster } from './cluster.ts'
import { type KubernetesClusterOptions, kubernetesCluster } from './kubernetes.ts'
import type { WireJob, WirePod, WireWorkload } from './kubernetes-wire.ts'

const PATIENCE = { timeout: 15_000, interval: 30 }
const jobOfPod = (pod: WirePod) => pod.metadata.annotations?.['isolario/job-id']
const request = (jobId: string, slots = 1) => ({
  jobId,
  slots,
  memoryMebibytes: 64,
  engine: 'builtin',
  owner: 'ada',
  priority: 0,
})

describeWith(KUBERNETES, 'the adapter beside Kueue', (bin) => {
  let plane: ControlPlane
  let kueue: KueueStandIn | undefined
  const open: Cluster[] = []
  beforeAll(async () => {
    plane = await startControlPlane(bin)
    await installKueueKinds(plane)
  })
  afterAll(() => plane?.stop())
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
    await kueue?.close()
    expect(kueue?.errors ?? []).toEqual([])
  })

  /** A namespace with its queues, and a way to make adapters for it. */
  const bench = async (queues: KueueOptions['queues'], more: Partial<KueueOptions> = {}) => {
    const namespace = await plane.namespace()
    kueue = startKueueStandIn(plane, { namespace, queues, priorities: { urgent: 1000, patient: -10 }, ...more })
    const replica = (more: Partial<KubernetesClusterOptions> = {}): Cluster => {
      const made = kubernetesCluster({
        config: plane.config,
        namespace,
        image: 'localhost/toy:1',
        controlUrl: 'http://control.example',
        capacity: 8,
        tokenFor: () => 'a token',
        clock: Date.now,
        localQueue: 'physics',
        ...more,
      })
      open.push(made)
      return made
    }
    const job = (jobId: string) =>
      plane.api.send<WireJob>('GET', `/apis/batch/v1/namespaces/${namespace}/jobs/isolario-${jobId}`)
    const pods = async (count: number) => {
      await expect.poll(async () => (await livePods(plane, namespace)).length, PATIENCE).toBe(count)
      return livePods(plane, namespace)
    }
    const run = async (count: number) => {
      for (const pod of await pods(count)) await play(plane, namespace, pod, { phase: 'Running' })
    }
    return { namespace, cluster: replica(), replica, job, pods, run }
  }
  const reason = (cluster: Cluster, jobId: string) =>
    expect.poll(async () => (await cluster.status(jobId)).reason, PATIENCE)
  const state = (cluster: Cluster, jobId: string) =>
    expect.poll(async () => (await cluster.status(jobId)).state, PATIENCE)

  it('waits for its turn in words, and starts when another job has ended', async () => {
    const { namespace, cluster, pods, run } = await bench({ physics: 2 })
    await cluster.start(request('first', 2))
    await run(2)
    await reason(cluster, 'first').toBe(null)
    expect(await cluster.status('first')).toMatchObject({ state: 'running', running: 2 })
    await cluster.start(request('second'))
    await reason(cluster, 'second').toBe('Waiting in the queue physics, it is next: 1 of cpu more are needed.')
    await cluster.start(request('third'))
    await reason(cluster, 'third').toBe('Waiting in the queue physics, 1 job is before it: 1 of cpu more are needed.')
    for (const pod of await pods(2)) await play(plane, namespace, pod, { phase: 'Succeeded' })
    await state(cluster, 'first').toBe('ended')
    await run(2)
    await state(cluster, 'second').toBe('running')
    await state(cluster, 'third').toBe('running')
  })

  it('tells from the work that is before a job when it is its turn', async () => {
    const { cluster, run } = await bench({ physics: 2 })
    await cluster.start(request('first', 2))
    await run(2)
    await cluster.start(request('second'))
    await cluster.start(request('third', 4))
    await reason(cluster, 'third').toMatch(/^Waiting in the queue physics, 1 job is before it/)
    const minutes: Record<string, number> = { first: 30, second: 4 }
    const work = (jobId: string) => {
      const left = minutes[jobId]
      return left === undefined ? null : { ms: left * 60_000, isDivisible: true }
    }
    // Two workers need 15 minutes for 30; both places are free then, and the third may have one of them.
    expect(await cluster.outlook(work)).toEqual(
      new Map([
        ['second', { position: 1, waitMs: 900_000, unknown: null }],
        ['third', { position: 2, waitMs: 900_000, unknown: null }],
      ]),
    )
    expect((await cluster.outlook(() => null)).get('second')).toEqual({ position: 1, waitMs: null, unknown: 'first' })
  })

  it('lets a job of low priority wait behind the others of its queue, also when that comes later', async () => {
    const classes = { priorityClass: 'urgent', lowPriorityClass: 'patient' }
    const { replica, job, run } = await bench({ physics: 2 })
    const cluster = replica(classes)
    await cluster.start(request('first', 2))
    await run(2)
    await cluster.start({ ...request('second'), priority: -1 })
    await cluster.start(request('third'))
    await reason(cluster, 'second').toMatch(/1 job is before it/)
    await reason(cluster, 'third').toMatch(/it is next/)
    await cluster.start({ ...request('third'), priority: -1 })
    expect((await job('third')).metadata.labels).toMatchObject({ 'kueue.x-k8s.io/priority-class': 'patient' })
    expect(await cluster.status('third')).toMatchObject({ priority: -1 })
    // One that was let in keeps its class: changing that is not for sure.
    await cluster.start({ ...request('first', 2), priority: -1 })
    expect((await job('first')).metadata.labels).toMatchObject({ 'kueue.x-k8s.io/priority-class': 'urgent' })
    expect(await cluster.status('first')).toMatchObject({ priority: -1 })
  })

  it('starts with as many workers as there is room for, and does not fight for more', async () => {
    const { cluster, replica, job, run } = await bench({ physics: 3 })
    await cluster.start(request('j', 6))
    await run(3)
    await expect.poll(async () => (await cluster.status('j')).running, PATIENCE).toBe(3)
    await reason(cluster, 'j').toBe('6 workers are wanted, 3 run: the queue physics has room for 3 of them.')
    expect(await cluster.status('j')).toMatchObject({ state: 'running', wanted: 6, running: 3 })
    // Whoever looks whether enough are wanted sees that they are; and even so nothing is written into an admitted Job.
    await replica().start(request('j', 8))
    expect((await job('j')).spec).toMatchObject({ parallelism: 3, completions: 6, suspend: false })
  })

  it('is asked again every second by a job that would use more, and writes nothing', async () => {
    const { replica, run } = await bench({ physics: 3 })
    const counted = await startCountedApi(plane)
    try {
      const cluster = replica({ config: counted.config })
      await cluster.start(request('j', 6))
      await run(3)
      await expect.poll(async () => (await cluster.status('j')).running, PATIENCE).toBe(3)
      counted.forget()
      for (let look = 0; look < 5; look++) await cluster.start(request('j', 8))
      expect(counted.asked.filter(isWrite)).toEqual([])
      // A priority that changed is told, once.
      await cluster.start({ ...request('j', 8), priority: -1 })
      expect(counted.asked.filter(isWrite).map(({ method, path }) => `${method} ${path.split('/').at(-2)}`)).toEqual([
        'PATCH jobs',
        'PATCH secrets',
      ])
      await cluster.start({ ...request('j', 8), priority: -1 })
      expect(counted.asked.filter(isWrite)).toHaveLength(2)
    } finally {
      for (const each of open.splice(0)) await each.close()
      await counted.stop()
    }
  })

  it('wants another number of workers as long as the job waits', async () => {
    const { cluster, job, run } = await bench({ physics: 2 })
    await cluster.start(request('first', 2))
    await run(2)
    await cluster.start(request('j', 4))
    await cluster.start(request('j', 5))
    expect((await job('j')).spec).toMatchObject({ parallelism: 5, completions: 5, suspend: true })
    expect(await cluster.status('j')).toMatchObject({ state: 'waiting', wanted: 5 })
  })

  it('loses nothing and is not complete when a more urgent job takes its places after the first was drained', async () => {
    const { namespace, cluster, replica, job, pods, run } = await bench({ physics: 3 })
    await cluster.start(request('patient', 3))
    await run(3)
    await play(plane, namespace, (await pods(3))[0]!, { phase: 'Succeeded' })
    await expect.poll(async () => (await job('patient')).status?.completedIndexes, PATIENCE).toBe('0')

    const urgent = replica({ priorityClass: 'urgent' })
    await urgent.start(request('hasty', 3))
    await reason(cluster, 'patient').toMatch(
      /^Its workers made room for a more urgent job of the same project; nothing is lost, and it goes on when the queue physics has room/,
    )
    expect(await cluster.status('patient')).toMatchObject({ state: 'waiting', wanted: 2, running: 0, failures: [] })
    const { status } = await job('patient')
    expect(status?.conditions?.filter(({ type }) => type !== 'Suspended')).toEqual([])

    // The first place that is free again is given to it at once. It is one of two that are still wanted, not the last.
    const urgentPods = await pods(3)
    await play(plane, namespace, urgentPods[0]!, { phase: 'Succeeded' })
    await expect.poll(async () => (await livePods(plane, namespace)).map(jobOfPod), PATIENCE).toContain('patient')
    for (const pod of urgentPods.slice(1)) await play(plane, namespace, pod, { phase: 'Succeeded' })
    await state(urgent, 'hasty').toBe('ended')
    await run(1)
    await reason(cluster, 'patient').toBe('2 workers are wanted, 1 run: the queue physics has room for 1 of them.')
    expect(await cluster.status('patient')).toMatchObject({ state: 'running', running: 1, failures: [] })
    await play(plane, namespace, (await pods(1))[0]!, { phase: 'Succeeded' })
    await expect.poll(async () => (await job('patient')).status?.completedIndexes, PATIENCE).toBe('0,1')
    expect((await cluster.status('patient')).state).not.toBe('ended')
    await play(plane, namespace, (await pods(1))[0]!, { phase: 'Succeeded' })
    await state(cluster, 'patient').toBe('ended')
  })

  it('gives two projects their shares: what one lends it takes back, and nothing of the other is lost', async () => {
    const queues = { beams: 2, medicine: 2, physics: 1 }
    const { namespace, replica, job, run } = await bench(queues, { cohort: Object.keys(queues) })
    const cluster = replica({
      projects: [
        { localQueue: 'beams', users: ['ada'], groups: [] },
        { localQueue: 'medicine', users: [], groups: ['isolpharm'] },
      ],
      groupsOf: async (owner) => (owner === 'bea' ? ['isolpharm'] : []),
    })
    const queueOf = async (jobId: string) => (await job(jobId)).metadata.labels!['kueue.x-k8s.io/queue-name']
    const parallelism = (jobId: string) => expect.poll(async () => (await job(jobId)).spec.parallelism, PATIENCE)

    // Alone it has everything.
    await cluster.start(request('a', 6))
    expect(await queueOf('a')).toBe('beams')
    await run(5)
    await parallelism('a').toBe(5)

    await cluster.start({ ...request('b', 6), owner: 'bea' })
    await cluster.start({ ...request('c', 6), owner: 'cy' })
    expect([await queueOf('b'), await queueOf('c')]).toEqual(['medicine', 'physics'])
    await expect
      .poll(async () => {
        const counts = { a: 0, b: 0, c: 0 }
        for (const pod of await livePods(plane, namespace)) counts[jobOfPod(pod) as 'a']++
        return counts
      }, PATIENCE)
      .toEqual({ a: 2, b: 2, c: 1 })
    await run(5)
    // Two that want more than they have, each in its own words; nobody's failure.
    await reason(cluster, 'b').toBe('6 workers are wanted, 2 run: the queue medicine has room for 2 of them.')
    const shared = { state: 'running', wanted: 6, running: 2, failures: [] }
    await expect.poll(() => cluster.status('a'), PATIENCE).toMatchObject(shared)

    // A second one of the same project waits for the first, whatever others have.
    await cluster.start({ ...request('b2', 1), owner: 'bea' })
    await reason(cluster, 'b2').toMatch(/^Waiting in the queue medicine, it is next/)
    const work = (jobId: string) => ({ ms: jobId === 'b' ? 120_000 : 10_000, isDivisible: true })
    expect(await cluster.outlook(work)).toEqual(new Map([['b2', { position: 1, waitMs: 60_000, unknown: null }]]))
    await cluster.stop('b', 1000)
    await expect
      .poll(async () => (await livePods(plane, namespace)).map(jobOfPod).sort(), PATIENCE)
      .toEqual(['a', 'a', 'b2', 'c'])
  })

  it('says that a queue is unknown', async () => {
    const { replica } = await bench({ physics: 1 })
    const lost = replica({ localQueue: 'nowhere' })
    await lost.start(request('j'))
    await reason(lost, 'j').toBe(
      "The queue nowhere cannot take this job: LocalQueue nowhere doesn't exist. An administrator can put that right.",
    )
  })

  it('says that a job can never start', async () => {
    const { cluster } = await bench({ physics: 0 })
    await cluster.start(request('j'))
    await reason(cluster, 'j').toMatch(/^This job can never start in the queue physics: one worker asks for more/)
  })

  it('says that an administrator holds a job', async () => {
    const { namespace, cluster, run } = await bench({ physics: 1 })
    await cluster.start(request('j'))
    await run(1)
    const workloads = `/apis/kueue.x-k8s.io/v1beta2/namespaces/${namespace}/workloads`
    const { items } = await plane.api.send<{ items: WireWorkload[] }>('GET', workloads)
    const path = `${workloads}/${items[0]!.metadata.name}`
    await plane.api.send('PATCH', path, { body: { spec: { active: false } }, type: 'application/merge-patch+json' })
    await reason(cluster, 'j').toBe('Held: an administrator has deactivated this job in the queue physics.')
    await cluster.stop('j', 1000)
    expect(await cluster.jobs()).toEqual([])
  })
})
