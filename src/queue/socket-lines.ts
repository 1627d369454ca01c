/** Splits a byte stream into lines, never holding more than a stated length of an unfinished one. */

import { StringDecoder } from 'node:string_decoder'

/** Thrown by `LineSplitter` when a line has no end within its bound. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError'
}

export class LineSplitter {
  readonly #maxBytes: number
  readonly #decoder = new StringDecoder('utf8')
  #parts: string[] = []
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Takes the next bytes and gives the lines that are whole now, without their ends.
   * @throws LineTooLongError when the unfinished line is longer than allowed.
   */
  push(chunk: Uint8Array): string[] {
    const pieces = this.#decoder.write(chunk as Buffer).split('\n')
    const lines: string[] = []
    for (const [i, piece] of pieces.entries()) {
      this.#parts.push(piece)
      this.#length += piece.length
      if (this.#length > this.#maxBytes)
        throw new LineTooLongError(`A line is longer than ${this.#maxBytes} characters.`)
      if (i === pieces.length - 1) break
      lines.push(this.#parts.join(''))
      this.#parts = []
      this.#length = 0
    }
    return lines
  }
}
