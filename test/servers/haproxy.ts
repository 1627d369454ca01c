/**
 * HAProxy as an operator's load balancer: no stickiness, health checks, long streams. Before replicas of control on
 * loopback, or before the pods of a Service, whichever the cluster calls ready.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KubernetesApi } from '#cluster/kubernetes-api.ts'
import type { Certificate } from './certificate.ts'
import { freePort } from './free-ports.ts'
import { startPart, untilReady } from './parts.ts'

export interface Haproxy {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * @param program `haproxy`
 * @param ports of the replicas on loopback
 * @param healthPath asked every 200 ms; a replica that answers otherwise than 200 gets no requests
 */
export async function startHaproxy(program: string, ports: readonly number[], healthPath: string): Promise<Haproxy> {
  const port = await freePort()
  const servers = ports.map((one, n) => `  server replica${n} 127.0.0.1:${one}`)
  const { stop } = await start(program, () => ({ binds: [`127.0.0.1:${port}`], healthPath, servers }))
  return { url: `http://127.0.0.1:${port}`, stop }
}

export interface ServiceEntrance {
  /** Of this machine's loopback. */
  readonly port: number
  /** Ends TLS; left out: plain http. */
  readonly tls?: Certificate
}

export interface ServiceOptions {
  readonly api: KubernetesApi
  readonly namespace: string
  readonly service: string
  /** Of the Service. */
  readonly portName: string
  readonly healthPath: string
  /** Several of them lead to the same pods. */
  readonly entrances: readonly ServiceEntrance[]
}

interface Slices {
  readonly items: readonly {
    readonly ports: readonly { readonly name: string; readonly port: number }[]
    readonly endpoints:
      | readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready?: boolean } }[]
      | null
  }[]
}

const LOOK_MS = 200
/** Places for pods; more than a release has while it is replaced. */
const PLACES = 8

/**
 * What leads to a Service from outside the cluster, as an ingress controller made of HAProxy does it: the pods that the
 * cluster calls ready stand in the balancer's places, told to it while it runs; no connection is cut for it.
 */
export async function startServiceHaproxy(
  program: string,
  options: ServiceOptions,
): Promise<{ stop(): Promise<void> }> {
  const { api, namespace, service, portName, healthPath, entrances } = options
  let admin = ''
  const proxy = await start(program, (folder) => {
    admin = path.join(folder, 'admin')
    const binds = entrances.map(({ port, tls }, n) => {
      if (!tls) return `127.0.0.1:${port}`
      const file = path.join(folder, `entrance${n}.pem`)
      writeFileSync(file, tls.certificate + tls.key, { mode: 0o600 })
      return `127.0.0.1:${port} ssl crt ${file} alpn h2,http/1.1`
    })
    return { binds, healthPath, servers: [`  server-template pod 1-${PLACES} 127.0.0.1:1 disabled`], admin }
  })
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
  const places: (string | undefined)[] = Array.from({ length: PLACES })
  const look = async () => {
    const query = `?labelSelector=kubernetes.io%2Fservice-name%3D${service}`
    const { items } = await api.send<Slices>('GET', slices + query)
    const ready = items.flatMap(({ ports, endpoints }) => {
      const port = ports.find(({ name }) => name === portName)?.port
      return (endpoints ?? [])
        .filter(({ conditions }) => conditions.ready)
        .map(({ addresses }) => `${addresses[0]} port ${port}`)
    })
    const commands: string[] = []
    for (const [n, pod] of places.entries()) {
      if (pod === undefined || ready.includes(pod)) continue
      places[n] = undefined
      commands.push(`set server pods/pod${n + 1} state maint`)
    }
    for (const pod of ready.filter((one) => !places.includes(one))) {
      const n = places.indexOf(undefined)
      if (n < 0) throw new Error(`More than ${PLACES} pods of ${service} are ready.`)
      places[n] = pod
      commands.push(`set server pods/pod${n + 1} addr ${pod}`, `set server pods/pod${n + 1} state ready`)
    }
    if (commands.length > 0) await tell(admin, commands)
  }
  // While the API server does not answer, what was known last holds, as with kube-proxy.
  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(() => look()).catch(() => undefined)
  }, LOOK_MS)
  return {
    async stop() {
      clearInterval(timer)
      await looking
      await proxy.stop()
    },
  }
}

interface Settings {
  readonly binds: readonly string[]
  readonly healthPath: string
  readonly servers: readonly string[]
  /** Socket for commands. */
  readonly admin?: string
}

async function start(program: string, settings: (folder: string) => Settings): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-haproxy-'))
  const { binds, healthPath, servers, admin } = settings(folder)
  const file = path.join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  maxconn 4000
${admin ? `  stats socket ${admin} level admin\n` : ''}defaults
  mode http
  timeout connect 1s
  timeout check 2s
  timeout client 1h
  timeout server 1h
  timeout queue 5s
  # A replica that died is passed over; what it may have begun to do is not sent twice.
  retries 3
  retry-on conn-failure
  option redispatch 1
frontend people
${binds.map((one) => `  bind ${one}`).join('\n')}
  default_backend pods
backend pods
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${healthPath} ver HTTP/1.1 hdr Host localhost
  http-check expect status 200
  default-server check inter 200ms fall 2 rise 1
${servers.join('\n')}
`,
  )
  const part = startPart(folder, 'haproxy', program, ['-db', '-f', file])
  const port = Number(/:(\d+)/.exec(binds[0]!)![1])
  await untilReady('HAProxy', [part], () => listens(port))
  return {
    async stop() {
      await part.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

/** @throws Error with what HAProxy answered to a command that it did not take. */
function tell(admin: string, commands: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(admin)
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      answer += text
    })
    socket.once('error', reject)
    socket.once('close', () => {
      const refused = answer
        .split('\n')
        .filter((line) => line !== '' && !/^(IP changed|port changed|no need)/.test(line))
      if (refused.length > 0) reject(new Error(`HAProxy does not take ${commands.join('; ')}: ${refused.join(' ')}`))
      else resolve()
    })
    socket.end(`${commands.join(';')}\n`)
  })
}
