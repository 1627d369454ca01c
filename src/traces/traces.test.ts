import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { newTraceparent } from '#protocol/traceparent.ts'
import { idsOfJob, otlpTraces } from './otlp.ts'
import { inSpan, isTracedTask, NO_TRACES } from './traces.ts'

describe('tasks with spans', () => {
  it('are all of a small job and few of a large one', () => {
    const among = (tasks: number) => Array.from({ length: tasks }, (_, task) => task).filter(isTracedTask).length
    expect(among(64)).toBe(64)
    expect(among(128)).toBe(96)
    expect(among(10_000)).toBeLessThan(320)
    expect(among(1_000_000)).toBeLessThan(520)
  })

  it('are spread over every doubling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 64, max: 2 ** 40 }), (task) => {
        const step = 2 ** (Math.floor(Math.log2(task)) - 5)
        expect(isTracedTask(task - (task % step))).toBe(true)
      }),
    )
  })
})

describe('the place of a trace', () => {
  const traces = otlpTraces({
    endpoint: 'http://127.0.0.1:9',
    serviceName: 'isolario',
    version: '0',
    ratio: 1,
    onTrouble: () => {},
  })
  afterAll(() => traces.close(0))
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const span = '00f067aa0ba902b7'

  it('is read as the W3C has it', () => {
    expect(traces.continued(`00-${trace}-${span}-01`)).toEqual({ traceId: trace, spanId: span, sampled: true })
    expect(traces.continued(`00-${trace}-${span}-00`)).toMatchObject({ sampled: false })
    expect(traces.continued(`cc-${trace}-${span}-03-what-comes-later`)).toMatchObject({ sampled: true })
  })

  it.each([
    undefined,
    '',
    ['00', trace],
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-1`,
    `00-${trace}-${span}`,
  ])('is not made of %j', (header) => expect(traces.continued(header)).toBeNull())

  it('is always found in what our own clients send', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (stream) => {
        const header = newTraceparent(() => stream.next().value!)
        expect(traces.continued(header)).toMatchObject({ traceId: header.slice(3, 35), sampled: true })
      }),
    )
  })

  it('of a job follows from its id alone', () => {
    // echo -n abcdefghjkmn | sha256sum
    expect(idsOfJob('abcdefghjkmn')).toEqual({
      traceId: 'ff25e0a8f930ea31f7d2fdefc87340e3',
      spanId: '4d7f6849d0781d0c',
    })
    expect(traces.job('abcdefghjkmn')).toEqual({ ...idsOfJob('abcdefghjkmn'), sampled: true })
  })

  it('lets answers and errors pass, on or off', async () => {
    for (const each of [NO_TRACES, traces]) {
      expect(await inSpan(each, 'x', { under: null }, async () => 7)).toBe(7)
      await expect(inSpan(each, 'x', { under: null }, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    }
  })
})
