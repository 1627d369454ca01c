/** Who may use this service, and who may administer it: by groups that the provider tells. */

import { groupName } from './claims.ts'
import { IdentityError, type Permission, type User } from './identity.ts'

/** Stands for everybody whom the provider knows. */
const EVERYBODY = '*'

export interface Rights {
  /** The groups that decide anything here, out of all that the provider tells: a cookie holds no others. */
  relevant(groups: readonly string[]): readonly string[]
  admits(user: User): boolean
  /** @throws IdentityError `NOT_ADMITTED` with the groups that would do, for a person who is in none of them */
  assertAdmitted(user: User, claim: string, told: readonly string[] | undefined): void
  may(user: User, permission: Permission, owner: string | null): boolean
}

/** @throws IdentityError `IDENTITY_OPTIONS_INVALID` where nobody is named: that everybody may come in has to be said. */
export function rightsOf(allowedGroups: readonly string[], adminGroups: readonly string[]): Rights {
  const allowed = new Set(allowedGroups.map(groupName).filter((name) => name !== ''))
  const admins = new Set(adminGroups.map(groupName).filter((name) => name !== ''))
  if (admins.has(EVERYBODY)) {
    throw new IdentityError('IDENTITY_OPTIONS_INVALID', 'The groups of administrators cannot be everybody ("*").')
  }
  if (allowed.size === 0 && admins.size === 0) {
    throw new IdentityError(
      'IDENTITY_OPTIONS_INVALID',
      'No group may use this service. Name the groups (ISOLARIO_ALLOWED_GROUPS), or "*" for everybody who can sign in at the provider.',
    )
  }
  const isIn = (user: User, groups: ReadonlySet<string>) => user.groups?.some((group) => groups.has(group)) ?? false
  const admits = (user: User) =>
    user.groups !== undefined && (allowed.has(EVERYBODY) || isIn(user, allowed) || isIn(user, admins))

  return {
    relevant: (groups) =>
      [...allowed, ...admins].filter((name, at, all) => groups.includes(name) && all.indexOf(name) === at),
    admits,
    assertAdmitted(user, claim, told) {
      if (admits(user)) return
      const wanted = [...new Set([...allowed, ...admins])].join(', ')
      const why =
        told === undefined
          ? `the provider tells nothing of groups (there is no claim "${claim}")`
          : `the provider tells of ${groupCount(told.length)}`
      throw new IdentityError(
        'NOT_ADMITTED',
        `${user.displayName} is known, but may not use this service: it is for members of ${wanted}, and ${why}. Ask whoever runs the service, or the group.`,
      )
    },
    may(user, permission, owner) {
      if (!admits(user)) return false
      const isAdministrator = isIn(user, admins)
      if (permission === 'administer') return isAdministrator
      return isAdministrator || owner === null || owner === user.id
    },
  }
}

function groupCount(groups: number): string {
  if (groups === 0) return 'no group at all'
  return groups === 1 ? 'one other group' : `${groups} other groups`
}
