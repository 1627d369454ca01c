/** What can be wrong with a question to the inventory; one code a cause. */
export type InventoryErrorCode =
  | 'cut-not-positive'
  | 'nuclide-twice'
  | 'decay-cycle'
  | 'vector-length'
  /** A decay constant, loss or branching that is negative, not a number, or points outside the network. */
  | 'network-not-valid'
  /** A time that is negative or not a number. */
  | 'duration-not-valid'
  /** A production rate or number of atoms that is negative or not a number. */
  | 'amount-not-valid'
  /** A duty cycle outside 0 to 1. */
  | 'duty-cycle-not-valid'

export class InventoryError extends Error {
  readonly code: InventoryErrorCode

  constructor(code: InventoryErrorCode, message: string) {
    super(message)
    this.name = 'InventoryError'
    this.code = code
  }
}
