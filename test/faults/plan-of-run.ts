/** What happens in a run, as its seed has it: the jobs, what users ask for, how the machines are, and what goes wrong. */

import type { SimulationInput } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { Dice } from './dice.ts'
import type { Order } from './replica.ts'

const FLEETING_KINDS = [
  'worker killed',
  'worker frozen',
  'worker told to end',
  'replica killed',
  'replica killed at a call',
  'replica frozen',
  'queue lost',
  'queue went back',
  'queue fails at a call',
  'queue split',
  'queue away',
  'queue repeats',
  'storage away',
  'storage slow',
  'records away',
  'records unsure',
  'cluster away',
  'network bad',
  'clock jumped',
] as const
/** What workers have stored is not there, or is not what they stored. */
const LOSSES = ['storage loses', 'storage damages'] as const
export const FAULT_KINDS = [...FLEETING_KINDS, ...LOSSES] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  readonly atMs: number
  readonly kind: FaultKind
  /** Where it lasts. */
  readonly forMs: number
  /** Chooses among what there is when it happens. */
  readonly which: number
  readonly size: number
}

export interface PlannedJob {
  readonly atMs: number
  readonly document: SimulationInput
  /** How often its user adds primaries in the moment in which it is done. */
  readonly eager: number
  readonly orders: readonly { readonly atMs: number; readonly order: Order; readonly primaries: number }[]
}

export interface RunPlan {
  readonly seed: number
  readonly replicas: number
  /** Whether one replica moves the jobs on by a lease, or all do it at once, which must do no harm. */
  readonly isLed: boolean
  readonly capacity: number
  readonly maxAttempts: number
  readonly leaseMs: number
  readonly taskMs: readonly [number, number]
  readonly bad: ReadonlySet<number>
  readonly stumbles: number
  readonly jobs: readonly PlannedJob[]
  readonly faults: readonly Fault[]
  /** From here on nothing goes wrong any more. */
  readonly calmAtMs: number
}

const { setup, operation } = presetById('thin-uc4')!.document
/** Fixed, so that tallies are made once for many runs. */
const JOB_KEY = '00000000feedbeef'
const BATCH = 2

export function planOfRun(seed: number): RunPlan {
  const dice = new Dice(seed, 1)
  const calmAtMs = dice.between(8_000, 40_000)
  const replicas = dice.between(1, 3)
  const leaseMs = dice.pick([1500, 3000, 6000])
  const isLong = dice.chance(0.4)
  const jobs = Array.from({ length: dice.pick([1, 1, 1, 2, 3]) }, () => plannedJob(dice, calmAtMs, isLong))
  return {
    seed,
    replicas,
    isLed: dice.chance(0.5),
    capacity: dice.between(1, 4),
    maxAttempts: dice.pick([1, 2, 3, 3, 1000, 1000]),
    leaseMs,
    taskMs: isLong ? [300, 2500] : [5, 200],
    bad: new Set(dice.chance(0.15) ? [dice.below(6), dice.below(30)] : []),
    stumbles: dice.pick([0, 0, 0.02, 0.15]),
    jobs,
    faults: [...faultsOf(dice, calmAtMs), ...lossesOf(new Dice(seed, 2), calmAtMs)],
    calmAtMs,
  }
}

function plannedJob(dice: Dice, calmAtMs: number, isLong: boolean): PlannedJob {
  const isScan = dice.chance(0.15)
  const tasks = dice.pick(isScan || isLong ? [1, 3, 6, 8] : [1, 3, 8, 12, 20, 30])
  const batches = dice.pick([1, 1, 2])
  const histories = tasks * batches * BATCH - dice.below(2)
  const isTimed = dice.chance(0.1)
  const goal = isTimed
    ? ({ kind: 'time', minutes: 0.1, maxPrimaries: isLong ? 24 : 120 } as const)
    : ({ kind: 'primaries', primaries: histories } as const)
  const document: SimulationInput = {
    isolario: 1,
    name: 'Simulated',
    setup,
    operation,
    job: {
      goal,
      batchHistories: BATCH,
      historiesPerTask: batches * BATCH,
      key: JOB_KEY,
      ...(isScan ? { scan: { parameter: 'setup.beam.energyMeV', values: [20, 30, 40] } } : {}),
    },
  } as SimulationInput
  const orders: { atMs: number; order: Order; primaries: number }[] = []
  const order = (of: Order) =>
    orders.push({ atMs: dice.below(calmAtMs), order: of, primaries: BATCH * dice.between(1, 8) })
  if (dice.chance(0.2)) order('stop')
  if (dice.chance(0.15)) {
    // Stopped, and then gone on with, while things go wrong.
    const atMs = dice.below(calmAtMs / 2)
    orders.push({ atMs, order: 'stop', primaries: 0 })
    orders.push({ atMs: atMs + dice.between(2000, 8000), order: 'add-primaries', primaries: BATCH * 4 })
  }
  if (dice.chance(0.12)) order('cancel')
  while (dice.chance(0.35)) order('add-primaries')
  if (dice.chance(0.05)) order('delete')
  return { atMs: dice.below(3000), document, orders, eager: dice.chance(0.25) ? dice.between(1, 5) : 0 }
}

function faultsOf(dice: Dice, calmAtMs: number): readonly Fault[] {
  // Some runs have one thing go wrong again and again, others a bit of everything.
  const kinds = dice.chance(0.5)
    ? FLEETING_KINDS
    : Array.from({ length: dice.between(1, 3) }, () => dice.pick(FLEETING_KINDS))
  const faults = Array.from({ length: dice.between(0, 14) }, () => faultOf(dice, dice.below(calmAtMs), kinds))
  return faults.sort((a, b) => a.atMs - b.atMs)
}

/** Beside the others, with numbers of their own: a run in five has some. */
function lossesOf(dice: Dice, calmAtMs: number): readonly Fault[] {
  const count = dice.chance(0.2) ? dice.between(1, 4) : 0
  return Array.from({ length: count }, () => faultOf(dice, dice.below(calmAtMs), LOSSES))
}

const faultOf = (dice: Dice, atMs: number, kinds: readonly FaultKind[]): Fault => ({
  atMs,
  kind: dice.pick(kinds),
  forMs: dice.between(50, 9000),
  which: dice.bits(),
  size: dice.bits(),
})
