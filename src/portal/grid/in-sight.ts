/** Which rows of a scrolled table a reader sees. */

/** Where a table is scrolled to: its heading stays above the rows and covers the first pixels of its height. */
export interface Scrolled {
  /** Rows that have passed under the heading, CSS pixels. */
  readonly top: number
  /** Of heading and rows together, CSS pixels. */
  readonly height: number
  readonly headHeight: number
  /** Of every row, CSS pixels. */
  readonly rowHeight: number
}

/** Whether the whole row stands below the heading and above the lower edge. No row (-1) is never in sight. */
export function isInSight(row: number, { top, height, headHeight, rowHeight }: Scrolled): boolean {
  if (row < 0) return false
  return row * rowHeight >= top && (row + 1) * rowHeight <= top + height - headHeight
}
