/**
 * The contract of identity: who is asking, and what they may do.
 * Implementations: one local user with a token in the printed address; OpenID Connect. Suite: test/contracts/identity.ts.
 */

export interface User {
  /** Stable and unique; owns simulations. */
  readonly id: string
  readonly displayName: string
  /** Groups that decide what this user may do, as the provider told them; absent where nobody tells of groups. */
  readonly groups?: readonly string[]
}

export const PERMISSIONS = ['read', 'submit', 'steer', 'administer'] as const
/** `read` results, `submit` simulations, `steer` one's own (stop, cancel, delete), `administer` all. */
export type Permission = (typeof PERMISSIONS)[number]

/** What a request shows of its sender. */
export interface Credentials {
  /** Value of the session cookie. */
  readonly cookie: string | undefined
  /** Token of an `Authorization: Bearer` header. */
  readonly bearer: string | undefined
  /** Token in the address (`?token=`), as Jupyter prints it; exchanged for a cookie at once. */
  readonly query: string | undefined
}

/** A cookie for the whole site that no script reads. */
export interface SessionCookie {
  readonly name: string
  /** Empty to remove it. */
  readonly value: string
  /** 0 to remove it. */
  readonly maxAgeSeconds: number
  /** Sent over https only. Default false. */
  readonly secure?: boolean
  /** `lax`: also sent when another site's page leads here. Default `strict`. */
  readonly sameSite?: 'strict' | 'lax'
}

/** Where a browser goes next, and the cookies that it takes along. */
export interface LoginStep {
  /** An address of the provider, or a path of this service. */
  readonly redirect: string
  readonly cookies: readonly SessionCookie[]
}

/** Cookies of a request by name. */
export type Cookies = Readonly<Record<string, string | undefined>>

/** A login at a provider elsewhere, as three steps of a browser. The service runs them without knowing what they say. */
export interface LoginFlow {
  /** For people: "Sign in with ...". */
  readonly providerName: string
  /**
   * Sends the browser to the provider.
   * @param returnTo path of this service to come back to; anything else leads to the start page
   * @throws IdentityError `IDENTITY_UNAVAILABLE`
   */
  begin(returnTo: string, cookies: Cookies): Promise<LoginStep>
  /**
   * The browser came back from the provider: gives it a session.
   * @param query of the address that it came to, without `?`
   * @throws IdentityError `LOGIN_LOST`, `LOGIN_REFUSED`, `LOGIN_NOT_TRUSTED`, `NOT_ADMITTED`, `IDENTITY_UNAVAILABLE`
   */
  finish(query: string, cookies: Cookies): Promise<LoginStep>
  /** Where to come back to, of a login that failed; `/` where that is not known. */
  returnToOf(query: string, cookies: Cookies): string
  /** A longer-lived cookie for a session in use, or `null` where it is not time or not allowed any more. */
  renew(cookie: string): Promise<SessionCookie | null>
  /** Ends the session of this browser. `providerLogout` ends the one at the provider, where it has an address for that. */
  end(): Promise<{ readonly cookies: readonly SessionCookie[]; readonly providerLogout: string | null }>
}

export interface Identity {
  /**
   * The sender, or `undefined` when the credentials are missing or wrong. Comparisons take constant time.
   * @throws IdentityError `IDENTITY_UNAVAILABLE` where that cannot be told now, `NOT_ADMITTED` for a known person who may
   *   not use this service
   */
  authenticate(credentials: Credentials): Promise<User | undefined>
  /** A cookie for a browser that showed a good token in its address. */
  session(user: User): Promise<SessionCookie>
  readonly cookieName: string
  may(user: User, permission: Permission, owner: string | null): boolean
  /** A reason to refuse listening on this host, or `null`. Without a real login nothing listens beyond loopback. */
  refusesHost(host: string): string | null
  /** Where users sign in at a provider elsewhere. */
  readonly login?: LoginFlow
}

export type IdentityErrorCode =
  /** The token of the local user can be guessed. */
  | 'IDENTITY_TOKEN_WEAK'
  /** Secrets of the installation that are missing or can be guessed. */
  | 'SECRET_WEAK'
  /** Settings that cannot work or would not be safe. */
  | 'IDENTITY_OPTIONS_INVALID'
  /** The provider cannot be asked now; may be tried again. */
  | 'IDENTITY_UNAVAILABLE'
  /** A known person who is in none of the groups that may use this service. */
  | 'NOT_ADMITTED'
  /** This browser has no login under way that fits: too late, another browser, or twice. */
  | 'LOGIN_LOST'
  /** The provider, or the person there, said no. */
  | 'LOGIN_REFUSED'
  /** What the provider answered does not prove who it is. */
  | 'LOGIN_NOT_TRUSTED'

/** Why somebody is not let in, or why that cannot be told, in a sentence without secrets. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly code: IdentityErrorCode
  /** Whether the same may succeed later without anybody changing anything. */
  readonly retriable: boolean
  constructor(code: IdentityErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.retriable = code === 'IDENTITY_UNAVAILABLE'
  }
}
