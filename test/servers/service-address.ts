/**
 * What leads to a Service from outside the cluster, where a test has neither kube-proxy nor a Gateway: each request goes to
 * the next of the pods that the cluster calls ready at that moment.
 */

import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import type { KubernetesApi } from '#cluster/kubernetes-api.ts'
import type { Certificate } from './certificate.ts'

export interface ServiceAddress {
  stop(): Promise<void>
}

export interface ServiceAddressOptions {
  readonly api: KubernetesApi
  readonly namespace: string
  readonly service: string
  /** Of the Service. */
  readonly portName: string
  /** Of this machine's loopback. */
  readonly port: number
  /** Ends TLS. */
  readonly tls?: Certificate
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

export async function startServiceAddress(options: ServiceAddressOptions): Promise<ServiceAddress> {
  const { api, namespace, service, portName, port, tls } = options
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
  let ready: { readonly host: string; readonly port: number }[] = []
  const look = async () => {
    const query = `?labelSelector=kubernetes.io%2Fservice-name%3D${service}`
    const { items } = await api.send<Slices>('GET', slices + query)
    ready = items.flatMap(({ ports, endpoints }) =>
      (endpoints ?? [])
        .filter(({ conditions }) => conditions.ready)
        .map(({ addresses }) => ({ host: addresses[0]!, port: ports.find(({ name }) => name === portName)!.port })),
    )
  }
  // While the API server does not answer, what was known last holds, as with kube-proxy.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS)

  let turn = 0
  const listener: RequestListener = (request, response) => {
    const { method, url, headers } = request
    const pod = ready[turn++ % ready.length]
    if (!pod) {
      response.writeHead(503).end()
      return
    }
    const onward = http.request({ ...pod, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }
  const server = tls
    ? https.createServer({ key: tls.key, cert: tls.certificate }, listener)
    : http.createServer(listener)
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done))
  return {
    async stop() {
      clearInterval(timer)
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}
