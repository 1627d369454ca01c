import { expect, it } from 'vitest'
import { usrbinGeometry, usrbinUnit } from './usrbin.ts'

it('a binning has the unit of its quantity, per volume on a mesh only', () => {
  const unit = (ITUSBN: number, IDUSBN: number) => usrbinUnit({ ITUSBN, IDUSBN })
  expect(unit(10, 208)).toBe('GeV/cm3/primary')
  expect(unit(12, 208)).toBe('GeV/primary')
  expect(unit(0, 234)).toBe('Bq/cm3')
  expect(unit(10, 8)).toBe('cm/cm3/primary')
  expect(unit(1, 8)).toBe('stars/cm3/primary')
  expect(unit(12, -6)).toBe('cm/primary')
  expect(unit(0, 228)).toBe('GeV/g/primary')
  expect(unit(0, 222)).toBeNull()
  expect([0, 11, 12, 7, 16].map((ITUSBN) => usrbinGeometry({ ITUSBN }))).toEqual([
    'Cartesian',
    'R-Phi-Z',
    'region',
    'R-Phi-Z',
    'Cartesian',
  ])
  expect(usrbinGeometry({ ITUSBN: 8 })).toBeUndefined()
})
