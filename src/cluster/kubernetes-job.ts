/**
 * The Job of a job's workers, as a value. Nothing here speaks to a cluster.
 *
 * An Indexed Job with completions = parallelism: every index is a place for a worker. A place whose worker crashed is
 * filled again whatever the others did, and the Job is complete only when every place ended with "drained". (Without
 * indexes the first success would end the replacement of all others, and a suspension after it would end the Job.)
 */

import type { V1Container, V1Job, V1PodFailurePolicy, V1Secret, V1Toleration } from '@kubernetes/client-node'
import type { WorkerKind, WorkerRequest } from './cluster.ts'
import { WORKER_EXIT } from './exit-codes.ts'
import {
  INSTANCE_LABEL,
  JOB_ID_ANNOTATION,
  JOB_LABEL,
  nameOfJob,
  OWNER_ANNOTATION,
  PRIORITY_ANNOTATION,
  PRIORITY_LABEL,
  QUEUE_LABEL,
  WORKER_CONTAINER,
} from './kubernetes-names.ts'
import { type Asked, askedByPod } from './kubernetes-quota.ts'
import type { WireJob } from './kubernetes-wire.ts'

/** What all workers of an installation have in common. */
export interface WorkerPodOptions {
  /** The namespace exists already; see decisions/0007. */
  readonly namespace: string
  /** Name of this installation, part of all names: several may share a namespace. Default `isolario`. */
  readonly instance?: string
  readonly image: string
  /** Default `IfNotPresent`. */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  readonly imagePullSecrets?: readonly string[]
  /** What the container runs. Default: the image's entrypoint with `worker --job ID`. */
  readonly command?: (jobId: string) => readonly string[]
  /** Address at which workers reach the control service. */
  readonly controlUrl: string
  /** More variables of the worker's container; nothing secret. */
  readonly environment?: Readonly<Record<string, string>>
  /** Cores asked for by one worker. Default `1`. */
  readonly cpu?: string
  /** Cores that a worker is held to. Default: none, so that a short burst is not throttled. */
  readonly cpuLimit?: string
  /** Memory of the worker's own process, in MiB, beside that of the engine. Default 128. */
  readonly agentMebibytes?: number
  /** Scratch of one worker in MiB; a worker that writes more is evicted. Default 2048. */
  readonly scratchMebibytes?: number
  /** Time between SIGTERM and SIGKILL when a node is drained or a job is preempted, in seconds. Default 60. */
  readonly graceSeconds?: number
  /** Longest life of a Job, in seconds. Default: none. */
  readonly deadlineSeconds?: number
  /** Bad ends of one place before it is given up. Default 5 retries. */
  readonly retries?: number
  /** Time after which a finished Job goes by itself, in seconds. Default 3600. */
  readonly keepSeconds?: number
  /** Time after which the pods of a silent node are given up, in seconds. Default 30 (Kubernetes itself: 300). */
  readonly nodeSilentSeconds?: number
  /** The LocalQueue of Kueue; of jobs of no project, where there are projects. Default: Kueue is not used. */
  readonly localQueue?: string
  /** A WorkloadPriorityClass of Kueue. */
  readonly priorityClass?: string
  /**
   * A lower one, for jobs to which their owner gave a low priority. There is none for a high one: Kueue compares the
   * classes of all jobs in a queue, so that it would take the turn of others. Needs `priorityClass`.
   */
  readonly lowPriorityClass?: string
  /** PEM in a ConfigMap of the namespace, trusted beside the usual authorities. Where it is missing, they alone are. */
  readonly certificates?: { readonly configMap: string; readonly key: string }
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: readonly V1Toleration[]
  /** User and group of the processes. Default 10001. */
  readonly user?: number
  /** Engines with an image of their own, by id. Jobs of all others have the worker's. */
  readonly engines?: Readonly<Record<string, EngineImage>>
}

/**
 * An engine that runs programs: the worker's agent with an engine in its image. Its pods have that image twice, as the
 * worker, which has the token, and as the payload, which runs the programs and has none.
 */
