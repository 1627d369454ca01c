/** The promises of the Helm chart, on the manifests that it renders: docs/cluster.md and decisions/0009 say why. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { askedByWorker } from '#cluster/kubernetes-job.ts'
import { type Asked, numberOfQuantity } from '#cluster/kubernetes-quota.ts'
import { DEFAULT_LIMITS } from '#control/limits.ts'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import { findFluka } from '#main/fluka-site.ts'
import { API_PREFIX, ROUTES } from '#protocol/routes.ts'
import { describeWith, HELM } from '#test/needs.ts'
import { problemsOf, WITHOUT_SCHEMA } from './kubernetes-schema.ts'
import { ENVIRONMENT, SECRETS } from './names.ts'
import { helm, type Manifest, manifestsOf, only, type Profile, podsOf, ROOT, render } from './render.ts'

const PROFILES: readonly Profile[] = ['small', 'production']
const QUOTA = { cpu: '16', memory: '44Gi', 'ephemeral-storage': '34Gi' }
const PROJECT = { name: 'beams', groups: ['spes'], quota: QUOTA }
/** Everything that the chart can make. */
const ALL = {
  'kueue.enabled': true,
  'kueue.priorityClass': 'urgent',
  'kueue.lowPriorityClass': 'patient',
  'kueue.cohort': 'physics',
  'kueue.createCohort': true,
  'kueue.projects': [
    { name: 'isolpharm', groups: ['isolpharm'], quota: QUOTA, weight: '2', borrowingLimit: { cpu: '4' } },
    { name: 'beams', users: ['3f@iam.example.org'], groups: ['spes'], quota: QUOTA },
  ],
  'kueue.borrowingLimit': { cpu: '16' },
  'kueue.flavor.nodeLabels': { pool: 'simulation' },
  'monitoring.serviceMonitor.enabled': true,
  'monitoring.alerts.enabled': true,
  'monitoring.dashboards.enabled': true,
  'autoscaling.enabled': true,
  'trustedCertificates.configMap': 'isolario-authorities',
  imagePullSecrets: ['registry'],
  'control.antiAffinity': 'required',
  'control.priorityClassName': 'services',
  'workers.resourceQuota': { pods: '10' },
}

describe('manifestsOf', () => {
  it('refuses a key that is given twice', () => {
    expect(() => manifestsOf('kind: A\nkind: B\n')).toThrow(/unique/)
  })
})

