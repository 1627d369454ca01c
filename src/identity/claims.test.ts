import { describe, expect, it } from 'vitest'
import { claimAt, groupName, groupsOf, userOf } from './claims.ts'

describe('groups', () => {
  it.each([
    ['INDIGO IAM', 'groups', { groups: ['isolpharm', 'isolpharm/fluka'] }],
    ['the WLCG profile', 'wlcg.groups', { 'wlcg.groups': ['/isolpharm', '/isolpharm/fluka'], groups: ['other'] }],
    ['Keycloak, with full paths', 'groups', { groups: ['/isolpharm', '/isolpharm/fluka'] }],
    [
      'Keycloak, as roles of the realm',
      'realm_access.roles',
      { realm_access: { roles: ['isolpharm', 'isolpharm/fluka'] } },
    ],
    [
      'Keycloak, as roles of a client',
      'resource_access.isolario.roles',
      { resource_access: { isolario: { roles: ['isolpharm', 'isolpharm/fluka'] } } },
    ],
    [
      'AARC entitlements',
      'eduperson_entitlement',
      {
        eduperson_entitlement: [
          'urn:geant:iam.example:group:isolpharm#iam.example',
          'urn:geant:iam.example:group:isolpharm:fluka#iam.example',
        ],
      },
    ],
  ])('are read from a token of %s', (_, claim, claims) => {
    expect(groupsOf(claims, claim)).toEqual(['isolpharm', 'isolpharm/fluka'])
  })

  it('that are not told are something else than none', () => {
    expect(groupsOf({}, 'groups')).toBeUndefined()
    expect(groupsOf({ groups: null }, 'groups')).toBeUndefined()
    expect(groupsOf({ groups: [] }, 'groups')).toEqual([])
    expect(groupsOf({ groups: [1, null, {}, '', '/'] }, 'groups')).toEqual([])
    expect(groupsOf({ groups: { a: 1 } }, 'groups')).toEqual([])
    // A provider may write one group without a list; its name is not taken apart.
    expect(groupsOf({ groups: 'isolpharm admins, guests' }, 'groups')).toEqual(['isolpharm admins, guests'])
  })

  it('keep roles inside a group apart from the group, and names as they are', () => {
    expect(groupName('urn:geant:x:group:a:role=manager#y')).toBe('a/role=manager')
    expect(groupName('urn:geant:x:group:a%3Ab')).toBe('a:b')
    expect(groupName('urn:geant:x:group:%E0')).toBe('%E0')
    expect(groupName(' /Admins/ ')).toBe('Admins')
  })

  it('are looked for where the claim says, and never in what all objects have', () => {
    expect(claimAt({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toBe(1)
    expect(claimAt({ a: { b: 2 } }, 'a.b')).toBe(2)
    for (const name of ['constructor', 'a.constructor', '__proto__', 'a.b.c', 'toString']) {
      expect(claimAt({ a: { b: 2 } }, name), name).toBeUndefined()
    }
  })
})

describe('a user', () => {
  it('is known by subject and issuer, never by what can change hands', () => {
    const one = userOf({ sub: 'u-1', email: 'a@b.example', name: 'Ada' }, 'https://iam.example.org/', ['x'])
    expect(one).toEqual({ id: 'u-1@iam.example.org', displayName: 'Ada', groups: ['x'] })
    const sameMail = userOf({ sub: 'u-2', email: 'a@b.example', name: 'Ada' }, 'https://iam.example.org', [])
    expect(sameMail.id).toBe('u-2@iam.example.org')
    expect(userOf({ sub: 'u-1' }, 'https://sso.example.org/realms/sim', []).id).toBe('u-1@sso.example.org/realms/sim')
    expect(userOf({ sub: 'a b@c' }, 'https://iam.example.org', []).id).toBe('a%20b%40c@iam.example.org')
  })

  it('has a name that can be read, and no signs that would turn it around', () => {
    const named = (claims: object) => userOf({ sub: 's', ...claims }, 'https://x', []).displayName
    expect(named({ name: ' Ada\u202e\u0000 L. ' })).toBe('Ada L.')
    expect(named({ name: '\u200b', preferred_username: 'ada' })).toBe('ada')
    expect(named({ name: 7, email: 'a@b' })).toBe('a@b')
    expect(named({})).toBe('s')
    expect(named({ name: 'x'.repeat(1000) })).toHaveLength(100)
  })
})