export interface EngineImage {
  readonly image: string
  /** What the payload runs. Default: the image's entrypoint with `payload`. */
  readonly command?: readonly string[]
  /**
   * Profile of the payload below the kubelet's seccomp folder, which shuts its network (deploy/seccomp). `null`: the
   * container runtime's own profile, which leaves it open.
   */
  readonly seccompProfile: string | null
}

const SCRATCH = '/scratch'
/** Of the worker alone where programs run beside it: nothing that it loads may lie where they write. */
const OWN = '/own'
/** Where the two containers of a pod meet. */
const PAYLOAD_SOCKET = `${SCRATCH}/payload.sock`
/** What the worker needs beside itself to read what a program wrote, in MiB. */
const READING_MEBIBYTES = 512
const OWN_MEBIBYTES = 64
/** What a container prints, beside the scratch folder. */
const PRINTED_MEBIBYTES = 64
const CERTIFICATES = '/etc/isolario/certificates'
const TOKEN_KEY = 'token'

/** Resources and places of a Job count up to here in Kubernetes. */
export const MOST_PLACES = 100_000

/** @param request `slots` is the number of places of the new Job */
export function jobManifest(options: WorkerPodOptions, request: WorkerRequest): V1Job {
  const instance = options.instance ?? 'isolario'
  const name = nameOfJob(instance, request.jobId)
  const labels = { [INSTANCE_LABEL]: instance, [JOB_LABEL]: name }
  const { localQueue } = options
  const priorityClass = priorityClassOf(options, request)
  const queueLabels = localQueue
    ? { [QUEUE_LABEL]: localQueue, ...(priorityClass ? { [PRIORITY_LABEL]: priorityClass } : {}) }
    : {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: options.namespace,
      labels: { ...labels, ...queueLabels },
      annotations: {
        [JOB_ID_ANNOTATION]: request.jobId,
        ...markAnnotations(request),
        ...(localQueue ? QUEUE_ANNOTATIONS : {}),
      },
    },
    spec: {
      completionMode: 'Indexed',
      completions: request.slots,
      parallelism: request.slots,
      // Kueue sets this too; set here, no pod starts in the moment before Kueue has seen the Job.
      suspend: localQueue !== undefined,
      backoffLimitPerIndex: options.retries ?? 5,
      podFailurePolicy: failurePolicy(),
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: options.keepSeconds ?? 3600,
      ...(options.deadlineSeconds === undefined ? {} : { activeDeadlineSeconds: options.deadlineSeconds }),
      template: {
        metadata: { labels, annotations: { [JOB_ID_ANNOTATION]: request.jobId } },
        spec: podSpec(options, request, name),
      },
    },
  }
}

/** What a worker of this kind asks for, in cores and bytes. */
export function askedByWorker(options: WorkerPodOptions, kind: WorkerKind): Asked {
  const request = { ...kind, jobId: '', slots: 1, owner: '', priority: 0 }
  return askedByPod(podSpec(options, request, ''))
}

/** What of a request is written on the Job, for whichever replica reads it next. */
export interface JobMarks {
  readonly annotations: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
}

/** What has to be written on a Job so that it says what is asked for now, or `undefined`. */
export function marksOf(options: WorkerPodOptions, request: WorkerRequest, job: WireJob): JobMarks | undefined {
  const annotations = markAnnotations(request)
  const has = job.metadata.annotations ?? {}
  const isSo = Object.entries(annotations).every(([name, value]) => has[name] === value)
  const label = job.metadata.labels?.[PRIORITY_LABEL]
  const wanted = priorityClassOf(options, request)
  // Kueue takes a change of class from one to another, and for sure while the Job is suspended; nobody else reads it.
  const changes = wanted !== undefined && label !== undefined && label !== wanted && job.spec.suspend === true
  if (isSo && !changes) return undefined
  return { annotations, ...(changes ? { labels: { [PRIORITY_LABEL]: wanted } } : {}) }
}

