/** What every implementation of the records must do with seeds and with the uses of licensed engines. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Records, TaskPlan } from '#records/records.ts'
import { LARGEST_SEED } from '#simulation/seeds.ts'
import { newSimulation } from './records.ts'

const NOW = 1_700_000_000_000

/** Tasks of one batch each, the points taking turns, as the planner gives them. */
const loneBatches = (batches: number, points = 1, fromBatch = 0, fromTask = 0): TaskPlan[] =>
  Array.from({ length: batches * points }, (_, i) => ({
    task: fromTask + i,
    point: i % points,
    firstHistory: (fromBatch + Math.floor(i / points)) * 100,
    histories: 100,
    firstBatch: fromBatch + Math.floor(i / points),
  }))

export interface SeedsCase {
  readonly records: Records
  /** Another replica over the same records; the same one where there can be only one. */
  readonly other: Records
  /** Makes so many seeds handed out. */
  spend(given: number): Promise<void>
  done(): Promise<void>
}

export function describeSeedsContract(name: string, make: () => Promise<SeedsCase>): void {
  describe(`seeds and uses: ${name}`, () => {
    let made: SeedsCase
    let jobs = 0
    beforeEach(async () => {
      made = await make()
    })
    afterEach(() => made.done())

    const key = (n: number) => n.toString(16).padStart(16, '0')
    const accept = (
      records: Records,
      id: string,
      jobKey: string,
      tasks: readonly TaskPlan[],
      changes: Parameters<typeof newSimulation>[1] = {},
    ) => records.accept(newSimulation(id, { jobKey, tasks, seeds: true, engineId: 'fluka', ...changes }), NOW)
    const seedsOf = async (id: string) => (await made.records.openTasks(id)).map(({ seed }) => seed)
    const add = (records: Records, id: string, tasks: readonly TaskPlan[]) =>
      records.addTasks(id, ['accepted'], 'accepted', tasks, 1e6, NOW)

    it('gives every task one in range, and none to engines that take none', async () => {
      await accept(made.records, 'a', key(1), loneBatches(5, 3))
      const seeds = await seedsOf('a')
      expect(seeds).toHaveLength(15)
      expect(new Set(seeds).size).toBe(15)
      for (const seed of seeds) expect(seed! >= 1 && seed! <= LARGEST_SEED).toBe(true)
      expect(await made.records.simulation('a')).toMatchObject({ seeds: true })
      await made.records.accept(newSimulation('plain'), NOW)
      expect(await seedsOf('plain')).toEqual([null, null, null, null])
    })

    it('never gives one twice, over jobs, segments and replicas at once, in whatever order they come', async () => {
      const step = fc.record({
        job: fc.nat({ max: 3 }),
        batches: fc.integer({ min: 1, max: 12 }),
        replica: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 2, maxLength: 12 }),
          fc.integer({ min: 1, max: 3 }),
          async (steps, points) => {
            const run = jobs++
            const lives = new Map<number, Promise<number>>()
            // Steps of one job follow each other; those of different jobs run at the same time.
            for (const { job, batches, replica } of steps) {
              const records = replica ? made.other : made.records
              const id = `r${run}j${job}`
              const before = lives.get(job)
              const next = async () => {
                const from = (await before) ?? 0
                const tasks = loneBatches(batches, points, from, from * points)
                if (from === 0) await accept(records, id, key(1000 + run * 10 + job), tasks)
                else await add(records, id, tasks)
                return from + batches
              }
              lives.set(job, next())
            }
            await Promise.all(lives.values())
            const ids = [...lives.keys()].map((job) => `r${run}j${job}`)
            const seeds = (await Promise.all(ids.map(seedsOf))).flat()
            expect(new Set(seeds).size).toBe(seeds.length)
            expect(seeds).not.toContain(null)
          },
        ),
        { numRuns: 12 },
      )
      // Over all runs of the property as well: they shared the records.
      const { items } = await made.records.list({ sort: 'createdAt', order: 'asc', offset: 0, limit: 1000 })
      const all = (await Promise.all(items.map(({ id }) => seedsOf(id)))).flat()
      expect(new Set(all).size).toBe(all.length)
    })

    it('gives a replay the seeds of its original, batch by batch, also when the original is gone', async () => {
      await accept(made.records, 'original', key(7), loneBatches(4, 2))
      await add(made.records, 'original', loneBatches(3, 2, 4, 8))
      const seeds = await seedsOf('original')
      await accept(made.other, 'other', key(8), loneBatches(4))
      await accept(made.other, 'replay', key(7), loneBatches(7, 2))
      expect(await seedsOf('replay')).toEqual(seeds)
      await made.records.changeState('original', ['accepted'], { to: 'cancelling' }, NOW)
      await made.records.changeState('original', ['cancelling'], { to: 'cancelled' }, NOW)
      expect(await made.records.remove('original', NOW)).toBe(true)
      await accept(made.records, 'late', key(7), loneBatches(9, 2))
      const late = await seedsOf('late')
      expect(late.slice(0, 14)).toEqual(seeds)
      // What the original never had is new to everybody.
      const others = new Set([...seeds, ...(await seedsOf('other'))])
      for (const seed of late.slice(14)) expect(others.has(seed)).toBe(false)
    })

    it('gives two replays that come at once the same seeds', async () => {
      await Promise.all([
        accept(made.records, 'one', key(9), loneBatches(6)),
        accept(made.other, 'two', key(9), loneBatches(6)),
      ])
      expect(await seedsOf('one')).toEqual(await seedsOf('two'))
    })

    it('says in words when the range is used up, and plans nothing then', async () => {
      await made.spend(LARGEST_SEED - 3)
      await expect(accept(made.records, 'many', key(1), loneBatches(4))).rejects.toMatchObject({
        code: 'RECORDS_NO_SEEDS',
        retriable: false,
        message: expect.stringMatching(/needs 4 seeds and 3 of the 899999999 .* are left/),
      })
      expect(await made.records.simulation('many')).toBeUndefined()
      await accept(made.records, 'last', key(2), loneBatches(3))
      expect(await seedsOf('last')).toEqual([LARGEST_SEED - 2, LARGEST_SEED - 1, LARGEST_SEED])
      await expect(add(made.records, 'last', loneBatches(1, 1, 3, 3))).rejects.toMatchObject({
        code: 'RECORDS_NO_SEEDS',
      })
      // A replay needs no new ones.
      await accept(made.records, 'again', key(2), loneBatches(3))
      expect(await seedsOf('again')).toEqual(await seedsOf('last'))
    })

    it('keeps who used a licensed engine with which version, when the simulation is gone too', async () => {
      const use = (id: string, owner: string, engineVersion: string, atMs: number) =>
        made.records.accept(
          newSimulation(id, { owner, engineId: 'fluka', engineVersion, seeds: true, licensed: true, tasks: [] }),
          atMs,
        )
      await use('a', 'anna', '4-4.0', NOW)
      await use('b', 'bruno', '4-4.1', NOW + 1)
      await made.records.accept(newSimulation('c'), NOW + 2)
      await made.records.changeState('a', ['accepted'], { to: 'cancelling' }, NOW)
      await made.records.changeState('a', ['cancelling'], { to: 'cancelled' }, NOW)
      await made.records.remove('a', NOW + 3)
      const all = await made.records.engineUses({ offset: 0, limit: 10 })
      expect(all).toEqual({
        total: 2,
        items: [
          { simulationId: 'b', owner: 'bruno', engineId: 'fluka', engineVersion: '4-4.1', atMs: NOW + 1 },
          { simulationId: 'a', owner: 'anna', engineId: 'fluka', engineVersion: '4-4.0', atMs: NOW },
        ],
      })
      const ofAnna = await made.records.engineUses({ owner: 'anna', engineId: 'fluka', offset: 0, limit: 10 })
      expect(ofAnna.items.map(({ simulationId }) => simulationId)).toEqual(['a'])
      expect(await made.records.engineUses({ engineId: 'geant4', offset: 0, limit: 10 })).toEqual({
        items: [],
        total: 0,
      })
    })
  })
}
