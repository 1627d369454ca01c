import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesOf } from '#test/contracts/object-sink.ts'
import { describeWith } from '#test/needs.ts'
import { freshBucket, refuseUnsignedHeaders, S3_SERVERS } from '#test/servers/buckets.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { digestOf } from './digest.ts'
import { type S3Options, s3Storage } from './s3.ts'
import { checkS3 } from './s3-check.ts'
import { refusalError, S3Refusal } from './s3-errors.ts'
import { bucketPolicy } from './s3-policy.ts'

const lasting = (sentence: RegExp) => ({ message: expect.stringMatching(sentence), passing: false })

for (const { need, start } of S3_SERVERS) {
  describeWith(need, `the check of a bucket on ${need.name}`, (program) => {
    let server: S3Server
    let options: S3Options
    beforeAll(async () => {
      server = await start(program)
      options = await freshBucket(server)
      await refuseUnsignedHeaders(server, options.bucket)
    })
    afterAll(() => server?.stop())

    it('finds everything in order and leaves nothing behind', async () => {
      expect(await checkS3({ ...options, prefix: 'p/' })).toEqual([])
      const storage = s3Storage(options)
      const keys: string[] = []
      for await (const key of storage.list('')) keys.push(key)
      expect(keys).toEqual([])
      await storage.close()
    })

    it('removes what a check of before left that was killed, and nothing of one that may be going on', async () => {
      const own = { ...(await freshBucket(server)), prefix: 'p/' }
      await refuseUnsignedHeaders(server, own.bucket)
      const storage = s3Storage(own)
      const keys = async () => {
        const all: string[] = []
        for await (const key of storage.list('')) all.push(key)
        return all
      }
      await storage.put('isolario-check/killed/put', Buffer.from('a trial'))
      await storage.put('isolario-check/killed/signed', Buffer.from('a trial'))
      await storage.put('jobs/j/tasks/0/g1-a1.tally', Buffer.from('a result'))
      // Servers date objects to the second.
      await new Promise((later) => setTimeout(later, 2500))
      await storage.put('isolario-check/other/put', Buffer.from('a trial'))
      expect(await checkS3(own)).toEqual([])
      expect(await keys()).toHaveLength(4)
      expect(await checkS3(own, 1000)).toEqual([])
      expect(await keys()).toEqual(['isolario-check/other/put', 'jobs/j/tasks/0/g1-a1.tally'])
      await storage.close()
    })

    it.each<[string, (options: S3Options) => S3Options, RegExp, passing?: boolean]>([
      ['a bucket that is not there', (o) => ({ ...o, bucket: 'nonesuch' }), /there is no bucket "nonesuch".*Create it/],
      ['another secret key', (o) => ({ ...o, secretKey: 'wrong-secret' }), /secret key is another.*Correct the keys/],
      ['an unknown access key', (o) => ({ ...o, accessKey: 'nobody' }), /does not know the access key/],
      [
        'nobody at the port',
        (o) => ({ ...o, endpoint: 'http://127.0.0.1:9' }),
        /cannot be reached.*ECONNREFUSED/,
        true,
      ],
      [
        'an unknown host',
        (o) => ({ ...o, endpoint: 'http://s3.invalid' }),
        /name of .* is not known|cannot be reached/,
        true,
      ],
      ['an address that is none', (o) => ({ ...o, endpoint: 'localhost:9000' }), /write it like https:/],
      ['a name that no bucket has', (o) => ({ ...o, bucket: 'Bad_Bucket' }), /not the name of a bucket/],
      ['no key', (o) => ({ ...o, secretKey: '' }), /both needed/],
      ['a bad prefix', (o) => ({ ...o, prefix: 'no-slash' }), /cannot stand before keys/],
      ['a slow clock', (o) => ({ ...o, clock: () => Date.now() - 120_000 }), /clocks .* are 1[12]\d s apart/],
    ])(
      'tells %s in a sentence, without secrets, and whether it may pass',
      async (_, change, sentence, passing = false) => {
        const problems = await checkS3(change({ ...options, attempts: 1 }))
        expect(problems).toHaveLength(1)
        expect(problems[0]!.message).toMatch(sentence)
        expect(problems[0]!.passing).toBe(passing)
        expect(problems[0]!.message).not.toContain(server.secretKey)
        expect(problems[0]!.message).not.toContain('wrong-secret')
      },
    )

    it('tells of a server that takes headers which were not signed, until its bucket has the policy', async () => {
      const bare = await freshBucket(server)
      const problems = await checkS3(bare)
      if (server.refusesUnsignedHeaders) expect(problems).toEqual([])
      else expect(problems).toEqual([lasting(/headers that were not signed.*docs\/storage\.md/)])
      await refuseUnsignedHeaders(server, bare.bucket)
      expect(await checkS3(bare)).toEqual([])
    })
  })
}

