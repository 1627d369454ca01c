/** Which scan point and which region the numbers belong to. */

import { NativeSelect } from '@mantine/core'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { scoredLayers } from './scored-layers.ts'
import type { SimulationSearch } from './search.ts'

interface PickersProps {
  readonly detail: SimulationDetail
  readonly result: ResultDocument | null
  readonly search: SimulationSearch
  readonly change: (next: Partial<SimulationSearch>) => void
}

export function Pickers({ detail, result, search, change }: PickersProps) {
  const known = ['total', ...(result ? scoredLayers(result) : [])]
  if (!known.includes(search.region)) known.push(search.region)
  return (
    <>
      {detail.scan && (
        <NativeSelect
          aria-label="Scan point"
          value={String(search.point)}
          onChange={(event) => change({ point: Number(event.currentTarget.value) })}
          data={detail.scan.values.map((value, index) => ({
            value: String(index),
            label: `${lastStep(detail.scan!.parameter)} = ${value}`,
          }))}
        />
      )}
      <NativeSelect
        aria-label="Region"
        value={search.region}
        onChange={(event) => change({ region: event.currentTarget.value })}
        data={known.map((region) => ({ value: region, label: region === 'total' ? 'whole target' : region }))}
      />
    </>
  )
}

const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
