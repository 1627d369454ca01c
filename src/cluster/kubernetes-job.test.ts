import { readFileSync } from 'node:fs'
import path from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { askedByWorker, jobManifest, marksOf, tokenSecret, type WorkerPodOptions } from './kubernetes-job.ts'
import { nameOfJob, PRIORITY_LABEL } from './kubernetes-names.ts'
import { type Asked, numberOfQuantity } from './kubernetes-quota.ts'
import type { WireJob } from './kubernetes-wire.ts'

const options: WorkerPodOptions = {
  namespace: 'simulations',
  image: 'registry.example/isolario@sha256:0123',
  controlUrl: 'https://isolario.example',
}
const request = { jobId: 'k3f9x2', slots: 4, memoryMebibytes: 256, engine: 'builtin', owner: 'ada', priority: 0 }

describe('the Job of a job', () => {
  it('is, whole, what it was', () => {
    expect(jobManifest(options, request)).toMatchInlineSnapshot(`
      {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
          "annotations": {
            "isolario/job-id": "k3f9x2",
            "isolario/owner": "ada",
            "isolario/priority": "0",
          },
          "labels": {
            "isolario/instance": "isolario",
            "isolario/job": "isolario-k3f9x2",
          },
          "name": "isolario-k3f9x2",
          "namespace": "simulations",
        },
        "spec": {
          "backoffLimitPerIndex": 5,
          "completionMode": "Indexed",
          "completions": 4,
          "parallelism": 4,
          "podFailurePolicy": {
            "rules": [
              {
                "action": "Ignore",
                "onPodConditions": [
                  {
                    "status": "True",
                    "type": "DisruptionTarget",
                  },
                ],
              },
              {
                "action": "FailJob",
                "onExitCodes": {
                  "containerName": "worker",
                  "operator": "In",
                  "values": [
                    10,
                  ],
                },
              },
              {
                "action": "Ignore",
                "onExitCodes": {
                  "containerName": "worker",
                  "operator": "In",
                  "values": [
                    143,
                  ],
                },
              },
              {
                "action": "Count",
                "onExitCodes": {
                  "containerName": "worker",
                  "operator": "In",
                  "values": [
                    11,
                  ],
                },
              },
            ],
          },
          "podReplacementPolicy": "Failed",
          "suspend": false,
          "template": {
            "metadata": {
              "annotations": {
                "isolario/job-id": "k3f9x2",
              },
              "labels": {
                "isolario/instance": "isolario",
                "isolario/job": "isolario-k3f9x2",
              },
            },
            "spec": {
              "automountServiceAccountToken": false,
              "containers": [
                {
                  "args": [
                    "worker",
                    "--job",
                    "k3f9x2",
                  ],
                  "env": [
                    {
                      "name": "ISOLARIO_CONTROL_URL",
                      "value": "https://isolario.example",
                    },
                    {
                      "name": "ISOLARIO_JOB",
                      "value": "k3f9x2",
                    },
                    {
                      "name": "ISOLARIO_JOB_TOKEN",
                      "valueFrom": {
                        "secretKeyRef": {
                          "key": "token",
                          "name": "isolario-k3f9x2",
                        },
                      },
                    },
                    {
                      "name": "ISOLARIO_SCRATCH",
                      "value": "/scratch",
                    },
                    {
                      "name": "TMPDIR",
                      "value": "/scratch",
                    },
                  ],
                  "image": "registry.example/isolario@sha256:0123",
                  "imagePullPolicy": "IfNotPresent",
                  "name": "worker",
                  "resources": {
                    "limits": {
                      "ephemeral-storage": "2112Mi",
                      "memory": "384Mi",
                    },
                    "requests": {
                      "cpu": "1",
                      "ephemeral-storage": "2112Mi",
                      "memory": "384Mi",
                    },
                  },
                  "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "capabilities": {
                      "drop": [
                        "ALL",
                      ],
                    },
                    "readOnlyRootFilesystem": true,
                  },
                  "terminationMessagePolicy": "FallbackToLogsOnError",
                  "volumeMounts": [
                    {
                      "mountPath": "/scratch",
                      "name": "scratch",
                    },
                  ],
                },
              ],
              "enableServiceLinks": false,
              "restartPolicy": "Never",
              "securityContext": {
                "fsGroup": 10001,
                "runAsGroup": 10001,
                "runAsNonRoot": true,
                "runAsUser": 10001,
                "seccompProfile": {
                  "type": "RuntimeDefault",
                },
              },
              "terminationGracePeriodSeconds": 60,
              "tolerations": [
                {
                  "effect": "NoExecute",
                  "key": "node.kubernetes.io/not-ready",
                  "operator": "Exists",
                  "tolerationSeconds": 30,
                },
                {
                  "effect": "NoExecute",
                  "key": "node.kubernetes.io/unreachable",
                  "operator": "Exists",
                  "tolerationSeconds": 30,
                },
              ],
              "volumes": [
                {
                  "emptyDir": {
                    "sizeLimit": "2048Mi",
                  },
                  "name": "scratch",
                },
              ],
            },
          },
          "ttlSecondsAfterFinished": 3600,
        },
      }
    `)
  })

  it('waits for Kueue suspended, and starts with as many workers as there is room for', () => {
    const { metadata, spec } = jobManifest({ ...options, localQueue: 'physics', priorityClass: 'urgent' }, request)
    expect(spec).toMatchObject({ suspend: true, completions: 4, parallelism: 4 })
    expect(metadata!.labels).toMatchObject({
      'kueue.x-k8s.io/queue-name': 'physics',
      'kueue.x-k8s.io/priority-class': 'urgent',
    })
    expect(metadata!.annotations).toMatchObject({ 'kueue.x-k8s.io/job-min-parallelism': '1' })
    expect(metadata!.annotations).not.toHaveProperty(['kueue.x-k8s.io/job-completions-equal-parallelism'])
  })

  it('gives Kueue a lower class for a low priority, and none that is above the usual one', () => {
    const classes = { localQueue: 'physics', priorityClass: 'usual', lowPriorityClass: 'patient' }
    const classOf = (priority: number, more = {}) =>
      jobManifest({ ...options, ...classes, ...more }, { ...request, priority }).metadata!.labels![PRIORITY_LABEL]
    expect([-1, 0, 1].map((priority) => classOf(priority))).toEqual(['patient', 'usual', 'usual'])
    expect(classOf(-1, { lowPriorityClass: undefined })).toBe('usual')
  })

  it('is marked anew when owner or priority changed, and its class only while it waits', () => {
    const classes = { ...options, localQueue: 'physics', priorityClass: 'usual', lowPriorityClass: 'patient' }
    const made = jobManifest(classes, request) as unknown as WireJob
    expect(marksOf(classes, request, made)).toBeUndefined()
    const annotations = { 'isolario/owner': 'ada', 'isolario/priority': '-1' }
    const low = { ...request, priority: -1 }
    expect(marksOf(classes, low, made)).toEqual({ annotations, labels: { [PRIORITY_LABEL]: 'patient' } })
    const running = { ...made, spec: { ...made.spec, suspend: false } }
    expect(marksOf(classes, low, running)).toEqual({ annotations })
    expect(marksOf(options, low, jobManifest(options, request) as unknown as WireJob)).toEqual({ annotations })
  })

  it('hands more variables to the worker, and none of them to the engine beside it', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
    const pod = jobManifest({ ...options, environment, engines }, inFluka).spec!.template.spec!
    const more = { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://collector:4318' }
    expect(pod.containers[0]!.env).toContainEqual(more)
    const others = [...(pod.initContainers ?? []), ...pod.containers.slice(1)]
    expect(others.length).toBeGreaterThan(0)
    for (const other of others) expect(other.env).not.toContainEqual(more)
  })

  it('asks for nothing that the queue of the chart does not count', () => {
    const values = readFileSync(path.join(import.meta.dirname, '../../deploy/helm/isolario/values.yaml'), 'utf8')
    const { kueue } = loadYaml<{ kueue: { quota: Record<string, string> } }>(values)
    const asked = Object.keys(jobManifest(options, request).spec!.template.spec!.containers[0]!.resources!.requests!)
    expect(Object.keys(kueue.quota).sort()).toEqual(asked.sort())
  })

  it('trusts an authority of the site, also while its ConfigMap is missing', () => {
    const { spec } = jobManifest({ ...options, certificates: { configMap: 'authorities', key: 'ca.crt' } }, request)
    const { volumes, containers } = spec!.template.spec!
    expect(volumes).toContainEqual({ name: 'certificates', configMap: { name: 'authorities', optional: true } })
    const mount = { name: 'certificates', mountPath: '/etc/isolario/certificates', readOnly: true }
    expect(containers[0]!.volumeMounts).toContainEqual(mount)
    const variable = { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/isolario/certificates/ca.crt' }
    expect(containers[0]!.env).toContainEqual(variable)
  })

  const engines = { fluka: { image: 'registry.example/fluka:1', seccompProfile: 'isolario-payload.json' } }
  const inFluka = { ...request, engine: 'fluka' }

  it('keeps an engine that runs programs away from token and network', () => {
    const { initContainers, containers, volumes } = jobManifest({ ...options, engines }, inFluka).spec!.template.spec!
    const [payload] = initContainers!
    const [worker] = containers
    expect(payload).toMatchObject({
      name: 'payload',
      image: 'registry.example/fluka:1',
      args: ['payload'],
      restartPolicy: 'Always',
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'Localhost', localhostProfile: 'isolario-payload.json' },
      },
      // The engine's memory and cores are where the engine is.
      resources: { requests: { cpu: '1' }, limits: { memory: '384Mi' } },
    })
    expect(JSON.stringify(payload)).not.toMatch(/TOKEN|CONTROL_URL|secretKeyRef/)
    expect(worker).toMatchObject({
      image: 'registry.example/fluka:1',
      args: ['worker', '--job', 'k3f9x2'],
      resources: { requests: { cpu: '100m', memory: '640Mi' } },
    })
    const socket = { name: 'ISOLARIO_PAYLOAD_SOCKET', value: '/scratch/payload.sock' }
    for (const one of [payload, worker]) expect(one!.env).toContainEqual(socket)
    expect(volumes!.map(({ name }) => name)).toEqual(['own', 'scratch'])
  })

  it('asks, with a container for programs, for their folder once and for little more than without', () => {
    const kind = { engine: 'fluka', memoryMebibytes: 256 }
    const [alone, both] = [options, { ...options, engines }].map((one) => askedByWorker(one, kind)) as [Asked, Asked]
    const more = Object.keys(both).map((resource) => [resource, both[resource]! - alone[resource]!] as const)
    const mebibytes = 2 ** 20
    expect(Object.fromEntries(more)).toEqual({
      cpu: expect.closeTo(0.1, 9),
      memory: 640 * mebibytes,
      'ephemeral-storage': 64 * mebibytes,
    })
    // Kubernetes holds the sum of all folders to the sum of the limits.
    const { initContainers, containers, volumes } = jobManifest({ ...options, engines }, inFluka).spec!.template.spec!
    const limits = [...initContainers!, ...containers].map(({ resources }) => resources!.limits!['ephemeral-storage']!)
    const folders = volumes!.map(({ emptyDir }) => emptyDir!.sizeLimit!)
    const sum = (quantities: readonly string[]) => quantities.reduce((all, one) => all + numberOfQuantity(one), 0)
    expect(sum(limits)).toBeGreaterThan(sum(folders))
  })

  it('has nothing of the worker where an engine that runs programs can write', () => {
    const [worker] = jobManifest({ ...options, engines }, inFluka).spec!.template.spec!.containers
    expect(worker!.volumeMounts).toEqual([
      { name: 'own', mountPath: '/own' },
      { name: 'scratch', mountPath: '/scratch', readOnly: true },
    ])
    for (const name of ['TMPDIR', 'ISOLARIO_SCRATCH']) expect(worker!.env).toContainEqual({ name, value: '/own' })
  })

  it('leaves the profile to the container runtime where the site says so', () => {
    const open = { fluka: { ...engines.fluka, seccompProfile: null } }
    const [payload] = jobManifest({ ...options, engines: open }, inFluka).spec!.template.spec!.initContainers!
    expect(payload!.securityContext!.seccompProfile).toEqual({ type: 'RuntimeDefault' })
  })

  it('has the image of the worker, and no other container, for every other engine', () => {
    expect(jobManifest({ ...options, engines }, request)).toEqual(jobManifest(options, request))
    expect(jobManifest(options, request).spec!.template.spec!.initContainers).toBeUndefined()
  })

  it('has its token in a Secret that goes with it', () => {
    expect(tokenSecret(options, 'k3f9x2', 'the token', 'uid-1')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'isolario-k3f9x2',
        namespace: 'simulations',
        labels: { 'isolario/instance': 'isolario', 'isolario/job': 'isolario-k3f9x2' },
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'isolario-k3f9x2', uid: 'uid-1' }],
      },
      type: 'Opaque',
      data: { token: 'dGhlIHRva2Vu' },
    })
  })
})

describe('names', () => {
  it('are functions of the id that Kubernetes accepts, and differ where ids differ', () => {
    const ids = ['k3f9x2', 'stay:1', 'stay-1', 'Stay:1', 'a'.repeat(80), `${'a'.repeat(80)}b`, 'Ω', '-']
    const names = ids.map((id) => nameOfJob('isolario', id))
    expect(names[0]).toBe('isolario-k3f9x2')
    expect(new Set(names).size).toBe(ids.length)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,50}[a-z0-9]$/)
    expect(ids.map((id) => nameOfJob('isolario', id))).toEqual(names)
    // Two installations with long names that begin alike.
    const long = 'a-release-with-a-name-as-long-as-helm-allows-it-to-be'
    expect(nameOfJob(`${long}1`, 'k3f9x2')).not.toBe(nameOfJob(`${long}2`, 'k3f9x2'))
  })
})
