/**
 * Cross sections of proton-induced fission of uranium and thorium: evaluated points, read log-log.
 *
 * Drawn through the EXFOR data of Boyce 1974 (T0296), Bate and Huizenga (T0044), Isaev 2008 (O1708), Smirnov 1991
 * (O0606, without its 26 MeV point, which two experiments contradict), Bychenkov 1973 (A0047), Kotov 2006 (O1447); for
 * thorium also Szerypo (A0383), Kurcewicz (O0019), Tewes (O0661) and Choppin (P0028).
 * Uncertainty: U 3 % (12-31 MeV), 7 % (31-100 MeV), 8 % (0.2-1 GeV); Th 12 % below 30 MeV, 10 to 25 % above.
 */

import { logLogAt, type PointTable, pointTable } from './point-table.ts'

/** A target that fissions in this model. All isotopes of uranium are treated as 238U, thorium as 232Th. */
export type FissileElement = 'U' | 'Th'

/** E/MeV:sigma/b */
const FISSION_TABLES: Readonly<Record<FissileElement, PointTable>> = {
  U: pointTable(
    '5:3e-5 6:1e-4 7:9e-4 8:.0043 8.5:.0093 9:.0181 9.5:.033 10:.0536 11:.111 12:.195 13:.303 14:.460 15:.630 ' +
      '16:.765 17:.866 18:.965 19:1.025 20:1.098 22:1.241 24:1.378 26:1.468 28:1.545 31:1.585 35:1.64 40:1.71 ' +
      '45:1.78 50:1.83 55:1.86 60:1.88 65:1.87 70:1.83 80:1.76 95:1.68 120:1.56 155:1.46 200:1.40 300:1.42 ' +
      '400:1.48 500:1.49 700:1.51 1000:1.49 1400:1.42 2500:1.25',
  ),
  Th: pointTable(
    '8:.0045 9:.0195 10:.060 11:.120 12:.190 13.3:.33 15:.52 17.8:.88 19.6:.95 21.2:1.05 26.5:1.19 35:1.33 ' +
      '45:1.45 62.9:1.53 80:1.40 100:1.25 140:1.10 207:1.10 302:1.15 404:1.2 612:1.24 1000:1.22 1400:1.15',
  ),
}

/**
 * @param element - What fissions.
 * @param energyMeV - Kinetic energy of the proton.
 * @returns mb; 0 below the first point (5 MeV for U: 0.03 mb there; 8 MeV for Th: 4.5 mb there).
 */
export function fissionCrossSection(element: FissileElement, energyMeV: number): number {
  return 1000 * logLogAt(FISSION_TABLES[element], energyMeV)
}

/** The fissile element a charge number stands for, or `undefined`. */
export function fissileElementOf(z: number): FissileElement | undefined {
  return z === 92 ? 'U' : z === 90 ? 'Th' : undefined
}
