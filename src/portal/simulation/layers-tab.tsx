/** The layers: energies, heat, fissions, with their errors. */

import type { SimulationDetail } from '#protocol/shapes.ts'
import type { Rate, ResultDocument } from '#results/document.ts'
import { significant, whole } from '../words/amounts.ts'
import style from './simulation.module.css'

interface LayersTabProps {
  readonly detail: SimulationDetail
  readonly result: ResultDocument | null
  readonly estimate: ResultDocument | null
  readonly onRegion: (region: string) => void
}

export function LayersTab({ result, estimate, onRegion }: LayersTabProps) {
  if (!result) return <p className={style.soft}>There is no result yet; energies and heat come with the first task.</p>
  const current = result.currentMicroampere
  const scored = new Set(
    result.layers.filter((layer) => layer.fissionsPerPrimary.perPrimary !== null).map((layer) => layer.name),
  )
  const heat = result.layers
    .filter((layer) => scored.has(layer.name))
    .reduce((sum, layer) => sum + (layer.heatMeVPerPrimary ?? 0), 0)
  return (
    <div className={style.scrollX}>
      <table className={style.table}>
        <caption>
          Layers at {significant(current)} µA; fissions counted in{' '}
          {result.primaries === null ? 'no' : whole(result.primaries)} histories, energies and heat from the slowing
          down without sampling
        </caption>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">E in, MeV</th>
            <th scope="col">E out, MeV</th>
            <th scope="col">Heat, MeV/primary</th>
            <th scope="col">Power, W</th>
            <th scope="col">Fissions / primary</th>
            <th scope="col">Fissions, 1/s</th>
            <th scope="col">Reactions / primary</th>
            <th scope="col">Fissions, MC / estimate</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {result.layers.map((layer, index) => (
            <tr key={layer.name}>
              <th scope="row">{layer.name}</th>
              <td>{energy(layer.energyInMeV)}</td>
              <td>{layer.energyInMeV === null ? '—' : layer.energyOutMeV ? energy(layer.energyOutMeV) : 'stops'}</td>
              <td>{layer.heatMeVPerPrimary === null ? '—' : significant(layer.heatMeVPerPrimary)}</td>
              <td>{layer.heatMeVPerPrimary === null ? '—' : significant(layer.heatMeVPerPrimary * current)}</td>
              <td>{withError(layer.fissionsPerPrimary)}</td>
              <td>
                {layer.fissionsPerPrimary.perSecond === null ? '—' : significant(layer.fissionsPerPrimary.perSecond)}
              </td>
              <td>{withError(layer.reactionsPerPrimary)}</td>
              <td>{ratio(layer.fissionsPerPrimary, estimate?.layers[index]?.fissionsPerPrimary)}</td>
              <td>
                {scored.has(layer.name) && (
                  <button type="button" className={style.link} onClick={() => onRegion(layer.name)}>
                    chart
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{result.region === 'total' ? 'Target layers' : result.region}</th>
            <td />
            <td />
            <td>{significant(heat)}</td>
            <td>{significant(heat * current)}</td>
            <td>{withError(result.fissions)}</td>
            <td>{result.fissions.perSecond === null ? '—' : significant(result.fissions.perSecond)}</td>
            <td>{withError(result.reactions)}</td>
            <td>{ratio(result.fissions, estimate?.fissions)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

const energy = (value: number | null): string => (value === null ? '—' : value.toFixed(2))

/** Mean with its statistical error in percent; a limit where nothing was counted. */
export function withError(rate: Rate): string {
  if (rate.perPrimary === null) return rate.limit95 === null ? '—' : `< ${significant(rate.limit95, 2)}`
  if (rate.statisticalErrorKind === 'not-known') return `${significant(rate.perPrimary)} ± not known`
  if (rate.statisticalError === null) return significant(rate.perPrimary)
  return `${significant(rate.perPrimary, 4)} ± ${significant((100 * rate.statisticalError) / rate.perPrimary, 2)} %`
}

/** Monte Carlo over estimate, with the statistical error of the first: the sanity light beside every result. */
export function ratio(sampled: Rate | undefined, estimated: Rate | undefined): string {
  if (!sampled?.perPrimary || !estimated?.perPrimary) return '—'
  const value = sampled.perPrimary / estimated.perPrimary
  if (sampled.statisticalError === null) return significant(value, 3)
  const error = sampled.statisticalError / estimated.perPrimary
  const digits = Math.min(5, Math.max(2, 1 - Math.floor(Math.log10(error))))
  return `${value.toFixed(digits)} ± ${error.toFixed(digits)}`
}
