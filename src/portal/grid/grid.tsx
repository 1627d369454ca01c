// biome-ignore-all lint/a11y/useSemanticElements: rows are laid out by position, which table elements cannot do; the roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid is one stop of the keyboard, its parts are reached by arrows
/**
 * A table of any length: only the rows in sight exist. Rows may still be on their way (`rowAt` answers `undefined`).
 * Keyboard: arrows or j/k move, Home/End and Page keys jump, Enter opens.
 */

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import style from './grid.module.css'
import { isInSight } from './in-sight.ts'

/** Height of the heading with its line, CSS pixels; grid.module.css has the same. */
const HEAD_HEIGHT = 33

export type SortOrder = 'asc' | 'desc'

export interface Column<Row> {
  readonly key: string
  readonly title: ReactNode
  /** Track of the CSS grid: `minmax(160px, 2fr)`. */
  readonly width: string
  readonly align?: 'end'
  /** True where a click on the heading sorts. */
  readonly sortable?: boolean
  /** Order of the first click; numbers are mostly wanted with the largest on top. */
  readonly firstOrder?: SortOrder
  /** Left out where the table is narrower than 640 px. */
  readonly wideOnly?: boolean
  readonly cell: (row: Row) => ReactNode
}

interface GridProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly count: number
  readonly rowAt: (index: number) => Row | undefined
  /** Height of every row, CSS pixels. */
  readonly rowHeight: number
  readonly sort?: { readonly key: string; readonly order: SortOrder }
  readonly onSort?: (key: string, order: SortOrder) => void
  readonly active?: number
  /**
   * The active row is brought into sight when this changes. When rows move, as in a table that is sorted anew while
   * numbers come in, it is followed as long as the reader has it in sight, and not once he has scrolled it away.
   */
  readonly scrollKey?: string | number
  readonly onActive?: (index: number) => void
  readonly onOpen?: (row: Row, index: number) => void
  /** Called with the rows in sight, so that their pages can be asked for. */
  readonly onRange?: (first: number, last: number) => void
  /** Shown instead of rows when there are none. */
  readonly empty?: ReactNode
  readonly maxHeight?: string
  /** Marks a row, for example the nuclide that the user looks for. */
  readonly marked?: (row: Row) => boolean
  readonly gridRef?: (element: HTMLDivElement | null) => void
}

export function Grid<Row>(props: GridProps<Row>) {
  const { columns, count, rowAt, rowHeight, sort, active = -1, onRange } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The heading stands before the rows and stays above them.
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  })
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => onRange?.(first, last), [onRange, first, last])
  const scrollKey = props.scrollKey ?? active
  const activeNow = useRef(active)
  activeNow.current = active
  /** The active row, where the last bringing into sight or the reader's own scrolling left it. */
  const followed = useRef(-1)
  useEffect(() => {
    void scrollKey
    // A frame later the table has its height.
    const frame = requestAnimationFrame(() => {
      followed.current = activeNow.current
      if (activeNow.current >= 0) virtual.scrollToIndex(activeNow.current)
    })
    return () => cancelAnimationFrame(frame)
  }, [scrollKey, virtual])
  useEffect(() => {
    const element = scroller.current
    if (!element || followed.current < 0 || active < 0 || active === followed.current) return
    const scrolled = { top: element.scrollTop, height: element.clientHeight, headHeight: HEAD_HEIGHT, rowHeight }
    if (isInSight(followed.current, scrolled)) virtual.scrollToIndex(active)
    followed.current = active
  }, [active, rowHeight, virtual])

  const move = (to: number) => {
    if (count > 0) props.onActive?.(Math.min(count - 1, Math.max(0, to)))
  }
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const inside = event.target !== event.currentTarget
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    }
    const to = steps[event.key]
    if (to !== undefined) {
      event.preventDefault()
      move(to)
    } else if (event.key === 'Enter' && !inside && active >= 0) {
      const row = rowAt(active)
      if (row) props.onOpen?.(row, active)
    }
  }
  const template = columns.map((column) => column.width).join(' ')
  const narrowTemplate = columns
    .filter((column) => !column.wideOnly)
    .map((column) => column.width)
    .join(' ')
  const vars = { '--columns': template, '--narrow-columns': narrowTemplate, '--row-height': `${rowHeight}px` } as object
  return (
    <div className={style.frame} style={vars}>
      <div
        ref={(element) => {
          scroller.current = element
          props.gridRef?.(element)
        }}
        className={style.scroller}
        role="grid"
        aria-label={props.label}
        aria-rowcount={count + 1}
        aria-activedescendant={active >= 0 && active >= first && active <= last ? `${id}-${active}` : undefined}
        tabIndex={0}
        style={props.maxHeight ? { maxHeight: props.maxHeight } : undefined}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.target === event.currentTarget && active < 0 && event.currentTarget.matches(':focus-visible'))
            move(0)
        }}
      >
        <div className={style.head} role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <Heading key={column.key} column={column} sort={sort} onSort={props.onSort} />
          ))}
        </div>
        {count === 0 && props.empty !== undefined && (
          <div role="row">
            <div role="gridcell" className={style.empty}>
              {props.empty}
            </div>
          </div>
        )}
        <div role="rowgroup" className={style.body} style={{ height: count === 0 ? 0 : virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rowAt(item.index)
            return (
              <div
                key={item.index}
                id={`${id}-${item.index}`}
                role="row"
                tabIndex={-1}
                aria-rowindex={item.index + 2}
                aria-selected={item.index === active}
                data-marked={(row && props.marked?.(row)) || undefined}
                data-opens={props.onOpen ? true : undefined}
                className={style.row}
                style={{ transform: `translateY(${item.start - HEAD_HEIGHT}px)` }}
                onMouseDown={() => props.onActive?.(item.index)}
                onClick={(event) => {
                  // A click on a link or button inside the row is that link's or button's.
                  if (row && !(event.target as Element).closest('a, button, input')) props.onOpen?.(row, item.index)
                }}
                onKeyDown={undefined}
              >
                {columns.map((column) => (
                  <div
                    key={column.key}
                    role="gridcell"
                    className={style.cell}
                    data-align={column.align}
                    data-wide-only={column.wideOnly || undefined}
                  >
                    {row ? column.cell(row) : <span className={style.ghost} />}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface HeadingProps<Row> {
  readonly column: Column<Row>
  readonly sort: GridProps<Row>['sort']
  readonly onSort: GridProps<Row>['onSort']
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const sorted = sort?.key === column.key ? sort.order : null
  const next: SortOrder = sorted === null ? (column.firstOrder ?? 'asc') : sorted === 'asc' ? 'desc' : 'asc'
  return (
    <div
      role="columnheader"
      className={style.heading}
      data-align={column.align}
      data-wide-only={column.wideOnly || undefined}
      aria-sort={
        column.sortable ? (sorted === null ? 'none' : sorted === 'asc' ? 'ascending' : 'descending') : undefined
      }
    >
      {column.sortable && onSort ? (
        <button type="button" className={style.sorter} onClick={() => onSort(column.key, next)}>
          {column.title}
          <span aria-hidden="true" className={style.arrow}>
            {sorted === null ? '' : sorted === 'asc' ? '▲' : '▼'}
          </span>
        </button>
      ) : (
        column.title
      )}
    </div>
  )
}
