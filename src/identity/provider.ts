/**
 * The provider of OpenID Connect: what it says of itself (OpenID Connect Discovery 1.0), its keys (RFC 7517), and whether it
 * signed a token. Both are kept, so that a provider that is away for a while stops nobody who is known.
 */

import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { ServerMetadata } from 'openid-client'
import { IdentityError } from './identity.ts'
import { kept } from './kept.ts'
import { canonicalBytes } from './seal.ts'

export interface ProviderOptions {
  /** With or without a slash at the end. */
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

export interface TokenExpectation {
  /** One of them must be the issuer, letter by letter. */
  readonly issuers: readonly string[]
  /** One of them must stand among the audiences. */
  readonly audiences: readonly string[]
}

export interface VerifiedToken {
  readonly claims: JWTPayload & { readonly sub: string }
  /** `typ` of the header, in lower case; empty where it says nothing. */
  readonly type: string
}

export interface Provider {
  /** @throws IdentityError `IDENTITY_UNAVAILABLE` */
  metadata(): Promise<ServerMetadata>
  /**
   * The claims of a token of this provider: signature, issuer, audience, times.
   * @returns `undefined` for a token that is not good; why is nobody's business but the sender's
   * @throws IdentityError `IDENTITY_UNAVAILABLE` where its keys cannot be had
   */
  verify(token: string, expected: TokenExpectation): Promise<VerifiedToken | undefined>
}

/** Clocks of two machines may differ by this. */
export const CLOCK_TOLERANCE_SECONDS = 60
/** Signatures that only the provider can make. `none` and keys that both sides know are no proof. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const ANSWER_WITHIN_MS = 10_000
const LONGEST_ANSWER_BYTES = 1024 * 1024
const LONGEST_TOKEN = 16_000
const MINUTE_MS = 60_000
/** A key that the provider took back is refused after this, if it can be asked. */
const KEYS_FRESH_MS = 10 * MINUTE_MS
/** The WLCG token profile lets a service go on with keys that it knows for two days. */
const KEYS_LONGEST_MS = 48 * 60 * MINUTE_MS
const METADATA_FRESH_MS = 60 * MINUTE_MS
const METADATA_LONGEST_MS = 7 * 24 * 60 * MINUTE_MS
/** A flood of tokens with unknown keys becomes one question in this time. */
const RETRY_MS = 5000

export function connectProvider({ issuer, clock }: ProviderOptions): Provider {
  const withoutSlash = issuer.replace(/\/+$/, '')
  const mayBePlain = isLoopbackAddress(issuer)

  const metadata = kept<ServerMetadata>({
    clock,
    freshMs: METADATA_FRESH_MS,
    longestMs: METADATA_LONGEST_MS,
    retryMs: RETRY_MS,
    async fetch() {
      const address = `${withoutSlash}/.well-known/openid-configuration`
      const found = (await jsonFrom(address)) as Partial<ServerMetadata>
      // INDIGO IAM puts a slash behind the issuer that it was configured without.
      if (typeof found.issuer !== 'string' || found.issuer.replace(/\/+$/, '') !== withoutSlash) {
        throw unavailable(`${address} speaks for the issuer "${String(found.issuer).slice(0, 200)}", not for ${issuer}`)
      }
      for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
        if (typeof found[name] !== 'string' || !isSafeAddress(found[name], mayBePlain)) {
          throw unavailable(`${address} names no https address as ${name}`)
        }
      }
      return found as ServerMetadata
    },
  })

  const keys = kept<JWTVerifyGetKey>({
    clock,
    freshMs: KEYS_FRESH_MS,
    longestMs: KEYS_LONGEST_MS,
    retryMs: RETRY_MS,
    async fetch() {
      const address = (await metadata.get()).jwks_uri!
      try {
        return createLocalJWKSet((await jsonFrom(address)) as unknown as JSONWebKeySet)
      } catch (error) {
        if (error instanceof IdentityError) throw error
        throw unavailable(`${address} does not answer with keys`, error)
      }
    },
  })

  const verifyWith = async (get: JWTVerifyGetKey, token: string, { issuers, audiences }: TokenExpectation) => {
    const options = {
      algorithms: ALGORITHMS,
      issuer: [...issuers],
      audience: [...audiences],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock()),
      requiredClaims: ['exp', 'sub'],
    }
    try {
      return await jwtVerify(token, get, options)
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
      // A token that does not name its key, at a provider with several.
      for await (const key of error) {
        try {
          return await jwtVerify(token, key, options)
        } catch (inner) {
          if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw inner
        }
      }
      throw new errors.JWSSignatureVerificationFailed()
    }
  }

  return {
    metadata: () => metadata.get(),
    async verify(token, expected) {
      if (!claimsToBeOurs(token, expected)) return undefined
      try {
        const verified = await verifyWith(await keys.get(), token, expected).catch(async (error: unknown) => {
          const mayBeRotated =
            error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed
          if (!mayBeRotated) throw error
          return verifyWith(await keys.renewed(), token, expected)
        })
        const { payload, protectedHeader } = verified
        const { sub } = payload
        if (typeof sub !== 'string' || sub === '' || sub.length > 255 || !sub.isWellFormed()) return undefined
        return { claims: { ...payload, sub }, type: String(protectedHeader.typ ?? '').toLowerCase() }
      } catch (error) {
        if (error instanceof IdentityError) throw error
        return undefined
      }
    },
  }
}

/**
 * Whether a token is worth a look at the keys: three parts in their only spelling, a signature of a kind that is taken,
 * an issuer that is ours. What is not can be refused while the keys cannot be had.
 */
function claimsToBeOurs(token: string, { issuers }: TokenExpectation): boolean {
  if (token.length > LONGEST_TOKEN) return false
  const parts = token.split('.')
  if (parts.length !== 3 || parts.some((part) => part === '' || canonicalBytes(part) === undefined)) return false
  try {
    return ALGORITHMS.includes(decodeProtectedHeader(token).alg ?? '') && issuers.includes(decodeJwt(token).iss ?? '')
  } catch {
    return false
  }
}

async function jsonFrom(address: string): Promise<Record<string, unknown>> {
  let text: string
  try {
    const answer = await fetch(address, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (!answer.ok) throw unavailable(`${address} answers with status ${answer.status}`)
    text = await answer.text()
  } catch (error) {
    if (error instanceof IdentityError) throw error
    throw unavailable(`${address} does not answer (${causeOf(error)})`, error)
  }
  try {
    const value: unknown = text.length <= LONGEST_ANSWER_BYTES ? JSON.parse(text) : null
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw unavailable(`${address} does not answer with a JSON object`)
}

/** The short reason of a failed request: `ECONNREFUSED`, `TimeoutError`. */
export function causeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: unknown }
  return String(cause?.code ?? name ?? 'no reason given')
}

export const unavailable = (what: string, cause?: unknown): IdentityError =>
  new IdentityError('IDENTITY_UNAVAILABLE', `The sign-in provider cannot be used now: ${what}.`, { cause })

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether an address never leaves this machine, so that it may be plain http. */
export const isLoopbackAddress = (address: string): boolean => LOOPBACK.test(URL.parse(address)?.hostname ?? '')

function isSafeAddress(address: string, mayBePlain: boolean): boolean {
  const protocol = URL.parse(address)?.protocol
  return protocol === 'https:' || (mayBePlain && protocol === 'http:')
}
