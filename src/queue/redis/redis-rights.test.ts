/** What a worker of a job may do in Redis, and what it is refused, tried as a hostile one would. */

import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeWith, REDIS } from '#test/needs.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import { QueueError } from '../queue.ts'
import { CONTROL_RULES, workerLogin } from './access.ts'
import { parseRedisUrl, type RedisLogin, withoutLogin } from './address.ts'
import { channelOf, keysOf, userOf } from './keys.ts'
import { type RedisQueue, redisQueue } from './redis-queue.ts'
import { redisWorkerQueue } from './redis-worker-queue.ts'
import { functionName } from './scripts/library.ts'

const workerSecret = new Uint8Array(32).fill(3)
const settings = { leaseMs: 600_000, maxAttempts: 2, generation: 1 }
const tasks = [0, 1, 2].map((task) => ({ task, payload: `{"task":${task}}` }))

describeWith(REDIS, 'the rights of a worker in Redis', (bin) => {
  let server: RedisServer
  let queue: RedisQueue
  beforeAll(async () => {
    server = await startRedis(bin)
    queue = redisQueue({ address: { url: server.url }, workerSecret })
  })
  beforeEach(async () => {
    await server.client.flushall()
    await queue.open('mine', settings, tasks)
    await queue.open('other', settings, tasks)
  })
  afterAll(async () => {
    await queue.close()
    await server.stop()
  })

  const as = ({ username, password }: { username: string; password: string }) => {
    const client = new Redis(server.url, {
      ...{ username, password, retryStrategy: null, maxRetriesPerRequest: 0, protocol: 2 },
      ...{ enableReadyCheck: false, disableClientInfo: true },
    })
    client.on('error', () => undefined)
    return client
  }

  describe('a hostile worker', () => {
    let mine: Redis
    beforeEach(async () => {
      mine = as(await queue.grantWorker('mine'))
    })
    afterEach(() => mine.disconnect())

    const refusal = (error: Error) => error.message.split(' ')[0]
    const say = (...words: readonly string[]) =>
      mine.call(...(words as [string, ...string[]])).then(() => 'done', refusal)

    it.each([
      ['GET', '{isolario:other}:meta'],
      ['HGETALL', '{isolario:other}:meta'],
      ['HSET', '{isolario:other}:meta', 'order', 'cancel'],
      ['HSET', '{isolario:mine}x:meta', 'a', 'b'],
      ['LPUSH', 'anything', 'x'],
      ['PUBLISH', channelOf('other'), 'other'],
      ['PSUBSCRIBE', 'isolario:reports:*'],
      ['SUBSCRIBE', channelOf('mine')],
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['RANDOMKEY'],
      ['DBSIZE'],
      ['FLUSHALL'],
      ['FLUSHDB'],
      ['CONFIG', 'GET', '*'],
      ['CONFIG', 'SET', 'appendonly', 'no'],
      ['ACL', 'LIST'],
      ['ACL', 'SETUSER', 'isolario-mine', '+@all'],
      ['EVAL', 'while true do end', '0'],
      ['EVALSHA', 'a'.repeat(40), '0'],
      ['SCRIPT', 'LOAD', 'return 1'],
      ['FUNCTION', 'LOAD', "#!lua name=bad\nredis.register_function('bad', function() while true do end end)"],
      ['FUNCTION', 'DELETE', 'isolario'],
      ['FUNCTION', 'FLUSH'],
      ['FUNCTION', 'LIST'],
      ['DEL', '{isolario:mine}:meta'],
      ['UNLINK', '{isolario:mine}:meta'],
      ['PERSIST', '{isolario:mine}:meta'],
      ['EXPIRE', '{isolario:mine}:meta', '1'],
      ['RENAME', '{isolario:mine}:meta', '{isolario:mine}:away'],
      ['CLIENT', 'LIST'],
      ['CLIENT', 'KILL', 'TYPE', 'normal'],
      ['INFO'],
      ['MONITOR'],
      ['SHUTDOWN'],
      ['SLOWLOG', 'GET'],
      ['REPLICAOF', 'NO', 'ONE'],
      ['SELECT', '1'],
      ['MIGRATE', '127.0.0.1', '1', 'x', '0', '1'],
      ['DUMP', '{isolario:mine}:meta'],
    ])('is refused %s %s', async (...words) => {
      expect(await say(...words)).toBe('NOPERM')
      expect(await server.client.dbsize()).toBeGreaterThan(0)
    })

    it('cannot call the functions with the keys of another job', async () => {
      for (const name of ['take', 'counts', 'begin', 'reports_of'] as const) {
        expect(await say('FCALL', functionName(name), '7', ...keysOf('other'), '9', '9', '9', '9')).toBe('NOPERM')
      }
      // Its own keys named first do not help.
      const mixed = [...keysOf('mine').slice(0, 6), keysOf('other')[6]!]
      expect(await say('FCALL', functionName('take'), '7', ...mixed, 'c', 'mine', 'w', '1')).toBe('NOPERM')
      expect(await queue.counts('other')).toEqual({ waiting: 3, leased: 0, reported: 0 })
    })

    it('cannot use the functions that delete', async () => {
      for (const [name, ...args] of [
        ['begin', '9', '1', '1', '1'],
        ['reap', 'isolario:reports:mine', 'mine', '1', '1'],
        ['confirm', '0', '1', '1'],
      ] as const) {
        await server.client.call('FCALL', functionName('counts'), 7, ...keysOf('mine'))
        if (name === 'confirm') {
          await server.client.zadd(keysOf('mine')[5]!, 1, '0')
          await server.client.hset(keysOf('mine')[3]!, '0', '1 1 0 ')
        }
        expect(await say('FCALL', functionName(name), '7', ...keysOf('mine'), ...args)).toBe('ERR')
      }
      expect(await queue.counts('mine')).toMatchObject({ waiting: 3 })
    })

    it('harms its own job at most: what it writes there is read with suspicion', async () => {
      const [, , , tries, , reported, reports] = keysOf('mine') as [string, ...string[]]
      await mine.hset(tries!, '1', '1 1 0 ')
      await mine.zadd(reported!, 1, 'no task', 1, '1e3', 1, '007', 2, '1', 3, '2')
      await mine.hset(reports!, '1', '{"kind":"finished","task":7}')
      const found = await queue.reports('mine', 10)
      expect(found).toMatchObject([
        { kind: 'failed', task: 1, attempt: 1, code: 'REPORT_UNREADABLE', retriable: false },
        { kind: 'failed', task: 2, attempt: 0, code: 'REPORT_UNREADABLE' },
      ])
      await queue.confirm('mine', found)
      expect(await queue.reports('mine', 10)).toEqual([])
      // A fence that control could never name again, and would read for ever.
      await mine.hset(tries!, '2', `${'9'.repeat(30)} 1 0 `)
      await mine.zadd(reported!, 4, '2')
      await expect(queue.reports('mine', 10)).rejects.toMatchObject({ code: 'QUEUE_BAD_REQUEST' })
      await mine.hset(keysOf('mine')[0]!, 'generation', 'nonsense')
      await expect(queue.reports('mine', 10)).rejects.toThrow('generation nonsense')
      // A key of another kind than the functions expect: the job has a fault, and can be dropped.
      await server.client.del(tries!)
      await mine.lpush(tries!, 'x')
      await expect(queue.take('mine', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_BAD_REQUEST' })
      expect(await queue.counts('other')).toMatchObject({ waiting: 3 })
      await queue.drop('mine')
      expect(await server.client.keys('*mine*')).toEqual([])
    })

    it('is thrown out when its user is deleted with the queue', async () => {
      expect(await mine.ping()).toBe('PONG')
      const out = new Promise((done) => mine.once('end', done))
      await queue.drop('mine')
      await out
      const again = as(workerLogin(workerSecret, 'mine'))
      await expect(again.ping()).rejects.toThrow()
      again.disconnect()
    })
  })

  it('lets control work with no more than the rules that are written down for it', async () => {
    await server.client.call('ACL', 'SETUSER', 'control', 'reset', 'on', '>secret', ...CONTROL_RULES)
    await server.client.call('FUNCTION', 'FLUSH')
    const url = server.url.replace('redis://', 'redis://control:secret@')
    const control = redisQueue({ address: parseRedisUrl(url), workerSecret })
    expect((await control.ready()).map(({ code }) => code)).toEqual(['REDIS_OPEN'])
    await server.client.call('ACL', 'SETUSER', 'default', 'off')
    expect(await control.ready()).toEqual([])
    await server.client.call('ACL', 'SETUSER', 'default', 'on')
    const heard: string[] = []
    control.onReports((jobId) => heard.push(jobId))
    await control.open('third', settings, tasks)
    await control.add('third', [{ task: 9, payload: '{}' }])
    const login = await control.grantWorker('third')
    const access = async () => ({ address: withoutLogin(parseRedisUrl(url)), ...login })
    const worker = redisWorkerQueue({ jobId: 'third', access })
    const answer = await worker.take('third', 'w', 1)
    if (answer.kind !== 'tasks') throw new Error('no tasks')
    const { task, generation, attempt } = answer.leases[0]!
    const failure = { kind: 'failed', code: 'X', message: 'x', retriable: false, logKey: null } as const
    await worker.report('third', 'w', [{ ...failure, task, generation, attempt }])
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual(['third'])
    expect(await control.leases('third')).toEqual([])
    await control.confirm('third', await control.reports('third', 10))
    expect(await control.reap('third')).toEqual({ returned: 0, dead: 0 })
    await control.order('third', 'cancel')
    expect((await control.inspectQueues()).map(({ jobId }) => jobId)).toContain('third')
    await control.drop('third')
    await worker.close()
    await control.close()
    // Without the right to subscribe it is told so, and works.
    await server.client.call('ACL', 'SETUSER', 'control', '-psubscribe')
    const deaf = redisQueue({ address: parseRedisUrl(url), giveUpAfterMs: 500 })
    expect((await deaf.ready()).map(({ code }) => code)).toEqual(['REDIS_NO_HINTS'])
    await deaf.close()
  })

  it('gives every job another password, and any replica the same', async () => {
    const login = await queue.grantWorker('mine')
    expect(login).toEqual(workerLogin(workerSecret, 'mine'))
    expect(login.password).not.toBe(workerLogin(workerSecret, 'other').password)
    expect(() => workerLogin(new Uint8Array(8), 'mine')).toThrow('16 bytes')
    const told = JSON.stringify(await server.client.call('ACL', 'GETUSER', userOf('mine')))
    expect(told).not.toContain(login.password)
    const without = redisQueue({ address: { url: server.url } })
    await expect(without.grantWorker('mine')).rejects.toMatchObject({ code: 'QUEUE_BAD_REQUEST' })
    await without.close()
  })

  describe('the queue of a worker', () => {
    const address = () => ({ url: server.url })

    it('speaks for its own job only', async () => {
      const access = async (): Promise<RedisLogin> => ({ address: address(), ...(await queue.grantWorker('mine')) })
      const worker = redisWorkerQueue({ jobId: 'mine', access })
      await expect(worker.take('other', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_DENIED' })
      expect(await worker.take('mine', 'w', 1)).toMatchObject({ kind: 'tasks' })
      await worker.close()
      await expect(worker.take('mine', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
      // With the login of another job it is refused by Redis itself.
      const stray = redisWorkerQueue({
        jobId: 'mine',
        access: async () => ({ address: address(), ...(await queue.grantWorker('other')) }),
      })
      await expect(stray.take('mine', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_DENIED' })
      await stray.close()
    })

    it('asks for access again when Redis has forgotten its user, and waits for a control that is away', async () => {
      let asked = 0
      const worker = redisWorkerQueue({
        jobId: 'mine',
        async access() {
          asked += 1
          if (asked === 1 || asked === 3) throw new Error('control is away')
          return { address: address(), ...(await queue.grantWorker('mine')) }
        },
      })
      expect(await worker.take('mine', 'w', 1)).toMatchObject({ kind: 'tasks' })
      expect(asked).toBe(2)
      // As after a restart or a failover.
      await server.client.call('ACL', 'DELUSER', userOf('mine'))
      expect(await worker.take('mine', 'w', 1)).toMatchObject({ kind: 'tasks' })
      expect(asked).toBe(4)
      await worker.close()
    })

    it('ends where control says that the job is over, and fails where it is not let in', async () => {
      const over = redisWorkerQueue({
        jobId: 'mine',
        access: () => Promise.reject(new QueueError('QUEUE_UNKNOWN_JOB', 'The job is over.')),
      })
      const held = { task: 1, generation: 1, attempt: 1, historiesDone: 0 }
      expect(await over.take('mine', 'w', 1)).toEqual({ kind: 'end', reason: 'unknown-job' })
      expect(await over.extend('mine', 'w', [held])).toEqual({ lost: [1], order: 'cancel' })
      await over.release('mine', 'w', [held])
      await over.close()
      const denied = redisWorkerQueue({
        jobId: 'mine',
        access: () => Promise.reject(new QueueError('QUEUE_DENIED', 'The token is no longer valid.')),
      })
      await expect(denied.take('mine', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_DENIED' })
      await denied.close()
    })

    it('says what control and Redis said last when it gives up', async () => {
      const worker = redisWorkerQueue({
        jobId: 'mine',
        giveUpAfterMs: 100,
        access: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:8080')),
      })
      await expect(worker.take('mine', 'w', 1)).rejects.toMatchObject({
        code: 'QUEUE_UNAVAILABLE',
        message: expect.stringContaining('ECONNREFUSED 10.1.2.3:8080'),
      })
      await worker.close()
    })
  })
})
