/**
 * An operator installs Isolario on a real Kubernetes by the commands of docs/cluster.md; a physicist signs in with a browser,
 * through the load balancer, and runs a simulation; the operator upgrades to the next release while one runs, rolls back while
 * another one runs, removes Isolario, and installs it again. The pods are those of the chart, with the images that are shipped.
 */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, createClient } from '#protocol/client.ts'
import type { SimulationInput } from '#simulation/document.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import {
  CHROMIUM,
  describeWith,
  HAPROXY,
  HELM,
  KUBECTL,
  KUBERNETES_NODE,
  OPENSSL,
  POSTGRESQL,
  REDIS,
  VERSITYGW,
} from '#test/needs.ts'
import { expectSilver } from '#test/portal/silver.ts'
import { calmNumbers, numbersOf, primariesDocument } from './calm-run.ts'
import { IMAGES, manualCommands, manualInline, replacing, type Site, startSite } from './installation.ts'
import { type Physicist, signIn } from './installed-portal.ts'
import { persistently } from './replicated-product.ts'

const NEEDS = [...[KUBERNETES_NODE, HELM, KUBECTL, POSTGRESQL, REDIS, VERSITYGW, OPENSSL, HAPROXY], CHROMIUM] as const
const PATIENCE = { timeout: 300_000, interval: 200 }
/** Many small ones: fetching and handing in takes the time, so the simulation lasts while the same on one machine is quick. */
const TASKS = { upgrade: 12_000, rollback: 10_000 }
const HISTORIES = 10_000
/** The chart's profile for a trial: the other one wants Gateway API, Kueue and more, which this cluster has not. */
const PROFILE = { 'values-production.yaml': 'values-small.yaml' }

interface Thing {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
}
interface Pod extends Thing {
  readonly spec: { readonly containers: readonly { readonly image: string }[] }
  readonly status: {
    readonly phase: string
    readonly conditions: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses: readonly { readonly restartCount: number }[]
  }
}

