import { describe, expect, it } from 'vitest'
import {
  arealDensity,
  barnsFromMillibarns,
  beamHeat,
  cmFromMm,
  ELEMENTARY_CHARGE_COULOMB,
  gevFromMev,
  ionCurrent,
  mevFromGev,
  mevFromKev,
  millibarnsFromBarns,
  mmFromCm,
  particlesPerSecond,
  perMicrocoulomb,
  perSecond,
  SECONDS_PER_YEAR,
  secondsFromDays,
  secondsFromHours,
} from './conversions.ts'
import {
  as,
  type Barns,
  type Centimetres,
  type Days,
  type GeV,
  type GramsPerCubicCentimetre,
  type Hours,
  type KeV,
  type MeV,
  type Microamperes,
  type Millibarns,
  type Millimetres,
  type PerPrimary,
  type PerSecond,
} from './units.ts'

describe('conversions', () => {
  it('of energy, length, area and time, forth and back', () => {
    expect(mevFromGev(as<GeV>(0.04))).toBe(40)
    expect(gevFromMev(as<MeV>(40))).toBe(0.04)
    expect(mevFromKev(as<KeV>(342))).toBe(0.342)
    expect(cmFromMm(as<Millimetres>(20))).toBe(2)
    expect(mmFromCm(as<Centimetres>(2))).toBe(20)
    expect(millibarnsFromBarns(as<Barns>(1.6))).toBe(1600)
    expect(barnsFromMillibarns(as<Millibarns>(1600))).toBe(1.6)
    expect(secondsFromDays(as<Days>(5))).toBe(432_000)
    expect(secondsFromHours(as<Hours>(1.5))).toBe(5400)
    expect(SECONDS_PER_YEAR / 86_400).toBeCloseTo(365.2422, 4)
  })

  it('of beam: 200 uA are 1.248e15 protons a second, and MeV times uA are watts', () => {
    expect(particlesPerSecond(as<Microamperes>(1)) / 6.241509074e12).toBeCloseTo(1, 9)
    expect(perSecond(as<PerPrimary>(7e-3), as<Microamperes>(200)) / 8.738e12).toBeCloseTo(1, 3)
    // At 1 uA, a microcoulomb is a second of beam.
    expect(perMicrocoulomb(as<PerPrimary>(1e-3))).toBeCloseTo(perSecond(as<PerPrimary>(1e-3), as<Microamperes>(1)), 3)
    expect(beamHeat(as<MeV>(40), as<Microamperes>(200))).toBe(8000)
  })

  it('of layers and ions', () => {
    expect(arealDensity(as<Millimetres>(0.8), as<GramsPerCubicCentimetre>(4))).toBeCloseTo(0.32, 12)
    expect(ionCurrent(as<PerSecond>(6_241_509.074))).toBeCloseTo(1, 9)
    expect(ionCurrent(as<PerSecond>(1))).toBeCloseTo(ELEMENTARY_CHARGE_COULOMB * 1e12, 20)
  })
})
