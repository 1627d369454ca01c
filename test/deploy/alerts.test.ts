/** Alerts, their run book and the dashboard: each alert tested by promtool, each with a page, all names real. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { describeWith, HELM, PROMTOOL } from '#test/needs.ts'
import { METRICS } from './names.ts'
import { CHART, only, ROOT, render } from './render.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

const filesOf = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => path.join(folder, name))

const ALERTS = filesOf(path.join(CHART, 'alerts'), '.yaml')
const TESTS = filesOf(path.join(ROOT, 'test/deploy/alerts'), '.yaml')
const RUN_BOOK = path.join(ROOT, 'docs/runbook')
const rules: readonly Rule[] = ALERTS.flatMap((file) =>
  (parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
)
const dashboards = filesOf(path.join(CHART, 'dashboards'), '.json').map(
  (file) => JSON.parse(readFileSync(file, 'utf8')) as Dashboard,
)

describe('the alerts', () => {
  it('have a page of the run book each, and the run book has no other page', () => {
    const pages = readdirSync(RUN_BOOK).filter((name) => name !== 'README.md')
    expect(rules.length).toBeGreaterThan(5)
    expect(pages.sort()).toEqual(rules.map(({ alert }) => `${alert}.md`).sort())
    const list = readFileSync(path.join(RUN_BOOK, 'README.md'), 'utf8')
    for (const { alert, labels } of rules) {
      expect(list).toContain(`| [${alert}](${alert}.md) | ${labels.severity} |`)
      const page = readFileSync(path.join(RUN_BOOK, `${alert}.md`), 'utf8')
      for (const part of [`# ${alert}\n`, '**What it means.**', '**How to look.**', '**What to do.**']) {
        expect(page, alert).toContain(part)
      }
    }
  })

  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s is complete', (_, rule) => {
    expect(['critical', 'warning', 'info']).toContain(rule.labels.severity)
    expect(rule.for).toMatch(/^\d+[mh]$/)
    expect(rule.annotations.summary.length).toBeGreaterThan(10)
    expect(rule.annotations.description.length).toBeGreaterThan(10)
    expectRealNames(rule.expr)
  })

  it('have a unit test that sees them fire and one that sees them silent', () => {
    const cases = TESTS.flatMap((file) =>
      (parse(readFileSync(file, 'utf8')) as { tests: { alert_rule_test: Case[] }[] }).tests.flatMap(
        (one) => one.alert_rule_test,
      ),
    )
    for (const { alert } of rules) {
      const own = cases.filter(({ alertname }) => alertname === alert)
      expect(
        own.some((one) => (one.exp_alerts ?? []).length > 0),
        `${alert} fires in no test`,
      ).toBe(true)
      expect(
        own.some((one) => (one.exp_alerts ?? []).length === 0),
        `${alert} is silent in no test`,
      ).toBe(true)
    }
  })
})

describe('the dashboard', () => {
  const panels = dashboards.flatMap((one) => one.panels)

  it('asks for metrics that control tells', () => {
    expect(panels.length).toBeGreaterThan(5)
    for (const { targets } of panels) for (const { expr } of targets) expectRealNames(expr)
    const asked = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr).map(baseName))))
    expect([...asked].sort()).toEqual(Object.keys(METRICS).sort())
  })

  it('has panels that do not lie on each other', () => {
    for (const [index, a] of panels.entries()) {
      for (const b of panels.slice(index + 1)) {
        expect(b.id).not.toBe(a.id)
        const apart =
          a.gridPos.x + a.gridPos.w <= b.gridPos.x ||
          b.gridPos.x + b.gridPos.w <= a.gridPos.x ||
          a.gridPos.y + a.gridPos.h <= b.gridPos.y ||
          b.gridPos.y + b.gridPos.h <= a.gridPos.y
        expect(apart, `${a.title} and ${b.title}`).toBe(true)
      }
    }
  })
})

describeWith(PROMTOOL, 'promtool', (promtool) => {
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', cwd: ROOT })
    return { status, said: stdout + stderr }
  }

  it('accepts the rules', () => {
    const { status, said } = run('check', 'rules', '--lint-fatal', ...ALERTS)
    expect(status, said).toBe(0)
  })

  it('sees every alert fire when it should', () => {
    const { status, said } = run('test', 'rules', ...TESTS)
    expect(status, said).toBe(0)
    expect(said.match(/SUCCESS/g)).toHaveLength(TESTS.length)
  })

  it('can read every question of the dashboard', () => {
    const questions = dashboards.flatMap((one) => one.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)))
    const folder = mkdtempSync(path.join(tmpdir(), 'isolario-dashboard-'))
    try {
      const file = path.join(folder, 'rules.yaml')
      const recorded = questions.map((expr, index) => ({ record: `panel:${index}`, expr }))
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }))
      const { status, said } = run('check', 'rules', file)
      expect(status, said).toBe(0)
      expect(said).toContain(`${questions.length} rules found`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describeWith(HELM, 'alerts and dashboard in the chart', (program) => {
  const base = 'https://docs.example.org/runbook/'
  const manifests = render(program, 'production', { 'monitoring.alerts.runbookUrl': base })

  it('become one PrometheusRule, each with the address of its page', () => {
    const groups: { rules: (Rule & { annotations: { runbook_url?: string } })[] }[] = only(manifests, 'PrometheusRule')
      .spec.groups
    const made = groups.flatMap((group) => group.rules)
    expect(made.map(({ alert }) => alert)).toEqual(rules.map(({ alert }) => alert))
    for (const { alert, annotations } of made) expect(annotations.runbook_url).toBe(`${base}${alert}.md`)
    // Templates of Prometheus pass through Helm as they are.
    expect(made.some(({ annotations }) => annotations.description.includes('{{ $value'))).toBe(true)
  })

  it('become a ConfigMap that Grafana finds', () => {
    const map = only(manifests, 'ConfigMap')
    expect(map.metadata.labels).toMatchObject({ grafana_dashboard: '1' })
    expect(JSON.parse(map['data']['isolario.json'])).toEqual(dashboards[0])
  })
})

interface Case {
  readonly alertname: string
  readonly exp_alerts?: readonly unknown[]
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const namesIn = (expression: string) => expression.match(/\bisolario_[a-z_]+/g) ?? []
const baseName = (metric: string) => (metric in METRICS ? metric : metric.replace(/_(bucket|sum|count)$/, ''))

/** Every metric is one that control tells, and every label that is compared or kept is one of it. */
function expectRealNames(expression: string): void {
  expect(namesIn(expression).length, expression).toBeGreaterThan(0)
  const labels = new Set(['namespace', 'le'])
  for (const metric of namesIn(expression)) {
    expect(Object.keys(METRICS), `${metric} in ${expression}`).toContain(baseName(metric))
    for (const label of METRICS[baseName(metric)] ?? []) labels.add(label)
  }
  const used = [
    ...[...expression.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"/g)].map((match) => match[1]!),
    ...[...expression.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap((match) => match[1]!.split(/\s*,\s*/)),
  ]
  for (const label of used) expect([...labels], `${label} in ${expression}`).toContain(label)
}
