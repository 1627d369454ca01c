/** A map: which mesh, which plane of it, how it is coloured, and its numbers. */

import { Button, NativeSelect, SegmentedControl, useComputedColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { DistributionSummary } from '#protocol/distribution-shapes.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { setupAt } from '#simulation/scan.ts'
import { addressOf } from '../server/api.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { Icon } from '../shell/icons.tsx'
import { significant } from '../words/amounts.ts'
import { CellTable } from './cell-table.tsx'
import style from './distributions.module.css'
import { HeatMap } from './heat-map.tsx'
import { outlinesOf, planesOf } from './map-layout.ts'
import { saveMapPicture } from './map-picture.ts'
import { mapScale } from './map-scale.ts'
import { AXIS_WORDS, type Per, shownUnit, whatOf } from './quantities.ts'
import { cells, type Plane, planeQuery } from './queries.ts'

interface MeshViewProps {
  readonly detail: SimulationDetail
  readonly document: SimulationDocument
  readonly meshes: readonly DistributionSummary[]
  readonly point: number
  readonly per: Per
  readonly current: number
}

/** What the colours tell. */
type Shown = 'value' | 'error'

export function MeshView({ detail, document, meshes, point, per, current }: MeshViewProps) {
  const [chosen, setChosen] = useState(meshes[0]!.name)
  const mesh = meshes.find(({ name }) => name === chosen) ?? meshes[0]!
  const planes = planesOf(mesh.where)
  const [planeIndex, setPlaneIndex] = useState(0)
  const plane = planes[planeIndex] ?? planes[0]!
  const third = mesh.axes.find(({ name }) => !plane.includes(name)) ?? null
  const [bin, setBin] = useState<number | null>(null)
  const [kind, setKind] = useState<'log' | 'linear'>('log')
  const [shown, setShown] = useState<Shown>('value')
  const theme = useComputedColorScheme('light')

  const cut = third && bin !== null ? { axis: third.name, bin: Math.min(bin, third.bins - 1) } : null
  const asked: Plane = { name: mesh.name, axes: plane, cut }
  const answer = useQuery(cells(detail.id, point, asked))
  const layers = useMemo(() => {
    const { scan } = document.job
    const value = scan?.values[point]
    return (scan && value !== undefined ? setupAt(document.setup, scan.parameter, value) : document.setup).target.layers
  }, [document, point])
  const outlines = useMemo(() => outlinesOf(layers, plane[0], plane[1]), [layers, plane])
  const view = answer.data
  const unit = shownUnit(view?.head ?? mesh, per, current)
  const painted = useMemo(() => {
    if (!view) return null
    if (shown === 'value') return view.values.map((value) => value * unit.factor)
    return view.values.map((value, i) => (value > 0 ? (100 * view.errors[i]!) / value : 0))
  }, [view, shown, unit.factor])
  const scale = useMemo(() => painted && mapScale(painted, shown === 'error' ? 'linear' : kind), [painted, kind, shown])
  const scaleUnit = shown === 'error' ? 'error, %' : unit.unit
  const hasErrors = mesh.errorKind !== 'not-known'
  const csv = (query: object) =>
    addressOf('distribution', { params: { id: detail.id, name: mesh.name }, query: { point, format: 'csv', ...query } })

  return (
    <section className={style.panel} aria-label="Maps">
      <div className={style.controls}>
        <NativeSelect
          label="Map"
          value={mesh.name}
          onChange={(event) => {
            setChosen(event.currentTarget.value)
            setPlaneIndex(0)
            setBin(null)
          }}
          data={meshes.map((one) => ({ value: one.name, label: `${one.name}: ${whatOf(one).toLowerCase()}` }))}
        />
        {planes.length > 1 && (
          <NativeSelect
            label="Plane"
            value={String(planeIndex)}
            onChange={(event) => {
              setPlaneIndex(Number(event.currentTarget.value))
              setBin(null)
            }}
            data={planes.map(([h, v], index) => ({ value: String(index), label: `${letter(v)} against ${letter(h)}` }))}
          />
        )}
        {third && <Slice axis={third} bin={bin} onBin={setBin} />}
        <div className={style.control}>
          <span className={style.controlLabel}>Colours</span>
          <SegmentedControl
            aria-label="What the colours tell"
            value={shown}
            onChange={(value) => setShown(value as Shown)}
            data={[
              { value: 'value', label: 'value' },
              { value: 'error', label: 'error', disabled: !hasErrors },
            ]}
          />
        </div>
        <div className={style.control}>
          <span className={style.controlLabel}>Scale</span>
          <SegmentedControl
            aria-label="Scale of the colours"
            value={shown === 'error' ? 'linear' : kind}
            disabled={shown === 'error'}
            onChange={(value) => setKind(value as typeof kind)}
            data={['log', 'linear']}
          />
        </div>
      </div>
      <p className={style.what}>
        <strong>{whatOf(mesh)}</strong>, {unit.unit} {unit.per}
        {view?.head.cut.map(
          (one) => `, at ${letter(one.name)} ${significant(one.from, 4)} to ${significant(one.to, 4)} ${one.unit}`,
        )}
        {view?.head.summed.map((one) => `, mean over ${letter(one.name)}`)}.{' '}
        {mesh.quantity === 'energy-deposition' && (
          <>
            In all: {significant(mesh.total.value * (per === 'current' ? current : 1))}{' '}
            {per === 'current' ? 'W' : 'MeV per primary'}
            {mesh.total.error === null ? '' : ` ± ${significant((100 * mesh.total.error) / mesh.total.value, 2)} %`}.{' '}
          </>
        )}
        {hasErrors
          ? `Errors: one standard error, from ${mesh.errorKind === 'batches' ? `the spread of ${mesh.batches} batches` : 'single histories'}.`
          : 'One batch only: errors are not known yet.'}
      </p>
      {answer.error && !view && <FailureNote error={answer.error} onRetry={() => void answer.refetch()} />}
      {!view && !answer.error && (
        <div className={style.loading} aria-busy="true">
          Loading the map…
        </div>
      )}
      {view && painted && (
        <>
          <HeatMap
            label={`${whatOf(mesh)}, map of ${mesh.name}`}
            view={view}
            painted={painted}
            scale={scale}
            scaleUnit={scaleUnit}
            outlines={outlines}
            unit={unit}
            isOld={answer.isPlaceholderData}
          />
          <p className={style.legend}>
            Blank: nothing scored.
            {scale?.isCut && ' Values below the scale are painted in its lowest colour.'}
            {outlines.length > 0 && ' Lines: outlines of the layers.'}
          </p>
          <div className={style.downloads}>
            <Button
              variant="default"
              leftSection={<Icon name="download" size={14} />}
              component="a"
              href={csv(planeQuery(asked, point))}
              download
            >
              This map, CSV
            </Button>
            <Button
              variant="default"
              leftSection={<Icon name="download" size={14} />}
              component="a"
              href={csv({ axes: mesh.axes.map(({ name }) => name).join() })}
              download
            >
              All bins, CSV
            </Button>
            <Button
              variant="default"
              leftSection={<Icon name="download" size={14} />}
              onClick={() =>
                saveMapPicture({
                  ...{ view, painted, scale, outlines, theme },
                  unit: scaleUnit,
                  name: `${detail.id}-${mesh.name}`,
                  heading: [
                    `${whatOf(mesh)}, ${shown === 'error' ? 'statistical error, %' : `${unit.unit} ${unit.per}`}`,
                    `${detail.name || detail.subject} · ${mesh.name} · ${mesh.histories} histories · ${detail.engine.id} ${detail.engine.version}${detail.engine.standIn ? ' STAND-IN' : ''}`,
                  ],
                })
              }
            >
              Picture, PNG
            </Button>
          </div>
          <CellTable view={view} unit={unit} csv={csv(planeQuery(asked, point))} />
        </>
      )}
    </section>
  )
}

const letter = (name: string): string => (name === 'phi' ? 'φ' : name)

interface SliceProps {
  readonly axis: DistributionSummary['axes'][number]
  readonly bin: number | null
  readonly onBin: (bin: number | null) => void
}

/** The third axis of a box: the mean over it, or one of its bins. */
function Slice({ axis, bin, onBin }: SliceProps) {
  const width = (axis.to - axis.from) / axis.bins
  const at = bin ?? 0
  const middle = Math.floor(axis.bins / 2)
  return (
    <>
      <NativeSelect
        label={`${AXIS_WORDS[axis.name]}`}
        value={bin === null ? 'mean' : 'cut'}
        onChange={(event) => onBin(event.currentTarget.value === 'mean' ? null : middle)}
        data={[
          { value: 'mean', label: `mean over ${letter(axis.name)}` },
          { value: 'cut', label: `cut at one bin of ${letter(axis.name)}` },
        ]}
      />
      {bin !== null && (
        <label className={style.control}>
          <span className={style.controlLabel}>
            {letter(axis.name)} {significant(axis.from + at * width, 4)} to{' '}
            {significant(axis.from + (at + 1) * width, 4)} {axis.unit}
          </span>
          <input
            type="range"
            min={0}
            max={axis.bins - 1}
            value={at}
            onChange={(event) => onBin(Number(event.currentTarget.value))}
            className={style.slider}
          />
        </label>
      )}
    </>
  )
}
