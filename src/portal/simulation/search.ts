/** What the address of a simulation's page holds beside the id: tab, scan point, region, and the state of the chart. */

import type { SearchSchemaInput } from '@tanstack/react-router'

export const TABS = ['chart', 'table', 'layers', 'maps', 'scan', 'tasks', 'logs', 'provenance'] as const
export type Tab = (typeof TABS)[number]

export interface SimulationSearch {
  readonly tab: Tab
  readonly point: number
  readonly region: string
  /** Parameters of the chart as they stand in the address; the chart reads them, and refuses what it does not know. */
  readonly chart: Readonly<Record<string, string>>
}

type Given = Readonly<Record<string, unknown>> & SearchSchemaInput

/** What the address holds, flat, as texts; defaults are left out. */
export type SearchTexts = Readonly<Record<string, string>>

export function readSimulationSearch(given: Given): SearchTexts {
  const texts: Record<string, string> = {}
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === 'string' || typeof value === 'number') texts[key] = String(value)
  }
  return texts
}

const OWN = new Set(['tab', 'point', 'region'])

export function fromTexts(texts: SearchTexts): SimulationSearch {
  const point = Number(texts['point'] ?? 0)
  return {
    tab: TABS.find((tab) => tab === texts['tab']) ?? 'chart',
    point: Number.isInteger(point) && point >= 0 ? point : 0,
    region: texts['region'] ?? 'total',
    chart: Object.fromEntries(Object.entries(texts).filter(([key]) => !OWN.has(key))),
  }
}

export function toTexts({ tab, point, region, chart }: SimulationSearch): SearchTexts {
  return {
    ...(tab === 'chart' ? {} : { tab }),
    ...(point === 0 ? {} : { point: String(point) }),
    ...(region === 'total' ? {} : { region }),
    ...chart,
  }
}
