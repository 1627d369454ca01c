/** What FLUKA asks whoever publishes its results to cite, by the line that was run (fluka.cern and fluka.org, 2024). */

import type { Flavour } from './flavour.ts'
import type { FlukaSite } from './site.ts'

const CITATIONS: Readonly<Record<Flavour, readonly string[]>> = {
  cern4: [
    'C. Ahdida et al., New Capabilities of the FLUKA Multi-Purpose Code, Frontiers in Physics 9, 788253 (2022), doi:10.3389/fphy.2021.788253',
    'G. Battistoni et al., Overview of the FLUKA code, Annals of Nuclear Energy 82, 10-18 (2015), doi:10.1016/j.anucene.2014.11.007',
  ],
  infn: [
    'F. Ballarini et al., The FLUKA code: Overview and new developments, EPJ Nuclear Sciences & Technologies 10, 16 (2024), doi:10.1051/epjn/2024015',
    'A. Ferrari, P.R. Sala, A. Fasso, J. Ranft, FLUKA: a multi-particle transport code, CERN-2005-10, INFN/TC_05/11, SLAC-R-773 (2005)',
  ],
}

/** A stand-in gives nothing to cite. */
export const citationsOf = ({ flavour, standIn }: Pick<FlukaSite, 'flavour' | 'standIn'>): readonly string[] =>
  standIn ? [] : CITATIONS[flavour]
