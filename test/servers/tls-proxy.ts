/** What ends TLS in front of the service: a certificate of its own making, the Host header passed on as it came. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'

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
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-tls-'))
  const [keyFile, certificateFile] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')]
  const subject = ['-subj', `/CN=${hostName}`, '-addext', `subjectAltName=DNS:${hostName}`, '-days', '2']
  const out = ['-keyout', keyFile, '-out', certificateFile]
  execFileSync(openssl, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...out], { stdio: 'pipe' })
  const options = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) }
  rmSync(folder, { recursive: true, force: true })

  const { hostname, port: targetPort } = new URL(target)
  const server = https.createServer(options, (request, response) => {
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
