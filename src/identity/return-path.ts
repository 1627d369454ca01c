/** Where a browser goes after it has signed in: a path of this service, never another host (CWE-601). */

/** A login is sealed into a cookie with its path; browsers keep about 4096 bytes. */
const LONGEST = 2000
/** Pages that would sign in again, sign out, or answer a program. */
const NO_PAGES = /^\/(login|logout|api)(\/|$)/

/** The path with query and fragment, or `/` for anything that is not a page of this service. */
export function returnPath(given: string): string {
  // Browsers take a backslash for a slash, and leave out tabs and line ends anywhere.
  if (given.length > LONGEST || !/^\/(?![/\\])[!-~]*$/.test(given)) return '/'
  const address = URL.parse(given, 'http://here')
  if (address?.origin !== 'http://here' || NO_PAGES.test(address.pathname)) return '/'
  const path = `${address.pathname}${address.search}${address.hash}`
  // Dots of a path are gone by now: `/.//host` has become `//host`.
  return path.length <= LONGEST && /^\/(?![/\\])/.test(path) ? path : '/'
}
