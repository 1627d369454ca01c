import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { estimateDocument, madeDocument } from '#test/tallies/made-documents.ts'
import { CSV_HEADER, resultCsv } from './csv.ts'
import { resultJsonSchema } from './json-schema.ts'

const documents = {
  run: madeDocument(20),
  'one batch': madeDocument(1, { moments: false }),
  'weighted run': madeDocument(5, { counts: false, maxWeight: null }),
  'nothing counted': madeDocument(2, { mean: 1e-9 }),
  'narrow coverage': madeDocument(
    5,
    {},
    { coverage: { boxes: [{ zMin: 44, zMax: 46, aMin: 111, aMax: 111 }], isomers: 'resolved' } },
  ),
  'only what was counted': madeDocument(
    3,
    { mean: 0.1 },
    { uncounted: 'leave-out', operation: { irradiationDays: 5, coolingHours: 2, dutyCycle: 0.5 } },
  ),
  estimate: estimateDocument(),
  'estimate with activities': estimateDocument({
    operation: { irradiationDays: 5, coolingHours: 0, dutyCycle: 1 },
  }),
}
// A copy: the types of zod want a mutable schema.
const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(resultJsonSchema)))

describe.each(Object.entries(documents))('document of %s', (_, document) => {
  it('is what the JSON Schema promises', () => {
    const read = schema.safeParse(JSON.parse(JSON.stringify(document)))
    expect(read.error?.issues ?? []).toEqual([])
  })

  it('is the same as CSV, an empty field where there is no number', () => {
    const rows = parsed(resultCsv(document))
    const about = rows.filter((row) => row[0]!.startsWith('#'))
    const [header, ...body] = rows.slice(about.length)
    expect(header).toEqual(CSV_HEADER)
    expect(body.length).toBe(document.residuals.length)
    body.forEach((row, i) => {
      const residual = document.residuals[i]!
      const value = (name: string): string => row[CSV_HEADER.indexOf(name)]!
      const number = (of: number | null): string => (of === null ? '' : String(of))
      expect(row.length).toBe(CSV_HEADER.length)
      expect([value('nuclide'), value('state')]).toEqual([residual.nuclide, residual.state])
      expect(value('cumulative (1/s)')).toBe(number(residual.cumulative.perSecond))
      expect(value('independent upper limit 95 % (1/primary)')).toBe(number(residual.independent.limit95))
      expect(value('activity at the end of irradiation (Bq)')).toBe(
        number(residual.activity?.endOfIrradiationBq ?? null),
      )
      expect(value('standard error of that (Bq)')).toBe(number(residual.activity?.afterCoolingErrorBq ?? null))
      expect(value('cumulative model error class')).toBe(residual.cumulative.model?.class ?? '')
    })
    expect(about).toContainEqual(['# note', 'Made for a test, with a comma, and "quotes".'])
    expect(about).toContainEqual(['# beam current (uA)', '200'])
    const stated = about.filter(([key]) => key === '# activity time')
    expect(stated).toEqual(document.activityTime === undefined ? [] : [['# activity time', document.activityTime]])
  })
})

describe('JSON Schema', () => {
  const refused = (change: object): boolean => !schema.safeParse({ ...documents.run, ...change }).success

  it('refuses what is no result', () => {
    expect(refused({})).toBe(false)
    const residual = documents.run.residuals[0]!
    expect(refused({ schema: 'isolario-result/2' })).toBe(true)
    expect(refused({ surplus: 1 })).toBe(true)
    expect(refused({ dutyCycle: 1, residuals: [{ ...residual, activity: null }] })).toBe(false)
    expect(refused({ residuals: [{ ...residual, activity: { endOfIrradiationBq: 1 } }] })).toBe(true)
    expect(refused({ residuals: undefined })).toBe(true)
    expect(refused({ residuals: [{ ...residual, state: 'maybe' }] })).toBe(true)
    expect(refused({ residuals: [{ ...residual, independent: { ...residual.independent, counts: 1.5 } }] })).toBe(true)
    expect(refused({ residuals: [{ ...residual, independent: { perPrimary: 1 } }] })).toBe(true)
  })

  it('names every field that documents have, so that none is undocumented', () => {
    expect(new Set(CSV_HEADER).size).toBe(CSV_HEADER.length)
    const properties = (resultJsonSchema as unknown as { properties: Record<string, unknown> }).properties
    expect(Object.keys(properties).sort()).toEqual(Object.keys(documents['only what was counted']).sort())
  })
})

/** RFC 4180, strictly: every row ends with CRLF, quotes only around whole fields. */
function parsed(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (!match) throw new Error('not RFC 4180')
    row.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'))
    if (match[3] === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
