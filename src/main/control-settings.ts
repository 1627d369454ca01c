/** What `isolario control` reads of its environment, checked as a whole: all problems at once, no secret in a message. */

import { z } from 'zod'
import { CliError } from '#cli/exit-codes.ts'
import type { ProjectQueue } from '#cluster/kubernetes-projects.ts'
import { LOG_LEVELS } from '#control/log.ts'
import { groupName } from '#identity/claims.ts'
import { given, type VariableName } from './variables.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

export type RedisSettings =
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'sentinel'
      readonly sentinels: readonly ListenAddress[]
      readonly master: string
      readonly username: string | null
      readonly password: string | null
    }

export type ClusterSettings =
  | { readonly kind: 'none' | 'processes'; readonly slots: number; readonly controlUrl: string }
  | {
      readonly kind: 'kubernetes'
      readonly slots: number
      readonly namespace: string
      /** `null`: Kueue is not used. */
      readonly localQueue: string | null
      /** LocalQueues of projects beside it, and who belongs to them. */
      readonly projects: readonly ProjectQueue[]
      /** Of Kueue; `null`: none. */
      readonly priorityClass: string | null
      readonly lowPriorityClass: string | null
      /** Name of this installation among those that share the namespace. */
      readonly instance: string
      /** Cores of one worker, as Kubernetes writes them. */
      readonly cpu: string
      readonly scratchMebibytes: number
      /** `null`: workers trust the usual authorities only. */
      readonly certificates: { readonly configMap: string; readonly key: string } | null
      readonly image: string
      /** Engines whose jobs have an image of their own, by id. */
      readonly engineImages: Readonly<Record<string, string>>
      /** Of the container that runs an engine's programs; `null`: that of the container runtime. */
      readonly payloadSeccomp: string | null
      readonly controlUrl: string
    }

export type LoginSettings =
  | {
      readonly kind: 'openid'
      readonly issuer: string
      readonly clientId: string
      readonly clientSecret: string
      readonly groupsClaim: string
      readonly allowedGroups: readonly string[]
      readonly adminGroups: readonly string[]
    }
  /** No login: it listens on loopback only, and every replica asks for this token. */
  | { readonly kind: 'token'; readonly token: string }

export interface ControlSettings {
  readonly listen: ListenAddress
  /** `null`: no metrics. */
  readonly metricsListen: ListenAddress | null
  readonly publicUrl: URL
  readonly databaseUrl: string
  readonly redis: RedisSettings
  readonly s3: {
    readonly endpoint: string
    readonly region: string
    readonly bucket: string
    readonly accessKey: string
    readonly secretKey: string
  }
  /** As it came: one or several, which the identity room reads. */
  readonly secret: string
  readonly login: LoginSettings
  readonly cluster: ClusterSettings
  readonly leaseMs: number
  /** How long requests are still taken after the signal to end, while the replica says that it is not ready. */
  readonly drainMs: number
  readonly logLevel: string
}

const DEFAULT_LISTEN = '127.0.0.1:7411'
const DEFAULT_SLOTS = 64
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/
const SHORTEST_TOKEN = 32
const PROJECTS = z.array(
  z
    .strictObject({
      localQueue: z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/),
      users: z.array(z.string().min(1)).default([]),
      groups: z.array(z.string().min(1)).default([]),
    })
    .refine(({ users, groups }) => users.length + groups.length > 0),
)

/** What is wrong with one variable; `path` is its name. */
interface Finding {
  readonly path: VariableName
  readonly message: string
}

/** Of `migrate`, which needs nothing else. @throws CliError `CONFIGURATION_INVALID` */
export function readDatabaseUrl(variables: NodeJS.ProcessEnv): string {
  const problems: Finding[] = []
  const url = databaseUrlOf(variables, problems)
  refuseProblems(problems)
  return url
}

