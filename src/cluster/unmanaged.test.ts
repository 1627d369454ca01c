import { expect, it } from 'vitest'
import { unmanagedCluster } from './unmanaged.ts'

it('says that workers are started by somebody else until one holds a lease', async () => {
  let workers = 0
  const cluster = unmanagedCluster({ slots: 16, workersOf: async () => workers })
  expect(await cluster.capacity()).toBe(16)
  expect((await cluster.status('abcd')).state).toBe('absent')
  await cluster.start({ jobId: 'abcd', slots: 4, memoryMebibytes: 256, engine: 'builtin', owner: 'ada', priority: 0 })
  const waiting = await cluster.status('abcd')
  expect(waiting).toMatchObject({ state: 'waiting', wanted: 4, running: 0 })
  expect(waiting.reason).toContain('isolario worker --job abcd')
  workers = 3
  expect(await cluster.status('abcd')).toMatchObject({ state: 'running', running: 3, reason: null })
  expect(await cluster.jobs()).toEqual(['abcd'])
  await cluster.stop('abcd', 0)
  expect((await cluster.status('abcd')).state).toBe('absent')
})
