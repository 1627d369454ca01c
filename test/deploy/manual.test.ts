/** docs/cluster.md against the chart: the values it shows render, and the Secrets it makes are those that pods ask for. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { clusterVariableRows } from '#main/variables.ts'
import { CONTROL_RULES } from '#queue/redis/access.ts'
import { describeWith, HELM } from '#test/needs.ts'
import { podsOf, ROOT, render } from './render.ts'

const manual = readFileSync(path.join(ROOT, 'docs/cluster.md'), 'utf8')
const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-manual-'))
afterAll(() => rmSync(scratch, { recursive: true }))

describeWith(HELM, 'the manual of the chart', (program) => {
  it('shows values that the chart takes', () => {
    const shown = /```yaml\n(.*?)```/s.exec(manual)![1]!.replaceAll('sha256:...', `sha256:${'a'.repeat(64)}`)
    const site = path.join(scratch, 'site.yaml')
    writeFileSync(site, shown)
    const manifests = render(program, 'production', {}, site)
    expect(podsOf(manifests).map(({ owner }) => owner)).toContain('Deployment isolario')
  })

  it('shows projects that the chart takes', () => {
    const shown = /```\n(kueue:\n.*?)```/s.exec(manual)![1]!
    const { kueue } = parse(shown) as { kueue: { projects: unknown[] } }
    const made = render(program, 'production', { 'kueue.projects': kueue.projects })
    expect(made.filter(({ kind }) => kind === 'LocalQueue')).toHaveLength(1 + kueue.projects.length)
  })

  it('makes one ConfigMap of authorities for control and for workers, and it is the one that values name', () => {
    const made = [...manual.matchAll(/kubectl -n (\S+) create configmap (\S+) --from-file=(\S+)/g)]
    const { trustedCertificates } = parse(/```yaml\n(.*?)```/s.exec(manual)![1]!) as Values
    const env: { name: string; value?: string }[] = podsOf(
      render(program, 'small', { 'trustedCertificates.configMap': trustedCertificates.configMap }),
    ).flatMap(({ spec }) => spec.containers[0].env)
    const [configMap, key] = env.find(({ name }) => name === 'ISOLARIO_WORKER_CERTIFICATES')!.value!.split('/')
    expect(made.map(([, ...words]) => words)).toEqual([
      ['isolario', configMap, key],
      ['isolario-workers', configMap, key],
    ])
  })

  it('makes every Secret that a pod asks for, with its keys, and no other', () => {
    const made = new Set(
      [...manual.matchAll(/create secret generic (\S+)(.*)/g)].flatMap(([, name, rest]) =>
        [...rest!.matchAll(/--from-file=(\w+)/g)].map((key) => `${name}/${key[1]}`),
      ),
    )
    const asked = new Set(
      podsOf(render(program, 'small')).flatMap(({ spec }) =>
        spec.containers.flatMap((one: { env: { valueFrom?: { secretKeyRef: { name: string; key: string } } }[] }) =>
          one.env.flatMap(({ valueFrom }) =>
            valueFrom ? [`${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`] : [],
          ),
        ),
      ),
    )
    expect([...made].sort()).toEqual([...asked].sort())
  })
})

interface Values {
  readonly trustedCertificates: { readonly configMap: string }
}

/** As GitHub makes it of a title. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

describe('the table of variables', () => {
  it('is what control and worker read', () => {
    const rows = clusterVariableRows()
    expect(rows.length).toBeGreaterThan(20)
    // Mended by: node bin/run.mjs tools/write-variables.ts
    expect(manual.match(/^\| `[A-Z]\w+` \|.*$/gm)).toEqual(rows)
  })
})

describe('the user of control in Redis', () => {
  it('may do what the program needs, no more and no less', () => {
    const lines = manual.match(/^ACL SETUSER .*$/gm)
    expect(lines).toEqual([`ACL SETUSER isolario reset on >PASSWORD ${CONTROL_RULES.join(' ')}`])
  })
})

describe('pages about deployment', () => {
  const pages = [
    'docs/cluster.md',
    'docs/scale.md',
    'docs/workers-elsewhere.md',
    'deploy/images/README.md',
    'deploy/compose/README.md',
    ...readdirSync(path.join(ROOT, 'docs/runbook')).map((name) => `docs/runbook/${name}`),
  ]

  it.each(pages)('%s links to files that are there', (page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8')
    for (const [, link, part] of text.matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)) {
      const place = link === '' ? path.join(ROOT, page) : path.join(ROOT, path.dirname(page), link!)
      expect(existsSync(place), `${page} links to ${link}`).toBe(true)
      if (part === undefined) continue
      const titles = [...readFileSync(place, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchorOf(title!))
      expect(titles, `${page} links to a part of ${link}`).toContain(part)
    }
  })
})
