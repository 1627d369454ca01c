/** The bill of materials of an image: CycloneDX 1.6 (JSON), from the lock file. */

import type { InstalledPackage } from './packages.ts'

export interface BillOfMaterials {
  readonly version: string
  readonly packages: readonly InstalledPackage[]
}

/** Without serial number and time, so that the same packages give the same text. */
export function cycloneDx({ version, packages }: BillOfMaterials): string {
  const components = packages.map(({ name, version: of, integrity, license }) => ({
    type: 'library',
    'bom-ref': packageUrl(name, of),
    name,
    version: of,
    purl: packageUrl(name, of),
    ...(license === '' ? {} : { licenses: [licenceOf(license)] }),
    ...(integrity === '' ? {} : { hashes: [hashOf(integrity)] }),
  }))
  const unique = [...new Map(components.map((one) => [one['bom-ref'], one])).values()].sort((a, b) =>
    a['bom-ref'] < b['bom-ref'] ? -1 : 1,
  )
  const application = {
    type: 'application',
    'bom-ref': packageUrl('isolario', version),
    name: 'isolario',
    version,
    licenses: [licenceOf('Apache-2.0')],
  }
  return `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: application }, components: unique }, null, 2)}\n`
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is escaped. */
const packageUrl = (name: string, version: string) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`

/** A single SPDX name is an id, everything else an expression. */
const licenceOf = (text: string) =>
  /^[A-Za-z0-9.+-]+$/.test(text) ? { license: { id: text } } : { expression: text.replace(/^\((.*)\)$/, '$1') }

/** npm writes base64, CycloneDX wants hexadecimal digits. */
function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm, base64] = integrity.split(' ')[0]!.split(/-(.*)/s) as [string, string]
  const alg = algorithm === 'sha512' ? 'SHA-512' : algorithm === 'sha1' ? 'SHA-1' : 'SHA-256'
  return { alg, content: Buffer.from(base64, 'base64').toString('hex') }
}
