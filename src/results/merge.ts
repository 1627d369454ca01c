/**
 * The merge: tasks are folded into a running result, in any order, in any grouping, failed ones anywhere.
 *
 * Weights are histories: everything is kept as sums over histories and divided at the very end. The result is a
 * function of the *set* of batches that are in it, to the last bit (sum-tree.ts says how). A batch is never counted
 * twice. The memory follows regions x nuclides, not tasks: vectors are kept for at most 256 **groups** of batches.
 */

import type { Zai } from '#nuclides/nuclide.ts'
import { checkTaskTally } from './batch-table.ts'
import type { DistributionTally } from './distribution.ts'
import { DistributionMerge } from './distribution-merge.ts'
import { TallyError } from './errors.ts'
import { type Interval, IntervalSet } from './interval-set.ts'
import { checkSnapshot, groupLevelFor, type MergeSnapshot, type SnapshotTable } from './snapshot.ts'
import { CountTree, type NodePlace, WeightTree } from './sum-tree.ts'
import type { TaskTally } from './tally.ts'

/** Sums of one region: what all statistics start from. Columns are the nuclides, or the counters. */
export interface Sample {
  readonly histories: number
  readonly counts: boolean
  /** Largest weight of a single score; 1 for counts, `null` where it is not known. */
  readonly maxWeight: number | null
  /** Sum over all histories, by column. */
  readonly sums: Float64Array
  /** Sum over all histories of the square of one history's score; `null` without moments. */
  readonly squares: Float64Array | null
  /** Histories of each group of batches. */
  readonly groupHistories: Float64Array
  /** Sums of each group, by column. */
  readonly groups: readonly Float64Array[]
}

export interface ResidualSample extends Sample {
  /** Ascending. */
  readonly nuclides: readonly Zai[]
}

export interface CounterSample extends Sample {
  readonly names: readonly string[]
}

/** What all tallies of one merge have in common; set by the first one. */
interface Layout {
  readonly regions: readonly string[]
  readonly names: readonly string[]
  readonly counts: boolean
  readonly moments: boolean
  readonly residuals: CountTree | WeightTree
  readonly counters: CountTree | WeightTree
}

type Form = Pick<MergeSnapshot, 'regions' | 'names' | 'counts' | 'moments'>

const equal = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a === b || (a.length === b.length && a.every((value, index) => value === b[index]))

const newTree = (form: Form): CountTree | WeightTree =>
  form.counts ? new CountTree(form.moments) : new WeightTree(form.moments)

/** The running result of one scan point of one job. */
export class RunMerge {
  /** Meshes and spectra of the same tasks; a snapshot does not hold them, they are stored beside it. */
  readonly distributions = new DistributionMerge()
  #layout: Layout | null = null
  #maxWeight: number | null = 1
  #histories = 0
  readonly #ordinals = new IntervalSet()
  readonly #ranges = new IntervalSet()
  readonly #groupHistories = new Map<number, number>()
  /** Slots in order of arrival; residual column = slot x regions + region, so that new nuclides only append. */
  readonly #slots = new Map<Zai, number>()
  #sorted: readonly Zai[] | null = []
  /** Translation of the columns of the tally before: tasks of one job mostly list the same nuclides. */
  #translation: { nuclides: readonly Zai[]; columns: Uint32Array } | null = null
  #identity: Uint32Array = new Uint32Array(0)

  /** Histories in the result. */
  get histories(): number {
    return this.#histories
  }

  /** Batches in the result. */
  get batches(): number {
    return this.#ordinals.size
  }

  /** Groups of batches for which vectors are kept. */
  get groups(): number {
    return this.#groupHistories.size
  }

