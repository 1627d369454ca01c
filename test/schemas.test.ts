import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { estimateResult } from '#main/estimate.ts'
import { resultJsonSchema } from '#results/json-schema.ts'
import { presets } from '#simulation/presets.ts'
import { SCHEMAS } from '../tools/write-schemas.ts'

describe('the schemas in docs', () => {
  it.each(Object.entries(SCHEMAS))('%s is what the definitions say', (name, content) => {
    const file = path.resolve(import.meta.dirname, '../docs', name)
    expect(readFileSync(file, 'utf8'), `docs/${name} is out of date: node bin/run.mjs tools/write-schemas.ts`).toBe(
      content,
    )
  })

  it('hold for the estimates of all presets', () => {
    const schema = z.fromJSONSchema(resultJsonSchema as never)
    for (const preset of presets()) {
      const result = estimateResult(preset.document)
      expect(schema.safeParse(JSON.parse(JSON.stringify(result))).error?.issues ?? [], preset.id).toEqual([])
      expect(result.primaries).toBeNull()
      expect(result.fissionsPerPrimary).toBeGreaterThan(0)
      const silver = result.residuals.find((one) => one.nuclide === 'Ag-111')!
      expect(silver).toMatchObject({ z: 47, a: 111, m: 0, state: 'scored' })
      expect(silver.cumulative.perPrimary).toBeGreaterThan(silver.independent.perPrimary!)
      expect(silver.cumulative.perSecond).toBeGreaterThan(0)
    }
  })
})
