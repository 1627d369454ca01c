/**
 * Reader of RESNUCLEi as text, which FLUKA writes itself when the unit of the card is positive. Known from the code of
 * open readers only: **unproven on real files**.
 */

import type { NuclideRow, ResnucleiTable, RunNote } from './fluka-text.ts'
import { readNumbers, readRun } from './read-usrbea.ts'
import { NUMBER, type TextLines } from './text-lines.ts'

const HEAD = /^\s*Res\. nuclei n\.\s*(\d+)\s+"(.{10})"\s*,\s*(.*?)\s*products, region n\.\s*(-?\d+)\s*$/
const VOLUME = new RegExp(`^\\s*detector volume:\\s+(${NUMBER}) cm\\*\\*3\\s*$`)
const LIMITS = /^\s*Max\. Z:\s*(\d+), Max\. N-Z:\s*(-?\d+),? Min\. N-Z:\s*(-?\d+)\s*$/
const DATA = /^\s*Data follow in a matrix A\(z,n-z-k\), k:\s*(-?\d+) format/

export const isFormattedResnucleiHead = (line: string): boolean => HEAD.test(line)

/** @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line, also when numbers are missing. */
export function readFormattedResnuclei(lines: TextLines): { run: RunNote | null; detectors: ResnucleiTable[] } {
  const run = readRun(lines)
  const detectors: ResnucleiTable[] = []
  for (let line = lines.peekBeyondBlanks(); line !== null; line = lines.peekBeyondBlanks()) {
    if (line.trim() === '1') lines.next()
    else detectors.push(readDetector(lines))
  }
  return { run, detectors }
}

function readDetector(lines: TextLines): ResnucleiTable {
  const read = (pattern: RegExp, what: string): RegExpExecArray => {
    lines.peekBeyondBlanks()
    const found = pattern.exec(lines.next() ?? '')
    if (found === null) throw lines.error(what)
    return found
  }
  const [, number, name, products, region] = read(HEAD, 'the head of a detector: number, name, products and region')
  const [, volume] = read(VOLUME, 'the volume of the detector')
  const [, maxZ, maxExcess, minExcess] = read(LIMITS, 'Max. Z, Max. N-Z and Min. N-Z')
  const [, k] = read(DATA, '"Data follow in a matrix A(z,n-z-k)"')
  const [greatestZ, K] = [Number(maxZ), Number(k)]
  const columns = Number(maxExcess) - K
  if (K !== -5 || Number(minExcess) !== K + 1 || greatestZ < 1 || greatestZ > 200 || columns < 1 || columns > 1000) {
    throw lines.error('a matrix of possible nuclides with k = -5')
  }
  const values = readNumbers(lines, greatestZ * columns, 'value')
  const nuclides: NuclideRow[] = []
  for (const [place, value] of values.entries()) {
    const Z = (place % greatestZ) + 1
    const A = Math.floor(place / greatestZ) + 1 + K + 2 * Z
    if (value !== 0) nuclides.push({ Z, A, m: null, value, error: null })
  }
  return {
    number: Number(number),
    name: name!.trim(),
    byA: null,
    byZ: null,
    nuclides,
    isomers: null,
    decay: null,
    summary: {
      region: Number(region),
      volume: lines.number(volume, 'the volume'),
      type: products === 'all' ? 3 : products!.includes('low') ? 2 : 1,
      greatestZ,
      total: { value: values.reduce((sum, value) => sum + value, 0), error: null },
    },
  }
}
