/** Reader of the detectors of RESNUCLEi in a `_sum.lis`: blocks of eleven charges, a line of values, a line of errors. */

import type {
  ChargeRow,
  DecayNote,
  MassRow,
  Measured,
  NuclideRow,
  ResnucleiSummary,
  ResnucleiTable,
} from './fluka-text.ts'
import { measured, PAIR } from './measured.ts'
import { NUMBER, type TextLines } from './text-lines.ts'

const HEAD = /^\s*Detector n:\s*(\d+)\s+(\S.*?)\s*$/
const YIELD = new RegExp(`^\\s*[AZ]:\\s*(\\d+)\\s+${PAIR}\\s*$`)
const ISOMER = new RegExp(`^\\s*(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+${PAIR}\\s*$`)

/** Decay data begin each detector with the irradiation. */
export const isDecayNote = (line: string): boolean => /^\s*Beam intensity\s+:/.test(line)

/** @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line. */
export function readSumResnuclei(lines: TextLines): ResnucleiTable[] {
  const detectors: ResnucleiTable[] = []
  while (lines.peekBeyondBlanks() !== null) detectors.push(readDetector(lines))
  return detectors
}

function readDecay(lines: TextLines): DecayNote | null {
  if (!isDecayNote(lines.peekBeyondBlanks() ?? '')) return null
  const read = (pattern: RegExp, what: string): number => {
    lines.peekBeyondBlanks()
    return lines.number(pattern.exec(lines.next() ?? '')?.[1], what)
  }
  return {
    intensity: read(/^\s*Beam intensity\s+:\s*(\S+)\s+pr\/s/, 'the beam intensity'),
    irradiation: read(/^\s*Irradiation time:\s*(\S+)\s+s/, 'the irradiation time'),
    cooling: read(/^\s*Decay time\s+:\s*(\S+)\s+s/, 'the decay time'),
  }
}

function readDetector(lines: TextLines): ResnucleiTable {
  const decay = readDecay(lines)
  lines.peekBeyondBlanks()
  const head = HEAD.exec(lines.next() ?? '')
  if (head === null) throw lines.error('"Detector n:", a number and a name')
  const summary = readSummary(lines)
  let byA: MassRow[] | null = null
  let byZ: ChargeRow[] | null = null
  let isomers: NuclideRow[] | null = null
  const nuclides: NuclideRow[] = []
  for (
    let text = lines.peekBeyondBlanks();
    text !== null && !HEAD.test(text) && !isDecayNote(text);
    text = lines.peekBeyondBlanks()
  ) {
    lines.next()
    if (/as a function of Mass Number/.test(text)) {
      byA = yields(lines).map(({ key, ...amount }) => ({ A: key, ...amount }))
    } else if (/as a function of Atomic Number/.test(text)) {
      byZ = yields(lines).map(({ key, ...amount }) => ({ Z: key, ...amount }))
    } else if (/^\s*A \\ Z\s/.test(text)) {
      nuclides.push(...readBlock(lines, text))
    } else if (/\*{4} Isomers/.test(text)) {
      isomers = readIsomers(lines)
    } else if (!/Residual nuclei distribution/.test(text)) {
      throw lines.error('yields, a block of the matrix, or isomers')
    }
  }
  const resolved = isomers === null ? nuclides : nuclides.map((row) => ({ ...row, m: 0 }))
  return { number: Number(head[1]), name: head[2]!, byA, byZ, nuclides: resolved, isomers, decay, summary }
}

function readSummary(lines: TextLines): ResnucleiSummary {
  const region = new RegExp(`\\(Region\\s+(-?\\d+)\\s+Volume:\\s+(${NUMBER})\\s+cmc`).exec(lines.next() ?? '')
  if (region === null) throw lines.error('the region and the volume of the detector')
  const read = (pattern: RegExp, what: string): RegExpExecArray => {
    lines.peekBeyondBlanks()
    const found = pattern.exec(lines.next() ?? '')
    if (found === null) throw lines.error(what)
    return found
  }
  const type = read(/distr\. type\s*:\s*(-?\d+)/, 'the type of the distribution')
  const limits = read(/Z_max:\s*(\d+)\s*, N-Z_max:\s*(-?\d+)\s*, N-Z_min:\s*(-?\d+)/, 'Z_max, N-Z_max and N-Z_min')
  const total = read(new RegExp(`Tot\\. response \\(.*?\\)\\s+${PAIR}`), 'the total response')
  read(/-->/, 'the total response times the volume')
  return {
    region: Number(region[1]),
    volume: lines.number(region[2], 'the volume'),
    type: Number(type[1]),
    greatestZ: Number(limits[1]),
    total: measured(lines, total[1], total[2]),
  }
}

function yields(lines: TextLines): (Measured & { readonly key: number })[] {
  const found: (Measured & { readonly key: number })[] = []
  for (let line = lines.peekBeyondBlanks(); line !== null; line = lines.peekBeyondBlanks()) {
    const row = YIELD.exec(line)
    if (row === null && !/^\s*[AZ]_min:/.test(line)) break
    lines.next()
    if (row !== null) found.push({ key: Number(row[1]), ...measured(lines, row[2], row[3]) })
  }
  return found
}

function readBlock(lines: TextLines, head: string): NuclideRow[] {
  const charges = head
    .replace(/^\s*A \\ Z/, '')
    .trim()
    .split(/\s+/)
    .map((token) => lines.integer(token, 'a charge'))
  const found: NuclideRow[] = []
  for (let line = lines.peek(); line !== null && /^\s*\d+\s/.test(line); line = lines.peek()) {
    lines.next()
    const [mass, ...values] = line.trim().split(/\s+/)
    const A = lines.integer(mass, 'a mass number')
    const numbers = values.map((token) => lines.number(token, 'a value'))
    const errors = [...(lines.next() ?? '').matchAll(new RegExp(`\\+/-\\s*(${NUMBER})\\s*%`, 'g'))]
    if (numbers.length !== charges.length || errors.length !== charges.length) {
      throw lines.error(`${charges.length} values and as many errors of A = ${A}`)
    }
    for (const [i, value] of numbers.entries()) {
      if (value !== 0)
        found.push({ Z: charges[i]!, A, m: null, value, error: lines.number(errors[i]![1], 'an error') / 100 })
    }
  }
  return found
}

function readIsomers(lines: TextLines): NuclideRow[] {
  const found: NuclideRow[] = []
  for (let line = lines.peekBeyondBlanks(); line !== null; line = lines.peekBeyondBlanks()) {
    const row = ISOMER.exec(line)
    if (row === null && !/^\s*A\s+Z\s+mth\s*$/.test(line)) break
    lines.next()
    if (row === null) continue
    found.push({ A: Number(row[1]), Z: Number(row[2]), m: Number(row[3]), ...measured(lines, row[4], row[5]) })
  }
  return found
}
