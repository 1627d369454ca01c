/** Whole numbers and plain quantities as the pages write them. Rates with errors are written by #results/display.ts. */

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** Digits as superscripts, `-12` as `⁻¹²`. */
export function superscript(value: number): string {
  return [...String(value)].map((digit) => (digit === '-' ? '⁻' : SUPERSCRIPT[Number(digit)]!)).join('')
}

/** A whole number with thin spaces between thousands: `12 345 678`. */
export function whole(value: number): string {
  const digits = Math.abs(Math.round(value)).toFixed(0)
  return (value < 0 ? '−' : '') + digits.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

/** A number of primaries, short: `800`, `50 000`, `1.25 × 10⁷`; exact in the tooltip, which shows `whole`. */
export function primaries(value: number): string {
  if (value < 1e6) return whole(value)
  return significant(value, 4)
}

/**
 * A number with so many significant digits, trailing zeros removed: `0.00707`, `39.5`, `8.8 × 10¹²`.
 * Numbers of 1e6 and more, or below 1e-4, are written with a power of ten.
 */
export function significant(value: number, digits = 3): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite'
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string]
  const power = Number(exponent)
  const sign = value < 0 ? '−' : ''
  const bare = mantissa.replace('-', '')
  const short = bare.includes('.') ? bare.replace(/\.?0+$/, '') : bare
  if (power >= 6 || power < -4) return `${sign}${short === '1' ? '' : `${short}\u00a0×\u00a0`}10${superscript(power)}`
  const decimals = Math.max(0, digits - 1 - power)
  const plain = Math.abs(Number(value.toPrecision(digits))).toFixed(decimals)
  return sign + (plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain)
}

/** Numbers of a text as people write them: `1.8e11 /s` becomes `1.8 × 10¹¹ /s`; digits stay. */
export function typeset(text: string): string {
  return text.replace(/(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)(?!\w)/g, (_, mantissa: string, exponent: string) => {
    return `${mantissa}\u00a0×\u00a010${superscript(Number(exponent))}`
  })
}

/** A fraction as percent, never 100 % before it is whole and never 0 % once something is done. */
export function percent(fraction: number): string {
  const value = Math.min(1, Math.max(0, fraction)) * 100
  if (value === 0) return '0 %'
  if (value < 1) return '< 1 %'
  return `${Math.floor(value)} %`
}

/** Units as people write them: `uA` as `µA`, `g/cm3` as `g/cm³`. */
export function unitLabel(unit: string): string {
  return unit
    .replace(/^u(?=[A-Z])/, 'µ')
    .replace(/^um$/, 'µm')
    .replace(/(?<=cm|mm|m)([23])\b/g, (digit) => SUPERSCRIPT[Number(digit)]!)
}
