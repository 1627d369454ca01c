/**
 * The contract of identity: who is asking, and what they may do.
 * Implementations: one local user with a token in the printed address; OpenID Connect. Suite: test/contracts/identity.ts.
 */

export interface User {
  /** Stable and unique; owns simulations. */
  readonly id: string
  readonly displayName: string
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

export interface SessionCookie {
  readonly name: string
  readonly value: string
  readonly maxAgeSeconds: number
}

export interface Identity {
  /** The sender, or `undefined` when the credentials are missing or wrong. Comparisons take constant time. */
  authenticate(credentials: Credentials): Promise<User | undefined>
  /** A cookie for a browser that showed a good token in its address. */
  session(user: User): Promise<SessionCookie>
  readonly cookieName: string
  may(user: User, permission: Permission, owner: string | null): boolean
  /** A reason to refuse listening on this host, or `null`. Without a real login nothing listens beyond loopback. */
  refusesHost(host: string): string | null
}
