/**
 * The login at a provider: authorization code flow (RFC 6749, OpenID Connect Core 1.0) with PKCE (RFC 7636, S256), state and
 * nonce, as a confidential client. What has to be remembered between the two steps is sealed into a short-lived cookie
 * of the browser that began, so that any replica can finish, and no other browser.
 */

import { createHash } from 'node:crypto'
import * as oidc from 'openid-client'
import type { Claims } from './claims.ts'
import { claimAt } from './claims.ts'
import { type Cookies, IdentityError, type LoginStep, type SessionCookie } from './identity.ts'
import { CLOCK_TOLERANCE_SECONDS, causeOf, isLoopbackAddress, type Provider, unavailable } from './provider.ts'
import { returnPath } from './return-path.ts'
import { open, seal } from './seal.ts'

export interface LoginOptions {
  readonly provider: Provider
  readonly providerName: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  readonly groupsClaim: string
  /** Address of this service for browsers, without a slash at the end. */
  readonly publicUrl: string
  /** Cookies of logins under way begin with it. */
  readonly cookiePrefix: string
  readonly keys: readonly Uint8Array[]
  readonly secure: boolean
  readonly clock: () => number
}

export interface SignedIn {
  readonly claims: Claims
  readonly returnTo: string
  /** Takes the cookie of the login away. */
  readonly cookies: readonly SessionCookie[]
}

/** Time to type a password and a second factor. */
const LOGIN_WITHIN_MS = 15 * 60_000
/** Tabs that sign in at the same time; more are somebody's game with the size of our cookies. */
const MOST_LOGINS = 4
const ANSWER_WITHIN_SECONDS = 10
const PURPOSE = 'login'

interface Content {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  readonly ends: number
}

export const CALLBACK_PATH = '/login/callback'

export function loginAt(options: LoginOptions) {
  const { provider, providerName, clientId, publicUrl, cookiePrefix, keys, secure, clock } = options
  const redirectUri = `${publicUrl}${CALLBACK_PATH}`
  const nameFor = (state: string) => `${cookiePrefix}${createHash('sha256').update(state).digest('hex').slice(0, 8)}`
  // Lax: the provider's page leads the browser back here, and the cookie must come along.
  const cookie = (name: string, value: string, maxAgeSeconds: number): SessionCookie => {
    return { name, value, maxAgeSeconds, secure, sameSite: 'lax' }
  }

  const configuration = async (): Promise<oidc.Configuration> => {
    const metadata = await provider.metadata()
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    // Servers differ in how they decode a secret in the header; in the body there is one way.
    const inBody = methods.includes('client_secret_post')
    const how = inBody ? oidc.ClientSecretPost(options.clientSecret) : oidc.ClientSecretBasic(options.clientSecret)
    const client = { [oidc.clockTolerance]: CLOCK_TOLERANCE_SECONDS, client_secret: options.clientSecret }
    const made = new oidc.Configuration(metadata, clientId, client, how)
    made.timeout = ANSWER_WITHIN_SECONDS
    if (isLoopbackAddress(metadata.issuer)) oidc.allowInsecureRequests(made)
    return made
  }

  const under = (query: string, cookies: Cookies): Content | undefined => {
    const state = new URLSearchParams(query).get('state')
    if (state === null || state === '') return undefined
    const content = open(keys, PURPOSE, cookies[nameFor(state)])?.value as Content | undefined
    return content && content.state === state ? content : undefined
  }

  /** The claims of the ID token, signature included, and of the userinfo address where the groups stand only there. */
  const claimsOf = async (
    config: oidc.Configuration,
    tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>,
  ): Promise<Claims> => {
    const { issuer } = config.serverMetadata()
    const verified = await provider.verify(tokens.id_token ?? '', { issuers: [issuer], audiences: [clientId] })
    if (!verified) {
      throw new IdentityError(
        'LOGIN_NOT_TRUSTED',
        `${providerName} sent an identity that it did not sign, or not for us.`,
      )
    }
    const { claims } = verified
    const isComplete = claimAt(claims, options.groupsClaim) !== undefined
    if (isComplete || !config.serverMetadata().userinfo_endpoint) return claims
    const more = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub).catch((error: unknown) => {
      // The provider keeps that address from us: who it is stands in the ID token all the same.
      if (error instanceof oidc.WWWAuthenticateChallengeError) return {}
      throw error
    })
    return { ...more, ...claims }
  }

  return {
    async begin(returnTo: string, cookies: Cookies): Promise<LoginStep> {
      const config = await configuration()
      const content: Content = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        returnTo: returnPath(returnTo),
        ends: clock() + LOGIN_WITHIN_MS,
      }
      const redirect = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: options.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(content.verifier),
        code_challenge_method: 'S256',
        state: content.state,
        nonce: content.nonce,
      })
      const before = Object.keys(cookies).filter((name) => name.startsWith(cookiePrefix))
      const left = before.length < MOST_LOGINS ? [] : before.map((name) => cookie(name, '', 0))
      const made = cookie(nameFor(content.state), seal(keys[0]!, PURPOSE, content), LOGIN_WITHIN_MS / 1000)
      return { redirect: redirect.href, cookies: [...left, made] }
    },

    /** @throws IdentityError as `LoginFlow.finish` */
    async finish(query: string, cookies: Cookies): Promise<SignedIn> {
      const content = under(query, cookies)
      if (!content || clock() >= content.ends) {
        throw new IdentityError(
          'LOGIN_LOST',
          `This browser has no sign-in under way that fits: it took too long, was finished before, or began under another address than ${publicUrl}.`,
        )
      }
      const config = await configuration()
      try {
        const tokens = await oidc.authorizationCodeGrant(config, new URL(`${redirectUri}?${query}`), {
          pkceCodeVerifier: content.verifier,
          expectedState: content.state,
          expectedNonce: content.nonce,
          idTokenExpected: true,
        })
        const claims = await claimsOf(config, tokens)
        return { claims, returnTo: returnPath(content.returnTo), cookies: [cookie(nameFor(content.state), '', 0)] }
      } catch (error) {
        throw asIdentityError(error, providerName)
      }
    },

    returnToOf: (query: string, cookies: Cookies): string => returnPath(under(query, cookies)?.returnTo ?? '/'),

    /** The provider's own address for signing out (OpenID Connect RP-Initiated Logout 1.0), or `null`. */
    async logoutAddress(): Promise<string | null> {
      const config = await configuration().catch(() => null)
      const address = config?.serverMetadata().end_session_endpoint
      if (!config || address === undefined) return null
      return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: `${publicUrl}/` }).href
    },
  }
}

