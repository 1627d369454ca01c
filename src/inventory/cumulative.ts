import { formatHalfLife, formatSpan, isShorterThan } from '#nuclides/half-life.ts'
import { formatZai } from '#nuclides/names.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { secondsFromDays } from '#quantities/conversions.ts'
import type { Days, Seconds } from '#quantities/units.ts'
import { decayClosure } from './closure.ts'
import { type DecayData, type DecayNote, EVALUATED_DECAY, inOrder } from './decay-data.ts'
import { InventoryError } from './inventory-error.ts'

/** Precursors that live longer do not feed, unless another cut is asked for. */
export const DEFAULT_CUT_DAYS: Days = 100 as Days
export const DEFAULT_CUT: Seconds = secondsFromDays(DEFAULT_CUT_DAYS)

/**
 * A linear map from independent production to something else of every nuclide that is produced or fed: cumulative
 * production, or atoms at a moment. Row `t` (nuclide `nuclides[t]`) holds the entries `offsets[t] .. offsets[t + 1]`.
 */
export interface LinearFeeding {
  /** What the vectors of independent production are over, in the order given. */
  readonly produced: readonly Zai[]
  /** What the vectors of the outcome are over: everything produced or fed, ascending. */
  readonly nuclides: readonly Zai[]
  readonly offsets: Uint32Array
  /** Index into `produced`, ascending in a row. */
  readonly columns: Uint32Array
  /** What one unit of the column's nuclide gives to the row's. */
  readonly fractions: Float64Array
}

/**
 * For every nuclide that is produced or fed: from which produced nuclides, and which fraction of their atoms passes
 * through it; 1 for the nuclide itself.
 */
export interface FeedingMatrix extends LinearFeeding {
  readonly cut: Seconds
  /** 1 where atoms stay (stable, living longer than the cut, or without data); same order as `nuclides`. */
  readonly ends: Uint8Array
  /** Fraction of the atoms of every produced nuclide lost to fission, whose fragments are not followed. */
  readonly lost: Float64Array
  /** Ascending by nuclide. */
  readonly notes: readonly DecayNote[]
}

/** A half-life known badly matters only this close to the cut. */
const DOUBT_FACTOR = 100

function lastsShort(zai: Zai, data: DecayData, cut: Seconds, notes: DecayNote[]): boolean {
  const name = formatZai(zai)
  const halfLife = data.halfLifeOf(zai)
  if (halfLife === undefined) {
    notes.push({ zai, kind: 'not-listed', message: `${name} is not listed by NUBASE2020: its decay is not followed` })
    return false
  }
  const shorter = isShorterThan(halfLife, cut)
  if (shorter === undefined) {
    notes.push({
      zai,
      kind: 'half-life-not-known',
      message: `half-life of ${name} not known: taken as shorter than the cut`,
    })
    return true
  }
  const limit = halfLife.kind === 'lower-limit' || halfLife.kind === 'upper-limit'
  const seconds = halfLife.seconds
  const near = seconds !== null && seconds > cut / DOUBT_FACTOR && seconds < cut * DOUBT_FACTOR
  // A lower limit far below the cut is doubtful at any distance: the true value may be anything above it. Such limits
  // of microseconds belong to exotic nuclides, though, and only those of an hour and more are worth a note.
  const openAbove = halfLife.kind === 'lower-limit' && shorter.shorter && seconds! > 3600
  if (!shorter.certain && (near || openAbove) && (limit || halfLife.fromSystematics)) {
    notes.push({
      zai,
      kind: 'half-life-doubtful',
      message: `half-life of ${name} is ${formatHalfLife(halfLife)}: taken as the value against the cut of ${formatSpan(cut)}`,
    })
  }
  return shorter.shorter
}

interface Node {
  readonly daughters: readonly { readonly zai: Zai; readonly fraction: number }[]
  readonly lost: number
  readonly end: boolean
}

function nodeOf(zai: Zai, data: DecayData, cut: Seconds, notes: DecayNote[]): Node {
  const staying: Node = { daughters: [], lost: 0, end: true }
  if (!lastsShort(zai, data, cut, notes)) return staying
  // A branch back into the parent is not a decay; the others share what is left.
  const branches = data.branchesOf(zai).filter((branch) => branch.daughter !== zai && branch.branching > 0)
  const sum = branches.reduce((total, branch) => total + branch.branching, 0)
  if (branches.length === 0) {
    notes.push({
      zai,
      kind: 'no-branches',
      message: `no table says how ${formatZai(zai)} decays: its atoms are left there`,
    })
    return staying
  }
  if (branches.some((branch) => branch.assumed)) {
    notes.push({
      zai,
      kind: 'assumed-branching',
      message: `a branching of ${formatZai(zai)} is not measured: its listed mode was given what the others leave over`,
    })
  }
  return {
    daughters: branches.flatMap(({ daughter, branching }) =>
      daughter === null ? [] : [{ zai: daughter, fraction: branching / sum }],
    ),
    lost: branches.reduce((total, branch) => total + (branch.daughter === null ? branch.branching / sum : 0), 0),
    end: false,
  }
}

/**
 * Makes the matrix from independent to cumulative production.
 * @param produced nuclides of the independent production, each once, in any order
 * @param cut precursors with half-lives below it feed, those at or above it do not
 * Throws an {@link InventoryError} when a nuclide is given twice, when the cut is not positive, or when the decay data
 * hold a cycle.
 */
