import { expect, it } from 'vitest'
import { childEnvironment } from './child-environment.ts'

it('hands on the certificates of the site and nothing else', () => {
  const given = {
    ISOLARIO_CONTROL_URL: 'https://control',
    ISOLARIO_JOB_TOKEN: 't',
    PATH: '/usr/local/bin:/usr/bin:/bin',
  }
  const own = { ISOLARIO_SECRET: 'secret', PATH: '/somewhere' }
  expect(childEnvironment('https://control', 't', own)).toEqual(given)
  const trusting = { ...own, NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }
  expect(childEnvironment('https://control', 't', trusting)).toEqual({ ...given, NODE_EXTRA_CA_CERTS: '/etc/ca.pem' })
})
