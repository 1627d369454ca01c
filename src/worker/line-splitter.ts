/** Cuts a stream of bytes into lines. */

const LONGEST_LINE = 16 * 1024

export class LineSplitter {
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('utf8')).split('\n')
    this.#rest = lines.pop()!.slice(0, LONGEST_LINE)
    for (const line of lines) this.#onLine(line)
  }

  /** Hands out what follows the last end of a line. */
  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest)
    this.#rest = ''
  }
}
