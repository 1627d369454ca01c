/**
 * Histories done, from the lines of a listing that grows. After each `NEXT SEEDS:` FLUKA may print a line of six numbers:
 * done, left, can still be handled, seconds a primary, time left, stars (fluka.md 4.3).
 */

export interface ProgressLine {
  readonly done: number
  readonly left: number
  readonly secondsPerPrimary: number
}

const NUMBERS = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+([\d.]+E[+-]?\d+)\s+([\d.]+E[+-]?\d+)\s+\d+\s*$/

/** Reads a line of six numbers; whether it is one of progress only its place tells. */
export function progressLine(line: string): ProgressLine | undefined {
  const match = NUMBERS.exec(line)
  return match ? { done: Number(match[1]), left: Number(match[2]), secondsPerPrimary: Number(match[4]) } : undefined
}

/** @param primaries asked for: what does not fit them is no progress */
export function progressReader(primaries: number): (line: string) => number | undefined {
  let follows = false
  let last = 0
  return (line) => {
    const isNext = follows
    follows = line.includes('NEXT SEEDS:')
    const read = isNext ? progressLine(line) : undefined
    if (!read || read.done < last || read.done + read.left !== primaries) return undefined
    last = read.done
    return read.done
  }
}
