/** The table of nuclides beside the chart. Selecting a row selects the cell, and the other way round. */

import { TextInput } from '@mantine/core'
import { type RefObject, useMemo, useRef, useState } from 'react'
import type { Zai } from '#nuclides/nuclide.ts'
import { type ChartSettings, UNIT_LABELS } from '#portal/chart/settings.ts'
import { formatRate, type RateUnit } from '#results/display.ts'
import type { Rate, Residual, ResultDocument } from '#results/document.ts'
import { type Column, Grid, type SortOrder } from '../grid/grid.tsx'
import { Icon } from '../shell/icons.tsx'
import { typeset, whole } from '../words/amounts.ts'
import { filterRows, type NuclideRow, ratioOf, rowsOf, type SortKey, sortRows } from './nuclide-rows.ts'
import style from './simulation.module.css'
import { statisticalShort } from './statistical-short.ts'

interface NuclideTableProps {
  readonly result: ResultDocument
  readonly estimate: ResultDocument | null
  readonly settings: ChartSettings
  readonly selected: Zai | null
  readonly onSelect: (zai: Zai) => void
  /** The narrow form stands beside the chart. */
  readonly narrow: boolean
  readonly gridRef?: RefObject<HTMLDivElement | null>
  /** Back to the chart: Escape. */
  readonly onLeave?: () => void
}

export function NuclideTable(props: NuclideTableProps) {
  const { result, estimate, settings, selected, onSelect, narrow } = props
  const [text, setText] = useState('')
  const [sort, setSort] = useState<{ key: SortKey; order: SortOrder }>({ key: 'cumulative', order: 'desc' })
  const search = useRef<HTMLInputElement>(null)
  const rows = useMemo(() => rowsOf(result, estimate), [result, estimate])
  const shown = useMemo(
    () => sortRows(filterRows(rows, settings, text), sort.key, sort.order, settings.yield),
    [rows, settings, text, sort],
  )
  const columns = useMemo(() => columnsOf(result, settings, narrow), [result, settings, narrow])
  const active = selected === null ? -1 : shown.findIndex((row) => row.zai === selected)
  return (
    <div className={style.nuclides}>
      <div className={style.bar}>
        <TextInput
          ref={search}
          className={style.filter!}
          aria-label="Filter nuclides"
          placeholder="Filter: Ag, 111, A=111, silver"
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <span className={style.soft} role="status">
          {whole(shown.length)}
          {shown.length === rows.length ? '' : ` of ${whole(rows.length)}`} nuclides
        </span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: catches Escape from the grid inside */}
      <div
        className={style.grid}
        onKeyDown={(event) => {
          if (event.key === 'Escape') props.onLeave?.()
        }}
      >
        <Grid<NuclideRow>
          label="Nuclides"
          columns={columns}
          count={shown.length}
          rowAt={(index) => shown[index]}
          rowHeight={28}
          sort={sort}
          onSort={(key, order) => setSort({ key: key as SortKey, order })}
          active={active}
          scrollKey={selected ?? -1}
          onActive={(index) => {
            const row = shown[index]
            if (row) onSelect(row.zai)
          }}
          marked={(row) => row.residual.nuclide === 'Ag-111'}
          gridRef={(element) => {
            if (props.gridRef) props.gridRef.current = element
          }}
          empty={
            rows.length === 0
              ? 'This region has no nuclide: no reaction in the histories so far, or nothing is scored here.'
              : 'No nuclide passes the filters.'
          }
        />
      </div>
    </div>
  )
}

function unitOf(result: ResultDocument, per: ChartSettings['per']): RateUnit {
  return per === 'second' ? { per, currentMicroampere: result.currentMicroampere } : { per }
}

function columnsOf(result: ResultDocument, settings: ChartSettings, narrow: boolean): readonly Column<NuclideRow>[] {
  const unit = unitOf(result, settings.per)
  const label = UNIT_LABELS[settings.per]
  const nuclide: Column<NuclideRow> = {
    key: 'nuclide',
    title: 'Nuclide',
    width: 'minmax(66px, 0.8fr)',
    sortable: true,
    cell: (row) => (
      <span className={style.nuclide} title={row.residual.inNubase ? undefined : 'not in NUBASE2020'}>
        {row.label}
        {!row.residual.inNubase && ' *'}
      </span>
    ),
  }
  const halfLife: Column<NuclideRow> = {
    key: 'halfLife',
    title: 'Half-life',
    width: 'minmax(88px, 1fr)',
    align: 'end',
    sortable: true,
    firstOrder: 'desc',
    cell: (row) => row.halfLife,
  }
  const rate = (kind: 'independent' | 'cumulative', wideOnly: boolean): Column<NuclideRow> => ({
    key: kind,
    title: `${kind === 'independent' ? 'Independent' : 'Cumulative'}, ${label}`,
    width: 'minmax(196px, 2.2fr)',
    align: 'end',
    sortable: true,
    firstOrder: 'desc',
    wideOnly,
    cell: (row) => <RateCell rate={row.residual[kind]} residual={row.residual} unit={unit} kind={kind} />,
  })
  if (narrow) return [nuclide, halfLife, rate(settings.yield, false)]
  return [
    nuclide,
    { key: 'z', title: 'Z', width: '44px', align: 'end', wideOnly: true, cell: (row) => row.residual.z },
    {
      key: 'n',
      title: 'N',
      width: '48px',
      align: 'end',
      wideOnly: true,
      cell: (row) => row.residual.a - row.residual.z,
    },
    halfLife,
    rate('cumulative', settings.yield !== 'cumulative'),
    rate('independent', settings.yield !== 'independent'),
    {
      key: 'counts',
      title: 'Counts',
      width: 'minmax(70px, 0.8fr)',
      align: 'end',
      sortable: true,
      firstOrder: 'desc',
      wideOnly: true,
      cell: (row) => (row.residual.independent.counts === null ? '—' : whole(row.residual.independent.counts)),
    },
    {
      key: 'ratio',
      title: 'MC / estimate',
      width: 'minmax(96px, 0.9fr)',
      align: 'end',
      sortable: true,
      firstOrder: 'desc',
      wideOnly: true,
      cell: (row) => {
        const value = ratioOf(row, settings.yield)
        return value === null ? '—' : value.toFixed(value < 10 ? 3 : 1)
      },
    },
  ]
}

interface RateCellProps {
  readonly rate: Rate
  readonly residual: Residual
  readonly unit: RateUnit
  readonly kind: 'independent' | 'cumulative'
}

function RateCell({ rate, residual, unit, kind }: RateCellProps) {
  // A nuclide that is scored and has no cumulative number was simply never met.
  const state = kind === 'cumulative' && residual.state === 'scored' ? 'zero' : residual.state
  const words = formatRate(rate, unit, state)
  const isNumber = rate.perPrimary !== null
  return (
    <span className={style.rate} data-number={isNumber || undefined} title={words.text}>
      <span>{typeset(words.value.replace(/ \/(s|primary|µC)$/, ''))}</span>
      {isNumber && <small>{statisticalShort(rate)}</small>}
      {isNumber && <small>{words.model.replace(/ \(.\)$/, '')}</small>}
    </span>
  )
}
