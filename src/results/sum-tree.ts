/**
 * Sums over batches that do not depend on the order in which the batches come, to the last bit.
 *
 * The batches are the leaves of a binary tree, by ordinal: node (level l, index i) holds the batches
 * `i 2^l .. (i + 1) 2^l - 1` and is the sum of its two halves. The **groups** are the nodes of one level; they serve
 * the errors of derived numbers. As batches come the level rises, and pairs of groups become one.
 *
 * - Counts add exactly (whole numbers below 2^53), so a batch goes straight into its group.
 * - Weighted scores round at each addition. A sum is then made only when both halves are complete, along the fixed
 *   tree; what waits for its other half is added at reading time, an absent half being skipped. The tree is a function
 *   of the set of batches, so the sums are too.
 */

import { lengthened } from './batch-table.ts'

/** Dense sums by column; what lies beyond the end of an array is zero. */
export interface NodeSums {
  readonly sums: Float64Array
  /** `null` without moments; for counts the squares are kept over everything, not by node. */
  readonly squares: Float64Array | null
}

/** Place of a node: it holds the ordinals `index 2^level .. (index + 1) 2^level - 1`. */
export interface NodePlace {
  readonly level: number
  readonly index: number
}

/** The sums of some batches as entries of a sparse row. */
export interface SparseRow {
  readonly columns: Uint32Array
  readonly sums: Float64Array
  readonly squares: Float64Array | null
  readonly from: number
  readonly to: number
}

const halfIndex = (index: number, levels: number): number => Math.floor(index / 2 ** levels)

/** `target + source`, column by column; the longer array is used again where that is allowed. */
function addInto(target: Float64Array, source: Float64Array): Float64Array {
  const into = target.length >= source.length ? target : lengthened(target, source.length)
  for (let column = 0; column < source.length; column++) into[column]! += source[column]!
  return into
}

function joined(a: NodeSums, b: NodeSums): NodeSums {
  const sums = addInto(a.sums, b.sums)
  return { sums, squares: a.squares && b.squares ? addInto(a.squares, b.squares) : null }
}

const copied = (node: NodeSums): NodeSums => ({
  sums: node.sums.slice(),
  squares: node.squares?.slice() ?? null,
})

/** Exact sums (counts): a batch goes straight into its group. */
export class CountTree {
  #level = 0
  readonly #groups = new Map<number, Float64Array>()
  #sums = new Float64Array(0)
  #squares: Float64Array | null
  #capacity = 0

  constructor(moments: boolean) {
    this.#squares = moments ? new Float64Array(0) : null
  }

  get level(): number {
    return this.#level
  }

