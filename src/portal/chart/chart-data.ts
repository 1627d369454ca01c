/** A result tied to the table of nuclides. */

import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { NuclideState } from '#nuclides/states.ts'
import type { Residual, ResultDocument } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import { buildLayout, type Layout } from './layout.ts'

/** The result as the chart needs it, indexed once for every result and not for every mode. */
export interface ChartData {
  readonly result: ResultDocument | null
  readonly byZai: ReadonlyMap<Zai, Residual>
  /** Isomers that were produced and that the table does not list, by the key of their ground state. */
  readonly foreignIsomers: ReadonlyMap<Zai, readonly Residual[]>
  readonly layout: Layout
  readonly places: readonly Place[]
}

export interface Place {
  readonly n: number
  readonly z: number
  readonly a: number
  /** `null` for a product that the table does not list. */
  readonly state: NuclideState | null
}

const placesOfAtlas = new WeakMap<Atlas, { places: readonly Place[]; layout: Layout }>()

/** Ties a result to the atlas. Products unknown to the atlas get a cell of their own: they are never dropped. */
export function chartData(atlas: Atlas, result: ResultDocument | null): ChartData {
  let known = placesOfAtlas.get(atlas)
  if (!known) {
    const places = atlas.groundStates.map((state) => ({ n: state.a - state.z, z: state.z, a: state.a, state }))
    known = { places, layout: buildLayout(places) }
    placesOfAtlas.set(atlas, known)
  }
  const byZai = new Map<Zai, Residual>()
  const foreign = new Map<Zai, Place>()
  const foreignIsomers = new Map<Zai, Residual[]>()
  for (const residual of result?.residuals ?? []) {
    const { z, a, m } = residual
    byZai.set(zaiOf(z, a, m), residual)
    const ground = zaiOf(z, a)
    // What the table does not list is there only because it was made; an engine may also name what it never made.
    if (!wasMade(residual)) continue
    if (known.layout.indexAt(a - z, z) === -1) foreign.set(ground, { n: a - z, z, a, state: null })
    if (m > 0 && !atlas.state(zaiOf(z, a, m))) {
      foreignIsomers.set(ground, [...(foreignIsomers.get(ground) ?? []), residual])
    }
  }
  if (foreign.size === 0) return { result, byZai, foreignIsomers, ...known }
  const places = [...known.places, ...foreign.values()]
  return { result, byZai, foreignIsomers, places, layout: buildLayout(places) }
}

const wasMade = ({ independent, cumulative }: Residual): boolean =>
  (independent.perPrimary ?? 0) > 0 || (cumulative.perPrimary ?? 0) > 0