describeWith(HELM, 'the Helm chart', (program) => {
  const rendered = Object.fromEntries(PROFILES.map((profile) => [profile, render(program, profile)])) as Record<
    Profile,
    readonly Manifest[]
  >

  describe.each(PROFILES)('with values-%s.yaml', (profile) => {
    const manifests = rendered[profile]

    it.each(['builtin', 'fluka'])('has quotas that hold as many workers as there are slots, for %s', (engine) => {
      for (const changes of [{}, profile === 'small' ? { 'workers.slots': 8 } : { 'workers.slots': 64 }]) {
        const all = render(program, profile, { 'kueue.enabled': true, ...changes })
        const slots = Number(variablesOf(all)['ISOLARIO_WORKER_SLOTS'])
        const asked = askedBy(all, engine)
        const [flavor] = only(all, 'ClusterQueue').spec.resourceGroups[0].flavors
        const ceiling: Record<string, string> = profile === 'small' ? {} : only(all, 'ResourceQuota').spec.hard
        for (const [resource, one] of Object.entries(asked)) {
          const quota = flavor.resources.find(({ name }: { name: string }) => name === resource).nominalQuota
          const limits = [quota, ceiling[`requests.${resource}`], ceiling[`limits.${resource}`]]
          for (const limit of limits.filter((given) => given !== undefined)) {
            expect(numberOfQuantity(limit), resource).toBeGreaterThanOrEqual(slots * one)
          }
        }
        expect(Number(ceiling['pods'] ?? slots)).toBeGreaterThanOrEqual(slots)
      }
    })

    it('passes helm lint', () => {
      expect(helm(program, 'lint', profile)).toMatchObject({ ok: true })
    })

    it.each([
      ['as it is', {}],
      ['with everything on', ALL],
      ['with an Ingress', { ...ALL, 'gateway.enabled': false, 'ingress.enabled': true, 'ingress.tlsSecret': 'tls' }],
    ])('keeps to the schemas of Kubernetes, %s', async (_, changes) => {
      let looked = 0
      for (const manifest of render(program, profile, changes)) {
        const problems = await problemsOf(manifest)
        if (problems === undefined) expect(WITHOUT_SCHEMA).toContain(manifest.apiVersion)
        else looked++
        expect(problems ?? [], `${manifest.kind} ${manifest.metadata.name}`).toEqual([])
      }
      expect(looked).toBeGreaterThan(10)
    })

    it('runs every pod without rights: numeric user, read-only root, no capability, default seccomp', () => {
      const pods = podsOf(render(program, profile, ALL))
      expect(pods.map(({ owner }) => owner).sort()).toEqual(['Deployment isolario', 'Job isolario-migrate'])
      for (const { spec } of pods) {
        expect(spec.securityContext).toMatchObject({
          runAsNonRoot: true,
          runAsUser: 10001,
          seccompProfile: { type: 'RuntimeDefault' },
        })
        expect([spec.hostNetwork, spec.hostPID, spec.hostIPC, spec.initContainers]).toEqual(Array(4).fill(undefined))
        expect(spec.enableServiceLinks).toBe(false)
        for (const container of spec.containers) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          })
          expect(container.resources.requests).toHaveProperty('cpu')
          expect(container.resources.limits).toHaveProperty('memory')
          expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$/)
        }
        for (const volume of spec.volumes) {
          expect(volume.emptyDir?.sizeLimit ?? volume.configMap?.name, volume.name).toBeTruthy()
        }
      }
    })

    it('holds secrets by reference only', () => {
      expect(manifests.some(({ kind }) => kind === 'Secret')).toBe(false)
      let references = 0
      for (const { spec } of podsOf(manifests)) {
        for (const variable of spec.containers.flatMap((one: { env: Variable[] }) => one.env) as Variable[]) {
          expect(variable.name.startsWith('ISOLARIO_') ? ENVIRONMENT : new Set(['NODE_EXTRA_CA_CERTS'])).toContain(
            variable.name,
          )
          if (!SECRETS.has(variable.name)) continue
          references++
          expect(variable.value, variable.name).toBeUndefined()
          expect(variable.valueFrom?.secretKeyRef).toMatchObject({ name: expect.any(String), key: expect.any(String) })
        }
      }
      expect(references).toBe(7)
    })

    it('asks control whether it lives and whether it is ready, and drains it before the end', () => {
      const { template } = only(manifests, 'Deployment').spec
      const [container] = template.spec.containers
      expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz/live', port: 'http' })
      expect(container.startupProbe.httpGet).toEqual({ path: '/healthz/live', port: 'http' })
      expect(container.readinessProbe.httpGet).toEqual({ path: '/healthz/ready', port: 'http' })
      const wait = container.lifecycle.preStop.sleep.seconds
      expect(wait).toBeGreaterThanOrEqual(container.readinessProbe.periodSeconds)
      // What a journey with HAProxy proves to be enough: half a second to notice, and some to spare.
      const drain = Number(variablesOf(manifests)['ISOLARIO_DRAIN_SECONDS'])
      expect(drain).toBeGreaterThanOrEqual(5)
      // Kubernetes counts all of it, from before the signal to the last answer; spans and connections end after that.
      const last = DEFAULT_LIMITS.closeWithinMs / 1000 + 5
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(wait + drain + last)
      const exactly = { 'control.preStopSeconds': 7, 'control.drainSeconds': 9 }
      const within = (terminationGraceSeconds: number) =>
        helm(program, 'template', profile, { ...exactly, 'control.terminationGraceSeconds': terminationGraceSeconds })
      expect(within(7 + 9 + last)).toMatchObject({ ok: true })
      expect(within(7 + 9 + last - 1).stderr).toContain('control.terminationGraceSeconds is 30 and must be 31 or more')
      expect(only(manifests, 'Deployment').spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 })
    })

    it('gives control rights in the namespace of the workers only, and none to run anything in a pod', () => {
      expect(manifests.filter(({ kind }) => /^ClusterRole/.test(kind))).toEqual([])
      const role = only(manifests, 'Role')
      expect(role.metadata.namespace).toBe('isolario-workers')
      // What the adapter needs, and is held to, on a real API server.
      const needed = parse(readFileSync(path.join(ROOT, 'deploy/kubernetes/role.yaml'), 'utf8')) as Manifest
      const withoutKueue = needed['rules'].filter(
        (rule: { apiGroups: string[] }) => !rule.apiGroups[0]!.includes('kueue'),
      )
      expect(role.rules).toEqual(profile === 'production' ? needed['rules'] : withoutKueue)
      expect(JSON.stringify(role.rules)).not.toMatch(/pods\/exec|"\*"/)
      expect(only(manifests, 'RoleBinding').subjects).toEqual([
        { kind: 'ServiceAccount', name: 'isolario', namespace: 'isolario' },
      ])
      expect(only(manifests, 'ServiceAccount').automountServiceAccountToken).toBe(false)
    })

    it('makes the namespace of the workers with Pod Security "restricted"', () => {
      const { name, labels } = only(manifests, 'Namespace').metadata
      expect(name).toBe('isolario-workers')
      expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
    })

    it('denies everything in both namespaces and then allows what is listed', () => {
      const denied = manifests.filter(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'isolario-deny',
      )
      expect(denied.map(({ metadata }) => metadata.namespace ?? 'isolario').sort()).toEqual([
        'isolario',
        'isolario-workers',
      ])
      for (const policy of denied) {
        expect(policy.spec.policyTypes).toEqual(['Ingress', 'Egress'])
        expect([policy.spec.ingress, policy.spec.egress]).toEqual([undefined, undefined])
      }
      // The labels of both kinds of pods are those that the denial of the release selects.
      const selected = denied.find(({ metadata }) => metadata.namespace === undefined)!.spec.podSelector.matchLabels
      for (const owner of [only(manifests, 'Deployment'), only(manifests, 'Job')]) {
        expect(owner.spec.template.metadata.labels).toMatchObject(selected)
      }
    })

    it('lets workers reach control, queue, object store and names, and nothing reach workers', () => {
      const { spec } = only(manifests, 'NetworkPolicy', 'isolario-workers')
      expect(spec.podSelector).toEqual({})
      expect(spec.policyTypes).toEqual(['Ingress', 'Egress'])
      expect(spec.ingress).toBeUndefined()
      const ports = spec.egress.map((rule: { ports: { port: number }[] }) => [
        ...new Set(rule.ports.map(({ port }) => port)),
      ])
      expect(ports).toEqual([[7411], [53], profile === 'small' ? [6379] : [6379, 26379], [443]])
      for (const rule of spec.egress) expect(rule.to.length).toBeGreaterThan(0)
      // The port that the policy names is the one that control's container listens on.
      const container = only(manifests, 'Deployment').spec.template.spec.containers[0]
      expect(container.ports[0]).toEqual({ name: 'http', containerPort: 7411 })
    })

    it('lets control out to what it needs, and metrics in from Prometheus only', () => {
      const { spec } = only(manifests, 'NetworkPolicy', 'isolario-control')
      expect(spec.egress).toHaveLength(6)
      for (const rule of spec.egress) {
        expect(rule.to.length).toBeGreaterThan(0)
        expect(rule.ports.length).toBeGreaterThan(0)
      }
      const metrics = spec.ingress.filter((rule: { ports: { port: string }[] }) => rule.ports[0]!.port === 'metrics')
      expect(metrics).toHaveLength(profile === 'small' ? 0 : 1)
      const migration = only(manifests, 'NetworkPolicy', 'isolario-migration').spec
      expect(migration.ingress).toBeUndefined()
      expect(migration.egress).toHaveLength(2)
    })

    it('migrates before an installation or upgrade with nothing that is not there yet', () => {
      const job = only(manifests, 'Job')
      expect(job.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' })
      const pod = job.spec.template.spec
      expect(pod.containers[0].args).toEqual(['migrate'])
      expect(pod.containers[0].image).toBe(only(manifests, 'Deployment').spec.template.spec.containers[0].image)
      expect(pod.serviceAccountName).toBe('default')
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(job.spec.activeDeadlineSeconds).toBeGreaterThan(0)
    })

    it('selects with its Service, its disruption budget and its spreading exactly the pods of control', () => {
      const { labels } = only(manifests, 'Deployment').spec.template.metadata
      const migrating = only(manifests, 'Job').spec.template.metadata.labels
      const selectors = [
        only(manifests, 'Service').spec.selector,
        only(manifests, 'PodDisruptionBudget').spec.selector.matchLabels,
        only(manifests, 'Deployment').spec.selector.matchLabels,
        ...(only(manifests, 'Deployment').spec.template.spec.topologySpreadConstraints ?? []).map(
          (one: { labelSelector: { matchLabels: unknown } }) => one.labelSelector.matchLabels,
        ),
      ]
      expect(selectors.length).toBe(profile === 'small' ? 3 : 5)
      for (const selector of selectors) {
        expect(labels).toMatchObject(selector)
        expect(migrating).not.toMatchObject(selector)
      }
      expect(only(manifests, 'PodDisruptionBudget').spec).toMatchObject({
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      })
    })
  })

  it('leaves the number of replicas to the autoscaler where there is one', () => {
    expect(only(rendered.small, 'Deployment').spec.replicas).toBe(1)
    expect(only(rendered.production, 'Deployment').spec.replicas).toBeUndefined()
    expect(only(rendered.production, 'HorizontalPodAutoscaler').spec).toMatchObject({
      minReplicas: 3,
      scaleTargetRef: { kind: 'Deployment', name: 'isolario' },
    })
  })

  it('takes the time limit off event streams, and off nothing else', () => {
    const { rules, hostnames } = only(rendered.production, 'HTTPRoute').spec
    expect(hostnames).toEqual(['isolario.example.org'])
    expect(rules[0].matches[0].path).toEqual({ type: 'Exact', value: `${API_PREFIX}${ROUTES.events.path}` })
    expect(rules[0].timeouts).toEqual({ request: '0s', backendRequest: '0s' })
    expect(rules[1].timeouts).toEqual({ request: '60s' })
  })

  it('tells control where workers run, how they reach it and through which queue', () => {
    const env = variablesOf(rendered.production)
    expect(env).toMatchObject({
      ISOLARIO_CLUSTER: 'kubernetes',
      ISOLARIO_KUBERNETES_NAMESPACE: 'isolario-workers',
      ISOLARIO_KUBERNETES_LOCAL_QUEUE: 'simulations',
      ISOLARIO_WORKER_CONTROL_URL: 'http://isolario.isolario.svc:80',
      ISOLARIO_LEASE_SECONDS: '30',
      ISOLARIO_REDIS_MASTER: 'isolario',
      ISOLARIO_KUBERNETES_INSTANCE: 'isolario',
      ISOLARIO_WORKER_CPU: '1',
      ISOLARIO_WORKER_SCRATCH_MEBIBYTES: '2048',
    })
    expect(env).not.toHaveProperty('ISOLARIO_WORKER_CERTIFICATES')
    expect(variablesOf(render(program, 'production', ALL))).toMatchObject({
      ISOLARIO_WORKER_CERTIFICATES: 'isolario-authorities/ca.crt',
      ISOLARIO_KUBERNETES_PRIORITY_CLASS: 'urgent',
      ISOLARIO_KUBERNETES_LOW_PRIORITY_CLASS: 'patient',
    })
    expect(env).not.toHaveProperty('ISOLARIO_REDIS_URL')
    expect(variablesOf(rendered.small)).not.toHaveProperty('ISOLARIO_KUBERNETES_LOCAL_QUEUE')
    expect(variablesOf(rendered.small)).not.toHaveProperty('ISOLARIO_REDIS_SENTINELS')
  })

  describe('with a FLUKA of the site', () => {
    const digest = `sha256:${'3'.repeat(64)}`
    const fluka = {
      'engines.fluka.image.repository': 'registry.example.org/private/isolario-fluka',
      'engines.fluka.image.digest': digest,
      'engines.fluka.version': '4-4.1',
    }

    it('tells control its image and version, and nothing where there is none', () => {
      const env = variablesOf(render(program, 'production', fluka))
      expect(env).toMatchObject({
        ISOLARIO_FLUKA_IMAGE: `registry.example.org/private/isolario-fluka@${digest}`,
        ISOLARIO_FLUKA_VERSION: 'cern 4-4.1',
        ISOLARIO_PAYLOAD_SECCOMP: 'isolario-payload.json',
      })
      expect(env).not.toHaveProperty('ISOLARIO_FLUKA_WOBBLED')
      expect(findFluka(env)).toMatchObject({
        kind: 'site',
        site: { flavour: 'cern4', version: '4-4.1', program: null },
      })
      const infn = {
        'engines.fluka.flavour': 'infn',
        'engines.fluka.version': '2024.1.3',
        'engines.fluka.wobbled': true,
      }
      const other = variablesOf(render(program, 'production', { ...fluka, ...infn, 'engines.seccompProfile': 'none' }))
      expect(other).toMatchObject({ ISOLARIO_FLUKA_VERSION: 'infn 2024.1.3', ISOLARIO_PAYLOAD_SECCOMP: 'none' })
      expect(findFluka(other)).toMatchObject({ site: { flavour: 'infn', routines: new Set([WOBBLED_ROUTINE.name]) } })
      expect(env).not.toHaveProperty('ISOLARIO_FLUKA_ROUTINES')
      const allowing = variablesOf(render(program, 'production', { ...fluka, 'engines.fluka.routines': true }))
      expect(findFluka(allowing)).toMatchObject({
        site: { userRoutines: true, routines: new Set([WOBBLED_ROUTINE.name]) },
      })
      expect(Object.keys(variablesOf(rendered.production)).join(' ')).not.toMatch(/FLUKA|PAYLOAD/)
    })

    it('asks for as much more as manual and values say', () => {
      const [alone, both] = ['builtin', 'fluka'].map((engine) => askedBy(rendered.production, engine)) as [Asked, Asked]
      const more = (resource: string) => both[resource]! - alone[resource]!
      const [cores, memory, storage] = [more('cpu'), more('memory') / 2 ** 20, more('ephemeral-storage') / 2 ** 20]
      const said = `${cores.toFixed(1)} cores, ${memory} MiB of memory and ${storage} MiB of ephemeral storage more than others`
      for (const file of ['docs/cluster.md', 'deploy/helm/isolario/values.yaml']) {
        const text = readFileSync(path.join(ROOT, file), 'utf8').replace(/\n(# )?/g, ' ')
        expect(text, file).toContain(said)
      }
    })

    it.each([
      ['engines.fluka.version', /Set engines\.fluka\.version/],
      ['engines.fluka.image.digest', /Set engines\.fluka\.image\.digest or \.tag/],
      ['engines.fluka.image.repository', /Set engines\.fluka\.image\.repository/],
    ])('asks for %s in a sentence', (name, sentence) => {
      expect(() => render(program, 'production', { ...fluka, [name]: '' })).toThrow(sentence)
    })
  })

  it('names a collector of traces and lets control and workers reach it, when one is given', () => {
    const collector = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }]
    const manifests = render(program, 'production', {
      'tracing.endpoint': 'http://collector.monitoring:4318',
      'tracing.ratio': 0.1,
      'networkPolicy.tracing.to': collector,
      'workers.logFormat': 'json',
    })
    expect(variablesOf(manifests)).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.monitoring:4318',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
      ISOLARIO_LOG_FORMAT: 'json',
    })
    for (const name of ['isolario-control', 'isolario-workers']) {
      const { egress } = only(manifests, 'NetworkPolicy', name).spec
      expect(egress, name).toContainEqual({ to: collector, ports: [{ port: 4318, protocol: 'TCP' }] })
    }
    expect(variablesOf(rendered.production)).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT')
  })

  it('has no name in common with another release that shares namespaces and cluster', () => {
    const of = (release: string, changes: object) =>
      render(program, 'production', { ...ALL, ...changes }, undefined, release).map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      )
    const first = of('isolario', {})
    // The second joins a namespace, and here a cohort, that the first has made: the manual says so.
    const second = of('trial', { 'workers.createNamespace': false, 'kueue.createCohort': false })
    expect(second.filter((name) => first.includes(name))).toEqual([])
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length)
    const both = of('trial', {})
    expect(both.filter((name) => first.includes(name))).toEqual(['Namespace /isolario-workers', 'Cohort /physics'])
    // What an installation was before its names followed the release.
    expect(first).toEqual(
      expect.arrayContaining([
        'ClusterQueue /isolario',
        'ResourceFlavor /isolario',
        'LocalQueue isolario-workers/simulations',
        'LimitRange isolario-workers/isolario',
        'ResourceQuota isolario-workers/isolario',
      ]),
    )
    expect(second).toContain('LocalQueue isolario-workers/trial-isolario-simulations')
    const queues = {
      ISOLARIO_KUBERNETES_LOCAL_QUEUE: 'trial-isolario-simulations',
      ISOLARIO_KUBERNETES_INSTANCE: 'trial',
    }
    expect(variablesOf(render(program, 'production', {}, undefined, 'trial'))).toMatchObject(queues)
  })

  it('makes Kueue objects that name each other, for each project and for all others', () => {
    const manifests = render(program, 'production', ALL)
    const queues = manifests.filter(({ kind }) => kind === 'ClusterQueue')
    expect(queues.map(({ metadata }) => metadata.name)).toEqual(['isolario', 'isolario-isolpharm', 'isolario-beams'])
    const flavorName = only(manifests, 'ResourceFlavor').metadata.name
    for (const queue of queues) {
      const local = only(manifests, 'LocalQueue', queue.metadata.name.replace('isolario', 'simulations'))
      expect(local).toMatchObject({
        metadata: { namespace: 'isolario-workers' },
        spec: { clusterQueue: queue.metadata.name },
      })
      expect(queue.spec).toMatchObject({
        cohortName: only(manifests, 'Cohort').metadata.name,
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'isolario-workers' } },
        // What a project lends it gets back.
        preemption: { reclaimWithinCohort: 'Any' },
      })
      const [group] = queue.spec.resourceGroups
      const [flavor] = group.flavors
      expect(flavor.name).toBe(flavorName)
      expect(flavor.resources.map(({ name }: { name: string }) => name)).toEqual(group.coveredResources)
      expect(group.coveredResources).toEqual(['cpu', 'ephemeral-storage', 'memory'])
    }
    const cpuOf = (queue: Manifest) => queue.spec.resourceGroups[0].flavors[0].resources[0]
    expect(queues.map(cpuOf)).toEqual([
      { name: 'cpu', nominalQuota: '71', borrowingLimit: '16' },
      { name: 'cpu', nominalQuota: '16', borrowingLimit: '4' },
      { name: 'cpu', nominalQuota: '16' },
    ])
    expect(queues.map(({ spec }) => spec.fairSharing.weight)).toEqual(['1', '2', '1'])
  })

  it('tells control who belongs to which project, as it reads it', () => {
    const env = variablesOf(render(program, 'production', ALL))
    expect(JSON.parse(env['ISOLARIO_KUBERNETES_PROJECTS']!)).toEqual([
      { localQueue: 'simulations-isolpharm', users: [], groups: ['isolpharm'] },
      { localQueue: 'simulations-beams', users: ['3f@iam.example.org'], groups: ['spes'] },
    ])
    expect(variablesOf(rendered.production)).not.toHaveProperty('ISOLARIO_KUBERNETES_PROJECTS')
    const existing = { name: 'beams', users: ['3f@iam.example.org'], localQueue: 'of-the-site' }
    const made = render(program, 'production', {
      'kueue.create': false,
      'kueue.localQueue': 'all',
      'kueue.projects': [existing],
    })
    expect(made.filter(({ apiVersion }) => apiVersion.startsWith('kueue'))).toEqual([])
    expect(variablesOf(made)).toMatchObject({ ISOLARIO_KUBERNETES_LOCAL_QUEUE: 'all' })
    expect(JSON.parse(variablesOf(made)['ISOLARIO_KUBERNETES_PROJECTS']!)).toEqual([
      { localQueue: 'of-the-site', users: ['3f@iam.example.org'], groups: [] },
    ])
  })

  it('tells after an installation what is not shared, and what is still to be done', () => {
    const told = (changes: Readonly<Record<string, unknown>>) => {
      const { ok, stdout, stderr } = helm(program, 'notes', 'production', changes)
      expect(ok, stderr).toBe(true)
      return stdout.slice(stdout.indexOf('\nNOTES:'))
    }
    expect(told({})).toContain('nothing is shared equally among users or groups')
    expect(told({})).not.toContain('create configmap')
    expect(told({ 'kueue.enabled': false })).not.toContain('Kueue')
    const all = told(ALL)
    expect(all).toContain('Projects share the cluster by Kueue.')
    expect(all).not.toContain('nothing is shared')
    expect(all).toContain('-n isolario-workers create configmap isolario-authorities --from-file=ca.crt')
  })

  it('makes a cohort of projects by itself, and none where there are no projects', () => {
    const { 'kueue.cohort': _, 'kueue.createCohort': __, ...unnamed } = ALL
    expect(only(render(program, 'production', unnamed), 'Cohort').metadata.name).toBe('isolario')
    expect(rendered.production.filter(({ kind }) => kind === 'Cohort')).toEqual([])
    expect(only(rendered.production, 'ClusterQueue').spec).not.toHaveProperty('cohortName')
  })

  it.each([
    ['an unknown value', { 'control.replica': 2 }, /control.*additional properties 'replica' not allowed/s],
    ['a wrong type', { 'control.replicas': 'three' }, /\/control\/replicas.*got string, want integer/s],
    [
      'a log level that is none',
      { 'control.logLevel': 'loud' },
      /\/control\/logLevel.*'debug', 'info', 'warn', 'error'/s,
    ],
    ['a digest that is none', { 'image.digest': 'sha256:12' }, /\/image\/digest/],
    ['a secret written into values', { 'database.url': 'postgresql://a:b@c/d' }, /database.*'url' not allowed/s],
    ['an address that is not encrypted', { publicUrl: 'http://isolario.example.org' }, /\/publicUrl/],
    ['an address without its scheme', { publicUrl: 'isolario.example.org' }, /\/publicUrl/],
    ['no public address', { publicUrl: '' }, /Set publicUrl: the address that browsers use/],
    ['no image', { 'image.repository': '' }, /Set image\.repository: the name of the image in your registry/],
    ['no object store', { 's3.endpoint': '' }, /Set s3\.endpoint/],
    ['no provider', { 'oidc.issuer': '' }, /Set oidc\.issuer and oidc\.clientId/],
    ['nobody who may sign in', { 'oidc.allowedGroups': [], 'oidc.adminGroups': [] }, /Set oidc\.allowedGroups/],
    ['workers beside control', { 'workers.namespace': 'isolario' }, /Workers need one of their own/],
    ['an open network by omission', { 'networkPolicy.s3.to': [] }, /Set networkPolicy\.s3\.to.*would mean anywhere/s],
    ['two ways in', { 'ingress.enabled': true }, /choose one way in/],
    ['two Sentinels', { 'redis.sentinel.addresses': ['a:1', 'b:2'] }, /fewer than three Sentinels/],
    ['a grace shorter than the end', { 'control.terminationGraceSeconds': 29 }, /is 29 and must be 30 or more/],
    ['projects without Kueue', { 'kueue.enabled': false, 'kueue.projects': [PROJECT] }, /kueue.enabled is false/],
    ['two projects of one name', { 'kueue.projects': [PROJECT, PROJECT] }, /two of the name beams/],
    ['a project of nobody', { 'kueue.projects': [{ ...PROJECT, groups: [] }] }, /nobody would belong to it/],
    [
      'a project without quota',
      { 'kueue.projects': [{ name: 'beams', groups: ['spes'] }] },
      /Set quota of the project beams/,
    ],
    [
      'a project that counts not all that workers ask for',
      { 'kueue.projects': [{ ...PROJECT, quota: { cpu: '1' } }] },
      /missing propert/,
    ],
    [
      'a project in a queue that nobody names',
      { 'kueue.create': false, 'kueue.projects': [PROJECT] },
      /Set localQueue of the project beams/,
    ],
    [
      'a collector that nothing may reach',
      { 'tracing.endpoint': 'http://collector:4318' },
      /Set networkPolicy.tracing.to/,
    ],
  ])('refuses %s in a sentence', (_, changes, sentence) => {
    const answer = helm(program, 'template', 'production', changes)
    expect(answer.ok).toBe(false)
    expect(answer.stderr).toMatch(sentence)
  })
})

interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef?: unknown }
}

/** What one worker of an engine asks for, in cores and bytes; `fluka` has an image of its own. */
function askedBy(manifests: readonly Manifest[], engine: string): Asked {
  const env = variablesOf(manifests)
  const options = {
    namespace: 'isolario-workers',
    image: 'worker',
    controlUrl: 'http://control',
    cpu: env['ISOLARIO_WORKER_CPU']!,
    scratchMebibytes: Number(env['ISOLARIO_WORKER_SCRATCH_MEBIBYTES']),
    engines: { fluka: { image: 'fluka', seccompProfile: null } },
  }
  return askedByWorker(options, { engine, memoryMebibytes: DEFAULT_LIMITS.memoryMebibytes })
}

function variablesOf(manifests: readonly Manifest[]): Record<string, string | undefined> {
  const env: Variable[] = only(manifests, 'Deployment').spec.template.spec.containers[0].env
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}
