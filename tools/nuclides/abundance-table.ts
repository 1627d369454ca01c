/** Reader of `nist-isotopic-compositions.txt`: one comment line, then blocks of `Key = value`. */

import { linesOf } from './text.ts'

export interface AbundanceRow {
  readonly z: number
  readonly a: number
  /** Fraction of the atoms of the element, with uncertainty in the last digits, as written; empty for none. */
  readonly fraction: string
  /** Standard atomic weight, as written: `107.8682(2)`, an interval `[1.00784,1.00811]`, `[98]`, or empty. */
  readonly weight: string
}

export function readAbundances(text: string): AbundanceRow[] {
  const rows: AbundanceRow[] = []
  const fields = new Map<string, string>()
  for (const line of [...linesOf(text).slice(1), '']) {
    const pair = /^(.+?) =(.*)$/.exec(line)
    if (pair) {
      fields.set(pair[1]!, pair[2]!.trim())
      continue
    }
    if (fields.size === 0) continue
    rows.push({
      z: Number(fields.get('Atomic Number')),
      a: Number(fields.get('Mass Number')),
      fraction: fields.get('Isotopic Composition') ?? '',
      weight: fields.get('Standard Atomic Weight') ?? '',
    })
    fields.clear()
  }
  return rows.sort((p, q) => p.z - q.z || p.a - q.a)
}
