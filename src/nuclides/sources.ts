/** Where the compiled numbers come from: version, terms and citation travel with them into every result. */

/** One evaluation behind the tables of this room. */
export interface NuclearDataSource {
  readonly id: 'nubase2020' | 'ame2020' | 'endfb71' | 'jeff311' | 'nist-compositions'
  readonly name: string
  readonly version: string
  /** What is taken from it. */
  readonly use: string
  readonly terms: string
  readonly citation: string
  readonly url: string
}

/** All evaluations, in the order in which they decide. */
export const nuclearDataSources: readonly NuclearDataSource[] = [
  {
    id: 'nubase2020',
    name: 'NUBASE2020',
    version: '2020 (nubase_3)',
    use: 'which nuclides and isomers exist, half-lives, spins, decay modes',
    terms: 'free with citation',
    citation: 'F.G. Kondev et al., Chin. Phys. C 45, 030001 (2021)',
    url: 'https://doi.org/10.1088/1674-1137/abddae',
  },
  {
    id: 'endfb71',
    name: 'ENDF/B-VII.1 decay sublibrary',
    version: 'VII.1 (2011)',
    use: 'branching of decays into isomers',
    terms: 'work of the US government, free',
    citation: 'M.B. Chadwick et al., Nucl. Data Sheets 112, 2887 (2011)',
    url: 'https://doi.org/10.1016/j.nds.2011.11.002',
  },
  {
    id: 'jeff311',
    name: 'JEFF-3.1.1 radioactive decay data',
    version: '3.1.1 (2009)',
    use: 'branching where ENDF/B-VII.1 has no entry; gamma lines',
    terms: 'distributed freely by the OECD/NEA Data Bank',
    citation: 'M.A. Kellett, O. Bersillon, R.W. Mills, JEFF Report 20, OECD/NEA (2009)',
    url: 'https://www.oecd-nea.org/dbdata/jeff/',
  },
  {
    id: 'ame2020',
    name: 'AME2020',
    version: '2020 (mass_1)',
    use: 'atomic masses; Q values and separation energies are their differences',
    terms: 'free with citation',
    citation: 'W.J. Huang et al., Chin. Phys. C 45, 030002 (2021); M. Wang et al., Chin. Phys. C 45, 030003 (2021)',
    url: 'https://doi.org/10.1088/1674-1137/abddaf',
  },
  {
    id: 'nist-compositions',
    name: 'NIST Atomic Weights and Isotopic Compositions',
    version: 'as of 2024-09-12',
    use: 'natural isotopic compositions, standard atomic weights',
    terms: 'work of the US government, free',
    citation: 'J.S. Coursey et al., Atomic Weights and Isotopic Compositions with Relative Atomic Masses, NIST',
    url: 'https://www.nist.gov/pml/atomic-weights-and-isotopic-compositions-relative-atomic-masses',
  },
]
