import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SimulationSummary } from '#protocol/shapes.ts'
import { newer } from './progress.ts'

function summary(revision: number, primariesDone: number, primariesAsked = 1000): SimulationSummary {
  return {
    id: 'abcd',
    name: 'x',
    owner: 'me',
    state: 'running',
    sentence: '',
    actions: [],
    engine: { id: 'builtin', version: '1', standIn: false },
    subject: '',
    setupDigest: '',
    points: 1,
    progress: {
      primariesAsked,
      primariesDone,
      tasks: primariesAsked / 10,
      tasksDone: Math.floor(primariesDone / 10),
      tasksFailed: 0,
      fraction: primariesDone / primariesAsked,
      remainingMs: null,
    },
    revision,
    createdAtMs: 0,
    startedAtMs: null,
    endedAtMs: null,
    replayOf: null,
  }
}

it('never goes backwards, in whatever order messages come', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(1000)), { minLength: 1 }), (messages) => {
      let shown = summary(0, 0)
      for (const [revision, done] of messages) {
        const next = newer(shown, summary(revision, done))
        expect(next.progress.fraction).toBeGreaterThanOrEqual(shown.progress.fraction)
        expect(next.progress.primariesDone).toBeGreaterThanOrEqual(shown.progress.primariesDone)
        expect(next.revision).toBeGreaterThanOrEqual(shown.revision)
        shown = next
      }
    }),
  )
})

it('lets the fraction fall when primaries were added, and only then', () => {
  const done = summary(5, 1000)
  const added = newer(done, summary(6, 1000, 2000))
  expect(added.progress.fraction).toBe(0.5)
  expect(added.progress.primariesDone).toBe(1000)
})

it('keeps what only the detail knows', () => {
  const detail = { ...summary(1, 10), jobKey: 'k' }
  expect(newer(detail, summary(2, 20))).toMatchObject({ jobKey: 'k', revision: 2 })
})
