/**
 * The generator's state, as the listing tells it (`NEXT SEEDS:`) and as it is kept for the next cycle (first line of the
 * `ran` file). Fields are hexadecimal, eight signs each: the first two count the calls (second x 10^9 + first), the
 * seventh is the seed (fluka.md 4.2).
 */

export interface GeneratorState {
  /** Calls below 10^9, and thousands of millions of calls. */
  readonly calls: readonly [number, number]
  readonly seed: number
}

const WIDTH = 8

function fieldsOf(text: string, count: number): readonly (number | null)[] {
  return Array.from({ length: count }, (_, i) => {
    const field = text.slice(i * WIDTH, (i + 1) * WIDTH).trim()
    return /^[0-9A-Fa-f]{1,8}$/.test(field) ? Number.parseInt(field, 16) : null
  })
}

/** Reads a line `NEXT SEEDS:...`; `undefined` for any other line. */
export function stateOfListingLine(line: string): GeneratorState | undefined {
  const mark = 'NEXT SEEDS:'
  const at = line.indexOf(mark)
  if (at < 0) return undefined
  const fields = fieldsOf(line.slice(at + mark.length), 7)
  const [low, high, seed] = [fields[0], fields[1], fields[6]]
  if (low == null || high == null || seed == null) return undefined
  return { calls: [low, high], seed }
}

/** Reads the first line of a `ran` file: two counters, the seed, and constants; `undefined` when it is none. */
export function stateOfFile(text: string): GeneratorState | undefined {
  const [line = ''] = text.split('\n')
  const fields = fieldsOf(line, 3)
  const [low, high, seed] = fields
  if (low == null || high == null || seed == null) return undefined
  return { calls: [low, high], seed }
}

export const sameState = (a: GeneratorState, b: GeneratorState): boolean =>
  a.calls[0] === b.calls[0] && a.calls[1] === b.calls[1] && a.seed === b.seed

/** As the listing writes it, without blanks before it. */
export const stateText = ({ calls: [low, high], seed }: GeneratorState): string =>
  [low, high, seed].map((field) => field.toString(16).toUpperCase()).join(' ')
