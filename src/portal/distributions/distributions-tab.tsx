/** Maps and spectra of a simulation: deposited energy and fluence over the stack, energies at faces and in layers. */

import { NativeSelect, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { scoringOf } from '#simulation/scoring.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { significant, whole } from '../words/amounts.ts'
import style from './distributions.module.css'
import { MeshView } from './mesh-view.tsx'
import type { Per } from './quantities.ts'
import { distributionList } from './queries.ts'
import { SpectraView } from './spectra-view.tsx'
import { useLiveDistributions } from './use-live.ts'

interface DistributionsTabProps {
  readonly detail: SimulationDetail
  readonly document: SimulationDocument | null
  readonly point: number
  readonly onPoint: (point: number) => void
}

export function DistributionsTab({ detail, document, point, onPoint }: DistributionsTabProps) {
  const isAbandoned = detail.state === 'cancelling' || detail.state === 'cancelled'
  const answer = useQuery({ ...distributionList(detail.id, point), enabled: !isAbandoned })
  useLiveDistributions(detail)
  const [per, setPer] = useState<Per>('primary')
  if (isAbandoned) return <p className={style.soft}>The simulation was cancelled: what it had done is abandoned.</p>
  if (answer.error && !answer.data) return <FailureNote error={answer.error} onRetry={() => void answer.refetch()} />
  if (!answer.data || !document) return <p className={style.soft}>Loading maps and spectra…</p>
  const { items, missing, primaries, currentMicroampere } = answer.data
  const meshes = items.filter(({ kind }) => kind === 'mesh')
  const spectra = items.filter(({ kind }) => kind === 'spectrum')
  const asked = scoringOf(document.setup)
  if (asked.meshes.length + asked.spectra.length === 0) {
    return (
      <p className={style.soft}>
        This simulation asks for no maps and no spectra. A new one can: "Meshes" and "Spectra" in the form of a
        simulation.
      </p>
    )
  }
  return (
    <div className={style.tab}>
      <div className={style.bar}>
        {detail.scan && (
          <NativeSelect
            label="Scan point"
            value={String(point)}
            onChange={(event) => onPoint(Number(event.currentTarget.value))}
            data={detail.scan.values.map((value, index) => ({
              value: String(index),
              label: `${detail.scan!.parameter.split('.').at(-1)} = ${value}`,
            }))}
          />
        )}
        <SegmentedControl
          aria-label="Normalised to"
          value={per}
          onChange={(value) => setPer(value as Per)}
          data={[
            { value: 'primary', label: 'per primary' },
            { value: 'current', label: `at ${significant(currentMicroampere)} µA` },
          ]}
        />
        <span className={style.soft}>
          {primaries === 0 ? 'No history is merged yet.' : `${whole(primaries)} histories.`}
          {answer.error && ' The newest numbers could not be fetched; shown are those before.'}
        </span>
      </div>
      {missing.length > 0 && (
        <ul className={style.missing}>
          {missing.map(({ name, kind, reason }) => (
            <li key={name}>
              {kind === 'mesh' ? 'Map' : 'Spectrum'} <strong>{name}</strong>: {reason}
            </li>
          ))}
        </ul>
      )}
      {meshes.length > 0 && (
        <MeshView
          detail={detail}
          document={document}
          meshes={meshes}
          point={point}
          per={per}
          current={currentMicroampere}
        />
      )}
      {spectra.length > 0 && (
        <SpectraView detail={detail} spectra={spectra} point={point} per={per} current={currentMicroampere} />
      )}
    </div>
  )
}
