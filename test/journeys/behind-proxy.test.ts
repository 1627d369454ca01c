/** The service under a public name: which names, origins and cookies it takes and gives. */

import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openidIdentity } from '#identity/openid.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { type Bench, startBench } from './control-bench.ts'

describe('a service behind a proxy', () => {
  /** A request with exactly these headers: `fetch` would not send a foreign Host. */
  const ask = (service: Bench, method: string, path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; text: string; headers: http.IncomingHttpHeaders }>((resolve, reject) => {
      const { port } = new URL(service.url)
      const request = http.request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        answer.on('end', () => resolve({ status: answer.statusCode!, text, headers: answer.headers }))
      })
      request.on('error', reject).end()
    })

  const publicUrl = 'https://isolario.example.org'
  let provider: OpenidProvider
  let service: Bench
  beforeAll(async () => {
    provider = await startOpenidProvider({ publicUrl })
    const { issuer, clientId, clientSecret } = provider
    const groups = { allowedGroups: ['isolario'], adminGroups: [] }
    const secrets = [randomBytes(32)]
    const identity = openidIdentity({ issuer, clientId, clientSecret, publicUrl, secrets, ...groups })
    service = await startBench({ publicUrl, identity, limits: { hostNames: ['isolario-control.sim.svc'] } })
  })
  afterAll(async () => {
    await service.done()
    await provider.stop()
  })

  it('answers under the public name and the names inside, and under no other', async () => {
    for (const host of [
      'isolario.example.org',
      'ISOLARIO.example.org:443',
      'isolario-control.sim.svc:7411',
      'localhost',
    ]) {
      expect((await ask(service, 'GET', '/api/v1/me', { host })).status, host).toBe(401)
    }
    for (const host of ['evil.example', 'isolario.example.org.evil.example', '10.1.2.3', '10.1.2.3:7411']) {
      expect((await ask(service, 'GET', '/api/v1/me', { host })).status, host).toBe(421)
    }
  })

  it('tells its health to the node of a cluster, which asks by number, and nothing else', async () => {
    for (const host of ['10.1.2.3:7411', '10.1.2.3', '[fd00::1]:7411']) {
      expect((await ask(service, 'GET', '/healthz/ready', { host })).status, host).toBe(200)
      expect((await ask(service, 'GET', '/api/v1/health', { host })).status, host).toBe(421)
      expect((await ask(service, 'GET', '/api/v1/openapi.json', { host })).status, host).toBe(421)
      expect((await ask(service, 'GET', '/login', { host })).status, host).toBe(421)
    }
    expect((await ask(service, 'GET', '/api/v1/health', { host: 'evil.example' })).status).toBe(421)
  })

  it('gives cookies that browsers take over https only, for this host only', async () => {
    const answer = await ask(service, 'GET', '/login', { host: 'isolario.example.org' })
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-isolario-[0-9a-f]{8}-login-[0-9a-f]{8}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect(new URL(answer.headers.location!).searchParams.get('redirect_uri')).toBe(
      'https://isolario.example.org/login/callback',
    )
  })

  it('takes changes from the public origin only, and not from its twin over plain http', async () => {
    const host = 'isolario.example.org'
    const out = (headers: Record<string, string>) => ask(service, 'POST', '/logout', { host, ...headers })
    expect((await out({ origin: 'https://isolario.example.org' })).status).toBe(200)
    // A proxy may send another name of ours on.
    expect((await out({ origin: 'https://isolario.example.org', host: 'isolario-control.sim.svc:7411' })).status).toBe(
      200,
    )
    for (const origin of [
      'http://isolario.example.org',
      'https://isolario.example.org:8443',
      'null',
      'https://evil.example',
    ]) {
      expect((await out({ origin })).status, origin).toBe(403)
    }
  })
})
