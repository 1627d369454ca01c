/** Reader of the table `_tab.lis` that `usxsuw`, `ustsuw` and `detsuw` write for spectra. */

import type { AngleBlock, SpectrumRow, SpectrumTable } from './fluka-text.ts'
import { NUMBER, type TextLines } from './text-lines.ts'

const HEAD = /^\s*# Detector n:\s*(\d+)\s+(.*?)\s*(?:\(integrated over solid angle\))?\s*$/
const BLOCK = new RegExp(`^\\s*# Block n:\\s*(\\d+)\\s+(${NUMBER})\\s*:\\s*(${NUMBER})\\s*$`)

/** True for the first line of such a table: the name stands beside the number. */
export const isSpectrumHead = (line: string): boolean => /^\s*# Detector n:\s*\d+\s+\S/.test(line)

/** @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line, also when rows are missing. */
export function readSpectrumTab(lines: TextLines): SpectrumTable[] {
  const detectors: SpectrumTable[] = []
  while (lines.peekBeyondBlanks() !== null) {
    const head = HEAD.exec(lines.next()!)
    if (head === null) throw lines.error('"# Detector n:", a number and a name')
    const intervals = count(
      lines,
      /^\s*# N\. of energy intervals\s+(\d+)\s*$/,
      '"# N. of energy intervals" and a number',
    )
    const rows = readRows(lines, intervals)
    const blocks = readBlocks(lines, intervals)
    if (blocks !== null) skipClosingRows(lines, intervals + 1, 'the next detector')
    detectors.push({ number: Number(head[1]), name: head[2]!, rows, blocks })
  }
  return detectors
}

function readBlocks(lines: TextLines, intervals: number): AngleBlock[] | null {
  if (!/^\s*# double differential distributions/.test(lines.peekBeyondBlanks() ?? '')) return null
  lines.next()
  const angles = count(
    lines,
    /^\s*# number of solid angle intervals\s+(\d+)\s*$/,
    'the number of solid angle intervals',
  )
  return Array.from({ length: angles }, (_, i) => {
    lines.peekBeyondBlanks()
    const head = BLOCK.exec(lines.next() ?? '')
    if (head === null || Number(head[1]) !== i + 1) throw lines.error(`"# Block n:" ${i + 1} and its solid angles`)
    const block = {
      low: lines.number(head[2], 'a solid angle'),
      high: lines.number(head[3], 'a solid angle'),
      rows: readRows(lines, intervals),
    }
    // Directly below the rows, without a blank line.
    if (lines.peek()?.trim() !== '') skipClosingRows(lines, 1, 'the next block')
    return block
  })
}

/** Rows of 0 that close the surface for a program that draws it: one below each block, and a block of them at the end. */
function skipClosingRows(lines: TextLines, most: number, next: string): void {
  for (let i = 0; ; i++) {
    const line = lines.peekBeyondBlanks()
    if (line === null || line.includes('#')) return
    if (i === most) return
    lines.next()
    const numbers = lines.numbers(line, 'a closing row')
    if (numbers[2] !== 0 || numbers[3] !== 0) throw lines.error(`${next}, or a closing row of value 0`)
  }
}

function count(lines: TextLines, pattern: RegExp, what: string): number {
  lines.peekBeyondBlanks()
  const found = pattern.exec(lines.next() ?? '')
  if (found === null) throw lines.error(what)
  return lines.integer(found[1], what)
}

function readRows(lines: TextLines, intervals: number): SpectrumRow[] {
  const rows: SpectrumRow[] = []
  for (let i = 0; i < intervals; i++) {
    const line = lines.peekBeyondBlanks()
    if (line === null || line.includes('#')) throw lines.errorHere(`row ${i + 1} of ${intervals}`)
    lines.next()
    const numbers = lines.numbers(line, 'two energies, a value and an error')
    // Newer programs write the solid angles as well.
    if (numbers.length !== 4 && numbers.length !== 6) throw lines.error('two energies, a value and an error')
    const [low, high, value, percent] = numbers as [number, number, number, number]
    rows.push({ low, high, value, error: percent / 100 })
  }
  return rows
}
