import { expect, it } from 'vitest'
import { createLog, withoutSecrets } from './log.ts'

const SECRET = 'b2c3d4e5f6a7b8c9d0e1'

it('blanks secrets wherever they stand', () => {
  const lines: string[] = []
  const log = createLog('trace', { write: (line) => void lines.push(line) })
  const error = new Error(`GET http://127.0.0.1/?token=${SECRET}&x=1 failed; Authorization: Bearer ${SECRET}`, {
    cause: new Error(`postgres://isolario:${SECRET}@db.example/isolario refused`),
  })
  log.error(
    { err: error, token: SECRET, headers: { cookie: SECRET }, request: { headers: { authorization: SECRET } } },
    'it failed',
  )
  log.warn({ err: `not an error but ?token=${SECRET}` }, 'a text')
  log.info({ databaseUrl: SECRET, nested: { password: SECRET } }, 'settings')
  expect(lines).toHaveLength(3)
  expect(lines.join('')).not.toContain(SECRET)
  expect(lines[0]).toContain('[hidden]')
  expect(lines[0]).toContain('it failed')
})

it.each([
  [`redis://:${SECRET}@redis.example:6379/0 refused`, 'redis://:[hidden]@redis.example:6379/0 refused'],
  [`rediss://isolario:${SECRET}@redis.example`, 'rediss://isolario:[hidden]@redis.example'],
  [`postgres://isolario:pa/${SECRET}@db.example/isolario`, 'postgres://isolario:[hidden]@db.example/isolario'],
  [`postgres://isolario:12/${SECRET}@db.example/isolario`, 'postgres://isolario:[hidden]@db.example/isolario'],
  [`postgresql://isolario:p@${SECRET}@db.example:5432/x`, 'postgresql://isolario:[hidden]@db.example:5432/x'],
  [`postgres://isolario@tenant:${SECRET}@db.example`, 'postgres://isolario@tenant:[hidden]@db.example'],
  [`https://anna:${SECRET}@s3.example/b`, 'https://anna:[hidden]@s3.example/b'],
  [
    `PUT https://s3.example:9000/b/k?X-Amz-Credential=AK%2F${SECRET}&X-Amz-Date=1&X-Amz-Signature=${SECRET}&x-id=Put failed`,
    'PUT https://s3.example:9000/b/k?X-Amz-Credential=[hidden]&X-Amz-Date=1&X-Amz-Signature=[hidden]&x-id=Put failed',
  ],
  [`?x-amz-security-token=${SECRET}`, '?x-amz-security-token=[hidden]'],
  [
    `AWS4-HMAC-SHA256 Credential=AK/${SECRET}/s3, SignedHeaders=host, Signature=${SECRET}`,
    'AWS4-HMAC-SHA256 Credential=[hidden], SignedHeaders=host, Signature=[hidden]',
  ],
  [`/login?access_token=${SECRET}`, '/login?access_token=[hidden]'],
])('blanks %s', (text, blanked) => {
  expect(withoutSecrets(text)).toBe(blanked)
})

it('blanks secrets in sentences that other code made, and leaves lines whole', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  log.warn({ why: `redis://:${SECRET}@a` }, `Redis at redis://:${SECRET}@b went away\nand anna@example.org was told`)
  expect(lines.join('')).not.toContain(SECRET)
  expect(JSON.parse(lines[0]!)).toMatchObject({ why: 'redis://:[hidden]@a', level: 40 })
})

it.each([
  'GET /simulations?search=token took 3 ms at http://host:80/a@b',
  'at file:///srv/isolario/dist/control.js:10:5 (anna@example.org)',
  'https://portal.example:8443?x=a@b and s3://bucket/key for anna@example.org',
])('leaves other text alone: %s', (text) => {
  expect(withoutSecrets(text)).toBe(text)
})

it('says the trace of a job beside the job', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) }, (job) => (job === 'kept' ? 'abc' : null))
  log.info({ job: 'kept' }, 'one')
  log.info({ job: 'not kept' }, 'two')
  log.info('three')
  log.error(new Error('four'))
  log.info({ job: 'kept', trace: 'of a request' }, 'five')
  expect(lines.map((line) => (JSON.parse(line) as { trace?: string }).trace)).toEqual([
    'abc',
    undefined,
    undefined,
    undefined,
    'of a request',
  ])
})