/** @throws CliError `CONFIGURATION_INVALID` with every problem at once. */
export function readControlSettings(variables: NodeJS.ProcessEnv): ControlSettings {
  const problems: Finding[] = []
  const bad = (path: VariableName, message: string) => void problems.push({ path, message })
  const read = (name: VariableName) => given(variables, name)
  const wanted = (name: VariableName, why = 'It is not set.') => {
    const value = read(name)
    if (value === null) bad(name, why)
    return value ?? ''
  }
  const list = (name: VariableName) =>
    (read(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  const address = (name: VariableName, text: string): ListenAddress => {
    const found = parseAddress(text)
    if (!found) bad(name, `Expected HOST:PORT, such as ${DEFAULT_LISTEN} or [::1]:7411, got "${text}".`)
    return found ?? { host: '', port: 0 }
  }
  const wholeNumber = (name: VariableName, least: number, most: number, otherwise: number) => {
    const text = read(name) ?? String(otherwise)
    const number = Number(text)
    if (Number.isInteger(number) && number >= least && number <= most) return number
    bad(name, `Expected a whole number from ${least} to ${most}, got "${text}".`)
    return otherwise
  }
  const web = (name: VariableName, text: string): URL | null => {
    const url = URL.parse(text)
    if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url
    bad(name, 'Expected an address that begins with https:// or http://, without user, password or query.')
    return null
  }

  const listen = address('ISOLARIO_LISTEN', read('ISOLARIO_LISTEN') ?? DEFAULT_LISTEN)
  const metricsText = read('ISOLARIO_METRICS_LISTEN')
  const metricsListen = metricsText === null ? null : address('ISOLARIO_METRICS_LISTEN', metricsText)
  const isLoopback = LOOPBACK.test(listen.host)

  const databaseUrl = databaseUrlOf(variables, problems)

  const publicText = read('ISOLARIO_PUBLIC_URL')
  if (publicText === null && !isLoopback) bad('ISOLARIO_PUBLIC_URL', 'It is not set: links and the login need it.')
  const givenUrl = publicText === null ? null : web('ISOLARIO_PUBLIC_URL', publicText)
  if (givenUrl && (givenUrl.pathname !== '/' || givenUrl.hash !== '')) {
    bad(
      'ISOLARIO_PUBLIC_URL',
      `Expected an address without a path, such as ${givenUrl.origin}: portal and API lie at the root of a name of their own.`,
    )
  }
  const ownAddress = new URL(isLoopback ? `http://${hostText(listen.host)}:${listen.port}` : 'http://localhost')
  const publicUrl = givenUrl ?? ownAddress

  const issuer = read('ISOLARIO_OIDC_ISSUER')
  if (issuer !== null) web('ISOLARIO_OIDC_ISSUER', issuer)
  const openid =
    issuer === null
      ? null
      : {
          kind: 'openid' as const,
          issuer,
          clientId: wanted('ISOLARIO_OIDC_CLIENT_ID'),
          clientSecret: wanted('ISOLARIO_OIDC_CLIENT_SECRET'),
          groupsClaim: read('ISOLARIO_OIDC_GROUPS_CLAIM') ?? 'groups',
          allowedGroups: list('ISOLARIO_ALLOWED_GROUPS'),
          adminGroups: list('ISOLARIO_ADMIN_GROUPS'),
        }
  const token = read('ISOLARIO_TOKEN')
  if (openid !== null && openid.allowedGroups.length === 0 && openid.adminGroups.length === 0) {
    bad(
      'ISOLARIO_ALLOWED_GROUPS',
      'It is not set: name the groups that may use Isolario, or * for everybody who can sign in.',
    )
  }
  if (openid === null && !isLoopback) {
    bad(
      'ISOLARIO_OIDC_ISSUER',
      `It is not set: without a login nothing listens beyond loopback, and ${listen.host} is.`,
    )
  } else if (openid === null && (token ?? '').length < SHORTEST_TOKEN) {
    bad(
      'ISOLARIO_TOKEN',
      `Without a login every replica asks for this token; expected ${SHORTEST_TOKEN} characters or more.`,
    )
  }

  const logLevel = read('ISOLARIO_LOG_LEVEL') ?? 'info'
  if (!LOG_LEVELS.includes(logLevel))
    bad('ISOLARIO_LOG_LEVEL', `Expected one of ${LOG_LEVELS.join(', ')}, got "${logLevel}".`)

  const settings: ControlSettings = {
    listen,
    metricsListen,
    publicUrl,
    databaseUrl,
    redis: readRedis(),
    s3: {
      endpoint: web('ISOLARIO_S3_ENDPOINT', wanted('ISOLARIO_S3_ENDPOINT') || 'http://unset')?.href ?? '',
      region: read('ISOLARIO_S3_REGION') ?? 'us-east-1',
      bucket: wanted('ISOLARIO_S3_BUCKET'),
      accessKey: wanted('ISOLARIO_S3_ACCESS_KEY'),
      secretKey: wanted('ISOLARIO_S3_SECRET_KEY'),
    },
    secret: wanted('ISOLARIO_SECRET'),
    login: openid ?? { kind: 'token', token: token ?? '' },
    cluster: readCluster(),
    leaseMs: wholeNumber('ISOLARIO_LEASE_SECONDS', 2, 600, 30) * 1000,
    drainMs: wholeNumber('ISOLARIO_DRAIN_SECONDS', 0, 60, 5) * 1000,
    logLevel,
  }
  refuseProblems(problems)
  return settings

  function readRedis(): RedisSettings {
    const sentinels = list('ISOLARIO_REDIS_SENTINELS')
    const url = read('ISOLARIO_REDIS_URL')
    if (sentinels.length > 0) {
      if (url !== null) bad('ISOLARIO_REDIS_URL', 'Set either this or ISOLARIO_REDIS_SENTINELS, not both.')
      return {
        kind: 'sentinel',
        sentinels: sentinels.map((text) => address('ISOLARIO_REDIS_SENTINELS', text)),
        master: read('ISOLARIO_REDIS_MASTER') ?? 'isolario',
        username: read('ISOLARIO_REDIS_USERNAME'),
        password: read('ISOLARIO_REDIS_PASSWORD'),
      }
    }
    if (url === null) bad('ISOLARIO_REDIS_URL', 'Neither this nor ISOLARIO_REDIS_SENTINELS is set.')
    else if (!/^rediss?:$/.test(URL.parse(url)?.protocol ?? '')) {
      bad('ISOLARIO_REDIS_URL', 'Expected an address such as redis://user:password@host:6379.')
    }
    return { kind: 'url', url: url ?? '' }
  }

  function readCluster(): ClusterSettings {
    const kind = read('ISOLARIO_CLUSTER') ?? 'none'
    const slots = wholeNumber('ISOLARIO_WORKER_SLOTS', 1, 100_000, DEFAULT_SLOTS)
    const controlText = read('ISOLARIO_WORKER_CONTROL_URL')
    const controlUrl = (controlText === null ? null : web('ISOLARIO_WORKER_CONTROL_URL', controlText)) ?? publicUrl
    const own = { slots, controlUrl: controlUrl.href.replace(/\/$/, '') }
    if (kind === 'none' || kind === 'processes') return { kind, ...own }
    if (kind !== 'kubernetes') bad('ISOLARIO_CLUSTER', `Expected "kubernetes", "processes" or "none", got "${kind}".`)
    const instance = read('ISOLARIO_KUBERNETES_INSTANCE') ?? 'isolario'
    if (!/^[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?$/.test(instance)) {
      bad(
        'ISOLARIO_KUBERNETES_INSTANCE',
        `Expected at most 53 small letters, digits, "-" and ".", no "-" or "." at its ends, got "${instance}".`,
      )
    }
    const cpu = read('ISOLARIO_WORKER_CPU') ?? '1'
    if (!/^([0-9]+(\.[0-9]{1,3})?|[0-9]+m)$/.test(cpu) || Number.parseFloat(cpu) <= 0) {
      bad('ISOLARIO_WORKER_CPU', `Expected a number of cores such as 1, 0.5 or 500m, got "${cpu}".`)
    }
    return {
      kind: 'kubernetes',
      ...own,
      instance,
      priorityClass: read('ISOLARIO_KUBERNETES_PRIORITY_CLASS'),
      lowPriorityClass: read('ISOLARIO_KUBERNETES_LOW_PRIORITY_CLASS'),
      cpu,
      scratchMebibytes: wholeNumber('ISOLARIO_WORKER_SCRATCH_MEBIBYTES', 16, 1_048_576, 2048),
      certificates: readCertificates(),
      namespace: read('ISOLARIO_KUBERNETES_NAMESPACE') ?? 'isolario-workers',
      localQueue: read('ISOLARIO_KUBERNETES_LOCAL_QUEUE'),
      projects: readProjects(),
      image: wanted('ISOLARIO_WORKER_IMAGE'),
      engineImages: readEngineImages(),
      payloadSeccomp: readSeccomp(),
    }
  }

  function readProjects(): readonly ProjectQueue[] {
    const name = 'ISOLARIO_KUBERNETES_PROJECTS'
    const text = read(name)
    if (text === null) return []
    wanted(
      'ISOLARIO_KUBERNETES_LOCAL_QUEUE',
      `It is not set, and ${name} is: name the queue of all who are in no project.`,
    )
    const projects = projectsOf(text)
    if (projects) return projects
    bad(
      name,
      'Expected a JSON list such as [{"localQueue":"isolpharm","users":[],"groups":["isolpharm"]}], each with users or groups.',
    )
    return []
  }

  function readEngineImages(): Readonly<Record<string, string>> {
    const image = read('ISOLARIO_FLUKA_IMAGE')
    if (image === null) return {}
    wanted('ISOLARIO_FLUKA_VERSION', 'It is not set, and ISOLARIO_FLUKA_IMAGE is: name the FLUKA in that image.')
    return { fluka: image }
  }

  function readSeccomp(): string | null {
    const profile = read('ISOLARIO_PAYLOAD_SECCOMP') ?? 'isolario-payload.json'
    if (profile === 'none') return null
    if (profile.startsWith('/') || profile.split('/').includes('..')) {
      bad(
        'ISOLARIO_PAYLOAD_SECCOMP',
        `Expected a path below the kubelet's seccomp folder, such as isolario-payload.json, or none, got "${profile}".`,
      )
    }
    return profile
  }

  function readCertificates(): { configMap: string; key: string } | null {
    const text = read('ISOLARIO_WORKER_CERTIFICATES')
    if (text === null) return null
    const [, configMap, key] = /^([a-z0-9][-a-z0-9.]*)\/([-._a-zA-Z0-9]+)$/.exec(text) ?? []
    if (configMap && key) return { configMap, key }
    bad('ISOLARIO_WORKER_CERTIFICATES', `Expected CONFIGMAP/KEY, such as isolario-authorities/ca.crt, got "${text}".`)
    return null
  }
}

/** @returns `undefined` for anything but a list of projects, each with somebody in it */
function projectsOf(text: string): readonly ProjectQueue[] | undefined {
  const parsed = PROJECTS.safeParse(parsedJson(text))
  return parsed.success
    ? // The spelling in which groups of tokens are compared.
      parsed.data.map((project) => ({ ...project, groups: project.groups.map(groupName) }))
    : undefined
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Several hosts are allowed: whichever is the primary is used. */
function databaseUrlOf(variables: NodeJS.ProcessEnv, problems: Finding[]): string {
  const path = 'ISOLARIO_DATABASE_URL'
  const url = given(variables, path) ?? ''
  if (url === '') problems.push({ path, message: 'It is not set: several replicas need PostgreSQL.' })
  else if (!/^postgres(ql)?:\/\/\S+$/.test(url)) {
    problems.push({ path, message: 'Expected an address such as postgresql://user:password@host:5432/database.' })
  }
  return url
}

function refuseProblems(problems: readonly Finding[]): void {
  if (problems.length === 0) return
  throw new CliError(
    'BAD_INPUT',
    'CONFIGURATION_INVALID',
    'The environment does not say all that is needed (docs/cluster.md lists the variables):',
    problems,
  )
}

function parseAddress(text: string): ListenAddress | null {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/]+)):(\d{1,5})$/.exec(text.trim())
  const port = Number(found?.[3])
  return found && port <= 65_535 ? { host: (found[1] ?? found[2])!, port } : null
}

const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host)
