/** The numbers of a map as a table, for whoever cannot or does not want to look at colours. Made when it is opened. */

import { useState } from 'react'
import type { Cells } from '#protocol/distribution-cells.ts'
import { significant } from '../words/amounts.ts'
import style from './distributions.module.css'
import { axisLabel, type ShownUnit } from './quantities.ts'

/** Larger tables help nobody on a page. */
const MOST_CELLS = 6000

interface CellTableProps {
  readonly view: Cells
  readonly unit: ShownUnit
  readonly csv: string
}

export function CellTable({ view, unit, csv }: CellTableProps) {
  const [open, setOpen] = useState(false)
  const [horizontal, vertical] = [view.head.axes[0]!, view.head.axes[1]!]
  const columns = horizontal.edges.length - 1
  const rows = vertical.edges.length - 1
  return (
    <details className={style.details} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The numbers as a table</summary>
      {open && columns * rows > MOST_CELLS && (
        <p className={style.soft}>
          {columns} × {rows} numbers are too many for a page: <a href={csv}>take them as CSV</a>.
        </p>
      )}
      {open && columns * rows <= MOST_CELLS && (
        <section className={style.scrollBox} aria-label="Numbers of the map" tabIndex={-1}>
          <table className={style.table}>
            <caption>
              Values in {unit.unit} {unit.per}, with one standard error in percent; rows{' '}
              {axisLabel(horizontal.name, horizontal.unit)}, columns {axisLabel(vertical.name, vertical.unit)}
            </caption>
            <thead>
              <tr>
                <th scope="col">{horizontal.name}</th>
                {vertical.edges.slice(1).map((to, row) => (
                  <th scope="col" key={to}>
                    {significant(vertical.edges[row]!, 3)} to {significant(to, 3)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {horizontal.edges.slice(1).map((to, column) => (
                <tr key={to}>
                  <th scope="row">
                    {significant(horizontal.edges[column]!, 4)} to {significant(to, 4)}
                  </th>
                  {vertical.edges.slice(1).map((edge, row) => (
                    <td key={edge}>{numberOf(view, column + columns * row, unit)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  )
}

function numberOf({ values, errors }: Cells, at: number, { factor }: ShownUnit) {
  const [value, error] = [values[at]!, errors[at]!]
  if (value === 0) return '–'
  return (
    <>
      {significant(value * factor)} {!Number.isNaN(error) && <small>± {significant((100 * error) / value, 2)} %</small>}
    </>
  )
}
