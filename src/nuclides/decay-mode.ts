/** Decay modes in the notation of NUBASE2020, and what is left of a nucleus after each. */

import { chargeOfSymbol } from './elements.ts'

/** What is said of the share of a mode: equal, about, below, above, or only that it is possible. */
export type ShareSense = '=' | '~' | '<' | '>' | '?'

/** One decay mode of a state with its share, as NUBASE2020 lists it. */
export interface ListedMode {
  /**
   * `B-` `B+` (electron capture and positron together) `EC` `e+` `A` `IT` `SF` `p` `n` `2p` `2B-` ..., delayed emission
   * as `B-n` `B+p` `B-SF`, clusters as `14C`.
   */
  readonly mode: string
  readonly sense: ShareSense
  /** Per 100 decays; `null` with `?`. */
  readonly percent: number | null
  /** One standard deviation per 100 decays; `null` where none is given. */
  readonly uncertainty: number | null
  /** True where the number is from systematics (`#`). */
  readonly fromSystematics: boolean
  /** Share of every state of the daughter that is fed (`[gs=12,m=88]`), per 100 decays; only where NUBASE2020 knows. */
  readonly feeding: readonly { readonly m: number; readonly percent: number }[] | null
}

const FED_STATE: Readonly<Record<string, number>> = { gs: 0, m: 1, n: 2, p: 3 }

/**
 * The uncertainty is in units of the last digits of the value: `99.3 2` is 99.3 +- 0.2, `0.13 +18-8` is +0.18 -0.08
 * (of which the larger is kept).
 */
function uncertaintyOf(value: string, digits: string | undefined): number | null {
  if (digits === undefined || digits.endsWith('#')) return null
  if (digits.startsWith('+')) {
    const sides = digits
      .slice(1)
      .split('-')
      .map((side) => uncertaintyOf(value, side)!)
    return Math.max(...sides)
  }
  if (digits.includes('.')) return Number(digits)
  const [mantissa, exponent] = value.toLowerCase().split('e') as [string, string?]
  const decimals = mantissa.includes('.') ? mantissa.length - mantissa.indexOf('.') - 1 : 0
  return Number(digits) * 10 ** (Number(exponent ?? 0) - decimals)
}

const MODE = /^([A-Za-z0-9+-]+?) *([=~<>?]) *(.*)$/
const SHARE = /^([0-9.]+(?:[eE][+-]?\d+)?)(#?)(?: ([0-9.]+#?|\+[0-9.]+-[0-9.]+))?(?:\[(.+)\])?$/

/**
 * Reads a list of modes, `B-=98.67 8;IT=1.33 8`. The natural abundance (`IS=`) is not a decay mode and is left out.
 * Throws a RangeError on a piece that it does not understand.
 */
export function readModes(text: string): ListedMode[] {
  const modes: ListedMode[] = []
  for (const piece of text.split(';')) {
    if (piece === '') continue
    const match = MODE.exec(piece)
    if (!match) throw new RangeError(`decay mode "${piece}": expected for example B-=98.67 8`)
    const [, mode, relation, rest] = match as unknown as [string, string, ShareSense, string]
    if (mode === 'IS') continue
    if (relation === '?' || rest === '?' || rest === '') {
      modes.push({ mode, sense: '?', percent: null, uncertainty: null, fromSystematics: false, feeding: null })
      continue
    }
    const share = SHARE.exec(rest)
    if (!share) throw new RangeError(`share of decay mode "${piece}": expected a number of percent`)
    const [, value, hash, digits, states] = share as unknown as [string, string, string, string?, string?]
    modes.push({
      mode,
      sense: relation,
      percent: Number(value),
      uncertainty: uncertaintyOf(value, digits),
      fromSystematics: hash === '#',
      feeding:
        states === undefined
          ? null
          : states.split(',').map((fed) => {
              const [state, percent] = fed.split('=') as [string, string]
              const m = FED_STATE[state]
              if (m === undefined) throw new RangeError(`fed state "${fed}" of "${piece}": expected gs, m, n or p`)
              return { m, percent: Number(percent) }
            }),
    })
  }
  return modes
}

/** Natural abundance in a list of modes (`IS=48.161 5`), per 100 atoms of the element, or `null`. */
export function readAbundance(text: string): number | null {
  const match = /(?:^|;)IS=([0-9.e+-]+)/.exec(text)
  return match ? Number(match[1]) : null
}

const FIRST_STEP: readonly (readonly [string, number])[] = [
  ['EC+B+', -1],
  ['2B-', 2],
  ['2B+', -2],
  ['B-', 1],
  ['B+', -1],
  ['EC', -1],
  ['e+', -1],
]
const PARTICLES: Readonly<Record<string, readonly [number, number]>> = {
  n: [0, 1],
  p: [1, 1],
  d: [1, 2],
  t: [1, 3],
  A: [2, 4],
}

/**
 * Change of charge and mass number to the residue of a decay mode: `[+1, 0]` for `B-`, `[-1, -1]` for `B+p`.
 * `null` for fission (there is no single residue) and, for clusters of two kinds (`24Ne+26Ne`), that of the first.
 * Throws a RangeError for a mode it does not know, so that a new spelling in a table cannot pass unseen.
 */
export function residueOfMode(mode: string): readonly [dz: number, da: number] | null {
  if (mode === 'IT') return [0, 0]
  let rest = mode
  let dz = 0
  let da = 0
  for (const [prefix, change] of FIRST_STEP) {
    if (rest.startsWith(prefix)) {
      dz += change
      rest = rest.slice(prefix.length)
      break
    }
  }
  if (rest === 'SF') return null
  const cluster = dz === 0 ? /^(\d+)([A-Z][a-z]?)(?:\+\d+[A-Z][a-z]?)?$/.exec(rest) : null
  // 2A would be ambiguous with a cluster; argon, gold and the like are never emitted, so only real symbols count.
  const clusterCharge = cluster ? chargeOfSymbol(cluster[2]!) : undefined
  if (cluster && clusterCharge !== undefined) return [-clusterCharge, -Number(cluster[1])]
  while (rest !== '') {
    const emitted = /^(\d?)([npdtA])/.exec(rest)
    if (!emitted) throw new RangeError(`decay mode "${mode}" is not known: what follows "${rest}" has no rule`)
    const [z, a] = PARTICLES[emitted[2]!]!
    const count = emitted[1] === '' ? 1 : Number(emitted[1])
    dz -= count * z
    da -= count * a
    rest = rest.slice(emitted[0].length)
  }
  if (dz === 0 && da === 0) throw new RangeError(`decay mode "${mode}" is not known`)
  return [dz, da]
}
