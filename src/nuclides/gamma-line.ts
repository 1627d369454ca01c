/** What a gamma line is. Types only, so that who names them does not load the table. */

import type { KeV } from '#quantities/units.ts'
import type { Zai } from './nuclide.ts'

export interface GammaLine {
  readonly energy: KeV
  readonly energyUncertainty: KeV
  /** Photons per 100 decays of the state. */
  readonly percent: number
  readonly percentUncertainty: number
}

export interface GammaHit extends GammaLine {
  /** The state that decays. */
  readonly zai: Zai
}

/** The table of gamma lines, as `gamma-lines.ts` loads it. */
export interface GammaLines {
  readonly of: (zai: Zai) => readonly GammaLine[]
  readonly near: (energy: KeV, tolerance: KeV) => GammaHit[]
  readonly floorPercent: number
}
