/**
 * Numbers in ten columns. A card's field is `E10.0`: ten characters, read as a Fortran number. Most numbers fit exactly;
 * of the others as many digits are kept as ten columns can hold, and what was lost is told.
 */

/** Columns of one WHAT field. */
export const FIELD_WIDTH = 10

/** A number as it is written. */
export interface NumberField {
  /** At most the asked width, always with a decimal point. */
  readonly text: string
  /** What a reader gets back from `text`. */
  readonly value: number
  /** |read back - requested| / |requested|; 0 when nothing was lost. */
  readonly relativeLoss: number
}

/**
 * The spelling of `value` with the least loss that fits into `width` characters; of equally good ones the one that people
 * read most easily (no exponent before exponent, leading zero before none, shorter before longer). Always with a decimal
 * point, because a whole number that is not pushed to the right edge reads with zeros behind it.
 *
 * @param value any finite number
 * @param width columns, at least 7 (`-1.E-99`); 6 fields a card have 10
 */
export function numberField(value: number, width = FIELD_WIDTH): NumberField {
  if (!Number.isFinite(value)) throw new RangeError(`A deck cannot hold the number ${value}.`)
  if (value === 0) return { text: '0.0', value: 0, relativeLoss: 0 }
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  const room = width - sign.length
  const plain = String(size)
  if (!plain.includes('e') && plain.length < room) {
    // The commonest case by far: nothing is lost, and no other spelling is easier to read.
    const text = `${sign}${plain}${plain.includes('.') ? '' : '.'}`
    return { text, value, relativeLoss: 0 }
  }
  let best: { text: string; loss: number } | null = null
  const shortest = significantDigits(size.toExponential())
  for (let digits = shortest.digits.length; digits > 0; digits--) {
    const rounded = digits === shortest.digits.length ? shortest : significantDigits(size.toExponential(digits - 1))
    for (const text of spellings(rounded.digits, rounded.exponent)) {
      if (text.length > room) continue
      const loss = Math.abs(Number(text) - size)
      if (best === null || loss < best.loss) best = { text, loss }
    }
    // Fewer digits are never nearer.
    if (best !== null) break
  }
  if (best === null) throw new RangeError(`${value} does not fit into ${width} columns.`)
  const text = sign + best.text
  return { text, value: Number(text), relativeLoss: best.loss / size }
}

interface Digits {
  /** Without trailing zeros. */
  readonly digits: string
  /** The number is 0.DIGITS × 10^exponent. */
  readonly exponent: number
}

function significantDigits(exponential: string): Digits {
  const [mantissa = '', exponent = '0'] = exponential.split('e')
  const digits = mantissa.replace('.', '').replace(/0+$/u, '')
  return { digits: digits === '' ? '0' : digits, exponent: Number(exponent) + 1 }
}

/** All sensible spellings of 0.DIGITS × 10^exponent, the most readable first. */
function* spellings(digits: string, exponent: number): Generator<string> {
  const count = digits.length
  if (exponent > 0 && exponent <= 21) {
    yield exponent >= count
      ? `${digits.padEnd(exponent, '0')}.`
      : `${digits.slice(0, exponent)}.${digits.slice(exponent)}`
  } else if (exponent <= 0 && exponent > -20) {
    const zeros = '0'.repeat(-exponent)
    yield `0.${zeros}${digits}`
    yield `.${zeros}${digits}`
  }
  // One digit before the point, then every other place of the point: 12.34567E9 is one shorter than 1.234567E10.
  yield scientific(digits, exponent, 1)
  for (let before = 0; before <= count; before++) if (before !== 1) yield scientific(digits, exponent, before)
}

function scientific(digits: string, exponent: number, before: number): string {
  return `${digits.slice(0, before)}.${digits.slice(before)}E${exponent - before}`
}

/**
 * The value of a Fortran number as it may stand in a field: `1.`, `.5`, `-1E-06`, `50.E+00`, `1D5`, `1.5+3`. `null` for
 * anything else, names included.
 */
export function fortranNumber(text: string): number | null {
  const match = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([EeDdQq])([+-]?\d{1,4})|([+-]\d{1,4}))?$/u.exec(text)
  if (!match) return null
  const [, sign = '', mantissa = '', , exponent, bare] = match
  const value = Number(`${mantissa}E${exponent ?? bare ?? '0'}`)
  if (!Number.isFinite(value)) return null
  return sign === '-' ? 0 - value : value
}

/** `value` with all its digits and a decimal point, for free form: `4.123456789`, `0.0`, `1.25E+22` as `1.25E22`. */
export function freeNumber(value: number): string {
  if (value === 0) return '0.0'
  const text = String(value).toUpperCase().replace('E+', 'E')
  if (text.includes('.')) return text
  const at = text.indexOf('E')
  return at < 0 ? `${text}.` : `${text.slice(0, at)}.${text.slice(at)}`
}
