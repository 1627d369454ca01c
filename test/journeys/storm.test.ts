/**
 * A job of 1,500 tasks while everything that it stands on is killed: workers, replicas of control, the primary of Redis
 * (killed, later frozen), all its data, the primary of PostgreSQL, the gateway of S3. The result is that of an
 * undisturbed run, bit by bit; what was in flight at each kill is printed.
 */

import { expect, it, onTestFinished } from 'vitest'
import { openPostgresRecords } from '#records/postgres.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { CEPH, describeWith, HAPROXY, POSTGRESQL, REDIS } from '#test/needs.ts'
import { calmNumbers, numbersOf, primariesDocument } from './calm-run.ts'
import { persistently, type ReplicatedProduct, startReplicatedProduct } from './replicated-product.ts'

const TASKS = 1500
const HISTORIES = 200_000
const WORKERS = 3
const WORKER_KILLS = 13
const KILL_REPLICA_EVERY_MS = 2000
/** Then the storm is over: a leader that never lives for longer than the final merge takes could not end any job. */
const REPLICA_KILLS = 20
const say = (line: string) => process.stdout.write(`storm: ${line}\n`)
const pause = (ms: number) => new Promise((next) => setTimeout(next, ms))

const DOCUMENT = primariesDocument('Storm', TASKS, HISTORIES)

const NEEDS = [POSTGRESQL, REDIS, CEPH, HAPROXY] as const

describeWith(NEEDS, 'a storm over a job', (postgresql, redis, ceph, haproxy) => {
  it('loses nothing, counts nothing twice and changes not one bit', { timeout: 420_000 }, async () => {
    const calm = await calmNumbers(DOCUMENT)
    const product = await startReplicatedProduct(
      { postgresql, redis, ceph, haproxy },
      { standby: true, environment: { ISOLARIO_LEASE_SECONDS: '4' } },
    )
    onTestFinished(() => product.stop())
    const { client } = product
    const { id } = await client.call('submit', { body: DOCUMENT, headers: { 'idempotency-key': 'storm' } })
    const begunMs = Date.now()
    const show = () => persistently(() => client.call('show', { params: { id } }))
    const isOver = async () => FINAL_STATES.has((await show()).state)

    let over = false
    const storm = Promise.all([
      workersThatDie(product, id, () => over),
      replicasThatDie(product, () => over),
      serversThatDie(product, () => over),
    ])
    // A failure of the storm itself ends the wait for the job.
    await Promise.race([storm, untilOver(isOver)])
    over = true
    const [workerKills, replicaKills] = await storm
    await untilOver(isOver)
    const end = await show()
    say(`${end.sentence} ${((Date.now() - begunMs) / 1000).toFixed(1)} s under the storm`)

    expect(workerKills).toBe(WORKER_KILLS)
    expect(replicaKills).toBeGreaterThan(4)
    expect(end).toMatchObject({
      state: 'done',
      progress: { tasks: TASKS, tasksDone: TASKS, tasksFailed: 0, primariesDone: TASKS * HISTORIES },
    })
    const records = await openPostgresRecords({ url: product.databaseUrl, migrate: false })
    const accepted = await records.acceptedResults(id, 0)
    await records.close()
    expect(accepted.map(({ task }) => task)).toEqual(Array.from({ length: TASKS }, (_, task) => task))
    const result = await persistently(() => client.call('result', { params: { id } }))
    expect(numbersOf(result)).toEqual(calm)
  })
})

async function untilOver(isOver: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 330_000
  while (!(await isOver())) {
    if (Date.now() > deadline) throw new Error('the job has not ended within 330 s')
    await pause(250)
  }
}

/** Keeps workers at work, and kills one now and then until enough were killed. */
async function workersThatDie(product: ReplicatedProduct, id: string, isOver: () => boolean): Promise<number> {
  const start = () => persistently(() => product.startWorker(id))
  const workers = await Promise.all(Array.from({ length: WORKERS }, start))
  let kills = 0
  while (!isOver()) {
    await pause(kills < WORKER_KILLS ? 1500 : 500)
    for (const [n, worker] of workers.entries()) {
      if (worker.exitCode() === null || isOver()) continue
      // As whatever looks after workers does: there is work, so another one is started.
      const { progress } = await persistently(() => product.client.call('show', { params: { id } }))
      if (progress.tasksDone === TASKS) continue
      say(`worker ${n} ended with code ${worker.exitCode()}: ${worker.log().trim().split('\n').at(-1)}`)
      workers[n] = await start()
    }
    if (kills >= WORKER_KILLS || isOver()) continue
    const victim = kills % WORKERS
    await workers[victim]!.kill('SIGKILL')
    kills += 1
    const state = await product.client.call('show', { params: { id } }).catch(() => null)
    say(`worker killed (${kills} of ${WORKER_KILLS}); ${state?.sentence ?? 'no replica answers now'}`)
    workers[victim] = await start()
  }
  return kills
}

/** Kills the replica that has been ready for the longest time: mostly the one that moves the jobs on. */
async function replicasThatDie(product: ReplicatedProduct, isOver: () => boolean): Promise<number> {
  const byAge = product.replicas.map((_, n) => n)
  let kills = 0
  while (!isOver() && kills < REPLICA_KILLS) {
    await pause(KILL_REPLICA_EVERY_MS)
    const ready: number[] = []
    // Without another one that is ready, killing would only show that a service of no replicas does nothing.
    while (ready.length < 2 && !isOver()) {
      ready.length = 0
      for (const n of byAge) if (await product.isReady(n)) ready.push(n)
      if (ready.length < 2) await pause(100)
    }
    const victim = ready[0]
    if (victim === undefined || isOver()) break
    await product.replicas[victim]!.kill('SIGKILL')
    product.replicas[victim]!.start()
    byAge.splice(byAge.indexOf(victim), 1)
    byAge.push(victim)
    kills += 1
    say(`replica ${victim} killed and started again (${kills})`)
  }
  return kills
}

async function serversThatDie({ redis, postgres, standby, ceph }: ReplicatedProduct, isOver: () => boolean) {
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'primary of Redis killed',
      async () => {
        const primary = await redis.primary()
        await primary.kill()
        await redis.failover(primary)
        await primary.restart()
      },
    ],
    [
      'primary of Redis frozen',
      async () => {
        const primary = await redis.primary()
        primary.freeze()
        await redis.failover(primary)
        primary.thaw()
      },
    ],
    ['all data of Redis thrown away', async () => (await redis.primary()).client.flushall()],
    [
      'primary of PostgreSQL killed, its standby promoted',
      async () => {
        await postgres.kill()
        await standby!.promote()
      },
    ],
    [
      'gateway of S3 killed and started again',
      async () => {
        await ceph.killGateway()
        await pause(1000)
        await ceph.restartGateway()
      },
    ],
  ]
  for (const [what, step] of steps) {
    await pause(3000)
    if (isOver()) throw new Error(`the job was over before: ${what}`)
    say(what)
    await step()
  }
}
