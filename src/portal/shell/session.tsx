/** The session of whoever looks at the pages: who it is, the way out, and what to do when it has ended. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { asFailure } from '../server/api.ts'
import { health, refreshAll, whoAmI } from '../server/queries.ts'
import { Icon } from './icons.tsx'
import style from './shell.module.css'
import { LOGOUT_ADDRESS, loginAddress } from './sign-in.ts'

/** `ended`: somebody was signed in on this page, and is no more. What stands on the page stays. */
export type SessionState = 'asking' | 'none' | 'signed-in' | 'ended'

export function useSession(): { readonly state: SessionState; readonly name: string | null } {
  const me = useQuery(whoAmI)
  const isRefused = me.error !== null && asFailure(me.error).code === 'NOT_SIGNED_IN'
  const state = me.data ? (isRefused ? 'ended' : 'signed-in') : isRefused ? 'none' : 'asking'

  // Whatever failed meanwhile, or was shown to somebody else, is asked for again.
  const client = useQueryClient()
  const id = state === 'signed-in' ? (me.data?.id ?? null) : null
  const last = useRef<string | null | undefined>(undefined)
  useEffect(() => {
    if (last.current !== undefined && id !== null && last.current !== id) refreshAll(client)
    if (id !== null || state === 'ended') last.current = id
  }, [id, state, client])
  return { state, name: me.data?.displayName ?? null }
}

/** Name and way out. The local user has no way out: the address that was printed would let anybody in again. */
export function UserSign({ name }: { readonly name: string }) {
  const service = useQuery(health)
  return (
    <>
      <span className={`${style.user} ${style.wideOnly}`}>{name}</span>
      {service.data?.signIn && (
        <form method="post" action={LOGOUT_ADDRESS} className={style.signOut}>
          <button type="submit" aria-label="Sign out" title={`Sign out (${name})`}>
            <span className={style.wideOnly}>Sign out</span>
            <Icon name="leave" />
          </button>
        </form>
      )}
    </>
  )
}

/** Above a page whose session has ended: nothing that was typed is lost. */
export function SessionEnded() {
  const provider = useQuery(health).data?.signIn
  return (
    <div className={`${style.note} ${style.sessionEnded}`} data-tone="warn" role="alert">
      <p>
        <strong>Your session has ended.</strong> What you typed on this page is still here, and simulations go on.{' '}
        {provider ? (
          <>
            <a href={loginAddress({ pathname: '/', search: '', hash: '' })} target="_blank" rel="noopener">
              Sign in with {provider.providerName} in a new tab
            </a>
            , then come back to this one.
          </>
        ) : (
          <>
            Open the address that <code>isolario serve</code> printed in a new tab, then come back to this one.
          </>
        )}
      </p>
    </div>
  )
}
