import { expect, it } from 'vitest'
import { CliError } from '#cli/exit-codes.ts'
import { readControlSettings } from './control-settings.ts'

const LEAST = {
  ISOLARIO_DATABASE_URL: 'postgresql://isolario:dbpassword@db:5432/isolario',
  ISOLARIO_REDIS_URL: 'redis://:redispassword@redis:6379',
  ISOLARIO_S3_ENDPOINT: 'http://ceph:7480',
  ISOLARIO_S3_BUCKET: 'isolario',
  ISOLARIO_S3_ACCESS_KEY: 'access',
  ISOLARIO_S3_SECRET_KEY: 's3secret',
  ISOLARIO_SECRET: 'x'.repeat(64),
  ISOLARIO_TOKEN: 't'.repeat(32),
}

const problemsOf = (variables: NodeJS.ProcessEnv): CliError => {
  try {
    readControlSettings(variables)
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const paths = (variables: NodeJS.ProcessEnv) => problemsOf(variables).problems.map(({ path }) => path)

it('takes the least that a service on loopback needs', () => {
  expect(readControlSettings(LEAST)).toMatchObject({
    listen: { host: '127.0.0.1', port: 7411 },
    metricsListen: null,
    login: { kind: 'token', token: LEAST.ISOLARIO_TOKEN },
    redis: { kind: 'url' },
    s3: { endpoint: 'http://ceph:7480/', region: 'us-east-1' },
    cluster: { kind: 'none', slots: 64, controlUrl: 'http://127.0.0.1:7411' },
    logLevel: 'info',
    leaseMs: 30_000,
    drainMs: 5000,
  })
})

it('names everything that is missing at once', () => {
  expect(paths({})).toEqual([
    'ISOLARIO_DATABASE_URL',
    'ISOLARIO_TOKEN',
    'ISOLARIO_REDIS_URL',
    'ISOLARIO_S3_ENDPOINT',
    'ISOLARIO_S3_BUCKET',
    'ISOLARIO_S3_ACCESS_KEY',
    'ISOLARIO_S3_SECRET_KEY',
    'ISOLARIO_SECRET',
  ])
})

it('listens beyond loopback only with a login and a public address', () => {
  const open = { ...LEAST, ISOLARIO_LISTEN: '0.0.0.0:7411' }
  expect(paths(open)).toEqual(['ISOLARIO_PUBLIC_URL', 'ISOLARIO_OIDC_ISSUER'])
  const login = {
    ...open,
    ISOLARIO_PUBLIC_URL: 'https://isolario.example.org',
    ISOLARIO_OIDC_ISSUER: 'https://iam.example.org/',
    ISOLARIO_OIDC_CLIENT_ID: 'isolario',
    ISOLARIO_OIDC_CLIENT_SECRET: 'clientsecret',
    ISOLARIO_ADMIN_GROUPS: 'isolpharm/admins, operators',
  }
  expect(readControlSettings(login).login).toMatchObject({
    kind: 'openid',
    issuer: 'https://iam.example.org/',
    groupsClaim: 'groups',
    allowedGroups: [],
    adminGroups: ['isolpharm/admins', 'operators'],
  })
  expect(paths({ ...login, ISOLARIO_OIDC_CLIENT_SECRET: '' })).toEqual(['ISOLARIO_OIDC_CLIENT_SECRET'])
})

it('reads Sentinels and a cluster', () => {
  const { ISOLARIO_REDIS_URL: _, ...rest } = LEAST
  const settings = readControlSettings({
    ...rest,
    ISOLARIO_REDIS_SENTINELS: 's1:26379, s2:26379,[::1]:26379',
    ISOLARIO_CLUSTER: 'kubernetes',
    ISOLARIO_WORKER_IMAGE: 'isolario-worker:1',
    ISOLARIO_WORKER_CONTROL_URL: 'http://isolario-control:7411/',
    ISOLARIO_WORKER_SLOTS: '200',
  })
  expect(settings.redis).toMatchObject({
    kind: 'sentinel',
    master: 'isolario',
    sentinels: [
      { host: 's1', port: 26379 },
      { host: 's2', port: 26379 },
      { host: '::1', port: 26379 },
    ],
  })
  expect(settings.cluster).toEqual({
    kind: 'kubernetes',
    slots: 200,
    controlUrl: 'http://isolario-control:7411',
    namespace: 'isolario-workers',
    localQueue: null,
    projects: [],
    image: 'isolario-worker:1',
    instance: 'isolario',
    priorityClass: null,
    lowPriorityClass: null,
    cpu: '1',
    scratchMebibytes: 2048,
    certificates: null,
    engineImages: {},
    payloadSeccomp: 'isolario-payload.json',
  })
})

it('takes an image for FLUKA with the version that is in it', () => {
  const fluka = {
    ...LEAST,
    ISOLARIO_CLUSTER: 'kubernetes',
    ISOLARIO_WORKER_IMAGE: 'isolario-worker:1',
    ISOLARIO_FLUKA_IMAGE: 'site/fluka:1',
    ISOLARIO_FLUKA_VERSION: 'cern 4-4.1',
    ISOLARIO_PAYLOAD_SECCOMP: 'none',
  }
  expect(readControlSettings(fluka).cluster).toMatchObject({
    engineImages: { fluka: 'site/fluka:1' },
    payloadSeccomp: null,
  })
  expect(paths({ ...fluka, ISOLARIO_FLUKA_VERSION: '', ISOLARIO_PAYLOAD_SECCOMP: '../profile' }).sort()).toEqual([
    'ISOLARIO_FLUKA_VERSION',
    'ISOLARIO_PAYLOAD_SECCOMP',
  ])
})

it('reads projects, with groups in the spelling of tokens', () => {
  const pods = { ...LEAST, ISOLARIO_CLUSTER: 'kubernetes', ISOLARIO_WORKER_IMAGE: 'isolario-worker:1' }
  const queued = { ...pods, ISOLARIO_KUBERNETES_LOCAL_QUEUE: 'simulations' }
  const of = (projects: unknown) => ({ ...queued, ISOLARIO_KUBERNETES_PROJECTS: JSON.stringify(projects) })
  const beams = { localQueue: 'beams', users: ['3f@iam.example.org'] }
  const medicine = { localQueue: 'medicine', groups: ['/isolpharm/', 'urn:geant:example:group:spes:target#iam'] }
  expect(readControlSettings(of([beams, medicine])).cluster).toMatchObject({
    projects: [
      { ...beams, groups: [] },
      { localQueue: 'medicine', users: [], groups: ['isolpharm', 'spes/target'] },
    ],
  })
  for (const wrong of [{}, [{ localQueue: 'beams' }], [{ ...beams, localQueue: 'Beams' }], [{ ...beams, quota: 1 }]]) {
    expect(paths(of(wrong))).toEqual(['ISOLARIO_KUBERNETES_PROJECTS'])
  }
  expect(paths({ ...queued, ISOLARIO_KUBERNETES_PROJECTS: 'beams' })).toEqual(['ISOLARIO_KUBERNETES_PROJECTS'])
  expect(paths({ ...of([beams]), ISOLARIO_KUBERNETES_LOCAL_QUEUE: '' })).toEqual(['ISOLARIO_KUBERNETES_LOCAL_QUEUE'])
})

it('reads what pods of workers have in common', () => {
  const pods = { ...LEAST, ISOLARIO_CLUSTER: 'kubernetes', ISOLARIO_WORKER_IMAGE: 'isolario-worker:1' }
  const { cluster } = readControlSettings({
    ...pods,
    ISOLARIO_KUBERNETES_INSTANCE: 'physics',
    ISOLARIO_KUBERNETES_PRIORITY_CLASS: 'urgent',
    ISOLARIO_KUBERNETES_LOW_PRIORITY_CLASS: 'patient',
    ISOLARIO_WORKER_CPU: '500m',
    ISOLARIO_WORKER_SCRATCH_MEBIBYTES: '512',
    ISOLARIO_WORKER_CERTIFICATES: 'authorities/ca.crt',
  })
  expect(cluster).toMatchObject({
    instance: 'physics',
    priorityClass: 'urgent',
    lowPriorityClass: 'patient',
    cpu: '500m',
    scratchMebibytes: 512,
    certificates: { configMap: 'authorities', key: 'ca.crt' },
  })
  const wrong = {
    ISOLARIO_KUBERNETES_INSTANCE: '-physics',
    ISOLARIO_WORKER_CPU: 'one',
    ISOLARIO_WORKER_SCRATCH_MEBIBYTES: '1',
    ISOLARIO_WORKER_CERTIFICATES: 'ca.crt',
  }
  expect(paths({ ...pods, ...wrong }).sort()).toEqual(Object.keys(wrong).sort())
})

it('refuses what cannot be meant, and prints no secret', () => {
  const error = problemsOf({
    ...LEAST,
    ISOLARIO_DATABASE_URL: 'mysql://isolario:dbpassword@db/isolario',
    ISOLARIO_REDIS_URL: 'http://:redispassword@redis',
    ISOLARIO_S3_ENDPOINT: 'http://access:s3secret@ceph',
    ISOLARIO_LISTEN: '7411',
    ISOLARIO_METRICS_LISTEN: 'localhost:99999',
    ISOLARIO_CLUSTER: 'swarm',
    ISOLARIO_WORKER_SLOTS: '0',
    ISOLARIO_LOG_LEVEL: 'loud',
  })
  const said = `${error.message} ${JSON.stringify(error.problems)}`
  for (const name of [
    'DATABASE_URL',
    'REDIS_URL',
    'S3_ENDPOINT',
    'LISTEN',
    'METRICS_LISTEN',
    'CLUSTER',
    'WORKER_SLOTS',
    'LOG_LEVEL',
  ])
    expect(error.problems.map(({ path }) => path)).toContain(`ISOLARIO_${name}`)
  for (const secret of ['dbpassword', 'redispassword', 's3secret', 'x'.repeat(64), 't'.repeat(32)])
    expect(said).not.toContain(secret)
})

it.each(['https://lab.example.org/isolario', 'https://lab.example.org/isolario/', 'https://lab.example.org/#isolario'])(
  'refuses a path in the public address (%s): it would be dropped where people sign in',
  (url) => {
    const { problems } = problemsOf({ ...LEAST, ISOLARIO_PUBLIC_URL: url })
    expect(problems).toEqual([
      { path: 'ISOLARIO_PUBLIC_URL', message: expect.stringContaining('such as https://lab.example.org:') },
    ])
    expect(readControlSettings({ ...LEAST, ISOLARIO_PUBLIC_URL: 'https://lab.example.org/' }).publicUrl.origin).toBe(
      'https://lab.example.org',
    )
  },
)

it.each(['-1', '61', '1.5', 'soon'])('refuses to take requests on for %s s', (seconds) => {
  expect(paths({ ...LEAST, ISOLARIO_DRAIN_SECONDS: seconds })).toEqual(['ISOLARIO_DRAIN_SECONDS'])
  expect(readControlSettings({ ...LEAST, ISOLARIO_DRAIN_SECONDS: '0' }).drainMs).toBe(0)
})
