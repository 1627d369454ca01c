/** The door of the control service: routes, sessions, guards against tricked browsers, bad input, the portal's files. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode } from '#protocol/errors.ts'
import { API_PREFIX, ROUTES, type Route } from '#protocol/routes.ts'
import { type Problem, problemSchema } from '#protocol/shapes.ts'
import { setAt } from '#simulation/assignments.ts'
import { presetById } from '#simulation/presets.ts'
import { type Bench, ended, primaries, startBench, TOKEN } from './control-bench.ts'

const PAGE = '<!doctype html><title>Isolario</title>'
const SCRIPT = 'console.log("portal")'.repeat(50)

let bench: Bench
let portal: string
beforeAll(async () => {
  portal = mkdtempSync(path.join(tmpdir(), 'isolario-portal-'))
  mkdirSync(path.join(portal, 'assets'))
  writeFileSync(path.join(portal, 'index.html'), PAGE)
  writeFileSync(path.join(portal, 'assets/app-1a2b3c.js'), SCRIPT)
  writeFileSync(path.join(portal, 'assets/app-1a2b3c.js.br'), 'compressed before')
  bench = await startBench({ staticFolder: portal })
})
afterAll(async () => {
  await bench.done()
  rmSync(portal, { recursive: true, force: true })
})

interface Asked {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

/** A request with exactly these headers: `fetch` would not send a foreign Host. */
function ask(
  method: string,
  address: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(bench.url)
    const request = http.request({ host: '127.0.0.1', port, method, path: address, headers }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(pieces).toString() }),
      )
    })
    // A body that is refused early is not read to its end.
    request.on('error', (error) => (body === undefined ? reject(error) : setTimeout(reject, 500, error)))
    request.end(body)
  })
}

