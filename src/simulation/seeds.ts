/**
 * Seeds for engines that take one number a run. An installation with records hands them out, never one twice
 * (`records/seeds.ts`); a job folder, which knows of no other job, derives them from its job key.
 */

/** Seeds are whole numbers from 1 to this: FLUKA takes any below 9e8 (INFN manual, card RANDOMIZ, WHAT(2)). */
export const LARGEST_SEED = 899_999_999

const HALF_BITS = 15
const HALF = (1 << HALF_BITS) - 1
const ROUNDS = 6

/** A hash of 32 bits with good mixing (finaliser of MurmurHash3, public domain, A. Appleby). */
function mixed(value: number): number {
  value ^= value >>> 16
  value = Math.imul(value, 0x85ebca6b)
  value ^= value >>> 13
  value = Math.imul(value, 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** A permutation of the numbers of 30 bits: a Feistel network, which is one for any function of its rounds. */
function permuted(value: number, keys: readonly [number, number]): number {
  let left = value >>> HALF_BITS
  let right = value & HALF
  for (let round = 0; round < ROUNDS; round++) {
    const key = (keys[round & 1]! + Math.imul(round + 1, 0x9e3779b9)) | 0
    const next = left ^ (mixed(mixed(right ^ key) ^ keys[(round + 1) & 1]!) & HALF)
    left = right
    right = next
  }
  return left * (HALF + 1) + right
}

/**
 * Seed of a batch in a job that has no records to ask: different for every batch of the job, the same for the same job
 * key. Seeds of different jobs may meet by chance.
 *
 * @param jobKey 16 hexadecimal digits
 * @param points scan points of the job
 * @param ordinal of the batch in its point
 * @throws RangeError beyond the 899,999,999th batch of all points
 */
export function seedFromKey(jobKey: string, points: number, point: number, ordinal: number): number {
  const index = ordinal * points + point
  if (!(index < LARGEST_SEED)) {
    throw new RangeError(
      `A job can have ${LARGEST_SEED} batches with seeds of their own; this would be number ${index}.`,
    )
  }
  const keys = [Number.parseInt(jobKey.slice(0, 8), 16) | 0, Number.parseInt(jobKey.slice(8), 16) | 0] as const
  // The network permutes 2^30 numbers; from outside the range it is walked on until it comes back into it.
  let seed = permuted(index, keys)
  while (seed >= LARGEST_SEED) seed = permuted(seed, keys)
  return seed + 1
}
