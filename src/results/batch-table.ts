/** Building, checking and reading the sparse table of sums per batch (tally.ts). */

import { TallyError } from './errors.ts'
import { type Batch, type BatchTable, type TaskTally, TOTAL_REGION } from './tally.ts'

/** One row of a table: views into it, not copies. */
export interface BatchRow {
  readonly batch: Batch
  readonly columns: Uint32Array
  readonly sums: Float64Array
  readonly squares: Float64Array | null
}

/** The rows of a table in their order. */
export function* batchRows(table: BatchTable): Generator<BatchRow> {
  for (const [row, batch] of table.batches.entries()) {
    const from = table.offsets[row]!
    const to = table.offsets[row + 1]!
    yield {
      batch,
      columns: table.columns.subarray(from, to),
      sums: table.sums.subarray(from, to),
      squares: table.squares?.subarray(from, to) ?? null,
    }
  }
}

/** Sum of one column over all rows; 0 where it has no entry. */
export function columnSum(table: BatchTable, column: number): number {
  let sum = 0
  for (let entry = 0; entry < table.columns.length; entry++) {
    if (table.columns[entry] === column) sum += table.sums[entry]!
  }
  return sum
}

/**
 * Fills a table batch by batch. Within a batch entries come in any order and the same column may come again; a column
 * whose sum and sum of squares are both zero leaves no entry.
 */
export class BatchTableBuilder {
  readonly #columnCount: number
  readonly #batches: Batch[] = []
  readonly #offsets: number[] = [0]
  #columns = new Uint32Array(256)
  #sums = new Float64Array(256)
  #squares: Float64Array | null
  #length = 0
  /** Dense row in hand. */
  readonly #rowSums: Float64Array
  readonly #rowSquares: Float64Array | null

  /**
   * @param columnCount number of columns of the table (regions x nuclides, or regions x names)
   * @param moments whether sums of squares per history are kept
   */
  constructor(columnCount: number, moments: boolean) {
    this.#columnCount = columnCount
    this.#rowSums = new Float64Array(columnCount)
    this.#rowSquares = moments ? new Float64Array(columnCount) : null
    this.#squares = moments ? new Float64Array(256) : null
  }