const markAnnotations = ({ owner, priority }: WorkerRequest): Record<string, string> => ({
  [OWNER_ANNOTATION]: owner,
  [PRIORITY_ANNOTATION]: String(priority),
})

const priorityClassOf = (options: WorkerPodOptions, { priority }: WorkerRequest): string | undefined =>
  priority < 0 ? (options.lowPriorityClass ?? options.priorityClass) : options.priorityClass

/** The Secret with the token of a job; it goes with the Job that owns it. */
export function tokenSecret(
  options: Pick<WorkerPodOptions, 'namespace' | 'instance'>,
  jobId: string,
  token: string,
  jobUid: string,
): V1Secret {
  const instance = options.instance ?? 'isolario'
  const name = nameOfJob(instance, jobId)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: options.namespace,
      labels: { [INSTANCE_LABEL]: instance, [JOB_LABEL]: name },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: jobUid }],
    },
    type: 'Opaque',
    data: { [TOKEN_KEY]: Buffer.from(token).toString('base64') },
  }
}

/**
 * With Kueue a job starts with as many workers as there is room for. Completions must not follow parallelism then
 * (`job-completions-equal-parallelism`): a Job that was preempted after its first place was drained would come back with
 * so few completions that it is complete at once.
 */
const QUEUE_ANNOTATIONS = { 'kueue.x-k8s.io/job-min-parallelism': '1' }

function failurePolicy(): V1PodFailurePolicy {
  const onExit = (...values: number[]) => ({ containerName: WORKER_CONTAINER, operator: 'In', values })
  return {
    rules: [
      // The cluster took the place away (drain, preemption, lost node): nobody's failure.
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: onExit(WORKER_EXIT.job) },
      // Told to leave, and left in order.
      { action: 'Ignore', onExitCodes: onExit(WORKER_EXIT.released) },
      { action: 'Count', onExitCodes: onExit(WORKER_EXIT.machine) },
    ],
  }
}

function podSpec(options: WorkerPodOptions, request: WorkerRequest, secretName: string) {
  const user = options.user ?? 10_001
  const silentSeconds = options.nodeSilentSeconds ?? 30
  const givenUpAfter = (key: string): V1Toleration => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: silentSeconds,
  })
  const engine = options.engines?.[request.engine]
  const payload = engine && payloadContainer(options, request, engine)
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: options.graceSeconds ?? 60,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    tolerations: [
      givenUpAfter('node.kubernetes.io/not-ready'),
      givenUpAfter('node.kubernetes.io/unreachable'),
      ...(options.tolerations ?? []),
    ],
    ...(options.nodeSelector ? { nodeSelector: { ...options.nodeSelector } } : {}),
    ...(options.imagePullSecrets ? { imagePullSecrets: options.imagePullSecrets.map((name) => ({ name })) } : {}),
    ...(payload ? { initContainers: [payload] } : {}),
    containers: [workerContainer(options, request, secretName)],
    volumes: [
      ...(engine ? [{ name: 'own', emptyDir: { sizeLimit: `${OWN_MEBIBYTES}Mi` } }] : []),
      { name: 'scratch', emptyDir: { sizeLimit: `${scratchMebibytes(options)}Mi` } },
      // Optional: a pod that waits for a ConfigMap waits for ever, without a word on the job's page.
      ...(options.certificates
        ? [{ name: 'certificates', configMap: { name: options.certificates.configMap, optional: true } }]
        : []),
    ],
  }
}

