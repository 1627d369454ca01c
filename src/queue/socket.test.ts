import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQueueContract } from '#test/contracts/queue.ts'
import { memoryQueue } from './memory.ts'
import type { QueueTask } from './queue.ts'
import { type SocketQueue, socketQueue } from './socket-client.ts'
import { serveQueue } from './socket-server.ts'
import { isWorkerSecret, workerSecret } from './worker-secret.ts'

const secretKey = new Uint8Array(32).fill(7)
const settings = { leaseMs: 10_000, maxAttempts: 3, generation: 1 }
const tasks: QueueTask[] = Array.from({ length: 20 }, (_, task) => ({ task, payload: `{"n":"é${task}"}` }))
let folder = ''
let sockets = 0
const newPath = () => path.join(folder, `${sockets++}.sock`)

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'iso-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const clientOf = (socketPath: string, jobId = 'j', giveUpAfterMs = 2000) =>
  socketQueue({ socketPath, jobId, secret: workerSecret(secretKey, jobId), giveUpAfterMs })

describeQueueContract('socket', async () => {
  let now = 1_000_000
  const queue = memoryQueue({ clock: () => now })
  const server = await serveQueue({ queue, socketPath: newPath(), secretKey })
  const clients = new Map<string, SocketQueue>()
  return {
    queue,
    workers: (jobId) => {
      const client = clients.get(jobId) ?? clientOf(server.socketPath, jobId)
      clients.set(jobId, client)
      return client
    },
    leaseMs: 10_000,
    advance: async (ms) => {
      now += ms
    },
    close: async () => {
      for (const client of clients.values()) await client.close()
      await server.close()
      await queue.close()
    },
  }
})

/** Writes raw text to the socket and gives what comes back until the server ends the connection or is quiet. */
async function say(socketPath: string, text: string | Uint8Array, quietMs = 150): Promise<string> {
  const socket = connect(socketPath)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk.toString()
  })
  socket.on('error', () => {})
  socket.write(text)
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    setTimeout(resolve, quietMs)
  })
  socket.destroy()
  return heard
}

const helloLine = (jobId = 'j') => `${JSON.stringify({ hello: 1, jobId, secret: workerSecret(secretKey, jobId) })}\n`

