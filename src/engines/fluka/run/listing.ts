/**
 * The listing of a run (`NAME001.out`): what it says of version, progress, totals and energies. Markers were seen in a
 * listing of 4-3.1; the words `End of FLUKA ... run` and the spacing vary with the version (fluka.md 4.3).
 */

import { type ProgressLine, progressLine } from './progress.ts'
import { type GeneratorState, stateOfListingLine } from './random-state.ts'

export interface ListingVersion {
  /** As it stands: `4-3.1`. */
  readonly version: string
  /** Who made it, where the banner says: `CERN`. */
  readonly by: string | null
}

/** Energies per primary in GeV. */
export interface EnergyBalance {
  readonly availableGev: number
  readonly parts: readonly { readonly name: string; readonly promptGev: number; readonly decayGev: number }[]
  /** What is in no part: small in a run that can be trusted. */
  readonly missingGev: number
}

export interface Listing {
  readonly version: ListingVersion | null
  /** The deck was read and taken. */
  readonly accepted: boolean
  /** Initialisation is over. */
  readonly ready: boolean
  readonly progress: ProgressLine | null
  /** Generator after the last history that was told. */
  readonly state: GeneratorState | null
  /** The loop over primaries ended by itself. */
  readonly allHandled: boolean
  /** Primaries run and their weight. */
  readonly totals: { readonly primaries: number; readonly weight: number } | null
  /** Inelastic interactions of all primaries. */
  readonly stars: number | null
  readonly secondsPerPrimary: number | null
  readonly energy: EnergyBalance | null
  /** Source routine of ours that ran, by name and version; `null` without one. */
  readonly routine: string | null
  /** The run came to its end: the one sign of success. */
  readonly ended: boolean
}

const BANNER = /^\s*FLUKA\s*(?:Version\s+)?(\d[\w.-]*)(?:\s+by\s+(\w+))?/
const END = /End of FLUKA [\w\-.]* ?run/
const TOTALS = /Total number of primaries run:\s*(\d+)\s+for a weight of:\s*([\d.]+(?:E[+-]?\d+)?)/
const STARS = /Total number of inelastic interactions \(stars\):\s*(\d+)/
const SECONDS = /Average CPU time used to follow a primary particle:\s*([\d.]+(?:E[+-]?\d+)?)/
const AVAILABLE = /^\s*([\d.]+E[+-]\d+)\s+\(100\.%\) GeV available per beam particle/
const PART =
  /^\s*(-?[\d.]+E[+-]\d+)\s*\(\s*-?[\d.]+\s*%\)(?:\s+(-?[\d.]+E[+-]\d+)\s*\(\s*-?[\d.]+\s*%\))?\s+GeV\s+(.+?)\s*$/

/** What our source routine writes on its first call (compose/wobble-fortran.ts). */
const ROUTINE = /^\s*ISOLARIO SOURCE ROUTINE: (\S+)/

export function readListing(text: string): Listing {
  let version: ListingVersion | null = null
  let [accepted, ready, allHandled, ended] = [false, false, false, false]
  let progress: ProgressLine | null = null
  let state: GeneratorState | null = null
  let totals: Listing['totals'] = null
  let stars: number | null = null
  let secondsPerPrimary: number | null = null
  let availableGev: number | null = null
  let missingGev: number | null = null
  let routine: string | null = null
  const parts: { name: string; promptGev: number; decayGev: number }[] = []
  let afterSeeds = false
  for (const line of text.split('\n')) {
    const follows = afterSeeds
    const found = stateOfListingLine(line)
    afterSeeds = found !== undefined
    if (found) {
      state = found
      continue
    }
    if (follows) progress = progressLine(line) ?? progress
    if (!version) {
      const banner = BANNER.exec(line)
      if (banner) version = { version: banner[1]!, by: banner[2] ?? null }
    }
    if (line.includes('End of the output associated with the input')) accepted = true
    else if (line.includes('Total time used for initialization:')) ready = true
    else if (line.includes('All cases handled by Feeder')) allHandled = true
    else if (END.test(line)) ended = true
    routine ??= ROUTINE.exec(line)?.[1] ?? null
    const total = TOTALS.exec(line)
    if (total) totals = { primaries: Number(total[1]), weight: Number(total[2]) }
    const counted = STARS.exec(line)
    if (counted) stars = Number(counted[1])
    const seconds = SECONDS.exec(line)
    if (seconds) secondsPerPrimary = Number(seconds[1])
    const available = AVAILABLE.exec(line)
    if (available) availableGev = Number(available[1])
    else if (availableGev !== null && missingGev === null) {
      const part = PART.exec(line)
      if (part?.[3] === 'missing') missingGev = Number(part[1])
      else if (part) parts.push({ name: part[3]!, promptGev: Number(part[1]), decayGev: Number(part[2] ?? 0) })
    }
  }
  const energy = availableGev !== null && missingGev !== null ? { availableGev, parts, missingGev } : null
  return {
    version,
    accepted,
    ready,
    progress,
    state,
    allHandled,
    totals,
    stars,
    secondsPerPrimary,
    energy,
    routine,
    ended,
  }
}
