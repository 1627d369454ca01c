import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

const sources = {
  queues: async () => null,
  isLeading: () => true,
  held: () => new Map<string, number>(),
  reached: async () => ({ queue: true, storage: true }),
  eventStreams: () => 0,
}
const failures = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.read()).text.split('\n').filter((line) => line.startsWith('isolario_task_failures_total{'))

describe('failed tasks in the metrics', () => {
  it('are counted by engine and code', async () => {
    const metrics = createMetrics(sources, false)
    metrics.failed('builtin', ['TASK_LOST', 'ENGINE_FAILED', 'TASK_LOST'])
    metrics.failed('fluka', ['FLUKA_ABORTED'])
    metrics.failed('fluka', [])
    expect(await failures(metrics)).toEqual([
      'isolario_task_failures_total{engine="builtin",code="TASK_LOST"} 2',
      'isolario_task_failures_total{engine="builtin",code="ENGINE_FAILED"} 1',
      'isolario_task_failures_total{engine="fluka",code="FLUKA_ABORTED"} 1',
    ])
  })

  it('have few labels, whatever workers report', async () => {
    const metrics = createMetrics(sources, false)
    const strange = ['', 'no code', `A${'B'.repeat(100)}`, 'A"} 1\nisolario_reconciler_leader 7', 'toString']
    metrics.failed('builtin', [...strange, ...Array.from({ length: 500 }, (_, n) => `CAUSE_${n}`)])
    metrics.failed('builtin', ['TASK_OUT_OF_TIME', 'CAUSE_7'])
    const lines = await failures(metrics)
    expect(lines).toHaveLength(52)
    expect(lines).toContain(`isolario_task_failures_total{engine="builtin",code="OTHER"} ${strange.length + 450}`)
    expect(lines).toContain('isolario_task_failures_total{engine="builtin",code="TASK_OUT_OF_TIME"} 1')
    expect(lines).toContain('isolario_task_failures_total{engine="builtin",code="CAUSE_7"} 2')
  })
})

describe('the metrics while the queue is away', () => {
  const numbers = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
    (await metrics.read()).text.split('\n').filter((line) => line.startsWith(name))

  it('tell that it is and which jobs are held up, and no figure that nobody knows', async () => {
    let away = false
    const held = new Map<string, number>()
    const metrics = createMetrics(
      {
        ...sources,
        queues: async () => {
          if (away) throw new Error('away')
          return { waiting: 5, leased: 2, reported: 1, mergeLagMs: 1500 }
        },
        held: () => held,
        reached: async () => ({ queue: !away, storage: true }),
      },
      false,
    )
    const all = async () => [
      ...(await numbers(metrics, 'isolario_queue_tasks{')),
      ...(await numbers(metrics, 'isolario_merge_lag_seconds ')),
      ...(await numbers(metrics, 'isolario_jobs_held{')),
      ...(await numbers(metrics, 'isolario_reachable{')),
    ]
    const well = [
      'isolario_queue_tasks{state="waiting"} 5',
      'isolario_queue_tasks{state="leased"} 2',
      'isolario_queue_tasks{state="reported"} 1',
      'isolario_merge_lag_seconds 1.5',
      'isolario_reachable{part="queue"} 1',
      'isolario_reachable{part="storage"} 1',
    ]
    expect(await all()).toEqual(well)
    away = true
    held.set('QUEUE_UNAVAILABLE', 3)
    expect(await all()).toEqual([
      'isolario_jobs_held{code="QUEUE_UNAVAILABLE"} 3',
      'isolario_reachable{part="queue"} 0',
      'isolario_reachable{part="storage"} 1',
    ])
    away = false
    held.clear()
    expect(await all()).toEqual(well)
  })

  it('tell of no lag on a replica that does not lead', async () => {
    expect(await numbers(createMetrics(sources, false), 'isolario_merge_lag_seconds ')).toEqual([])
  })
})
