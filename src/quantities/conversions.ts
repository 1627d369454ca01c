/** The only unit conversions of the product. Constants: SI 2019 (exact) and CODATA 2018. */

import type {
  Barns,
  Centimetres,
  Days,
  GeV,
  GramsPerCubicCentimetre,
  GramsPerSquareCentimetre,
  Hours,
  KeV,
  MeV,
  Microamperes,
  Millibarns,
  Millimetres,
  PerMicrocoulomb,
  PerPrimary,
  PerSecond,
  Picoamperes,
  Seconds,
  Watts,
} from './units.ts'

/** Elementary charge, coulomb (SI 2019, exact). */
export const ELEMENTARY_CHARGE_COULOMB = 1.602176634e-19

/** Avogadro constant, 1/mol (SI 2019, exact). */
export const AVOGADRO_PER_MOL = 6.02214076e23

/** Electron rest energy, MeV (CODATA 2018). */
export const ELECTRON_MASS_MEV = 0.51099895

/** Proton rest energy, MeV (CODATA 2018, rounded as in the built-in engine's specification). */
export const PROTON_MASS_MEV = 938.27209

export const SECONDS_PER_HOUR = 3600
export const SECONDS_PER_DAY = 86_400
/** One year of NUBASE2020: 365.2422 d = 31,556,926 s. */
export const SECONDS_PER_YEAR = 31_556_926

export const mevFromGev = (energy: GeV): MeV => (energy * 1000) as MeV
export const gevFromMev = (energy: MeV): GeV => (energy / 1000) as GeV
export const mevFromKev = (energy: KeV): MeV => (energy / 1000) as MeV
export const cmFromMm = (length: Millimetres): Centimetres => (length / 10) as Centimetres
export const mmFromCm = (length: Centimetres): Millimetres => (length * 10) as Millimetres
export const millibarnsFromBarns = (area: Barns): Millibarns => (area * 1000) as Millibarns
export const barnsFromMillibarns = (area: Millibarns): Barns => (area / 1000) as Barns
export const secondsFromDays = (time: Days): Seconds => (time * SECONDS_PER_DAY) as Seconds
export const secondsFromHours = (time: Hours): Seconds => (time * SECONDS_PER_HOUR) as Seconds

/** Areal density of a layer of the given thickness and density. */
export function arealDensity(thickness: Millimetres, density: GramsPerCubicCentimetre): GramsPerSquareCentimetre {
  return (cmFromMm(thickness) * density) as GramsPerSquareCentimetre
}

/** Beam particles per second of charge state 1: I/e. 1 uA is 6.2415e12 particles a second. */
export function particlesPerSecond(current: Microamperes): PerSecond {
  return ((current * 1e-6) / ELEMENTARY_CHARGE_COULOMB) as PerSecond
}

/** Rate at the stated beam current, from a yield per primary. */
export function perSecond(yieldPerPrimary: PerPrimary, current: Microamperes): PerSecond {
  return (yieldPerPrimary * particlesPerSecond(current)) as PerSecond
}

/** The unit of yield data bases: per microcoulomb of beam of charge state 1. */
export function perMicrocoulomb(yieldPerPrimary: PerPrimary): PerMicrocoulomb {
  return ((yieldPerPrimary * 1e-6) / ELEMENTARY_CHARGE_COULOMB) as PerMicrocoulomb
}

/** Heat, from the energy deposited per beam particle of charge state 1: MeV x uA = W. */
export function beamHeat(energyPerPrimary: MeV, current: Microamperes): Watts {
  return (energyPerPrimary * current) as Watts
}

/** Electric current of ions of charge state 1, pA. 1 pA is 6,241,509.07 ions a second. */
export function ionCurrent(rate: PerSecond): Picoamperes {
  return (rate * ELEMENTARY_CHARGE_COULOMB * 1e12) as Picoamperes
}
