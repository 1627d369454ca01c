/** A certificate of its own making: whoever trusts it as an authority trusts the servers that show it. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly certificate: string
}

/**
 * @param openssl path of the program
 * @param host name or IP address that it is for
 */
export function makeCertificate(openssl: string, host: string): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-tls-'))
  const [keyFile, certificateFile] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')]
  const name = `subjectAltName=${isIP(host) ? 'IP' : 'DNS'}:${host}`
  const subject = ['-subj', `/CN=${host}`, '-addext', name, '-days', '2']
  const out = ['-keyout', keyFile, '-out', certificateFile]
  execFileSync(openssl, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...out], { stdio: 'pipe' })
  const made = { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8') }
  rmSync(folder, { recursive: true, force: true })
  return made
}
