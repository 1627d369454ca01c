/** What can be taken away: the result as JSON and CSV, the picture as PNG and SVG, the document. */

import { Button, Menu } from '@mantine/core'
import type { RefObject } from 'react'
import type { Caption, Chart, PngScale } from '#portal/chart/chart.ts'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { addressOf } from '../server/api.ts'
import { Icon } from '../shell/icons.tsx'
import { STAND_IN_WORDS } from '../shell/stand-in-banner.tsx'
import { significant } from '../words/amounts.ts'
import { runReport } from './run-facts.ts'

interface DownloadsProps {
  readonly detail: SimulationDetail
  readonly hasResult: boolean
  /** What the chart shows, which may be the estimate. */
  readonly picture: ResultDocument | null
  readonly point: number
  readonly region: string
  readonly chart: RefObject<Chart | null>
  /** The pictures exist only while the chart is shown. */
  readonly hasChart: boolean
}

export function Downloads({ detail, hasResult, picture, point, region, chart, hasChart }: DownloadsProps) {
  const name = fileName(detail, point, region)
  const data = (format: 'json' | 'csv') =>
    addressOf('result', { params: { id: detail.id }, query: { point, region, format } })
  const caption = captionOf(detail, picture)
  const png = async (scale: PngScale) => {
    if (chart.current) save(await chart.current.exportPng(caption, scale), `${name}@${scale}x.png`)
  }
  const svg = (part: 'visible' | 'whole') => {
    if (!chart.current) return
    save(new Blob([chart.current.exportSvg(caption, part)], { type: 'image/svg+xml' }), `${name}.svg`)
  }
  return (
    <Menu position="bottom-end" shadow="sm" width={270}>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="download" size={14} />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Result of {region === 'total' ? 'the whole target' : region}</Menu.Label>
        <Menu.Item disabled={!hasResult} component="a" href={data('csv')} download={`${name}.csv`}>
          Table, CSV
        </Menu.Item>
        <Menu.Item disabled={!hasResult} component="a" href={data('json')} download={`${name}.json`}>
          Everything, JSON
        </Menu.Item>
        <Menu.Label>Picture {hasChart ? 'as it is shown' : '(open the chart first)'}</Menu.Label>
        <Menu.Item disabled={!hasChart} onClick={() => void png(2)}>
          Chart, PNG
        </Menu.Item>
        <Menu.Item disabled={!hasChart} onClick={() => void png(4)}>
          Chart, PNG for print
        </Menu.Item>
        <Menu.Item disabled={!hasChart} onClick={() => svg('visible')}>
          Chart, SVG
        </Menu.Item>
        <Menu.Item disabled={!hasChart} onClick={() => svg('whole')}>
          Whole chart, SVG
        </Menu.Item>
        <Menu.Label>Run</Menu.Label>
        <Menu.Item
          onClick={() =>
            save(new Blob([runReport(detail, picture)], { type: 'text/plain' }), `${fileStem(detail)}-report.txt`)
          }
        >
          Report of the run, text
        </Menu.Item>
        <Menu.Label>Input</Menu.Label>
        <Menu.Item
          onClick={() =>
            save(
              new Blob([JSON.stringify(detail.document, null, 2)], { type: 'application/json' }),
              `${fileStem(detail)}-input.json`,
            )
          }
        >
          Simulation document, JSON
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const fileStem = (detail: SimulationDetail): string =>
  (detail.name || detail.id)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || detail.id

function fileName(detail: SimulationDetail, point: number, region: string): string {
  return [fileStem(detail), detail.points > 1 ? `point${point}` : '', region === 'total' ? '' : region]
    .filter(Boolean)
    .join('-')
}

function captionOf(detail: SimulationDetail, result: ResultDocument | null): Caption {
  return {
    title: `${detail.engine.standIn && result?.mode !== 'estimate' ? `${STAND_IN_WORDS} · ` : ''}${detail.name || detail.subject}`,
    run: detail.id,
    histories: result?.primaries ?? null,
    estimate: result?.mode === 'estimate',
    nuclearData: 'NUBASE2020',
    circumstances: result ? `${result.time}, ${significant(result.currentMicroampere)} µA` : '',
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
