/** HAProxy before replicas of control, as an operator's load balancer: no stickiness, health checks, long streams. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
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
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-haproxy-'))
  const port = await freePort()
  const file = path.join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  maxconn 4000
defaults
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
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${healthPath} ver HTTP/1.1 hdr Host localhost
  http-check expect status 200
  default-server check inter 200ms fall 2 rise 1
${ports.map((one, n) => `  server replica${n} 127.0.0.1:${one}`).join('\n')}
`,
  )
  const part = startPart(folder, 'haproxy', program, ['-db', '-f', file])
  const url = `http://127.0.0.1:${port}`
  await untilReady('HAProxy', [part], async () => (await fetch(url)).status > 0)
  return {
    url,
    async stop() {
      await part.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
