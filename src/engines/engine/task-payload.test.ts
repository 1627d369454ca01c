import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetById } from '#simulation/presets.ts'
import {
  type PointPayload,
  parseTaskPayload,
  resultIdentityOf,
  TaskPayloadError,
  taskPayloadWriter,
} from './task-payload.ts'

const point: PointPayload = {
  engine: 'builtin',
  engineVersion: '1.0.0',
  setup: presetById('spes-uc4')!.document.setup,
  setupDigest: 'a'.repeat(64),
  jobKey: '0123456789abcdef',
  point: 3,
  replay: true,
  limits: { timeSeconds: 600, memoryMebibytes: 1024 },
  objectKeyPrefix: 'jobs/j1/work/',
}

describe('task payload', () => {
  it('is read back as it was written, for any contiguous batches', () => {
    const write = taskPayloadWriter(point)
    const batches = fc
      .record({
        ordinal: fc.nat(),
        first: fc.nat({ max: 2 ** 50 }),
        sizes: fc.array(fc.integer({ min: 1, max: 1e7 }), { minLength: 1, maxLength: 20 }),
      })
      .map(({ ordinal, first, sizes }) => {
        let next = first
        return sizes.map((histories, i) => {
          next += histories
          return { ordinal: ordinal + i, first: next - histories, histories }
        })
      })
    fc.assert(
      fc.property(batches, (list) => {
        expect(parseTaskPayload(write(list))).toEqual({ ...point, batches: list })
      }),
    )
  })

  it('says whose sums the tally holds', () => {
    expect(resultIdentityOf(point)).toEqual({
      setupDigest: point.setupDigest,
      engine: { id: 'builtin', version: '1.0.0' },
      jobKey: point.jobKey,
      point: 3,
      replay: true,
    })
  })

  it('names what is wrong', () => {
    const good = JSON.parse(taskPayloadWriter(point)([{ ordinal: 0, first: 0, histories: 5 }])) as Record<
      string,
      unknown
    >
    const wrong: [unknown, RegExp][] = [
      ['text', /"payload" .* must be an object/],
      [{ ...good, version: 2 }, /version 1 was expected, got 2.*same release/],
      [{ ...good, engine: '../x' }, /"engine"/],
      [{ ...good, engineVersion: '' }, /"engineVersion"/],
      [{ ...good, setup: null }, /"setup" .* must be an object, got null/],
      [{ ...good, jobKey: '0123' }, /"jobKey"/],
      [{ ...good, point: -1 }, /"point" .* whole number from 0, got -1/],
      [{ ...good, replay: 'no' }, /"replay" .* true or false/],
      [{ ...good, limits: { timeSeconds: 0, memoryMebibytes: 1 } }, /"timeSeconds" .* above 0, got 0/],
      [{ ...good, objectKeyPrefix: '../' }, /"objectKeyPrefix"/],
      [{ ...good, objectKeyPrefix: 'jobs/x' }, /"objectKeyPrefix"/],
      [{ ...good, batches: [] }, /at least one batch/],
      [{ ...good, batches: [[0, 0]] }, /\[ordinal, first history, histories\], got \[0,0\]/],
      [{ ...good, batches: [[0, 0, 0]] }, /\[ordinal, first history, histories\]/],
      [
        {
          ...good,
          batches: [
            [0, 0, 5],
            [1, 6, 5],
          ],
        },
        /Batch 1 does not go on where batch 0 ends/,
      ],
      [
        {
          ...good,
          batches: [
            [0, 0, 5],
            [2, 5, 5],
          ],
        },
        /Batch 2 does not go on/,
      ],
    ]
    for (const [value, words] of wrong) {
      expect(() => parseTaskPayload(JSON.stringify(value))).toThrow(words)
      expect(() => parseTaskPayload(JSON.stringify(value))).toThrow(TaskPayloadError)
    }
    expect(() => parseTaskPayload('{')).toThrow(/must be JSON/)
  })
})
