/** Where a batch holds something: of a matrix of nuclides most is 0, and a merge spends its time on looking at it. */

/** Places, ascending, of the values whose bits are not all 0. */
export function usedPlaces(values: Float32Array | Int32Array): Int32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
  const { length } = bits
  const whole = length - (length % 8)
  let count = 0
  let places = new Int32Array(128)
  for (let i = 0; i < length; i++) {
    // Eight at a time where all of them are 0.
    while (
      i < whole &&
      (bits[i]! |
        bits[i + 1]! |
        bits[i + 2]! |
        bits[i + 3]! |
        bits[i + 4]! |
        bits[i + 5]! |
        bits[i + 6]! |
        bits[i + 7]!) ===
        0
    ) {
      i += 8
    }
    for (const end = Math.min(length, i + 8); i < end; i++) {
      if (bits[i] === 0) continue
      if (count === places.length) {
        const more = new Int32Array(2 * count)
        more.set(places)
        places = more
      }
      places[count++] = i
    }
    i--
  }
  return places.subarray(0, count)
}
