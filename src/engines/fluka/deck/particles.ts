/**
 * Names and numbers of particles and of quantities that can be scored, as far as a deck of this platform or of the decks it
 * was tried on uses them. Source: FLUKA manual, "Particle and material codes"; 208, 209, 210 and 234 also from files of
 * real runs. Rest masses: CODATA 2018 (GeV/c2), mesons and muon: PDG.
 */

import { as, type GeV } from '#quantities/units.ts'

interface Particle {
  readonly number: number
  /** For people: "protons". */
  readonly words: string
  /** Rest mass; `null` where it is not needed or not one particle. */
  readonly mass: GeV | null
}

const particle = (number: number, words: string, mass: number | null = null): Particle => ({
  number,
  words,
  mass: mass === null ? null : as<GeV>(mass),
})

/** What a BEAM can be made of, and what can be scored as a particle. */
export const PARTICLES: Readonly<Record<string, Particle>> = {
  '4-HELIUM': particle(-6, 'alpha particles', 3.7273794066),
  '3-HELIUM': particle(-5, 'helium-3 nuclei', 2.80839160743),
  TRITON: particle(-4, 'tritons', 2.80892113298),
  DEUTERON: particle(-3, 'deuterons', 1.87561294257),
  HEAVYION: particle(-2, 'ions'),
  ISOTOPE: particle(-2, 'decays of a nuclide'),
  OPTIPHOT: particle(-1, 'optical photons', 0),
  RAY: particle(0, 'rays'),
  PROTON: particle(1, 'protons', 0.93827208816),
  APROTON: particle(2, 'antiprotons', 0.93827208816),
  ELECTRON: particle(3, 'electrons', 0.00051099895),
  POSITRON: particle(4, 'positrons', 0.00051099895),
  PHOTON: particle(7, 'photons', 0),
  NEUTRON: particle(8, 'neutrons', 0.93956542052),
  ANEUTRON: particle(9, 'antineutrons', 0.93956542052),
  'MUON+': particle(10, 'positive muons', 0.1056583755),
  'MUON-': particle(11, 'negative muons', 0.1056583755),
  'PION+': particle(13, 'positive pions', 0.13957039),
  'PION-': particle(14, 'negative pions', 0.13957039),
  'KAON+': particle(15, 'positive kaons', 0.493677),
  'KAON-': particle(16, 'negative kaons', 0.493677),
}

/** Families and quantities. */
export const QUANTITIES: Readonly<Record<string, { readonly number: number; readonly words: string }>> = {
  'ALL-PART': { number: 201, words: 'all particles' },
  'ALL-CHAR': { number: 202, words: 'all charged particles' },
  'ALL-NEUT': { number: 203, words: 'all neutral particles' },
  'ALL-NEGA': { number: 204, words: 'all negative particles' },
  'ALL-POSI': { number: 205, words: 'all positive particles' },
  NUCLEONS: { number: 206, words: 'protons and neutrons' },
  'NUC&PI+-': { number: 207, words: 'nucleons and charged pions' },
  ENERGY: { number: 208, words: 'deposited energy' },
  'PIONS+-': { number: 209, words: 'charged pions' },
  BEAMPART: { number: 210, words: 'primaries' },
  'EM-ENRGY': { number: 211, words: 'energy deposited by electrons and photons' },
  MUONS: { number: 212, words: 'muons' },
  'E+&E-': { number: 213, words: 'electrons and positrons' },
  DOSE: { number: 228, words: 'dose' },
  ACTIVITY: { number: 234, words: 'activity by volume' },
  ACTOMASS: { number: 235, words: 'activity by mass' },
  'NIEL-DEP': { number: 238, words: 'non-ionising energy deposited' },
  'DPA-SCO': { number: 239, words: 'displacements per atom' },
  'DOSE-EQ': { number: 240, words: 'dose equivalent' },
}

const BY_NUMBER = new Map(
  [...Object.entries(PARTICLES), ...Object.entries(QUANTITIES)].map(([name, { number }]) => [number, name]),
)

/** The name of a particle or quantity that is given by number; `null` when it is not known here. */
export const particleNumbered = (number: number): string | null => BY_NUMBER.get(number) ?? null

/** What a particle or quantity is, in words; its own name when that is all that is known. */
export const particleWords = (name: string): string => PARTICLES[name]?.words ?? QUANTITIES[name]?.words ?? name
