/** The compose file of one host: names that the program reads, no secret in it, rights and networks as its README says. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeWith, REDIS } from '#test/needs.ts'
import { ENVIRONMENT, SECRETS } from './names.ts'
import { ROOT } from './render.ts'

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly networks?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly [field: string]: unknown
}

const folder = path.join(ROOT, 'deploy/compose')
const text = readFileSync(path.join(folder, 'compose.yaml'), 'utf8')
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly configs: Readonly<Record<string, { readonly content: string }>>
}
const example = readFileSync(path.join(folder, 'isolario.env.example'), 'utf8')
const { services } = compose
const ours = Object.entries(services).filter(([, { image }]) => image.includes('ISOLARIO_'))

describe('the compose file', () => {
  it('gives our services only names that the program reads', () => {
    expect(ours.map(([name]) => name).sort()).toEqual(['control', 'migrate', 'worker'])
    for (const [name, { environment }] of ours) {
      expect(Object.keys(environment!).length).toBeGreaterThan(1)
      for (const variable of Object.keys(environment!)) expect(ENVIRONMENT, name).toContain(variable)
    }
  })

  it('gives a worker what a worker needs and nothing of the others', () => {
    expect(Object.keys(services['worker']!.environment!).sort()).toEqual(
      ['ISOLARIO_CONTROL_URL', 'ISOLARIO_JOB', 'ISOLARIO_JOB_TOKEN', 'ISOLARIO_SCRATCH'].sort(),
    )
  })

  it('holds no secret: each comes from the environment file, and lacking it is an error with a hint', () => {
    for (const [name, { environment = {} }] of Object.entries(services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!SECRETS.has(variable) && !/PASSWORD|SECRET|ACCESS_KEY|AUTH/.test(variable)) continue
        expect(String(value), `${name} ${variable}`).toMatch(/\$\{[A-Z0-9_]+(:\?see isolario\.env\.example|:-)\}/)
      }
    }
    for (const { command = [] } of Object.values(services)) expect(command.join(' ')).not.toContain('$')
    const given = Object.fromEntries([...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map((one) => [one[1]!, one[2]!]))
    for (const [variable, value] of Object.entries(given)) {
      if (/SECRET|PASSWORD|TOKEN/.test(variable)) expect(value, variable).toBe('')
    }
  })

  it('asks for exactly the variables of the example', () => {
    const asked = new Set([...text.matchAll(/\$\{([A-Z0-9_]+)/g)].map((one) => one[1]!))
    const offered = new Set([...example.matchAll(/^([A-Z0-9_]+)=/gm)].map((one) => one[1]!))
    expect([...asked].sort()).toEqual([...offered].sort())
  })

  it('runs our services without rights, and nothing privileged', () => {
    for (const [name, service] of ours) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    }
    for (const service of Object.values(services)) {
      expect(service).not.toHaveProperty('privileged')
      expect(service['network_mode'] ?? 'none').toBe('none')
      if (!service.image.includes('$')) expect(service.image).toMatch(/:v?\d+\.\d+/)
    }
  })

  it('keeps records and world away from workers, and every port but one away from the host', () => {
    const networksOf = (name: string) => [...(services[name]!.networks ?? [])]
    expect(networksOf('worker')).toEqual(['work'])
    expect(networksOf('postgres')).toEqual(['records'])
    expect([compose.networks['work'], compose.networks['records']]).toEqual([{ internal: true }, { internal: true }])
    const published = Object.values(services).flatMap(({ ports = [] }) => ports)
    expect(published).toEqual(['127.0.0.1:7411:7411'])
  })

  it('has control listen where other containers reach it, on every port', () => {
    const { environment } = services['control']!
    const listens = Object.entries(environment!).filter(([name]) => name.endsWith('_LISTEN'))
    expect(listens).toEqual([
      ['ISOLARIO_LISTEN', '0.0.0.0:7411'],
      ['ISOLARIO_METRICS_LISTEN', '0.0.0.0:9464'],
    ])
  })

  it('starts control after its tables are there', () => {
    expect(services['control']!.depends_on).toMatchObject({
      migrate: { condition: 'service_completed_successfully' },
      redis: { condition: 'service_healthy' },
    })
    expect(services['migrate']!.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
    for (const { depends_on = {} } of Object.values(services)) {
      for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name)
    }
  })

  it('writes every word of a command and of a check as one text', () => {
    let words = 0
    for (const [name, service] of Object.entries(services)) {
      const { test = [] } = (service['healthcheck'] ?? {}) as { readonly test?: readonly unknown[] }
      for (const word of [...(service.command ?? []), ...test]) {
        expect(typeof word, `${name}: ${JSON.stringify(word)}`).toBe('string')
        words++
      }
    }
    expect(words).toBeGreaterThan(10)
  })

  it('lets the queue neither forget nor evict', () => {
    const settings = compose.configs['redis']!.content.trim().split('\n')
    expect(settings).toContain('appendonly yes')
    expect(settings).toContain('maxmemory-policy noeviction')
  })
})

describeWith(REDIS, 'the configuration of Redis in the compose file', (server) => {
  const config = compose.configs['redis']!.content.replace(/\$\{[^}]+\}/, 'a-password')
  /** What the server says of a configuration that ends in a folder that is not there: no server stays. */
  const read = (lines: string) => {
    const input = `${lines}\nport 0\ndir /nonexistent\n`
    const { stdout, stderr } = spawnSync(server, ['-'], { input, encoding: 'utf8', timeout: 10_000 })
    return stdout + stderr
  }

  it('is read to its end', () => {
    expect(read(config)).toContain(">>> 'dir /nonexistent'")
    expect(read(config.replace('noeviction', 'never'))).toContain(">>> 'maxmemory-policy never'")
  })
})
