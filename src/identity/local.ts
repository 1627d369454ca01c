/**
 * One local user. Whoever knows the token in the address that `serve` prints is this user, as Jupyter does it; the
 * browser gets a cookie in exchange, so that the token does not stay in its address bar. There is no other login, and
 * so nothing may listen beyond loopback.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import {
  type Credentials,
  type Identity,
  IdentityError,
  type Permission,
  type SessionCookie,
  type User,
} from './identity.ts'

export interface LocalIdentityOptions {
  /** At least 128 random bits, as hexadecimal digits or base64url; made and kept by `main`. */
  readonly token: string
  /** Name shown for the user, for example the login name. Default `Local user`. */
  readonly displayName?: string
}

/** 128 bits are 22 characters of base64url; 32 of hexadecimal digits. */
const SHORTEST_TOKEN = 22
const SHORTEST_HEX_TOKEN = 32
const COOKIE_MAX_AGE_SECONDS = 30 * 24 * 3600

/** The local user's identity. @throws IdentityError when the token has fewer than 128 bits. */
export function localIdentity(options: LocalIdentityOptions): Identity {
  const { token } = options
  const shortest = /^[0-9a-f]*$/i.test(token) ? SHORTEST_HEX_TOKEN : SHORTEST_TOKEN
  if (!/^[A-Za-z0-9_-]+$/.test(token) || token.length < shortest) {
    throw new IdentityError(
      'IDENTITY_TOKEN_WEAK',
      `The token needs 128 random bits: ${SHORTEST_HEX_TOKEN} hexadecimal digits or ${SHORTEST_TOKEN} characters of ` +
        `base64url; it has ${token.length} characters.`,
    )
  }
  const user: User = { id: 'local', displayName: options.displayName ?? 'Local user' }
  // Derived, so that it holds over restarts with the same token, and never the token itself: a stolen cookie does not
  // open the programming interface, and the token cannot be computed from it.
  const cookieValue = createHmac('sha256', token).update('isolario session').digest('base64url')
  // Cookies do not know ports: two servers on one machine would overwrite each other's under one name.
  const cookieName = `isolario-${createHmac('sha256', token).update('isolario cookie name').digest('hex').slice(0, 12)}`

  const isUser = ({ cookie, bearer, query }: Credentials) =>
    same(cookie, cookieValue) || same(bearer, token) || same(query, token)

  return {
    cookieName,
    authenticate: async (credentials) => (isUser(credentials) ? user : undefined),
    session: async (): Promise<SessionCookie> => ({
      name: cookieName,
      value: cookieValue,
      maxAgeSeconds: COOKIE_MAX_AGE_SECONDS,
    }),
    // One user, and everything is theirs.
    may: (who: User, _permission: Permission, _owner: string | null) => who.id === user.id,
    refusesHost,
  }
}

/** Compares in a time that depends on neither length nor place of the difference. */
function same(shown: string | undefined, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(shown ?? ''), hash(wanted)) && shown !== undefined
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function refusesHost(host: string): string | null {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (bare.toLowerCase() === 'localhost') return null
  const version = isIP(bare)
  if (version !== 0 && loopback.check(bare, version === 4 ? 'ipv4' : 'ipv6')) return null
  return (
    `Isolario does not listen on ${host === '' ? 'all addresses' : host}: with the local user, anybody on the network who learns the ` +
    'token could run programs on this machine. Use 127.0.0.1, and from another machine a tunnel: ' +
    'ssh -L 8080:127.0.0.1:8080 this-machine (with the port that is printed).'
  )
}
