/** Failures on demand, for tests and demonstrations: one for each way in which a run of FLUKA can end badly. */

export const DEMANDS = {
  licence: 'says that the licence has expired, before anything is run',
  data: 'does not find a data file',
  card: 'does not take a card: it names a region that does not exist',
  geometry: 'loses a particle half way, and says where',
  abort: 'stops by itself half way, with a reason',
  crash: 'breaks half way as a program does',
  killed: 'is killed from outside half way',
  hang: 'stands still half way and hears nothing',
  'no-end': 'ends well with a listing that breaks off',
  missing: 'ends well without one of its files',
  cut: 'ends well with a file that is cut in the middle of a record',
  primaries: 'ends well with a file of fewer primaries than the listing tells',
  state: 'ends well with a state of random numbers that is not the last one of the listing',
  slow: 'takes half a second for each hundredth of its work; no failure, and it can be told to stop',
} as const

export type Demand = keyof typeof DEMANDS

/** Variable that demands failures; the site hands it to the run. */
export const DEMAND_VARIABLE = 'ISOLARIO_FLUKA_STAND_IN_FAILS'

export class DemandError extends Error {
  override readonly name = 'DemandError'
}

const isDemand = (word: string): word is Demand => Object.hasOwn(DEMANDS, word)

/**
 * What is demanded of one batch.
 * @param demands `abort@3,geometry@7,slow`: a kind for the batch of this number, or without number for all; the first that
 *   fits counts
 * @param batch number of the batch; `null` where the deck does not tell one
 * @throws DemandError for a word that is none
 */
export function demandOf(demands: string | undefined, batch: number | null): Demand | null {
  for (const item of (demands ?? '').split(',')) {
    const [, word, at] = /^\s*([a-z-]+)(?:@(\d+))?\s*$/.exec(item) ?? []
    if (word === undefined && item.trim() === '') continue
    if (word === undefined || !isDemand(word)) {
      throw new DemandError(
        `${DEMAND_VARIABLE} takes a list of ${Object.keys(DEMANDS).join(', ')}, each with @BATCH or without; "${item.trim()}" is none of them.`,
      )
    }
    if (at === undefined || Number(at) === batch) return word
  }
  return null
}
