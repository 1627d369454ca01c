/**
 * Neutrons evaporated by a fission fragment after scission, by its mass before evaporation.
 * 12 MeV: Cheifetz and Fraenkel 1968 (EXFOR D0988, scaled by 0.95); 20 to 60 MeV: Rubchenya 2001 (EXFOR O0941).
 */

/** Fragment masses of the columns: 70, 75, ... 160. */
export const NEUTRON_TABLE_FIRST_MASS = 70
export const NEUTRON_TABLE_MASS_STEP = 5

/** Proton energy in MeV and mean number of neutrons per fragment. */
export const NEUTRON_TABLE: readonly { readonly energyMeV: number; readonly neutrons: readonly number[] }[] = [
  {
    energyMeV: 12,
    neutrons: [
      0.72, 0.82, 0.91, 1.04, 1.33, 1.3, 1.46, 1.66, 2.36, 2.98, 2.27, 2.07, 1.51, 1.87, 2.14, 2.59, 3.09, 3.19, 3.42,
    ],
  },
  {
    energyMeV: 20,
    neutrons: [
      0.74, 0.61, 0.86, 1.11, 1.47, 1.72, 1.97, 2.21, 2.46, 2.33, 2.21, 1.97, 1.84, 2.09, 2.33, 2.58, 2.95, 3.32, 4.55,
    ],
  },
  {
    energyMeV: 35,
    neutrons: [
      0.49, 0.74, 0.86, 1.23, 1.47, 1.72, 1.97, 2.21, 2.46, 2.33, 2.58, 2.46, 2.33, 2.46, 2.7, 3.07, 3.44, 4.05, 4.55,
    ],
  },
  {
    energyMeV: 50,
    neutrons: [
      0.74, 0.74, 0.98, 1.35, 1.72, 1.97, 2.21, 2.33, 2.58, 2.58, 2.7, 2.7, 2.58, 2.7, 2.95, 3.44, 3.93, 4.18, 4.55,
    ],
  },
  {
    energyMeV: 60,
    neutrons: [
      0.98, 0.86, 0.98, 1.47, 1.72, 1.97, 2.21, 2.46, 2.58, 2.7, 2.83, 2.95, 2.83, 2.95, 3.19, 3.44, 3.93, 4.55, 4.96,
    ],
  },
]
