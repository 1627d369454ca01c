/** The difference between two texts, line by line, as data for a page or a terminal. */

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  /** Line in the first text, from 1; `null` for an added line. */
  readonly before: number | null
  /** Line in the second text, from 1; `null` for a removed line. */
  readonly after: number | null
  readonly text: string
}

/** Steps after which the search for the smallest difference ends: texts that differ in more have little in common. */
const MAX_STEPS = 1000

/**
 * The smallest set of removed and added lines that makes `before` into `after` (Myers, "An O(ND) difference algorithm",
 * 1986). Texts that differ in more than 1,000 lines are shown as all removed and all added between their common ends.
 */
export function lineDiff(before: string, after: string): DiffLine[] {
  const a = before.split('\n')
  const b = after.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (from: number, to: number, shift: number): DiffLine[] =>
    a.slice(from, to).map((text, index) => ({
      kind: 'same',
      before: from + index + 1,
      after: from + index + 1 + shift,
      text,
    }))
  return [
    ...same(0, head, 0),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head),
    ...same(a.length - tail, a.length, b.length - a.length),
  ]
}

/** Only the lines that differ, with `context` same lines around each; gaps are `null`. */
export function diffHunks(lines: readonly DiffLine[], context = 3): (DiffLine | null)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((line) => line.kind !== 'same'),
  )
  return lines.flatMap((line, index): (DiffLine | null)[] => {
    if (near[index]) return [line]
    return index > 0 && near[index - 1] && near.slice(index).includes(true) ? [null] : []
  })
}

const removed = (text: string, at: number): DiffLine => ({ kind: 'removed', before: at + 1, after: null, text })
const added = (text: string, at: number): DiffLine => ({ kind: 'added', before: null, after: at + 1, text })

function middle(a: readonly string[], b: readonly string[], shift: number): DiffLine[] {
  const trace = furthestReaches(a, b)
  if (trace === null) {
    return [...a.map((text, n) => removed(text, n + shift)), ...b.map((text, n) => added(text, n + shift))]
  }
  // Back from the end of both texts along the path that was found.
  const found: DiffLine[] = []
  let x = a.length
  let y = b.length
  for (let step = trace.length - 1; step >= 0; step--) {
    const reach = trace[step]!
    const diagonal = x - y
    const down = diagonal === -step || (diagonal !== step && at(reach, diagonal - 1) < at(reach, diagonal + 1))
    const from = down ? diagonal + 1 : diagonal - 1
    const fromX = step === 0 ? 0 : at(reach, from)
    const fromY = step === 0 ? 0 : fromX - from
    while (x > fromX && y > fromY && a[x - 1] === b[y - 1]) {
      x--
      y--
      found.push({ kind: 'same', before: x + shift + 1, after: y + shift + 1, text: a[x]! })
    }
    if (step === 0) break
    if (down) found.push(added(b[--y]!, y + shift))
    else found.push(removed(a[--x]!, x + shift))
  }
  return found.reverse()
}

const at = (reach: ReadonlyMap<number, number>, diagonal: number): number => reach.get(diagonal) ?? 0

/** For each number of steps, how far each diagonal reached before it; `null` when there are too many. */
function furthestReaches(a: readonly string[], b: readonly string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = []
  let reach = new Map<number, number>([[1, 0]])
  for (let step = 0; step <= MAX_STEPS; step++) {
    trace.push(new Map(reach))
    const next = new Map(reach)
    for (let diagonal = -step; diagonal <= step; diagonal += 2) {
      const down = diagonal === -step || (diagonal !== step && at(reach, diagonal - 1) < at(reach, diagonal + 1))
      let x = down ? at(reach, diagonal + 1) : at(reach, diagonal - 1) + 1
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++
      next.set(diagonal, x)
      if (x >= a.length && x - diagonal >= b.length) return trace
    }
    reach = next
  }
  return null
}
