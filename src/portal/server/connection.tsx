/** The event stream in React: one for the page, its state for the header. */

import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { addressOf } from './api.ts'
import { applyEvent, refreshAll } from './queries.ts'
import { type ConnectionState, listen } from './stream.ts'

const ConnectionContext = createContext<ConnectionState>('connecting')

export const useConnection = (): ConnectionState => useContext(ConnectionContext)

export function Connection({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [state, setState] = useState<ConnectionState>('connecting')
  useEffect(
    () =>
      listen(addressOf('events'), {
        onEvent: (event) => applyEvent(client, event),
        onGap: () => refreshAll(client),
        onState: setState,
      }),
    [client],
  )
  return <ConnectionContext value={state}>{children}</ConnectionContext>
}
