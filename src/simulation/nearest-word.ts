/** Finds what somebody probably meant to type. */

/** Number of insertions, deletions, replacements and swaps of neighbours between two words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) best = Math.min(best, beforeLast[column - 2]! + 1)
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/**
 * The word nearest to what was typed, or `undefined` when none is near. Case is looked at last, so that `energymev`
 * finds `energyMeV`; a word that continues what was typed (`energy`) counts as near.
 */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const lower = typed.slice(0, 100).toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(lower.length / 3)) + 0.5
  for (const word of words) {
    const target = word.toLowerCase()
    const continues = lower.length >= 3 && (target.startsWith(lower) || lower.startsWith(target))
    const distance = continues ? Math.min(1.5, editDistance(lower, target)) : editDistance(lower, target)
    if (distance < bestDistance) {
      best = word
      bestDistance = distance
    }
  }
  return best
}
