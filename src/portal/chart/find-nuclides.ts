/** What a person types into the search field of a chart, and which nuclides it means. */

import { type SearchResult, searchNuclides } from '#nuclides/search.ts'
import type { ChartSearchOutcome } from './chart-contract.ts'

/** Gamma lines are loaded when an energy is asked for: their table is larger than the chart. */
export async function findNuclides(text: string): Promise<ChartSearchOutcome> {
  let found: SearchResult = searchNuclides(text)
  if (found.kind === 'needs-gamma-lines') {
    const { gammaLines } = await import('#nuclides/gamma-lines.ts')
    found = searchNuclides(text, gammaLines)
  }
  if (found.kind === 'refused') return found
  if (found.kind === 'needs-gamma-lines') return { kind: 'refused', reason: 'the table of gamma lines is missing' }
  const zais =
    found.kind === 'states'
      ? found.states.map(({ zai }) => zai)
      : [...new Set(found.hits.map(({ state }) => state.zai))]
  const note = found.kind === 'states' ? found.note : gammaNote(found.energy, found.tolerance, zais.length)
  if (zais.length === 0) return { kind: 'refused', reason: note ?? 'no nuclide of NUBASE2020 meets this' }
  return { kind: 'found', zais, note }
}

const gammaNote = (energy: number, tolerance: number, count: number): string =>
  count === 0
    ? `no gamma line within ${tolerance} keV of ${energy} keV`
    : `gamma lines within ${tolerance} keV of ${energy} keV, strongest first`
