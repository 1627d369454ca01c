/** How the stand-in calls itself. */

/** Where FLUKA's banner has its version. */
export const STAND_IN_VERSION = '4-STAND-IN'
/** Where the banner says who made it. */
export const STAND_IN_MAKER = 'ISOLARIO'
export const STAND_IN_LABEL = 'STAND-IN for FLUKA'
