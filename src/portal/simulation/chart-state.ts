/** The state of the chart on its page. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { type ChartState, ChartStateError } from '#portal/chart/chart.ts'
import { addressOfState, OPENING_STATE, stateOfAddress } from './chart-address.ts'
import type { SimulationSearch } from './search.ts'

/** The state of the chart lives in the address; it is kept here while the address follows. */
export function useChartState(search: SimulationSearch, change: (next: Partial<SimulationSearch>) => void) {
  const address = JSON.stringify(search.chart)
  const [held, setHeld] = useState(() => ({ address, ...readState(search.chart) }))
  if (held.address !== address) setHeld({ address, ...readState(search.chart) })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const pending = useRef<ChartState | null>(null)
  const setState = useCallback(
    (next: ChartState | ((now: ChartState) => ChartState)) => {
      setHeld((now) => {
        const state = typeof next === 'function' ? next(now.state) : next
        pending.current = state
        // What was wrong with the link stays to be read: the chart settles its view by itself at once.
        return { ...now, state }
      })
      // Browsers allow some hundred changes of the address in half a minute; a drag makes sixty a second.
      clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        if (!pending.current) return
        const chart = addressOfState(pending.current)
        setHeld((now) => ({ ...now, address: JSON.stringify(chart) }))
        change({ chart })
      }, 350)
    },
    [change],
  )
  useEffect(() => () => clearTimeout(timer.current), [])
  return { state: held.state, complaint: held.complaint, setState }
}

function readState(parameters: Readonly<Record<string, string>>): { state: ChartState; complaint: string | null } {
  try {
    return { state: stateOfAddress(parameters), complaint: null }
  } catch (error) {
    if (!(error instanceof ChartStateError)) throw error
    return { state: OPENING_STATE, complaint: error.message }
  }
}
