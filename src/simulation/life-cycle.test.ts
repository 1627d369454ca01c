import { describe, expect, test } from 'vitest'
import {
  ALLOWED_ACTIONS,
  FINAL_STATES,
  isAllowed,
  NEXT_STATES,
  SIMULATION_ACTIONS,
  SIMULATION_STATES,
  type SimulationAction,
  type SimulationState,
} from './life-cycle.ts'

/** Where an action leads; the others leave the state alone or take the simulation away. */
const LEADS_TO: Readonly<Partial<Record<SimulationAction, SimulationState>>> = {
  stop: 'stopping',
  cancel: 'cancelling',
  'add-primaries': 'running',
}

describe('the life of a simulation', () => {
  test('every state can be reached from the first', () => {
    const reached = new Set<SimulationState>(['accepted'])
    for (const state of reached) for (const next of NEXT_STATES[state]) reached.add(next)
    expect([...reached].sort()).toEqual([...SIMULATION_STATES].sort())
  })

  test('every state leads to an end, and the ends are the final states', () => {
    for (const state of SIMULATION_STATES) {
      const reached = new Set<SimulationState>([state])
      for (const one of reached) for (const next of NEXT_STATES[one]) reached.add(next)
      expect(
        [...reached].some((one) => FINAL_STATES.has(one)),
        state,
      ).toBe(true)
    }
    for (const state of SIMULATION_STATES) {
      // From a final state only a user leads on, by adding primaries.
      if (FINAL_STATES.has(state))
        expect(NEXT_STATES[state]).toEqual(isAllowed(state, 'add-primaries') ? ['running'] : [])
      else expect(NEXT_STATES[state].length).toBeGreaterThan(0)
    }
  })

  test('an action that changes the state leads to a state that may follow', () => {
    let changes = 0
    for (const state of SIMULATION_STATES) {
      for (const action of ALLOWED_ACTIONS[state]) {
        const target = LEADS_TO[action]
        if (target === undefined) continue
        expect(NEXT_STATES[state], `${action} in ${state}`).toContain(target)
        changes++
      }
    }
    expect(changes).toBe(6)
  })

  test('every action is allowed somewhere, and results are deleted only when nothing runs', () => {
    for (const action of SIMULATION_ACTIONS)
      expect(
        SIMULATION_STATES.some((state) => isAllowed(state, action)),
        action,
      ).toBe(true)
    for (const state of SIMULATION_STATES) expect(isAllowed(state, 'delete')).toBe(FINAL_STATES.has(state))
    expect(isAllowed('cancelling', 'cancel')).toBe(false)
  })
})
