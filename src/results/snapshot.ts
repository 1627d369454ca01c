/** A running merge as plain values, and what such values promise. */

import type { Zai } from '#nuclides/nuclide.ts'
import { TallyError } from './errors.ts'
import type { Interval } from './interval-set.ts'
import type { NodePlace } from './sum-tree.ts'
import { TOTAL_REGION } from './tally.ts'

/** Sparse rows of one table of a running merge. */
export interface SnapshotTable {
  readonly nodes: readonly NodePlace[]
  /** Length: nodes + 1. */
  readonly offsets: Uint32Array
  readonly columns: Uint32Array
  readonly sums: Float64Array
  /** By entry for weighted scores; `null` for counts and without moments. */
  readonly squares: Float64Array | null
  /** For counts with moments: squares over everything, by column. */
  readonly totalSquares: { readonly columns: Uint32Array; readonly squares: Float64Array } | null
}

/** A running merge as plain values: it can be stored, read back and gone on with, or merged into another one. */
export interface MergeSnapshot {
  readonly regions: readonly string[]
  readonly nuclides: readonly Zai[]
  readonly names: readonly string[]
  readonly counts: boolean
  readonly moments: boolean
  readonly maxWeight: number | null
  /** Ordinals of the batches that are in. */
  readonly ordinals: readonly Interval[]
  /** Indices of the histories that are in. */
  readonly ranges: readonly Interval[]
  /** A group holds 2^level batches. */
  readonly groupLevel: number
  /** Histories by group. */
  readonly groupHistories: readonly (readonly [group: number, histories: number])[]
  readonly residuals: SnapshotTable
  readonly counters: SnapshotTable
}

/** Most groups of batches for which vectors are kept: enough for errors to 5 %, little enough for memory. */
export function maxGroups(regions: number): number {
  if (regions <= 16) return 256
  if (regions <= 32) return 128
  return regions <= 64 ? 64 : 32
}

