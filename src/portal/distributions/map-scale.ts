/** Colour scale of a map: from values to shares of a ramp, and the ticks beside it. */

export interface MapScale {
  readonly kind: 'linear' | 'log'
  readonly low: number
  readonly high: number
  /** Share of the ramp, 0 to 1; `null` where nothing is to be painted. */
  share(value: number): number | null
  readonly ticks: readonly number[]
  /** True where smaller values than `low` are painted like it. */
  readonly isCut: boolean
}

/** A logarithmic scale shows so many decades at most below its greatest value: below them is noise of single tracks. */
const DECADES = 6

/** @returns `null` where there is nothing to paint */
export function mapScale(values: ArrayLike<number>, kind: 'linear' | 'log'): MapScale | null {
  let least = Number.POSITIVE_INFINITY
  let high = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value > 0)) continue
    if (value > high) high = value
    if (value < least) least = value
  }
  if (high === 0) return null
  if (kind === 'linear') {
    const share = (value: number) => (value > 0 ? value / high : null)
    return { kind, low: 0, high, share, ticks: linearScaleTicks(high), isCut: false }
  }
  const floor = high / 10 ** DECADES
  const low = Math.max(least, floor) < high ? Math.max(least, floor) : high / 10
  const span = Math.log(high / low)
  return {
    kind,
    low,
    high,
    share: (value) => (value > 0 ? Math.max(0, Math.log(value / low) / span) : null),
    ticks: logTicks(low, high),
    isCut: least < low,
  }
}

function linearScaleTicks(high: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(high))
  const step = high / power >= 5 ? power : high / power >= 2 ? power / 2 : power / 5
  const ticks: number[] = []
  for (let n = 0; n * step <= high * 1.0001; n++) ticks.push(Number((n * step).toPrecision(12)))
  return ticks
}

/** Powers of ten, and 2 and 5 of each where there are few of them. */
export function logTicks(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  const parts = last - first <= 2 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let power = first; power <= last; power++) {
    for (const part of parts) {
      const tick = Number(`${part}e${power}`)
      if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.push(tick)
    }
  }
  return ticks
}
