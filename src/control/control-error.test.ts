import { expect, it } from 'vitest'
import { ClusterError } from '#cluster/cluster.ts'
import { QueueError } from '#queue/queue.ts'
import { RecordsError } from '#records/records.ts'
import { StorageError } from '#storage/storage.ts'
import { asControlError, isPassing } from './control-error.ts'

it.each([
  [new ClusterError('CLUSTER_UNAVAILABLE', 'no answer'), 'CLUSTER_UNAVAILABLE', true],
  [new ClusterError('CLUSTER_REFUSED', 'jobs.batch is forbidden'), 'CLUSTER_REFUSED', false],
  [new QueueError('QUEUE_UNAVAILABLE', 'no answer'), 'QUEUE_UNAVAILABLE', true],
  [new QueueError('QUEUE_DENIED', 'WRONGPASS'), 'QUEUE_REFUSED', false],
  [new StorageError('STORAGE_UNAVAILABLE', 'no answer'), 'STORAGE_UNAVAILABLE', true],
  [new StorageError('STORAGE_FULL', 'the disk is full'), 'STORAGE_UNAVAILABLE', true],
  [new StorageError('STORAGE_UNAVAILABLE', 'no bucket', { retriable: false }), 'STORAGE_REFUSED', false],
  [new StorageError('STORAGE_DAMAGED', 'another digest'), 'STORED_RESULT_DAMAGED', false],
  [new RecordsError('RECORDS_UNAVAILABLE', 'no answer'), 'RECORDS_UNAVAILABLE', true],
] as const)('%o is %s to whoever asks, and passes by itself: %s', (error, code, passes) => {
  expect(asControlError(error)).toMatchObject({ code, message: error.message, cause: error })
  expect(isPassing(code)).toBe(passes)
})

it('knows nothing of a mistake of ours, which no time mends', () => {
  expect(asControlError(new TypeError('x is undefined'))).toBeUndefined()
  expect(isPassing('INTERNAL')).toBe(false)
})