  /** Makes room for columns up to `count`. */
  reserve(count: number): void {
    if (count <= this.#capacity) return
    this.#capacity = Math.max(count, Math.min(this.#capacity * 2, this.#capacity + 4096))
    this.#sums = lengthened(this.#sums, this.#capacity)
    if (this.#squares) this.#squares = lengthened(this.#squares, this.#capacity)
  }

  /** Raises the level; pairs of groups become one. */
  raise(level: number): void {
    if (level <= this.#level) return
    const before = [...this.#groups]
    this.#groups.clear()
    for (const [index, sums] of before) {
      const parent = halfIndex(index, level - this.#level)
      const other = this.#groups.get(parent)
      this.#groups.set(parent, other ? addInto(other, sums) : sums)
    }
    this.#level = level
  }

  /** Adds a row; `columnOf` translates its columns to those of the tree. */
  add(place: NodePlace, row: SparseRow, columnOf: Uint32Array): void {
    const group = this.#group(halfIndex(place.index, this.#level - place.level))
    const { columns, sums, squares, from, to } = row
    const total = this.#sums
    for (let entry = from; entry < to; entry++) {
      const column = columnOf[columns[entry]!]!
      const sum = sums[entry]!
      group[column]! += sum
      total[column]! += sum
    }
    const totalSquares = this.#squares
    if (!totalSquares || !squares) return
    for (let entry = from; entry < to; entry++) totalSquares[columnOf[columns[entry]!]!]! += squares[entry]!
  }

  /** Adds sums of squares that belong to everything, not to one group. */
  addTotalSquares(columns: Uint32Array, squares: Float64Array, columnOf: Uint32Array): void {
    const total = this.#squares
    if (!total) return
    for (const [entry, column] of columns.entries()) total[columnOf[column]!]! += squares[entry]!
  }

  /** The groups by index, ascending. */
  groups(): (readonly [index: number, sums: Float64Array])[] {
    return [...this.#groups].sort((a, b) => a[0] - b[0])
  }

  /** Sums over everything. */
  totals(): NodeSums {
    return { sums: this.#sums, squares: this.#squares }
  }

  /** What has to be stored to go on later. */
  nodes(): (readonly [NodePlace, NodeSums])[] {
    return this.groups().map(
      ([index, sums]) =>
        [
          { level: this.#level, index },
          { sums, squares: null },
        ] as const,
    )
  }

  #group(index: number): Float64Array {
    const present = this.#groups.get(index)
    if (present && present.length >= this.#capacity) return present
    const group = present ? lengthened(present, this.#capacity) : new Float64Array(this.#capacity)
    this.#groups.set(index, group)
    return group
  }
}

/** Sums that round (weighted scores): added along the fixed tree only. */
export class WeightTree {
  #level = 0
  /** Complete nodes at or below the level of the groups, by level. */
  readonly #nodes: Map<number, NodeSums>[] = [new Map()]
  readonly #moments: boolean
  #capacity = 0
  #cache: { groups: [number, NodeSums][]; totals: NodeSums } | null = null

  constructor(moments: boolean) {
    this.#moments = moments
  }

  get level(): number {
    return this.#level
  }

  /** Makes room for columns up to `count`. */
  reserve(count: number): void {
    this.#capacity = Math.max(this.#capacity, count)
  }

  /** Raises the level; complete pairs become one, the others wait. */
  raise(level: number): void {
    while (this.#level < level) {
      const below = [...this.#nodes[this.#level]!]
      this.#nodes[this.#level]!.clear()
      this.#level++
      this.#nodes.push(new Map())
      for (const [index, node] of below) this.#insert(this.#level - 1, index, node)
    }
    this.#cache = null
  }

  /** Adds a complete node; `columnOf` translates its columns to those of the tree. */
  add(place: NodePlace, row: SparseRow, columnOf: Uint32Array): void {
    const node: NodeSums = {
      sums: new Float64Array(this.#capacity),
      squares: this.#moments ? new Float64Array(this.#capacity) : null,
    }
    for (let entry = row.from; entry < row.to; entry++) {
      const column = columnOf[row.columns[entry]!]!
      node.sums[column] = row.sums[entry]!
      if (node.squares && row.squares) node.squares[column] = row.squares[entry]!
    }
    this.#insert(place.level, place.index, node)
    this.#cache = null
  }

  /** Weighted scores keep their squares by node. */
  addTotalSquares(): void {}

  /** The groups by index, ascending. */
  groups(): (readonly [index: number, sums: Float64Array])[] {
    return this.#read().groups.map(([index, node]) => [index, node.sums] as const)
  }

  /** Sums over everything. */
  totals(): NodeSums {
    return this.#read().totals
  }

  /** What has to be stored to go on later: complete nodes only, so that nothing was rounded out of turn. */
  nodes(): (readonly [NodePlace, NodeSums])[] {
    return this.#nodes.flatMap((nodes, level) =>
      [...nodes].sort((a, b) => a[0] - b[0]).map(([index, node]) => [{ level, index }, node] as const),
    )
  }

  #insert(level: number, index: number, node: NodeSums): void {
    while (level < this.#level) {
      const nodes = this.#nodes[level]!
      const sibling = index % 2 === 0 ? index + 1 : index - 1
      const other = nodes.get(sibling)
      if (!other) break
      nodes.delete(sibling)
      node = joined(node, other)
      level++
      index = halfIndex(index, 1)
    }
    this.#nodes[level]!.set(index, node)
  }

  #read(): { groups: [number, NodeSums][]; totals: NodeSums } {
    if (this.#cache) return this.#cache
    // Upwards to the level of the groups: what is complete there, and what still waits below.
    let level = 0
    let waiting = new Map<number, NodeSums>()
    for (; level < this.#level; level++) waiting = paired([...this.#nodes[level]!, ...waiting])
    const groups = [...this.#nodes[this.#level]!, ...waiting].sort((a, b) => a[0] - b[0])
    // And on to the root.
    let row = groups
    while (row.length > 1) row = [...paired(row)]
    const totals = row[0]?.[1] ?? { sums: new Float64Array(0), squares: this.#moments ? new Float64Array(0) : null }
    this.#cache = { groups, totals }
    return this.#cache
  }
}

/** One level up: pairs are added, single ones go up as they are. The nodes given stay untouched. */
function paired(nodes: Iterable<readonly [number, NodeSums]>): Map<number, NodeSums> {
  const above = new Map<number, NodeSums>()
  for (const [index, node] of nodes) {
    const parent = halfIndex(index, 1)
    const other = above.get(parent)
    above.set(parent, other ? joined(copied(other), node) : node)
  }
  return above
}
