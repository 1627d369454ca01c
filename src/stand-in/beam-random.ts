/** Random numbers of the beam's tracks: one line of them a run, apart from those that the yields are drawn with. */

import { philox4x32, philoxKey, uniformOf } from '#engines/builtin/philox.ts'

/** A word of the counter that no draw of the built-in engine has ("BEAM"). */
const LINE = 0x4245414d

/** Even numbers in [0, 1). @param jobKey 16 hexadecimal digits */
export function beamRandom(jobKey: string): () => number {
  const { k0, k1 } = philoxKey(jobKey)
  const words = new Int32Array(4)
  let block = 0
  let at = 4
  return () => {
    if (at >= 4) {
      philox4x32(block % 2 ** 32, Math.floor(block / 2 ** 32), LINE, LINE, k0, k1, words)
      block += 1
      at = 0
    }
    at += 2
    return uniformOf(words[at - 2]!, words[at - 1]!)
  }
}
