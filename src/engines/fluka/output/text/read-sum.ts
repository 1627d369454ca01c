/** Reader of the reports `_sum.lis` of `usrsuw`, `usxsuw` and `ustsuw`: what they say of the run, then the detectors. */

import type { FlukaText, RunNote } from './fluka-text.ts'
import { isDecayNote, readSumResnuclei } from './read-sum-resnuclei.ts'
import { readSumSpectrum } from './read-sum-spectrum.ts'
import type { TextLines } from './text-lines.ts'

/** True for the first line of such a report: the name of the binary file between stars. */
export const isSumHead = (line: string): boolean => /^\s*\*{4} .+ \*{4}\s*$/.test(line) && !/^\s*\*{5}/.test(line)

/** @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line. */
export function readSum(lines: TextLines): FlukaText {
  lines.next()
  const run = readHead(lines)
  const { file } = lines
  const line = lines.peekBeyondBlanks()
  if (line === null) {
    if (run.primaries !== 0) throw lines.errorHere('a detector')
    return { kind: 'no data', file, detectors: [] }
  }
  const second = lines.peekAfter()
  if (isDecayNote(line) || /\(Region/.test(second)) {
    return { kind: 'RESNUCLEi table', file, run, detectors: readSumResnuclei(lines) }
  }
  if (/\((Volume|Area):/.test(second)) return { kind: 'spectrum summary', file, run, detectors: readSumSpectrum(lines) }
  throw lines.errorHere('a detector with its region, its volume or its area')
}

function readHead(lines: TextLines): RunNote {
  let title = ''
  for (;;) {
    const line = lines.next()
    if (line === null) throw lines.errorHere('"Total primaries run:"')
    const count = /^\s*Total primaries run:\s*(\d+)\s*$/.exec(line)
    if (count === null) {
      if (line.trim() !== '') title = line.trim()
      continue
    }
    lines.peekBeyondBlanks()
    const weight = /^\s*Total weight of the primaries run:\s*(\S+)\s*$/.exec(lines.next() ?? '')
    if (weight === null) throw lines.error('"Total weight of the primaries run:"')
    return { title, primaries: Number(count[1]), weight: lines.number(weight[1], 'the total weight') }
  }
}