/** The answer to a request whose address goes out as it stands. */
function raw(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(bench.url)
    const socket = net.connect(Number(port), hostname)
    let text = ''
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece))
    socket.on('error', reject).on('close', () => resolve(text))
    socket.write(`GET ${address} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  })
}

const bearer = { authorization: `Bearer ${TOKEN}` }
const json = { ...bearer, 'content-type': 'application/json' }
const at = (route: string) => `${API_PREFIX}${route}`
const post = (route: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  ask('POST', at(route), { ...json, ...headers }, body)

function problemIn(answer: Asked, code: ErrorCode): Problem {
  expect(answer.headers['content-type'], answer.text).toMatch(/^application\/problem\+json/)
  const problem = problemSchema.parse(JSON.parse(answer.text))
  expect(problem.code, problem.detail).toBe(code)
  expect(answer.status).toBe(ERRORS[code].status)
  expect(problem).toMatchObject({
    status: answer.status,
    title: ERRORS[code].title,
    advice: ERRORS[code].advice,
    type: `urn:isolario:error:${code}`,
  })
  expect(problem.detail.length).toBeGreaterThan(10)
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\bat \w+ \(/)
  return problem
}

/** Routes of the framework's own drawing of its tree. */
function routesOf(tree: string): ReadonlySet<string> {
  const routes = new Set<string>()
  const above: string[] = []
  for (const line of tree.split('\n')) {
    const found = /^([\s│├└─]*)(\S+)(?: \(([A-Z, ]+)\))?/.exec(line)
    if (!found) continue
    const depth = found[1]!.length / 4
    above.length = depth
    above[depth] = found[2]!
    for (const method of found[3]?.split(', ') ?? []) routes.add(`${method} ${above.join('')}`)
  }
  return routes
}

describe('the routes', () => {
  it('are those of the table and no others', async () => {
    const app = await bench.control.app()
    const registered = routesOf(app.printRoutes({ commonPrefix: false }))
    const api = [...registered].filter((route) => route.includes('/api/') && !/^(HEAD|OPTIONS) /.test(route))
    const table = (Object.values(ROUTES) as Route[]).map(({ method, path: below }) => `${method} ${API_PREFIX}${below}`)
    expect(api.sort()).toEqual([...new Set(table)].sort())
    expect([...registered].filter((route) => !route.includes('/api/')).sort()).toEqual([
      'GET *',
      'GET /healthz/live',
      'GET /healthz/ready',
      'HEAD *',
      'HEAD /healthz/live',
      'HEAD /healthz/ready',
    ])
  })

  it('are all described by the API document, errors as problem documents', async () => {
    const answer = await ask('GET', at('/openapi.json'))
    const document = JSON.parse(answer.text) as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; responses: Record<string, { content?: object }> }>>
    }
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([where, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${where}`),
    )
    const table = (Object.entries(ROUTES) as [string, Route][]).map(
      ([name, { method, path: below }]) => `${name} ${method} ${API_PREFIX}${below.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(described.sort()).toEqual(table.sort())
    for (const operations of Object.values(document.paths)) {
      for (const { responses } of Object.values(operations)) {
        expect(Object.keys(responses['default']!.content!)).toEqual(['application/problem+json'])
      }
    }
    expect(JSON.stringify(document.paths['/api/v1/events'])).toContain('text/event-stream')
  })

  it('ask for a sign-in, all but those open to everybody', async () => {
    for (const { method, path: below, permission } of Object.values(ROUTES) as Route[]) {
      const address = at(below.replace(':id', 'abcd').replace(':task', '0'))
      const answer = await ask(
        method,
        address,
        method === 'POST' ? { 'content-type': 'application/json' } : {},
        method === 'POST' ? '{}' : undefined,
      )
      if (permission === null) expect(answer.status, address).toBe(200)
      // This service has no workers elsewhere, and says so to everybody.
      else problemIn(answer, permission === 'job' ? 'WORKERS_ELSEWHERE_UNSERVED' : 'NOT_SIGNED_IN')
    }
  })

  it('answer what is not there as a problem under /api, and with the portal elsewhere', async () => {
    problemIn(await ask('GET', '/api/v1/nothing', bearer), 'NOT_FOUND')
    problemIn(await ask('GET', '/api/other', bearer), 'NOT_FOUND')
    problemIn(await ask('DELETE', at('/simulations'), bearer), 'NOT_FOUND')
    problemIn(await ask('GET', at('/simulations/zzzz-none'), bearer), 'SIMULATION_NOT_FOUND')
    problemIn(await ask('GET', at('/simulations/%2e%2e'), bearer), 'BAD_REQUEST')
    problemIn(await ask('GET', at('/simulations/%zz'), bearer), 'BAD_REQUEST')
    problemIn(await ask('GET', '/assets/gone.js'), 'NOT_FOUND')
    const page = await ask('GET', '/simulations/abcd?tab=chart')
    expect(page).toMatchObject({ status: 200, text: PAGE })
    expect(page.headers).toMatchObject({
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    })
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  })

  it('answer addresses that are hard to read with a problem or a page, and log no error', async () => {
    const before = bench.log.length
    for (const address of ['//', '//[/', '///', '/\\\\[', '//:x@[::/', '/?%zz', 'http://[/']) {
      const answer = await raw(address)
      expect(answer, address).toMatch(/^HTTP\/1\.1 (200|400|404) /)
      if (!answer.startsWith('HTTP/1.1 200')) expect(answer, address).toContain('application/problem+json')
    }
    expect(await raw('///?token=x')).toMatch(/^HTTP\/1\.1 401 /)
    expect(await raw(`//[/?token=${TOKEN}`)).toMatch(/\r\nlocation: \/\[\/\r\n/)
    expect(bench.log.slice(before).filter((line) => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([])
  })

  it('answer a region that no layer can have as a problem, whatever it is made of', async () => {
    for (const region of ['%0a', '%E2%82%AC', '%22', '', 'a'.repeat(33)]) {
      problemIn(await ask('GET', at(`/simulations/zzzz-none/result?region=${region}`), bearer), 'BAD_REQUEST')
    }
    const made = await bench.client.call('submit', { body: primaries(1000, 1) })
    await ended(bench, made.id)
    for (const region of ['%0a', '%E2%82%AC', 'nowhere']) {
      const answer = await ask('GET', at(`/simulations/${made.id}/result?region=${region}`), bearer)
      problemIn(answer, 'BAD_REQUEST')
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      expect(answer.headers['etag']).toBeUndefined()
    }
  })

  it('give the portal its files, those with a digest for ever, compressed where accepted', async () => {
    const plain = await ask('GET', '/assets/app-1a2b3c.js')
    expect(plain.text).toBe(SCRIPT)
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const small = await ask('GET', '/assets/app-1a2b3c.js', { 'accept-encoding': 'br' })
    expect(small).toMatchObject({ status: 200, text: 'compressed before', headers: { 'content-encoding': 'br' } })
    expect((await ask('GET', '/../../etc/passwd')).text).not.toContain('root:')
  })
})

