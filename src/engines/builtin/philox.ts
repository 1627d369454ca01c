/**
 * Philox4x32-10: random numbers as a pure function of a counter and a key (J.K. Salmon, M.A. Moraes, R.O. Dror,
 * D.E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011).
 *
 * Nothing is carried from one history to the next, so the numbers of a history depend on the job key and the history
 * index alone and not on which worker simulates it.
 */

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const MULTIPLIER_0_LOW = MULTIPLIER_0 & 0xffff
const MULTIPLIER_0_HIGH = MULTIPLIER_0 >>> 16
const MULTIPLIER_1_LOW = MULTIPLIER_1 & 0xffff
const MULTIPLIER_1_HIGH = MULTIPLIER_1 >>> 16
/** Golden ratio and square root of 3 minus 1, as 32-bit fractions: the key schedule. */
const KEY_STEP_0 = 0x9e3779b9
const KEY_STEP_1 = 0xbb67ae85
const ROUNDS = 10

/**
 * Fills `out` with the four 32-bit words of one block.
 *
 * @param c0 - Counter word 0 (lowest) as a 32-bit integer, signed or not; likewise the other counter and key words.
 * @param out - At least four elements; an `Int32Array` or `Uint32Array`.
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Int32Array | Uint32Array,
): void {
  c0 |= 0
  c1 |= 0
  c2 |= 0
  c3 |= 0
  k0 |= 0
  k1 |= 0
  for (let round = 0; round < ROUNDS; round++) {
    // High words of the two 32 x 32 bit products, by halves: JavaScript has only the low word (Math.imul).
    let low = c0 & 0xffff
    let high = c0 >>> 16
    let middle = Math.imul(high, MULTIPLIER_0_LOW)
    let carry = (Math.imul(low, MULTIPLIER_0_LOW) >>> 16) + (middle & 0xffff)
    let other = Math.imul(low, MULTIPLIER_0_HIGH)
    carry += other & 0xffff
    const high0 = (Math.imul(high, MULTIPLIER_0_HIGH) + (middle >>> 16) + (other >>> 16) + (carry >>> 16)) | 0
    const low0 = Math.imul(c0, MULTIPLIER_0)

    low = c2 & 0xffff
    high = c2 >>> 16
    middle = Math.imul(high, MULTIPLIER_1_LOW)
    carry = (Math.imul(low, MULTIPLIER_1_LOW) >>> 16) + (middle & 0xffff)
    other = Math.imul(low, MULTIPLIER_1_HIGH)
    carry += other & 0xffff
    const high1 = (Math.imul(high, MULTIPLIER_1_HIGH) + (middle >>> 16) + (other >>> 16) + (carry >>> 16)) | 0
    const low1 = Math.imul(c2, MULTIPLIER_1)

    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + KEY_STEP_0) | 0
    k1 = (k1 + KEY_STEP_1) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

const TWO_TO_MINUS_53 = 2 ** -53

/** A number in [0, 1) with 53 random bits, from two random words (signed or not). */
export function uniformOf(high: number, low: number): number {
  return ((high >>> 0) * 2_097_152 + (low >>> 11)) * TWO_TO_MINUS_53
}

/** The 64-bit key of a job as two words. */
export interface PhiloxKey {
  readonly k0: number
  readonly k1: number
}

/**
 * @param jobKey - 16 hexadecimal digits, most significant first.
 * @throws RangeError for anything else.
 */
export function philoxKey(jobKey: string): PhiloxKey {
  if (!/^[0-9a-f]{16}$/i.test(jobKey)) {
    throw new RangeError(`expected a job key of 16 hexadecimal digits, got "${jobKey}"`)
  }
  return { k0: Number.parseInt(jobKey.slice(8), 16) | 0, k1: Number.parseInt(jobKey.slice(0, 8), 16) | 0 }
}
