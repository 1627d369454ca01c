/**
 * Errors of the raw tables, mended when they are compiled. The tables themselves stay as they were received.
 * Every correction names what it expects to find: a newer table in which the error is gone stops the compiler.
 */

export interface NubaseCorrection {
  /** Columns 1-8 of the row: mass number, space, charge number, state digit. */
  readonly row: string
  readonly field: 'halfLife' | 'modes'
  readonly found: string
  readonly mended: string
  readonly reason: string
}

export const NUBASE_CORRECTIONS: readonly NubaseCorrection[] = [
  {
    row: '126 0520',
    field: 'modes',
    found: 'IS=8.84 25',
    mended: 'IS=18.84 25',
    reason: '126Te: a digit is lost; with 18.84 the abundances of tellurium add up to 100, with 8.84 to 90',
  },
  {
    row: '090 0460',
    field: 'modes',
    found: 'B+ ?; B+p ? 2p ?',
    mended: 'B+ ?;B+p ?;2p ?',
    reason: '90Pd: a semicolon is missing between two modes',
  },
  {
    row: '235 0930',
    field: 'modes',
    found: 'EC=99.99740 13;;A=0.00260 13',
    mended: 'EC=99.99740 13;A=0.00260 13',
    reason: '235Np: an empty mode',
  },
  {
    row: '126 0463',
    field: 'modes',
    found: 'B=72 8;IT=28 8',
    mended: 'B-=72 8;IT=28 8',
    reason: '126Pd third isomer: the sign of B- is lost (it is neutron-rich: B- it is)',
  },
  {
    row: '204 0810',
    field: 'modes',
    found: 'B-=97.08 7;EC+B+=2.92 7',
    mended: 'B-=97.08 7;B+=2.92 7',
    reason: '204Tl: everywhere else B+ already means electron capture and positron together',
  },
  {
    row: '068 0350',
    field: 'halfLife',
    found: '~40ns',
    mended: '~40 ns',
    reason: '68Br: the value stands in the field of the uncertainty',
  },
  {
    row: '113 0400',
    field: 'halfLife',
    found: '15# ms >550 ns3/2+',
    mended: '15# ms >550ns',
    reason: '113Zr: the limit runs into the field of the spin',
  },
]

/**
 * Decay rows of ENDF/B-VII.1 that must not be used, by the name in that table. Another source then takes over.
 * (Placeholders of the half-life, such as Po-219 at 3e-7 s, need no row here: an entry whose half-life is more than a
 * factor 2 away from a measured one of NUBASE2020 is used only when nothing better exists.)
 */
export const ENDF_REFUSED: Readonly<Record<string, string>> = {
  'Es-258': 'half of it decays into itself: a self-loop in the table',
  'He-5': 'alpha without a daughter in the table',
}
