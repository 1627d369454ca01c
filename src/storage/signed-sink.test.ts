import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, describeSinkContract, sha256, textOf } from '#test/contracts/object-sink.ts'
import { describeWith } from '#test/needs.ts'
import { freshBucket, refuseUnsignedHeaders, S3_SERVERS } from '#test/servers/buckets.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { AddressQuestions } from './address-questions.ts'
import { md5Of } from './digest.ts'
import { type S3Options, s3Storage } from './s3.ts'
import { signedSink } from './signed-sink.ts'
import { type PutRequest, type SignedPut, type SigningStorage, StorageError, type Tries } from './storage.ts'

const EVERYBODY = 'http://acs.amazonaws.com/groups/global/AllUsers'

const requestFor = (key: string, content: Uint8Array): PutRequest => ({
  key,
  bytes: content.length,
  sha256: sha256(content),
  md5: md5Of(content),
})

for (const { need, start, refusesNestedKeys } of S3_SERVERS) {
  describeWith(need, `addresses signed for ${need.name}`, (program) => {
    let server: S3Server
    let options: S3Options
    let storage: SigningStorage
    beforeAll(async () => {
      server = await start(program)
    })
    afterAll(() => server?.stop())

    describeSinkContract(`signed addresses of ${need.name}`, async () => {
      const bucket = await freshBucket(server)
      const signing = s3Storage({ ...bucket, prefix: 'shared/' })
      const reading = s3Storage({ ...bucket, prefix: 'shared/isolario/' })
      const ask = (objects: readonly PutRequest[], tries: Tries) => {
        const inFolder = objects.map((object) => ({ ...object, key: `isolario/${object.key}` }))
        return signing.signPut(inFolder, 60, 'isolario/', tries)
      }
      const close = async () => {
        await signing.close()
        await reading.close()
      }
      return { sink: signedSink({ ask }), storage: reading, refusesNestedKeys, close }
    })

    beforeEach(async () => {
      options = { ...(await freshBucket(server)), prefix: 'isolario/' }
      await refuseUnsignedHeaders(server, options.bucket)
      storage = s3Storage(options)
    })
    afterEach(() => storage.close())

    const content = bytesOf('counts of one task')
    const signed = async (key = 'jobs/j/a', what = content, validForSeconds = 60, from = storage) => {
      const [answer] = await from.signPut([requestFor(key, what)], validForSeconds, 'jobs/j/')
      if (answer?.kind !== 'put') throw new Error(`not signed: ${JSON.stringify(answer)}`)
      return answer
    }
    const send = (url: string, headers: Readonly<Record<string, string>>, body: Uint8Array) =>
      fetch(url, { method: 'PUT', headers, body: body as Uint8Array<ArrayBuffer> }).then(async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      })
    const keys = async () => {
      const found: string[] = []
      for await (const key of storage.list('')) found.push(key)
      return found
    }

    it('lets its holder put that object, once', async () => {
      const { url, headers } = await signed()
      expect(await send(url, headers, content)).toBe(200)
      expect(await storage.head('jobs/j/a')).toEqual({ key: 'jobs/j/a', bytes: 18, digest: sha256(content) })
      expect(textOf(await storage.get('jobs/j/a'))).toBe('counts of one task')
      expect(await send(url, headers, content)).toBe(412)
    })

    it('lets nobody put anything else with it', async () => {
      await storage.put('secret', bytesOf('of another job'))
      const { url, headers } = await signed()
      const other = bytesOf('COUNTS OF ONE TASK')
      const longer = bytesOf('counts of one task and more')
      const without = (name: string) => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))
      const otherKey = new URL(url)
      otherKey.pathname = otherKey.pathname.replace(/a$/, 'b')
      const later = new URL(url)
      later.searchParams.set('X-Amz-Expires', '86400')
      const attempts: Record<string, Promise<number>> = {
        'other content': send(url, headers, other),
        'other content with its own sum': send(url, { ...headers, 'content-md5': md5Of(other) }, other),
        'another length': send(url, { ...headers, 'content-md5': md5Of(longer) }, longer),
        'another digest': send(url, { ...headers, 'x-amz-meta-sha256': sha256(other) }, content),
        'no digest': send(url, without('x-amz-meta-sha256'), content),
        'no sum': send(url, without('content-md5'), content),
        'no condition': send(url, without('if-none-match'), content),
        'another key': send(otherKey.href, headers, content),
        'a longer validity': send(later.href, headers, content),
        'read by all': send(url, { ...headers, 'x-amz-acl': 'public-read' }, content),
        'given to all': send(url, { ...headers, 'x-amz-grant-read': `uri="${EVERYBODY}"` }, content),
        "another's object": send(
          url,
          { ...headers, 'x-amz-copy-source': `/${options.bucket}/isolario/secret` },
          content,
        ),
        'its rights': send(`${url}&acl`, headers, content),
        'reading instead': fetch(url).then((answer) => answer.status),
        'deleting instead': fetch(url, { method: 'DELETE' }).then((answer) => answer.status),
      }
      for (const [what, attempt] of Object.entries(attempts)) expect([400, 403], what).toContain(await attempt)
      expect(await keys()).toEqual(['secret'])
      expect(await send(url, headers, content)).toBe(200)
    })

    it('runs out, and the sink asks for another', async () => {
      let late = true
      const long = s3Storage({ ...options, clock: () => Date.now() - 600_000 })
      const asked: number[] = []
      const ask = (objects: readonly PutRequest[]) => {
        asked.push(objects.length)
        const from = late ? long : storage
        late = false
        return from.signPut(objects, 60, 'jobs/j/')
      }
      const { url, headers } = await signed('jobs/j/x', content, 60, long)
      expect(await send(url, headers, content)).toBe(403)
      expect(await signedSink({ ask, firstPauseMs: 1 }).put('jobs/j/a', content)).toMatchObject({ bytes: 18 })
      expect(asked).toEqual([1, 1])
      expect(await keys()).toEqual(['jobs/j/a'])
      await long.close()
    })

    it('is never given for a key outside the folder', async () => {
      const key = requestFor('jobs/j/a', content)
      for (const outside of ['jobs/k/a', 'jobs/j', 'other/a', 'jobs/j/../k/a', 'jobs/jj/a']) {
        await expect(storage.signPut([key, { ...key, key: outside }], 60, 'jobs/j/'), outside).rejects.toMatchObject({
          code: 'STORAGE_KEY_INVALID',
        })
      }
      for (const within of ['', 'jobs/j', '/', 'jobs/../']) {
        await expect(storage.signPut([key], 60, within), within).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
      }
      for (const wrong of [
        { bytes: -1 },
        { bytes: 0.5 },
        { sha256: 'f' },
        { md5: 'none' },
        { sha256: 'A'.repeat(64) },
      ]) {
        await expect(storage.signPut([{ ...key, ...wrong }], 60, 'jobs/j/')).rejects.toMatchObject({
          code: 'STORAGE_KEY_INVALID',
        })
      }
    })

    it('is not given for what is there already', async () => {
      await storage.put('jobs/j/a', content)
      const answers = await storage.signPut(
        [requestFor('jobs/j/a', content), requestFor('jobs/j/b', content)],
        60,
        'jobs/j/',
      )
      expect(answers[0]).toEqual({ kind: 'exists', bytes: 18, digest: sha256(content) })
      expect(answers[1]).toMatchObject({ kind: 'put' })
    })

    it('is given unseen to who has not sent anything yet, and does not overwrite what is there', async () => {
      await storage.put('jobs/j/a', content)
      const asked: Tries[] = []
      const sink = signedSink({
        ask(objects, tries) {
          asked.push(tries)
          return storage.signPut(objects, 60, 'jobs/j/', tries)
        },
        firstPauseMs: 1,
      })
      expect(await sink.put('jobs/j/a', content)).toMatchObject({ bytes: 18, digest: sha256(content) })
      expect(asked).toEqual(['first', 'further'])
      await expect(sink.put('jobs/j/a', bytesOf('other counts of it'))).rejects.toMatchObject({
        code: 'STORAGE_EXISTS',
      })
      expect(textOf(await storage.get('jobs/j/a'))).toBe('counts of one task')
      expect(await sink.put('jobs/j/b', content)).toMatchObject({ bytes: 18 })
      expect(asked.slice(2)).toEqual(['first', 'further', 'first'])
    })

    it('shows neither keys nor signatures in what it says of a refusal', async () => {
      const ask = async (objects: readonly PutRequest[]): Promise<readonly SignedPut[]> => {
        const answers = await storage.signPut(objects, 60, 'jobs/j/')
        return answers.map((answer) =>
          answer.kind === 'put'
            ? { ...answer, headers: { ...answer.headers, 'content-md5': md5Of(bytesOf('x')) } }
            : answer,
        )
      }
      const error = await signedSink({ ask, attempts: 2, firstPauseMs: 1 })
        .put('jobs/j/a', content)
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: false })
      const shown = inspect(error, { depth: 12, showHidden: true })
      expect(shown).toContain(options.endpoint)
      for (const secret of [server.secretKey, server.accessKey, 'Signature=', 'X-Amz-'])
        expect(shown).not.toContain(secret)
    })
  })
}

