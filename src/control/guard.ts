/**
 * Refuses requests that a browser was tricked into: under a foreign name that points here (DNS rebinding), and changes
 * asked for by a page of another site (cross-site request forgery). The cookie alone (SameSite=Strict) would already
 * stop most of it; this stops the rest before anything is looked at.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { ControlError } from './control-error.ts'

/** What the service is called from outside. */
export interface OwnNames {
  /** Lower case, without port. */
  readonly hostNames: readonly string[]
  /** Of the public address, for example `https://isolario.example.org`; `null` without one. */
  readonly publicOrigin: string | null
}

/** Loopback names and literal loopback addresses: no name server answers for these. */
const OWN_HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/i
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** @throws ControlError `HOST_NOT_ALLOWED` unless the request names this service by a name that it has. */
export function checkHost(headers: IncomingHttpHeaders, { hostNames }: OwnNames): void {
  const name = HOST.exec(headers.host ?? '')?.[1]
  if (name !== undefined && (OWN_HOSTS.test(name) || hostNames.includes(name.toLowerCase()))) return
  throw new ControlError(
    'HOST_NOT_ALLOWED',
    `The request is addressed to ${headers.host ? `"${headers.host.slice(0, 100)}"` : 'nobody'}; this service answers as localhost or 127.0.0.1${hostNames.map((known) => `, ${known}`).join('')}.`,
  )
}

/** @throws ControlError `ORIGIN_NOT_ALLOWED` where a page of another origin asks for a change. */
export function checkOrigin(method: string, headers: IncomingHttpHeaders, { publicOrigin }: OwnNames): void {
  if (READING.has(method)) return
  const { origin, host } = headers
  if (origin !== undefined && origin === publicOrigin) return
  // A form of our own pages, which tell no address to anybody (Referrer-Policy). Pages cannot set the second header.
  if (origin === 'null' && headers['sec-fetch-site'] === 'same-origin') return
  // Under the public name only the public origin will do: its twin over plain http may be anybody's.
  const isPublic = publicOrigin !== null && host?.toLowerCase() === new URL(publicOrigin).host
  const site = headers['sec-fetch-site']
  const foreign =
    origin !== undefined
      ? isPublic ||
        !/^https?:\/\//i.test(origin) ||
        origin.replace(/^https?:\/\//i, '').toLowerCase() !== host?.toLowerCase()
      : typeof site === 'string' && site !== 'same-origin' && site !== 'none'
  if (!foreign) return
  throw new ControlError(
    'ORIGIN_NOT_ALLOWED',
    `A page of ${origin ? `"${origin.slice(0, 100)}"` : 'another site'} asked for a change; only pages of ${host} may.`,
  )
}