/** Level of the groups: the smallest power of two of batches that keeps the number of groups within the limit. */
export function groupLevelFor(endOrdinal: number, regions: number): number {
  const limit = maxGroups(regions)
  let level = 0
  while (Math.ceil(endOrdinal / 2 ** level) > limit) level++
  return level
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

function invalid(message: string): never {
  throw new TallyError('TALLY_INVALID', `Stored merge: ${message}`)
}

/**
 * Checks what a snapshot promises, so that a damaged or invented one is refused before it touches a result.
 * @throws TallyError `TALLY_INVALID`, `TALLY_NOT_WHOLE`
 */
export function checkSnapshot(snapshot: MergeSnapshot): void {
  const { regions, names, nuclides, ordinals, ranges } = snapshot
  const batches = checkIntervals(ordinals, 'ordinals')
  const histories = checkIntervals(ranges, 'histories')
  if (batches === 0) {
    if (histories > 0 || snapshot.groupHistories.length > 0) invalid('histories without batches.')
    return
  }
  if (regions[0] !== TOTAL_REGION || new Set(regions).size !== regions.length) {
    invalid(`regions [${regions.join(', ')}]; the first must be ${TOTAL_REGION}, and none may come twice.`)
  }
  if (new Set(names).size !== names.length) invalid(`counters [${names.join(', ')}]; none may come twice.`)
  if (!nuclides.every((zai, index) => isWhole(zai) && zai > (nuclides[index - 1] ?? -1))) {
    invalid('the nuclides must rise and be distinct.')
  }
  const { maxWeight } = snapshot
  if (snapshot.counts ? maxWeight !== 1 : maxWeight !== null && !(maxWeight > 0 && Number.isFinite(maxWeight))) {
    invalid(`largest weight ${maxWeight}; 1 for counts, else a positive number or null.`)
  }
  const level = groupLevelFor(ordinals.at(-1)![1], regions.length)
  if (snapshot.groupLevel !== level) invalid(`groups of level ${snapshot.groupLevel}, expected ${level}.`)
  checkGroups(snapshot, histories)
  checkTable(snapshot, snapshot.residuals, regions.length * nuclides.length, 'residuals')
  checkTable(snapshot, snapshot.counters, regions.length * names.length, 'counters')
}

/** @returns the number of members */
function checkIntervals(intervals: readonly Interval[], what: string): number {
  let before = -1
  let size = 0
  for (const [start, end] of intervals) {
    if (!isWhole(start) || !isWhole(end) || start <= before || end <= start) {
      invalid(`the ${what} [${start}, ${end}) after ${before}; rising, separate intervals were expected.`)
    }
    before = end
    size += end - start
  }
  return size
}

/** Number of members of `intervals` inside `[start, end)`. */
function membersWithin(intervals: readonly Interval[], start: number, end: number): number {
  let members = 0
  for (const [from, to] of intervals) members += Math.max(0, Math.min(to, end) - Math.max(from, start))
  return members
}

function checkGroups(snapshot: MergeSnapshot, histories: number): void {
  const size = 2 ** snapshot.groupLevel
  let before = -1
  let sum = 0
  let batches = 0
  for (const [group, ofGroup] of snapshot.groupHistories) {
    if (!isWhole(group) || group <= before || !isWhole(ofGroup)) {
      invalid(`group ${group} with ${ofGroup} histories after group ${before}.`)
    }
    const inGroup = membersWithin(snapshot.ordinals, group * size, (group + 1) * size)
    if (inGroup === 0 || ofGroup < inGroup) invalid(`group ${group}: ${inGroup} batches, ${ofGroup} histories.`)
    before = group
    sum += ofGroup
    batches += inGroup
  }
  if (sum !== histories) invalid(`the groups hold ${sum} histories, the ranges ${histories}.`)
  if (batches !== membersWithin(snapshot.ordinals, 0, Number.POSITIVE_INFINITY)) invalid('batches without a group.')
}

function checkTable(snapshot: MergeSnapshot, table: SnapshotTable, columnCount: number, what: string): void {
  const { nodes, offsets, columns, sums, squares } = table
  const { counts, moments, ordinals } = snapshot
  if (offsets.length !== nodes.length + 1 || offsets[0] !== 0 || offsets[nodes.length] !== columns.length) {
    invalid(`${what}: ${offsets.length} offsets for ${nodes.length} rows and ${columns.length} entries.`)
  }
  if (sums.length !== columns.length || (squares && squares.length !== columns.length)) {
    invalid(`${what}: ${columns.length} columns, ${sums.length} sums, ${squares?.length ?? 'no'} squares.`)
  }
  if ((squares !== null) !== (moments && !counts) || (table.totalSquares !== null) !== (moments && counts)) {
    invalid(`${what}: sums of squares are not where they belong.`)
  }
  for (let row = 0; row < nodes.length; row++) {
    checkColumns(columns, offsets[row]!, offsets[row + 1]!, columnCount, `${what}, row ${row}`)
  }
  checkValues(sums, counts, `${what}, sums`)
  if (squares) checkValues(squares, false, `${what}, squares`)
  if (table.totalSquares) {
    const total = table.totalSquares
    if (total.columns.length !== total.squares.length) invalid(`${what}: total squares do not fit their columns.`)
    checkColumns(total.columns, 0, total.columns.length, columnCount, `${what}, total squares`)
    checkValues(total.squares, true, `${what}, total squares`)
  }
  // The rows must hold every batch once.
  let batches = 0
  const seen = new Set<string>()
  for (const { level, index } of nodes) {
    const key = `${level}/${index}`
    if (!isWhole(level) || !isWhole(index) || level > snapshot.groupLevel || seen.has(key)) {
      invalid(`${what}: node ${key}.`)
    }
    seen.add(key)
    const members = membersWithin(ordinals, index * 2 ** level, (index + 1) * 2 ** level)
    if (counts ? level !== snapshot.groupLevel : members !== 2 ** level) invalid(`${what}: node ${key} is not whole.`)
    batches += members
  }
  if (batches !== membersWithin(ordinals, 0, Number.POSITIVE_INFINITY)) {
    invalid(`${what}: the rows hold ${batches} batches.`)
  }
}

function checkColumns(columns: Uint32Array, from: number, to: number, columnCount: number, where: string): void {
  if (to < from || to > columns.length) invalid(`${where}: offsets fall from ${from} to ${to}.`)
  let before = -1
  for (let entry = from; entry < to; entry++) {
    if (columns[entry]! <= before) invalid(`${where}: columns must rise.`)
    before = columns[entry]!
  }
  if (before >= columnCount) invalid(`${where}: column ${before} of ${columnCount}.`)
}

function checkValues(values: Float64Array, whole: boolean, where: string): void {
  for (const value of values) {
    if (!Number.isFinite(value)) invalid(`${where}: ${value} is not a finite number.`)
    if (whole && !isWhole(value)) {
      throw new TallyError('TALLY_NOT_WHOLE', `Stored merge: ${where}: ${value} in a result of counts.`)
    }
  }
}
