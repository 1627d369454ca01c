/**
 * Units as types. A bare `number` between two rooms is a defect waiting: FLUKA speaks GeV and cm, Geant4 MeV and mm.
 * A quantity is a number at run time and carries its unit at compile time only.
 */

declare const unit: unique symbol

/** A number whose unit is the string `U`. Two quantities of different units are not assignable to each other. */
export type Quantity<U extends string> = number & { readonly [unit]: U }

export type MeV = Quantity<'MeV'>
export type GeV = Quantity<'GeV'>
export type KeV = Quantity<'keV'>
export type Millimetres = Quantity<'mm'>
export type Centimetres = Quantity<'cm'>
/** Mass density, g/cm3. */
export type GramsPerCubicCentimetre = Quantity<'g/cm3'>
/** Areal density, g/cm2. */
export type GramsPerSquareCentimetre = Quantity<'g/cm2'>
/** Cross section, millibarn (1 mb = 1e-27 cm2). */
export type Millibarns = Quantity<'mb'>
export type Barns = Quantity<'b'>
export type Seconds = Quantity<'s'>
export type Days = Quantity<'d'>
export type Hours = Quantity<'h'>
export type Microamperes = Quantity<'uA'>
export type Picoamperes = Quantity<'pA'>
export type Microcoulombs = Quantity<'uC'>
export type Watts = Quantity<'W'>
export type Becquerels = Quantity<'Bq'>
/** Atomic mass, unified atomic mass units. */
export type Daltons = Quantity<'u'>
/** Anything normalised to one beam particle. */
export type PerPrimary = Quantity<'1/primary'>
export type PerSecond = Quantity<'1/s'>
export type PerMicrocoulomb = Quantity<'1/uC'>

/** Gives a bare number its unit. Use it only at a door, where the unit is known from a format, a schema or a formula. */
export function as<Q extends Quantity<string>>(value: number): Q {
  return value as Q
}
