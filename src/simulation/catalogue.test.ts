import { describe, expect, test } from 'vitest'
import { catalogueOf, parameterAt } from './catalogue.ts'
import { beamSchema, documentSchema, layerSchema, setupSchema, targetSchema } from './document.ts'
import { applyFlags, flagDefinitions } from './flags.ts'
import { jsonSchema, schemaAt } from './json-schema.ts'
import { documentFromLink, linkQuery } from './link.ts'
import { manualPage } from './manual.ts'
import { real, whole } from './parameter.ts'
import { parseDocument } from './parse.ts'
import { presetById } from './presets.ts'
import { UNIT_SUFFIXES } from './unit-suffix.ts'

describe('the catalogue', () => {
  const { parameters, collections } = catalogueOf()

  test('describes every field of a filled document', () => {
    const document = presetById('spes-uc4')!.document
    const missing: string[] = []
    const visit = (value: unknown, path: string) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`)
      } else if (Array.isArray(value) && typeof value[0] === 'object') {
        for (const [index, member] of value.entries()) visit(member, `${path}.${index}`)
      } else if (!parameterAt(catalogueOf(), path)) missing.push(path)
    }
    visit(document, '')
    // The version is no parameter; an empty collection and an absent scan have parameters below them.
    expect(missing).toEqual(['isolario', 'job.scan'])
    expect(collections.map(({ path, by }) => [path, by])).toEqual([
      ['setup.target.layers', 'name'],
      ['setup.target.materials', 'key'],
      ['setup.scoring.meshes', 'name'],
      ['setup.scoring.spectra', 'name'],
      ['setup.engine.template.routines', 'name'],
    ])
  })

  test('carries unit, range, default and help', () => {
    expect(parameterAt(catalogueOf(), 'setup.target.layers.3.thicknessMm')).toMatchObject({
      path: 'setup.target.layers.*.thicknessMm',
      type: 'number',
      title: 'Thickness',
      group: 'Target layers',
      unit: 'mm',
      default: 0.8,
      min: 0.0001,
      max: 1000,
      sensibleMin: 0.1,
      sensibleMax: 5,
      repeated: { path: 'setup.target.layers', by: 'name' },
    })
    for (const { path, title, description } of parameters) {
      expect(title.length, path).toBeGreaterThan(0)
      expect(description, path).toMatch(/\.$/)
    }
  })

  test('a parameter of two variants is one parameter', () => {
    const most = parameters.filter(({ path }) => path === 'job.goal.maxPrimaries')
    expect(most.map(({ variantOf }) => variantOf)).toEqual([
      { path: 'job.goal', key: 'kind', kinds: ['statistical-error', 'time'] },
    ])
  })

  test('every unit has its spellings, and every number with a unit in its name has that unit', () => {
    for (const { path, unit } of parameters) if (unit !== null) expect(UNIT_SUFFIXES, path).toHaveProperty([unit])
    const endings: [RegExp, string][] = [
      [/MeV$/, 'MeV'],
      [/Mm$/, 'mm'],
      [/GramPerCm3$/, 'g/cm3'],
      [/Microampere$/, 'uA'],
      [/Days$/, 'd'],
      [/Hours$/, 'h'],
    ]
    let checked = 0
    for (const { path, unit } of parameters) {
      for (const [ending, wanted] of endings) {
        if (!ending.test(path)) continue
        expect(unit, path).toBe(wanted)
        checked++
      }
    }
    expect(checked).toBeGreaterThan(10)
  })

  test('the JSON Schema names its version and refuses unknown keys', () => {
    const schema = jsonSchema()
    expect(schema.$id).toBe('urn:isolario:simulation:1')
    expect(schema.$schema).toContain('2020-12')
    expect(schema.additionalProperties).toBe(false)
    const energy = schemaAt(schema, ['setup', 'beam', 'energyMeV'], {})!.node
    expect(energy).toMatchObject({ unit: 'MeV', minimum: 1, maximum: 1500, default: 40 })
  })
})

describe('a parameter defined in one place', () => {
  const tilt = real(
    { group: 'Beam', title: 'Tilt', unit: 'mm', description: 'A dummy of the tests.', source: 'none' },
    { min: 0, max: 9, default: 1, sensibleMax: 3 },
  )
  const grains = whole(
    { group: 'Target layers', title: 'Grains', description: 'A dummy too.' },
    { min: 1, max: 9, default: 2 },
  )
  const schema = documentSchema.extend({
    setup: setupSchema.extend({
      beam: beamSchema.extend({ tiltMm: tilt }),
      target: targetSchema.extend({ layers: layerSchema.extend({ grains }).array().min(1).max(200) }),
    }),
  })
  const spes = () => {
    const parsed = parseDocument(JSON.parse(JSON.stringify(presetById('spes-uc4')!.document)), schema)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    return parsed.document
  }
  const catalogue = catalogueOf(schema)

  test('is in the description of the form', () => {
    expect(parameterAt(catalogue, 'setup.beam.tiltMm')).toMatchObject({
      title: 'Tilt',
      unit: 'mm',
      min: 0,
      max: 9,
      default: 1,
    })
    expect(parameterAt(catalogue, 'setup.target.layers.2.grains')).toMatchObject({ type: 'integer', default: 2 })
    expect(parameterAt(catalogueOf(), 'setup.beam.tiltMm')).toBeUndefined()
  })

  test('is a flag of the command line', () => {
    const flag = flagDefinitions(catalogue).find((one) => one.flag === '--beam-tilt')
    expect(flag).toMatchObject({ argument: 'mm', group: 'Beam', help: 'A dummy of the tests. (0 to 9 mm; default 1)' })
    const outcome = applyFlags(
      spes(),
      [
        { flag: '--beam-tilt', value: '0.2cm' },
        { flag: '--layer', value: 'disc1.grains=4' },
      ],
      schema,
    )
    expect(outcome.ok && outcome.document.setup.beam).toMatchObject({ tiltMm: 2 })
    expect(outcome.ok && outcome.document.setup.target.layers[1]).toMatchObject({ grains: 4 })
    expect(flagDefinitions().map((one) => one.flag)).not.toContain('--beam-tilt')
  })

  test('is validated by the API, with its range and unit', () => {
    const document = JSON.parse(JSON.stringify(spes()))
    document.setup.beam.tiltMm = 10
    const outcome = parseDocument(document, schema)
    expect(!outcome.ok && outcome.problems).toEqual([
      expect.objectContaining({ code: 'VALUE_TOO_LARGE', path: 'setup.beam.tiltMm', unit: 'mm', allowed: '0 to 9 mm' }),
    ])
    const unknown = parseDocument(document)
    expect(!unknown.ok && unknown.problems.map(({ code, path }) => [code, path])).toContainEqual([
      'FIELD_UNKNOWN',
      'setup.beam.tiltMm',
    ])
  })

  test('is in the JSON Schema', () => {
    expect(schemaAt(jsonSchema(schema), ['setup', 'beam', 'tiltMm'], {})!.node).toMatchObject({
      unit: 'mm',
      maximum: 9,
    })
  })

  test('is in the manual', () => {
    expect(manualPage(catalogue)).toContain(
      '| **Tilt** (source: none). A dummy of the tests. | `setup.beam.tiltMm` | `--beam-tilt` | 1 mm | 0 to 9 mm | at most 3 mm |',
    )
    expect(manualPage(catalogue)).toContain('`--layer NAME.grains=`')
    expect(manualPage()).not.toContain('Tilt')
  })

  test('is in the prefilled link, and can be scanned', () => {
    const document = JSON.parse(JSON.stringify(spes()))
    document.setup.beam.tiltMm = 2.5
    const query = linkQuery(document, 'spes-uc4', catalogue)
    expect(query).toContain('beam-tilt=2.5')
    const back = documentFromLink(query, schema)
    expect(back.ok && back.document.setup.beam).toMatchObject({ tiltMm: 2.5 })
    document.job.scan = { parameter: 'setup.beam.tiltMm', values: [1, 2, 11] }
    const scan = parseDocument(document, schema)
    expect(!scan.ok && scan.problems.map(({ code, path }) => [code, path])).toEqual([
      ['SCAN_VALUE_OUT_OF_RANGE', 'job.scan.values.2'],
    ])
  })
})
