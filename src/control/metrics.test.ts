import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

const sources = { queues: async () => null, isLeading: () => true, eventStreams: () => 0 }
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
