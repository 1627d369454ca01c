import { expect, it } from 'vitest'
import { describeQueueContract } from '#test/contracts/queue.ts'
import { memoryQueue } from './memory.ts'

describeQueueContract('memory', async () => {
  let now = 1_000_000
  const queue = memoryQueue({ clock: () => now })
  return {
    queue,
    workers: () => queue,
    leaseMs: 10_000,
    advance: async (ms) => {
      now += ms
    },
    close: () => queue.close(),
  }
})

it('goes on when a listener throws', async () => {
  const errors: unknown[] = []
  const queue = memoryQueue({ clock: () => 0, onListenerError: (error) => errors.push(error) })
  const heard: string[] = []
  queue.onReports(() => {
    throw new Error('not mine')
  })
  queue.onReports((jobId) => heard.push(jobId))
  await queue.open('j', { leaseMs: 1000, maxAttempts: 1, generation: 1 }, [{ task: 0, payload: '{}' }])
  const answer = await queue.take('j', 'w', 1)
  if (answer.kind !== 'tasks') throw new Error('no task')
  const { attempt, generation } = answer.leases[0]!
  await queue.report('j', 'w', [
    { kind: 'failed', task: 0, attempt, generation, code: 'X', message: 'x', retriable: false, logKey: null },
  ])
  await expect.poll(() => heard).toEqual(['j'])
  expect(errors).toHaveLength(1)
})

it('refuses settings that make no sense, in words', async () => {
  const queue = memoryQueue({ clock: () => 0 })
  const good = { leaseMs: 1000, maxAttempts: 3, generation: 1 }
  await expect(queue.open('', good, [])).rejects.toThrow('no id')
  await expect(queue.open('j', { ...good, leaseMs: 0 }, [])).rejects.toThrow('lease of 0 ms')
  await expect(queue.open('j', { ...good, maxAttempts: 0 }, [])).rejects.toThrow('0 attempts')
  await expect(queue.open('j', { ...good, generation: -1 }, [])).rejects.toThrow('generation -1')
})

it('is unavailable once closed', async () => {
  const queue = memoryQueue({ clock: () => 0 })
  await queue.close()
  await expect(queue.take('j', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
})

it('holds ten thousand tasks without walking over them at each step', async () => {
  const queue = memoryQueue({ clock: () => 0 })
  const tasks = Array.from({ length: 10_000 }, (_, task) => ({ task, payload: '{}' }))
  await queue.open('j', { leaseMs: 1000, maxAttempts: 1, generation: 1 }, tasks)
  let taken = 0
  for (;;) {
    const answer = await queue.take('j', 'w', 7)
    if (answer.kind !== 'tasks') break
    taken += answer.leases.length
    await queue.release(
      'j',
      'w',
      answer.leases.slice(0, 1).map((lease) => ({ ...lease, historiesDone: 0 })),
    )
    taken -= 1
    const rest = answer.leases.slice(1)
    await queue.report(
      'j',
      'w',
      rest.map(({ task, attempt, generation }) => ({
        kind: 'failed' as const,
        task,
        attempt,
        generation,
        code: 'X',
        message: 'x',
        retriable: false,
        logKey: null,
      })),
    )
    await queue.confirm('j', await queue.reports('j', 100))
    if (answer.leases.length === 1) break
  }
  expect(taken).toBe(9999)
  expect(await queue.counts('j')).toEqual({ waiting: 1, leased: 0, reported: 0 })
})