function workerContainer(options: WorkerPodOptions, request: WorkerRequest, secretName: string): V1Container {
  const command = options.command?.(request.jobId)
  const agentMebibytes = options.agentMebibytes ?? 128
  const engine = options.engines?.[request.engine]
  const memory = agentMebibytes + (engine ? READING_MEBIBYTES : request.memoryMebibytes)
  const folder = engine ? OWN : SCRATCH
  return {
    name: WORKER_CONTAINER,
    image: engine?.image ?? options.image,
    imagePullPolicy: options.imagePullPolicy ?? 'IfNotPresent',
    ...(command ? { command: [...command] } : { args: ['worker', '--job', request.jobId] }),
    env: [
      { name: 'ISOLARIO_CONTROL_URL', value: options.controlUrl },
      { name: 'ISOLARIO_JOB', value: request.jobId },
      { name: 'ISOLARIO_JOB_TOKEN', valueFrom: { secretKeyRef: { name: secretName, key: TOKEN_KEY } } },
      { name: 'ISOLARIO_SCRATCH', value: folder },
      { name: 'TMPDIR', value: folder },
      ...(engine ? [{ name: 'ISOLARIO_PAYLOAD_SOCKET', value: PAYLOAD_SOCKET }] : []),
      ...Object.entries(options.environment ?? {}).map(([name, value]) => ({ name, value })),
      ...(options.certificates
        ? [{ name: 'NODE_EXTRA_CA_CERTS', value: `${CERTIFICATES}/${options.certificates.key}` }]
        : []),
    ],
    // What it printed last comes with its exit code: nobody needs the right to read logs for it.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: locked(),
    resources: engine
      ? resources(options, memory, '100m', OWN_MEBIBYTES)
      : resources(options, memory, options.cpu ?? '1', scratchMebibytes(options) + PRINTED_MEBIBYTES),
    volumeMounts: [
      ...(engine ? [{ name: 'own', mountPath: OWN }] : []),
      // It speaks to a socket there and neither reads nor writes a file.
      { name: 'scratch', mountPath: SCRATCH, ...(engine ? { readOnly: true } : {}) },
      ...(options.certificates ? [{ name: 'certificates', mountPath: CERTIFICATES, readOnly: true }] : []),
    ],
  }
}

/**
 * Runs what a user's input may make a program do. It shares the scratch folder with the worker and nothing else: no
 * token, and no socket of any network, which its seccomp profile refuses (`deploy/seccomp/isolario-payload.json`).
 * A sidecar: it starts before the worker and is ended after it.
 */
function payloadContainer(options: WorkerPodOptions, request: WorkerRequest, engine: EngineImage): V1Container {
  const { image, command, seccompProfile } = engine
  const memory = (options.agentMebibytes ?? 128) + request.memoryMebibytes
  return {
    name: 'payload',
    image,
    imagePullPolicy: options.imagePullPolicy ?? 'IfNotPresent',
    restartPolicy: 'Always',
    ...(command ? { command: [...command] } : { args: ['payload'] }),
    env: [
      { name: 'ISOLARIO_PAYLOAD_SOCKET', value: PAYLOAD_SOCKET },
      { name: 'ISOLARIO_SCRATCH', value: SCRATCH },
      { name: 'TMPDIR', value: SCRATCH },
    ],
    securityContext: {
      ...locked(),
      seccompProfile:
        seccompProfile === null ? { type: 'RuntimeDefault' } : { type: 'Localhost', localhostProfile: seccompProfile },
    },
    resources: resources(options, memory, options.cpu ?? '1', scratchMebibytes(options) + PRINTED_MEBIBYTES),
    volumeMounts: [{ name: 'scratch', mountPath: SCRATCH }],
  }
}

const locked = () => ({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
})

function resources(options: WorkerPodOptions, mebibytes: number, cpu: string, storageMebibytes: number) {
  const memory = `${Math.ceil(mebibytes)}Mi`
  // Kubernetes adds those of both containers up and holds their folders and what they print to the sum: the scratch
  // folder, which they share, counts once.
  const storage = `${storageMebibytes}Mi`
  return {
    requests: { cpu, memory, 'ephemeral-storage': storage },
    limits: { ...(options.cpuLimit ? { cpu: options.cpuLimit } : {}), memory, 'ephemeral-storage': storage },
  }
}

const scratchMebibytes = (options: WorkerPodOptions): number => options.scratchMebibytes ?? 2048
