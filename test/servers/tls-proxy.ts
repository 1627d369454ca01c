/** What ends TLS in front of the service: a certificate of its own making, the Host header passed on as it came. */

import http from 'node:http'
import https from 'node:https'
import { makeCertificate } from './certificate.ts'

export interface TlsProxy {
  stop(): Promise<void>
}

export interface TlsProxyOptions {
  /** Path of openssl. */
  readonly openssl: string
  /** Name of the certificate. */
  readonly hostName: string
  readonly port: number
  /** Address of the service, without a slash at the end. */
  readonly target: string
}

export async function startTlsProxy({ openssl, hostName, port, target }: TlsProxyOptions): Promise<TlsProxy> {
  const { key, certificate: cert } = makeCertificate(openssl, hostName)
  const { hostname, port: targetPort } = new URL(target)
  const server = https.createServer({ key, cert }, (request, response) => {
    const { method, url, headers } = request
    const onward = http.request({ host: hostname, port: targetPort, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done))
  return {
    async stop() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}
