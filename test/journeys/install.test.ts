/**
 * An operator installs Isolario on a real Kubernetes by the commands of docs/cluster.md, signs in, runs a simulation, upgrades
 * while one runs, rolls back, removes it, and installs it again. The pods are those of the chart, with the images that are shipped.
 */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { describeWith, HELM, KUBECTL, KUBERNETES_NODE, OPENSSL, POSTGRESQL, REDIS, VERSITYGW } from '#test/needs.ts'
import { CookieJar, signInAtProvider } from '#test/servers/cookie-jar.ts'
import { calmNumbers, numbersOf, primariesDocument } from './calm-run.ts'
import { manualCommands, manualInline, replacing, type Site, startSite } from './installation.ts'
import { persistently } from './replicated-product.ts'
import { askMe } from './who-am-i.ts'

const NEEDS = [KUBERNETES_NODE, HELM, KUBECTL, POSTGRESQL, REDIS, VERSITYGW, OPENSSL] as const
const PATIENCE = { timeout: 120_000, interval: 200 }
/** Small ones: fetching and handing in takes the time, so the simulation lasts while the same on one machine is quick. */
const HISTORIES = 10_000
/** The chart's profile for a trial: the other one wants Gateway API, Kueue and more, which this cluster has not. */
const PROFILE = { 'values-production.yaml': 'values-small.yaml' }

interface Thing {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
}
interface ControlPod extends Thing {
  readonly spec: { readonly containers: readonly { readonly env: readonly { name: string; value?: string }[] }[] }
  readonly status: {
    readonly phase: string
    readonly conditions: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses: readonly { readonly restartCount: number }[]
  }
}

