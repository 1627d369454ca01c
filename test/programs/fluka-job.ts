/** A job for FLUKA as control hands it to the queue: one batch a task, one after the other, seeds from 1. */

import type { Engine } from '#engines/engine/engine.ts'
import { type PointPayload, taskPayloadWriter } from '#engines/engine/task-payload.ts'
import type { QueueTask } from '#queue/queue.ts'
import { setupDigest } from '#simulation/digest.ts'
import type { Setup } from '#simulation/document.ts'

/** What all its tasks have in common. */
export const flukaPoint = (engine: Engine, setup: Setup, objectKeyPrefix = 'jobs/j/'): PointPayload => ({
  engine: 'fluka',
  engineVersion: engine.identity.version,
  setup,
  setupDigest: setupDigest(setup),
  jobKey: '0123456789abcdef',
  point: 0,
  replay: false,
  limits: { timeSeconds: 300, memoryMebibytes: 1024 },
  objectKeyPrefix,
})

/** @param histories of each task */
export function flukaTasks(point: PointPayload, count: number, histories: number): readonly QueueTask[] {
  const write = taskPayloadWriter(point)
  return Array.from({ length: count }, (_, task) => ({
    task,
    payload: write([{ ordinal: task, first: task * histories, histories }], task + 1),
  }))
}
