/** What a benchmark hands over, and how it is judged against its budget. A missed budget is reported as missed. */

export interface Budget {
  readonly limit: number
  readonly kind: 'at most' | 'at least'
}

export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Budget of DESIGN section 9 or of an issue; absent for figures that have none. */
  readonly budget?: Budget
  /** How it was measured, in a few words. */
  readonly how: string
}

/** Each file of bench/ exports one of these as `benchmark`. */
export interface Benchmark {
  readonly name: string
  /** `null`: it can run; else why not, and how to make it run. */
  unavailable?(): string | null
  run(): Promise<readonly Measurement[]>
}

export function verdict(measurement: Measurement): 'met' | 'missed' | '-' {
  const { budget, value } = measurement
  if (!budget) return '-'
  return (budget.kind === 'at most' ? value <= budget.limit : value >= budget.limit) ? 'met' : 'missed'
}

/** Median of several runs: one slow run on a busy machine does not decide. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Milliseconds of each of `runs` calls. */
export async function times(runs: number, work: () => unknown): Promise<number[]> {
  const taken: number[] = []
  for (let i = 0; i < runs; i++) {
    const started = performance.now()
    await work()
    taken.push(performance.now() - started)
  }
  return taken
}
