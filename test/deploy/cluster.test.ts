/** The chart on a real API server with its controllers and scheduler: admitted, upgraded, rolled back, removed. No node. */

import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, HELM, KUBERNETES } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { CHART, type Manifest, podsOf, ROOT, render } from './render.ts'

const PATIENCE = { timeout: 20_000, interval: 100 }
/** Kinds that a bare cluster knows, and where their objects lie. */
const PLURALS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  Ingress: 'ingresses',
  Job: 'jobs',
  LimitRange: 'limitranges',
  NetworkPolicy: 'networkpolicies',
  PodDisruptionBudget: 'poddisruptionbudgets',
  ResourceQuota: 'resourcequotas',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
}
const CHANGES = { 'autoscaling.enabled': true, 'ingress.enabled': true, 'workers.resourceQuota': { pods: '10' } }

describeWith(KUBERNETES, 'the chart on a real API server', (bin) => {
  let plane: ControlPlane
  /** Both namespaces enforce the restricted standard: the workers' by the chart, the release's here. */
  beforeAll(async () => {
    plane = await startControlPlane(bin)
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await plane.api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'isolario', labels } } })
  })
  afterAll(() => plane?.stop())

  const program = HELM.find() ?? `${bin}/helm`
  /** Hooks would wait for a kubelet to run the migration. */
  const helm = (verb: string, ...args: readonly string[]) => {
    const env = { ...process.env, KUBECONFIG: plane.kubeconfig('admin') }
    const done = spawnSync(program, [verb, ...args, '-n', 'isolario', '--no-hooks'], { encoding: 'utf8', env })
    expect(done.status, done.stderr).toBe(0)
    return done.stdout
  }
  const values = ['-f', `${CHART}/values-small.yaml`, '-f', `${ROOT}/test/deploy/site.yaml`]
  const sets = Object.entries(CHANGES).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`])
  const list = async (group: string, plural: string, namespace = 'isolario') =>
    (await plane.api.send<{ items: readonly Manifest[] }>('GET', `/${group}/namespaces/${namespace}/${plural}`)).items
  const deployed = async () => (await list('apis/apps/v1', 'deployments'))[0]!

  it('has nothing that this version of Kubernetes does not know', async () => {
    let looked = 0
    await plane.api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'isolario-workers' } } })
    for (const manifest of render(program, 'small', CHANGES)) {
      const plural = PLURALS[manifest.kind]
      if (plural === undefined) continue
      const { apiVersion, metadata } = manifest
      const group = apiVersion === 'v1' ? 'api/v1' : `apis/${apiVersion}`
      const place = `/${group}/namespaces/${metadata.namespace ?? 'isolario'}/${plural}`
      await plane.api.send('POST', place, { body: manifest, query: { dryRun: 'All', fieldValidation: 'Strict' } })
      looked++
    }
    expect(looked).toBeGreaterThan(12)
    await plane.api.send('DELETE', '/api/v1/namespaces/isolario-workers')
    const names = async () =>
      (await plane.api.send<{ items: readonly Manifest[] }>('GET', '/api/v1/namespaces')).items.map(
        ({ metadata }) => metadata.name,
      )
    await expect.poll(names, PATIENCE).not.toContain('isolario-workers')
  })

  it('is installed, and its pods are admitted where everything must be restricted', async () => {
    helm('install', 'isolario', CHART, ...values, ...sets)
    // The autoscaler brings them to its least number without any figures of load.
    const pods = async () =>
      (await list('api/v1', 'pods')).filter(({ metadata }) => metadata.name.startsWith('isolario-'))
    await expect.poll(async () => (await pods()).length, PATIENCE).toBe(3)
    const [migration] = podsOf(render(program, 'small')).filter(({ owner }) => owner === 'Job isolario-migrate')
    const body = { metadata: { name: 'migrate' }, spec: migration!.spec }
    await plane.api.send('POST', '/api/v1/namespaces/isolario/pods', { body, query: { dryRun: 'All' } })
    // The same pod with one right more is not admitted: the namespace does look.
    const more = structuredClone(body)
    more.spec.containers[0].securityContext.allowPrivilegeEscalation = true
    const refused = plane.api.send('POST', '/api/v1/namespaces/isolario/pods', { body: more, query: { dryRun: 'All' } })
    await expect(refused).rejects.toThrow(/restricted/)
  })

  it('gives control its rights in the namespace of the workers, and no others', async () => {
    const may = async (verb: string, resource: string, namespace: string) => {
      const [name, subresource] = resource.split('/')
      const [plural, group = ''] = name!.split('.', 2)
      const body = {
        spec: {
          user: 'system:serviceaccount:isolario:isolario',
          resourceAttributes: { namespace, verb, group, resource: plural, ...(subresource ? { subresource } : {}) },
        },
      }
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
      return (await plane.api.send<{ status: { allowed: boolean } }>('POST', path, { body })).status.allowed
    }
    for (const [verb, resource] of [
      ['create', 'jobs.batch'],
      ['create', 'secrets'],
      ['list', 'events'],
    ] as const) {
      expect(await may(verb, resource, 'isolario-workers'), `${verb} ${resource}`).toBe(true)
      expect(await may(verb, resource, 'isolario'), `${verb} ${resource} beside control`).toBe(false)
    }
    for (const [verb, resource] of [
      ['get', 'secrets'],
      ['list', 'secrets'],
      ['create', 'pods'],
      ['create', 'pods/exec'],
      ['get', 'pods/log'],
    ] as const) {
      expect(await may(verb, resource, 'isolario-workers'), `${verb} ${resource}`).toBe(false)
    }
  })

  it('is upgraded, rolled back, removed and installed again', async () => {
    const level = async () => {
      const env: { name: string; value?: string }[] = (await deployed()).spec.template.spec.containers[0].env
      return env.find(({ name }) => name === 'ISOLARIO_LOG_LEVEL')?.value
    }
    helm('upgrade', 'isolario', CHART, ...values, ...sets, '--set', 'control.logLevel=debug')
    expect(await level()).toBe('debug')
    helm('rollback', 'isolario', '1')
    expect(await level()).toBe('info')
    helm('uninstall', 'isolario')
    expect(await list('apis/apps/v1', 'deployments')).toEqual([])
    // Running jobs are not ended by it.
    expect((await plane.api.send<Manifest>('GET', '/api/v1/namespaces/isolario-workers')).metadata.name).toBe(
      'isolario-workers',
    )
    helm('install', 'isolario', CHART, ...values)
    expect((await deployed()).spec.replicas).toBe(1)
  })
})
