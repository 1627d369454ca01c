/** Readers of the tables of AME2020: `mass_1.mas20.txt`, and `rct1`, `rct2` for the tests. */

import { columns, linesOf } from './text.ts'

export interface MassRow {
  readonly z: number
  readonly a: number
  /** Mass excess and uncertainty, keV, as written; `#` in place of the point means from systematics. */
  readonly massExcess: string
  readonly uncertainty: string
  /** Atomic mass, micro-u, as written in two fields. */
  readonly atomicMass: string
}

/** Rows of the mass table, in the order of charge and mass number. */
export function readMassTable(text: string): MassRow[] {
  const rows: MassRow[] = []
  for (const line of linesOf(text).slice(36)) {
    if (line.trim() === '') continue
    const row: MassRow = {
      z: Number(columns(line, 10, 14)),
      a: Number(columns(line, 15, 19)),
      massExcess: columns(line, 29, 42),
      uncertainty: columns(line, 43, 54),
      atomicMass: `${columns(line, 107, 109)}${columns(line, 111, 123).padStart(6, '0')}`,
    }
    if (!Number.isInteger(row.z) || !(row.a > 0)) throw new Error(`mass table: no Z and A in "${line}"`)
    rows.push(row)
  }
  return rows.sort((p, q) => p.z - q.z || p.a - q.a)
}

export interface ReactionRow {
  readonly z: number
  readonly a: number
  /** The six energies of the table, keV; `null` where it has none (`*`). */
  readonly values: readonly (number | null)[]
  /** True for a value that rests on systematics. */
  readonly fromSystematics: readonly boolean[]
}

/**
 * Rows of `rct1` or `rct2`. The headers are repeated inside `rct2` and its last line is a stray shell prompt, so only
 * lines with a mass number in columns 2-4 and a charge number in 9-11 count.
 */
export function readReactionTable(text: string): ReactionRow[] {
  const rows: ReactionRow[] = []
  for (const line of linesOf(text)) {
    if (!/^\d+$/.test(columns(line, 2, 4)) || !/^\d+$/.test(columns(line, 9, 11))) continue
    const fields = Array.from({ length: 6 }, (_, at) => columns(line, 13 + 22 * at, 24 + 22 * at))
    rows.push({
      z: Number(columns(line, 9, 11)),
      a: Number(columns(line, 2, 4)),
      values: fields.map((field) => (field === '' || field === '*' ? null : Number(field.replace('#', '')))),
      fromSystematics: fields.map((field) => field.includes('#')),
    })
  }
  return rows
}