describeWith(NEEDS, 'an installation', (kubernetes, helm, kubectl, postgresql, redis, versitygw, openssl) => {
  let site: Site
  let client: Client
  const jar = new CookieJar()

  beforeAll(async () => {
    site = await startSite({ kubernetes, helm, kubectl, postgresql, redis, versitygw, openssl })
    client = createClient({ fetch: asBrowser(jar, site.publicUrl), baseUrl: site.publicUrl })
  }, 240_000)
  afterAll(() => site?.stop(), 60_000)

  const list = async <T = Thing>(api: string, namespace: string, kind: string, query = '') =>
    (await site.plane.api.send<{ items: T[] }>('GET', `${api}/namespaces/${namespace}/${kind}${query}`)).items
  const names = async (api: string, namespace: string, kind: string) =>
    (await list(api, namespace, kind)).map(({ metadata }) => metadata.name).sort()
  /** Without those that have been told to go: Helm does not wait for their end. */
  const controlPods = async () => {
    const query = '?labelSelector=app.kubernetes.io%2Fcomponent%3Dcontrol'
    const pods = await list<ControlPod>('/api/v1', 'isolario', 'pods', query)
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  }
  const logLevels = async () =>
    (await controlPods()).map(
      ({ spec }) => spec.containers[0]!.env.find(({ name }) => name === 'ISOLARIO_LOG_LEVEL')?.value,
    )
  const show = (id: string) => persistently(() => client.call('show', { params: { id } }))
  const ended = async (id: string) => {
    await expect.poll(async () => FINAL_STATES.has((await show(id)).state), PATIENCE).toBe(true)
    return show(id)
  }
  const install = async () => {
    site.writeValues({ logLevel: 'info' })
    const said = await site.run(replacing(manualCommands('4. Install')[0]!, PROFILE))
    expect(said).toContain('STATUS: deployed')
    expect(said).toContain('deployment "isolario" successfully rolled out')
  }
  const resultOf = async (id: string) => numbersOf(await persistently(() => client.call('result', { params: { id } })))

  it('is made by the commands of the manual, and two replicas are ready', { timeout: 300_000 }, async () => {
    const [secrets, authorities] = manualCommands('2. Secrets')
    await site.run(site.withOwnSecrets(secrets!))
    await site.run(authorities!)
    await install()
    const pods = await controlPods()
    expect(pods.map(({ status }) => status.conditions.find(({ type }) => type === 'Ready')?.status)).toEqual([
      'True',
      'True',
    ])
    expect(pods.flatMap(({ status }) => status.containerStatuses.map(({ restartCount }) => restartCount))).toEqual([
      0, 0,
    ])
    // The migration has done its work, or no replica would be ready.
    expect(await names('/apis/batch/v1', 'isolario', 'jobs')).toEqual([])
  })

  it('is signed in to, and a simulation runs in pods of workers', { timeout: 180_000 }, async () => {
    const back = `${site.publicUrl}/login/callback`
    await jar.visit(await signInAtProvider(jar, `${site.publicUrl}/login`, 'alice', back))
    expect(JSON.parse((await askMe(jar, site.publicUrl)).text)).toMatchObject({ displayName: 'Alice Ansaldo' })
    const portal = await jar.visit(`${site.publicUrl}/`)
    expect(portal.text).toContain('<title>Isolario')

    const document = primariesDocument('Installed', 40, HISTORIES)
    const { id } = await client.call('submit', { body: document, headers: { 'idempotency-key': 'installed' } })
    await expect.poll(() => names('/apis/batch/v1', 'isolario-workers', 'jobs'), PATIENCE).toEqual([`isolario-${id}`])
    expect(await ended(id)).toMatchObject({ state: 'done', progress: { tasksDone: 40, tasksFailed: 0 } })
    expect(await resultOf(id)).toEqual(await calmNumbers(document))
    await expect.poll(() => names('/api/v1', 'isolario-workers', 'pods'), PATIENCE).toEqual([])
  })

  it('is upgraded while a simulation runs, then rolled back, and loses nothing', { timeout: 300_000 }, async () => {
    const tasks = 2500
    const document = primariesDocument('Upgraded', tasks, HISTORIES)
    const { id } = await client.call('submit', { body: document, headers: { 'idempotency-key': 'upgraded' } })
    await expect.poll(async () => (await show(id)).progress.tasksDone, PATIENCE).toBeGreaterThan(0)
    const before = (await controlPods()).map(({ metadata }) => metadata.name)

    site.writeValues({ logLevel: 'debug' })
    const upgrade = manualCommands('9. Upgrade')[0]!
      .split('\n')
      .filter((line) => line.startsWith('helm '))
    await site.run(replacing(`cd deploy/helm\n${upgrade.join('\n')}`, PROFILE))
    expect(await logLevels()).toEqual(['debug', 'debug'])
    expect((await controlPods()).filter(({ metadata }) => before.includes(metadata.name))).toEqual([])
    // A session is worth the same to every replica, of every version.
    expect((await askMe(jar, site.publicUrl)).status).toBe(200)

    await site.run(manualInline(/`(helm rollback [^`]+)`/))
    expect(await logLevels()).toEqual(['info', 'info'])
    expect(await ended(id)).toMatchObject({ state: 'done', progress: { tasksDone: tasks, tasksFailed: 0 } })
    expect(await resultOf(id)).toEqual(await calmNumbers(document))
  })

  it('leaves, when it is removed, what the manual says', { timeout: 180_000 }, async () => {
    await site.run(manualCommands('10. Backup')[0]!)
    await expect.poll(() => names('/api/v1', 'isolario', 'pods'), PATIENCE).toEqual([])
    const here = ['isolario', 'isolario-workers'] as const
    const left = async (api: string, kind: string) =>
      (await Promise.all(here.map((namespace) => names(api, namespace, kind)))).flat()
    for (const [api, kinds] of KINDS) for (const kind of kinds) expect(await left(api, kind), kind).toEqual([])
    expect(await left('/api/v1', 'serviceaccounts')).toEqual(['default', 'default'])
    const root = 'kube-root-ca.crt'
    expect(await left('/api/v1', 'configmaps')).toEqual(['isolario-authorities', root, root])
    expect(await left('/api/v1', 'secrets')).toEqual([
      'isolario',
      'isolario-database',
      'isolario-oidc',
      'isolario-redis',
      'isolario-s3',
    ])
  })

  it('is installed again over what was left, and knows its simulations and users', { timeout: 180_000 }, async () => {
    await install()
    expect((await askMe(jar, site.publicUrl)).status).toBe(200)
    const { items } = await persistently(() => client.call('list'))
    expect(items.map(({ name, state }) => [name, state]).sort()).toEqual([
      ['Installed', 'done'],
      ['Upgraded', 'done'],
    ])
    for (const { id } of items) expect(await resultOf(id)).toMatchObject({ primaries: expect.any(Number) })
  })
})

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

/** A page of the portal: its cookies go with every request, its origin with every change. */
function asBrowser(jar: CookieJar, origin: string): Fetch {
  return (address, options) =>
    fetch(address, { ...options, headers: { ...options.headers, origin, cookie: jar.cookieHeader(address) } })
}
