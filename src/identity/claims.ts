/**
 * What a token says of a person, whichever provider wrote it: INDIGO IAM (`groups`: `a`, `a/b`), the WLCG profile (`wlcg.groups`:
 * `/a/b`), Keycloak (`groups` with full paths, `realm_access.roles`), AARC entitlements (AARC-G069: `urn:...:group:a:b#authority`).
 */

import type { User } from './identity.ts'

export type Claims = Readonly<Record<string, unknown>>

const LONGEST_NAME = 100
const MOST_GROUPS = 2000

/** The claim by its own name, which may hold dots, else by the path that the dots make; `undefined` where it is absent. */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let at: unknown = claims
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Claims)[part]
  }
  return at
}

/** Groups in one spelling: `a/b`, without a slash in front. Names are compared as they are, upper and lower case apart. */
export function groupsOf(claims: Claims, name: string): readonly string[] | undefined {
  const claim = claimAt(claims, name)
  if (claim === undefined || claim === null) return undefined
  // One text is one group: names may hold blanks, and half of a name could be the name of another group.
  const values = Array.isArray(claim) ? claim : [claim]
  const groups = values.slice(0, MOST_GROUPS).filter((value) => typeof value === 'string')
  return [...new Set(groups.map(groupName).filter((group) => group !== ''))]
}

/** The spelling that is compared, for groups of tokens and of settings alike. */
export function groupName(text: string): string {
  const entitlement = /^urn:.*?:group:([^#?]*)/i.exec(text.trim())?.[1]
  if (entitlement === undefined) return text.trim().replace(/^\/+|\/+$/g, '')
  const parts = entitlement.split(':').map((part) => decoded(part))
  // A role inside a group is not membership with all rights: it stays a name of its own.
  return parts.filter((part) => part !== '').join('/')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/**
 * The user that a token speaks of. A subject is unique at its issuer only, so both make the id; addresses of mail and login
 * names may pass from one person to another and are for showing only.
 */
export function userOf(claims: Claims, issuer: string, groups: readonly string[]): User {
  const subject = String(claims['sub'])
  const where = issuer.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  return { id: `${encodeURIComponent(subject)}@${where}`, displayName: nameOf(claims) ?? subject, groups }
}

function nameOf(claims: Claims): string | undefined {
  for (const claim of ['name', 'preferred_username', 'email']) {
    const value = claims[claim]
    if (typeof value !== 'string') continue
    // Control and direction characters could make a name read as another one.
    const shown = value
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .trim()
      .slice(0, LONGEST_NAME)
    if (shown !== '') return shown
  }
  return undefined
}
