/** Manifests against the OpenAPI schemas of Kubernetes, the Gateway API and the Prometheus operator, without a cluster. */

import type { Manifest } from './render.ts'

const PACKAGES: Readonly<Record<string, string>> = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
}
/** Kinds whose definitions no package carries: their fields are held by assertions only. */
export const WITHOUT_SCHEMA: ReadonlySet<string> = new Set(['kueue.x-k8s.io/v1beta2'])

/** What is wrong with a manifest: broken rules and fields that the schema does not know. `undefined`: no schema is there. */
export async function problemsOf(manifest: Manifest): Promise<readonly string[] | undefined> {
  if (WITHOUT_SCHEMA.has(manifest.apiVersion)) return undefined
  const group = manifest.apiVersion.includes('/') ? manifest.apiVersion.split('/')[0]! : ''
  const address = `${PACKAGES[group] ?? 'kubernetes-models'}/${manifest.apiVersion}/${manifest.kind}`
  const models = (await import(address)) as Record<string, { readonly prototype: { validate(this: unknown): void } }>
  const problems: string[] = []
  const read = new Set<string>()
  try {
    // Called on the manifest itself: a model made of it would have read everything once.
    models[manifest.kind]!.prototype.validate.call(watched(manifest, '', read))
  } catch (error) {
    problems.push((error as Error).message)
  }
  for (const place of placesOf(manifest, '')) if (!read.has(place)) problems.push(`${place} is no field of the schema`)
  return problems
}

/**
 * The compiled validators pass over unknown fields, and an API server drops them: a misspelt `readinesProbe` would be lost
 * without a word. They read every field that they know, so a field that nobody read is unknown.
 */
function watched(value: unknown, place: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver)
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return found
      read.add(`${place}/${key}`)
      return watched(found, `${place}/${key}`, read)
    },
  })
}

function placesOf(value: unknown, place: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [`${place}/${key}`, ...placesOf(inner, `${place}/${key}`)])
}