describe('the sign-in', () => {
  it('exchanges the token of the address for a cookie that no script reads, and leaves it nowhere', async () => {
    const answer = await ask('GET', `/simulations/abcd?tab=chart&token=${TOKEN}&x=1`)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/simulations/abcd?tab=chart&x=1')
    const [cookie] = answer.headers['set-cookie']!
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).not.toContain(TOKEN)
    const me = await ask('GET', at('/me'), { cookie: cookie!.split(';')[0]! })
    expect(JSON.parse(me.text)).toMatchObject({ id: 'local' })
    // A path of this host, whatever it begins with.
    for (const start of ['//', '///', '/\\\\']) {
      const { location } = (await ask('GET', `${start}evil.example/?token=${TOKEN}`)).headers
      expect(location).toBe('/evil.example/')
    }
  })

  it('refuses a wrong token, a wrong cookie and a wrong bearer', async () => {
    problemIn(await ask('GET', `/?token=${TOKEN.replace('0', '1')}`), 'NOT_SIGNED_IN')
    problemIn(await ask('GET', at('/me'), { authorization: 'Bearer nonsense' }), 'NOT_SIGNED_IN')
    problemIn(await ask('GET', at('/me'), { cookie: `isolario=${TOKEN}` }), 'NOT_SIGNED_IN')
    expect((await ask('GET', at('/me'), bearer)).status).toBe(200)
  })
})

