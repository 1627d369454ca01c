/** Colour arithmetic: reading, mixing, and the contrast of WCAG 2.2 (relative luminance of sRGB). */

/** A colour as `#rrggbb`, the only spelling used inside the chart. */
export type Hex = string

type Channels = readonly [red: number, green: number, blue: number]

/** Reads `#rrggbb`, `#rgb` or `rgb(r, g, b)`. Throws a RangeError on anything else. */
export function channelsOf(colour: string): Channels {
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  if (long) return [parseInt(long[1]!, 16), parseInt(long[2]!, 16), parseInt(long[3]!, 16)]
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  if (short) return [parseInt(short[1]!, 16) * 17, parseInt(short[2]!, 16) * 17, parseInt(short[3]!, 16) * 17]
  const rgb = /^rgb\(\s*(\d+),\s*(\d+),\s*(\d+)\s*\)$/.exec(colour)
  if (rgb) return [Number(rgb[1]), Number(rgb[2]), Number(rgb[3])]
  throw new RangeError(`"${colour}" is not a colour this chart reads: expected #rrggbb or rgb(r, g, b)`)
}

const twoDigits = (channel: number): string =>
  Math.round(Math.min(255, Math.max(0, channel)))
    .toString(16)
    .padStart(2, '0')

export const hexOf = (colour: string): Hex => `#${channelsOf(colour).map(twoDigits).join('')}`

/** `share` of `b` in `a`, straight in sRGB: good enough for tints towards a background. */
export function mix(a: string, b: string, share: number): Hex {
  const from = channelsOf(a)
  const to = channelsOf(b)
  return `#${from.map((channel, i) => twoDigits(channel + (to[i]! - channel) * share)).join('')}`
}

/** Relative luminance, 0 black to 1 white (WCAG 2.2). */
export function luminance(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((channel) => {
    const value = channel / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const la = luminance(a)
  const lb = luminance(b)
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05)
}

/** Black or white, whichever reads better on this colour: never below 4.58 : 1, on any colour. */
export function inkOn(colour: string): Hex {
  return contrast(colour, '#000000') >= contrast(colour, '#ffffff') ? '#000000' : '#ffffff'
}