describe('something else than S3', () => {
  const serving = async (listener: RequestListener, look: (options: S3Options) => Promise<void>) => {
    const server = createServer(listener)
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    try {
      await look({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        bucket: 'b-1',
        accessKey: 'a',
        secretKey: 'the-secret',
        clock: Date.now,
        attempts: 2,
      })
    } finally {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    }
  }
  const page =
    (status: number): RequestListener =>
    (request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>')
    }

  it.each([404, 405, 301])('a web page with status %s is told as such', (status) =>
    serving(page(status), async (options) => {
      expect((await checkS3(options))[0]!.message).toMatch(/does not speak S3|answered 40/)
    }),
  )

  it.each([500, 503, 429])('a server in trouble (%s) is one that may recover', (status) =>
    serving(page(status), async (options) => {
      expect(await checkS3({ ...options, attempts: 1 })).toEqual([
        { message: expect.stringContaining(`answered ${status}`), passing: true },
      ])
    }),
  )

  it('a server that speaks neither HTTP nor TLS is told as such', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end('SSH-2.0-none\r\n'))
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const options = { region: 'us-east-1', bucket: 'b-1', accessKey: 'a', secretKey: 's', clock: Date.now, attempts: 1 }
    const http = await checkS3({ ...options, endpoint: `http://127.0.0.1:${port}` })
    expect(http).toEqual([lasting(/does not speak S3.*Check address, port/)])
    const https = await checkS3({ ...options, endpoint: `https://127.0.0.1:${port}` })
    expect(https).toEqual([lasting(/does not speak TLS.*http:/)])
    await new Promise((done) => server.close(done))
  })

  it('a page that says that nothing is there is not believed: an object may be', () =>
    serving(page(404), async (options) => {
      const storage = s3Storage(options)
      await expect(storage.get('a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      await expect(storage.delete('a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      await storage.close()
    }))

  it('a page that greets everything is no storage', () =>
    serving(page(200), async (options) => {
      const problems = await checkS3(options)
      expect(problems.map(({ message }) => message).join(' ')).toMatch(/has no digest/)
    }))

  it('a server that takes everything and never answers is given up', () =>
    serving(
      (request) => void request.resume(),
      async (options) => {
        const storage = s3Storage({ ...options, silenceMs: 100 })
        await expect(storage.put('a', bytesOf('x'))).rejects.toMatchObject({
          code: 'STORAGE_UNAVAILABLE',
          retriable: true,
        })
        await storage.close()
      },
    ))

  it('an answer that stops in the middle is given up, and one that is cut is no object', async () => {
    const metadata = { 'x-amz-meta-sha256': digestOf(bytesOf('0123456789')), 'content-length': '10' }
    await serving(
      (_, response) => void response.writeHead(200, metadata).write('01234'),
      async (options) => {
        const storage = s3Storage({ ...options, silenceMs: 100 })
        await expect(storage.get('a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: true })
        await storage.close()
      },
    )
    await serving(
      (_, response) => {
        response.writeHead(200, metadata).write('01234', () => response.destroy())
      },
      async (options) => {
        const storage = s3Storage(options)
        await expect(storage.get('a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: true })
        await storage.close()
      },
    )
  })

  it('an answer that trickles for ever is given up', () =>
    serving(
      (_, response) => {
        response.writeHead(200, { 'x-amz-meta-sha256': '0'.repeat(64), 'content-length': '100000' })
        const drip = setInterval(() => response.write('.'), 20)
        response.once('close', () => clearInterval(drip))
      },
      async (options) => {
        const storage = s3Storage({ ...options, attempts: 1, silenceMs: 200, connectMs: 200 })
        await expect(storage.get('a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: true })
        await storage.close()
      },
    ))

  it('a server that ignores conditions and sums is found out', async () => {
    const objects = new Map<string, { body: Buffer; digest: string }>()
    await serving(
      async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const { pathname, searchParams } = new URL(request.url!, 'http://x')
        const found = objects.get(pathname)
        if (request.method === 'PUT') {
          objects.set(pathname, {
            body: Buffer.concat(chunks),
            digest: String(request.headers['x-amz-meta-sha256']),
          })
          response.end()
        } else if (request.method === 'DELETE') {
          objects.delete(pathname)
          response.writeHead(204).end()
        } else if (searchParams.has('list-type')) {
          const keys = [...objects.keys()].map((key) => `<Contents><Key>${key.slice('/b-1/'.length)}</Key></Contents>`)
          response.end(`<ListBucketResult>${keys.join('')}</ListBucketResult>`)
        } else if (!found) {
          response.writeHead(404).end()
        } else {
          response.writeHead(200, { 'x-amz-meta-sha256': found.digest, 'content-length': found.body.length })
          response.end(request.method === 'HEAD' ? undefined : found.body)
        }
      },
      async (options) => {
        const problems = await checkS3(options)
        expect(problems).toEqual([
          lasting(/ignores the condition .* overwrites objects/),
          lasting(/does not compare "Content-MD5"/),
        ])
        expect(objects.size).toBe(0)
      },
    )
  })

  it('a clock or a certificate that is not accepted is told in words', () => {
    const place = { endpoint: 'https://s3.example.org', bucket: 'b' }
    const error = refusalError(new S3Refusal(403, 'RequestTimeTooSkewed'), 'read the object a', place)
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: false })
    expect(error.message).toContain('NTP')
    const certificate = refusalError(new S3Refusal(0, 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'read the object a', place)
    expect(certificate.message).toContain('NODE_EXTRA_CA_CERTS')
    expect(certificate.retriable).toBe(false)
  })
})

it('the policy is written in the manual as it stands in the code', () => {
  const manual = readFileSync(path.join(import.meta.dirname, '../../docs/storage.md'), 'utf8')
  const blocks = [...manual.matchAll(/```json\n(.*?)```/gs)].map((block) => JSON.parse(block[1]!) as unknown)
  expect(blocks[0]).toEqual(bucketPolicy('isolario', 'arn:aws:iam:::user/isolario'))
  expect(blocks).toHaveLength(2)
})
