/** Aligned columns for people. */

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Lines of a table; the last column is cut to the width of the terminal. */
export function columns(
  heads: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const widths = heads.map((head, i) => Math.max(head.title.length, ...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells: readonly string[]) => {
    const text = cells
      .map((cell, i) => (heads[i]!.align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
    return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text
  }
  return `${[line(heads.map((head) => head.title)), ...rows.map(line)].join('\n')}\n`
}
