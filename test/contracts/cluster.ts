/**
 * What every cluster must do. An implementation's test file calls `describeClusterContract(name, make)`.
 * The job's id says what its workers do (`test/programs/toy-worker.mjs`): the part before `:` is the behaviour.
 */

import { describe, type ExpectStatic, it } from 'vitest'
import type { Cluster, WorkersState, WorkersStatus } from '#cluster/cluster.ts'

/** One fresh cluster with two places, and a look at the processes from outside. */
export interface ClusterBench {
  readonly cluster: Cluster
  /** Processes of a behaviour that really run now. */
  alive(behaviour: string): Promise<number>
  /** Kills one worker of a behaviour as a lost node would. */
  kill(behaviour: string): Promise<void>
  close(): Promise<void>
}

/** The behaviour a job id asks for. */
export const behaviourOf = (jobId: string): string => jobId.split(':')[0]!

const request = (jobId: string, slots = 1) => ({
  jobId,
  slots,
  memoryMebibytes: 256,
  engine: 'builtin',
  owner: 'ada',
  priority: 0,
})

/** In what clusters may differ. */
export interface ClusterTraits {
  /** A job without a worker gets a place of the one that has most; otherwise a queue of the cluster's own does that. */
  readonly sharesPlaces: boolean
  /** Workers live with the process that started them; otherwise they go on, and another replica finds them. */
  readonly endsWorkersOnClose: boolean
  /** How it says that there is no place for one more worker. */
  readonly fullWords: RegExp
  /** Each test has workers of its own that take their time: all run at once. */
  readonly concurrent: boolean
  /** Longest wait for something to happen, in milliseconds. */
  readonly patienceMs: number
}

/** What a test has at hand. */
interface Hands {
  readonly bench: ClusterBench
  readonly cluster: Cluster
  readonly expect: ExpectStatic
  reaches(jobId: string, state: WorkersState): Promise<WorkersStatus>
  runs(behaviour: string, count: number): Promise<void>
}