/** What the flow can end with, in sentences that hold nothing of what the other side wrote. */
function asIdentityError(error: unknown, providerName: string): IdentityError {
  if (error instanceof IdentityError) return error
  if (error instanceof oidc.AuthorizationResponseError) {
    if (error.error === 'temporarily_unavailable' || error.error === 'server_error') {
      return unavailable(`it says so itself (${error.error})`, error)
    }
    const why = error.error === 'access_denied' ? 'it was refused there' : `its reason is "${word(error.error)}"`
    return new IdentityError('LOGIN_REFUSED', `${providerName} did not sign you in: ${why}.`, { cause: error })
  }
  if (error instanceof oidc.ResponseBodyError) {
    if (error.error === 'invalid_grant') {
      const message = `${providerName} does not take this sign-in any more: it was used before or is too old.`
      return new IdentityError('LOGIN_LOST', message, { cause: error })
    }
    const message = `${providerName} refused this service itself ("${word(error.error)}"). Whoever runs the service finds more in its log.`
    return new IdentityError('LOGIN_REFUSED', message, { cause: error })
  }
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  const isDown = cause instanceof Response && cause.status >= 500
  if (isDown || code === 'OAUTH_TIMEOUT' || (error instanceof TypeError && error.message === 'fetch failed')) {
    return unavailable(`it does not answer (${isDown ? cause.status : causeOf(error)})`, error)
  }
  const message = `What ${providerName} answered does not prove who you are${code === undefined ? '' : ` (${word(String(code))})`}.`
  return new IdentityError('LOGIN_NOT_TRUSTED', message, { cause: error })
}

/** An error code as the standards write them; anything else is not repeated. */
const word = (code: string): string => (/^[A-Za-z0-9_-]{1,60}$/.test(code) ? code : 'unknown')
