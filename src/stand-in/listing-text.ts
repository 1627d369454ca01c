/** The pages of the stand-in's listing: its own words, with the marks that a listing of FLUKA is known by. */

import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import type { GeneratorState } from '#engines/fluka/run/random-state.ts'
import { STAND_IN_LABEL, STAND_IN_MAKER, STAND_IN_VERSION } from './version.ts'

const field = (value: number): string => value.toString(16).toUpperCase().padStart(8)
const real = (value: number, digits = 7): string => {
  const [mantissa, exponent] = value.toExponential(digits).split('e') as [string, string]
  return `${mantissa}E${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

export const bannerPage = (date: string): string => `
 * THIS IS THE ${STAND_IN_LABEL.toUpperCase()} OF ISOLARIO. IT IS NOT FLUKA, AND ITS NUMBERS ARE NOT FLUKA'S. *

   FLUKA Version ${STAND_IN_VERSION}        by ${STAND_IN_MAKER}   DATE: ${date}

`

/** The echo of a card, as numbers in columns. */
export const cardEcho = (command: string, fields: readonly string[], sdum: string): string =>
  ` ***** Next control card *****   ${command.padEnd(8)}  ${fields.map((one) => (one || '0.000').padStart(10)).join('  ')}     ${sdum}\n`

export const acceptedPage = (seconds: number): string => `
  === End of the output associated with the input ===


 Total time used for initialization:  ${seconds.toFixed(3)}     s


1NUMBER OF BEAM       NUMBER OF BEAM        APPROXIMATE NUMBER    AVERAGE TIME USED     TIME LEFT (RESERVED   NUMBER OF STARS
 PARTICLES HANDLED    PARTICLES LEFT        OF BEAM PARTICLES     BY A BEAM PARTICLE     10000.0 SECONDS      CREATED

`

/** What a source routine of ours writes on its first call. */
export const routineLine = (): string => ` ${WOBBLED_ROUTINE.mark}\n`

/** That routines of the user are there and do nothing here. */
export const routinesPage = (routines: readonly string[]): string => `
 * ${STAND_IN_LABEL.toUpperCase()}: USER ROUTINES ARE NOT RUN. THE NUMBERS ARE THOSE WITHOUT THEM. *
${routines.map((one) => `   ${one}\n`).join('')}
`

export const stateLine = ({ calls: [low, high], seed }: GeneratorState): string =>
  ` NEXT SEEDS:${[low, high, 0, 0, 0, 0, seed, 0x3039, 0, 0].map(field).join('')}\n`

export const progressText = (done: number, left: number, secondsPerPrimary: number, stars: number): string =>
  `${String(done).padStart(11)}${String(left).padStart(22)}${String(left).padStart(22)}             ${real(secondsPerPrimary)}         ${real(1e30)}${String(stars).padStart(18)}       \n`

export interface SummaryFacts {
  readonly primaries: number
  readonly stars: number
  readonly seconds: number
  readonly energyGev: number
}

export const summaryPage = ({ primaries, stars, seconds, energyGev }: SummaryFacts): string => `
 * ====       Summary of FLUKA ${STAND_IN_VERSION} run                                ==== *

  Total number of primaries run:          ${primaries} for a weight of: ${real(primaries, 6)}

  Total number of inelastic interactions (stars):               ${stars}

  Total CPU time used to follow all primary particles:   ${real(seconds, 3)} seconds of:
  Average CPU time used to follow a primary particle:    ${real(seconds / primaries, 3)} seconds of:

   ${real(energyGev, 4)}  (100.%) GeV available per beam particle divided into
 Prompt radiation      Radioactive decays
   ${real(energyGev, 4)}  (100.0%)   ${real(0, 4)} ( 0.0%) GeV hadron and muon dE/dx
   ${real(0, 4)}  ( 0.0%)                      GeV missing

 * ======        End of FLUKA ${STAND_IN_VERSION} run        ====== *
`
