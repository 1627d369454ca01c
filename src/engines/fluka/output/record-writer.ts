/** Writes Fortran sequential records as gfortran does: little-endian, the length before and after (fortran-records.ts). */

type Field =
  | { readonly at: 'integer' | 'real'; readonly value: number }
  | { readonly at: 'text'; readonly value: string; readonly length: number }

/** An int32. */
export const integer = (value: number): Field => ({ at: 'integer', value })
/** A Fortran LOGICAL. */
export const logical = (value: boolean): Field => ({ at: 'integer', value: value ? 1 : 0 })
/** A float32. */
export const real = (value: number): Field => ({ at: 'real', value })
/** Characters, cut or filled with blanks to a length; what is not printable ASCII becomes `?`. */
export const text = (value: string, length: number): Field => ({ at: 'text', value, length })

const lengthOf = (field: Field): number => (field.at === 'text' ? field.length : 4)

export class RecordWriter {
  readonly #pieces: Uint8Array[] = []

  /** A record of single fields. */
  record(...fields: readonly Field[]): this {
    const length = fields.reduce((sum, field) => sum + lengthOf(field), 0)
    const { bytes, view } = this.#frame(length)
    let at = 4
    for (const field of fields) {
      if (field.at === 'text') writeText(bytes, at, field.value, field.length)
      else if (field.at === 'integer') view.setInt32(at, field.value, true)
      else view.setFloat32(at, field.value, true)
      at += lengthOf(field)
    }
    return this
  }

  /** A record of some integers, then float32. */
  numbers(values: ArrayLike<number>, ...integers: readonly number[]): this {
    const { view } = this.#frame(4 * (integers.length + values.length))
    for (const [i, value] of integers.entries()) view.setInt32(4 + 4 * i, value, true)
    const at = 4 + 4 * integers.length
    for (let i = 0; i < values.length; i++) view.setFloat32(at + 4 * i, values[i]!, true)
    return this
  }

  /** A record of int32. */
  integers(values: ArrayLike<number>): this {
    const { view } = this.#frame(4 * values.length)
    for (let i = 0; i < values.length; i++) view.setInt32(4 + 4 * i, values[i]!, true)
    return this
  }

  /** The file. */
  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }

  #frame(length: number): { bytes: Uint8Array; view: DataView } {
    const bytes = new Uint8Array(length + 8)
    const view = new DataView(bytes.buffer)
    view.setInt32(0, length, true)
    view.setInt32(4 + length, length, true)
    this.#pieces.push(bytes)
    return { bytes, view }
  }
}

function writeText(bytes: Uint8Array, at: number, value: string, length: number): void {
  for (let i = 0; i < length; i++) {
    const code = i < value.length ? value.charCodeAt(i) : 32
    bytes[at + i] = code >= 32 && code < 127 ? code : 63
  }
}
