/** The trace of one action of a person (W3C Trace Context): the click that all that follows from it is found by. */

/**
 * A new trace. Nothing is kept secret by its ids, they only have to differ.
 * @param random in [0, 1)
 */
export function newTraceparent(random: () => number = Math.random): string {
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(16 * random()).toString(16)).join('')
  // An id of zeros alone means none.
  return `00-1${digits(31)}-1${digits(15)}-01`
}