describe('queue server', () => {
  it('makes a socket that only its owner may use, and removes it', async () => {
    const server = await serveQueue({ queue: memoryQueue({ clock: () => 0 }), socketPath: newPath(), secretKey })
    expect((await stat(server.socketPath)).mode & 0o777).toBe(0o600)
    await server.close()
    await expect(stat(server.socketPath)).rejects.toThrow('ENOENT')
  })

  it('refuses a path that is too long for a socket, with its length', async () => {
    const socketPath = `/tmp/${'x'.repeat(120)}.sock`
    await expect(serveQueue({ queue: memoryQueue({ clock: () => 0 }), socketPath, secretKey })).rejects.toThrow(
      /has 130 bytes .* folder with a shorter path/,
    )
    expect(() => clientOf(socketPath)).toThrow(/130 bytes/)
  })

  it('refuses an address where another server answers, and takes one over that is dead', async () => {
    const queue = memoryQueue({ clock: () => 0 })
    const server = await serveQueue({ queue, socketPath: newPath(), secretKey })
    await expect(serveQueue({ queue, socketPath: server.socketPath, secretKey })).rejects.toMatchObject({
      code: 'QUEUE_ADDRESS_INVALID',
    })
    const plain = newPath()
    await writeFile(plain, 'mine')
    await expect(serveQueue({ queue, socketPath: plain, secretKey })).rejects.toThrow('is no socket')
    await server.close()
  })

  it('denies a wrong secret, a secret of another job and a worker that speaks for another job', async () => {
    const denials: string[] = []
    const queue = memoryQueue({ clock: () => 0 })
    await queue.open('j', settings, tasks)
    const server = await serveQueue({ queue, socketPath: newPath(), secretKey, onTrouble: (m) => denials.push(m) })
    for (const secret of ['wrong', workerSecret(secretKey, 'k')]) {
      const client = socketQueue({ socketPath: server.socketPath, jobId: 'j', secret, giveUpAfterMs: 1000 })
      await expect(client.take('j', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_DENIED' })
      await client.close()
    }
    expect(denials).toHaveLength(2)
    expect(denials.join()).not.toContain(workerSecret(secretKey, 'k'))
    const client = clientOf(server.socketPath, 'k')
    await expect(client.take('j', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_DENIED' })
    await client.close()
    expect(await queue.counts('j')).toMatchObject({ waiting: 20 })
    await server.close()
  })

  it('answers what it cannot read with QUEUE_BAD_REQUEST and goes on with the next line', async () => {
    const queue = memoryQueue({ clock: () => 0 })
    await queue.open('j', settings, tasks)
    const server = await serveQueue({ queue, socketPath: newPath(), secretKey })
    const fence = '"task":0,"generation":1,"attempt":1'
    const wrong: [string, RegExp][] = [
      ['not json', /not JSON/],
      ['[]', /must be a JSON object/],
      ['{"id":1}', /worker/],
      ['{"id":2,"worker":"w","verb":"drop"}', /take, extend, release or report, got \\"drop\\"/],
      ['{"id":3,"worker":"w","verb":"take","max":"5"}', /\\"max\\" must be a whole number/],
      ['{"id":4,"worker":"w","verb":"extend","held":{}}', /\\"held\\" must be a list/],
      [`{"id":5,"worker":"w","verb":"release","held":[{${fence},"historiesDone":-1}]}`, /historiesDone/],
      ['{"id":6,"worker":"w","verb":"report","reports":[{"kind":"done"}]}', /finished or failed/],
      [`{"id":7,"worker":"w","verb":"report","reports":[{"kind":"finished",${fence},"digest":"zz"}]}`, /64 hexa/],
      [`{"id":8,"worker":"w","verb":"report","reports":[{"kind":"failed",${fence},"retriable":1}]}`, /true or false/],
      ['{"id":9,"worker":"w","verb":"take","max":0}', /Cannot take 0 tasks/],
    ]
    const good = '{"id":99,"worker":"w","verb":"take","max":1}'
    const heard = await say(server.socketPath, helloLine() + wrong.map(([line]) => `${line}\n`).join('') + `${good}\n`)
    const answers = heard.trim().split('\n')
    expect(answers).toHaveLength(wrong.length + 1)
    for (const [i, [, words]] of wrong.entries()) {
      expect(answers[i]).toContain('"QUEUE_BAD_REQUEST"')
      expect(answers[i]).toMatch(words)
    }
    expect(answers.at(-1)).toContain('"kind":"tasks"')
    await server.close()
  })

  it('ends a connection that does not begin with a greeting, or whose line has no end', async () => {
    const server = await serveQueue({ queue: memoryQueue({ clock: () => 0 }), socketPath: newPath(), secretKey })
    expect(await say(server.socketPath, '{"id":1,"worker":"w","verb":"take","max":1}\n')).toContain('hello')
    expect(await say(server.socketPath, 'GET / HTTP/1.1\r\n\r\n')).toContain('QUEUE_BAD_REQUEST')
    const endless = new Uint8Array(5 * 2 ** 20).fill(120)
    expect(await say(server.socketPath, endless, 2000)).toContain('longer than')
    await server.close()
  })

  it('keeps one worker waiting no longer because another one disappeared in the middle of a line', async () => {
    const queue = memoryQueue({ clock: () => 0 })
    await queue.open('j', settings, tasks)
    const server = await serveQueue({ queue, socketPath: newPath(), secretKey })
    await say(server.socketPath, `${helloLine()}{"id":1,"worker":"w","ve`, 20)
    const client = clientOf(server.socketPath)
    expect(await client.take('j', 'w', 3)).toMatchObject({ kind: 'tasks' })
    await client.close()
    await server.close()
  })
})

describe('queue client', () => {
  it('answers many requests at once, each with its own', async () => {
    const queue = memoryQueue({ clock: () => 0 })
    const many = Array.from({ length: 300 }, (_, task) => ({ task, payload: 'p'.repeat(5000) }))
    await queue.open('j', settings, many)
    const server = await serveQueue({ queue, socketPath: newPath(), secretKey })
    const client = clientOf(server.socketPath)
    const answers = await Promise.all(Array.from({ length: 300 }, () => client.take('j', 'w', 1)))
    const given = answers.flatMap((a) => (a.kind === 'tasks' ? a.leases.map((l) => l.task) : []))
    expect(given).toEqual(many.map((task) => task.task))
    await client.close()
    await server.close()
  })

  it('waits for a control service that restarts, and what it asked is answered', async () => {
    const socketPath = newPath()
    const first = memoryQueue({ clock: () => 0 })
    await first.open('j', settings, tasks)
    const server = await serveQueue({ queue: first, socketPath, secretKey })
    const client = clientOf(socketPath, 'j', 5000)
    const before = await client.take('j', 'w', 1)
    if (before.kind !== 'tasks') throw new Error('no task')
    await server.close()
    const held = before.leases.map((lease) => ({ ...lease, historiesDone: 0 }))
    const extended = client.extend('j', 'w', held)
    const taken = client.take('j', 'w', 1)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const second = memoryQueue({ clock: () => 0 })
    await second.open('j', { ...settings, generation: 2 }, tasks)
    const again = await serveQueue({ queue: second, socketPath, secretKey })
    expect(await extended).toEqual({ lost: [0], order: 'go-on' })
    expect(await taken).toMatchObject({ kind: 'tasks', leases: [{ generation: 2, attempt: 1 }] })
    await client.close()
    await again.close()
  })

  it('gives up in words when nobody answers for the stated time', async () => {
    const client = clientOf(newPath(), 'j', 150)
    const begun = performance.now()
    await expect(client.take('j', 'w', 1)).rejects.toThrow(/did not answer at .* Is it running/)
    expect(performance.now() - begun).toBeGreaterThan(140)
    await client.close()
  })

  it('sends again what a silent server left without an answer', async () => {
    const queue = memoryQueue({ clock: () => 0 })
    await queue.open('j', settings, tasks)
    let calls = 0
    const slow = {
      ...queue,
      take: (jobId: string, worker: string, max: number) =>
        calls++ === 0 ? new Promise<never>(() => {}) : queue.take(jobId, worker, max),
      extend: queue.extend.bind(queue),
      report: queue.report.bind(queue),
      release: queue.release.bind(queue),
    }
    const server = await serveQueue({ queue: slow, socketPath: newPath(), secretKey })
    const secret = workerSecret(secretKey, 'j')
    const client = socketQueue({
      socketPath: server.socketPath,
      jobId: 'j',
      secret,
      giveUpAfterMs: 2000,
      answerWithinMs: 100,
    })
    expect(await client.take('j', 'w', 1)).toMatchObject({ kind: 'tasks' })
    expect(calls).toBe(2)
    await client.close()
    await server.close()
  })

  it('fails what is outstanding when it is closed', async () => {
    const client = clientOf(newPath(), 'j', 60_000)
    const asked = client.take('j', 'w', 1)
    await client.close()
    await expect(asked).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
    await expect(client.take('j', 'w', 1)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
  })
})

describe('worker secret', () => {
  it('is one for each job and key', () => {
    const secret = workerSecret(secretKey, 'j')
    expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect(isWorkerSecret(secretKey, 'j', secret)).toBe(true)
    expect(isWorkerSecret(secretKey, 'k', secret)).toBe(false)
    expect(isWorkerSecret(new Uint8Array(32), 'j', secret)).toBe(false)
    expect(isWorkerSecret(secretKey, 'j', '')).toBe(false)
    expect(() => workerSecret(new Uint8Array(8), 'j')).toThrow('16 bytes')
  })
})
