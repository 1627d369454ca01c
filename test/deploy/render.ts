/** The chart as Helm renders it, and manifests as Kubernetes' own schemas see them. */

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'

export const ROOT: string = path.resolve(import.meta.dirname, '../..')
export const CHART: string = path.join(ROOT, 'deploy/helm/isolario')

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  // biome-ignore lint/suspicious/noExplicitAny: manifests are data of many kinds; each assertion names its path.
  readonly [field: string]: any
}

export interface HelmAnswer {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

export type Profile = 'small' | 'production'

/** Values of the profile and of a site's file, with single ones changed: `{ 'control.replicas': 2 }`. */
export function helm(
  program: string,
  verb: 'lint' | 'template' | 'notes',
  profile: Profile,
  changes: Readonly<Record<string, unknown>> = {},
  site: string = path.join(ROOT, 'test/deploy/site.yaml'),
  release = 'isolario',
): HelmAnswer {
  const files = ['-f', path.join(CHART, `values-${profile}.yaml`), '-f', site]
  const sets = Object.entries(changes).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`])
  const verbs = {
    lint: ['lint', CHART, '--strict'],
    template: ['template', release, CHART, '-n', 'isolario'],
    // What is told after an installation, behind the manifests.
    notes: ['install', release, CHART, '-n', 'isolario', '--dry-run=client'],
  }[verb]
  const done = spawnSync(program, [...verbs, ...files, ...sets], { encoding: 'utf8' })
  return { ok: done.status === 0, stdout: done.stdout, stderr: done.stderr }
}

/** @throws Error with Helm's words when it does not render. */
export function render(
  program: string,
  profile: Profile,
  changes: Readonly<Record<string, unknown>> = {},
  site?: string,
  release?: string,
): readonly Manifest[] {
  const answer = helm(program, 'template', profile, changes, site, release)
  if (!answer.ok) throw new Error(answer.stderr)
  return manifestsOf(answer.stdout)
}

export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((one) => {
      // A key given twice is an error here; Kubernetes would silently take the last one.
      if (one.errors.length > 0) throw one.errors[0]
      return one.toJS() as Manifest | null
    })
    .filter((one) => one !== null)
}

/** @throws Error when there is not exactly one. */
export function only(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name))
  if (found.length !== 1) throw new Error(`${found.length} manifests are a ${kind} ${name ?? ''}, not one`)
  return found[0]!
}

/** Every pod template of the manifests, with the name of its owner. */
export function podsOf(manifests: readonly Manifest[]): readonly { readonly owner: string; readonly spec: PodSpec }[] {
  return manifests.flatMap((one) =>
    one.spec?.template?.spec?.containers
      ? [{ owner: `${one.kind} ${one.metadata.name}`, spec: one.spec.template.spec }]
      : [],
  )
}

// biome-ignore lint/suspicious/noExplicitAny: as in Manifest.
export type PodSpec = any
