/** Names of the files of a run: one cycle of one input, in a folder of its own (fluka.md 4.1). */

/** Name of the input without its ending; FLUKA names everything after it. */
export const RUN_NAME = 'isolario'
export const DECK_FILE = `${RUN_NAME}.inp`
export const LISTING_FILE = `${RUN_NAME}001.out`
export const ERRORS_FILE = `${RUN_NAME}001.err`
export const LOG_FILE = `${RUN_NAME}001.log`
/** State of the random number generator after the cycle. */
export const STATE_FILE = `ran${RUN_NAME}002`
/** Where FLUKA works until the cycle is done; the number is that of the process. */
export const WORK_FOLDER = 'fluka_*'
/** FLUKA ends after the history in hand when this is in its folder (fluka.md 4.4). */
export const STOP_FILE = 'fluka.stop'

/** File of a unit after the run. */
export const unitFile = (unit: number): string => `${RUN_NAME}001_fort.${unit}`
