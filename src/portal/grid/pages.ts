/** Rows of a long list, asked for page by page as they come into sight. */

import { type UseQueryOptions, useQueries } from '@tanstack/react-query'
import { useCallback, useState } from 'react'

interface Page<Row> {
  readonly items: readonly Row[]
  readonly total: number
}

export interface PagedRows<Row> {
  readonly total: number
  readonly rowAt: (index: number) => Row | undefined
  readonly onRange: (first: number, last: number) => void
  readonly isLoading: boolean
  readonly error: Error | null
  readonly retry: () => void
}

/**
 * @param pageSize rows of a page.
 * @param query question for a page; pages that leave the sight are kept for a while and not asked again.
 */
export function usePagedRows<Row>(
  pageSize: number,
  // biome-ignore lint/suspicious/noExplicitAny: the key of the query is the caller's
  query: (page: number) => UseQueryOptions<any, Error, Page<Row>, any>,
): PagedRows<Row> {
  const [range, setRange] = useState<readonly [number, number]>([0, 0])
  const pages = Array.from({ length: range[1] - range[0] + 1 }, (_, index) => range[0] + index)
  const answers = useQueries({ queries: pages.map((page) => query(page)) })
  const known = answers.find((answer) => answer.data !== undefined)?.data as Page<Row> | undefined
  const failed = answers.find((answer) => answer.error !== null)
  const onRange = useCallback(
    (first: number, last: number) => {
      const next = [Math.floor(first / pageSize), Math.floor(last / pageSize)] as const
      setRange((now) => (now[0] === next[0] && now[1] === next[1] ? now : next))
    },
    [pageSize],
  )
  // While the next page is on its way the table keeps its length: a list that shrinks throws the reader back to its top.
  const [total, setTotal] = useState<number | null>(null)
  if (known && known.total !== total) setTotal(known.total)
  return {
    total: known?.total ?? total ?? 0,
    rowAt: (index) => {
      const page = Math.floor(index / pageSize) - range[0]
      return (answers[page]?.data as Page<Row> | undefined)?.items[index % pageSize]
    },
    onRange,
    isLoading: known === undefined && total === null && failed === undefined,
    error: known === undefined ? (failed?.error ?? null) : null,
    retry: () => {
      for (const answer of answers) void answer.refetch()
    },
  }
}
