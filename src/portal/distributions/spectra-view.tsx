/** Spectra, one or several together, with their errors; as a plot and as a table. */

import { Button, Checkbox, SegmentedControl } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { DistributionSummary } from '#protocol/distribution-shapes.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { addressOf } from '../server/api.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { Icon } from '../shell/icons.tsx'
import { significant } from '../words/amounts.ts'
import style from './distributions.module.css'
import { type Per, shownUnit, valueInWords, whatOf } from './quantities.ts'
import { spectrumView } from './queries.ts'
import { SpectrumPlot } from './spectrum-plot.tsx'

interface SpectraViewProps {
  readonly detail: SimulationDetail
  readonly spectra: readonly DistributionSummary[]
  readonly point: number
  readonly per: Per
  readonly current: number
}

/** More curves than this cannot be told apart. */
const MOST_CURVES = 6

export function SpectraView({ detail, spectra, point, per, current }: SpectraViewProps) {
  const [off, setOff] = useState<ReadonlySet<string>>(new Set(spectra.slice(MOST_CURVES).map(({ name }) => name)))
  const [isLogX, setLogX] = useState(spectra.every(({ axes }) => axes[0]!.scale === 'log'))
  const [isLogY, setLogY] = useState(true)
  const shown = spectra.filter(({ name }) => !off.has(name))
  const answers = useQueries({ queries: shown.map(({ name }) => spectrumView(detail.id, point, name)) })
  const failed = answers.find(({ error, data }) => error && !data)
  const curves = answers.flatMap(({ data }) => (data ? [data] : []))
  const units = new Set(shown.map((one) => shownUnit({ ...one, unit: withoutAngle(one.unit) }, per, current).unit))
  const toggle = (name: string, on: boolean) =>
    setOff((before) => {
      const next = new Set(before)
      if (on) next.delete(name)
      else next.add(name)
      return next
    })
  return (
    <section className={style.panel} aria-label="Spectra">
      <div className={style.controls}>
        <fieldset className={style.choices}>
          <legend>Spectra</legend>
          {spectra.map((one) => (
            <Checkbox
              key={one.name}
              label={`${one.name}: ${whatOf(one).toLowerCase()}`}
              checked={!off.has(one.name)}
              disabled={off.has(one.name) && shown.length >= MOST_CURVES}
              onChange={(event) => toggle(one.name, event.currentTarget.checked)}
            />
          ))}
        </fieldset>
        <div className={style.control}>
          <span className={style.controlLabel}>Energy</span>
          <SegmentedControl
            aria-label="Energy axis"
            value={isLogX ? 'log' : 'linear'}
            onChange={(value) => setLogX(value === 'log')}
            data={['log', 'linear']}
          />
        </div>
        <div className={style.control}>
          <span className={style.controlLabel}>Values</span>
          <SegmentedControl
            aria-label="Axis of values"
            value={isLogY ? 'log' : 'linear'}
            onChange={(value) => setLogY(value === 'log')}
            data={['log', 'linear']}
          />
        </div>
      </div>
      {failed && <FailureNote error={failed.error} onRetry={() => void failed.refetch()} />}
      {units.size > 1 && (
        <p className={style.warning}>
          These spectra have different units ({[...units].join(', ')}): their shapes can be compared, their heights
          cannot.
        </p>
      )}
      {shown.length === 0 && <p className={style.soft}>Choose a spectrum.</p>}
      {curves.length > 0 && (
        <SpectrumPlot
          curves={curves}
          per={per}
          current={current}
          isLogX={isLogX}
          isLogY={isLogY}
          unit={[...units].join(', ')}
        />
      )}
      {curves.length < shown.length && !failed && <p className={style.soft}>Loading spectra…</p>}
      <ul className={style.integrals}>
        {shown.map((one) => {
          const unit = shownUnit({ quantity: one.quantity, unit: one.total.unit }, per, current)
          return (
            <li key={one.name}>
              <strong>{one.name}</strong>, {whatOf(one).toLowerCase()}: integral{' '}
              {valueInWords(one.total.value, one.total.error, unit)}
              {one.errorKind === 'not-known' && ' (one batch only)'}{' '}
              <Button
                variant="subtle"
                size="compact-xs"
                leftSection={<Icon name="download" size={12} />}
                component="a"
                href={addressOf('distribution', {
                  params: { id: detail.id, name: one.name },
                  query: { point, format: 'csv' },
                })}
                download
              >
                CSV
              </Button>
            </li>
          )
        })}
      </ul>
      {curves.map((curve) => (
        <details className={style.details} key={curve.name}>
          <summary>{curve.name} as a table</summary>
          <section className={style.scrollBox} aria-label={`Numbers of ${curve.name}`} tabIndex={-1}>
            <table className={style.table}>
              <thead>
                <tr>
                  <th scope="col">Energy from, MeV</th>
                  <th scope="col">to</th>
                  <th scope="col">
                    Value, {shownUnit(curve, per, current).unit} {shownUnit(curve, per, current).per}
                  </th>
                  <th scope="col">Standard error</th>
                </tr>
              </thead>
              <tbody>
                {curve.values.map((value, bin) => {
                  const error = curve.errors[bin] ?? null
                  return (
                    <tr key={curve.axes[0]!.edges[bin]}>
                      <th scope="row">{significant(curve.axes[0]!.edges[bin]!, 4)}</th>
                      <td>{significant(curve.axes[0]!.edges[bin + 1]!, 4)}</td>
                      <td>
                        {value === 0 ? 'nothing scored' : significant(value * shownUnit(curve, per, current).factor)}
                      </td>
                      <td>
                        {value === 0
                          ? '–'
                          : error === null
                            ? 'not known'
                            : `${significant((100 * error) / value, 2)} %`}
                      </td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </section>
        </details>
      ))}
    </section>
  )
}

/** The plot integrates over angles. */
const withoutAngle = (unit: string): string => unit.replace('/sr', '')
