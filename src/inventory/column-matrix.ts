/** Sparse matrices by columns, and what they do to a vector. */

import { InventoryError } from './inventory-error.ts'

/** A sparse square matrix by columns; column `j` holds the entries `offsets[j] .. offsets[j + 1]`. */
export interface ColumnMatrix {
  readonly size: number
  readonly offsets: Uint32Array
  /** Row of an entry; the first of a column is its diagonal. */
  readonly rows: Uint32Array
  readonly values: Float64Array
}

/** Matrix times vector. Throws an {@link InventoryError} when the length does not fit. */
export function multiply(matrix: ColumnMatrix, vector: ArrayLike<number>): Float64Array {
  if (vector.length !== matrix.size) {
    throw new InventoryError(
      'vector-length',
      `the vector has ${vector.length} entries; expected ${matrix.size}, one a nuclide of the network`,
    )
  }
  const product = new Float64Array(matrix.size)
  for (let j = 0; j < matrix.size; j++) {
    const factor = vector[j]!
    if (factor === 0) continue
    for (let at = matrix.offsets[j]!; at < matrix.offsets[j + 1]!; at++) {
      product[matrix.rows[at]!]! += factor * matrix.values[at]!
    }
  }
  return product
}
