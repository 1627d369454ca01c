/** Reader of the texts of USRBIN: what `usrbea` makes of a binary file, and what FLUKA writes when asked for text. */

import type { RunNote, TextAxis, UsrbinTable } from './fluka-text.ts'
import { NUMBER, type TextLines } from './text-lines.ts'

const HEAD = /^\s*(\S.*?)\s+binning n\.\s*(\d+)\s+"(.{10})"\s*,\s*generalized particle n\.\s*(-?\d+)\s*$/
const AXIS = new RegExp(
  `^\\s*(\\S+) coordinate: from\\s+(${NUMBER})\\s+to\\s+(${NUMBER})\\s+(\\S+),\\s*(\\d+) bins \\(\\s*(${NUMBER})\\s+\\S+ wide\\)`,
)
const REGIONS = /^\s*from region\s+(\d+) to region\s+(\d+) in step of\s+(\d+) regions/
const DATA = /^\s*Data follow in an? (matrix|array) A\((.*?)\), format/
const ERRORS = /^\s*Percentage errors follow in an? (matrix|array)/

export const isUsrbinHead = (line: string): boolean => HEAD.test(line)

/** @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line, also when numbers are missing. */
export function readUsrbea(lines: TextLines): { run: RunNote | null; detectors: UsrbinTable[] } {
  const run = readRun(lines)
  const detectors: UsrbinTable[] = []
  for (let line = lines.peekBeyondBlanks(); line !== null; line = lines.peekBeyondBlanks()) {
    if (line.trim() === '1') lines.next()
    else detectors.push(readBinning(lines))
  }
  if (detectors.length === 0) throw lines.errorHere('a binning')
  return { run, detectors }
}

/** Title, time and number of primaries, where the text begins with them. */
export function readRun(lines: TextLines): RunNote | null {
  const title = /^\s*\*{5}\s(.*)\*{5}\s*$/.exec(lines.peekBeyondBlanks() ?? '')
  if (title === null) return null
  lines.next()
  if (/^\s*DATE:|^\s*\*+ .*\*+\s*$/.test(lines.peekBeyondBlanks() ?? '')) lines.next()
  lines.peekBeyondBlanks()
  const count = /^\s*Total number of particles followed\s+(\d+), for a total weight of\s+(\S+)\s*$/.exec(
    lines.next() ?? '',
  )
  if (count === null) throw lines.error('"Total number of particles followed"')
  return { title: title[1]!.trim(), primaries: Number(count[1]), weight: lines.number(count[2], 'the total weight') }
}

function readBinning(lines: TextLines): UsrbinTable {
  const head = HEAD.exec(lines.next() ?? '')
  if (head === null) throw lines.error('the head of a binning: its kind, number, name and particle')
  const axes: TextAxis[] = []
  const regions: [number, number, number][] = []
  let regionBins: number | null = null
  for (;;) {
    const line = lines.next()
    if (line === null) throw lines.errorHere('"Data follow in"')
    if (DATA.test(line)) break
    const axis = AXIS.exec(line)
    const set = REGIONS.exec(line)
    const bins = /^\s*(\d+) bins corresponding to the region sets:/.exec(line)
    if (axis !== null) {
      axes.push({
        name: axis[1]!,
        low: lines.number(axis[2], 'the lower end'),
        high: lines.number(axis[3], 'the upper end'),
        unit: axis[4]!,
        bins: lines.integer(axis[5], 'the number of bins'),
        width: lines.number(axis[6], 'the width of a bin'),
      })
    } else if (set !== null) regions.push([Number(set[1]), Number(set[2]), Number(set[3])])
    else if (bins !== null) regionBins = Number(bins[1])
    // The axis of a binning in R and phi: a sentence of its own, which changes no number.
    else if (!/axis coordinates/.test(line)) throw lines.error('an axis, a set of regions, or "Data follow in"')
  }
  if (regionBins === null && axes.length < 2) throw lines.error('the axes of the binning before its data')
  const size = regionBins ?? axes.reduce((product, { bins }) => product * bins, 1)
  const notes = readNotes(lines)
  const values = readNumbers(lines, size, 'value')
  const errors = ERRORS.test(lines.peekBeyondBlanks() ?? '') ? readErrors(lines, size) : null
  return {
    number: Number(head[2]),
    name: head[3]!.trim(),
    geometry: head[1]!,
    particle: Number(head[4]),
    axes: regionBins === null ? axes : null,
    regions: regionBins === null ? null : regions,
    notes,
    values,
    errors,
  }
}

function readNotes(lines: TextLines): string[] {
  const notes: string[] = []
  for (let line = lines.peekBeyondBlanks(); line !== null && /[a-z]{3}/i.test(line); line = lines.peekBeyondBlanks()) {
    notes.push(lines.next()!.trim())
  }
  return notes
}

function readErrors(lines: TextLines, size: number): Float64Array {
  lines.next()
  return readNumbers(lines, size, 'error in percent').map((percent) => percent / 100)
}

/** Numbers over as many lines as they need. */
export function readNumbers(lines: TextLines, size: number, what: string): Float64Array {
  const numbers = new Float64Array(Math.min(size, 2 ** 27))
  let count = 0
  while (count < size) {
    if (lines.peekBeyondBlanks() === null) throw lines.errorHere(`${what} ${count + 1} of ${size}`)
    for (const value of lines.numbers(lines.next()!, what)) {
      if (count === size) throw lines.error(`only ${size} numbers`)
      numbers[count++] = value
    }
  }
  return numbers
}