export function cumulativeFeeding(
  produced: readonly Zai[],
  cut: Seconds = DEFAULT_CUT,
  data: DecayData = EVALUATED_DECAY,
): FeedingMatrix {
  if (!(cut > 0)) {
    throw new InventoryError('cut-not-positive', `the precursor cut is ${cut} s; expected a half-life above 0 s`)
  }
  const column = new Map<Zai, number>()
  produced.forEach((zai, at) => {
    if (column.has(zai)) {
      throw new InventoryError(
        'nuclide-twice',
        `${formatZai(zai)} is given twice; expected every produced nuclide once`,
      )
    }
    column.set(zai, at)
  })
  const notes: DecayNote[] = []
  const network = decayClosure(
    produced,
    (zai) => nodeOf(zai, data, cut, notes),
    (node) => node.daughters.map((daughter) => daughter.zai),
  )
  const lost = new Float64Array(produced.length)
  const rows = feedingRows([...network], column, lost)
  const nuclides = [...network.keys()].sort((p, q) => p - q)
  const offsets = new Uint32Array(nuclides.length + 1)
  nuclides.forEach((zai, at) => {
    offsets[at + 1] = offsets[at]! + rows.get(zai)!.columns.length
  })
  const columns = new Uint32Array(offsets.at(-1)!)
  const fractions = new Float64Array(columns.length)
  nuclides.forEach((zai, at) => {
    columns.set(rows.get(zai)!.columns, offsets[at]!)
    fractions.set(rows.get(zai)!.fractions, offsets[at]!)
  })
  return {
    cut,
    produced: [...produced],
    nuclides,
    offsets,
    columns,
    fractions,
    ends: Uint8Array.from(nuclides, (zai) => Number(network.get(zai)!.end)),
    lost,
    notes: inOrder(notes),
  }
}

interface FeedingRow {
  /** Ascending. */
  readonly columns: readonly number[]
  readonly fractions: readonly number[]
}

/**
 * The rows of the matrix: each is gathered from the rows of the parents, which come before it.
 * @param network parents before daughters
 * @param column index of what is produced
 * @param lost takes what every column loses to fission
 */
function feedingRows(
  network: readonly (readonly [Zai, Node])[],
  column: ReadonlyMap<Zai, number>,
  lost: Float64Array,
): Map<Zai, FeedingRow> {
  const rows = new Map<Zai, FeedingRow>()
  const parents = new Map<Zai, { readonly row: FeedingRow; readonly fraction: number }[]>()
  // One row written out in full; only what was touched is read and cleared.
  const sums = new Float64Array(lost.length)
  const seen = new Uint8Array(lost.length)
  for (const [zai, node] of network) {
    const touched: number[] = []
    const add = (source: number, fraction: number): void => {
      if (seen[source] === 0) {
        seen[source] = 1
        touched.push(source)
      }
      sums[source]! += fraction
    }
    const own = column.get(zai)
    if (own !== undefined) add(own, 1)
    for (const { row, fraction } of parents.get(zai) ?? []) {
      for (let at = 0; at < row.columns.length; at++) add(row.columns[at]!, row.fractions[at]! * fraction)
    }
    const columns = touched.sort((p, q) => p - q)
    const fractions: number[] = []
    for (const source of columns) {
      const fraction = sums[source]!
      fractions.push(fraction)
      lost[source]! += fraction * node.lost
      sums[source] = 0
      seen[source] = 0
    }
    const row = { columns, fractions }
    rows.set(zai, row)
    for (const daughter of node.daughters) {
      const known = parents.get(daughter.zai)
      if (known) known.push({ row, fraction: daughter.fraction })
      else parents.set(daughter.zai, [{ row, fraction: daughter.fraction }])
    }
  }
  return rows
}

/**
 * Applies a feeding matrix to independent production: means, or the sums of one batch.
 * @param independent over `matrix.produced`, any unit
 * @returns over `matrix.nuclides`, in that unit times that of the matrix (none for cumulative production)
 * Throws an {@link InventoryError} when the length does not fit.
 */
export function applyFeeding(matrix: LinearFeeding, independent: ArrayLike<number>): Float64Array {
  if (independent.length !== matrix.produced.length) {
    throw new InventoryError(
      'vector-length',
      `the vector has ${independent.length} entries; expected ${matrix.produced.length}, one a produced nuclide`,
    )
  }
  const cumulative = new Float64Array(matrix.nuclides.length)
  for (let row = 0; row < cumulative.length; row++) {
    let sum = 0
    for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) {
      sum += matrix.fractions[at]! * independent[matrix.columns[at]!]!
    }
    cumulative[row] = sum
  }
  return cumulative
}

/** What feeds one nuclide: the produced nuclides with the fraction of their atoms that pass through it, largest first. */
export function feedersOf(matrix: FeedingMatrix, zai: Zai): { readonly zai: Zai; readonly fraction: number }[] {
  const row = matrix.nuclides.indexOf(zai)
  if (row < 0) return []
  const feeders: { zai: Zai; fraction: number }[] = []
  for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) {
    feeders.push({ zai: matrix.produced[matrix.columns[at]!]!, fraction: matrix.fractions[at]! })
  }
  return feeders.sort((p, q) => q.fraction - p.fraction || p.zai - q.zai)
}
