/**
 * What goes over the socket between a worker and the container of its engine: frames with a length of four bytes (big
 * endian) and a kind of one, `J` for JSON and `B` for the bytes of a file. The other end may be in the hands of whoever
 * wrote the program's input, so every length is held against a limit before a byte of it is kept.
 */

export type Frame =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

export interface FrameLimits {
  /** Largest frame of JSON, in bytes. */
  readonly json: number
  /** Largest sum of all frames of bytes. */
  readonly bytes: number
}

export class FrameError extends Error {
  override readonly name = 'FrameError'
}

const HEAD = 5
const [JSON_KIND, BYTES_KIND] = [0x4a, 0x42]

export const jsonFrame = (value: unknown): readonly Uint8Array[] => frame(JSON_KIND, Buffer.from(JSON.stringify(value)))
export const bytesFrame = (bytes: Uint8Array): readonly Uint8Array[] => frame(BYTES_KIND, bytes)

function frame(kind: number, content: Uint8Array): readonly Uint8Array[] {
  const head = Buffer.alloc(HEAD)
  head.writeUInt32BE(content.byteLength, 0)
  head[4] = kind
  return [head, content]
}

/** Makes frames of the chunks in which they come. */
export class FrameReader {
  readonly #limits: FrameLimits
  #chunks: Uint8Array[] = []
  #held = 0
  #bytesSeen = 0
  /** Of the frame that is being read. */
  #wants: { readonly length: number; readonly kind: number } | undefined

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  /** @throws FrameError for what is none, or is too large */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk)
    this.#held += chunk.byteLength
    for (;;) {
      if (this.#wants === undefined) {
        if (this.#held < HEAD) return
        this.#wants = this.#headOf(this.#take(HEAD))
      }
      const { length, kind } = this.#wants
      if (this.#held < length) return
      const content = this.#take(length)
      this.#wants = undefined
      yield kind === BYTES_KIND ? { kind: 'bytes', bytes: content } : { kind: 'json', value: parsed(content) }
    }
  }

  #headOf(head: Buffer) {
    const [length, kind] = [head.readUInt32BE(0), head[4]!]
    if (kind !== JSON_KIND && kind !== BYTES_KIND) throw new FrameError(`A frame is of kind ${kind}, which is none.`)
    if (kind === BYTES_KIND) this.#bytesSeen += length
    const [is, most] = kind === JSON_KIND ? [length, this.#limits.json] : [this.#bytesSeen, this.#limits.bytes]
    if (is > most) throw new FrameError(`Frames have ${is} bytes; ${most} are allowed.`)
    return { length, kind }
  }

  #take(length: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#held)
    const whole = Buffer.from(all.buffer, all.byteOffset, all.byteLength)
    this.#chunks = [whole.subarray(length)]
    this.#held -= length
    return whole.subarray(0, length)
  }
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch {
    throw new FrameError('A frame that should be JSON is none.')
  }
}
