/**
 * What an operator has before Isolario is installed: a cluster with a node that knows the images of two releases, and
 * outside of it PostgreSQL, Redis, S3, an OpenID provider, with users and passwords of Isolario's own, and a load
 * balancer. And the operator's hands: the commands of docs/cluster.md, as they stand there.
 */

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import pg from 'pg'
import { parse } from 'yaml'
import { freshBucket } from '#test/servers/buckets.ts'
import { makeCertificate } from '#test/servers/certificate.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { startServiceHaproxy } from '#test/servers/haproxy.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { type OpenidProvider, startOpenidProvider } from '#test/servers/openid-provider.ts'
import { startPostgres } from '#test/servers/postgres.ts'
import { startRedis } from '#test/servers/redis.ts'
import { startVersitygw } from '#test/servers/versitygw.ts'
import { importImages, ROOT } from './cluster-images.ts'
import { makeNextRelease, type NextRelease } from './next-release.ts'

const imagesOf = (tag: string) => ({
  control: `localhost/isolario/control:${tag}`,
  worker: `localhost/isolario/worker:${tag}`,
})
/** Of this release and of the one after it. */
export const IMAGES = { now: imagesOf('journey'), next: imagesOf('journey-next') } as const
/** Of all pods of test nodes. */
const PODS = '10.197.0.0/16'
const PASSWORD = 'a-password-of-the-test'

export interface Programs {
  readonly kubernetes: string
  readonly helm: string
  readonly kubectl: string
  readonly postgresql: string
  readonly redis: string
  readonly versitygw: string
  readonly openssl: string
  readonly haproxy: string
}

export interface Site {
  readonly plane: ControlPlane
  readonly provider: OpenidProvider
  /** Where browsers find Isolario, by https. */
  readonly publicUrl: string
  readonly nextRelease: NextRelease
  /** Writes site.yaml as this release wants it. */
  writeValues(release: keyof typeof IMAGES): void
  /** Asks the database, as its owner. */
  ask(query: string): Promise<Record<string, unknown>[]>
  /**
   * Runs commands of the manual in the operator's folder, where `deploy/helm` lies.
   * @throws Error with what they wrote when one fails.
   */
  run(commands: string): Promise<string>
  /** The commands of section 2 with the addresses and passwords of this site. */
  withOwnSecrets(commands: string): string
  stop(): Promise<void>
}

