import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PERMISSIONS } from '#identity/identity.ts'
import { PROBLEMS, WARNINGS } from '#simulation/problem.ts'
import { ERRORS } from './errors.ts'
import { apiPage, errorsPage, WRITTEN_BY } from './manual.ts'
import { ROUTES, type Route } from './routes.ts'
import { TASK_FAILURES } from './task-failures.ts'

const root = path.resolve(import.meta.dirname, '../..')
const page = (name: string) => readFileSync(path.join(root, 'docs', name), 'utf8')

/** Sources of a room, without its tests. */
function sources(...rooms: string[]): string {
  return rooms
    .flatMap((room) => {
      const folder = path.join(root, 'src', room)
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      return files
        .filter((name) => /(?<!\.test)\.ts$/.test(name))
        .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    })
    .join('\n')
}

describe('the manual', () => {
  it('is what the tables say', () => {
    expect(page('errors.md'), `docs/errors.md is out of date: ${WRITTEN_BY}`).toBe(errorsPage())
    expect(page('api.md'), `docs/api.md is out of date: ${WRITTEN_BY}`).toBe(apiPage())
  })

  it('knows every code and no other', () => {
    const listed = [...page('errors.md').matchAll(/^\| `([A-Z_0-9]+)` \|/gm)].map(([, code]) => code!)
    const known = [ERRORS, PROBLEMS, WARNINGS, TASK_FAILURES].flatMap((codes) => Object.keys(codes))
    expect(listed.sort()).toEqual(known.sort())
  })

  it('names every route, once', () => {
    for (const [name, route] of Object.entries(ROUTES) as [string, Route][]) {
      expect(page('api.md').split(`### ${name}\n`), name).toHaveLength(2)
      expect(page('api.md')).toContain(`\`${route.method} ${route.path}\``)
    }
  })
})

describe('the error table', () => {
  it('holds what the service gives, and nothing that it never gives', () => {
    const text = sources('control')
    const used = new Set([...text.matchAll(/'([A-Z][A-Z_]+)'/g)].map(([, code]) => code!))
    for (const code of Object.keys(ERRORS)) expect(used.has(code), `${code} is given nowhere`).toBe(true)
  })

  it('has an advice that is a sentence, and a status that is an error', () => {
    for (const [code, { status, title, advice }] of Object.entries(ERRORS)) {
      expect(advice, code).toMatch(/^[A-Z].*\.$/)
      expect(title, code).toMatch(/^[A-Z].*[^.]$/)
      expect(status, code).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('the causes of failed tasks', () => {
  it('are those that worker, queue and control give', () => {
    const text = sources('worker', 'queue', 'control')
    const prefixes = /'((?:TASK|PROGRAM|RESULT|ENGINE|TALLY|SCRATCH)_[A-Z_]+)'/g
    const given = new Set([...text.matchAll(prefixes)].map(([, code]) => code!))
    // Answers and findings of the service, and errors of a file, are no causes of a failed task.
    for (const other of ['ENGINE_REFUSES', 'ENGINE_NOT_HERE']) given.delete(other)
    for (const code of given) if (code.startsWith('TALLY_') && code !== 'TALLY_UNUSABLE') given.delete(code)
    expect([...given].sort()).toEqual(Object.keys(TASK_FAILURES).sort())
  })
})

it('asks for permissions that identity knows', () => {
  const asked = new Set((Object.values(ROUTES) as Route[]).flatMap(({ permission }) => permission ?? []))
  expect(asked.delete('job')).toBe(true)
  for (const permission of asked) expect(PERMISSIONS).toContain(permission)
  const words: readonly Route['permission'][] = PERMISSIONS
  expect(words).toHaveLength(4)
})
