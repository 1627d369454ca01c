/** Reader of the detectors of USRBDX, USRTRACK and USRCOLL in a `_sum.lis`: everything descends in energy. */

import type { Measured, SpectrumSummary } from './fluka-text.ts'
import { measured, PAIR } from './measured.ts'
import { NUMBER, type TextLines } from './text-lines.ts'

const HEAD = /^\s*Detector n:\s*(\d+)\s+(?:\(\s*\d+\s*\)\s+)?(\S.*?)\s*$/

/** @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line. */
export function readSumSpectrum(lines: TextLines): SpectrumSummary[] {
  const detectors: SpectrumSummary[] = []
  while (lines.peekBeyondBlanks() !== null) detectors.push(readDetector(lines))
  return detectors
}

function readDetector(lines: TextLines): SpectrumSummary {
  const head = HEAD.exec(lines.next() ?? '')
  if (head === null || !/\((Volume|Area):/.test(lines.next() ?? '')) throw lines.error('the head of a detector')
  const total = readTotal(lines)
  const differential = readSection(lines, /\*{4} Different\. Fluxes as a function of energy/, 'the differential fluxes')
  const cumulative = readSection(lines, /\*{4} Cumulative Fluxes as a function of energy/, 'the cumulative fluxes')
  const byAngle = /\*{4} Double diff\. Fluxes/.test(lines.peekBeyondBlanks() ?? '') ? readAngles(lines) : null
  return {
    number: Number(head[1]),
    name: head[2]!,
    total,
    ends: differential.ends,
    flux: differential.values,
    cumulative: cumulative.values,
    byAngle,
  }
}

/** Goes over the description of the detector up to its total. */
function readTotal(lines: TextLines): Measured {
  for (;;) {
    const line = lines.next()
    if (line === null || /\*{4}/.test(line)) throw lines.error('the total response')
    const total = new RegExp(`Tot\\. resp.*?\\(.*?\\)\\s+${PAIR}`).exec(line)
    if (total === null) continue
    lines.peekBeyondBlanks()
    if (!/-->/.test(lines.next() ?? '')) throw lines.error('the total response times volume or area')
    return measured(lines, total[1], total[2])
  }
}

/** One list of energies and values for the bins, another for the groups of low-energy neutrons. */
function readSection(lines: TextLines, title: RegExp, what: string): { ends: number[]; values: Measured[] } {
  lines.peekBeyondBlanks()
  if (!title.test(lines.next() ?? '')) throw lines.error(what)
  const ends: number[] = []
  const values: Measured[] = []
  let lowest = 0
  while (/^\s*Energy boundaries \(GeV\):/.test(lines.peekBeyondBlanks() ?? '')) {
    lines.next()
    for (
      let line = lines.peekBeyondBlanks();
      line !== null && !/[a-z]{3}/i.test(line);
      line = lines.peekBeyondBlanks()
    ) {
      ends.push(...lines.numbers(lines.next()!, 'an energy'))
    }
    const found = new RegExp(`^\\s*Lowest boundary\\s+\\(GeV\\):\\s+(${NUMBER})`).exec(lines.next() ?? '')
    if (found === null) throw lines.error('"Lowest boundary"')
    lowest = lines.number(found[1], 'the lowest energy')
    lines.peekBeyondBlanks()
    if (!/Flux \(/.test(lines.next() ?? '')) throw lines.error('the unit of the flux')
    values.push(...readPairs(lines))
  }
  if (values.length !== ends.length) throw lines.error(`${ends.length} values for as many energies`)
  return { ends: [...ends, lowest], values }
}

function readPairs(lines: TextLines): Measured[] {
  const values: Measured[] = []
  for (let line = lines.peekBeyondBlanks(); line?.includes('+/-'); line = lines.peekBeyondBlanks()) {
    lines.next()
    const pairs = [...line.matchAll(new RegExp(PAIR, 'g'))]
    if (pairs.length !== line.split('+/-').length - 1) throw lines.error('values with their errors')
    values.push(...pairs.map((pair) => measured(lines, pair[1], pair[2])))
  }
  return values
}

/** Solid angles, then for each energy the values per steradian and per degree; only the former are kept. */
function readAngles(lines: TextLines): Measured[][] {
  const energies: Measured[][] = []
  for (let line = lines.peekBeyondBlanks(); line !== null && !HEAD.test(line); line = lines.peekBeyondBlanks()) {
    lines.next()
    if (/^\s*Flux \(Part\/sr\//.test(line)) energies.push(readPairs(lines))
    else if (/^\s*Flux \(Part\/deg\//.test(line)) readPairs(lines)
  }
  return energies
}
