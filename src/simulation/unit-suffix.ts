/**
 * Units behind a number on the command line and in a link: `40MeV`, `0.04GeV`.
 *
 * A number without unit is in the unit of its parameter. A unit is accepted when it is that unit or a power of ten of
 * it, from this table and nothing else: `40mev` is refused, because `meV` and `MeV` are nine orders of magnitude apart.
 * Days, hours and minutes are no powers of ten of each other and are not turned into one another either.
 */

/** Accepted spelling, and the power of ten that takes it to the unit of the parameter. */
type Suffixes = Readonly<Record<string, number>>

/** For each unit that parameters have. A test holds that no parameter has another one. */
export const UNIT_SUFFIXES: Readonly<Record<string, Suffixes>> = {
  MeV: { MeV: 0, eV: -6, keV: -3, GeV: 3 },
  mm: { mm: 0, nm: -6, um: -3, µm: -3, μm: -3, cm: 1, m: 3 },
  'g/cm3': { 'g/cm3': 0, 'g/cm^3': 0, 'g/cm³': 0, 'mg/cm3': -3, 'mg/cm^3': -3, 'kg/m3': -3, 'kg/m^3': -3, 'kg/m³': -3 },
  uA: { uA: 0, µA: 0, μA: 0, pA: -6, nA: -3, mA: 3, A: 6 },
  d: { d: 0 },
  h: { h: 0 },
  min: { min: 0 },
  '%': { '%': 0 },
  'atom %': { 'atom %': 0, 'atom%': 0, '%': 0 },
}

const NUMBER = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$/u

export type NumberText =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly code: 'FLAG_VALUE' | 'FLAG_UNIT'; readonly message: string }

/**
 * Reads a number with an optional unit. The shift by a power of ten is made on the decimal text, so that `0.1cm` is
 * exactly 1 mm and not a neighbouring binary number.
 * @param unit unit of the parameter; `null` for a pure number.
 */
export function readNumber(text: string, unit: string | null): NumberText {
  const match = NUMBER.exec(text.trim())
  if (!match) {
    const example = unit ? ` in ${unit}, for example 40 or 40${unit.replace(' ', '')}` : ', for example 40 or 1e7'
    return { ok: false, code: 'FLAG_VALUE', message: `Expected a number${example}.` }
  }
  const digits = match[1]!
  const suffix = match[2]!.trim()
  if (suffix === '') return finite(Number(digits))
  const table = unit === null ? undefined : UNIT_SUFFIXES[unit]
  const power = table && Object.hasOwn(table, suffix) ? table[suffix] : undefined
  if (power === undefined) {
    const expected = table
      ? `The unit is ${unit}; also read: ${Object.keys(table).join(', ')}.`
      : 'The value has no unit.'
    return { ok: false, code: 'FLAG_UNIT', message: `"${suffix}" is not a unit of this parameter. ${expected}` }
  }
  const [mantissa, exponent = '0'] = digits.toLowerCase().split('e')
  return finite(Number(`${mantissa}e${Number(exponent) + power}`))
}

function finite(value: number): NumberText {
  if (Number.isFinite(value)) return { ok: true, value: value === 0 ? 0 : value }
  return { ok: false, code: 'FLAG_VALUE', message: 'The number is too large for a computer number.' }
}
