/** What can be wrong with a question to the inventory; one code a cause. */
export type InventoryErrorCode = 'cut-not-positive' | 'nuclide-twice' | 'decay-cycle' | 'vector-length'

export class InventoryError extends Error {
  readonly code: InventoryErrorCode

  constructor(code: InventoryErrorCode, message: string) {
    super(message)
    this.name = 'InventoryError'
    this.code = code
  }
}
