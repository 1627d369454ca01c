/** Rates of chosen nuclides at every value of a scan. */

import { formatNuclide } from '#nuclides/names.ts'
import { parseNuclide } from '#nuclides/parse.ts'
import type { SimulationRecord } from '#records/records.ts'
import type { ResultDocument } from '#results/document.ts'
import { NO_RATE } from '#results/rate.ts'
import { scannable } from '#simulation/scan.ts'
import { ControlError } from './control-error.ts'
import type { JobDocuments } from './job-documents.ts'
import type { ResultsReader } from './results-reader.ts'

export interface ScanTable {
  parameter: string
  unit: string | null
  title: string
  nuclides: string[]
  points: {
    point: number
    value: number
    primaries: number
    fissionsPerPrimary: number | null
    independent: unknown[]
    cumulative: unknown[]
  }[]
}

const MAX_NUCLIDES = 50

/** @throws ControlError `BAD_REQUEST` for names that are no nuclides, `NOT_FOUND` where there is no scan */
export async function scanTable(
  documents: JobDocuments,
  results: ResultsReader,
  record: SimulationRecord,
  names: string,
): Promise<ScanTable> {
  const { document, points } = documents.of(record)
  const { scan } = document.job
  if (!scan) throw new ControlError('NOT_FOUND', `Simulation ${record.id} has no scan; its one result is at /result.`)
  const nuclides = canonicalNames(names)
  const found = scannable(document, scan.parameter)
  const table: ScanTable = {
    parameter: scan.parameter,
    unit: found.ok ? found.parameter.unit : null,
    title: found.ok ? found.parameter.title : scan.parameter,
    nuclides,
    points: [],
  }
  for (const { point, value } of points) {
    const result = await results.readIfAny(record, { point, region: 'total' })
    const by = new Map(result?.residuals.map((residual) => [residual.nuclide, residual]))
    table.points.push({
      point,
      value: value!,
      primaries: result?.primaries ?? 0,
      fissionsPerPrimary: fissions(result),
      independent: nuclides.map((name) => by.get(name)?.independent ?? NO_RATE),
      cumulative: nuclides.map((name) => by.get(name)?.cumulative ?? NO_RATE),
    })
    // A point costs milliseconds, and a scan may have a thousand.
    await new Promise((turn) => setImmediate(turn))
  }
  return table
}

const fissions = (result: ResultDocument | null): number | null => result?.fissions.perPrimary ?? null

function canonicalNames(names: string): string[] {
  const wanted = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (wanted.length > MAX_NUCLIDES) {
    throw new ControlError(
      'BAD_REQUEST',
      `${wanted.length} nuclides were asked for; ${MAX_NUCLIDES} at once are the most.`,
    )
  }
  return wanted.map((name) => {
    const parsed = parseNuclide(name)
    if (!parsed.ok) throw new ControlError('BAD_REQUEST', `nuclides: ${parsed.reason}`)
    return formatNuclide(parsed.nuclide)
  })
}
