import { expect, it } from 'vitest'
import { workerLog } from './worker-log.ts'

function said(format: string, trace: string | null): string[] {
  const lines: string[] = []
  const log = workerLog({
    format,
    job: 'j',
    worker: 'w1',
    trace: () => trace,
    clock: () => 5,
    write: (text) => void lines.push(text),
  })
  log('It is said.')
  log('A task\nsaid this.', { task: 3, generation: 2, attempt: 1 })
  return lines
}

it('writes sentences', () => {
  expect(said('text', 'abc')).toEqual(['It is said.\n', 'A task\nsaid this.\n'])
})

it('writes one JSON object a line, with the fields of the service', () => {
  const [first, second] = said('json', 'abc').map((line) => {
    expect(line.indexOf('\n')).toBe(line.length - 1)
    return JSON.parse(line) as unknown
  })
  expect(first).toEqual({ level: 30, time: 5, job: 'j', worker: 'w1', trace: 'abc', msg: 'It is said.' })
  expect(second).toMatchObject({ task: 3, generation: 2, attempt: 1, msg: 'A task\nsaid this.' })
})

it('names no trace where none is kept', () => {
  expect(JSON.parse(said('json', null)[0]!)).not.toHaveProperty('trace')
})
