/** A storm outside the cluster: workers, replicas of control and the servers that everything stands on are killed. */

import { hostname } from 'node:os'
import { isAlive } from '#test/processes.ts'
import type { Part } from '#test/servers/parts.ts'
import { persistently, type ReplicatedProduct } from './replicated-product.ts'
import { pause, type StormWatch } from './storm-watch.ts'

const KILL_REPLICA_EVERY_MS = 2000
/** Then it is over, or earlier with all other troubles: a leader that lives for less than the final merge takes ends no job. */
const REPLICA_KILLS = 20
const FEWEST_REPLICA_KILLS = 5

/** So many tasks are done before each kill of a worker, and so many between two servers. */
const TASKS_A_KILL = 40
const TASKS_A_SERVER = 130

export interface WorkersOutside {
  /** Resolves with their number when enough were killed. */
  readonly killed: Promise<number>
  /** Resolves when the job has ended. */
  readonly ended: Promise<void>
}

/** Keeps workers outside the cluster at work, and kills one with tasks in hand after the other until enough were killed. */
export function workersThatDie(
  product: ReplicatedProduct,
  watch: StormWatch,
  count: number,
  mostKills: number,
): WorkersOutside {
  const start = () => persistently(() => product.startWorker(watch.id))
  const nameOf = (worker: Part) => `${hostname()}-${worker.pid}`
  const workers: Part[] = []

  async function keep(n: number): Promise<void> {
    workers[n] = await start()
    while (!watch.isOver) {
      await pause(250)
      const worker = workers[n]!
      if (isAlive(worker.pid)) continue
      // As whatever looks after workers does: there is work, so another one is started.
      const { progress } = await watch.show()
      if (progress.tasksDone === progress.tasks) continue
      if (worker.exitCode() !== null)
        watch.say(`worker ${n} ended with code ${worker.exitCode()}: ${worker.log().trim().split('\n').at(-1)}`)
      workers[n] = await start()
    }
  }

  async function kill(): Promise<number> {
    let kills = 0
    while (kills < mostKills) {
      const n = kills % count
      await watch.untilDone((kills + 1) * TASKS_A_KILL, `${mostKills} kills of workers`)
      const holds = async () => {
        const worker = workers[n]
        return worker !== undefined && isAlive(worker.pid) && (await watch.holds(nameOf(worker)))
      }
      await watch.until(`${mostKills} kills of workers`, holds)
      const worker = workers[n]!
      const inFlight = await watch.inFlight(nameOf(worker))
      await worker.kill('SIGKILL')
      kills += 1
      watch.say(`worker ${n} killed (${kills} of ${mostKills}); ${inFlight}`)
    }
    return kills
  }

  const kept = Array.from({ length: count }, (_, n) => keep(n))
  return { killed: kill(), ended: Promise.all(kept).then(() => undefined) }
}

/**
 * Kills the replica that has been ready for the longest time: mostly the one that moves the jobs on.
 * @param others all other troubles of the storm
 */
export async function replicasThatDie(
  product: ReplicatedProduct,
  watch: StormWatch,
  others: Promise<unknown>,
): Promise<number> {
  const byAge = product.replicas.map((_, n) => n)
  let kills = 0
  let alone = false
  const noteAlone = () => {
    alone = true
  }
  others.then(noteAlone, noteAlone)
  const isEnough = () => kills >= REPLICA_KILLS || (alone && kills >= FEWEST_REPLICA_KILLS)
  while (!watch.isOver && !isEnough()) {
    await pause(KILL_REPLICA_EVERY_MS)
    const ready: number[] = []
    // Without another one that is ready, killing would only show that a service of no replicas does nothing.
    while (ready.length < 2 && !watch.isOver) {
      ready.length = 0
      for (const n of byAge) if (await product.isReady(n)) ready.push(n)
      if (ready.length < 2) await pause(100)
    }
    const victim = ready[0]
    if (victim === undefined || watch.isOver) break
    const inFlight = await watch.inFlight()
    await product.replicas[victim]!.kill('SIGKILL')
    product.replicas[victim]!.start()
    byAge.splice(byAge.indexOf(victim), 1)
    byAge.push(victim)
    kills += 1
    watch.say(`replica ${victim} killed and started again (${kills}); ${inFlight}`)
  }
  return kills
}

/** One server after the other. @throws Error when the job is over before the last one. */
export async function serversThatDie(product: ReplicatedProduct, watch: StormWatch): Promise<void> {
  const { redis, postgres, standby, ceph } = product
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
  for (const [n, [what, step]] of steps.entries()) {
    await watch.untilDone((n + 0.5) * TASKS_A_SERVER, what)
    // With tasks in hand, or it would be nothing.
    await watch.until(what, () => watch.holds(''))
    watch.say(`${what}; ${await watch.inFlight()}`)
    await step()
  }
}
