/**
 * The life of a simulation as one table: which state allows which action, and where the action leads.
 *
 * accepted -> running -> done, with stopping on the way when the user asked to stop and merge what exists.
 * `accepted`: written to the records, no task taken yet. `running`: at least one task was taken.
 * `stopping`: no new tasks; leased ones may finish; then `done` with fewer primaries than asked.
 * `cancelling`: tasks are abandoned; then `cancelled`. `failed`: ended without a usable result, with a sentence.
 * A job with some failed tasks and at least one accepted is `done`; the result says how many primaries it holds.
 */

export const SIMULATION_STATES = [
  'accepted',
  'running',
  'stopping',
  'cancelling',
  'done',
  'failed',
  'cancelled',
] as const
export type SimulationState = (typeof SIMULATION_STATES)[number]

export const SIMULATION_ACTIONS = ['stop', 'cancel', 'add-primaries', 'rerun', 'delete', 'download'] as const
export type SimulationAction = (typeof SIMULATION_ACTIONS)[number]

/** Which actions a state allows. */
export const ALLOWED_ACTIONS: Readonly<Record<SimulationState, readonly SimulationAction[]>> = {
  accepted: ['stop', 'cancel', 'rerun', 'download'],
  running: ['stop', 'cancel', 'rerun', 'download'],
  stopping: ['cancel', 'rerun', 'download'],
  cancelling: ['rerun'],
  done: ['add-primaries', 'rerun', 'delete', 'download'],
  failed: ['rerun', 'delete', 'download'],
  cancelled: ['rerun', 'delete'],
}

/** States in which nothing more happens by itself. */
export const FINAL_STATES: ReadonlySet<SimulationState> = new Set(['done', 'failed', 'cancelled'])

/** Which states may follow a state; the records refuse any other change. */
export const NEXT_STATES: Readonly<Record<SimulationState, readonly SimulationState[]>> = {
  accepted: ['running', 'stopping', 'cancelling', 'done', 'failed'],
  running: ['stopping', 'cancelling', 'done', 'failed'],
  stopping: ['cancelling', 'done', 'failed'],
  cancelling: ['cancelled'],
  done: ['running'],
  failed: [],
  cancelled: [],
}

/** Of a result that was made elsewhere: there is nothing to go on with, and nothing to repeat. */
const IMPORTED_ACTIONS: ReadonlySet<SimulationAction> = new Set(['delete', 'download'])

/** Which actions a simulation allows, in the order of the table. */
export const allowedActions = (state: SimulationState, isImported: boolean): readonly SimulationAction[] =>
  isImported ? ALLOWED_ACTIONS[state].filter((action) => IMPORTED_ACTIONS.has(action)) : ALLOWED_ACTIONS[state]

export const isAllowed = (state: SimulationState, action: SimulationAction): boolean =>
  ALLOWED_ACTIONS[state].includes(action)

/** A task is waiting, leased, done or failed; `dropped` when its job was stopped or cancelled before it was taken. */
export const TASK_STATES = ['waiting', 'leased', 'done', 'failed', 'dropped'] as const
export type TaskState = (typeof TASK_STATES)[number]
