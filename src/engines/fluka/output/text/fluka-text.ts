/**
 * What texts hold that FLUKA or its summing programs wrote. Values have the few digits that were printed; errors are
 * relative (0.05 is 5 %), though the texts print percent.
 */

export interface Measured {
  readonly value: number
  /** Relative; `null` where the text has none. */
  readonly error: number | null
}

export interface MassRow extends Measured {
  readonly A: number
}

export interface ChargeRow extends Measured {
  readonly Z: number
}

export interface NuclideRow extends Measured {
  readonly Z: number
  readonly A: number
  /** 0 for a ground state, by FLUKA's numbering for an isomer; `null` in a text without a list of isomers. */
  readonly m: number | null
}

/** A detector of RESNUCLEi in a text. */
export interface ResnucleiTable {
  readonly number: number
  readonly name: string
  readonly byA: readonly MassRow[] | null
  readonly byZ: readonly ChargeRow[] | null
  /** Places of the matrix, also those with 0 where the text lists them. */
  readonly nuclides: readonly NuclideRow[]
  /** `null` where the text has no list of isomers. */
  readonly isomers: readonly NuclideRow[] | null
  /** Of decay data, in a `_sum.lis`. */
  readonly decay: DecayNote | null
  /** Facts that only `_sum.lis` and formatted files have. */
  readonly summary: ResnucleiSummary | null
}

/** What `_sum.lis` says of decay data. */
export interface DecayNote {
  /** Mean intensity, primaries per second. */
  readonly intensity: number
  /** s */
  readonly irradiation: number
  /** s */
  readonly cooling: number
}

export interface ResnucleiSummary {
  readonly region: number
  /** cm3 */
  readonly volume: number
  readonly type: number
  readonly greatestZ: number
  readonly total: Measured
}

export interface SpectrumRow extends Measured {
  /** GeV */
  readonly low: number
  /** GeV */
  readonly high: number
}

export interface AngleBlock {
  /** Solid angle, sr. */
  readonly low: number
  readonly high: number
  readonly rows: readonly SpectrumRow[]
}

/** A detector of USRBDX, USRTRACK, USRCOLL or DETECT in a `_tab.lis`. */
export interface SpectrumTable {
  readonly number: number
  readonly name: string
  /** Ascending; of USRBDX integrated over solid angle. */
  readonly rows: readonly SpectrumRow[]
  /** By solid angle; `null` where the text has none: only USRBDX has. */
  readonly blocks: readonly AngleBlock[] | null
}

/** A detector of USRBDX, USRTRACK or USRCOLL in a `_sum.lis`. */
export interface SpectrumSummary {
  readonly number: number
  readonly name: string
  readonly total: Measured
  /** Ends of the energy intervals, GeV, descending, with the lowest at the end. */
  readonly ends: readonly number[]
  /** Descending. */
  readonly flux: readonly Measured[]
  readonly cumulative: readonly Measured[]
  /** Of USRBDX: by energy, descending, then by solid angle; per steradian. `null` where the text has none. */
  readonly byAngle: readonly (readonly Measured[])[] | null
}

export interface TextAxis {
  /** As the text names it: `X`, `R`, `Z`, ... */
  readonly name: string
  readonly low: number
  readonly high: number
  readonly bins: number
  readonly width: number
  readonly unit: string
}

/** A binning of USRBIN in a text of `usrbea`, or in a formatted file of FLUKA. */
export interface UsrbinTable {
  readonly number: number
  readonly name: string
  /** `Cartesian`, `Region`, ... as the text names it. */
  readonly geometry: string
  readonly particle: number
  /** Three axes; of a binning by region `null`. */
  readonly axes: readonly TextAxis[] | null
  /** Sets of regions of a binning by region: first, last, step; `null` on a mesh. */
  readonly regions: readonly (readonly [number, number, number])[] | null
  /** Remarks of the text: `this is a track-length binning`, ... */
  readonly notes: readonly string[]
  readonly values: Float64Array
  /** Relative; `null` where the text has none. */
  readonly errors: Float64Array | null
}

export interface RunNote {
  readonly title: string
  readonly primaries: number
  readonly weight: number
}

export type FlukaText =
  | {
      readonly kind: 'RESNUCLEi table'
      readonly file: string
      readonly run: RunNote | null
      readonly detectors: readonly ResnucleiTable[]
    }
  | { readonly kind: 'spectrum table'; readonly file: string; readonly detectors: readonly SpectrumTable[] }
  | {
      readonly kind: 'spectrum summary'
      readonly file: string
      readonly run: RunNote
      readonly detectors: readonly SpectrumSummary[]
    }
  | {
      readonly kind: 'USRBIN table'
      readonly file: string
      readonly run: RunNote | null
      readonly detectors: readonly UsrbinTable[]
    }
  | { readonly kind: 'no data'; readonly file: string; readonly detectors: readonly [] }
