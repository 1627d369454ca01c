/** Places of an Indexed Job: numbers from 0. How many completions leave a given number of them open. */

/** `0,2-4` as numbers. */
export function placesOf(ranges: string | undefined): number[] {
  if (!ranges) return []
  return ranges.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, offset) => first! + offset)
  })
}

/**
 * @param open places wanted for workers
 * @param closed places that will have no worker any more: drained, given up, or held by a machine that is lost
 * @returns the smallest number of completions with `open` places that are not closed
 */
export function completionsFor(open: number, closed: Iterable<number>): number {
  const gone = new Set(closed)
  let completions = 0
  for (let left = open; left > 0; completions++) if (!gone.has(completions)) left--
  return completions
}