describeWith(
  NEEDS,
  'an installation',
  (kubernetes, helm, kubectl, postgresql, redis, versitygw, openssl, haproxy, executable) => {
    let site: Site
    let physicist: Physicist
    let client: Client

    beforeAll(async () => {
      site = await startSite({ kubernetes, helm, kubectl, postgresql, redis, versitygw, openssl, haproxy })
    }, 600_000)
    afterAll(async () => {
      await physicist?.close()
      await site?.stop()
    }, 60_000)

    const list = async <T = Thing>(api: string, namespace: string, kind: string, query = '') =>
      (await site.plane.api.send<{ items: T[] }>('GET', `${api}/namespaces/${namespace}/${kind}${query}`)).items
    const names = async (api: string, namespace: string, kind: string) =>
      (await list(api, namespace, kind)).map(({ metadata }) => metadata.name).sort()
    /** Without those that have been told to go: Helm does not wait for their end. */
    const pods = async (namespace: string, query = '') =>
      (await list<Pod>('/api/v1', namespace, 'pods', query)).filter(
        ({ metadata }) => metadata.deletionTimestamp === undefined,
      )
    const controlPods = () => pods('isolario', '?labelSelector=app.kubernetes.io%2Fcomponent%3Dcontrol')
    const workerPods = () => pods('isolario-workers')
    const imagesOf = (all: readonly Pod[]) => all.map(({ spec }) => spec.containers[0]!.image)
    const show = (id: string) => persistently(() => client.call('show', { params: { id } }))
    const ended = async (id: string) => {
      await expect.poll(async () => FINAL_STATES.has((await show(id)).state), PATIENCE).toBe(true)
      return show(id)
    }
    const tasksDone = async (id: string) => (await show(id)).progress.tasksDone
    const install = async () => {
      site.writeValues('now')
      const said = await site.run(replacing(manualCommands('4. Install')[0]!, PROFILE))
      expect(said).toContain('STATUS: deployed')
      expect(said).toContain('deployment "isolario" successfully rolled out')
    }
    const resultOf = async (id: string) =>
      numbersOf(await persistently(() => client.call('result', { params: { id } })))
    const whoAmI = async () => (await client.call('whoAmI')).displayName

    it('is made by the commands of the manual, and two replicas are ready', { timeout: 600_000 }, async () => {
      const [secrets, authorities] = manualCommands('2. Secrets')
      await site.run(site.withOwnSecrets(secrets!))
      await site.run(authorities!)
      await install()
      await site.run(manualCommands('4. Install')[1]!)
      const all = await controlPods()
      expect(all.map(({ status }) => status.conditions.find(({ type }) => type === 'Ready')?.status)).toEqual([
        'True',
        'True',
      ])
      expect(all.flatMap(({ status }) => status.containerStatuses.map(({ restartCount }) => restartCount))).toEqual([
        0, 0,
      ])
      // The migration has done its work, or no replica would be ready.
      expect(await names('/apis/batch/v1', 'isolario', 'jobs')).toEqual([])
    })

    it('is signed in to with a browser, and a simulation runs in pods of workers', { timeout: 600_000 }, async () => {
      const { publicUrl: url, provider } = site
      physicist = await signIn({ executable, url, issuer: provider.issuer, user: 'alice' })
      client = createClient({ fetch: physicist.fetch, baseUrl: url })
      expect(await whoAmI()).toBe('Alice Ansaldo')

      const run = physicist.runSpes('From the portal', '1e7')
      await expect.poll(async () => imagesOf(await workerPods()), PATIENCE).toEqual([IMAGES.now.worker])
      const { id, histories, shades, silver } = await run
      expect(histories).toBe(1e7)
      // A scale has 96 colours (colour-maps.ts), and the greys of what was not produced do not count.
      expect(shades).toBeGreaterThan(30)
      expectSilver(silver)
      const { name, state, jobKey, document, progress } = await show(id)
      const as = { name: 'From the portal', state: 'done', failed: 0 }
      expect({ name, state, failed: progress.tasksFailed }).toEqual(as)
      const same = document as SimulationInput
      expect(await resultOf(id)).toEqual(await calmNumbers({ ...same, job: { ...same.job!, key: jobKey } }))
      await expect.poll(() => names('/api/v1', 'isolario-workers', 'pods'), PATIENCE).toEqual([])
      expect(await names('/apis/batch/v1', 'isolario-workers', 'jobs')).toEqual([])
    })

    it('is upgraded to the next release while a simulation runs, and nothing is lost', {
      timeout: 600_000,
    }, async () => {
      const { version: next, migration } = site.nextRelease
      const { version: now } = await client.call('health')
      const document = primariesDocument('Upgraded', TASKS.upgrade, HISTORIES)
      const { id } = await client.call('submit', { body: document, headers: { 'idempotency-key': 'upgraded' } })
      await expect.poll(() => tasksDone(id), PATIENCE).toBeGreaterThan(0)
      const worker = await workerPods()
      expect(imagesOf(worker)).toEqual([IMAGES.now.worker])
      const doneBefore = await tasksDone(id)

      site.writeValues('next')
      const seen = new Set<string>()
      const look = async () => {
        const [row] = await site.ask(`select count(*) as n from kysely_migration where name = '${migration}'`)
        const { version } = await persistently(() => client.call('health'))
        seen.add(`${version} ${Number(row!['n']) > 0 ? 'with' : 'without'} its tables`)
      }
      const upgrade = manualCommands('9. Upgrade')[0]!
        .split('\n')
        .filter((line) => line.startsWith('helm '))
      await during(site.run(replacing(`cd deploy/helm\n${upgrade.join('\n')}`, PROFILE)), look)
      // Old replicas went on with the new tables, beside new ones; and no new one was there before them.
      expect([...seen].sort()).toEqual([
        `${now} with its tables`,
        `${now} without its tables`,
        `${next} with its tables`,
      ])
      expect(imagesOf(await controlPods())).toEqual([IMAGES.next.control, IMAGES.next.control])
      // A session is worth the same to every replica, of every version, and so is a page that stayed open.
      expect(await whoAmI()).toBe('Alice Ansaldo')
      await physicist.live()
      // Workers are still those of before, for replicas of the next release now.
      expect((await show(id)).state).toBe('running')
      expect(new Set(imagesOf(await workerPods()))).toEqual(new Set(imagesOf(worker)))
      const doneAfter = await tasksDone(id)
      expect(doneAfter).toBeGreaterThan(doneBefore)
      process.stdout.write(`upgrade: ${doneBefore} of ${TASKS.upgrade} tasks before, ${doneAfter} after\n`)

      expect(await ended(id)).toMatchObject({ state: 'done', progress: { tasksDone: TASKS.upgrade, tasksFailed: 0 } })
      expect(await resultOf(id)).toEqual(await calmNumbers(document))
    })

    it('is rolled back while a simulation runs, and nothing is lost', { timeout: 600_000 }, async () => {
      const document = primariesDocument('Rolled back', TASKS.rollback, HISTORIES)
      const { id } = await client.call('submit', { body: document, headers: { 'idempotency-key': 'rolled-back' } })
      await expect.poll(() => tasksDone(id), PATIENCE).toBeGreaterThan(0)
      const worker = await workerPods()
      expect(imagesOf(worker)).toEqual([IMAGES.next.worker])
      const doneBefore = await tasksDone(id)

      const seen = new Set<string>()
      const look = async () => void seen.add((await persistently(() => client.call('health'))).version)
      await during(site.run(manualInline(/`(helm rollback [^`]+)`/)), look)
      expect(seen.size).toBe(2)
      expect(imagesOf(await controlPods())).toEqual([IMAGES.now.control, IMAGES.now.control])
      expect((await show(id)).state).toBe('running')
      expect(new Set(imagesOf(await workerPods()))).toEqual(new Set(imagesOf(worker)))
      const doneAfter = await tasksDone(id)
      expect(doneAfter).toBeGreaterThan(doneBefore)
      process.stdout.write(`rollback: ${doneBefore} of ${TASKS.rollback} tasks before, ${doneAfter} after\n`)

      expect(await ended(id)).toMatchObject({ state: 'done', progress: { tasksDone: TASKS.rollback, tasksFailed: 0 } })
      expect(await resultOf(id)).toEqual(await calmNumbers(document))
      // The tables are still those of the next release, with rows of both.
      expect(await site.ask('select name, next_note from simulations order by name')).toEqual(
        ['From the portal', 'Rolled back', 'Upgraded'].map((name) => ({ name, next_note: 'of the next release' })),
      )
    })

    it('leaves, when it is removed, what the manual says', { timeout: 600_000 }, async () => {
      await site.run(manualCommands('10. Backup')[0]!)
      await expect.poll(() => names('/api/v1', 'isolario', 'pods'), PATIENCE).toEqual([])
      const here = ['isolario', 'isolario-workers'] as const
      const left = async (api: string, kind: string) =>
        (await Promise.all(here.map((namespace) => names(api, namespace, kind)))).flat()
      for (const [api, kinds] of KINDS) for (const kind of kinds) expect(await left(api, kind), kind).toEqual([])
      expect(await left('/api/v1', 'serviceaccounts')).toEqual(['default', 'default'])
      const root = 'kube-root-ca.crt'
      const authorities = 'isolario-authorities'
      expect(await left('/api/v1', 'configmaps')).toEqual([authorities, root, authorities, root])
      expect(await left('/api/v1', 'secrets')).toEqual([
        'isolario',
        'isolario-database',
        'isolario-oidc',
        'isolario-redis',
        'isolario-s3',
      ])
    })

    it('is installed again over what was left, and knows its simulations and users', { timeout: 600_000 }, async () => {
      await install()
      expect(await whoAmI()).toBe('Alice Ansaldo')
      const { items } = await persistently(() => client.call('list'))
      expect(items.map(({ name, state }) => [name, state]).sort()).toEqual([
        ['From the portal', 'done'],
        ['Rolled back', 'done'],
        ['Upgraded', 'done'],
      ])
      for (const { id } of items) expect(await resultOf(id)).toMatchObject({ primaries: expect.any(Number) })
    })
  },
)

/** What the chart makes, and what is made of it. */
const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ['/api/v1', ['services', 'pods', 'limitranges', 'resourcequotas']],
  ['/apis/apps/v1', ['deployments', 'replicasets']],
  ['/apis/batch/v1', ['jobs']],
  ['/apis/policy/v1', ['poddisruptionbudgets']],
  ['/apis/rbac.authorization.k8s.io/v1', ['roles', 'rolebindings']],
  ['/apis/networking.k8s.io/v1', ['networkpolicies', 'ingresses']],
  ['/apis/autoscaling/v2', ['horizontalpodautoscalers']],
  ['/apis/discovery.k8s.io/v1', ['endpointslices']],
]

/** Looks again and again, to the end of what is under way. */
async function during(work: Promise<unknown>, look: () => Promise<void>): Promise<void> {
  let over = false
  const looks = (async () => {
    while (!over) {
      await look()
      await new Promise((next) => setTimeout(next, 100))
    }
  })()
  const worked = work.finally(() => {
    over = true
  })
  await Promise.all([worked, looks])
}