/** The suite. `make` gives a new bench, with a capacity of two and short delays, for every test. */
export function describeClusterContract(name: string, traits: ClusterTraits, make: () => Promise<ClusterBench>): void {
  const PATIENCE = { timeout: traits.patienceMs, interval: traits.patienceMs / 500 }
  const check = (title: string, body: (hands: Hands) => Promise<void>): void =>
    it(title, { concurrent: traits.concurrent }, async ({ expect }) => {
      const bench = await make()
      const { cluster } = bench
      try {
        await body({
          bench,
          cluster,
          expect,
          async reaches(jobId, state) {
            await expect.poll(async () => (await cluster.status(jobId)).state, PATIENCE).toBe(state)
            return cluster.status(jobId)
          },
          runs: (behaviour, count) => expect.poll(() => bench.alive(behaviour), PATIENCE).toBe(count),
        })
      } finally {
        await bench.close()
      }
    })

  describe(`cluster contract: ${name}`, { timeout: 3 * traits.patienceMs }, () => {
    check('knows nothing of a job that was never started', async ({ cluster, expect }) => {
      expect(await cluster.status('none')).toEqual({
        jobId: 'none',
        state: 'absent',
        wanted: 0,
        running: 0,
        priority: null,
        reason: null,
        failures: [],
      })
      expect(await cluster.jobs()).toEqual([])
      expect(await cluster.outlook(() => ({ ms: 1000, isDivisible: true }))).toEqual(new Map())
      await cluster.stop('none', 100)
      expect(await cluster.capacity()).toBe(2)
    })

    check('starts the workers wanted, and starting again is success', async ({ cluster, expect, runs }) => {
      await cluster.start(request('stay:1', 2))
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      await expect.poll(async () => (await cluster.status('stay:1')).running, PATIENCE).toBe(2)
      expect(await cluster.status('stay:1')).toMatchObject({ state: 'running', wanted: 2, running: 2, reason: null })
      expect(await cluster.jobs()).toEqual(['stay:1'])
    })

    check('gives no more than its capacity and says so', async ({ cluster, expect, runs }) => {
      await cluster.start(request('stay:1', 5))
      await runs('stay', 2)
      await expect.poll(async () => (await cluster.status('stay:1')).running, PATIENCE).toBe(2)
      const status = await cluster.status('stay:1')
      expect(status).toMatchObject({ wanted: 5, running: 2 })
      expect(status.reason).toMatch(/5 .*2/)
    })

    check(
      'ends a job whose workers found nothing to do, and runs it again when asked',
      async ({ cluster, expect, reaches }) => {
        await cluster.start(request('drain:1', 2))
        expect(await reaches('drain:1', 'ended')).toMatchObject({ running: 0, reason: null, failures: [] })
        expect(await cluster.jobs()).toEqual([])
        const changes: string[] = []
        cluster.onChange((jobId) => changes.push(jobId))
        await cluster.start(request('drain:1', 1))
        await expect.poll(() => changes.length, PATIENCE).toBeGreaterThan(1)
        await reaches('drain:1', 'ended')
      },
    )

    check('replaces a worker that was killed', async ({ bench, cluster, expect, reaches, runs }) => {
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      await bench.kill('stay')
      await expect.poll(async () => (await cluster.status('stay:1')).failures.length, PATIENCE).toBe(1)
      await runs('stay', 2)
      const status = await reaches('stay:1', 'running')
      expect(status.failures).toMatchObject([{ exitCode: null, signal: 'SIGKILL' }])
      expect(status.failures[0]!.message).toContain('memory')
    })

    check('gives up on workers that keep ending badly, with what they said', async ({ cluster, expect, reaches }) => {
      await cluster.start(request('crash:1'))
      const status = await reaches('crash:1', 'ended')
      expect(status.reason).toMatch(/No more workers.*the toy broke its spring/)
      expect(status.failures.length).toBeGreaterThan(1)
      expect(status.failures[0]).toMatchObject({ exitCode: 1, signal: null })
      expect(await cluster.jobs()).toEqual([])
    })

    check('does not replace a worker that says its job cannot work', async ({ cluster, expect, reaches }) => {
      await cluster.start(request('config:1', 1))
      const status = await reaches('config:1', 'ended')
      expect(status.failures).toHaveLength(1)
      expect(status.reason).toContain('the engine "toy" is unknown')
    })

    if (traits.sharesPlaces)
      check('shares its places between jobs', async ({ cluster, expect, runs }) => {
        await cluster.start(request('stay:1', 2))
        await runs('stay', 2)
        await cluster.start(request('stay:2', 2))
        // The first job gives up one of its two.
        await expect.poll(async () => (await cluster.status('stay:2')).running, PATIENCE).toBe(1)
        expect(await cluster.status('stay:1')).toMatchObject({ running: 1, state: 'running', failures: [] })
      })

    check('lets the latest job wait in words when there is no place', async ({ cluster, expect, reaches, runs }) => {
      await cluster.start(request('stay:1'))
      await cluster.start(request('stay:2'))
      await runs('stay', 2)
      await cluster.start(request('stay:3'))
      await expect.poll(async () => (await cluster.status('stay:3')).reason, PATIENCE).toMatch(traits.fullWords)
      expect(await cluster.status('stay:3')).toMatchObject({ state: 'waiting', running: 0, wanted: 1 })
      expect([...(await cluster.jobs())].sort()).toEqual(['stay:1', 'stay:2', 'stay:3'])
      await cluster.stop('stay:1', 2000)
      await reaches('stay:3', 'running')
      await runs('stay', 2)
    })

    check('stops politely, and leaves nothing', async ({ bench, cluster, expect, runs }) => {
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      await cluster.stop('stay:1', 5000)
      expect(await bench.alive('stay')).toBe(0)
      expect(await cluster.status('stay:1')).toMatchObject({ running: 0, wanted: 0 })
      expect(await cluster.jobs()).toEqual([])
      await cluster.stop('stay:1', 100)
    })

    check('stops by force, with all children, what does not listen', async ({ cluster, runs }) => {
      await cluster.start(request('stubborn:1'))
      await runs('stubborn', 2)
      await cluster.stop('stubborn:1', 100)
      await runs('stubborn', 0)
    })

    check('stops while a replacement is waiting for its delay', async ({ bench, cluster, expect }) => {
      await cluster.start(request('crash:1'))
      await expect.poll(async () => (await cluster.status('crash:1')).failures.length, PATIENCE).toBeGreaterThan(0)
      await cluster.stop('crash:1', 100)
      expect(await cluster.jobs()).toEqual([])
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(await bench.alive('crash')).toBe(0)
    })

    check('calls back when workers change, until the listener leaves', async ({ cluster, expect, reaches }) => {
      const heard: string[] = []
      const leave = cluster.onChange((jobId) => heard.push(jobId))
      await cluster.start(request('drain:1'))
      await reaches('drain:1', 'ended')
      await expect.poll(() => heard, PATIENCE).toContain('drain:1')
      leave()
      heard.length = 0
      await cluster.start(request('drain:2'))
      await reaches('drain:2', 'ended')
      expect(heard).toEqual([])
    })

    if (traits.endsWorkersOnClose)
      check('ends everything when it is closed', async ({ bench, cluster, expect, runs }) => {
        await cluster.start(request('stay:1', 1))
        await cluster.start(request('stubborn:1', 1))
        await runs('stay', 1)
        await runs('stubborn', 2)
        await cluster.close()
        expect(await bench.alive('stay')).toBe(0)
        await runs('stubborn', 0)
        await expect(cluster.start(request('stay:1'))).rejects.toThrow('closed')
      })
  })
}
