/** The two lines of FLUKA: one card language, a few cards that mean different things. */

/**
 * `cern4`: FLUKA 4.x of CERN. `infn`: FLUKA 2011 to 2024 of INFN. They have been separate codes since 2019. A deck is
 * written for one of them; output files are told apart by their own records, never by the flavour.
 */
export const FLAVOURS = ['cern4', 'infn'] as const

export type Flavour = (typeof FLAVOURS)[number]

/** How people name the flavour. */
export const flavourLabel: Readonly<Record<Flavour, string>> = {
  cern4: 'FLUKA 4 (CERN)',
  infn: 'FLUKA (INFN)',
}
