import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { bytesOf, sha256, textOf } from '#test/contracts/object-sink.ts'
import { s3Storage } from './s3.ts'
import type { Storage } from './storage.ts'

const content = bytesOf('counts of one task')
let server: Server | undefined
let storage: Storage | undefined
afterEach(async () => {
  await storage?.close()
  server?.closeAllConnections()
  server?.close()
})

/** A server of one object, and how each request to it was signed. */
async function serve(short: (request: IncomingMessage, response: ServerResponse) => boolean) {
  const ways: ('address' | 'header')[] = []
  const made = createServer((request, response) => {
    const isShort = request.url!.includes('X-Amz-Signature=')
    ways.push(isShort ? 'address' : 'header')
    if (isShort && short(request, response)) return
    if (!request.url!.startsWith('/base/bucket/in/a?') && !request.url!.startsWith('/base/bucket/in/a/')) {
      const missing = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
      response.writeHead(404, { 'content-type': 'application/xml' }).end(missing)
      return
    }
    const headers = { 'content-length': content.length, 'x-amz-meta-sha256': sha256(content) }
    response.writeHead(200, headers).end(content)
  })
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  storage = s3Storage({
    endpoint: `http://127.0.0.1:${(made.address() as AddressInfo).port}/base/`,
    region: 'us-east-1',
    bucket: 'bucket',
    prefix: 'in/',
    accessKey: 'a',
    secretKey: 'b',
    clock: Date.now,
    silenceMs: 200,
  })
  return { ways, storage }
}

describe('reading from S3 on the short way', () => {
  it('takes one request, also of a part', async () => {
    const { ways, storage } = await serve(() => false)
    expect(textOf(await storage.get('a'))).toBe('counts of one task')
    expect(textOf(await storage.get('a', { start: 7, end: 9 }))).toBe('of')
    expect(ways).toEqual(['address', 'address'])
  })

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => boolean]>([
    [
      'refuses signed addresses',
      (_, response) => !!response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>'),
    ],
    ['is busy for a moment', (_, response) => !!response.writeHead(503).end()],
    ['sends elsewhere', (_, response) => !!response.writeHead(307, { location: '/' }).end()],
    ['hangs up', (request) => !!request.socket.destroy()],
    ['is silent for once', () => true],
  ])('is left for the SDK where the server %s', async (_, short) => {
    const { ways, storage } = await serve(short)
    expect(textOf(await storage.get('a'))).toBe('counts of one task')
    expect(ways).toEqual(['address', 'header'])
  })

  it('leaves it to the SDK to say what is not there', async () => {
    const { ways, storage } = await serve(() => false)
    expect(await storage.get('b')).toBeUndefined()
    expect(ways).toEqual(['address', 'header'])
  })

  it('trusts no content that has another digest', async () => {
    const { storage } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 3, 'x-amz-meta-sha256': sha256(content) }).end('abc')
      return true
    })
    await expect(storage.get('a')).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
  })
})