  /** Adds to the batch in hand. `square` is the sum over histories of x squared (ignored without moments). */
  add(column: number, sum: number, square = 0): void {
    if (!(column >= 0 && column < this.#columnCount)) {
      throw new TallyError('TALLY_INVALID', `Column ${column} of a table with ${this.#columnCount} columns.`)
    }
    this.#rowSums[column]! += sum
    if (this.#rowSquares) this.#rowSquares[column]! += square
  }

  /** Closes the batch in hand; the next `add` belongs to the next one. */
  endBatch(batch: Batch): void {
    for (let column = 0; column < this.#columnCount; column++) {
      const sum = this.#rowSums[column]!
      const square = this.#rowSquares?.[column] ?? 0
      if (sum === 0 && square === 0) continue
      this.#append(column, sum, square)
      this.#rowSums[column] = 0
      if (this.#rowSquares) this.#rowSquares[column] = 0
    }
    this.#batches.push(batch)
    this.#offsets.push(this.#length)
  }

  /** The table; the builder starts anew. */
  build(): BatchTable {
    const table: BatchTable = {
      batches: [...this.#batches],
      offsets: Uint32Array.from(this.#offsets),
      columns: this.#columns.slice(0, this.#length),
      sums: this.#sums.slice(0, this.#length),
      squares: this.#squares?.slice(0, this.#length) ?? null,
    }
    this.#batches.length = 0
    this.#offsets.length = 1
    this.#length = 0
    return table
  }

  #append(column: number, sum: number, square: number): void {
    if (this.#length === this.#columns.length) {
      const capacity = this.#length * 2
      const columns = new Uint32Array(capacity)
      columns.set(this.#columns)
      this.#columns = columns
      this.#sums = lengthened(this.#sums, capacity)
      if (this.#squares) this.#squares = lengthened(this.#squares, capacity)
    }
    this.#columns[this.#length] = column
    this.#sums[this.#length] = sum
    if (this.#squares) this.#squares[this.#length] = square
    this.#length++
  }
}

/** A copy with room for more; what is new is zero. */
export function lengthened(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length)
  longer.set(values)
  return longer
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/**
 * Checks a table against its promises.
 * @param what names the table in messages, for example `residuals`
 * @param counts whether every sum has to be a whole number
 * @throws TallyError `TALLY_INVALID`, `TALLY_NOT_WHOLE`
 */
export function checkBatchTable(table: BatchTable, columnCount: number, what: string, counts: boolean): void {
  const { batches, offsets, columns, sums, squares } = table
  const invalid = (message: string): never => {
    throw new TallyError('TALLY_INVALID', `Table ${what}: ${message}`)
  }
  if (offsets.length !== batches.length + 1) {
    invalid(`${batches.length} batches need ${batches.length + 1} offsets, there are ${offsets.length}.`)
  }
  if (sums.length !== columns.length || (squares && squares.length !== columns.length)) {
    invalid(`${columns.length} columns, ${sums.length} sums and ${squares?.length ?? 'no'} squares do not fit.`)
  }
  if (offsets[0] !== 0 || offsets[batches.length] !== columns.length) {
    invalid(`The offsets span ${offsets[0]} to ${offsets[batches.length]}, there are ${columns.length} entries.`)
  }
  checkBatches(batches, what)
  for (let row = 0; row < batches.length; row++) {
    const from = offsets[row]!
    const to = offsets[row + 1]!
    if (to < from || to > columns.length) invalid(`The offsets fall from ${from} to ${to} at row ${row}.`)
    let before = -1
    for (let entry = from; entry < to; entry++) {
      const column = columns[entry]!
      if (column <= before) invalid(`Column ${column} follows ${before} in row ${row}; columns must rise.`)
      before = column
      const sum = sums[entry]!
      const square = squares ? squares[entry]! : 0
      if (!Number.isFinite(sum) || !Number.isFinite(square) || square < 0) {
        invalid(`Row ${row}, column ${column}: sum ${sum}, squares ${square}; finite numbers were expected.`)
      }
      // x is whole, so x squared is at least x.
      if (counts && !(isCount(sum) && (!squares || (isCount(square) && square >= sum)))) {
        throw new TallyError(
          'TALLY_NOT_WHOLE',
          `Table ${what}, row ${row}, column ${column}: sum ${sum}${squares ? `, squares ${square}` : ''} in a tally of counts.`,
        )
      }
    }
    if (before >= columnCount) invalid(`Column ${before} in row ${row}; the table has ${columnCount} columns.`)
  }
}

/** @throws TallyError `TALLY_INVALID` unless the batches rise in ordinal and history, do not overlap and hold histories. */
export function checkBatches(batches: readonly Batch[], what: string): void {
  let ordinal = -1
  let end = 0
  for (const batch of batches) {
    const text = `batch ${batch.ordinal} (first ${batch.first}, ${batch.histories} histories)`
    if (!Number.isSafeInteger(batch.ordinal) || !Number.isSafeInteger(batch.first) || batch.first < 0) {
      throw new TallyError('TALLY_INVALID', `Table ${what}: ${text} is not a batch.`)
    }
    if (!Number.isSafeInteger(batch.first + batch.histories) || batch.histories < 1) {
      throw new TallyError('TALLY_INVALID', `Table ${what}: ${text} must hold at least one history.`)
    }
    if (batch.ordinal <= ordinal || batch.first < end) {
      throw new TallyError('TALLY_INVALID', `Table ${what}: ${text} does not follow the batch before it.`)
    }
    ordinal = batch.ordinal
    end = batch.first + batch.histories
  }
}

const strictlyRising = (values: readonly number[]): boolean =>
  values.every((value, index) => Number.isSafeInteger(value) && value > (values[index - 1] ?? -1))

/**
 * Checks everything a tally promises (tally.ts).
 * @throws TallyError `TALLY_INVALID`, `TALLY_NOT_WHOLE`, `TALLY_REGIONS_DIFFER`
 */
export function checkTaskTally(tally: TaskTally): void {
  const { residuals, counters } = tally
  const invalid = (message: string): never => {
    throw new TallyError('TALLY_INVALID', message)
  }
  for (const regions of [residuals.regions, counters.regions]) {
    if (regions[0] !== TOTAL_REGION || new Set(regions).size !== regions.length) {
      invalid(`Regions [${regions.join(', ')}]: the first must be ${TOTAL_REGION}, and none may come twice.`)
    }
  }
  // A merge has one list of regions, which says of residuals and counters alike where they were scored.
  if (residuals.regions.join('\n') !== counters.regions.join('\n')) {
    throw new TallyError(
      'TALLY_REGIONS_DIFFER',
      `Residuals are given for [${residuals.regions.join(', ')}], counters for [${counters.regions.join(', ')}]; both must have the same regions in the same order.`,
    )
  }
  if (new Set(counters.names).size !== counters.names.length) {
    invalid(`Counters [${counters.names.join(', ')}]: none may come twice.`)
  }
  if (!strictlyRising(residuals.nuclides)) invalid('The nuclides must rise and be distinct.')
  const { maxWeight } = tally
  if (tally.counts ? maxWeight !== 1 : maxWeight !== null && !(maxWeight > 0 && Number.isFinite(maxWeight))) {
    invalid(`Largest weight ${maxWeight}: 1 for counts, else a positive number or null.`)
  }
  checkBatchTable(residuals.table, residuals.regions.length * residuals.nuclides.length, 'residuals', tally.counts)
  checkBatchTable(counters.table, counters.regions.length * counters.names.length, 'counters', tally.counts)
  if ((residuals.table.squares === null) !== (counters.table.squares === null)) {
    invalid('Residuals and counters must both have sums of squares, or neither.')
  }
  const batches = residuals.table.batches
  const same =
    batches.length === counters.table.batches.length &&
    batches.every((batch, row) => {
      const other = counters.table.batches[row]!
      return batch.ordinal === other.ordinal && batch.first === other.first && batch.histories === other.histories
    })
  if (!same) invalid('Residuals and counters must have the same batches.')
  const histories = batches.reduce((sum, batch) => sum + batch.histories, 0)
  if (histories !== tally.histories) {
    invalid(`The batches hold ${histories} histories, the tally says ${tally.histories}.`)
  }
  for (const { layout, ...of } of tally.distributions ?? []) {
    if (of.histories === histories && of.batches === batches.length) continue
    invalid(
      `Distribution ${layout.name} is of ${of.histories} histories in ${of.batches} batches, the tally of ${histories} in ${batches.length}.`,
    )
  }
}
