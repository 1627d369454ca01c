import fc from 'fast-check'
import { expect, it } from 'vitest'
import { returnPath } from './return-path.ts'

it('keeps the pages of this service as they are', () => {
  for (const path of ['/', '/new', '/simulations/abcd?tab=table&q=a%20b#Ag-111', '/new?x=//y', '/loginx', '/apis']) {
    expect(returnPath(path)).toBe(path)
  }
})

it('leads to the start page instead of another host, a program, or the sign-in itself', () => {
  for (const evil of [
    '',
    'new',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    ' /new',
    '/é',
    '/login',
    '/login/callback?code=x',
    '/a/../logout',
    '/api/v1/me',
    '/'.padEnd(3000, 'x'),
  ]) {
    expect(returnPath(evil), JSON.stringify(evil)).toBe('/')
  }
})

it('stays on this host for every browser, whatever is given', () => {
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '//',
    '@',
    ':',
    'evil.example',
    '%2f',
    '%5c',
    '\t',
    '\n',
    '?',
    '#',
    'a',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((parts) => `/${parts.join('')}`),
      ),
      (given) => {
        const path = returnPath(given)
        const led = new URL(path, 'https://isolario.example.org/login/callback')
        expect(led.origin, JSON.stringify(given)).toBe('https://isolario.example.org')
        // What was let through is let through again: the path is looked at before it is sealed and after.
        expect(returnPath(path)).toBe(path)
      },
    ),
    { numRuns: 3000 },
  )
})
