/** How much goes into one statement: longer lists go in slices. */

/** Rows in one insert: SQLite allows 32,766 bound values, PostgreSQL 65,535. */
export const ROWS_PER_INSERT = 500
/** Tasks named in one condition. */
export const TASKS_PER_QUERY = 500

export function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
