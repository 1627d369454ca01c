/** All that a worker gets that is a child of control. */

import path from 'node:path'

/**
 * @param token of the job that it works for
 * @param own environment of control: only the certificates of the site's authority are taken from it, since a worker
 *   speaks to the same services
 */
export function childEnvironment(
  controlUrl: string,
  token: string,
  own: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const certificates = own['NODE_EXTRA_CA_CERTS']
  return {
    ISOLARIO_CONTROL_URL: controlUrl,
    ISOLARIO_JOB_TOKEN: token,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...(certificates ? { NODE_EXTRA_CA_CERTS: path.resolve(certificates) } : {}),
  }
}
