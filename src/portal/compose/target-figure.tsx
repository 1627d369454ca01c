/** The drawing of the target on the page. */

import { useElementSize } from '@mantine/hooks'
import type { SimulationDocument } from '#simulation/document.ts'
import { significant } from '../words/amounts.ts'
import style from './compose.module.css'
import type { BeamEstimate } from './estimate.ts'
import { stopOf } from './estimate.ts'
import { drawTarget } from './target-drawing.ts'

interface FigureProps {
  readonly document: SimulationDocument
  readonly beam: BeamEstimate | null
  readonly maxHeight: number
}

export function TargetFigure({ document, beam, maxHeight }: FigureProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const { layers } = document.setup.target
  const stop = beam ? stopOf(beam) : null
  const drawing = drawTarget(layers, document.setup.beam.shape, stop, Math.max(width, 280), maxHeight)
  const labelY = drawing.axisY - Math.max(...drawing.layers.map((layer) => layer.height)) / 2 - 6
  const bottom = drawing.height - 20
  const gap = Math.min(5, drawing.beam.halfHeight)
  const words = describe(document, beam, stop?.layer ?? null)
  return (
    <figure className={style.figure} ref={ref}>
      <svg
        role="img"
        aria-label={words}
        width="100%"
        height={drawing.height}
        viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      >
        <path d={drawing.beam.path} className={style.beam} />
        <path d={drawing.beam.axis} className={style.beamAxis} />
        {drawing.layers.map((layer) => (
          <g key={layer.index} className={style.drawn} data-role={layer.role}>
            <title>{titleOf(document, beam, layer.index)}</title>
            <rect x={layer.x} y={layer.y} width={layer.width} height={layer.height} />
            {/* A wide unseen strip, so that a pointer finds a disc of two pixels. */}
            <rect x={layer.x - 4} y={layer.y} width={layer.width + 8} height={layer.height} className={style.catch} />
            {layer.labelX !== null && (
              <text x={layer.labelX} y={Math.max(10, labelY)} textAnchor="middle">
                {layer.name}
              </text>
            )}
          </g>
        ))}
        {drawing.stop && (
          <g className={style.stop}>
            <title>{`The protons stop in ${drawing.stop.layer}`}</title>
            <path
              d={`M${drawing.stop.x - gap} ${drawing.axisY - gap}l${2 * gap} ${2 * gap}m0 ${-2 * gap}l${-2 * gap} ${2 * gap}`}
            />
          </g>
        )}
        <g className={style.protons}>
          <text x={4} y={drawing.axisY - 5}>
            {significant(document.setup.beam.energyMeV, 4)} MeV
          </text>
          <path d={`M4 ${drawing.axisY}h30m-6 -4l6 4l-6 4`} />
        </g>
        <g className={style.axis}>
          <path d={`M${drawing.ticks[0]?.x ?? 0} ${bottom}H${drawing.ticks.at(-1)?.x ?? 0}`} />
          {drawing.ticks.map((tick, index) => (
            <g key={tick.label}>
              <path d={`M${tick.x} ${bottom}v4`} />
              <text x={tick.x} y={bottom + 15} textAnchor="middle">
                {tick.label}
                {index === drawing.ticks.length - 1 && ' mm'}
              </text>
            </g>
          ))}
        </g>
      </svg>
      <figcaption>
        Side view, to scale{drawing.layers.some((layer) => layer.widened) ? ', the thinnest layers as lines' : ''}.{' '}
        {beamWords(document)}
      </figcaption>
    </figure>
  )
}

function beamWords(document: SimulationDocument): string {
  const { shape } = document.setup.beam
  switch (shape.kind) {
    case 'pencil':
      return 'The beam is a line without width.'
    case 'flat':
      return `The band is the flat beam of ${shape.radiusMm} mm radius.`
    case 'gaussian':
      return 'The band holds two standard deviations of the beam, 95 % of it.'
    case 'wobbled':
      return 'The band is the wobbling circle and two standard deviations.'
  }
}

function describe(document: SimulationDocument, beam: BeamEstimate | null, stop: string | null): string {
  const count = document.setup.target.layers.length
  const end = stop ? `they stop in ${stop}` : beam ? 'they come out of the last layer' : 'where they stop is not known'
  return `Target of ${count} layers, protons of ${document.setup.beam.energyMeV} MeV come from the left; ${end}.`
}

function titleOf(document: SimulationDocument, beam: BeamEstimate | null, index: number): string {
  const layer = document.setup.target.layers[index]
  if (!layer) return ''
  const size = `${layer.name}: ${layer.material}, ${layer.thicknessMm} mm, ${layer.densityGramPerCm3} g/cm³`
  const energy = beam?.layers[index]
  if (!energy || energy.energyInMeV === null) return size
  return `${size}; ${significant(energy.energyInMeV)} → ${significant(energy.energyOutMeV ?? 0)} MeV`
}