export async function startSite(programs: Programs): Promise<Site> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-site-'))
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close()
  }
  try {
    const plane = await startControlPlane(programs.kubernetes)
    closing.push(() => plane.stop())
    const node = await startNode(plane, { number: 6 })
    closing.push(() => node.stop())
    const clone = path.join(folder, 'next')
    mkdirSync(clone)
    const nextRelease = makeNextRelease(clone)
    importImages(node, { names: IMAGES.now }, { names: IMAGES.next, root: nextRelease.root })
    return { ...(await startOutside(programs, plane, node, folder, closing)), nextRelease, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startOutside(
  programs: Programs,
  plane: ControlPlane,
  { gateway }: KubernetesNode,
  folder: string,
  closing: (() => unknown)[],
): Promise<Omit<Site, 'stop' | 'nextRelease'>> {
  // Of everything that speaks TLS here.
  const certificate = makeCertificate(programs.openssl, gateway)
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, certificate.certificate])
  closing.push(() => setDefaultCACertificates(trusted))
  const [postgres, redis, s3] = await Promise.all([
    startPostgres(programs.postgresql, { remote: { ...certificate, addresses: PODS } }),
    // Whoever has a password may come from anywhere; the default user has none.
    startRedis(programs.redis, { args: ['--protected-mode', 'no'] }),
    startVersitygw(programs.versitygw),
  ])
  closing.push(() => Promise.all([postgres.stop(), redis.stop(), s3.stop()]))
  const [user] = manualCommands('What has to be there')
  const [command, ...rules] = replacing(user!, { PASSWORD }).trim().split(/\s+/)
  await redis.client.call(command!, ...rules)
  const ownDatabase = await ownedDatabase(await postgres.database())
  const databaseUrl = new URL(ownDatabase)
  databaseUrl.hostname = gateway
  const bucket = await freshBucket(s3)

  const https = await freePort()
  const publicUrl = `https://${gateway}:${https}`
  const provider = await startOpenidProvider({ publicUrl, tls: { ...certificate, address: gateway } })
  closing.push(() => provider.stop())
  const haproxy = await startServiceHaproxy(programs.haproxy, {
    api: plane.api,
    namespace: 'isolario',
    service: 'isolario',
    portName: 'http',
    healthPath: '/healthz/ready',
    // For people, and for workers: there is no name server on this cluster, which the Service's name would need.
    entrances: [{ port: https, tls: certificate }],
  })
  closing.push(() => haproxy.stop())

  cpSync(path.join(ROOT, 'deploy/helm'), path.join(folder, 'deploy/helm'), { recursive: true })
  writeFileSync(path.join(folder, 'ca.crt'), certificate.certificate)
  const image = (name: string) => {
    const [repository, tag] = name.split(':')
    return { repository, tag }
  }
  const portOf = (url: string) => Number(new URL(url).port)
  const to = [{ ipBlock: { cidr: `${gateway}/32` } }]
  const { trustedCertificates } = manualValues()
  const valuesOf = (images: (typeof IMAGES)['now' | 'next']) => ({
    publicUrl,
    image: image(images.control),
    // By https, so that workers need the authority of the site.
    workers: { image: image(images.worker), slots: 1, cpu: '500m', controlUrl: publicUrl },
    s3: { endpoint: bucket.endpoint.replace('127.0.0.1', gateway), bucket: bucket.bucket, region: bucket.region },
    oidc: {
      issuer: provider.issuer,
      clientId: provider.clientId,
      allowedGroups: ['isolario'],
      adminGroups: ['isolario/admins'],
    },
    trustedCertificates,
    networkPolicy: {
      from: to,
      database: { to, ports: [Number(databaseUrl.port)] },
      redis: { to, ports: [redis.port] },
      s3: { to, ports: [portOf(bucket.endpoint)] },
      oidc: { to, ports: [portOf(provider.issuer)] },
    },
    control: {
      replicas: 2,
      preStopSeconds: 2,
      drainSeconds: 1,
      // A node of two cores is for three of them, while they are replaced, and a worker. What they ask for is also their
      // share of a machine where other tests run.
      resources: { requests: { cpu: '300m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    },
  })
  const environment = {
    PATH: [path.dirname(programs.helm), path.dirname(programs.kubectl), process.env['PATH']].join(':'),
    HOME: folder,
    KUBECONFIG: plane.kubeconfig('admin'),
  }
  return {
    plane,
    provider,
    publicUrl,
    writeValues: (release) =>
      writeFileSync(path.join(folder, 'deploy/helm/site.yaml'), JSON.stringify(valuesOf(IMAGES[release]))),
    async ask(query) {
      const database = new pg.Client(ownDatabase)
      await database.connect()
      try {
        return (await database.query(query)).rows
      } finally {
        await database.end()
      }
    },
    async run(commands) {
      const options = { cwd: folder, env: environment, maxBuffer: 2 ** 26 }
      const { stdout } = await promisify(execFile)('bash', ['-euxo', 'pipefail', '-c', commands], options).catch(
        (error: { stdout: string; stderr: string }) => {
          throw new Error(`A command of the manual failed:\n${error.stdout}\n${error.stderr}`)
        },
      )
      return stdout
    },
    withOwnSecrets: (commands) =>
      replacing(commands, {
        'postgresql://isolario:PASSWORD@isolario-rw.databases:5432/isolario': databaseUrl.href,
        'redis://isolario:PASSWORD@redis.redis:6379': `redis://isolario:${PASSWORD}@${gateway}:${redis.port}`,
        'printf %s ACCESS ': `printf %s '${bucket.accessKey}' `,
        'printf %s SECRET > secretKey': `printf %s '${bucket.secretKey}' > secretKey`,
        'printf %s SECRET > clientSecret': `printf %s '${provider.clientSecret}' > clientSecret`,
      }),
  }
}

/** A user that owns this database and nothing else. */
async function ownedDatabase(address: string): Promise<string> {
  const url = new URL(address)
  const client = new pg.Client(address)
  await client.connect()
  await client.query(`create role isolario login password '${PASSWORD}'`)
  await client.query(`alter database ${url.pathname.slice(1)} owner to isolario`)
  await client.end()
  url.username = 'isolario'
  url.password = PASSWORD
  return url.href
}

const manual = () => readFileSync(path.join(ROOT, 'docs/cluster.md'), 'utf8')

/** The blocks of commands below a heading of docs/cluster.md. @throws Error when it has none. */
export function manualCommands(heading: string): readonly string[] {
  const section = manual()
    .split(/^## /m)
    .find((one) => one.startsWith(heading))
  const blocks = [...(section ?? '').matchAll(/^```\n(.*?)^```/gms)].map(([, block]) => block!)
  if (blocks.length === 0) throw new Error(`docs/cluster.md has no commands below "${heading}"`)
  return blocks
}

/** The file of values that section 3 shows. */
function manualValues(): { readonly trustedCertificates: { readonly configMap: string } } {
  const shown = /^```yaml\n(.*?)^```/ms.exec(manual())?.[1]
  if (shown === undefined) throw new Error('docs/cluster.md shows no values')
  return parse(shown)
}

/** A command in the midst of a sentence. @throws Error when there is none. */
export function manualInline(pattern: RegExp): string {
  const found = pattern.exec(manual())?.[1]
  if (found === undefined) throw new Error(`docs/cluster.md has no command like ${pattern}`)
  return found
}

/** @throws Error when one of the texts is not there: the manual has changed. */
export function replacing(text: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`docs/cluster.md no longer has "${from}" in:\n${text}`)
    return all.replaceAll(from, to)
  }, text)
}
