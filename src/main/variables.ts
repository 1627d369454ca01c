/**
 * Every environment variable, defined once: `environment.ts` and `control-settings.ts` read them by these names, the
 * manual's tables are compared with this one, and the chart and the compose file may set no other.
 */

export interface Variable {
  /** Which processes read it. */
  readonly of: readonly ('serve' | 'control' | 'worker' | 'command')[]
  readonly meaning: string
  /** What holds where it is not set; `null`: nothing, it is asked for where it is needed. */
  readonly default: string | null
  /** Never printed, logged or handed on. */
  readonly secret?: true
}

export const VARIABLES = {
  ISOLARIO_DATA: { of: ['serve', 'command'], meaning: 'the data folder of one machine', default: 'see above' },
  ISOLARIO_DATABASE_URL: {
    of: ['serve', 'control'],
    meaning: '`postgresql://user:password@host:5432/database`: records in PostgreSQL (15 or newer)',
    default: '`serve`: SQLite in the data folder',
    secret: true,
  },
  ISOLARIO_SERVER: {
    of: ['command'],
    meaning: 'service that the command line talks to',
    default: 'the one of the data folder',
  },
  ISOLARIO_TOKEN: {
    of: ['command', 'control'],
    meaning: 'token for that service; of `control` on loopback without a login: the token that it asks for',
    default: null,
    secret: true,
  },
  ISOLARIO_LOG_LEVEL: {
    of: ['serve', 'control'],
    meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
    default: '`warn`; of `control` `info`',
  },
  NO_COLOR: { of: ['command'], meaning: 'any value: no colours', default: null },

  ISOLARIO_LISTEN: { of: ['control'], meaning: 'address and port of portal and API', default: '`127.0.0.1:7411`' },
  ISOLARIO_METRICS_LISTEN: {
    of: ['control'],
    meaning:
      'address and port of `/metrics` for Prometheus; may lie beyond loopback also without a login: metrics tell numbers, no names and no results',
    default: 'no metrics',
  },
  ISOLARIO_PUBLIC_URL: {
    of: ['control'],
    meaning: 'address under which people open the portal, as `https://isolario.example.org`; without a path',
    default: 'the address that it listens on, when that is loopback',
  },
  ISOLARIO_REDIS_URL: {
    of: ['control'],
    meaning: '`redis://user:password@host:6379` or `rediss://` with TLS: the queues',
    default: null,
    secret: true,
  },
  ISOLARIO_REDIS_SENTINELS: {
    of: ['control'],
    meaning: 'instead of the URL: `host:26379,host:26379,host:26379`',
    default: null,
  },
  ISOLARIO_REDIS_MASTER: { of: ['control'], meaning: 'name of the primary at the Sentinels', default: '`isolario`' },
  ISOLARIO_REDIS_USERNAME: { of: ['control'], meaning: 'user at the primary, with Sentinels', default: '`default`' },
  ISOLARIO_REDIS_PASSWORD: { of: ['control'], meaning: 'its password', default: null, secret: true },
  ISOLARIO_S3_ENDPOINT: {
    of: ['control'],
    meaning: 'address of the S3 service; workers reach it under the same',
    default: null,
  },
  ISOLARIO_S3_REGION: { of: ['control'], meaning: 'region', default: '`us-east-1`, which Ceph takes' },
  ISOLARIO_S3_BUCKET: { of: ['control'], meaning: 'bucket for tallies and results; it must exist', default: null },
  ISOLARIO_S3_ACCESS_KEY: { of: ['control'], meaning: 'access key', default: null, secret: true },
  ISOLARIO_S3_SECRET_KEY: { of: ['control'], meaning: 'secret key', default: null, secret: true },
  ISOLARIO_SECRET: {
    of: ['control'],
    meaning:
      'secret of this installation, at least 32 random bytes as text; sessions and tokens of workers stand on it. Several, separated by commas, while it is changed: the first one makes, all are accepted',
    default: null,
    secret: true,
  },
  ISOLARIO_OIDC_ISSUER: { of: ['control'], meaning: 'address of the identity provider', default: 'no login' },
  ISOLARIO_OIDC_CLIENT_ID: { of: ['control'], meaning: 'client id', default: null },
  ISOLARIO_OIDC_CLIENT_SECRET: { of: ['control'], meaning: 'client secret', default: null, secret: true },
  ISOLARIO_OIDC_GROUPS_CLAIM: { of: ['control'], meaning: 'claim that lists the groups', default: '`groups`' },
  ISOLARIO_ALLOWED_GROUPS: {
    of: ['control'],
    meaning: 'groups that may use Isolario, separated by commas; `*` for everybody who can sign in',
    default: null,
  },
  ISOLARIO_ADMIN_GROUPS: { of: ['control'], meaning: 'groups that may administer it', default: 'nobody' },
  ISOLARIO_CLUSTER: {
    of: ['control'],
    meaning:
      '`kubernetes`: workers as Jobs; `processes`: as children of this process; `none`: somebody else starts them (`isolario worker`)',
    default: '`none`',
  },
  ISOLARIO_KUBERNETES_NAMESPACE: {
    of: ['control'],
    meaning: 'namespace of the workers',
    default: '`isolario-workers`',
  },
  ISOLARIO_KUBERNETES_LOCAL_QUEUE: { of: ['control'], meaning: 'LocalQueue of Kueue', default: 'no Kueue' },
  ISOLARIO_KUBERNETES_PROJECTS: {
    of: ['control'],
    meaning:
      'LocalQueues of projects beside that one, and who belongs to each by user id or by group: a JSON list such as `[{"localQueue":"isolpharm","users":[],"groups":["isolpharm"]}]`. Users named come first, then the first project with a group of the user; everybody else waits in the LocalQueue above',
    default: 'no projects',
  },
  ISOLARIO_KUBERNETES_INSTANCE: {
    of: ['control'],
    meaning: 'name of this installation, part of the names of its Jobs; two that share a namespace need two',
    default: '`isolario`',
  },
  ISOLARIO_KUBERNETES_PRIORITY_CLASS: {
    of: ['control'],
    meaning: 'WorkloadPriorityClass of Kueue, with a LocalQueue',
    default: 'none',
  },
  ISOLARIO_KUBERNETES_LOW_PRIORITY_CLASS: {
    of: ['control'],
    meaning:
      'a WorkloadPriorityClass below that one, for jobs to which their user gave a low priority; a high one has no class of its own, because it would take the turn of others',
    default: 'that of all jobs',
  },
  ISOLARIO_WORKER_IMAGE: { of: ['control'], meaning: 'image of the workers', default: null },
  ISOLARIO_WORKER_CPU: {
    of: ['control'],
    meaning: 'cores that a pod of a worker asks for, such as `1` or `500m`',
    default: '`1`',
  },
  ISOLARIO_WORKER_SCRATCH_MEBIBYTES: {
    of: ['control'],
    meaning: 'scratch of a pod of a worker, in MiB, 16 to 1048576; one that writes more is evicted',
    default: '`2048`',
  },
  ISOLARIO_WORKER_CERTIFICATES: {
    of: ['control'],
    meaning:
      'certificates (PEM) that pods of workers trust beside the usual ones: ConfigMap in their namespace and its key, as `isolario-authorities/ca.crt`. Workers as children trust the `NODE_EXTRA_CA_CERTS` of control',
    default: 'none',
  },
  ISOLARIO_WORKER_CONTROL_URL: {
    of: ['control'],
    meaning: 'address under which workers reach this service',
    default: 'the public address',
  },
  ISOLARIO_LEASE_SECONDS: {
    of: ['control'],
    meaning: 'time after which the tasks of a silent worker go to another one, 2 to 600',
    default: '`30`',
  },
  ISOLARIO_DRAIN_SECONDS: {
    of: ['control'],
    meaning:
      'time after the signal to end in which requests are still taken while `/healthz/ready` answers 503, so that a load balancer looks elsewhere first, 0 to 60',
    default: '`5`',
  },
  ISOLARIO_WORKER_SLOTS: {
    of: ['control'],
    meaning:
      'most workers at the same time, over all jobs; with a LocalQueue of Kueue: of each job, and the queue bounds the sum',
    default: '`64`',
  },

  ISOLARIO_CONTROL_URL: { of: ['worker'], meaning: 'address of the control service', default: null },
  ISOLARIO_JOB: { of: ['worker'], meaning: 'simulation to work for', default: null },
  ISOLARIO_JOB_TOKEN: {
    of: ['worker'],
    meaning: 'what `isolario worker-token` gave; taken from the environment at once',
    default: null,
    secret: true,
  },
  ISOLARIO_SCRATCH: { of: ['worker'], meaning: 'folder for running programs', default: 'the temporary folder' },

  ISOLARIO_PAYLOAD_SOCKET: {
    of: ['worker'],
    meaning:
      'socket of `isolario payload` in a folder that both share: programs of engines run there instead of beside the token; `control` sets it in pods',
    default: 'programs run as children of the worker',
  },

  ISOLARIO_FLUKA: {
    of: ['serve', 'control', 'worker', 'command'],
    meaning:
      'folder of an installed FLUKA, under its own licence, or `stand-in` for the imitation that needs none; of `control`: for workers on its own machine. See docs/fluka.md',
    default: 'no FLUKA',
  },
  ISOLARIO_FLUKA_VERSION: {
    of: ['serve', 'control', 'worker', 'command'],
    meaning:
      'flavour and version of that FLUKA, as `cern 4-4.1` or `infn 2024.1.3`; of `control` without ISOLARIO_FLUKA: of the FLUKA that its workers have, so that jobs for it are accepted',
    default: 'told from the name of the folder',
  },
  ISOLARIO_FLUKA_IMAGE: {
    of: ['control'],
    meaning:
      "image of the workers of FLUKA jobs on Kubernetes: the site's own, with its FLUKA in it (deploy/images). Needs ISOLARIO_FLUKA_VERSION",
    default: 'that of all workers',
  },
  ISOLARIO_PAYLOAD_SECCOMP: {
    of: ['control'],
    meaning:
      "seccomp profile, below the kubelet's folder, of the container that runs an engine's programs; `none`: that of the container runtime, which leaves the network open",
    default: '`isolario-payload.json`',
  },
  ISOLARIO_FLUKA_WOBBLED: {
    of: ['serve', 'control', 'worker', 'command'],
    meaning:
      'executable of FLUKA with the source routine of the wobbled beam; of `control`: any value says that the workers have it',
    default: 'wobbled beams are refused',
  },
  ISOLARIO_FLUKA_ROUTINES: {
    of: ['serve', 'control', 'worker', 'command'],
    meaning:
      '`yes`: templates may bring user routines, which workers compile with FLUKA and run inside their walls (trust tier 2, docs/fluka.md); the wobbled beam is compiled the same way. `control` hands it to the workers that it starts, and accepts jobs by it',
    default: '`no`: templates with routines are refused',
  },
  ISOLARIO_FLUKA_STAND_IN_FAILS: {
    of: ['serve', 'control', 'worker', 'command'],
    meaning:
      'failures that the stand-in is asked for, as `abort@3,cut@7`: a kind and the number of a batch; see docs/fluka.md',
    default: 'none',
  },

  ISOLARIO_LOG_FORMAT: {
    of: ['control', 'worker'],
    meaning:
      "form of a worker's lines, `text` or `json`; `control` hands it to the workers that it starts on Kubernetes",
    default: '`text`',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    of: ['serve', 'control', 'worker'],
    meaning: 'address of a collector for traces, as `http://collector:4318`; handed to the workers',
    default: 'no traces',
  },
  OTEL_SERVICE_NAME: { of: ['serve', 'control', 'worker'], meaning: 'name in the traces', default: '`isolario`' },
  OTEL_TRACES_SAMPLER_ARG: {
    of: ['serve', 'control', 'worker'],
    meaning: 'part of the traces that is kept, 0 to 1',
    default: '`1`',
  },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof VARIABLES

/** Rows of the table in docs/cluster.md: what replicas of control and workers read. */
export const clusterVariableRows = (): readonly string[] =>
  Object.entries<Variable>(VARIABLES).flatMap(([name, variable]) => {
    const of = variable.of.filter((one) => one === 'control' || one === 'worker')
    const meaning = `${variable.meaning}${variable.secret ? '; **a secret**' : ''}`
    return of.length === 0 ? [] : [`| \`${name}\` | ${of.join(', ')} | ${meaning} | ${variable.default ?? '-'} |`]
  })

/** Value of a variable; `null` where it is not set or empty. */
export function given(variables: NodeJS.ProcessEnv, name: VariableName): string | null {
  const value = variables[name]
  return value === undefined || value.trim() === '' ? null : value
}
