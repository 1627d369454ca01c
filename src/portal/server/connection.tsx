/** The event stream in React: one for the page, its state for the header. */

import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { addressOf } from './api.ts'
import { applyEvent, lookWhoIsSignedIn, refreshAll } from './queries.ts'
import { type ConnectionState, listen } from './stream.ts'

const ConnectionContext = createContext<ConnectionState>('connecting')

export const useConnection = (): ConnectionState => useContext(ConnectionContext)

export function Connection({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [state, setState] = useState<ConnectionState>('connecting')
  useEffect(() => {
    let last: ConnectionState = 'connecting'
    return listen(addressOf('events'), {
      onEvent: (event) => applyEvent(client, event),
      onGap: () => refreshAll(client),
      onState: (next) => {
        // The service ends the stream of a session that has ended, as it ends every stream when it stops.
        if (next === 'lost' && last !== 'lost') lookWhoIsSignedIn(client)
        last = next
        setState(next)
      },
    })
  }, [client])
  return <ConnectionContext value={state}>{children}</ConnectionContext>
}