  /** Batches in one full group. */
  get batchesPerGroup(): number {
    return 2 ** (this.#layout?.residuals.level ?? 0)
  }

  /** Region 0 is `total`; empty before the first tally. */
  get regions(): readonly string[] {
    return this.#layout?.regions ?? []
  }

  /** Names of the counters; empty before the first tally. */
  get names(): readonly string[] {
    return this.#layout?.names ?? []
  }

  /** All nuclides that any tally listed, ascending. The same array until a new nuclide comes. */
  get nuclides(): readonly Zai[] {
    this.#sorted ??= [...this.#slots.keys()].sort((a, b) => a - b)
    return this.#sorted
  }

  /** True where sums are counts; also before the first tally. */
  get counts(): boolean {
    return this.#layout?.counts ?? true
  }

  /** True where sums of squares per history are known. */
  get moments(): boolean {
    return this.#layout?.moments ?? false
  }

  /** Largest weight of a single score; 1 for counts, `null` where an engine did not tell. */
  get maxWeight(): number | null {
    return this.#maxWeight
  }

  /** Ordinals of the batches that are in. */
  get ordinals(): readonly Interval[] {
    return this.#ordinals.toArray()
  }

  /** Indices of the histories that are in. */
  get ranges(): readonly Interval[] {
    return this.#ranges.toArray()
  }

  /** Whether a batch is in the result already. */
  has(ordinal: number): boolean {
    return this.#ordinals.overlap(ordinal, ordinal + 1) !== undefined
  }

  /**
   * Folds a task in. Either all of it is added or, with an error, nothing.
   * @throws TallyError when the tally is not whole, does not fit the others or holds a batch that is in already
   */
  add(tally: TaskTally): void {
    checkTaskTally(tally)
    const form = {
      regions: tally.residuals.regions,
      names: tally.counters.names,
      counts: tally.counts,
      moments: tally.residuals.table.squares !== null,
    }
    this.#checkForm(form)
    const batches = tally.residuals.table.batches
    for (const batch of batches) {
      this.#checkNew([batch.ordinal, batch.ordinal + 1], [batch.first, batch.first + batch.histories])
    }
    const distributions = tally.distributions ?? []
    this.distributions.check(distributions, this.#layout !== null)
    // From here on nothing can fail.
    if (batches.length > 0) this.distributions.add(distributions, batches[0]!.ordinal)
    const layout = this.#open(form)
    const columns = this.#translate(layout, tally.residuals.nuclides)
    for (const batch of batches) {
      this.#ordinals.add(batch.ordinal, batch.ordinal + 1)
      this.#ranges.add(batch.first, batch.first + batch.histories)
    }
    this.#raise(layout)
    this.#weigh(tally.counts, tally.maxWeight)
    for (const [row, batch] of batches.entries()) {
      const place = { level: 0, index: batch.ordinal }
      addRow(layout.residuals, place, tally.residuals.table, row, columns)
      addRow(layout.counters, place, tally.counters.table, row, this.#identity)
      this.#addHistories(place, batch.histories)
    }
  }

  /**
   * Folds another running result in: the rest of a job, merged elsewhere.
   * @param shift for a result with other random numbers (pool.ts): its batches and histories are counted from here;
   *   `shift.batches` is a multiple of 2^groupLevel, so that whole groups stay whole
   * @throws TallyError as `add` does
   */
  addSnapshot(snapshot: MergeSnapshot, shift = { batches: 0, histories: 0 }): void {
    checkSnapshot(snapshot)
    if (snapshot.ordinals.length === 0) return
    const ordinalsIn = snapshot.ordinals.map(([from, to]) => [from + shift.batches, to + shift.batches] as const)
    const rangesIn = snapshot.ranges.map(([from, to]) => [from + shift.histories, to + shift.histories] as const)
    const shifted = ({ level, index }: NodePlace): NodePlace => ({ level, index: index + shift.batches / 2 ** level })
    this.#checkForm(snapshot)
    for (const ordinals of ordinalsIn) this.#checkNew(ordinals, null)
    for (const range of rangesIn) this.#checkNew(null, range)
    const layout = this.#open(snapshot)
    const columns = this.#translate(layout, snapshot.nuclides)
    for (const [start, end] of ordinalsIn) this.#ordinals.add(start, end)
    for (const [start, end] of rangesIn) this.#ranges.add(start, end)
    this.#raise(layout)
    this.#weigh(snapshot.counts, snapshot.maxWeight)
    for (const [group, histories] of snapshot.groupHistories) {
      this.#addHistories(shifted({ level: snapshot.groupLevel, index: group }), histories)
    }
    for (const [tree, table, translation] of [
      [layout.residuals, snapshot.residuals, columns],
      [layout.counters, snapshot.counters, this.#identity],
    ] as const) {
      for (const [row, place] of table.nodes.entries()) addRow(tree, shifted(place), table, row, translation)
      if (table.totalSquares) {
        tree.addTotalSquares(table.totalSquares.columns, table.totalSquares.squares, translation)
      }
    }
  }

  /**
   * Residual nuclei of one region.
   * @throws TallyError `TALLY_UNKNOWN_CELL` when the result has no such region
   */
  residualSample(region: string): ResidualSample {
    const layout = this.#layoutWith(region)
    const at = layout.regions.indexOf(region)
    const nuclides = this.nuclides
    const columns = Uint32Array.from(nuclides, (zai) => this.#slots.get(zai)! * layout.regions.length + at)
    return { ...this.#sample(layout.residuals, columns), nuclides }
  }

  /**
   * Counters of one region.
   * @throws TallyError `TALLY_UNKNOWN_CELL` when the result has no such region
   */
  counterSample(region: string): CounterSample {
    const layout = this.#layoutWith(region)
    const first = layout.regions.indexOf(region) * layout.names.length
    const columns = Uint32Array.from(layout.names, (_, index) => first + index)
    return { ...this.#sample(layout.counters, columns), names: layout.names }
  }

  /** The result as plain values, in an order that depends on nothing but the batches that are in it. */
  toSnapshot(): MergeSnapshot {
    const layout = this.#layout
    const regions = this.regions
    const nuclides = this.nuclides
    const residualColumns = Uint32Array.from(
      { length: regions.length * nuclides.length },
      (_, column) =>
        this.#slots.get(nuclides[column % nuclides.length]!)! * regions.length + Math.floor(column / nuclides.length),
    )
    const counterColumns = Uint32Array.from({ length: regions.length * this.names.length }, (_, column) => column)
    return {
      regions,
      nuclides,
      names: this.names,
      counts: this.counts,
      moments: this.moments,
      maxWeight: this.#maxWeight,
      ordinals: this.ordinals,
      ranges: this.ranges,
      groupLevel: layout?.residuals.level ?? 0,
      groupHistories: this.#sortedGroupHistories(),
      residuals: snapshotTable(layout, layout?.residuals, residualColumns),
      counters: snapshotTable(layout, layout?.counters, counterColumns),
    }
  }

  /**
   * A running merge read back.
   * @param distributions what was stored beside it
   * @throws TallyError when the snapshot contradicts itself, or its meshes and spectra are of other histories
   */
  static fromSnapshot(snapshot: MergeSnapshot, distributions: readonly DistributionTally[] = []): RunMerge {
    const merge = new RunMerge()
    merge.addSnapshot(snapshot)
    const [first] = distributions
    if (!first) return merge
    if (first.histories !== merge.histories || first.batches !== merge.batches) {
      throw new TallyError(
        'TALLY_INVALID',
        `Stored merge: ${merge.histories} histories, and ${first.histories} in its meshes and spectra.`,
      )
    }
    merge.distributions.add(distributions, snapshot.ordinals.at(-1)![1] - 1)
    return merge
  }

  #layoutWith(region: string): Layout {
    if (!this.#layout?.regions.includes(region)) {
      throw new TallyError(
        'TALLY_UNKNOWN_CELL',
        `No region "${region}" in this result; it has [${this.regions.join(', ')}].`,
      )
    }
    return this.#layout
  }

  #sample(tree: CountTree | WeightTree, columns: Uint32Array): Sample {
    const pick = (from: Float64Array): Float64Array => {
      const values = new Float64Array(columns.length)
      for (let i = 0; i < columns.length; i++) values[i] = from[columns[i]!] ?? 0
      return values
    }
    const totals = tree.totals()
    const groupSums = new Map(tree.groups())
    const groups = this.#sortedGroupHistories()
    return {
      histories: this.#histories,
      counts: this.counts,
      maxWeight: this.#maxWeight,
      sums: pick(totals.sums),
      squares: totals.squares ? pick(totals.squares) : null,
      groupHistories: Float64Array.from(groups, ([, histories]) => histories),
      groups: groups.map(([group]) => pick(groupSums.get(group)!)),
    }
  }

  #checkForm(form: Form): void {
    const layout = this.#layout
    if (!layout) return
    if (!equal(form.regions, layout.regions)) {
      throw new TallyError(
        'TALLY_REGIONS_DIFFER',
        `The result has the regions [${layout.regions.join(', ')}], the tally has [${form.regions.join(', ')}].`,
      )
    }
    if (!equal(form.names, layout.names)) {
      throw new TallyError(
        'TALLY_COUNTERS_DIFFER',
        `The result has the counters [${layout.names.join(', ')}], the tally has [${form.names.join(', ')}].`,
      )
    }
    if (form.counts !== layout.counts) {
      const kind = (counts: boolean): string => (counts ? 'counts' : 'weighted scores')
      throw new TallyError(
        'TALLY_COUNTS_DIFFER',
        `The result holds ${kind(layout.counts)}, the tally ${kind(form.counts)}.`,
      )
    }
    if (form.moments !== layout.moments) {
      const kind = (moments: boolean): string => (moments ? 'with' : 'without')
      throw new TallyError(
        'TALLY_MOMENTS_DIFFER',
        `The result is ${kind(layout.moments)} sums of squares per history, the tally ${kind(form.moments)}.`,
      )
    }
  }

  #checkNew(ordinals: Interval | null, range: Interval | null): void {
    const ordinal = ordinals && this.#ordinals.overlap(...ordinals)
    if (typeof ordinal === 'number') {
      throw new TallyError('TALLY_BATCH_TWICE', `Batch ${ordinal} is in the result already.`)
    }
    const history = range && this.#ranges.overlap(...range)
    if (typeof history === 'number') {
      throw new TallyError('TALLY_HISTORIES_TWICE', `History ${history} is in the result already.`)
    }
  }

  #open(form: Form): Layout {
    if (!this.#layout) {
      this.#layout = {
        regions: [...form.regions],
        names: [...form.names],
        counts: form.counts,
        moments: form.moments,
        residuals: newTree(form),
        counters: newTree(form),
      }
      const counters = form.regions.length * form.names.length
      this.#identity = Uint32Array.from({ length: counters }, (_, column) => column)
      this.#layout.counters.reserve(counters)
    }
    return this.#layout
  }

  /** Columns of the tree for the columns of a tally: region x nuclides + nuclide becomes slot x regions + region. */
  #translate(layout: Layout, nuclides: readonly Zai[]): Uint32Array {
    if (this.#translation && equal(this.#translation.nuclides, nuclides)) return this.#translation.columns
    for (const zai of nuclides) {
      if (this.#slots.has(zai)) continue
      this.#slots.set(zai, this.#slots.size)
      this.#sorted = null
    }
    const regions = layout.regions.length
    const columns = new Uint32Array(regions * nuclides.length)
    for (const [index, zai] of nuclides.entries()) {
      const slot = this.#slots.get(zai)!
      for (let region = 0; region < regions; region++) {
        columns[region * nuclides.length + index] = slot * regions + region
      }
    }
    layout.residuals.reserve(this.#slots.size * regions)
    this.#translation = { nuclides: [...nuclides], columns }
    return columns
  }

  #raise(layout: Layout): void {
    const before = layout.residuals.level
    const level = groupLevelFor(this.#ordinals.end, layout.regions.length)
    if (level <= before) return
    layout.residuals.raise(level)
    layout.counters.raise(level)
    const groups = [...this.#groupHistories]
    this.#groupHistories.clear()
    for (const [group, histories] of groups) this.#countHistories(Math.floor(group / 2 ** (level - before)), histories)
  }

  #weigh(counts: boolean, maxWeight: number | null): void {
    if (counts) this.#maxWeight = 1
    else if (this.#histories === 0) this.#maxWeight = maxWeight
    else this.#maxWeight = this.#maxWeight === null || maxWeight === null ? null : Math.max(this.#maxWeight, maxWeight)
  }

  #addHistories(place: NodePlace, histories: number): void {
    this.#histories += histories
    const level = this.#layout!.residuals.level
    this.#countHistories(Math.floor(place.index / 2 ** (level - place.level)), histories)
  }

  #countHistories(group: number, histories: number): void {
    this.#groupHistories.set(group, (this.#groupHistories.get(group) ?? 0) + histories)
  }

  #sortedGroupHistories(): (readonly [number, number])[] {
    return [...this.#groupHistories].sort((a, b) => a[0] - b[0])
  }
}

interface Rows {
  readonly offsets: Uint32Array
  readonly columns: Uint32Array
  readonly sums: Float64Array
  readonly squares: Float64Array | null
}

function addRow(tree: CountTree | WeightTree, place: NodePlace, table: Rows, row: number, columnOf: Uint32Array): void {
  const { columns, sums, squares, offsets } = table
  tree.add(place, { columns, sums, squares, from: offsets[row]!, to: offsets[row + 1]! }, columnOf)
}

interface NodeSums {
  readonly sums: Float64Array
  readonly squares: Float64Array | null
}

/** Entries of a node that are not zero. A plain loop: some hundred groups times every nuclide of every region. */
function sparseRow(node: NodeSums, treeColumns: Uint32Array, withSquares: boolean) {
  const { sums: from, squares: squaresFrom } = node
  const columns = new Uint32Array(treeColumns.length)
  let entries = 0
  for (let column = 0; column < treeColumns.length; column++) {
    const at = treeColumns[column]!
    if ((from[at] ?? 0) !== 0 || (squaresFrom?.[at] ?? 0) !== 0) columns[entries++] = column
  }
  const kept = columns.slice(0, entries)
  const pick = (values: Float64Array): Float64Array => {
    const picked = new Float64Array(entries)
    for (let entry = 0; entry < entries; entry++) picked[entry] = values[treeColumns[kept[entry]!]!]!
    return picked
  }
  return { columns: kept, sums: pick(from), squares: withSquares && squaresFrom ? pick(squaresFrom) : null }
}

/** @param treeColumns for each column of the snapshot the column of the tree */
function snapshotTable(
  layout: Layout | null,
  tree: CountTree | WeightTree | undefined,
  treeColumns: Uint32Array,
): SnapshotTable {
  const nodes = tree?.nodes() ?? []
  const weightedSquares = layout ? layout.moments && !layout.counts : false
  const rows = nodes.map(([, node]) => sparseRow(node, treeColumns, weightedSquares))
  const offsets = new Uint32Array(nodes.length + 1)
  for (const [row, { columns }] of rows.entries()) offsets[row + 1] = offsets[row]! + columns.length
  const length = offsets[nodes.length]!
  const columns = new Uint32Array(length)
  const sums = new Float64Array(length)
  const squares = weightedSquares ? new Float64Array(length) : null
  for (const [row, sparse] of rows.entries()) {
    columns.set(sparse.columns, offsets[row])
    sums.set(sparse.sums, offsets[row])
    if (sparse.squares) squares?.set(sparse.squares, offsets[row])
  }
  return {
    nodes: nodes.map(([place]) => place),
    offsets,
    columns,
    sums,
    squares,
    totalSquares: layout?.counts && layout.moments && tree ? totalSquares(tree, treeColumns) : null,
  }
}

function totalSquares(
  tree: CountTree | WeightTree,
  treeColumns: Uint32Array,
): { columns: Uint32Array; squares: Float64Array } {
  const totals = tree.totals().squares ?? new Float64Array(0)
  const columns: number[] = []
  for (const [column, at] of treeColumns.entries()) if ((totals[at] ?? 0) !== 0) columns.push(column)
  return {
    columns: Uint32Array.from(columns),
    squares: Float64Array.from(columns, (column) => totals[treeColumns[column]!]!),
  }
}

/** Folds many tasks at once. @throws TallyError as `RunMerge.add` does */
export function mergeMany(tallies: Iterable<TaskTally>): RunMerge {
  const merge = new RunMerge()
  for (const tally of tallies) merge.add(tally)
  return merge
}
