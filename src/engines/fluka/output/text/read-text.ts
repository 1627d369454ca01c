/** Reads any text that FLUKA or one of its summing programs wrote; which it is, its first lines tell. */

import { FlukaReadError } from '../read-error.ts'
import type { FlukaText } from './fluka-text.ts'
import { isFormattedResnucleiHead, readFormattedResnuclei } from './read-formatted-resnuclei.ts'
import { readResnucleiTab } from './read-resnuclei-tab.ts'
import { isSpectrumHead, readSpectrumTab } from './read-spectrum-tab.ts'
import { isSumHead, readSum } from './read-sum.ts'
import { isUsrbinHead, readUsrbea } from './read-usrbea.ts'
import { TextLines } from './text-lines.ts'

/** Lines in which the kind of a text shows. */
const HEAD_LINES = 20

/**
 * @param name what the file is called in messages.
 * @throws FlukaReadError `FLUKA_TEXT_INVALID` with the line for anything that is not a whole text of a known kind.
 */
export function readFlukaText(text: string, name: string): FlukaText {
  const lines = new TextLines(text, name)
  const head = text.split(/\r?\n/, HEAD_LINES)
  const first = lines.peekBeyondBlanks()
  if (first === null) {
    throw new FlukaReadError('FLUKA_FILE_EMPTY', {
      file: name,
      record: null,
      offset: null,
      expected: 'a text',
      found: 'nothing',
    })
  }
  if (isSumHead(first)) return readSum(lines)
  if (isSpectrumHead(first)) return { kind: 'spectrum table', file: name, detectors: readSpectrumTab(lines) }
  if (/^\s*# Detector n:/.test(first)) {
    return { kind: 'RESNUCLEi table', file: name, run: null, detectors: readResnucleiTab(lines) }
  }
  if (head.some(isUsrbinHead)) return { kind: 'USRBIN table', file: name, ...readUsrbea(lines) }
  if (head.some(isFormattedResnucleiHead)) {
    return { kind: 'RESNUCLEi table', file: name, ...readFormattedResnuclei(lines) }
  }
  throw lines.errorHere('a report (_sum.lis), a table (_tab.lis), a text of usrbea, or a formatted file of RESNUCLEi')
}
