import { beforeEach, expect, it } from 'vitest'
import { QueueError } from '#queue/queue.ts'
import { StorageError } from '#storage/storage.ts'
import { ControlError } from './control-error.ts'
import { createReachability } from './reachability.ts'

const queueAway = new QueueError('QUEUE_UNAVAILABLE', 'Redis does not answer.')
const storageAway = new StorageError('STORAGE_UNAVAILABLE', 'S3 does not answer.')

let nowMs = 0
let asked: string[] = []
let queueAnswer: () => Promise<undefined>
let storageAnswer: () => Promise<undefined>
let reachability: ReturnType<typeof createReachability>

beforeEach(() => {
  asked = []
  queueAnswer = storageAnswer = async () => undefined
  reachability = createReachability({
    queue: {
      counts() {
        asked.push('queue')
        return queueAnswer()
      },
    },
    storage: {
      head() {
        asked.push('storage')
        return storageAnswer()
      },
    },
    clock: () => nowMs,
  })
})

it('asks only for what no look at a job has told lately', async () => {
  reachability.note(null)
  expect(await reachability.now()).toEqual({ queue: true, storage: true })
  expect(asked).toEqual(['storage'])
  reachability.note(queueAway)
  reachability.note(new ControlError('STORAGE_UNAVAILABLE', 'away', { cause: storageAway }))
  expect(await reachability.now()).toEqual({ queue: false, storage: false })
  expect(asked).toEqual(['storage'])
  nowMs += 20_000
  expect(await reachability.now()).toEqual({ queue: true, storage: true })
  expect(asked).toEqual(['storage', 'queue', 'storage'])
})

it('asks the storage again once a job went on', async () => {
  reachability.note(storageAway)
  reachability.note(null)
  expect(await reachability.now()).toEqual({ queue: true, storage: true })
  expect(asked).toEqual(['storage'])
})

it('takes a refusal for the want of an answer, and another fault for an answer', async () => {
  queueAnswer = async () => Promise.reject(queueAway)
  storageAnswer = async () => Promise.reject(new StorageError('STORAGE_DAMAGED', 'no digest'))
  expect(await reachability.now()).toEqual({ queue: false, storage: true })
})

it('does not wait for who says nothing', async () => {
  queueAnswer = () => new Promise(() => undefined)
  expect(await reachability.now()).toEqual({ queue: false, storage: true })
})
