/** Addresses of the sign-in, where the service knows its users from a provider. */

/** Signs in and comes back to a page. */
export function loginAddress({ pathname, search, hash }: Pick<Location, 'pathname' | 'search' | 'hash'>): string {
  return `/login?returnTo=${encodeURIComponent(`${pathname}${search}${hash}`)}`
}

/** A form that is sent here signs out. */
export const LOGOUT_ADDRESS = '/logout'
