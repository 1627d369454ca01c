import cookie from '@fastify/cookie'
import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IdentityError, type LoginFlow, type LoginStep } from '#identity/identity.ts'
import { createLog } from './log.ts'
import { addLogin } from './login-routes.ts'

/** A provider that does what a test says. Logins with a real one: test/journeys/sign-in.test.ts. */
let flow: { -readonly [K in keyof LoginFlow]: LoginFlow[K] }
let app: FastifyInstance
let logged: string[]

beforeEach(async () => {
  flow = {
    providerName: '<b>IAM & "Co"</b>',
    begin: async () => ({ redirect: 'https://iam.example.org/', cookies: [] }),
    finish: async () => ({ redirect: '/', cookies: [] }),
    returnToOf: () => '/new?a="><script>',
    renew: async () => null,
    end: async () => ({ cookies: [], providerLogout: null }),
  }
  logged = []
  app = fastify()
  await app.register(cookie)
  addLogin(app, flow, createLog('info', { write: (line) => void logged.push(line) }))
})
afterEach(() => app.close())

/** Asks at once; by itself a request of the framework begins when somebody waits for it. */
const get = (url: string) => app.inject({ method: 'GET', url }).then((answer) => answer)

describe('the pages of the sign-in', () => {
  it('give what others wrote as text, never as markup', async () => {
    flow.finish = async () => {
      throw new IdentityError('LOGIN_REFUSED', 'No: <img src=x onerror=alert(1)>')
    }
    for (const page of [await get('/login/callback'), await app.inject({ method: 'POST', url: '/logout' })]) {
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(page.body).toContain('IAM &amp; &quot;Co&quot;')
      expect(page.body).not.toMatch(/<(b|img src=x|script)/)
    }
    expect((await get('/login/callback')).body).toContain('href="/login?returnTo=%2Fnew%3Fa%3D%22%3E%3Cscript%3E"')
  })

  it('do not ask the provider for more sign-ins at once than there are people', async () => {
    let letGo = (_: LoginStep) => {}
    const gate = new Promise<LoginStep>((done) => {
      letGo = done
    })
    let asked = 0
    flow.finish = () => {
      asked++
      return gate
    }
    const waiting = Array.from({ length: 40 }, () => get('/login/callback'))
    const busy = (await Promise.all(waiting.slice(32))).map(({ statusCode, body }) => [
      statusCode,
      /Too many/.test(body),
    ])
    expect(busy).toEqual(Array.from({ length: 8 }, () => [503, true]))
    letGo({ redirect: '/', cookies: [] })
    for (const answer of await Promise.all(waiting.slice(0, 32))) expect(answer.statusCode).toBe(303)
    expect(asked).toBe(32)
    expect((await get('/login/callback')).statusCode).toBe(303)
  })

  it('set cookies that no script reads, and take them away again', async () => {
    flow.begin = async () => ({
      redirect: 'https://iam.example.org/',
      cookies: [
        { name: 'a', value: 'x', maxAgeSeconds: 60, secure: true, sameSite: 'lax' },
        { name: 'b', value: '', maxAgeSeconds: 0 },
      ],
    })
    const answer = await get('/login')
    expect(answer.headers['set-cookie']).toEqual([
      'a=x; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax',
      'b=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('leave an error that they do not know to the handler of all errors', async () => {
    flow.finish = async () => {
      throw new Error('a path of this machine')
    }
    const answer = await get('/login/callback')
    expect(answer.statusCode).toBe(500)
    expect(answer.headers['content-type']).toMatch(/json/)
  })

  it('log why a sign-in was not finished, and nothing that the other side wrote', async () => {
    flow.finish = async () => {
      const cause = Object.assign(new Error('wrote: secret-token'), { error: 'invalid_client', code: 'OAUTH_X' })
      throw new IdentityError('LOGIN_REFUSED', 'The provider refused this service.', { cause })
    }
    await get('/login/callback')
    expect(logged.join('\n')).toContain('Error invalid_client OAUTH_X')
    expect(logged.join('\n')).not.toContain('secret-token')
  })
})
