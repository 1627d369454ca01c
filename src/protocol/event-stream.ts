/** Reads a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) piece by piece. */

export interface ServerEvent {
  /** Last id seen so far; to be sent as `Last-Event-ID` when resuming. Empty before the first. */
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Takes text in pieces of any size and gives whole events. */
export class EventStreamParser {
  #rest = ''
  #id = ''
  #event = ''
  #data: string[] = []

  /** Id to resume after. */
  get lastId(): string {
    return this.#id
  }

  push(piece: string): ServerEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#line(line))
  }

  #line(line: string): ServerEvent[] {
    if (line === '') {
      const done =
        this.#data.length > 0 ? [{ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') }] : []
      this.#event = ''
      this.#data = []
      return done
    }
    // A comment: the server's heartbeat.
    if (line.startsWith(':')) return []
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#event = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return []
  }
}
