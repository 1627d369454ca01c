/** Everything about the selected nuclide: what the tables know, what this run says, where it comes from and goes to. */

import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { GammaLine } from '#nuclides/gamma-line.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { zaiOf } from '#nuclides/nuclide.ts'
import { chartData } from '#portal/chart/chart-data.ts'
import { type CellDescription, describeCell, type Relative } from '#portal/chart/describe-cell.ts'
import { nubaseAtlas } from '#portal/chart/nubase-atlas.ts'
import { type ChartSettings, UNIT_LABELS } from '#portal/chart/settings.ts'
import { formatRate } from '#results/display.ts'
import type { ResultDocument } from '#results/document.ts'
import { significant, typeset } from '../words/amounts.ts'
import { ratio } from './layers-tab.tsx'
import style from './simulation.module.css'
import { statisticalShort } from './statistical-short.ts'

interface PanelProps {
  readonly zai: Zai
  readonly result: ResultDocument | null
  readonly estimate: ResultDocument | null
  readonly settings: ChartSettings
  readonly onSelect: (zai: Zai) => void
  /** The nuclide layer by layer, where the page offers it. */
  readonly byLayer?: ReactNode
}

export function NuclidePanel({ zai, result, estimate, settings, onSelect, byLayer }: PanelProps) {
  const data = useMemo(() => chartData(nubaseAtlas(), result), [result])
  const cell = useMemo(() => describeCell(nubaseAtlas(), data, zai, settings, null), [data, zai, settings])
  const residual = data.byZai.get(zai)
  const estimated = estimate?.residuals.find((one) => zaiOf(one.z, one.a, one.m) === zai)
  return (
    <section className={style.panel} aria-label="Selected nuclide">
      <h2>
        {cell.label} <small>{cell.title}</small>
      </h2>
      <p className={style.facts}>
        <span title={cell.halfLife.source}>
          {cell.halfLife.text === 'stable' ? (
            'stable'
          ) : (
            <>
              half-life <strong>{cell.halfLife.text}</strong>
            </>
          )}
        </span>
        {cell.spinParity && <span>spin {cell.spinParity}</span>}
        {cell.excitation && <span>{cell.excitation}</span>}
        {cell.abundance && <span>natural {cell.abundance}</span>}
        <span>
          Z {cell.z}, N {cell.n}
        </span>
        {cell.modes.length > 0 && <span>{cell.modes.join(', ')}</span>}
      </p>
      {cell.rates ? (
        <table className={style.rates}>
          <thead>
            <tr>
              <td />
              <th scope="col">Rate, {UNIT_LABELS[settings.per]}</th>
              <th scope="col">Statistical</th>
              <th scope="col">Model</th>
              {result?.mode !== 'estimate' && <th scope="col">MC / estimate</th>}
            </tr>
          </thead>
          <tbody>
            {(['cumulative', 'independent'] as const).map((kind) => (
              <tr key={kind} data-chosen={settings.yield === kind || undefined}>
                <th scope="row">{kind}</th>
                <td>{typeset(withoutUnit(cell.rates?.[kind].value ?? ''))}</td>
                <td title={cell.rates?.[kind].statistical}>{residual ? statisticalShort(residual[kind]) : ''}</td>
                <td title={cell.rates?.[kind].model}>
                  {residual?.[kind].model ? `×/÷ ${significant(residual[kind].model.factor)}` : ''}
                </td>
                {result?.mode !== 'estimate' && <Ratio text={ratio(residual?.[kind], estimated?.[kind])} />}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className={style.soft}>There is no result yet.</p>
      )}
      {cell.rates && <p className={style.small}>{cell.circumstances}.</p>}
      {residual && result && result.region === 'total' && result.layers.length > 0 && (
        <p className={style.small}>
          {residual.independent.counts === null
            ? ''
            : `${residual.independent.counts.toLocaleString('en-GB')} counted. `}
          {typeset(formatRate(residual.cumulative, { per: 'primary' }, residual.state).value)} cumulative.
        </p>
      )}
      {cell.remarks.map((remark) => (
        <p key={remark} className={style.small}>
          {typeset(remark)}
        </p>
      ))}
      {byLayer}
      <Relatives title="Fed by" relatives={cell.parents} onSelect={onSelect} />
      <Relatives title="Decays to" relatives={cell.daughters} onSelect={onSelect} />
      <Isomers cell={cell} onSelect={onSelect} />
      <Gammas zai={zai} />
      <p className={style.small}>
        Elsewhere:{' '}
        <a
          href={`https://www.nndc.bnl.gov/nudat3/decaysearchdirect.jsp?nuc=${cell.a}${cell.label.replace(/[^A-Za-z]/g, '')}`}
          rel="noreferrer"
        >
          NuDat
        </a>
        {', '}
        <a
          href={`https://www-nds.iaea.org/relnsd/vcharthtml/VChartHTML.html#lastnuc=${cell.a}${cell.label.replace(/[^A-Za-z]/g, '')}`}
          rel="noreferrer"
        >
          LiveChart
        </a>
      </p>
    </section>
  )
}

/** The error stands behind the ratio where there is room for it. */
function Ratio({ text }: { readonly text: string }) {
  const [value, error] = text.split(' ± ')
  return (
    <td title={text}>
      {value}
      {error && <span className={style.ratioError}> ± {error}</span>}
    </td>
  )
}

/** A plain rate without its unit, which stands in the heading; sentences keep theirs. */
const withoutUnit = (text: string): string => text.replace(/^([\d.e+-]+) \/(s|primary|µC)$/, '$1')

interface RelativesProps {
  readonly title: string
  readonly relatives: readonly Relative[]
  readonly onSelect: (zai: Zai) => void
}

function Relatives({ title, relatives, onSelect }: RelativesProps) {
  if (relatives.length === 0) return null
  return (
    <div className={style.relatives}>
      <h3>{title}</h3>
      <ul>
        {relatives.map(({ zai, label, mode, share, halfLife, rate, assumed, source }) => (
          <li key={`${label} ${mode}`}>
            {zai === null ? (
              label
            ) : (
              <button type="button" className={style.link} onClick={() => onSelect(zai)}>
                {label}
              </button>
            )}{' '}
            <span title={source}>
              {mode} {share}
              {assumed ? ' (assumed)' : ''}
            </span>
            {halfLife && <span className={style.soft}> {halfLife}</span>}
            {rate && <span className={style.end}>{typeset(rate)}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Isomers({ cell, onSelect }: { readonly cell: CellDescription; readonly onSelect: (zai: Zai) => void }) {
  if (cell.isomers.length === 0) return null
  return (
    <div className={style.relatives}>
      <h3>Isomers</h3>
      <ul>
        {cell.isomers.map((isomer) => (
          <li key={isomer.zai}>
            <button type="button" className={style.link} onClick={() => onSelect(isomer.zai)}>
              {isomer.label}
            </button>{' '}
            <span className={style.soft}>
              {isomer.halfLife}
              {isomer.excitation && `, ${isomer.excitation}`}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The table of gamma lines is by far the largest: it comes when the first nuclide is looked at. */
function Gammas({ zai }: { readonly zai: Zai }) {
  const [table, setTable] = useState<((of: Zai) => readonly GammaLine[]) | null>(null)
  useEffect(() => {
    let wanted = true
    void import('#nuclides/gamma-lines.ts').then(({ gammaLinesOf }) => wanted && setTable(() => gammaLinesOf))
    return () => {
      wanted = false
    }
  }, [])
  const lines = useMemo(() => [...(table?.(zai) ?? [])].sort((a, b) => b.percent - a.percent).slice(0, 5), [table, zai])
  if (lines.length === 0) return null
  return (
    <div className={style.relatives}>
      <h3>Strongest gamma lines</h3>
      <p className={style.small}>
        {lines.map((line) => `${significant(line.energy, 5)} keV (${significant(line.percent)} %)`).join(', ')}
      </p>
    </div>
  )
}