describe('the sink of a worker without credentials', () => {
  const put = (key: string): SignedPut => ({
    kind: 'put',
    url: `http://127.0.0.1:9/b/${key}?X-Amz-Signature=s`,
    headers: {},
  })
  const answer = (status: number, body = '') => new Response(body === '' ? null : body, { status })
  const content = bytesOf('x')

  it('bundles what is put at the same time into one question, and never asks for too many', async () => {
    const asked: string[][] = []
    const sink = signedSink({
      ask: async (objects) => {
        asked.push(objects.map(({ key }) => key))
        return objects.map(({ key }) => put(key))
      },
      fetch: async () => answer(200),
      together: 10,
    })
    await Promise.all(Array.from({ length: 25 }, (_, i) => sink.put(`k${i}`, content)))
    expect(asked.map((keys) => keys.length)).toEqual([10, 10, 5])
    expect(new Set(asked.flat()).size).toBe(25)
  })

  it('has objects looked for as soon as one of a bundle was sent before', async () => {
    const asked: [Tries, number][] = []
    const bundles = new AddressQuestions(
      async (objects, tries) => {
        asked.push([tries, objects.length])
        return objects.map(({ key }) => put(key))
      },
      64,
      1000,
    )
    const [a, b] = ['a', 'b'].map((key) => requestFor(key, content))
    await Promise.all([bundles.ask(a!, 'first'), bundles.ask(b!, 'further')])
    await Promise.all([bundles.ask(a!, 'first'), bundles.ask(b!, 'first')])
    expect(asked).toEqual([
      ['further', 2],
      ['first', 2],
    ])
  })

  it('has no more objects on their way than it may', async () => {
    let now = 0
    let most = 0
    const sink = signedSink({
      ask: async (objects) => objects.map(({ key }) => put(key)),
      fetch: async () => {
        most = Math.max(most, ++now)
        await new Promise((next) => setTimeout(next, 2))
        now--
        return answer(200)
      },
      uploads: 3,
    })
    await Promise.all(Array.from({ length: 20 }, (_, i) => sink.put(`k${i}`, content)))
    expect(most).toBe(3)
  })

  it('finds what an earlier try stored although its answer was lost', async () => {
    let stored: string | undefined
    const sink = signedSink({
      ask: async ([object]) => [stored ? { kind: 'exists', bytes: 1, digest: stored } : put(object!.key)],
      fetch: async () => {
        stored = sha256(content)
        throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } })
      },
      firstPauseMs: 1,
    })
    expect(await sink.put('a', content)).toEqual({ key: 'a', bytes: 1, digest: sha256(content) })
  })

  it('tells another content under its key from its own, also when the server says only that something is there', async () => {
    let told = false
    const sink = signedSink({
      ask: async ([object]) => [told ? { kind: 'exists', bytes: 9, digest: 'f'.repeat(64) } : put(object!.key)],
      fetch: async () => {
        told = true
        return answer(412)
      },
      firstPauseMs: 1,
    })
    await expect(sink.put('a', content)).rejects.toMatchObject({ code: 'STORAGE_EXISTS', retriable: false })
  })

  it.each([
    [503, '', { code: 'STORAGE_UNAVAILABLE', retriable: true }, 4],
    [429, '<Error><Code>SlowDown</Code></Error>', { code: 'STORAGE_UNAVAILABLE', retriable: true }, 4],
    [403, '<Error><Code>QuotaExceeded</Code></Error>', { code: 'STORAGE_FULL', retriable: true }, 4],
    [507, '', { code: 'STORAGE_FULL', retriable: true }, 4],
    [403, '<Error><Code>AccessDenied</Code></Error>', { code: 'STORAGE_UNAVAILABLE', retriable: false }, 4],
    [403, '<Error><Code>InvalidAccessKeyId</Code></Error>', { code: 'STORAGE_UNAVAILABLE', retriable: false }, 1],
    [404, '<Error><Code>NoSuchBucket</Code></Error>', { code: 'STORAGE_UNAVAILABLE', retriable: false }, 1],
    [404, '<html>', { code: 'STORAGE_UNAVAILABLE', retriable: false }, 1],
    [301, '', { code: 'STORAGE_UNAVAILABLE', retriable: false }, 1],
  ])('a refusal %s %s is told and tried so often', async (status, body, expected, tries) => {
    let sent = 0
    const sink = signedSink({
      ask: async (objects) => objects.map(({ key }) => put(key)),
      fetch: async () => {
        sent++
        return answer(status, body)
      },
      firstPauseMs: 1,
    })
    await expect(sink.put('a', content)).rejects.toMatchObject(expected)
    expect(sent).toBe(tries)
  })

  it('says why no address could be had, and goes on asking where that may pass', async () => {
    let asked = 0
    const failing = (error: unknown) =>
      signedSink({
        ask: () => {
          asked++
          return Promise.reject(error)
        },
        firstPauseMs: 1,
      })
    await expect(failing(new Error('control is away')).put('a', content)).rejects.toThrow('control is away')
    expect(asked).toBe(4)
    asked = 0
    const ended = Object.assign(new Error('The token has run out.'), { retriable: false })
    await expect(failing(ended).put('a', content)).rejects.toMatchObject({ retriable: false })
    expect(asked).toBe(1)
    asked = 0
    await expect(failing(new StorageError('STORAGE_KEY_INVALID', 'no')).put('a', content)).rejects.toThrow('no')
    expect(asked).toBe(1)
    const forgetful = signedSink({ ask: async () => [], firstPauseMs: 1 })
    await expect(forgetful.put('a', content)).rejects.toThrow('0 answers for 1 objects')
  })

  it('gives up somebody who never answers its question', async () => {
    const sink = signedSink({ ask: () => new Promise(() => {}), patienceMs: 10, attempts: 2, firstPauseMs: 1 })
    await expect(sink.put('a', content)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: true })
  })

  it('gives up a server that falls silent', async () => {
    const sink = signedSink({
      ask: async (objects) => objects.map(({ key }) => put(key)),
      fetch: (_, init) =>
        new Promise((_resolve, reject) => {
          init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason))
        }),
      patienceMs: 20,
      attempts: 2,
      firstPauseMs: 1,
    })
    await expect(sink.put('a', content)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: true })
  })
})
