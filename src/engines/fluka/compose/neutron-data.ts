/**
 * Names of data sets in FLUKA's group-wise neutron library, for the LOW-MAT card. Only names that were read in real decks
 * or in the specification are here (fluka.md 2.3); a material that is not relies on FLUKA finding its data by name.
 */

export interface NeutronData {
  readonly z: number
  /** Mass number of the material that takes this set; `null`: the natural element. */
  readonly ofMaterial: number | null
  /** LOW-MAT WHAT(3): mass number, -2 for natural isotopes, -3 and -4 for atoms bound in a solid. */
  readonly a: number
  readonly temperatureKelvin: number
  /** SDUM of LOW-MAT. */
  readonly library: string
}

export const NEUTRON_DATA: readonly NeutronData[] = [
  // Bound in graphite: targets are carbides with graphite.
  { z: 6, ofMaterial: null, a: -3, temperatureKelvin: 296, library: 'CARBON' },
  { z: 92, ofMaterial: 235, a: 235, temperatureKelvin: 296, library: '235-U' },
  { z: 92, ofMaterial: 238, a: 238, temperatureKelvin: 296, library: '238-U' },
]
