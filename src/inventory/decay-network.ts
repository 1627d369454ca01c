/**
 * The closed network of decays that the solver works on: everything produced and everything it decays into, with the
 * constants of the evaluated tables, or of any other data a caller brings.
 *
 * What the tables leave open is decided here, once, and said in the notes: the atoms of a nuclide without an entry stay
 * where they are; what is particle-unbound, or of unknown half-life, decays at once; a limit or an estimate of a
 * half-life is taken as its value.
 */

import { formatHalfLife } from '#nuclides/half-life.ts'
import { formatZai } from '#nuclides/names.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import type { PerSecond } from '#quantities/units.ts'
import { decayClosure } from './closure.ts'
import { type DecayData, type DecayNote, EVALUATED_DECAY, inOrder } from './decay-data.ts'
import { InventoryError } from './inventory-error.ts'

/** Decays and losses among `size` kinds of atoms, by index. The numbers of the solver; names are in {@link DecayNetwork}. */
export interface DecayConstants {
  readonly size: number
  /** 1/s; 0 for what is stable. */
  readonly decayConstants: Float64Array
  /** First-order loss beside decay (release from the target), 1/s. */
  readonly lossConstants: Float64Array
  /** Transition `k`: a decay of `from[k]` makes `shares[k]` atoms of `to[k]`, on average. */
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly shares: Float64Array
}

export interface DecayNetwork extends DecayConstants {
  /** Ascending; the index of everything else. */
  readonly nuclides: readonly Zai[]
  /** Share of the decays of a nuclide whose products are not followed: fission, or no data on what is left. */
  readonly notFollowed: Float64Array
  /** 1 where an activity can be stated, 0 where the half-life is not known or the nuclide is not listed. */
  readonly known: Uint8Array
  /** Ascending by nuclide. */
  readonly notes: readonly DecayNote[]
}

export interface DecayNetworkOptions {
  readonly data?: DecayData
  /** First-order loss of an element beside decay, 1/s, for example its release from the target; none unless given. */
  readonly lossOf?: (z: number) => PerSecond
}

/**
 * For what falls apart "at once": shorter than anything that is measured, so that any smaller value gives the same
 * numbers everywhere else.
 */
const PROMPT_HALF_LIFE_SECONDS = 1e-22

interface Node {
  readonly decayConstant: number
  readonly daughters: readonly { readonly zai: Zai; readonly share: number }[]
  readonly notFollowed: number
  readonly known: boolean
}

const STAYS: Node = { decayConstant: 0, daughters: [], notFollowed: 0, known: true }

function nodeOf(zai: Zai, data: DecayData, notes: DecayNote[]): Node {
  const name = formatZai(zai)
  const halfLife = data.halfLifeOf(zai)
  if (halfLife === undefined) {
    notes.push({ zai, kind: 'not-listed', message: `${name} is not listed by NUBASE2020: its decay is not followed` })
    return { ...STAYS, known: false }
  }
  if (halfLife.kind === 'stable') return STAYS
  const known = halfLife.kind !== 'unknown'
  if (!known) {
    notes.push({
      zai,
      kind: 'half-life-not-known',
      message: `half-life of ${name} not known: taken to decay at once, no activity is given for it`,
    })
  } else if (halfLife.kind === 'lower-limit' || halfLife.kind === 'upper-limit' || halfLife.kind === 'estimated') {
    notes.push({
      zai,
      kind: 'half-life-doubtful',
      message: `half-life of ${name} is ${formatHalfLife(halfLife)}: taken as the value`,
    })
  }
  const whole = Math.LN2 / (halfLife.seconds ?? PROMPT_HALF_LIFE_SECONDS)
  const listed = data.branchesOf(zai).filter((branch) => branch.branching > 0)
  const branches = listed.filter((branch) => branch.daughter !== zai)
  const sum = branches.reduce((total, branch) => total + branch.branching, 0)
  if (branches.length === 0) {
    notes.push({
      zai,
      kind: 'no-branches',
      message: `no table says how ${name} decays: what it becomes is not followed`,
    })
    return { decayConstant: whole, daughters: [], notFollowed: 1, known }
  }
  if (branches.some((branch) => branch.assumed)) {
    notes.push({
      zai,
      kind: 'assumed-branching',
      message: `a branching of ${name} is not measured: its listed mode was given what the others leave over`,
    })
  }
  // A branch back into the parent is no decay: it slows the decay by its share, and the others keep their proportions.
  const returned = branches.length === listed.length ? 0 : 1 - sum / listed.reduce((t, b) => t + b.branching, 0)
  const daughters = new Map<Zai, number>()
  let notFollowed = 0
  for (const { daughter, branching } of branches) {
    if (daughter === null) notFollowed += branching / sum
    else daughters.set(daughter, (daughters.get(daughter) ?? 0) + branching / sum)
  }
  return {
    decayConstant: whole * (1 - returned),
    daughters: [...daughters].map(([daughter, share]) => ({ zai: daughter, share })),
    notFollowed,
    known,
  }
}

/**
 * The network of everything that the produced nuclides decay into, through all branches, until stable.
 * Branchings of a nuclide are normalised to 1. Emitted particles (alpha, neutron, proton) are not counted as nuclides.
 * @param produced each once, in any order; neither the result nor one bit of it depends on the order
 * Throws an {@link InventoryError} when a nuclide is given twice or the decay data hold a cycle.
 */
export function decayNetwork(produced: readonly Zai[], options: DecayNetworkOptions = {}): DecayNetwork {
  const { data = EVALUATED_DECAY, lossOf } = options
  const seen = new Set<Zai>()
  for (const zai of produced) {
    if (seen.has(zai)) {
      throw new InventoryError(
        'nuclide-twice',
        `${formatZai(zai)} is given twice; expected every produced nuclide once`,
      )
    }
    seen.add(zai)
  }
  const notes: DecayNote[] = []
  const nodes = decayClosure(
    produced,
    (zai) => nodeOf(zai, data, notes),
    (node) => node.daughters.map((daughter) => daughter.zai),
  )
  const nuclides = [...nodes.keys()].sort((p, q) => p - q)
  const index = new Map(nuclides.map((zai, at) => [zai, at]))
  const transitions = nuclides.flatMap((zai, at) =>
    nodes.get(zai)!.daughters.map((daughter) => [at, index.get(daughter.zai)!, daughter.share] as const),
  )
  const every = nuclides.map((zai) => nodes.get(zai)!)
  return {
    size: nuclides.length,
    nuclides,
    decayConstants: Float64Array.from(every, (node) => node.decayConstant),
    lossConstants: Float64Array.from(nuclides, (zai) => (lossOf ? lossOf(Math.floor(zai / 10_000)) : 0)),
    from: Uint32Array.from(transitions, ([from]) => from),
    to: Uint32Array.from(transitions, ([, to]) => to),
    shares: Float64Array.from(transitions, ([, , share]) => share),
    notFollowed: Float64Array.from(every, (node) => node.notFollowed),
    known: Uint8Array.from(every, (node) => Number(node.known)),
    notes: inOrder(notes),
  }
}
