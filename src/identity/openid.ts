/**
 * Users of an OpenID Connect provider: INDIGO IAM, Keycloak, or any other that keeps to the standard. Browsers sign in there
 * and get a sealed session cookie; programs show an access token that the provider signed for this service.
 */

import { createHash } from 'node:crypto'
import { type Claims, groupsOf, userOf } from './claims.ts'
import { type Identity, IdentityError, type LoginFlow, type User } from './identity.ts'
import { loginAt } from './login-flow.ts'
import { connectProvider, isLoopbackAddress, type VerifiedToken } from './provider.ts'
import { rightsOf } from './rights.ts'
import { subKeys } from './secrets.ts'
import { createSessions } from './sessions.ts'

export interface OpenidOptions {
  /** Address of the provider, with or without a slash at the end. https, or http on this machine. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Address of this service for browsers, without a path. https, or http on this machine. */
  readonly publicUrl: string
  /** Master secrets as `readSecrets` gives them; the current one first. The same for all replicas. */
  readonly secrets: readonly Uint8Array[]
  /** Who may use the service; `*` for everybody who can sign in there. Written as `a/b` or `/a/b`. */
  readonly allowedGroups: readonly string[]
  /** Who may administer it; they need not stand in `allowedGroups`. */
  readonly adminGroups: readonly string[]
  /** Claim that lists the groups; dots may lead inside (`realm_access.roles`). Default `groups`. */
  readonly groupsClaim?: string
  /** Default: `openid profile`, and `wlcg.groups` where that is the claim. */
  readonly scopes?: readonly string[]
  /** Name of the provider for people. Default: its host. */
  readonly providerName?: string
  /** Milliseconds since the epoch. Default: the clock of this machine. */
  readonly clock?: () => number
}

export interface OpenidIdentity extends Identity {
  readonly login: LoginFlow
  /** Why the provider cannot be used now, or `null`: worth a warning at the start, no reason not to start. */
  trouble(): Promise<string | null>
}

/** @throws IdentityError `IDENTITY_OPTIONS_INVALID` with what was expected. */
export function openidIdentity(options: OpenidOptions): OpenidIdentity {
  const { clientId, clientSecret, secrets, groupsClaim = 'groups', clock = Date.now } = options
  const issuer = checkedAddress('address of the provider', options.issuer)
  const publicAddress = checkedAddress('public address', options.publicUrl)
  if (publicAddress.pathname !== '/')
    throw invalid(`The public address must not have a path, as ${publicAddress.href} has.`)
  if (clientId === '' || clientSecret === '')
    throw invalid('The provider knows this service by an id and a secret; one is missing.')
  if (secrets.length === 0) throw invalid('Sessions cannot be sealed without a secret (ISOLARIO_SECRET).')
  const publicUrl = publicAddress.origin
  const secure = publicAddress.protocol === 'https:'
  const rights = rightsOf(options.allowedGroups, options.adminGroups)
  const providerName = options.providerName ?? issuer.host
  const provider = connectProvider({ issuer: options.issuer, clock })

  // Cookies do not know ports: two services on one host would overwrite each other's under one name.
  const mark = createHash('sha256').update(`${publicUrl} ${clientId}`).digest('hex').slice(0, 8)
  // Browsers take a name that begins so over https only, for this host only, and for all its paths (RFC 6265bis).
  const cookieName = `${secure ? '__Host-' : ''}isolario-${mark}`
  const sessions = createSessions({
    cookieName,
    keys: subKeys(secrets, 'session'),
    boundTo: `${issuer.href.replace(/\/+$/, '')} ${clientId}`,
    secure,
    clock,
  })
  const flow = loginAt({
    provider,
    providerName,
    clientId,
    clientSecret,
    scopes: options.scopes ?? ['openid', 'profile', ...(groupsClaim === 'wlcg.groups' ? ['wlcg.groups'] : [])],
    groupsClaim,
    publicUrl,
    cookiePrefix: `${cookieName}-login-`,
    keys: subKeys(secrets, 'login'),
    secure,
    clock,
  })

  /** @throws IdentityError `NOT_ADMITTED` */
  const admitted = (claims: Claims, issuedBy: string): User => {
    const told = groupsOf(claims, groupsClaim)
    const user = userOf(claims, issuedBy, rights.relevant(told ?? []))
    rights.assertAdmitted(user, groupsClaim, told)
    return user
  }

  const userOfToken = async (token: string): Promise<User | undefined> => {
    const bare = options.issuer.replace(/\/+$/, '')
    const verified = await provider.verify(token, {
      // INDIGO IAM writes its issuer with a slash in ID tokens and as configured in access tokens.
      issuers: [bare, `${bare}/`],
      audiences: [clientId, publicUrl, `${publicUrl}/`],
    })
    return verified && isAccessToken(verified) ? admitted(verified.claims, bare) : undefined
  }

  return {
    cookieName,
    async authenticate({ cookie, bearer }) {
      const user = sessions.user(cookie)
      // Settings may have changed since the cookie was made.
      if (user && rights.admits(user)) return user
      return bearer === undefined ? undefined : userOfToken(bearer)
    },
    session: async (user) => sessions.create(user),
    may: rights.may,
    refusesHost: () => null,
    login: {
      providerName,
      begin: flow.begin,
      async finish(query, cookies) {
        const { claims, returnTo, cookies: done } = await flow.finish(query, cookies)
        return { redirect: returnTo, cookies: [...done, sessions.create(admitted(claims, options.issuer))] }
      },
      returnToOf: flow.returnToOf,
      renew: async (cookie) => sessions.renew(cookie),
      end: async () => ({ cookies: [sessions.removal], providerLogout: await flow.logoutAddress() }),
    },
    async trouble() {
      try {
        await provider.metadata()
        return null
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
  }
}

/** An ID token tells a client who signed in; it is no key to a service, though it may carry the same audience. */
function isAccessToken({ claims, type }: VerifiedToken): boolean {
  if (type === 'at+jwt' || type === 'application/at+jwt') return true
  // Keycloak says of each of its tokens what it is.
  if (typeof claims['typ'] === 'string') return claims['typ'] === 'Bearer'
  return !['nonce', 'at_hash', 'c_hash', 's_hash'].some((name) => Object.hasOwn(claims, name))
}

function checkedAddress(what: string, text: string): URL {
  const address = URL.parse(text)
  const isHttp = address?.protocol === 'https:' || address?.protocol === 'http:'
  if (!address || !isHttp || address.username !== '' || address.search !== '' || address.hash !== '') {
    throw invalid(`The ${what} must be an address such as https://example.org, without user, query or fragment.`)
  }
  if (address.protocol === 'http:' && !isLoopbackAddress(text)) {
    throw invalid(
      `The ${what} ${address.origin} must begin with https: over plain http, anybody on the way reads tokens and sessions.`,
    )
  }
  return address
}

const invalid = (message: string) => new IdentityError('IDENTITY_OPTIONS_INVALID', message)
