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

it('leaves other text alone', () => {
  expect(withoutSecrets('GET /simulations?search=token took 3 ms at http://host:80/a@b')).toBe(
    'GET /simulations?search=token took 3 ms at http://host:80/a@b',
  )
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
