/**
 * What every cluster must do. An implementation's test file calls `describeClusterContract(name, make)`.
 * The job's id says what its workers do (`test/programs/toy-worker.mjs`): the part before `:` is the behaviour.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cluster, WorkersState } from '#cluster/cluster.ts'

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

const request = (jobId: string, slots = 1) => ({ jobId, slots, memoryMebibytes: 256 })
const PATIENCE = { timeout: 10_000, interval: 20 }

/** The suite. `make` gives a new bench, with a capacity of two and short delays, for every test. */
export function describeClusterContract(name: string, make: () => Promise<ClusterBench>): void {
  describe(`cluster contract: ${name}`, () => {
    let bench: ClusterBench
    let cluster: Cluster
    beforeEach(async () => {
      bench = await make()
      cluster = bench.cluster
    })
    afterEach(() => bench.close())

    const reaches = async (jobId: string, state: WorkersState) => {
      await expect.poll(async () => (await cluster.status(jobId)).state, PATIENCE).toBe(state)
      return cluster.status(jobId)
    }
    const runs = (behaviour: string, count: number) => expect.poll(() => bench.alive(behaviour), PATIENCE).toBe(count)

    it('knows nothing of a job that was never started', async () => {
      expect(await cluster.status('none')).toEqual({
        jobId: 'none',
        state: 'absent',
        wanted: 0,
        running: 0,
        reason: null,
        failures: [],
      })
      expect(await cluster.jobs()).toEqual([])
      await cluster.stop('none', 100)
      expect(await cluster.capacity()).toBe(2)
    })

    it('starts the workers wanted, and starting again is success', async () => {
      await cluster.start(request('stay:1', 2))
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      expect(await cluster.status('stay:1')).toMatchObject({ state: 'running', wanted: 2, running: 2, reason: null })
      expect(await cluster.jobs()).toEqual(['stay:1'])
    })

    it('gives no more than its capacity and says so', async () => {
      await cluster.start(request('stay:1', 5))
      await runs('stay', 2)
      const status = await cluster.status('stay:1')
      expect(status).toMatchObject({ wanted: 5, running: 2 })
      expect(status.reason).toMatch(/5 .*2/)
    })

    it('ends a job whose workers found nothing to do, and runs it again when asked', async () => {
      await cluster.start(request('drain:1', 2))
      expect(await reaches('drain:1', 'ended')).toMatchObject({ running: 0, reason: null, failures: [] })
      expect(await cluster.jobs()).toEqual([])
      const changes: string[] = []
      cluster.onChange((jobId) => changes.push(jobId))
      await cluster.start(request('drain:1', 1))
      await expect.poll(() => changes.length, PATIENCE).toBeGreaterThan(1)
      await reaches('drain:1', 'ended')
    })

    it('replaces a worker that was killed', async () => {
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      await bench.kill('stay')
      await expect.poll(async () => (await cluster.status('stay:1')).failures.length, PATIENCE).toBe(1)
      await runs('stay', 2)
      const status = await reaches('stay:1', 'running')
      expect(status.failures).toMatchObject([{ exitCode: null, signal: 'SIGKILL' }])
      expect(status.failures[0]!.message).toContain('memory')
    })

    it('gives up on workers that keep ending badly, with what they said', async () => {
      await cluster.start(request('crash:1'))
      const status = await reaches('crash:1', 'ended')
      expect(status.reason).toMatch(/No more workers.*the toy broke its spring/)
      expect(status.failures.length).toBeGreaterThan(1)
      expect(status.failures[0]).toMatchObject({ exitCode: 1, signal: null })
      expect(await cluster.jobs()).toEqual([])
    })

    it('does not replace a worker that says its job cannot work', async () => {
      await cluster.start(request('config:1', 1))
      const status = await reaches('config:1', 'ended')
      expect(status.failures).toHaveLength(1)
      expect(status.reason).toContain('the engine "toy" is unknown')
    })

    it('shares its places between jobs and lets the latest wait in words when there is none', async () => {
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      await cluster.start(request('stay:2', 2))
      // The first job gives up one of its two.
      await expect.poll(async () => (await cluster.status('stay:2')).running, PATIENCE).toBe(1)
      expect(await cluster.status('stay:1')).toMatchObject({ running: 1, state: 'running', failures: [] })
      await cluster.start(request('stay:3', 1))
      const status = await cluster.status('stay:3')
      expect(status).toMatchObject({ state: 'waiting', running: 0, wanted: 1 })
      expect(status.reason).toMatch(/busy with other jobs/)
      expect(await cluster.jobs()).toEqual(['stay:1', 'stay:2', 'stay:3'])
      await cluster.stop('stay:1', 2000)
      await reaches('stay:3', 'running')
      await runs('stay', 2)
    })

    it('stops politely, and leaves nothing', async () => {
      await cluster.start(request('stay:1', 2))
      await runs('stay', 2)
      await cluster.stop('stay:1', 5000)
      expect(await bench.alive('stay')).toBe(0)
      expect(await cluster.status('stay:1')).toMatchObject({ running: 0, wanted: 0 })
      expect(await cluster.jobs()).toEqual([])
      await cluster.stop('stay:1', 100)
    })

    it('stops by force, with all children, what does not listen', async () => {
      await cluster.start(request('stubborn:1'))
      await runs('stubborn', 2)
      await cluster.stop('stubborn:1', 100)
      await runs('stubborn', 0)
    })

    it('stops while a replacement is waiting for its delay', async () => {
      await cluster.start(request('crash:1'))
      await expect.poll(async () => (await cluster.status('crash:1')).failures.length, PATIENCE).toBeGreaterThan(0)
      await cluster.stop('crash:1', 100)
      expect(await cluster.jobs()).toEqual([])
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(await bench.alive('crash')).toBe(0)
    })

    it('calls back when workers change, until the listener leaves', async () => {
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

    it('ends everything when it is closed', async () => {
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
