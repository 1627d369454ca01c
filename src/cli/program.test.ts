import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { jsonSchema } from '#simulation/json-schema.ts'
import { presetById } from '#simulation/presets.ts'
import { fakeContext } from '#test/cli/fake-context.ts'
import { commandLineManual } from './manual.ts'
import { buildProgram, runCli } from './program.ts'

const result = {
  schema: 'isolario-result/1',
  mode: 'estimate',
  primaries: null,
  residuals: [],
} as unknown as ResultDocument

describe('isolario', () => {
  it('prints its manual as it stands in docs', () => {
    const file = path.resolve(import.meta.dirname, '../../docs/command-line.md')
    const now = commandLineManual(buildProgram(fakeContext()))
    expect(
      readFileSync(file, 'utf8'),
      'docs/command-line.md is out of date: node bin/run.mjs tools/write-command-line-manual.ts',
    ).toBe(now)
  })

  it('shows help and version with exit code 0, and a wrong command with 2', async () => {
    const help = fakeContext()
    expect(await runCli(help, ['--help'])).toBe(0)
    for (const verb of [
      'serve',
      'estimate',
      'run',
      'submit',
      'list',
      'show',
      'watch',
      'stop',
      'cancel',
      'add-primaries',
      'priority',
      'results',
      'logs',
      'merge',
      'parameters',
      'doctor',
    ]) {
      expect(help.printed.out).toContain(`\n  ${verb}`)
    }
    expect(await runCli(fakeContext(), ['--version'])).toBe(0)
    expect(await runCli(fakeContext(), ['estmate'])).toBe(2)
    expect(await runCli(fakeContext(), ['estimate', '--beam-enrgy', '40'])).toBe(2)
  })

  it('sets parameters by flags, with units', async () => {
    let seen: unknown
    const context = fakeContext({
      estimate: (document) => {
        seen = document
        return result
      },
    })
    expect(
      await runCli(context, [
        'estimate',
        'spes-uc4',
        '--beam-energy',
        '0.045GeV',
        '--layer',
        'disc1.thickness=1.1',
        '--json',
      ]),
    ).toBe(0)
    expect(seen).toMatchObject({ setup: { beam: { energyMeV: 45 } } })
    expect(
      (seen as { setup: { target: { layers: { thicknessMm: number }[] } } }).setup.target.layers[1]!.thicknessMm,
    ).toBe(1.1)
    expect(JSON.parse(context.printed.out)).toMatchObject({ schema: 'isolario-result/1', primaries: null })
  })

  it('reads a document from standard input and names every problem at once', async () => {
    const { document } = presetById('spes-uc4')!
    const broken = structuredClone(document) as unknown as {
      setup: { beam: { energyMeV: number }; target: { layers: { thicknessMm: number }[] } }
    }
    broken.setup.beam.energyMeV = -3
    broken.setup.target.layers[2]!.thicknessMm = -1
    const context = fakeContext({ readStandardInput: async () => JSON.stringify(broken) })
    expect(await runCli(context, ['estimate', '-', '--json'])).toBe(2)
    const { error } = JSON.parse(context.printed.out) as { error: { problems: { path: string }[] } }
    expect(error.problems.map((problem) => problem.path)).toEqual([
      'setup.beam.energyMeV',
      'setup.target.layers.2.thicknessMm',
    ])
    expect(context.printed.err).toContain('setup.beam.energyMeV')
  })

  it('says which file cannot be read and what may stand there', async () => {
    const context = fakeContext()
    expect(await runCli(context, ['estimate', 'no-such-file.json'])).toBe(2)
    expect(context.printed.err).toMatch(/no-such-file\.json cannot be read: there is no such file.*spes-uc4/)
  })

  it('takes a seed as a number or a job key', async () => {
    const keys: unknown[] = []
    const context = () =>
      fakeContext({
        estimate: (document) => {
          keys.push(document.job.key)
          return result
        },
      })
    expect(await runCli(context(), ['estimate', '--seed', '1', '--json'])).toBe(0)
    expect(await runCli(context(), ['estimate', '--seed', '00000000c0ffee42', '--json'])).toBe(0)
    expect(await runCli(context(), ['estimate', '--seed', '1234567890123456', '--json'])).toBe(0)
    expect(await runCli(context(), ['estimate', '--seed', '18446744073709551616'])).toBe(2)
    expect(await runCli(context(), ['estimate', '--seed', 'many'])).toBe(2)
    expect(keys).toEqual(['0000000000000001', '00000000c0ffee42', '1234567890123456'])
  })

  it('refuses what cannot work before anything is computed', async () => {
    const cases: [string[], string][] = [
      [['run', '--nuclides', 'Xx-9'], 'NUCLIDE_UNKNOWN'],
      [['run', '--output', '/nowhere/x'], 'OUTPUT_UNWRITABLE'],
      [['run', '--resume', '--folder', 'f', '--primaries', '5'], 'RESUME_TAKES_NO_DOCUMENT'],
      [['run', 'spes-uc4', '--resume', '--folder', 'f'], 'RESUME_TAKES_NO_DOCUMENT'],
      [['run', '--resume'], 'FOLDER_MISSING'],
      [['run', '--csv', '--scan-parameter', 'setup.beam.energyMeV', '--scan-values', '30,40'], 'CSV_OF_SCAN'],
    ]
    for (const [args, code] of cases) {
      // A run that were begun would throw: the fake runner refuses every call.
      const context = fakeContext({ writeText: () => Promise.reject(new Error('no such folder')) })
      expect(
        await runCli(
          context,
          [...args, '--json'].filter((arg) => code !== 'CSV_OF_SCAN' || arg !== '--json'),
        ),
        code,
      ).toBe(2)
      if (code !== 'CSV_OF_SCAN') expect(JSON.parse(context.printed.out).error.code).toBe(code)
    }
  })

  it('prints every point of a scan, each with its value', async () => {
    const point = (index: number, value: number) => ({
      point: index,
      value,
      result: {
        ...result,
        coverage: { boxes: [], isomers: 'not-resolved' },
        primaries: 100,
        currentMicroampere: 200,
        fissionsPerPrimary: 0.007,
        notes: [],
      } as unknown as ResultDocument,
    })
    const results = { parameter: 'setup.beam.energyMeV', points: [point(0, 30), point(1, 40)] }
    const local = { run: async () => results, merge: async () => results }
    const text = fakeContext({ local })
    expect(await runCli(text, ['merge', 'folder'])).toBe(0)
    expect(text.printed.out).toMatch(
      /setup\.beam\.energyMeV.*Ag-111 CUMULATIVE\n\s+30 .*not scored\n\s+40 .*not scored\n/,
    )
    const json = fakeContext({ local })
    expect(await runCli(json, ['merge', 'folder', '--json'])).toBe(0)
    expect(JSON.parse(json.printed.out)).toMatchObject({
      schema: 'isolario-scan/1',
      points: [{ value: 30 }, { value: 40 }],
    })
    expect(await runCli(fakeContext({ local }), ['merge', 'folder', '--point', '7'])).toBe(2)
  })

  it('lists the parameters as text and as JSON Schema', async () => {
    const text = fakeContext()
    expect(await runCli(text, ['parameters'])).toBe(0)
    expect(text.printed.out).toContain('--beam-energy <MeV>')
    const json = fakeContext()
    expect(await runCli(json, ['parameters', '--json'])).toBe(0)
    expect(JSON.parse(json.printed.out)).toEqual(JSON.parse(JSON.stringify(jsonSchema())))
  })

  it('says where no service runs, with an exit code of its own', async () => {
    const context = fakeContext()
    expect(await runCli(context, ['list', '--json'])).toBe(3)
    expect(JSON.parse(context.printed.out)).toEqual({
      error: { code: 'NO_SERVER', message: 'No service runs here.', problems: [] },
    })
  })

  it('ends doctor with 1 when something must be mended', async () => {
    const findings = [
      { name: 'Node.js', state: 'bad' as const, sentence: 'v20' },
      { name: 'portal', state: 'missing' as const, sentence: 'not built' },
    ]
    const context = fakeContext({ doctor: async () => findings })
    expect(await runCli(context, ['doctor'])).toBe(1)
    expect(context.printed.out).toContain('BAD      Node.js: v20')
    expect(await runCli(fakeContext({ doctor: async () => findings.slice(1) }), ['doctor'])).toBe(0)
  })
})
