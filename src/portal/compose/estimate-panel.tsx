/** The live estimate in numbers: beam and heat, each layer, the most produced nuclides, what the Monte Carlo will see. */

import { nuclideLabel } from '#nuclides/names.ts'
import type { Rate, Residual, ResultDocument } from '#results/document.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { targetArealDensity } from '#simulation/geometry.ts'
import { primaries, significant } from '../words/amounts.ts'
import style from './compose.module.css'
import { type BeamEstimate, type EstimateAnswer, stopOf } from './estimate.ts'

/** The nuclide that the product is about stands on top, whatever its rank. */
const MARKED = 'Ag-111'
const TOP = 12

interface PanelProps {
  readonly document: SimulationDocument
  readonly answer: EstimateAnswer
  readonly isOld: boolean
}

export function EstimatePanel({ document, answer, isOld }: PanelProps) {
  const { beam, result } = answer
  const refusals = answer.remarks.filter((remark) => remark.severity === 'refusal')
  const notes = answer.remarks.filter((remark) => remark.severity === 'note').map((note) => note.message)
  return (
    <section className={style.estimate} aria-label="Estimate" data-old={isOld || undefined}>
      <h2>
        Estimate
        <small>
          {isOld ? 'of the last valid state' : `built-in model, ${significant(answer.milliseconds, 2)} ms, no sampling`}
        </small>
      </h2>
      {answer.broken && (
        <p className={style.note} data-tone="bad">
          The estimate does not work here: {answer.broken}
        </p>
      )}
      {refusals.map((remark) => (
        <p key={remark.code + remark.path} className={style.note} data-tone="bad">
          {remark.message}
        </p>
      ))}
      {beam && <Headline document={document} beam={beam} result={result} />}
      {beam && <LayerTable document={document} beam={beam} hasYields={result !== null} />}
      {result && <Yields result={result} asked={primariesOf(document)} />}
      {notes.length > 0 && (
        <details className={style.notes} open={!result}>
          <summary>{notes.length === 1 ? '1 thing' : `${notes.length} things`} to know about these numbers</summary>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** Primaries of the goal, or its upper bound. */
export function primariesOf(document: SimulationDocument): number {
  const { goal } = document.job
  return goal.kind === 'primaries' ? goal.primaries : goal.maxPrimaries
}

function Headline({
  document,
  beam,
  result,
}: {
  document: SimulationDocument
  beam: BeamEstimate
  result: ResultDocument | null
}) {
  const current = document.operation.currentMicroampere
  const target = beam.layers.filter((layer) => layer.role === 'target')
  const first = target[0]
  const last = target.at(-1)
  const stop = stopOf(beam)
  const heat = target.reduce((sum, layer) => sum + layer.heatMeVPerPrimary, 0)
  return (
    <dl className={style.headline}>
      {first && (
        <Fact
          name={`Range in ${document.setup.target.layers.find((layer) => layer.name === first.name)?.material ?? first.name}`}
          value={`${significant(first.rangeGramPerCm2)} g/cm²`}
          more={`${significant(first.rangeMm)} mm`}
        />
      )}
      <Fact
        name="Target"
        value={`${significant(targetArealDensity(document.setup.target.layers))} g/cm²`}
        more={`${target.length} discs`}
      />
      <Fact
        name="Behind the discs"
        value={last?.energyOutMeV ? `${significant(last.energyOutMeV)} MeV` : 'stopped'}
        more={stop ? `stops in ${stop.layer}` : `leaves with ${significant(beam.exitEnergyMeV ?? 0)} MeV`}
      />
      {/* MeV per proton times microamperes is watts. */}
      <Fact
        name="Heat in the discs"
        value={watts(heat * current)}
        more={`of ${watts(document.setup.beam.energyMeV * current)} beam`}
      />
      {result && (
        <>
          <Fact
            name="Fissions per proton"
            value={result.fissionsPerPrimary === null ? '—' : significant(result.fissionsPerPrimary)}
            more={factor(result.fissions)}
          />
          <Fact
            name={`Fissions at ${significant(current)} µA`}
            value={`${significant(result.fissions.perSecond ?? 0)} /s`}
            more={factor(result.fissions)}
          />
        </>
      )}
      {beam.missed > 1e-4 && (
        <Fact name="Beside the target" value={`${significant(100 * beam.missed, 3)} %`} more="of the beam" />
      )}
    </dl>
  )
}

function Fact({ name, value, more }: { readonly name: string; readonly value: string; readonly more?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {more && <small>{more}</small>}
      </dd>
    </div>
  )
}

function LayerTable({
  document,
  beam,
  hasYields,
}: {
  document: SimulationDocument
  beam: BeamEstimate
  hasYields: boolean
}) {
  const current = document.operation.currentMicroampere
  const most = Math.max(...beam.layers.map((layer) => layer.heatMeVPerPrimary), 1e-12)
  return (
    <div className={style.scrollX}>
      <table className={style.table}>
        <caption>Layers at {significant(current)} µA</caption>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">E in, MeV</th>
            <th scope="col">E out, MeV</th>
            <th scope="col">Power, W</th>
            {hasYields && <th scope="col">Fissions / proton</th>}
          </tr>
        </thead>
        <tbody>
          {beam.layers.map((layer) => (
            <tr key={layer.name} data-quiet={layer.entering === 0 || undefined}>
              <th scope="row">{layer.name}</th>
              <td>{layer.energyInMeV === null ? '—' : layer.energyInMeV.toFixed(2)}</td>
              <td>
                {layer.energyInMeV === null
                  ? '—'
                  : layer.stopping > 0.5
                    ? 'stops'
                    : (layer.energyOutMeV ?? 0).toFixed(2)}
              </td>
              <td className={style.powerCell}>
                <span style={{ width: `${(100 * layer.heatMeVPerPrimary) / most}%` }} aria-hidden="true" />
                {significant(layer.heatMeVPerPrimary * current)}
              </td>
              {hasYields && <td>{layer.fissionsPerPrimary > 0 ? significant(layer.fissionsPerPrimary) : '—'}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Yields({ result, asked }: { readonly result: ResultDocument; readonly asked: number }) {
  const rows = topYields(result)
  return (
    <div className={style.scrollX}>
      <table className={style.table}>
        <caption>Most produced in the target at {significant(result.currentMicroampere)} µA</caption>
        <thead>
          <tr>
            <th scope="col">Nuclide</th>
            <th scope="col">Cumulative, 1/s</th>
            <th scope="col">Independent, 1/s</th>
            <th scope="col">Counts in {primaries(asked)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.nuclide} data-marked={row.nuclide === MARKED || undefined}>
              <th scope="row">{nuclideLabel(row)}</th>
              <RateCell rate={row.cumulative} />
              <RateCell rate={row.independent} />
              <td>{counts((row.independent.perPrimary ?? 0) * asked)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={style.tableNote}>
        Rates of production while the beam is on. ×/÷ is the error of the model, one standard deviation. Cumulative:
        with the decay of precursors that live less than {significant(result.cumulativeCutDays)} d. Counts: nuclei born
        as such that a Monte Carlo of this goal will see.
      </p>
    </div>
  )
}

/** The marked nuclide first, then the most produced by cumulative rate. */
export function topYields(result: ResultDocument, count = TOP): readonly Residual[] {
  const marked = result.residuals.filter((one) => one.nuclide === MARKED)
  const rest = result.residuals
    .filter((one) => one.nuclide !== MARKED && (one.cumulative.perPrimary ?? 0) > 0)
    .sort((a, b) => (b.cumulative.perPrimary ?? 0) - (a.cumulative.perPrimary ?? 0))
  return [...marked, ...rest.slice(0, count)]
}

function RateCell({ rate }: { readonly rate: Rate }) {
  return (
    <td>
      {rate.perSecond === null ? '—' : significant(rate.perSecond, 2)}
      {rate.model && <small> ×/÷ {significant(rate.model.factor, 2)}</small>}
    </td>
  )
}

const factor = (rate: Rate): string => (rate.model ? `×/÷ ${significant(rate.model.factor, 3)}` : '')

const watts = (value: number): string => (value >= 1000 ? `${significant(value / 1000)} kW` : `${significant(value)} W`)

/** Expected counts, with a plain word where the Monte Carlo will show next to nothing. */
function counts(expected: number): string {
  if (expected === 0) return 'none'
  if (expected < 0.05) return '< 0.05'
  return expected < 10 ? significant(expected, 2) : significant(expected, 3)
}
