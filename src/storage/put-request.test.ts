import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { putOverHttp } from './put-request.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(listener: RequestListener) {
  const made = createServer(listener)
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/b/k?X-Amz-Signature=s`
}

const put = (url: string, body: Uint8Array<ArrayBuffer>, signal = new AbortController().signal) =>
  putOverHttp(url, { method: 'PUT', headers: { 'if-none-match': '*' }, body, redirect: 'manual', signal })

describe('an object to a signed address', () => {
  it('arrives whole, with its length and headers, over one connection after the other object', async () => {
    const got: { method: string; address: string; headers: unknown; bytes: number }[] = []
    const sockets = new Set<Socket>()
    const url = await serve((request, response) => {
      sockets.add(request.socket)
      let bytes = 0
      request.on('data', (piece: Buffer) => (bytes += piece.length))
      request.on('end', () => {
        got.push({ method: request.method!, address: request.url!, headers: request.headers, bytes })
        response.end('taken')
      })
    })
    for (const bytes of [0, 3, 300_000]) {
      const { status, text } = await put(url, new Uint8Array(bytes))
      expect([status, await text()]).toEqual([200, 'taken'])
    }
    expect(got.map(({ bytes }) => bytes)).toEqual([0, 3, 300_000])
    for (const { method, address, headers, bytes } of got) {
      expect([method, address]).toEqual(['PUT', '/b/k?X-Amz-Signature=s'])
      expect(headers).toMatchObject({ 'if-none-match': '*', 'content-length': String(bytes) })
    }
    expect(sockets.size).toBe(1)
  })

  it('is sent nowhere else', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      asked += 1
      request.resume()
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect((await put(url, new Uint8Array(3))).status).toBe(307)
    expect(asked).toBe(1)
  })

  it('hears a refusal, of which it keeps the beginning', async () => {
    const url = await serve((request, response) => {
      request.resume()
      response.writeHead(503).end(`<Error><Code>SlowDown</Code></Error>${'x'.repeat(1_000_000)}`)
    })
    const { status, text } = await put(url, new Uint8Array(3))
    expect(status).toBe(503)
    const kept = await text()
    expect(kept.startsWith('<Error><Code>SlowDown</Code>')).toBe(true)
    expect(kept.length).toBeLessThan(200_000)
  })

  it('is given up when it is told to, and where the answer breaks off', async () => {
    const end = new AbortController()
    const silent = await serve(() => end.abort())
    await expect(put(silent, new Uint8Array(3), end.signal)).rejects.toMatchObject({ name: 'AbortError' })
    server!.closeAllConnections()
    server!.close()
    const cut = await serve((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-length': '100' })
      response.write('only this', () => response.destroy())
    })
    await expect(put(cut, new Uint8Array(3))).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})
