/** Reader of the table `_tab.lis` that `usrsuw` writes for RESNUCLEi. */

import type { ChargeRow, MassRow, Measured, NuclideRow, ResnucleiTable } from './fluka-text.ts'
import type { TextLines } from './text-lines.ts'

/**
 * Sections may be missing (decay data have no sums by mass and charge, old files no isomers), blank lines may come
 * anywhere, the last line need not end. @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line.
 */
export function readResnucleiTab(lines: TextLines): ResnucleiTable[] {
  const detectors: ResnucleiTable[] = []
  while (lines.peekBeyondBlanks() !== null) detectors.push(readDetector(lines))
  return detectors
}

function readDetector(lines: TextLines): ResnucleiTable {
  const head = /^\s*# Detector n:\s*(\d+)\s*$/.exec(lines.next() ?? '')
  if (head === null) throw lines.error('"# Detector n:" and a number')
  const name = lines.next()
  if (name === null || name.trim() === '' || name.includes('#')) throw lines.error('the name of the detector')
  let byA: MassRow[] | null = null
  let byZ: ChargeRow[] | null = null
  let matrix: NuclideRow[] | null = null
  let isomers: NuclideRow[] | null = null
  const once = <T>(before: T[] | null, rows: T[]): T[] => {
    if (before !== null) throw lines.error('each section once in a detector')
    return rows
  }
  for (
    let line = lines.peekBeyondBlanks();
    line !== null && !/# Detector n:/.test(line);
    line = lines.peekBeyondBlanks()
  ) {
    lines.next()
    if (/^\s*# A_min-A_max/.test(line)) {
      byA = once(
        byA,
        rows(lines, 1).map(({ keys, ...amount }) => ({ A: keys[0]!, ...amount })),
      )
    } else if (/^\s*# Z_min-Z_max/.test(line)) {
      byZ = once(
        byZ,
        rows(lines, 1).map(({ keys, ...amount }) => ({ Z: keys[0]!, ...amount })),
      )
    } else if (/^\s*# A\/Z Isotopes:/.test(line)) {
      matrix = once(
        matrix,
        rows(lines, 2).map(({ keys, ...amount }) => ({ Z: keys[1]!, A: keys[0]!, m: null, ...amount })),
      )
    } else if (/^\s*# A\/Z\/m Isomers:/.test(line)) {
      const found = rows(lines, 3).map(({ keys, ...amount }) => ({ Z: keys[1]!, A: keys[0]!, m: keys[2]!, ...amount }))
      isomers = once(isomers, found)
    } else {
      throw lines.error('a section "# A_min-A_max", "# Z_min-Z_max", "# A/Z Isotopes:" or "# A/Z/m Isomers:"')
    }
  }
  if (matrix === null) throw lines.errorHere('a section "# A/Z Isotopes:" of the detector')
  const nuclides = isomers === null ? matrix : matrix.map((row) => ({ ...row, m: 0 }))
  return { number: Number(head[1]), name: name.trim(), byA, byZ, nuclides, isomers, decay: null, summary: null }
}

interface Row extends Measured {
  readonly keys: readonly number[]
}

/** Rows up to the next section. */
function rows(lines: TextLines, keys: number): Row[] {
  const found: Row[] = []
  for (let line = lines.peekBeyondBlanks(); line !== null && !line.includes('#'); line = lines.peekBeyondBlanks()) {
    lines.next()
    const tokens = line.trim().split(/\s+/)
    if (tokens.length !== keys + 2) throw lines.error(`${keys} whole numbers, a value and its error`)
    found.push({
      keys: tokens.slice(0, keys).map((token) => lines.integer(token, 'A, Z or m')),
      value: lines.number(tokens[keys], 'the value'),
      error: lines.number(tokens[keys + 1], 'the error in percent') / 100,
    })
  }
  return found
}
