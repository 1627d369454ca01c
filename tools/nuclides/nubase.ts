/** Reader of `nubase_3.mas20.txt` (NUBASE2020): fixed columns, see the comment lines at the head of the file. */

import type { NubaseCorrection } from './corrections.ts'
import { columns, linesOf } from './text.ts'

export interface NubaseRow {
  readonly z: number
  readonly a: number
  /** Digit of column 8: 0 ground state, 1 to 6 isomers and other levels, 8 and 9 isobaric analogue states. */
  readonly m: number
  /** False for an isomer that the evaluators declare non-existent (it was reported once). */
  readonly exists: boolean
  /** Excitation energy and uncertainty, keV, as written (`117.59 0.05`, `100# 50#`); empty for a ground state. */
  readonly excitation: string
  /** `*` order of ground state and isomer uncertain, `&` reversed against ENSDF; both, or empty. */
  readonly order: string
  /** Compact half-life, see `readHalfLife`. */
  readonly halfLife: string
  readonly spinParity: string
  /** Decay modes, `;` between them, as written. */
  readonly modes: string
  /** False where the table holds no year of discovery: the state has not been observed. */
  readonly observed: boolean
  /** Mass excess, keV, as written (`#` in place of the point: from systematics). */
  readonly massExcess: string
}

const LIMIT = /^([<>~])([\d.]+) ?([A-Za-z]+?)(?=$|[\d(])/

function compactHalfLife(value: string, unit: string, uncertainty: string, spin: string): string {
  // A limit may run over the end of its field into the spin (`>550 ns3/2+`): put the two together before reading it.
  const limit = /^[<>~]/.test(uncertainty)
    ? LIMIT.exec(/ns|us|ms|s|y$/.test(uncertainty) ? uncertainty : uncertainty + spin)
    : null
  const bound = limit ? `${limit[1]}${limit[2]}${limit[3]}` : ''
  if (value === 'stbl') return bound ? `stbl ${bound}` : 'stbl'
  if (value === 'p-unst') return 'p-unst'
  if (value === '') {
    if (limit) return `${limit[1]}${limit[2]} ${limit[3]}`
    if (uncertainty !== '' && !uncertainty.startsWith('T=')) {
      throw new Error(`half-life without a value but with uncertainty "${uncertainty}"`)
    }
    return ''
  }
  return [value, unit, bound || uncertainty].filter((part) => part !== '').join(' ')
}

/**
 * All rows, in the order of charge number, mass number, state.
 * Throws when a correction does not find the error that it mends, or when a row cannot be read.
 */
export function readNubase(text: string, corrections: readonly NubaseCorrection[]): NubaseRow[] {
  const rows: NubaseRow[] = []
  const pending = new Map(corrections.map((correction) => [`${correction.row} ${correction.field}`, correction]))
  const mend = (row: string, field: NubaseCorrection['field'], value: string): string => {
    const correction = pending.get(`${row} ${field}`)
    if (!correction) return value
    if (correction.found !== value) {
      throw new Error(`correction of row ${row} expects "${correction.found}" but finds "${value}"`)
    }
    pending.delete(`${row} ${field}`)
    return correction.mended
  }
  for (const raw of linesOf(text)) {
    if (raw === '' || raw.startsWith('#')) continue
    const line = raw.padEnd(209)
    const row = line.slice(0, 8)
    const digits = /^(\d{3}) (\d{3})(\d)$/.exec(row)
    if (!digits) throw new Error(`NUBASE row without A, Z and state: ${raw}`)
    const excitation = columns(line, 43, 54)
    let halfLife: string
    const spin = columns(line, 89, 102)
    if (corrections.some((c) => c.row === row && c.field === 'halfLife')) {
      const written = `${columns(line, 70, 78)} ${columns(line, 79, 80)} ${line.slice(81, 102).trim()}`
      halfLife = mend(row, 'halfLife', written.trim().replace(/ +3\+#$/, ''))
    } else {
      halfLife = compactHalfLife(columns(line, 70, 78), columns(line, 79, 80), columns(line, 82, 88), spin)
    }
    rows.push({
      z: Number(digits[2]),
      a: Number(digits[1]),
      m: Number(digits[3]),
      exists: excitation !== 'non-exist',
      excitation: excitation === 'non-exist' ? '' : [excitation, columns(line, 55, 65)].filter(Boolean).join(' '),
      order: columns(line, 68, 69).replace(' ', ''),
      halfLife,
      spinParity: spin.replace(/ +/g, ' '),
      modes: mend(row, 'modes', columns(line, 120, 209)).replace(/ *; */g, ';'),
      observed: columns(line, 115, 118) !== '',
      massExcess: columns(line, 19, 31),
    })
  }
  if (pending.size > 0) throw new Error(`corrections without a row: ${[...pending.keys()].join(', ')}`)
  return rows.sort((p, q) => p.z - q.z || p.a - q.a || p.m - q.m)
}