describe('tricked browsers', () => {
  it('get nothing under a foreign name (DNS rebinding)', async () => {
    for (const host of [
      'evil.example',
      'evil.example:7411',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.7',
      'user@localhost',
    ]) {
      problemIn(await ask('GET', at('/me'), { ...bearer, host }), 'HOST_NOT_ALLOWED')
      problemIn(await ask('GET', '/', { host }), 'HOST_NOT_ALLOWED')
    }
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:1', '[::1]:7411']) {
      expect((await ask('GET', at('/me'), { ...bearer, host })).status, host).toBe(200)
    }
  })

  it('change nothing for a page of another origin (request forgery)', async () => {
    const session = await ask('GET', `/?token=${TOKEN}`)
    const cookie = session.headers['set-cookie']![0]!.split(';')[0]!
    const host = new URL(bench.url).host
    const body = JSON.stringify(primaries(1000, 1))
    const send = (headers: Record<string, string>) =>
      ask('POST', at('/simulations'), { cookie, host, 'content-type': 'application/json', ...headers }, body)
    for (const origin of [
      'http://evil.example',
      'null',
      `http://${host}.evil.example`,
      'http://localhost:1',
      `https://evil.example/${host}`,
    ]) {
      problemIn(await send({ origin }), 'ORIGIN_NOT_ALLOWED')
    }
    // A form of our own pages comes from nowhere, as far as it says; one in a sandbox of another site as well.
    expect((await send({ origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    problemIn(await send({ origin: 'null', 'sec-fetch-site': 'cross-site' }), 'ORIGIN_NOT_ALLOWED')
    problemIn(await send({ origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' }), 'ORIGIN_NOT_ALLOWED')
    problemIn(await send({ 'sec-fetch-site': 'cross-site' }), 'ORIGIN_NOT_ALLOWED')
    problemIn(await send({ 'sec-fetch-site': 'same-site' }), 'ORIGIN_NOT_ALLOWED')
    expect((await send({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    // What a form of another site can send without asking: no JSON, no entrance.
    problemIn(await ask('POST', at('/simulations'), { ...bearer, 'content-type': 'text/plain' }, body), 'BAD_REQUEST')
    problemIn(
      await ask('POST', at('/simulations'), { ...bearer, 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'),
      'BAD_REQUEST',
    )
  })
})

describe('bad input', () => {
  const spes = presetById('spes-uc4')!.document
  const changed = (changes: Readonly<Record<string, unknown>>): string => {
    const copy = structuredClone(spes)
    for (const [where, value] of Object.entries(changes)) setAt(copy, where, value)
    return JSON.stringify(copy)
  }

  it('that is not JSON is refused with line and column', async () => {
    const problem = problemIn(await post('/simulations', '{"isolario": 1,\n "name": x}'), 'NOT_JSON')
    expect(problem.detail).toContain('Line 2, column 10')
    problemIn(await post('/simulations', '<html>'), 'NOT_JSON')
    problemIn(await post('/simulations', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), 'NOT_JSON')
    expect(problemIn(await post('/simulations', '{"isolario":1,"isolario":2}'), 'DOCUMENT_INVALID').detail).toContain(
      'stands twice',
    )
    expect(problemIn(await post('/simulations', ''), 'DOCUMENT_INVALID').problems![0]!.code).toBe('DOCUMENT_NOT_OBJECT')
    problemIn(await post('/simulations', '[]'), 'DOCUMENT_INVALID')
    problemIn(await post('/simulations', '['.repeat(100_000)), 'NOT_JSON')
  })

  it('of 50 MB is refused without being read', async () => {
    const answer = await post('/simulations', Buffer.alloc(50 * 1024 * 1024, 0x20)).catch(() => null)
    // Where the sender is still writing when the answer comes, it may see the closed line instead of the answer.
    if (answer) problemIn(answer, 'BODY_TOO_LARGE')
    problemIn(
      await ask('POST', at('/simulations'), { ...json, 'content-length': String(50 * 1024 * 1024) }),
      'BODY_TOO_LARGE',
    )
    expect((await ask('GET', at('/health'))).status).toBe(200)
  })

  it('is told with every field at once: path, unit and allowed range', async () => {
    const body = changed({
      'setup.target.layers.1.thicknessMm': -1,
      'setup.beam.energyMeV': 1e6,
      'job.goal.primaries': 1e15,
      colour: 'red',
    })
    for (const [route, code] of [
      ['/simulations', 'DOCUMENT_INVALID'],
      ['/estimate', 'DOCUMENT_INVALID'],
    ] as const) {
      const problem = problemIn(await post(route, body), code)
      const byPath = new Map(problem.problems!.map((item) => [item.path, item]))
      expect([...byPath.keys()].sort()).toEqual([
        'colour',
        'job.goal.primaries',
        'setup.beam.energyMeV',
        'setup.target.layers.1.thicknessMm',
      ])
      expect(byPath.get('setup.target.layers.1.thicknessMm')).toMatchObject({
        code: 'VALUE_TOO_SMALL',
        unit: 'mm',
        allowed: expect.stringContaining('mm'),
      })
      expect(byPath.get('setup.beam.energyMeV')).toMatchObject({ unit: 'MeV', allowed: '1 to 1500 MeV' })
      expect(byPath.get('colour')!.code).toBe('FIELD_UNKNOWN')
    }
    const validated = JSON.parse((await post('/validate', body)).text) as { ok: boolean; problems: unknown[] }
    expect(validated.ok).toBe(false)
    expect(validated.problems).toHaveLength(4)
  })

  it('of a newer version is told apart', async () => {
    problemIn(await post('/simulations', changed({ isolario: 99 })), 'DOCUMENT_TOO_NEW')
  })

  it('beyond the scope of the engine is refused in words, for each value of a scan', async () => {
    const problem = problemIn(await post('/simulations', changed({ 'setup.beam.energyMeV': 900 })), 'ENGINE_REFUSES')
    expect(problem.problems![0]).toMatchObject({
      path: expect.stringMatching(/^setup\./),
      code: expect.stringMatching(/^BUILTIN_/),
    })
    const scan = changed({ 'job.scan': { parameter: 'setup.beam.energyMeV', values: [40, 900] } })
    expect(problemIn(await post('/simulations', scan), 'ENGINE_REFUSES').detail).toContain('setup.beam.energyMeV = 900')
    const steel = changed(
      Object.fromEntries(
        spes.setup.target.layers.map((_, index) => [`setup.target.layers.${index}.material`, 'graphite']),
      ),
    )
    problemIn(await post('/simulations', steel), 'ENGINE_REFUSES')
    // The estimate still gives range and heat.
    const estimate = JSON.parse((await post('/estimate', steel)).text) as {
      residuals: unknown[]
      layers: { heatMeVPerPrimary: number }[]
    }
    expect(estimate.residuals).toEqual([])
    expect(estimate.layers[0]!.heatMeVPerPrimary).toBeGreaterThan(0)
  })

  it('in a query or a header is named', async () => {
    expect(problemIn(await ask('GET', at('/simulations?limit=0'), bearer), 'BAD_REQUEST').detail).toContain('limit')
    expect(problemIn(await ask('GET', at('/simulations?colour=red'), bearer), 'BAD_REQUEST').detail).toContain('colour')
    expect(problemIn(await ask('GET', at('/simulations?state=happy'), bearer), 'BAD_REQUEST').problems!.length).toBe(1)
    problemIn(
      await post('/simulations', JSON.stringify(primaries(1000, 1)), { 'idempotency-key': 'k'.repeat(300) }),
      'BAD_REQUEST',
    )
    problemIn(await post('/simulations/zzzz/add-primaries', '{"primaries":0}'), 'BAD_REQUEST')
  })
})

describe('answers', () => {
  it('of validation hold warnings and the notes of the engine', async () => {
    const validated = JSON.parse((await post('/validate', JSON.stringify(presetById('spes-uc4')!.document))).text) as {
      ok: boolean
      warnings: { message: string }[]
    }
    expect(validated.ok).toBe(true)
    expect(validated.warnings.map(({ message }) => message).join(' ')).toContain('235U')
  })

  it('of the estimate come in milliseconds and equal the engine', async () => {
    const body = JSON.stringify(presetById('spes-uc4')!.document)
    const result = JSON.parse((await post('/estimate', body)).text) as {
      mode: string
      primaries: null
      fissionsPerPrimary: number
    }
    expect(result).toMatchObject({ mode: 'estimate', primaries: null })
    expect(result.fissionsPerPrimary).toBeGreaterThan(0.0067)
    expect(result.fissionsPerPrimary).toBeLessThan(0.0074)
  })

  it('of the estimate of a scan are of the setup as it stands, and say that there is a scan', async () => {
    const plain = structuredClone(presetById('spes-uc4')!.document)
    const scan = structuredClone(plain)
    setAt(scan, 'job.scan', { parameter: 'setup.beam.energyMeV', values: [30, 50] })
    const estimate = async (body: unknown) =>
      JSON.parse((await post('/estimate', JSON.stringify(body))).text) as Record<string, unknown> & { notes: string[] }
    const { notes, ...without } = await estimate(plain)
    const { notes: scanNotes, ...within } = await estimate(scan)
    expect(within).toEqual(without)
    expect(scanNotes.slice(0, -1)).toEqual(notes)
    expect(scanNotes.at(-1)).toContain('scans setup.beam.energyMeV')
  })

  it('of results carry a tag, and are not sent twice', async () => {
    const { id } = await bench.client.call('submit', { body: primaries(5000, 5) })
    await ended(bench, id)
    const first = await ask('GET', at(`/simulations/${id}/result`), bearer)
    const tag = first.headers['etag']!
    expect(first.status).toBe(200)
    const second = await ask('GET', at(`/simulations/${id}/result`), { ...bearer, 'if-none-match': tag })
    expect(second).toMatchObject({ status: 304, text: '' })
    const other = await ask('GET', at(`/simulations/${id}/result?region=disc1`), { ...bearer, 'if-none-match': tag })
    expect(other.status).toBe(200)
    expect(JSON.parse(other.text)).toMatchObject({ region: 'disc1', primaries: 5000 })
    expect(
      problemIn(await ask('GET', at(`/simulations/${id}/result?region=window`), bearer), 'BAD_REQUEST').detail,
    ).toContain('disc1')
    const zipped = await ask('GET', at(`/simulations/${id}/result`), { ...bearer, 'accept-encoding': 'gzip' })
    expect(zipped.headers['content-encoding']).toBe('gzip')
    problemIn(await ask('GET', at(`/simulations/${id}/tasks/0/log`), bearer), 'NOT_FOUND')
  })
})

describe('the log', () => {
  it('holds requests and no secret', async () => {
    const cookie = (await ask('GET', `/?token=${TOKEN}`)).headers['set-cookie']![0]!.split(';')[0]!
    await ask('GET', at('/me'), { cookie, referer: `http://127.0.0.1/?token=${TOKEN}` })
    await ask('GET', at(`/nothing?token=wrong&x=${TOKEN}`), bearer)
    await ask('GET', at(`/simulations/${TOKEN}`), bearer)
    const text = bench.log.join('')
    expect(text).toContain('"route":"/api/v1/me"')
    expect(text).not.toContain(TOKEN)
    expect(text).not.toContain(cookie.split('=')[1]!)
  })
})
