import { afterEach, describe, expect, it } from 'vitest'
import { createLog } from '#control/log.ts'
import { QueueError } from '#queue/queue.ts'
import { type Findings, lookAtQueue, lookAtStorage, type StartLook, usableOrAway } from './start-looks.ts'

const AWAY: Findings = { problems: [{ message: 'Nobody answers.', passing: true }] }
const WRONG: Findings = { problems: [{ message: 'There is no bucket.', passing: false }] }
const GOOD: Findings = { problems: [] }
const WARNED: Findings = { problems: [], warnings: [{ code: 'REDIS_EVICTS', message: 'It evicts.' }] }

const closing: (() => unknown)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Answers these findings one after the other; `last` resolves when the last of them was asked for. */
function looking(...findings: Findings[]) {
  const { promise: last, resolve } = Promise.withResolvers<void>()
  const look: StartLook = {
    code: 'STORAGE_UNUSABLE',
    async look() {
      const next = findings.shift()!
      if (findings.length === 0) resolve()
      return next
    },
  }
  return { look, last, left: findings }
}

function listening() {
  const lines: string[] = []
  const { promise: usable, resolve } = Promise.withResolvers<void>()
  const note = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level}: ${message}`)
    if (message.includes('can be used')) resolve()
  }
  const log = { ...createLog('silent'), info: note('info'), warn: note('warn'), error: note('error') }
  return { log: log as unknown as ReturnType<typeof createLog>, lines, usable }
}

describe('the looks before a start', () => {
  it('end it for what is wrong for good, in its sentence', async () => {
    const { log } = listening()
    const start = usableOrAway([looking(GOOD).look, looking(WRONG).look], log, closing, 1)
    await expect(start).rejects.toMatchObject({ code: 'STORAGE_UNUSABLE', message: 'There is no bucket.' })
  })

  it('do not end it for what may pass, and are repeated until it is found usable', async () => {
    const { log, lines, usable } = listening()
    const { look, left } = looking(AWAY, AWAY, WRONG, WARNED)
    await usableOrAway([look], log, closing, 1)
    expect(lines).toEqual(['warn: Nobody answers. It is looked at again.'])
    await usable
    expect(left).toEqual([])
    expect(lines.slice(1)).toEqual([
      'warn: Nobody answers. It is looked at again.',
      'error: There is no bucket. Nothing that needs it will work until this is set right.',
      'warn: It evicts.',
      'info: what was away at the start is there, and can be used',
    ])
  })

  it('are not repeated after the end', async () => {
    const { log, lines } = listening()
    const { look, left } = looking(AWAY, GOOD)
    await usableOrAway([look], log, closing, 5)
    for (const close of closing.splice(0)) close()
    await new Promise((next) => setTimeout(next, 20))
    expect(left).toEqual([GOOD])
    expect(lines).toHaveLength(1)
  })
})

describe('what a look finds', () => {
  it.each([
    ['QUEUE_UNAVAILABLE', true],
    ['QUEUE_DENIED', false],
    ['QUEUE_ADDRESS_INVALID', false],
  ] as const)('of a queue that says %s', async (code, passing) => {
    const look = lookAtQueue({ ready: () => Promise.reject(new QueueError(code, 'So it is.')) })
    expect(await look.look()).toEqual({ problems: [{ message: 'So it is.', passing }] })
  })

  it('of a storage where nobody listens, and of one that cannot be meant', async () => {
    const s3 = { endpoint: 'http://127.0.0.1:9', region: 'r', bucket: 'b-1', accessKey: 'a', secretKey: 's' }
    const found = async (bucket: string) => (await lookAtStorage({ ...s3, bucket, clock: Date.now }).look()).problems
    expect(await found('b-1')).toEqual([{ message: expect.stringContaining('cannot be reached'), passing: true }])
    expect(await found('No_Bucket')).toEqual([{ message: expect.stringContaining('not the name'), passing: false }])
  })
})
