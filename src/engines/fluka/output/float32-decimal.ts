/** Numbers of float32 for people and for JSON. */

/** The shortest decimal number that is this float32: 0.1 and not 0.10000000149011612. */
export function float32Decimal(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
