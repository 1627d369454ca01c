/**
 * A real Kubernetes control plane for tests: etcd, API server, controller manager and scheduler on free loopback ports,
 * from the program that test/servers/kubernetes/build.sh makes. Ready in about five seconds. Without a node pods stay
 * pending, and a test may play the kubelet by writing their status; `startNode` of kubernetes-node.ts adds a real one.
 */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { isRefusal, type KubernetesApi, kubernetesApi } from '#cluster/kubernetes-api.ts'
import { freePorts } from './free-ports.ts'
import { type Part, startPart, untilReady } from './parts.ts'

export interface ControlPlane {
  /** Its folder; everything in it goes with `stop`. */
  readonly folder: string
  /** Folder of the programs. */
  readonly bin: string
  readonly apiPort: number
  /** Of an administrator. */
  readonly config: KubeConfig
  readonly api: KubernetesApi
  /** Path of a kubeconfig file for a static token: `admin`, or `node` and its number for kubelets. */
  kubeconfig(who: string): string
  /** A new namespace that enforces the restricted pod security standard. */
  namespace(): Promise<string>
  /** A kubeconfig of a service account with exactly the rules of a Role. */
  accountWith(namespace: string, rules: readonly unknown[]): Promise<KubeConfig>
  readonly apiServer: Part
  /** Waits until the API server answers. */
  answering(): Promise<void>
  stop(): Promise<void>
}

/** Each once on a machine: a file of tests has its own. */
export const NODE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const

export interface ControlPlaneOptions {
  /** More flags for the controller manager. */
  readonly controllerFlags?: readonly string[]
  readonly schedulerFlags?: readonly string[]
}

/** @param bin folder with the programs, from the need KUBERNETES */
export async function startControlPlane(bin: string, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isok-'))
  const [api, etcd, peer, controllers, scheduler] = (await freePorts(5)) as [number, number, number, number, number]
  const pki = path.join(folder, 'pki')
  mkdirSync(pki)
  const at = (name: string) => path.join(pki, name)
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(at('accounts.key'), keys.privateKey.export({ type: 'sec1', format: 'pem' }))
  writeFileSync(at('accounts.pub'), keys.publicKey.export({ type: 'spki', format: 'pem' }))
  const tokens = new Map<string, string>()
  for (const who of ['admin', ...NODE_NUMBERS.map((number) => `node${number}`)])
    tokens.set(who, randomBytes(16).toString('hex'))
  const rows = [...tokens].map(([who, token]) =>
    who === 'admin' ? `${token},admin,admin,"system:masters"` : `${token},system:node:${who},${who},"system:nodes"`,
  )
  writeFileSync(at('tokens.csv'), rows.join('\n') + '\n')
  const server = `https://127.0.0.1:${api}`
  const kubeconfig = (who: string) => {
    const file = path.join(folder, `${who}.kubeconfig`)
    if (!existsSync(file)) writeFileSync(file, kubeconfigText(server, at('apiserver.crt'), tokens.get(who)!))
    return file
  }

  const program = (name: string, ...args: string[]) => startPart(folder, name, path.join(bin, name), args)
  const parts: Part[] = []
  const etcdUrl = `http://127.0.0.1:${etcd}`
  const peerUrl = `http://127.0.0.1:${peer}`
  parts.push(
    program(
      'etcd',
      `--data-dir=${path.join(folder, 'etcd')}`,
      '--unsafe-no-fsync',
      '--log-level=error',
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
    ),
  )
  const apiServer = program(
    'kube-apiserver',
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${api}`,
    // It makes itself a certificate there.
    `--cert-dir=${pki}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/24',
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('accounts.pub')}`,
    `--service-account-signing-key-file=${at('accounts.key')}`,
  )
  parts.push(apiServer)
  await untilReady('the certificate of the API server', parts, async () => existsSync(at('apiserver.crt')))
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig('admin'))
  const client = kubernetesApi(config)
  const answering = () =>
    untilReady('the API server', parts, async () => {
      await client.send('GET', '/api/v1/namespaces/default')
      return true
    })
  await answering()
  // It answers before it is whole, and the controller manager gives up on one that is not within ten seconds.
  await untilReady('the API server to be whole', parts, () =>
    isHealthy(server, at('apiserver.crt'), tokens.get('admin')!),
  )
  parts.push(
    program(
      'kube-controller-manager',
      `--kubeconfig=${kubeconfig('admin')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${controllers}`,
      `--cert-dir=${at('controllers')}`,
      '--leader-elect=false',
      '--use-service-account-credentials',
      `--service-account-private-key-file=${at('accounts.key')}`,
      `--root-ca-file=${at('apiserver.crt')}`,
      '--kube-api-qps=300',
      '--kube-api-burst=600',
      ...(options.controllerFlags ?? []),
    ),
    program(
      'kube-scheduler',
      `--kubeconfig=${kubeconfig('admin')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${scheduler}`,
      `--cert-dir=${at('scheduler')}`,
      '--leader-elect=false',
      ...(options.schedulerFlags ?? []),
    ),
  )
  await untilReady('the service account of the default namespace', parts, async () => {
    await client.send('GET', '/api/v1/namespaces/default/serviceaccounts/default')
    return true
  })

  let count = 0
  return {
    folder,
    bin,
    apiPort: api,
    config,
    api: client,
    kubeconfig,
    async namespace() {
      const name = `jobs-${++count}`
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
      await client.send('POST', '/api/v1/namespaces', { body: { metadata: { name, labels } } })
      await untilReady('the service account of a namespace', parts, async () => {
        await client.send('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)
        return true
      })
      return name
    },
    async accountWith(namespace, rules) {
      const name = 'least'
      const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
      const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
      const metadata = { name }
      await client.send('POST', accounts, { body: { metadata } })
      await client.send('POST', `${rbac}/roles`, { body: { metadata, rules } })
      await client.send('POST', `${rbac}/rolebindings`, {
        body: {
          metadata,
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
          subjects: [{ kind: 'ServiceAccount', name, namespace }],
        },
      })
      const body = { spec: { expirationSeconds: 3600 } }
      const { status } = await client.send<{ status: { token: string } }>('POST', `${accounts}/${name}/token`, { body })
      const account = new KubeConfig()
      account.loadFromString(kubeconfigText(server, at('apiserver.crt'), status.token))
      const own = kubernetesApi(account)
      await untilReady('the Role of a service account', parts, async () => {
        const review = { spec: { resourceAttributes: { namespace, group: 'batch', resource: 'jobs', verb: 'list' } } }
        const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
        const answer = await own.send<{ status: { allowed: boolean } }>('POST', path, { body: review })
        return answer.status.allowed
      })
      own.close()
      return account
    },
    apiServer,
    answering,
    async stop() {
      client.close()
      // Nothing in here is worth an orderly end.
      for (const part of parts.reverse()) await part.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isHealthy(server: string, authority: string, token: string): Promise<boolean> {
  const options = { ca: readFileSync(authority), headers: { authorization: `Bearer ${token}` } }
  return new Promise((resolve) => {
    const asked = https.get(`${server}/healthz`, options, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.once('error', () => resolve(false))
  })
}

/** What was not there is deleted. */
export async function gone(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (!isRefusal(error, 404)) throw error
  }
}

const kubeconfigText = (server: string, authority: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority': authority } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })
